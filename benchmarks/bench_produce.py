"""The latency budget of refining and producing."""

from __future__ import annotations

import attrs
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_engine import best_s
from musicengine import Brief, MusicEngine, Report, Score
from musicengine.audio.rules import RULES, Finding
from musicengine.flows.refine import refine, revise
from musicengine.lyrics import parse


def worst(report: Report) -> Report:
    """A report that lost points by every rule there is."""
    found = [rule.judge(Finding(1e3 if rule.good[1] < 1e3 else -1e3, 0.0, 1.0)) for rule in RULES.values()]
    return attrs.evolve(report, score=Score([item for item in found if item]))


def test_refine(benchmark: BenchmarkFixture, engine: MusicEngine) -> None:
    """Edits of a ledger with every rule in it and lines to correct, and the brief they make."""
    take = engine.generate("pop, 8 seconds")
    words = parse("\n".join(["I walk the the lonely street", "I stop and rest", "The night is cold", "I am old"] * 4))
    take = attrs.evolve(take, lyrics=words)
    report = worst(engine.analyze(take))
    edited = benchmark(lambda: revise(take, refine(take, report, wish=Brief("pop"))))
    assert edited != take.brief
    assert best_s(benchmark) < 0.005


def test_one_round_of_30_s(benchmark: BenchmarkFixture, engine: MusicEngine) -> None:
    """Generate, analyze, score, refine."""
    brief = Brief("pop", genre="pop", duration_s=30.0)

    def work() -> Brief:
        take = engine.generate(brief)
        report = engine.analyze(take)
        return revise(take, refine(take, worst(report), wish=brief))

    assert benchmark.pedantic(work, rounds=15) != brief
    assert best_s(benchmark) < 0.250
