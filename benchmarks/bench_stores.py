"""What keeping costs: sessions, orders and results, in memory and in a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_engine import best_s
from musicengine import Audio, AudioReport, Brief, MemoryStore, MusicEngine, SQLiteStore, Store, Take, codec
from musicengine.backends.stub.generator import StubGenerator
from musicengine.protocols import Progress
from musicengine.values.making import Job

SESSIONS = 10_000
RECORD = bytes(range(256)) * 80  # 20 kB, a conversation of some hundred turns


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path_factory.mktemp("store") / "me.db")
    for number in range(SESSIONS):
        made.put(f"session/{number:05d}", RECORD, ttl_s=86_400)
    yield made
    if isinstance(made, SQLiteStore):
        made.close()


def test_load_one_of_ten_thousand(benchmark: BenchmarkFixture, store: Store) -> None:
    assert benchmark(store.get, "session/07777") == RECORD
    assert best_s(benchmark) < 0.002


def test_list_ten_thousand(benchmark: BenchmarkFixture, store: Store) -> None:
    assert len(benchmark(lambda: list(store.keys("session/")))) == SESSIONS
    assert best_s(benchmark) < 0.010


def test_keep_one_of_ten_thousand(benchmark: BenchmarkFixture, store: Store) -> None:
    benchmark(lambda: store.put("session/07777", RECORD, ttl_s=86_400))
    assert best_s(benchmark) < 0.005


def test_swap_one_of_ten_thousand(benchmark: BenchmarkFixture, store: Store) -> None:
    assert benchmark(lambda: store.swap("session/00042", RECORD, expected=RECORD, ttl_s=86_400))
    assert best_s(benchmark) < 0.005


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_analyze_the_same_sound_again(benchmark: BenchmarkFixture, take: Take, kind: str, tmp_path: Path) -> None:
    engine = MusicEngine(store=MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "me.db"))
    report = engine.analyze(take)
    assert benchmark(engine.analyze, take) == report
    assert engine.stats()["analyze"].cache_hits == engine.stats()["analyze"].calls - 1
    assert best_s(benchmark) < 0.005


def test_analyze_the_same_sound_read_again(benchmark: BenchmarkFixture, take: Take) -> None:
    """The content is hashed each time, as it is of a file that is loaded again."""
    engine = MusicEngine()
    engine.analyze(take)
    benchmark.pedantic(
        engine.analyze, setup=lambda: ((Audio(take.audio.samples, take.audio.rate),), {}), rounds=40, warmup_rounds=2
    )
    assert best_s(benchmark) < 0.025


@attrs.frozen
class Instant:
    """An analyzer that knows the answer."""

    report: AudioReport
    identity: str = "instant"

    def analyze(self, audio: Audio, /, *, progress: Progress | None = None) -> AudioReport:
        return self.report


def test_what_remembering_adds_to_a_new_sound(benchmark: BenchmarkFixture, take: Take) -> None:
    """Hashing half a minute, encoding its report, keeping it."""
    analyzer = Instant(MusicEngine().analyze(take).audio)
    benchmark.pedantic(
        lambda engine, audio: engine.analyze(audio),
        setup=lambda: ((MusicEngine(analyzer=analyzer), Audio(take.audio.samples, take.audio.rate)), {}),
        rounds=40,
        warmup_rounds=2,
    )
    assert best_s(benchmark) < 0.020


def test_the_journal_of_one_order(benchmark: BenchmarkFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that ``generate`` does besides the music."""
    engine = MusicEngine()
    take = engine.generate(Brief("disco", genre="disco", duration_s=1))
    monkeypatch.setattr(StubGenerator, "fetch", lambda *_, **__: (take,))
    benchmark(engine.generate, Brief("disco", genre="disco", duration_s=30))
    assert best_s(benchmark) < 0.002


def test_a_job_to_bytes_and_back(benchmark: BenchmarkFixture) -> None:
    job = Job("a", Brief("disco", genre="disco", duration_s=30))
    assert benchmark(lambda: codec.decode(codec.encode(job))) == job
    assert best_s(benchmark) < 0.001
