"""The shared pass, timbre, embedding and structure; the budget is for the best round on one thread."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.audio.embedding import embed
from musicengine.audio.spectrum import Survey, survey
from musicengine.audio.structure import find_form
from musicengine.audio.timbre import describe_timbre
from musicengine.values.sound import Audio


def best(benchmark: BenchmarkFixture) -> float:
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


@pytest.fixture(scope="module")
def passed(clip: Audio) -> Survey:
    return survey(clip)


@pytest.fixture(scope="module")
def song_passed(song: Audio) -> Survey:
    return survey(song)


def test_survey_of_30_s(benchmark: BenchmarkFixture, clip: Audio) -> None:
    benchmark.pedantic(survey, (clip,), rounds=30, warmup_rounds=2)
    assert best(benchmark) < 0.030


def test_timbre_of_30_s(benchmark: BenchmarkFixture, clip: Audio, passed: Survey) -> None:
    benchmark.pedantic(describe_timbre, (clip,), {"survey": passed}, rounds=30, warmup_rounds=2)
    assert best(benchmark) < 0.004


def test_embedding_of_30_s(benchmark: BenchmarkFixture, clip: Audio, passed: Survey) -> None:
    benchmark.pedantic(embed, (clip,), {"survey": passed}, rounds=30, warmup_rounds=2)
    assert best(benchmark) < 0.006


def test_form_of_30_s(benchmark: BenchmarkFixture, clip: Audio, passed: Survey) -> None:
    benchmark.pedantic(find_form, (clip,), {"survey": passed}, rounds=30, warmup_rounds=2)
    assert best(benchmark) < 0.010


def test_form_of_3_min(benchmark: BenchmarkFixture, song: Audio, song_passed: Survey) -> None:
    benchmark.pedantic(find_form, (song,), {"survey": song_passed}, rounds=20, warmup_rounds=2)
    assert best(benchmark) < 0.060
