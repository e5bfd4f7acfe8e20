"""The latency budget of judging: score, typicality, advice, and the index of references."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_engine import best_s
from musicengine import Audio, MusicEngine, Take
from musicengine.audio.quality import score_quality
from musicengine.audio.rules import RULES, Finding
from musicengine.backends.references import ReferenceIndex
from musicengine.backends.stub.trends import StubTrends
from musicengine.hits import fit, predict
from musicengine.values.hits import References
from musicengine.values.measures import Embedding
from musicengine.values.scores import Score


def test_score_of_measurements(benchmark: BenchmarkFixture) -> None:
    """What the rules cost once everything is measured."""
    findings = {name: Finding(1e9 if np.isfinite(rule.good[1]) else -1e9, 0.0, 1.0) for name, rule in RULES.items()}

    def judge() -> Score:
        return Score([reason for name, found in findings.items() if (reason := RULES[name].judge(found))])

    assert benchmark(judge).value == pytest.approx(0, abs=1e-6)
    assert best_s(benchmark) < 0.005


def test_hit_score(benchmark: BenchmarkFixture, engine: MusicEngine, take: Take) -> None:
    report = engine.analyze(take)
    trends = StubTrends().trends("", "2010s")
    benchmark(predict, report, trends)
    assert best_s(benchmark) < 0.002


def test_calibrated_probability(benchmark: BenchmarkFixture) -> None:
    rng = np.random.default_rng(0)
    columns = {f"feature{k}": rng.normal(size=2000) for k in range(15)}
    model = fit(columns, columns["feature0"] + rng.normal(size=2000) > 0)
    benchmark(model.assess, dict.fromkeys(columns, 0.3))
    assert best_s(benchmark) < 0.002


@pytest.mark.parametrize("fault", ["polarity", "quiet", "mud"])
def test_advice_for_thirty_seconds(benchmark: BenchmarkFixture, engine: MusicEngine, clip: Audio, fault: str) -> None:
    samples = clip.samples.copy()
    if fault == "polarity":
        samples[1] *= -1
    elif fault == "quiet":
        samples *= np.float32(0.2)
    else:
        spectrum = np.fft.rfft(samples, axis=1)
        hz = np.fft.rfftfreq(samples.shape[1], 1 / clip.rate)
        spectrum[:, (hz > 200) & (hz < 500)] *= 4
        samples = np.fft.irfft(spectrum, samples.shape[1], axis=1).astype(np.float32)
    broken = Audio(samples, clip.rate)
    report = engine.analyze(broken)
    assert benchmark.pedantic(engine.advise, (broken, report), rounds=20, warmup_rounds=2)
    assert best_s(benchmark) < 0.100


def test_query_of_a_hundred_thousand(benchmark: BenchmarkFixture) -> None:
    vectors = np.random.default_rng(0).normal(size=(100_000, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = ReferenceIndex(References(map(str, range(100_000)), vectors, "s"))
    found = benchmark(index.similar, Embedding(vectors[5], "s"))
    assert found[0].id == "5"
    assert best_s(benchmark) < 0.020


def test_score_quality_of_thirty_seconds(benchmark: BenchmarkFixture, engine: MusicEngine, clip: Audio) -> None:
    """All of it, measurements and rules."""
    benchmark.pedantic(score_quality, (clip,), rounds=20, warmup_rounds=1)
    assert best_s(benchmark) < 0.100
