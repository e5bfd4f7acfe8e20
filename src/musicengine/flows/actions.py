"""What a producer proposed is done: an action, the verb it stands for, and what the session remembers of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol, TypeAlias

import attrs

from musicengine.errors import BackendError, InputError
from musicengine.flows.refine import refine, revise
from musicengine.flows.sessions import Sessions
from musicengine.synth import compose
from musicengine.synth.songwriting import find_theme
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
from musicengine.values.words import Line, Lyrics

__all__ = ["Done", "Room", "compose_words", "execute"]

_TRIES = 8

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
            return _written(sessions, session, _with_words(action, now))
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

    with suppress(InputError):  # it ended while the take was made: what was made, and paid for, is the caller's
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


def _with_words(action: WriteLyrics, session: Session | None) -> WriteLyrics:
    """The action on a brief with the words of the song so far: those that its last take sang, if none are given."""
    brief = action.brief
    made = [heard.brief for heard in session.heard if heard.brief is not None] if session else []
    if brief.lyrics is not None or not action.section or not made or made[-1].prompt != brief.prompt:
        return action
    return attrs.evolve(action, brief=attrs.evolve(brief, lyrics=made[-1].lyrics, seed=made[-1].seed))


def compose_words(action: WriteLyrics) -> Lyrics:
    """A lyric on the topic; of one section, that section among the lines that the brief has already.

    A section that is there is replaced, another comes after the others. Neither repeats a line that is there, as far
    as the composer has others.

    Raises:
        BackendError: the composer of this installation writes no words.
    """
    if not action.section:
        return _whole(action)
    brief = action.brief
    before = list(brief.lyrics.lines) if brief.lyrics else []
    said = {line.text for line in before}
    tries = (_section(attrs.evolve(action, brief=attrs.evolve(brief, seed=brief.seed + n))) for n in range(_TRIES))
    best: list[Line] = min(_until_fresh(tries, said), key=lambda lines: sum(line.text in said for line in lines))
    at = [index for index, line in enumerate(before) if _is_same(line, best[0], action)]
    kept = [line for index, line in enumerate(before) if index not in at]
    place = at[0] if at else len(before)
    return Lyrics(_numbered([*kept[:place], *best, *kept[place:]]))


def _whole(action: WriteLyrics) -> Lyrics:
    """Words for the song.

    Raises:
        BackendError: the composer writes none.
    """
    brief, wanted = action.brief, action.section
    # A topic that names a theme stands alone: what the song was about before would drown it.
    topic = action.topic if find_theme(action.topic) else f"{brief.prompt} about {action.topic}"
    sections = brief.sections or (wanted and (*[wanted] * action.occurrence, "chorus")) or ()
    blank = attrs.evolve(
        brief,
        prompt=(topic if action.topic else brief.prompt)[:MAX_PROMPT],
        lyrics=None,
        instrumental=False,
        sections=sections,
        energy=brief.energy if sections == brief.sections else (),
    )
    # A genre that is rarely sung gets its words as a pop song does.
    words = _words_of(blank) or _words_of(attrs.evolve(blank, genre="pop"))
    if words is None:
        raise BackendError("the composer wrote no words for this brief; give it your own: 'lyrics: ...'")
    return words


def _section(action: WriteLyrics) -> list[Line]:
    """The lines of the one section.

    Raises:
        BackendError: the composer writes none.
    """
    named = [line for line in _whole(action).lines if _label(line) == action.section]
    stanzas = sorted({line.stanza for line in named})
    if not stanzas:
        raise BackendError(f"the composer wrote no {action.section!r} for this brief; give it your own: 'lyrics: ...'")
    chosen = stanzas[min(action.occurrence, len(stanzas)) - 1]
    return [line for line in named if line.stanza == chosen]


def _until_fresh(tries: Iterator[list[Line]], said: set[str]) -> Iterator[list[Line]]:
    """The tries, up to the first that repeats nothing."""
    for lines in tries:
        yield lines
        if said.isdisjoint(line.text for line in lines):
            return


def _label(line: Line) -> str:
    return line.section.lower().rstrip(" 0123456789")


def _is_same(line: Line, new: Line, action: WriteLyrics) -> bool:
    """Whether a line stands where the new ones belong: the chorus has one place, a verse its number."""
    if _label(line) != action.section:
        return False
    return line.section == new.section or action.section != "verse"


def _numbered(lines: list[Line]) -> list[Line]:
    """The lines with their stanzas counted anew."""
    starts = [index == 0 or _place(lines[index - 1]) != _place(line) for index, line in enumerate(lines)]
    return [attrs.evolve(line, stanza=sum(starts[: index + 1]) - 1) for index, line in enumerate(lines)]


def _place(line: Line) -> tuple[str, int]:
    return line.section, line.stanza


def _words_of(brief: Brief) -> Lyrics | None:
    words: Lyrics | None = getattr(compose(brief), "lyrics", None)
    return words if words and words.lines else None
