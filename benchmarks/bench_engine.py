"""The latency budget of the main job, on the best of many rounds."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from musicengine import Audio, Brief, MusicEngine, Take


def best_s(benchmark: BenchmarkFixture) -> float:
    """The best round in seconds."""
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


def test_generate_thirty_seconds(benchmark: BenchmarkFixture, engine: MusicEngine) -> None:
    seeds = iter(range(1000))
    benchmark.pedantic(
        lambda seed: engine.generate(Brief("disco", genre="disco", duration_s=30, seed=seed)),
        setup=lambda: ((next(seeds),), {}), rounds=30, warmup_rounds=2,
    )  # fmt: skip
    assert best_s(benchmark) < 0.100


def test_generate_three_minutes(benchmark: BenchmarkFixture, engine: MusicEngine) -> None:
    brief = Brief("pop", genre="pop", duration_s=180)
    benchmark.pedantic(engine.generate, (brief,), rounds=8, warmup_rounds=1)
    assert best_s(benchmark) < 0.600


def test_analyze_thirty_seconds(benchmark: BenchmarkFixture, engine: MusicEngine, take: Take) -> None:
    samples = take.audio.samples
    # A fresh Audio each round, so that nothing it keeps (its mono mix, its digest) is already there.
    benchmark.pedantic(
        engine.analyze, setup=lambda: ((Audio(samples, take.audio.rate),), {}), rounds=40, warmup_rounds=2
    )
    assert best_s(benchmark) < 0.100


def test_analyze_three_minutes(benchmark: BenchmarkFixture, engine: MusicEngine, song: Audio) -> None:
    benchmark.pedantic(engine.analyze, setup=lambda: ((Audio(song.samples, song.rate),), {}), rounds=8, warmup_rounds=1)
    assert best_s(benchmark) < 0.600
