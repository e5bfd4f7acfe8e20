from __future__ import annotations

import tracemalloc
from functools import partial
from typing import Any

import numpy as np
import pytest

from musicengine.dsp.frames import padded
from musicengine.dsp.resampling import Decimated, decimate, resample
from musicengine.dsp.types import Array
from musicengine.errors import AudioError

RATIOS = [
    (44_100, 48_000),
    (48_000, 44_100),
    (44_100, 22_050),
    (22_050, 44_100),
    (96_000, 44_100),
    (8_000, 192_000),
    (192_000, 8_000),
    (44_101, 48_000),  # a table of phases rather than a matrix
    (48_000, 44_101),
    (1_000, 767_999),
]


def tone(hz: float, rate: int, seconds: float) -> Array:
    return np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


def inner(signal: Array) -> Array:
    return signal[..., signal.shape[-1] // 4 : -signal.shape[-1] // 4]


@pytest.mark.parametrize(("source", "target"), RATIOS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_the_pass_band_comes_through_in_place(source: Any, target: Any, share: float) -> None:
    hz = share * min(source, target) / 2
    seconds = 1_200 / min(source, target)
    result = resample(tone(hz, source, seconds), source, target)
    expected = np.sin(2 * np.pi * hz * np.arange(result.size) / target)
    assert np.abs(inner(result - expected)).max() < 10 ** (-88 / 20)


@pytest.mark.parametrize(("source", "target"), [pair for pair in RATIOS if pair[0] > pair[1]])
@pytest.mark.parametrize("share", [1.0, 1.02, 1.08])
def test_the_stop_band_is_below_90_db(source: Any, target: Any, share: float) -> None:
    signal = tone(share * target / 2, source, 1_200 / target) if share * target < source else np.zeros(9, np.float32)
    assert np.abs(inner(resample(signal, source, target))).max(initial=0) < 10 ** (-90 / 20)


@pytest.mark.parametrize(("source", "target"), RATIOS)
@pytest.mark.parametrize("n", [0, 1, 2, 147, 1_001])
def test_the_length_follows_the_ratio(source: Any, target: Any, n: int) -> None:
    if n * target // source < 100_000:
        assert resample(np.ones((2, n), np.float32), source, target).shape == (2, -(-n * target // source))


def test_a_constant_stays_what_it_is() -> None:
    for source, target in RATIOS:
        result = resample(np.full(600 * source // min(source, target), 0.5, np.float32), source, target)
        np.testing.assert_allclose(inner(result), 0.5, atol=1e-5)


def test_channels_are_independent_and_the_same_rate_is_a_copy() -> None:
    signal = np.random.default_rng(0).standard_normal((3, 2, 500)).astype(np.float32)
    both = resample(signal, 3, 2)
    np.testing.assert_array_equal(both[1, 1], resample(signal[1, 1], 3, 2))
    same = resample(signal, 44_100, 44_100)
    np.testing.assert_array_equal(same, signal)
    assert not np.shares_memory(same, signal)


@pytest.mark.parametrize(("source", "target"), [(0, 1), (1, 0), (-1, 5), (1.5, 2), ("a", 1), (True, 2), (1, 1_025)])
def test_bad_rates_are_named(source: Any, target: Any) -> None:
    with pytest.raises(AudioError, match="resample"):
        resample(np.zeros(4, np.float32), source, target)


@pytest.mark.parametrize(("source", "target"), [(44_100, 48_000), (44_101, 48_000), (767_999, 1_000)])
def test_memory_is_bounded(source: Any, target: Any) -> None:
    signal = np.zeros(2_000_000, np.float32)
    tracemalloc.start()
    resample(signal, source, target)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < signal.nbytes * target / source + 30e6


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 16, 441])
def test_decimate_passes_what_fits(factor: Any) -> None:
    share = 0.7
    signal = np.sin(np.pi * share / factor * np.arange(600 * factor)).astype(np.float32)
    result = decimate(signal, factor)
    assert result.shape == (600,)
    assert np.abs(inner(result - signal[::factor])).max() < 10 ** (-75 / 20)


@pytest.mark.parametrize("factor", [2, 3, 4, 16])
@pytest.mark.parametrize("share", [1.25, 1.5, 1.99])
def test_decimate_stops_what_would_fold_into_the_pass_band(factor: Any, share: float) -> None:
    if share <= factor:
        signal = np.sin(np.pi * share / factor * np.arange(600 * factor) + 0.3).astype(np.float32)
        assert np.abs(inner(decimate(signal, factor))).max() < 10 ** (-79 / 20)


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 1_000])
def test_decimate_length(n: int) -> None:
    assert decimate(np.zeros(n, np.float32), 4).shape == (-(-n // 4),)


@pytest.mark.parametrize("factor", [0, -1, 1.5, 2_000])
def test_decimate_names_bad_factors(factor: Any) -> None:
    with pytest.raises(AudioError, match="whole factor"):
        decimate(np.zeros(4, np.float32), factor)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_decimated_signal_is_the_same_however_it_is_read(factor: int) -> None:
    time = np.arange(300_000) / 44_100
    signal = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    decimated = Decimated(partial(padded, signal), signal.size, factor)
    whole = decimated.read(0, decimated.size)
    assert whole[100:-100] == pytest.approx(signal[::factor][100:-100], abs=1e-3)
    for start, end in [
        (70_000, 74_000),
        (-50, 40),
        (32_000, 33_500),
        (1000, 70_000),
        (decimated.size - 9, decimated.size + 5),
    ]:
        expected = padded(whole, start, end)
        assert np.array_equal(decimated.read(start, end), expected)
