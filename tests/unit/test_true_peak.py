from __future__ import annotations

import numpy as np
import pytest

from musicengine.dsp.true_peak import interpolator, true_peak
from musicengine.dsp.types import Array


def everywhere(signal: Array, factor: int) -> float:
    """The definition: interpolate every interval, silence before and after."""
    weights = interpolator(factor)
    padded = np.pad(signal, 40)
    values = np.lib.stride_tricks.sliding_window_view(padded, len(weights)) @ weights
    return float(max(np.abs(signal).max(), np.abs(values).max()))


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("seed", range(20))
def test_pruning_changes_nothing(factor: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5_000))
    signal: Array = rng.standard_normal(n)
    if seed % 2:  # smooth, as music is
        signal = np.convolve(signal, np.hanning(rng.integers(3, 40)), "same")
    signal = (signal * np.exp(rng.standard_normal() * np.sin(np.arange(n) / 500))).astype(np.float32)
    assert true_peak(signal, factor) == pytest.approx(everywhere(signal, factor), rel=1e-6)


@pytest.mark.parametrize("at", [0, 1, 31, 32, 33, 2_047 * 32, 2_048 * 32 - 1, 2_048 * 32, 99_999])
def test_a_peak_anywhere_is_found(at: int) -> None:
    signal = np.zeros(100_000, np.float32)
    signal[at : at + 2] = 0.7
    assert true_peak(signal, 4) == pytest.approx(everywhere(signal, 4), rel=1e-6)


@pytest.mark.parametrize("hz", [0.01, 0.1, 0.2, 0.3, 0.4])
def test_tones_up_to_0_4_of_the_rate_read_right(hz: float) -> None:
    n = np.arange(4_000)
    readings = []
    for phase in np.linspace(0, np.pi, 7):
        wave = np.sin(2 * np.pi * hz * n + phase) * np.minimum(1, np.minimum(n, n[::-1]) / 500)
        readings.append(20 * np.log10(true_peak(wave.astype(np.float32), 4)))
    assert min(readings) > 20 * np.log10(np.cos(np.pi * hz / 4)) - 0.05
    assert max(readings) < 0.1


def test_factor_1_is_the_sample_peak_and_the_floor_holds() -> None:
    signal = np.array([0.2, -0.9, 0.3], np.float32)
    assert true_peak(signal, 1) == np.float32(0.9)
    assert true_peak(signal, 4, floor=5.0) == 5.0
    assert true_peak(np.zeros(100, np.float32), 4) == 0


def test_lines_are_reproduced() -> None:
    for factor in (2, 4):
        times = np.arange(1, factor) / factor
        np.testing.assert_allclose(np.arange(-11, 13) @ interpolator(factor).astype(float), times, atol=1e-6)
