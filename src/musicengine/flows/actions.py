"""What a producer proposed is done: an action, the verb it stands for, and what the session remembers of it."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from musicengine.errors import InputError
from musicengine.flows.refine import refine, revise
from musicengine.flows.sessions import Sessions
from musicengine.values.conversation import (
    Action,
    AnalyzeLyrics,
    Generate,
    Heard,
    Produce,
    Refine,
    Session,
    WriteLyrics,
)
from musicengine.values.lyrics import LyricsReport
from musicengine.values.making import Brief, Message, Take
from musicengine.values.production import Production
from musicengine.values.reports import Report
from musicengine.values.words import Lyrics

__all__ = ["Done", "Room", "execute"]

Done: TypeAlias = Take | Production | Lyrics | LyricsReport
"""What an action gives: Generate and Refine a Take, Produce a Production, WriteLyrics Lyrics, AnalyzeLyrics a report."""


class Room(Protocol):
    """The verbs that actions need."""

    def generate(self, prompt: str | Brief, /) -> Take:
        """Make a take."""
        ...

    def analyze(self, sound: Take, /) -> Report:
        """Listen to it."""
        ...

    def analyze_lyrics(self, words: Lyrics, /) -> LyricsReport:
        """Read a lyric."""
        ...

    def produce(self, prompt: str | Brief, /, *, rounds: int, target: float) -> Production:
        """Make, listen and improve."""
        ...

    def write(self, brief: Brief, /) -> Lyrics:
        """Write the words of a song."""
        ...


def execute(action: Action, room: Room, sessions: Sessions, session: str | Session | None) -> Done:
    """Do an action; the session, if any, hears what was made of it.

    Raises:
        InputError: it is no action, the session does not exist, or has no take to refine.
        BackendError: a backend failed.
    """
    now = None if session is None else sessions.load(session)
    match action:
        case Generate():
            return _made(room, sessions, session, action.brief)
        case Refine():
            return _made(room, sessions, session, _refined(now))
        case Produce():
            production = room.produce(action.brief, rounds=action.rounds, target=action.target)
            if session is not None:
                best = production.best
                _remember(sessions, session, Heard.of(best.report, best.take), "Produced a track")
            return production
        case WriteLyrics():
            return _written(room, sessions, session, action)
        case AnalyzeLyrics():
            return room.analyze_lyrics(action.lyrics)
    raise InputError(f"expected an action, such as one of Reply.actions, got {type(action).__name__}")


def _made(room: Room, sessions: Sessions, session: str | Session | None, brief: Brief) -> Take:
    take = room.generate(brief)
    if session is not None:
        _remember(sessions, session, Heard.of(room.analyze(take), take), "Made a take")
    return take


def _refined(session: Session | None) -> Brief:
    """The brief of the session's last take with the edits that answer its report."""
    made = [heard for heard in session.heard if heard.brief is not None] if session else []
    if not made or made[-1].brief is None:
        raise InputError("there is no take to refine: execute a Generate with session=... first")
    last = made[-1]
    return revise(made[-1].brief, refine(made[-1].brief, last.report))


def _remember(sessions: Sessions, session: str | Session, heard: Heard, note: str) -> None:
    def step(before: Session) -> Session:
        said = Message("system", f"{note}: {heard.report.score}.")
        return attrs.evolve(before, heard=(*before.heard, heard), messages=(*before.messages, said))

    sessions.update(session, step)


def _written(room: Room, sessions: Sessions, session: str | Session | None, action: WriteLyrics) -> Lyrics:
    topic = f"{action.brief.prompt}\nabout {action.topic}" if action.topic else action.brief.prompt
    words = room.write(attrs.evolve(action.brief, prompt=topic, lyrics=None, instrumental=False))
    return words
