from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicengine.audio.pitch import track_pitch
from musicengine.audio.separation import assess, plan_separation, render
from musicengine.values.sound import Audio

RATE = 44_100


def music(duration_s: float) -> Audio:
    """Struck chords in stereo above bursts of noise."""
    random = np.random.default_rng(0)
    time = np.arange(round(RATE * duration_s)) / RATE
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (55, 220, 277.2, 329.6, 440))
    noise = random.normal(size=(2, time.size)) * np.exp(-(time % 0.5) / 0.03)
    return Audio(0.05 * chord * np.exp(-(time % 1)) + 0.1 * noise, RATE)


@pytest.mark.parametrize(("duration_s", "budget_s"), [(30, 0.028), (180, 0.170)])
def test_masks_and_their_quality_fit_their_budget(benchmark: Any, duration_s: float, budget_s: float) -> None:
    audio = music(duration_s)
    pitch = track_pitch(audio)
    benchmark.pedantic(lambda: assess(plan_separation(audio, pitch=pitch)), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < budget_s


def test_waveforms_fit_their_budget(benchmark: Any) -> None:
    audio = music(30)
    masks = plan_separation(audio)
    benchmark.pedantic(render, (audio, masks), rounds=20, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.150
