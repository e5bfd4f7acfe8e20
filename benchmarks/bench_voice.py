"""The latency of singing, of writing words, and of finding them, on the best of many rounds."""

from __future__ import annotations

import attrs
from pytest_benchmark.fixture import BenchmarkFixture

from musicengine import MusicEngine
from musicengine.synth import compose, make
from musicengine.synth.form import plan
from musicengine.synth.songwriting import write_lyrics
from musicengine.synth.voice import sing
from musicengine.values.making import Brief

FORM = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")


def best_s(benchmark: BenchmarkFixture) -> float:
    """The best round in seconds."""
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


def test_sing_thirty_seconds(benchmark: BenchmarkFixture) -> None:
    part = compose(Brief(genre="pop", duration_s=30, seed=3)).parts[0]
    phones = [syllable.phones for syllable in part.syllables]
    columns = (part.starts_s.tolist(), (part.starts_s + part.durations_s).tolist(), part.pitches.tolist())
    benchmark(sing, *columns, part.velocities.tolist(), phones, count=30 * 44_100, rate=44_100)
    assert best_s(benchmark) < 0.020


def test_make_thirty_seconds_with_a_voice(benchmark: BenchmarkFixture) -> None:
    """Another seed each round: another key, other words and notes."""
    seeds = iter(range(1000))
    benchmark.pedantic(
        make, setup=lambda: ((Brief(genre="ballad", duration_s=30, seed=next(seeds)),), {}), rounds=30, warmup_rounds=3
    )
    assert best_s(benchmark) < 0.100


def test_write_lyrics(benchmark: BenchmarkFixture) -> None:
    seeds = iter(range(10_000))
    passages = plan(FORM, 64)
    benchmark.pedantic(
        write_lyrics, setup=lambda: ((Brief(seed=next(seeds)), passages, 2.0), {}), rounds=100, warmup_rounds=20
    )
    assert best_s(benchmark) < 0.005


def test_find_the_words_of_thirty_seconds(benchmark: BenchmarkFixture) -> None:
    engine = MusicEngine()
    take = engine.generate(Brief(genre="pop", duration_s=30, seed=3))
    benchmark.pedantic(engine.transcribe, (attrs.evolve(take),), rounds=5, warmup_rounds=1)
    assert best_s(benchmark) < 0.6
