"""Loudness and the filters under it, on 30 s of stereo at 44.1 kHz."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicengine.audio.loudness import measure_loudness
from musicengine.dsp.filters import biquads, k_weighting
from musicengine.dsp.resampling import decimate, resample
from musicengine.values.sound import Audio

RATE = 44_100


@pytest.fixture(scope="module")
def music() -> Audio:
    """Noise with the spectrum and the crest of music: falling by 3 dB an octave, with a decaying hit twice a second."""
    n = 30 * RATE
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal((2, n)))
    spectrum /= np.sqrt(np.arange(spectrum.shape[1]) + 100)
    wave = np.fft.irfft(spectrum, n) * (0.3 + np.exp(-8 * (np.arange(n) / RATE % 0.5)))
    return Audio((wave / np.abs(wave).max()).astype(np.float32), RATE)


def test_measure_loudness(benchmark: Any, music: Audio) -> None:
    benchmark.pedantic(measure_loudness, (music,), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.025


def test_measure_loudness_of_white_noise_which_cannot_be_pruned(benchmark: Any) -> None:
    noise = Audio(np.random.default_rng(0).standard_normal((2, 30 * RATE)).astype(np.float32) * 0.1, RATE)
    benchmark.pedantic(measure_loudness, (noise,), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.040


def test_k_weighting(benchmark: Any, music: Audio) -> None:
    benchmark.pedantic(biquads, (music.samples, k_weighting(RATE)), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.012


def test_resample_to_48_khz(benchmark: Any, music: Audio) -> None:
    benchmark.pedantic(resample, (music.samples, RATE, 48_000), rounds=15, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.040


def test_decimate_by_4(benchmark: Any, music: Audio) -> None:
    benchmark.pedantic(decimate, (music.mono, 4), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.004
