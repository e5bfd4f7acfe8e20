"""The latency of composing and rendering, on the best of many rounds."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.synth import compose, make, parse_brief, render
from musicengine.synth.genres import all_genres
from musicengine.values.making import Brief


def best_s(benchmark: BenchmarkFixture) -> float:
    """The best round in seconds."""
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


@pytest.mark.parametrize("genre", [genre.name for genre in all_genres()])
def test_make_thirty_seconds(benchmark: BenchmarkFixture, genre: str) -> None:
    """Another seed each round: another key, other notes."""
    seeds = iter(range(1000))
    benchmark.pedantic(
        make, setup=lambda: ((Brief(genre=genre, duration_s=30, seed=next(seeds)),), {}), rounds=30, warmup_rounds=2
    )
    assert best_s(benchmark) < 0.100


@pytest.mark.parametrize("genre", ["pop", "house", "metal"])
def test_make_three_minutes(benchmark: BenchmarkFixture, genre: str) -> None:
    benchmark.pedantic(make, (Brief(genre=genre, duration_s=180),), rounds=8, warmup_rounds=1)
    assert best_s(benchmark) < 0.600


def test_compose_three_minutes(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(compose, (Brief(genre="pop", duration_s=180),), rounds=10, warmup_rounds=1)
    assert best_s(benchmark) < 0.060


def test_render_thirty_seconds_again(benchmark: BenchmarkFixture) -> None:
    arrangement = compose(Brief(genre="disco", duration_s=30))
    benchmark.pedantic(render, (arrangement,), rounds=30, warmup_rounds=2)
    assert best_s(benchmark) < 0.100


def test_parse_a_prompt(benchmark: BenchmarkFixture) -> None:
    benchmark(parse_brief, "dark trap, 140 bpm, F# minor, 30 seconds, intro verse chorus, no vocals")
    assert best_s(benchmark) < 0.001
