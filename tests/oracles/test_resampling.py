from __future__ import annotations

import numpy as np
import pytest

from musicengine.dsp.resampling import resample

soxr = pytest.importorskip("soxr")
pytestmark = pytest.mark.oracle


@pytest.mark.parametrize(
    ("source", "target"),
    [(44_100, 48_000), (48_000, 44_100), (44_100, 22_050), (22_050, 44_100), (96_000, 44_100), (44_101, 48_000)],
)
def test_music_band_noise_equals_soxr(source: int, target: int) -> None:
    # Noise below 0.6 of the lower Nyquist frequency; above it soxr's own error at 44.1 to 48 kHz passes -90 dB.
    n = source
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(n))
    spectrum[np.fft.rfftfreq(n, 1 / source) > 0.6 * min(source, target) / 2] = 0
    noise = np.fft.irfft(spectrum, n)
    noise /= np.abs(noise).max()
    expected = soxr.resample(noise, source, target, quality="VHQ")
    result = resample(noise, source, target)[: expected.size]
    inside = slice(target // 10, -target // 10)
    error = result[inside] - expected[: result.size][inside]
    assert 20 * np.log10(np.sqrt(np.mean(error**2)) / np.sqrt(np.mean(expected**2))) < -90
