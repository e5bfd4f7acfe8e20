"""A part of a request that asks for one thing, with what it speaks of."""

from __future__ import annotations

import re

import attrs

from musicengine.backends.producer.terms import INSTRUMENTS, SECTIONS, VOCALS

__all__ = ["Clause", "words_of"]

_WORD = re.compile(r"[a-z0-9#&'/+-]+")
_BIT = re.compile(r"\b(?:a (?:little )?(?:bit|touch|tad|hair|smidge|little|notch)|slightly|somewhat|bit|little|tiny)\b")
_MUCH = re.compile(
    r"\b(?:much|way|a lot|lots|far|really|very|super|heaps|significantly|drastically|totally|loads|tons?|extremely)\b"
)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(_WORD.findall(text))


@attrs.frozen
class Clause:
    """A clause.

    Args:
        text: as it was written.
        words: of the text.
        sections: labels of the sections it names.
        vocals: whether it speaks of the voice.
        instrument: that it speaks of; "" for none.
    """

    text: str
    words: tuple[str, ...]
    sections: tuple[str, ...]
    vocals: bool
    instrument: str

    @classmethod
    def of(cls, text: str) -> Clause:
        """Read a clause."""
        words = words_of(text)
        return cls(
            text,
            words,
            tuple(dict.fromkeys(SECTIONS[word] for word in words if word in SECTIONS)),
            any(word in VOCALS for word in words),
            next((word for word in words if word in INSTRUMENTS), ""),
        )

    @property
    def degree(self) -> float:
        """How far it asks to go: a half for a bit, two for much."""
        return 0.5 if _BIT.search(self.text) else 2.0 if _MUCH.search(self.text) else 1.0
