from __future__ import annotations

import numpy as np
import pytest

from musicengine.dsp.filters import biquads, k_weighting

signal = pytest.importorskip("scipy.signal")
pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000, 192_000, 384_000])
def test_biquads_equal_sosfilt(rate: int) -> None:
    noise = np.random.default_rng(0).standard_normal((2, 50_001)) * 0.1 + 0.5
    expected = signal.sosfilt(k_weighting(rate), noise)
    np.testing.assert_allclose(biquads(noise, k_weighting(rate)), expected, atol=2e-8)
    np.testing.assert_allclose(biquads(noise.astype(np.float32), k_weighting(rate)), expected, atol=1e-6)


@pytest.mark.parametrize("order", [1, 2, 5, 9])
@pytest.mark.parametrize("cutoff", [0.001, 0.1, 0.9])
def test_butterworth_cascades_equal_sosfilt(order: int, cutoff: float) -> None:
    sections = signal.butter(order, cutoff, output="sos")
    noise = np.random.default_rng(0).standard_normal(20_000)
    expected = signal.sosfilt(sections, noise)
    np.testing.assert_allclose(biquads(noise, sections), expected, atol=1e-8)
    np.testing.assert_allclose(biquads(noise.astype(np.float32), sections), expected, atol=5e-6)
