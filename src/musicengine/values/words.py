"""Words sung or written: Word, Transcript, Pronunciation, Line, Lyrics."""

from __future__ import annotations

import attrs

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._arrays import confidence, non_negative
from musicengine.values._value import Value

__all__ = ["Line", "Lyrics", "Pronunciation", "Transcript", "Word"]


@attrs.frozen(repr=False, slots=False)
class Word(Value):
    """A word with its place in time.

    Args:
        text: as written.
        start_s: where it begins.
        end_s: where it ends, not before.
        confidence: that it is there, in [0, 1].
    """

    text: str
    start_s: float = attrs.field(converter=float, validator=non_negative)
    end_s: float = attrs.field(converter=float, validator=non_negative)
    confidence: float = attrs.field(default=1.0, converter=float, validator=confidence)

    def __attrs_post_init__(self) -> None:
        """Require a word that does not end before it starts."""
        if self.end_s < self.start_s:
            raise InputError(
                f"Word {self.text!r} must not end before it starts, got {self.start_s} s to {self.end_s} s"
            )

    def __str__(self) -> str:
        return f"{self.text} {self.start_s:.2f}-{self.end_s:.2f} s"


@attrs.frozen(repr=False, slots=False)
class Transcript(Value):
    """The words of a recording, in order of time.

    Args:
        words: with their times.
        language: ISO 639-1 code.
        provenance: "stub", "measured" or "live:<backend>".
    """

    words: tuple[Word, ...] = attrs.field(default=(), converter=tuple[Word, ...])
    language: str = "en"
    provenance: str = attrs.field(default="measured", eq=False)

    @property
    def text(self) -> str:
        """The words with a space between them."""
        return " ".join(word.text for word in self.words)

    def _repr_html_(self) -> str:
        return _views.transcript(self)


@attrs.frozen(repr=False, slots=False)
class Pronunciation(Value):
    """How a word sounds.

    Args:
        word: as it was asked for.
        phones: ARPAbet symbols, vowels with their stress digit: ("HH", "AH0", "L", "OW1").
        source: "dictionary", "rule" (slang, numbers, initials, forms of known words), "letters" (the letter-to-sound
            model) or "none" (no Latin letters or digits: no phones).
    """

    word: str
    phones: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    source: str

    @property
    def syllables(self) -> int:
        """The number of vowels."""
        return sum(phone[-1].isdigit() for phone in self.phones)

    @property
    def stresses(self) -> tuple[int, ...]:
        """The stress digit of each syllable: 1 primary, 2 secondary, 0 none."""
        return tuple(int(phone[-1]) for phone in self.phones if phone[-1].isdigit())

    def __str__(self) -> str:
        return " ".join(self.phones)


# Long lyrics hold thousands: slots spare each a dictionary that the garbage collector would visit.
@attrs.frozen(repr=False, getstate_setstate=False)
class Line(Value):
    """One sung line.

    Args:
        text: without tags and times.
        section: the tag above it, e.g. "Verse 1"; "" without one.
        stanza: which block of lines it belongs to, from 0.
        start_s: when it starts, where the text says so (LRC).
        repeat: how often it is sung in a row, "(x2)" is 2.
    """

    text: str
    section: str = ""
    stanza: int = 0
    start_s: float | None = attrs.field(default=None, validator=non_negative)
    repeat: int = 1

    def __str__(self) -> str:
        return self.text


@attrs.frozen(repr=False, slots=False)
class Lyrics(Value):
    """A lyric, line by line. ``musicengine.lyrics.parse`` makes one of a text."""

    lines: tuple[Line, ...] = attrs.field(default=(), converter=tuple[Line, ...])

    @property
    def text(self) -> str:
        """The words alone, one line each."""
        return "\n".join(line.text for line in self.lines)

    def _repr_html_(self) -> str:
        return _views.lyrics(self)
