from __future__ import annotations

import pickle
from pathlib import Path

import attrs
import numpy as np
import pytest

from musicengine import Audio, AudioReport, MusicEngine, SQLiteStore, codec
from musicengine.backends.native import Native
from musicengine.errors import BackendError, StoreError
from musicengine.protocols import Progress
from musicengine.stores import Cache, MemoryStore
from musicengine.values.making import Step
from musicengine.values.sound import Stems


@attrs.define
class Counting:
    """The built-in analyzer, counted."""

    identity: str | None = "counting 1"
    calls: int = 0

    def analyze(self, audio: Audio, /, *, progress: Progress | None = None) -> AudioReport:
        self.calls += 1
        return Native().analyze(audio, progress=progress)


def noise(seed: int = 0) -> Audio:
    return Audio(np.random.default_rng(seed).normal(0, 0.1, (2, 22_050)), 22_050)


def test_the_second_look_at_the_same_sound_is_remembered() -> None:
    engine = MusicEngine(analyzer=(analyzer := Counting()))
    first = engine.analyze(noise())
    steps: list[Step] = []
    second = engine.analyze(noise(), progress=steps.append)
    assert (analyzer.calls, engine.stats().cache_hits, engine.stats()["analyze"].cache_hits) == (1, 1, 1)
    assert second == first
    assert codec.to_json(second) == codec.to_json(first)
    assert [(step.done, step.total) for step in steps] == [(1, 1)]
    engine.analyze(noise(1))
    assert analyzer.calls == 2


def test_advice_uses_what_analyze_measured() -> None:
    engine = MusicEngine(analyzer=(analyzer := Counting()))
    engine.analyze(noise())
    engine.advise(noise())
    assert (analyzer.calls, engine.stats()["advise"].cache_hits) == (1, 1)


def test_pitch_place_and_words_are_remembered_too() -> None:
    engine = MusicEngine()
    take = engine.generate("pop, 110 bpm, 8 seconds")

    def listen(sound: Audio) -> tuple[object, ...]:
        return engine.track_pitch(sound), engine.embed(sound), engine.transcribe(sound, take.lyrics)

    first, again = listen(take.audio), listen(Audio(take.audio.samples, take.audio.rate))
    assert again == first
    hits = {verb: engine.stats()[verb].cache_hits for verb in ("track_pitch", "embed", "transcribe")}
    assert hits == {"track_pitch": 1, "embed": 1, "transcribe": 1}
    engine.find_similar(take)
    assert engine.stats()["find_similar"].cache_hits == 1
    engine.transcribe(take, "other words are not the same")  # other words, another question
    engine.transcribe(take.audio.clip(0, 7), take.lyrics)
    assert engine.stats()["transcribe"].cache_hits == 1


def test_an_error_is_not_remembered() -> None:
    engine = MusicEngine()
    for _ in range(2):
        with pytest.raises(BackendError, match="live transcriber"):
            engine.transcribe(noise())
    assert engine.stats()["transcribe"].cache_hits == 0


def test_everything_a_take_measures_survives_the_cache() -> None:
    engine = MusicEngine()
    take = engine.generate("pop, 110 bpm, 12 seconds")
    fresh, kept = engine.analyze(take), engine.analyze(take)
    assert engine.stats().cache_hits == 1
    assert fresh == kept
    assert codec.encode(fresh) == codec.encode(kept)


def test_another_backend_another_version_another_rate_is_another_result() -> None:
    engine = MusicEngine(store=MemoryStore(), cache=(store := MemoryStore()), analyzer=Counting())
    engine.analyze(noise())
    for other in (Counting("counting 2"), Counting("other 1")):
        attrs.evolve(engine, analyzer=other).analyze(noise())
        assert other.calls == 1
    engine.analyze(Audio(noise().samples, 44_100))
    assert len(list(store.keys("cache/analyze/"))) == 4


def test_a_backend_that_does_not_say_who_it_is_is_asked_every_time() -> None:
    engine = MusicEngine(analyzer=(analyzer := Counting(identity=None)))
    engine.analyze(noise())
    engine.analyze(noise())
    assert (analyzer.calls, engine.stats().cache_hits) == (2, 0)


def test_the_cache_can_be_switched_off_and_never_grows_without_bound() -> None:
    engine = MusicEngine(cache=False, analyzer=(analyzer := Counting()))
    engine.analyze(noise())
    engine.analyze(noise())
    assert analyzer.calls == 2
    small = MusicEngine(cache=(store := MemoryStore(max_bytes=100_000)))
    for seed in range(20):
        small.analyze(noise(seed))
    assert store._bytes <= 100_000


def test_a_file_keeps_results_for_other_processes(tmp_path: Path) -> None:
    first = MusicEngine(store=SQLiteStore(tmp_path / "me.db")).analyze(noise())
    engine = MusicEngine(store=SQLiteStore(tmp_path / "me.db"), analyzer=(analyzer := Counting(Native.identity)))
    assert engine.analyze(noise()) == first
    assert analyzer.calls == 0


def test_a_copy_of_an_engine_carries_no_results() -> None:
    engine = MusicEngine()
    engine.analyze(noise())
    assert len(pickle.dumps(engine)) < 5000
    again = pickle.loads(pickle.dumps(engine))
    assert again.analyze(noise()) == engine.analyze(noise())
    assert again.stats().cache_hits == 0


@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "empty", "another kind"])
def test_a_damaged_entry_is_measured_again(damage: str) -> None:
    store = MemoryStore()
    engine = MusicEngine(cache=store, analyzer=(analyzer := Counting()))
    report = engine.analyze(noise())
    (key,) = store.keys("cache/")
    entry = store.get(key) or b""
    flipped = bytearray(entry)
    flipped[-100] ^= 1
    Cache(other := MemoryStore()).recall(Audio, "analyze", Counting(), (noise(),), noise)
    foreign = other.get(next(iter(other.keys()))) or b""
    wrong = {
        "truncated": entry[:-7], "flipped": bytes(flipped), "foreign": b"hello", "empty": b"", "another kind": foreign
    }  # fmt: skip
    store.put(key, wrong[damage])
    assert engine.analyze(noise()) == report
    assert analyzer.calls == 2
    assert store.get(key) == entry


class Broken(MemoryStore):
    def get(self, key: str, /) -> bytes | None:
        raise StoreError("the disk is gone")

    def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
        raise StoreError("the disk is full")


def test_a_store_that_fails_costs_time_and_no_result() -> None:
    engine = MusicEngine(cache=Broken(), analyzer=(analyzer := Counting()))
    assert engine.analyze(noise()) == engine.analyze(noise())
    assert analyzer.calls == 2


def test_a_value_too_odd_to_write_down_is_not_kept() -> None:
    cache = Cache(store := MemoryStore())
    odd = attrs.evolve(Native().analyze(noise()), abstained={"tempo": 1j})
    value, remembered = cache.recall(AudioReport, "odd", Native(), (noise(),), lambda: odd)
    assert (value, remembered, list(store.keys())) == (odd, False, [])
    assert not isinstance(value, Stems)
    assert "MemoryStore" in repr(cache)
