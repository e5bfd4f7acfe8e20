from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.audio.melody import find_notes
from musicengine.audio.pitch import find_pitch_candidates, track_pitch
from musicengine.values.sound import Audio


def test_pitch_of_30_s(benchmark: BenchmarkFixture, clip: Audio) -> None:
    found = benchmark.pedantic(track_pitch, args=(clip,), rounds=60, warmup_rounds=3)
    assert found.times_s.size == 3001
    assert benchmark.stats.stats.min < 0.028


def test_notes_of_30_s(benchmark: BenchmarkFixture, clip: Audio) -> None:
    track = track_pitch(clip, candidates=find_pitch_candidates(clip))
    benchmark.pedantic(find_notes, args=(track,), kwargs={"audio": clip}, rounds=60, warmup_rounds=3)
    assert benchmark.stats.stats.min < 0.012
