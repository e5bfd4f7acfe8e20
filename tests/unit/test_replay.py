"""Productions on file, run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from musicengine import Audio, Brief, CodecError, FileError, InputError, MusicEngine, Production, Recording, codec
from musicengine.backends.native import Native
from musicengine.flows.replay import load_recording, record
from musicengine.values.reports import AudioReport
from tests.unit.test_produce import Dear

SECRET = Dear().key


@pytest.fixture(scope="module")
def engine() -> MusicEngine:
    return MusicEngine()


@pytest.fixture(scope="module")
def made(engine: MusicEngine) -> Production:
    return engine.produce(Brief("", genre="r&b", mood="sad", duration_s=12, seed=3), rounds=2)


@pytest.fixture(scope="module")
def bought() -> Production:
    return MusicEngine(generator=Dear()).produce("pop, 6 seconds")


def test_a_production_runs_again_bit_for_bit(engine: MusicEngine, made: Production, tmp_path: Path) -> None:
    path = engine.save(made, tmp_path / "a.production")
    again = engine.replay(path)
    assert again.same
    assert again.text == "the same, bit for bit"
    assert again.production == made
    assert again.production.digest == made.digest


def test_what_can_be_rendered_is_not_stored(engine: MusicEngine, made: Production, tmp_path: Path) -> None:
    path = engine.save(made, tmp_path / "a.production")
    assert path.stat().st_size < made.best.take.audio.samples.nbytes / 10
    assert all(not item.takes for item in load_recording(path).rounds)


def test_live_takes_answer_offline(engine: MusicEngine, bought: Production, tmp_path: Path) -> None:
    assert len(bought.rounds) > 1
    path = engine.save(bought, tmp_path / "bought.production")
    again = engine.replay(path)  # by an engine without that generator
    assert again.same, again.text
    assert again.production == bought
    assert again.production.cost == bought.cost


def test_a_take_that_says_stub_but_is_not_ours_is_stored(made: Production) -> None:
    take = made.rounds[0].take
    other = attrs.evolve(take, audio=Audio(take.audio.samples * 0.5, take.audio.rate))
    kept = record(Production([attrs.evolve(made.rounds[0], take=other)], "rounds"))
    assert kept.rounds[0].takes == (other,)


@pytest.mark.parametrize("stopped", ["budget", "failed"])
def test_the_same_end_is_reached(engine: MusicEngine, stopped: str) -> None:
    generator = Failing() if stopped == "failed" else Dear()
    first = MusicEngine(generator=generator).produce("pop, 6 seconds", budget=15 if stopped == "budget" else None)
    assert first.stopped == stopped
    again = engine.replay(first)
    assert again.same, again.text
    assert again.production.stopped == stopped


@attrs.frozen
class Failing(Dear):
    """A generator that fails at the second order, and lets its key slip."""

    orders: list[Brief] = attrs.field(factory=list)

    def submit(self, brief: Brief, /) -> Any:
        self.orders.append(brief)
        if len(self.orders) > 1:
            raise RuntimeError(f"401 for {self.key}")
        return super().submit(brief)


def test_no_secret_is_on_file(tmp_path: Path) -> None:
    for generator in (Dear(), Failing()):
        engine = MusicEngine(generator=generator)
        path = engine.save(engine.produce("pop, 6 seconds"), tmp_path / "a.production")
        assert SECRET.encode() not in path.read_bytes()
        assert b"Dear" not in path.read_bytes()


def altered(recording: Recording, **changes: Any) -> Recording:
    """A recording whose first round was otherwise."""
    return attrs.evolve(recording, rounds=[attrs.evolve(recording.rounds[0], **changes), *recording.rounds[1:]])


def test_differences_name_round_and_matter(engine: MusicEngine, made: Production) -> None:
    recording = record(made)
    (found,) = engine.replay(altered(recording, digests=["0" * 32])).differences
    assert (found.round, found.what, found.before) == (1, "audio", "0" * 32)
    report = recording.rounds[0].report
    worse = attrs.evolve(report, score=type(report.score)())
    (found,) = engine.replay(altered(recording, report=worse)).differences
    assert (found.round, found.what) == (1, "score")
    assert found.before.startswith("100.0000")
    assert str(found).startswith("round 1, score: 100.0000")
    (found,) = engine.replay(altered(recording, kept=False)).differences
    assert str(found) == "round 1, kept: False → True"
    assert {item.what for item in engine.replay(attrs.evolve(recording, stopped="failed")).differences} == {"stopped"}


def test_fewer_rounds_than_there_were_are_said(engine: MusicEngine, made: Production) -> None:
    recording = record(made)
    assert len(recording.rounds) == 2
    short = attrs.evolve(recording, rounds=recording.rounds[:1])
    assert "rounds: 1 → 2" in engine.replay(short).text
    long = attrs.evolve(recording, rounds=[*recording.rounds, recording.rounds[-1]])
    assert "rounds: 3 → 2" in engine.replay(long).text


def test_other_edits_than_there_were_are_said(engine: MusicEngine, made: Production, bought: Production) -> None:
    for production in (made, bought):
        recording = record(production)
        second = attrs.evolve(recording.rounds[1], brief=Brief("something else"), edits=())
        found = engine.replay(attrs.evolve(recording, rounds=[recording.rounds[0], second, *recording.rounds[2:]]))
        assert not found.same
        assert {item.what for item in found.differences} & {"edits", "brief", "stopped"}


@attrs.frozen
class Live:
    """An analyzer elsewhere."""

    def analyze(self, audio: Audio, /, *, progress: Any = None) -> AudioReport:
        return attrs.evolve(Native().analyze(audio), provenance="live:elsewhere", key=None)


def test_what_was_measured_elsewhere_is_not_measured_again(engine: MusicEngine) -> None:
    first = MusicEngine(analyzer=Live()).produce("hip-hop, 6 seconds", rounds=2)
    again = engine.replay(first)
    assert again.same, again.text
    assert again.production.rounds[0].report.audio.key is None


def test_a_file_that_is_not_there(engine: MusicEngine, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.production"):
        engine.replay(tmp_path / "nowhere.production")


def test_a_folder_that_is_not_there(engine: MusicEngine, made: Production, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere"):
        engine.save(made, tmp_path / "nowhere" / "a.production")


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "other"])
def test_a_damaged_or_foreign_file(engine: MusicEngine, made: Production, tmp_path: Path, damage: str) -> None:
    data = codec.encode(record(made))
    foreign = {
        "empty": b"",
        "text": b"RIFF....WAVE",
        "cut": data[: len(data) // 2],
        "flipped": data[:20] + b"\xff\xfe" + data[22:],
        "other": codec.encode(Brief("pop")),
    }[damage]
    path = tmp_path / "a.production"
    path.write_bytes(foreign)
    with pytest.raises(CodecError):
        engine.replay(path)


def test_a_recording_of_nothing(engine: MusicEngine, made: Production) -> None:
    with pytest.raises(CodecError, match="one round"):
        engine.replay(attrs.evolve(record(made), rounds=()))


def test_what_is_no_production(engine: MusicEngine) -> None:
    with pytest.raises(InputError, match="ndarray"):
        engine.replay(np.zeros(3))  # type: ignore[arg-type]


def test_a_file_is_replaced_whole_or_not_at_all(engine: MusicEngine, made: Production, tmp_path: Path) -> None:
    path = tmp_path / "a.production"
    path.write_bytes(b"before")
    engine.save(made, path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.production"]
    assert engine.replay(path).same
