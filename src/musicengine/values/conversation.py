"""What a conversation with a producer is made of: Change, Heard, actions, Context, Session, Reply, Verdict."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs

from musicengine.errors import InputError
from musicengine.values import _talk_view
from musicengine.values._value import Value, fields
from musicengine.values.making import Brief, Message, Take
from musicengine.values.reports import Report
from musicengine.values.words import Lyrics

__all__ = [
    "Action",
    "AnalyzeLyrics",
    "Change",
    "Context",
    "Generate",
    "Heard",
    "Produce",
    "Refine",
    "Reply",
    "Session",
    "Verdict",
    "WriteLyrics",
    "find_changes",
]

_NAMES = {
    "bpm": ("tempo", " bpm"),
    "duration_s": ("length", " s"),
    "vocal_level_db": ("vocal level", " dB"),
    "hook_repetition": ("hook repetition", ""),
    "intro_bars": ("intro", " bars"),
    "drift": ("tempo drift", ""),
}
_OPEN = Brief()
_SILENT = ("prompt", "understood")


@attrs.frozen(repr=False, slots=False)
class Change(Value):
    """One field of a brief that is not what it was.

    Args:
        field: of the brief.
        before, after: as a person reads them; "open" where the field is left to the generator.
    """

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        name = _NAMES.get(self.field, (self.field.replace("_", " "), ""))[0]
        return f"{name} {self.before} → {self.after}"


def find_changes(before: Brief, after: Brief) -> tuple[Change, ...]:
    """The fields in which two briefs differ, in the order of the fields; the prompt is no direction by itself."""
    return tuple(
        Change(field.name, _said(field.name, old), _said(field.name, new))
        for field in fields(before)
        if field.name not in _SILENT and (old := getattr(before, field.name)) != (new := getattr(after, field.name))
    )


def _said(name: str, item: Any) -> str:
    """A field's content as a person reads it."""
    if item is None or item == ():
        return "open"
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, Lyrics):
        return f'"{item.lines[0].text}" …' if item.lines else "none"
    if isinstance(item, tuple):
        return ", ".join(part if isinstance(part, str) else f"{part:g}" for part in item)
    return f"{item:g}{_NAMES.get(name, ('', ''))[1]}" if isinstance(item, (int, float)) else str(item)


@attrs.frozen(repr=False, slots=False)
class Heard(Value):
    """A track that was measured, as a conversation remembers it: without its sound.

    Args:
        report: of the track; curves and other arrays are left out.
        brief: that it was made of, with every open field decided; None for sound from elsewhere.
        content: the digest of its audio; "" if unknown.
    """

    report: Report
    brief: Brief | None = None
    content: str = ""

    @classmethod
    def of(cls, report: Report, take: Take | None = None) -> Heard:
        """What is worth remembering of a report and its take."""
        form = report.audio.form
        lean = attrs.evolve(
            report.audio,
            beats=None,
            rhythm=None,
            chords=None,
            harmony=None,
            loudness_curve=None,
            waveform=None,
            timbre=None,
            pitch=None,
            melody=None,
            embedding=None,
            separation=None,
            form=form and attrs.evolve(form, energy_db=form.energy_db[:0]),
        )
        kept = attrs.evolve(report, audio=lean, lyrics=None)
        return cls(kept, take.brief, take.audio.digest) if take else cls(kept)


@attrs.frozen(repr=False, slots=False)
class Generate(Value):
    """Make a take of a brief and listen to it; gives a Take."""

    brief: Brief


@attrs.frozen(repr=False, slots=False)
class Refine(Value):
    """Make the last take again with the edits that answer its report; gives a Take."""


@attrs.frozen(repr=False, slots=False)
class Produce(Value):
    """Make, listen and improve for several rounds; gives a Production.

    Args:
        brief: to begin with.
        rounds: at most, from 1 to 20.
        target: the score that is good enough, from 0 to 100.
    """

    brief: Brief
    rounds: int = 3
    target: float = 85.0

    def __attrs_post_init__(self) -> None:
        """Require figures that end."""
        if not isinstance(self.rounds, int) or not 1 <= self.rounds <= 20:
            raise InputError(f"Produce.rounds must be a whole number from 1 to 20, got {self.rounds!r}")
        if not 0 <= self.target <= 100:
            raise InputError(f"Produce.target must lie from 0 to 100, got {self.target!r}")


@attrs.frozen(repr=False, slots=False)
class WriteLyrics(Value):
    """Write words and put them into the brief; gives Lyrics.

    Args:
        brief: of the song.
        section: to write, e.g. "verse"; "" for the whole song.
        topic: what it is about; "" leaves it open.
        occurrence: which section of that name, from 1.
    """

    brief: Brief
    section: str = ""
    topic: str = ""
    occurrence: int = 1


@attrs.frozen(repr=False, slots=False)
class AnalyzeLyrics(Value):
    """Read a lyric; gives a LyricsReport."""

    lyrics: Lyrics


Action: TypeAlias = Generate | Refine | Produce | WriteLyrics | AnalyzeLyrics
"""What a producer proposes and ``MusicEngine.execute`` does."""


@attrs.frozen(repr=False, slots=False)
class Context(Value):
    """What a prompt template tells a chat model.

    Args:
        request: the user's words.
        brief: the direction so far.
        earlier: the briefs before it, the oldest first.
        heard: the tracks that were measured, the latest last.
    """

    request: str
    brief: Brief = _OPEN
    earlier: tuple[Brief, ...] = attrs.field(default=(), converter=tuple[Brief, ...])
    heard: tuple[Heard, ...] = attrs.field(default=(), converter=tuple[Heard, ...])


@attrs.frozen(repr=False, slots=False)
class Session(Value):
    """A conversation.

    Args:
        id: names it.
        brief: the direction so far.
        earlier: the briefs before it, the oldest first: what can be undone.
        heard: the tracks that were measured, the latest last.
        messages: what was said, in order.
        turns: how many times the user spoke.
        forgotten: how many of the first messages were dropped because the history grew too long.
        updated_s: when it last changed, seconds since 1970 (UTC).
    """

    id: str
    brief: Brief = _OPEN
    earlier: tuple[Brief, ...] = attrs.field(default=(), converter=tuple[Brief, ...])
    heard: tuple[Heard, ...] = attrs.field(default=(), converter=tuple[Heard, ...])
    messages: tuple[Message, ...] = attrs.field(default=(), converter=tuple[Message, ...])
    turns: int = 0
    forgotten: int = 0
    updated_s: float = attrs.field(default=0.0, eq=False)

    @property
    def transcript(self) -> str:
        """What was said, to read."""
        names = {"user": "You", "assistant": "Producer", "system": "Note"}
        said = [f"{names[message.role]}: {message.content}" for message in self.messages]
        dropped = [f"({self.forgotten:,} earlier messages were dropped.)"] if self.forgotten else []
        return "\n\n".join([*dropped, *said])

    def _repr_html_(self) -> str:
        return _talk_view.session(self)


@attrs.frozen(repr=False, slots=False)
class Reply(Value):
    """A producer's answer.

    Args:
        message: to read.
        brief: the direction now.
        changes: what this turn changed in it; ``undo`` in the conversation takes them back.
        actions: what could be done next, for ``MusicEngine.execute``; the most obvious first.
        session: the id of the conversation.
        unverified: numbers in the message that are neither in the user's words nor in a brief or report.
    """

    message: Message
    brief: Brief
    changes: tuple[Change, ...] = attrs.field(default=(), converter=tuple[Change, ...])
    actions: tuple[Action, ...] = attrs.field(default=(), converter=tuple[Action, ...])
    session: str = ""
    unverified: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    def _repr_html_(self) -> str:
        return _talk_view.reply(self)

    def __str__(self) -> str:
        return self.message.content


@attrs.frozen(repr=False, slots=False)
class Verdict(Value):
    """What a moderator says of a text.

    Args:
        allowed: whether it may pass.
        rule: the rule that forbids it, e.g. "hate"; "" if it is allowed.
        advice: what the rule is about, one sentence that does not repeat the text.
    """

    allowed: bool = True
    rule: str = ""
    advice: str = ""
