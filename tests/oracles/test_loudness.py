from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from musicengine.audio.loudness import measure_loudness
from musicengine.values.sound import Audio

pyloudnorm = pytest.importorskip("pyloudnorm")
pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_integrated_loudness_equals_pyloudnorm(rate: int, channels: int) -> None:
    rng = np.random.default_rng(channels)
    n = rate * 8
    swell = 0.02 + 0.2 * np.sin(np.arange(n) / rate) ** 2
    noise = rng.standard_normal((channels, n)) * swell
    noise[:, 1:] += 0.9 * noise[:, :-1]
    audio = Audio(noise.astype(np.float32), rate)
    expected = pyloudnorm.Meter(rate).integrated_loudness(audio.samples.T.astype(np.float64))
    assert measure_loudness(audio).integrated_lufs == pytest.approx(expected, abs=0.05)


def test_true_peak_equals_fourier_interpolation() -> None:
    rng = np.random.default_rng(0)
    n = 48_000
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum[int(n * 0.4) :] = 0
    wave = np.fft.irfft(spectrum, n) * np.hanning(n)
    dense = np.fft.irfft(np.fft.rfft(wave), 32 * n) * 32
    measured = measure_loudness(Audio(wave / 4, 48_000)).true_peak_dbtp
    assert measured == pytest.approx(20 * np.log10(np.abs(dense).max() / 4), abs=0.25)


def test_labelled_signals_are_in_tolerance() -> None:
    soundfile = pytest.importorskip("soundfile")
    folder = os.environ.get("MUSICENGINE_DATA")
    if not folder:
        pytest.skip("MUSICENGINE_DATA names no folder of labelled data")
    labels = [json.loads(path.read_text()) for path in sorted(Path(folder, "audio").glob("*.json"))]
    labels = [label for label in labels if label.get("loudness")]
    assert labels
    for label in labels:
        samples, rate = soundfile.read(Path(folder, "audio", label["audio"]), dtype="float32", always_2d=True)
        measured = measure_loudness(Audio(samples.T, rate))
        if "lufs" in label["loudness"]:
            assert measured.integrated_lufs == pytest.approx(label["loudness"]["lufs"], abs=0.1)
        if "lra" in label["loudness"]:
            assert measured.range_lu == pytest.approx(label["loudness"]["lra"], abs=1)
