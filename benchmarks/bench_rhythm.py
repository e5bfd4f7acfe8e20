from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.audio.rhythm import hear_rhythm
from musicengine.audio.spectrum import Survey, survey
from musicengine.values.sound import Audio


@pytest.fixture(scope="module")
def seen() -> Survey:
    rate = 44_100
    rng = np.random.default_rng(0)
    t = np.arange(30 * rate) / rate
    beat = (t * 2) % 1
    drums = np.sin(2 * np.pi * 60 * t) * np.exp(-beat * 20) + 0.2 * rng.normal(size=t.size) * np.exp(-(beat % 0.5) * 40)
    return survey(Audio((0.3 * drums).astype(np.float32), rate))


def test_rhythm_of_30_s(benchmark: BenchmarkFixture, seen: Survey) -> None:
    found = benchmark.pedantic(hear_rhythm, args=(seen,), rounds=60, warmup_rounds=3)
    assert found.tempo is not None
    assert benchmark.stats is not None
    assert benchmark.stats.stats.min < 0.018
