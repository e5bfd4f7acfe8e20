"""Conversations in a store: one key each, a time to live from the last turn, and no turn lost between two writers.

A record is the session's state (:mod:`musicengine.codec`) followed by its messages, a JSON line each. A turn appends
lines and reads only the last few, so a long history costs a turn next to nothing. A writer replaces exactly the record
that it read; one that was overtaken reads again.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator

import attrs

from musicengine import codec
from musicengine.errors import CodecError, InputError, StoreError
from musicengine.protocols import Store
from musicengine.values.conversation import Session
from musicengine.values.making import Message

__all__ = ["DAY_S", "Sessions"]

DAY_S = 86_400.0
_PREFIX = "session/"
_WINDOW = 24
_MOST_BYTES = 1_000_000
_MOST_UNDO = 20
_MOST_HEARD = 4
_MOST_ATTEMPTS = 1_000


@attrs.frozen
class Sessions:
    """The conversations of an engine.

    Args:
        store: where they live.
        ttl_s: seconds from its last turn after which one is forgotten.
        clock: the time, seconds since 1970.
    """

    store: Store
    ttl_s: float = DAY_S
    clock: Callable[[], float] = time.time

    def names(self) -> tuple[str, ...]:
        """The ids of those alive."""
        return tuple(key.removeprefix(_PREFIX) for key in self.store.keys(_PREFIX))

    def load(self, name: str | Session) -> Session:
        """A conversation with all that was said.

        Raises:
            InputError: there is none of that id.
            StoreError: what the store holds is damaged.
        """
        return _unpack(self._record(name), None)

    def end(self, name: str | Session) -> None:
        """Forget a conversation; no error if there is none."""
        self.store.delete(_key(name))

    def update(self, name: str | Session | None, step: Callable[[Session], Session]) -> Session:
        """Take a conversation one step further: the step sees its last messages and adds to them.

        The step is taken again if another thread or process was faster.

        Args:
            name: of the conversation; None begins one.
            step: from how it stands to how it goes on.

        Raises:
            InputError: there is none of that id.
            StoreError: what the store holds is damaged, or others write all the time.
        """
        new = Session(secrets.token_hex(8)) if name is None else None
        for _ in range(_MOST_ATTEMPTS):
            record = None if new else self._record(name or "")
            before = new or _unpack(record or b"", _WINDOW)
            after = attrs.evolve(step(before), updated_s=self.clock())
            if after.messages[: len(before.messages)] != before.messages:
                raise InputError(f"a step of session {before.id!r} may add messages, not change those that are there")
            packed = _pack(after, record, after.messages[len(before.messages) :])
            if self.store.swap(_key(before), packed, expected=record, ttl_s=self.ttl_s):
                return after
        raise StoreError(f"session {name!r} changed {_MOST_ATTEMPTS:,} times while one turn was taken; try again")

    def _record(self, name: str | Session) -> bytes:
        record = self.store.get(_key(name))
        if record is None:
            raise InputError(
                f"there is no session {_id(name)[:80]!r}: it was ended, or nobody spoke in it for "
                f"{_time(self.ttl_s)}, or it never was; leave the session out to begin one"
            )
        return record


def _time(seconds: float) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 3600 else f"{seconds:g} seconds"


def _id(name: str | Session) -> str:
    name = name.id if isinstance(name, Session) else name
    if not isinstance(name, str) or not name:
        raise InputError(f"expected the id of a session, got {name!r}")
    return name


def _key(name: str | Session) -> str:
    return _PREFIX + _id(name)


def _pack(session: Session, record: bytes | None, added: tuple[Message, ...]) -> bytes:
    """The record after a turn: the new state, the lines that were there, the lines that are added."""
    lines = _split(record, session.id)[1] if record else b""
    lines += b"".join(json.dumps([item.role, item.content], ensure_ascii=False).encode() + b"\n" for item in added)
    dropped = 0
    if len(lines) > _MOST_BYTES:
        kept = lines[lines.index(b"\n", len(lines) - _MOST_BYTES) + 1 :]
        dropped, lines = lines.count(b"\n") - kept.count(b"\n"), kept
    state = codec.encode(
        attrs.evolve(
            session,
            messages=(),
            earlier=session.earlier[-_MOST_UNDO:],
            heard=session.heard[-_MOST_HEARD:],
            forgotten=session.forgotten + dropped,
        )
    )
    return len(state).to_bytes(8, "little") + state + lines


def _unpack(record: bytes, window: int | None) -> Session:
    """The session of a record with its last messages, or all.

    Raises:
        StoreError: the record is damaged.
    """
    state, lines = _split(record, "")
    try:
        session = codec.decode(state)
        if not isinstance(session, Session):
            raise CodecError(f"expected a Session, got a {type(session).__name__}")
        return attrs.evolve(session, messages=tuple(_messages(lines, window)))
    except (CodecError, ValueError, TypeError, RecursionError) as error:
        raise StoreError(f"a stored session is damaged ({error}); end it and begin another") from error


def _split(record: bytes, name: str) -> tuple[bytes, bytes]:
    end = 8 + int.from_bytes(record[:8], "little")
    if len(record) < 8 or end > len(record):
        raise StoreError(f"a stored session {name} is damaged: {len(record)} bytes; end it and begin another")
    return record[8:end], record[end:]


def _messages(lines: bytes, window: int | None) -> Iterator[Message]:
    rows = lines.splitlines() if window is None else lines[:-1].rsplit(b"\n", window)[-window:]
    for row in rows:
        if row:
            role, content = json.loads(row)
            yield Message(role, content)
