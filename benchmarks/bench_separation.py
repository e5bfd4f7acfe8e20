from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.audio.pitch import find_pitch_candidates, track_pitch
from musicengine.audio.separation import plan_separation, separate
from musicengine.values.sound import Audio


def test_masks_of_30_s(benchmark: BenchmarkFixture, clip: Audio) -> None:
    """Beside the pitch, which an analysis knows already."""
    candidates = find_pitch_candidates(clip)
    known = {"pitch": track_pitch(clip, candidates=candidates), "candidates": candidates}
    plan = benchmark.pedantic(plan_separation, args=(clip,), kwargs=known, rounds=60, warmup_rounds=3)
    assert plan.quality is not None
    assert benchmark.stats.stats.min < 0.028


def test_waveforms_of_30_s(benchmark: BenchmarkFixture, clip: Audio) -> None:
    plan = plan_separation(clip)
    benchmark.pedantic(separate, args=(clip,), kwargs={"plan": plan}, rounds=20, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.150
