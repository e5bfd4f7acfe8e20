from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicengine.audio import find_notes, track_pitch
from musicengine.values.sound import Audio

RATE = 44_100


def tune(duration_s: int) -> Audio:
    """Half-second notes with overtones, drawn by lot, in stereo above soft noise."""
    random = np.random.default_rng(0)
    hz = np.repeat(220 * 2 ** (random.integers(0, 25, 2 * duration_s) / 12), RATE // 2)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    wave = sum(0.2 * 0.5**h * np.sin((h + 1) * phase) for h in range(6))
    return Audio(wave + 0.01 * random.normal(size=(2, hz.size)), RATE)


@pytest.mark.parametrize(("duration_s", "budget_s"), [(30, 0.028), (180, 0.168)])
def test_tracking_the_pitch_fits_its_budget(benchmark: Any, duration_s: int, budget_s: float) -> None:
    audio = tune(duration_s)
    benchmark.pedantic(track_pitch, (audio,), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < budget_s


def test_finding_notes_fits_its_budget(benchmark: Any) -> None:
    track = track_pitch(tune(30))
    benchmark.pedantic(find_notes, (track,), rounds=30, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.015
