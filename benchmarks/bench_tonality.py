from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicengine.audio.tonality import compute_chroma, describe_harmony, estimate_key, find_chords
from musicengine.values.sound import Audio

RATE = 44_100


def music(duration_s: float) -> Audio:
    """Struck chords in stereo above soft noise, the chord of each second drawn by lot."""
    random = np.random.default_rng(0)
    time = np.arange(RATE) / RATE
    bars = []
    for _ in range(round(duration_s)):
        pitches = 36 + random.integers(12) + np.array([0, 24, 28, 31])
        frequencies = 440 * 2 ** ((pitches - 69) / 12)
        bars.append(
            sum(0.6**h * np.sin(2 * np.pi * h * f * time) for f in frequencies for h in range(1, 9)) * np.exp(-time)
        )
    samples = 0.1 * np.concatenate(bars) + 0.002 * random.normal(size=(2, RATE * round(duration_s)))
    return Audio(samples, RATE)


def everything(audio: Audio) -> None:
    beats = np.arange(0, audio.duration_s, 0.5)
    chroma = compute_chroma(audio)
    estimate_key(audio, chroma=chroma)
    find_chords(audio, beats, chroma=chroma)
    describe_harmony(audio, beats, chroma=chroma)


@pytest.mark.parametrize(("duration_s", "budget_s"), [(30, 0.025), (180, 0.150)])
def test_everything_tonal_fits_its_budget(benchmark: Any, duration_s: float, budget_s: float) -> None:
    audio = music(duration_s)
    benchmark.pedantic(everything, (audio,), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < budget_s
