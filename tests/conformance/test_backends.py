"""Every backend of the library keeps its protocol, and the suite finds those that do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from musicengine import Audio, Message, MusicEngine, Stems, Transcript, registry
from musicengine.backends.hosts import StoredFeed, StoredIndex, StoredOrchestrator, StoredRegistry
from musicengine.backends.native import Native
from musicengine.backends.references import ReferenceIndex
from musicengine.backends.stub.generator import StubGenerator
from musicengine.errors import BackendError, InputError
from musicengine.protocols import PROTOCOLS
from musicengine.stores import MemoryStore
from musicengine.testing import check, record, replay
from musicengine.testing.conformance import _CHECKS

OURS = [(role, name) for role in registry.ROLES | registry.HOSTS for name in registry.names(role)]


@pytest.mark.parametrize(("role", "name"), OURS, ids=str)
def test_every_backend_that_comes_along_keeps_its_protocol(role: str, name: str, tmp_path: Path) -> None:
    environ = {"MUSICENGINE_STORE_PATH": str(tmp_path / "store.sqlite")}
    assert check(registry.create(role, name, environ), role)


@pytest.mark.parametrize("kind", [StoredFeed, StoredIndex, StoredOrchestrator, StoredRegistry, MemoryStore])
def test_stores_and_what_is_kept_in_them_do_too(kind: type) -> None:
    assert check(kind() if kind is MemoryStore else kind(MemoryStore()))


def test_every_protocol_is_checked() -> None:
    assert set(_CHECKS) == set(PROTOCOLS)


def test_all_roles_that_a_backend_plays_are_checked() -> None:
    roles = {sentence.partition(":")[0] for sentence in check(Native(threads=1))}
    assert roles == {"analyzer", "separator", "pitch_tracker", "embedder"}


class Leaky:
    """A separator whose stems miss a little."""

    def separate(self, audio: Audio, /) -> Stems:
        parts = [Audio(audio.samples * 0.24, audio.rate)] * 4
        return Stems(*parts)


class Rude:
    """A chat model that answers as somebody else, and not at all."""

    def reply(self, messages: Sequence[Message], /) -> Message:
        return Message("user", " ")

    def stream(self, messages: Sequence[Message], /) -> Iterator[str]:
        return iter([])


class Polite:
    def reply(self, messages: Sequence[Message], /) -> Message:
        return Message("assistant", "Gladly.")

    def stream(self, messages: Sequence[Message], /) -> Iterator[str]:
        yield from ("Glad", "ly.")


class Mute:
    def transcribe(self, audio: Audio, /, *, lyrics: object = None) -> Transcript:
        return Transcript(())


class Broken:
    def embed(self, audio: Audio, /) -> Any:
        raise ZeroDivisionError("no samples")


def test_failures_are_named_all_at_once() -> None:
    with pytest.raises(AssertionError, match=r"(?s)Leaky breaks 1 of 3:.*add up.* is 0\.\d+ away from the mixture"):
        check(Leaky())
    with pytest.raises(AssertionError, match=r"(?s)Rude breaks 2 of 3:.*role assistant, got 'user'.*answer is empty"):
        check(Rude())
    with pytest.raises(AssertionError, match="raised ZeroDivisionError: no samples"):
        check(Broken())
    with pytest.raises(AssertionError, match=r"separator: it has every verb\. - lacks separate"):
        check(Broken(), "separator")
    with pytest.raises(AssertionError, match="has the verbs of no protocol; nearest is"):
        check(object())
    with pytest.raises(InputError, match="no role 'drummer'"):
        check(object(), "drummer")


def test_small_backends_that_keep_theirs_pass() -> None:
    assert len(check(Polite())) == 3
    assert len(check(Mute())) == 3


def test_what_is_not_picklable_is_found() -> None:
    index = ReferenceIndex()
    index.extra = lambda: None  # type: ignore[attr-defined]
    index.__class__ = type("Odd", (ReferenceIndex,), {"__reduce__": lambda self: (lambda: None, ())})
    with pytest.raises(AssertionError, match="It pickles"):
        check(index)


def test_a_recorder_writes_down_what_an_engine_asks() -> None:
    generator, calls = record(StubGenerator())
    take = MusicEngine(generator=generator).generate("disco, 4 seconds")
    assert [call.verb for call in calls if call.verb in ("submit", "poll", "fetch")] == ["submit", "poll", "fetch"]
    assert calls[-1].answer[0] == take
    again = MusicEngine(generator=replay(calls)).generate("something else")
    assert again == take


def test_a_recorder_writes_down_errors_and_streams() -> None:
    separator, calls = record(Broken())
    with pytest.raises(ZeroDivisionError):
        separator.embed(Audio([[0.0]], 8000))
    assert isinstance(calls[0].error, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        replay(calls).embed(None)
    model, said = record(Polite())
    assert list(model.stream([Message("user", "Please.")])) == ["Glad", "ly."]
    assert said[0].answer == ("Glad", "ly.")
    player = replay(said)
    assert list(player.stream([])) == ["Glad", "ly."]
    with pytest.raises(BackendError, match="stream was not recorded so often"):
        player.stream([])
    with pytest.raises(AttributeError, match="reply was never recorded"):
        player.reply([])
    generator, looked = record(StubGenerator())
    assert generator.capabilities == StubGenerator().capabilities
    assert replay(looked).capabilities == StubGenerator().capabilities
