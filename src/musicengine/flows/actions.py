"""What a producer proposed is done: an action, the verb it stands for, and what the session remembers of it."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from musicengine.errors import BackendError, InputError
from musicengine.flows.refine import refine, revise
from musicengine.flows.sessions import Sessions
from musicengine.synth import compose
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
from musicengine.values.making import MAX_PROMPT, Brief, Message, Take
from musicengine.values.production import Production
from musicengine.values.reports import Report
from musicengine.values.words import Lyrics

__all__ = ["Done", "Room", "compose_words", "execute"]

Done: TypeAlias = Take | Production | Lyrics | LyricsReport
"""What an action gives: a take, a production, the words that were written, or the report of a lyric."""


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
            return _written(sessions, session, action)
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


def _written(sessions: Sessions, session: str | Session | None, action: WriteLyrics) -> Lyrics:
    """The words of the song with those that were asked for; the session's brief holds them then."""
    words = compose_words(action)
    if session is not None:

        def step(before: Session) -> Session:
            note = Message("system", f"Wrote {len(words.lines)} lines.")
            brief = attrs.evolve(before.brief, lyrics=words, instrumental=False)
            return attrs.evolve(
                before, brief=brief, earlier=(*before.earlier, before.brief), messages=(*before.messages, note)
            )

        sessions.update(session, step)
    return words


def compose_words(action: WriteLyrics) -> Lyrics:
    """A lyric on the topic; of one section, that section after the lines that the brief has already.

    Raises:
        BackendError: the composer of this installation writes no words.
    """
    brief, wanted = action.brief, action.section
    topic = f"{brief.prompt} about {action.topic}" if action.topic else brief.prompt
    sections = brief.sections or (wanted and (*[wanted] * action.occurrence, "chorus")) or ()
    blank = attrs.evolve(
        brief,
        prompt=topic[:MAX_PROMPT],
        lyrics=None,
        instrumental=False,
        sections=sections,
        energy=brief.energy if sections == brief.sections else (),
    )
    # A genre that is rarely sung gets its words as a pop song does.
    words = _words_of(blank) or _words_of(attrs.evolve(blank, genre="pop"))
    if words is None:
        raise BackendError("the composer wrote no words for this brief; give it your own: 'lyrics: ...'")
    if not wanted:
        return words
    named = [line for line in words.lines if line.section.lower().rstrip(" 0123456789") == wanted]
    stanzas = sorted({line.stanza for line in named})
    if not stanzas:
        raise BackendError(f"the composer wrote no {wanted!r} for this brief; give it your own: 'lyrics: ...'")
    chosen = stanzas[min(action.occurrence, len(stanzas)) - 1]
    before = brief.lyrics.lines if brief.lyrics else ()
    shift = (before[-1].stanza + 1 if before else 0) - chosen
    added = [attrs.evolve(line, stanza=line.stanza + shift) for line in named if line.stanza == chosen]
    return Lyrics([*before, *added])


def _words_of(brief: Brief) -> Lyrics | None:
    words: Lyrics | None = getattr(compose(brief), "lyrics", None)
    return words if words and words.lines else None
