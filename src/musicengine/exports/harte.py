"""Chord labels in Harte notation to pitches (Harte et al., Symbolic representation of musical chords, ISMIR 2005)."""

from __future__ import annotations

import re

import attrs

from musicengine.errors import InputError

__all__ = ["Spelled", "spell"]

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DEGREES = (0, 2, 4, 5, 7, 9, 11)
_KINDS = {
    "": (0, 4, 7),
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "5": (0, 7),
    "1": (0,),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "6": (0, 4, 7, 9),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "min9": (0, 3, 7, 10, 14),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "sus4(b7)": (0, 5, 7, 10),
}
_LABEL = re.compile(r"([A-G])([#b]*)(?::([^/]*))?(?:/([#b]*)(\d{1,2}))?")


@attrs.frozen
class Spelled:
    """A chord: pitch class of the root, its name, the kind in shorthand, semitones above the root, bass pitch class."""

    root: int
    name: str
    kind: str
    intervals: tuple[int, ...]
    bass: int


def spell(label: str) -> Spelled | None:
    """The pitches of a label; None for "N" and "X", which are no chord.

    Raises:
        InputError: the label is no chord of Harte's notation, or of a kind that is not known here.
    """
    if label in ("N", "X", ""):
        return None
    found = _LABEL.fullmatch(label)
    if found is None or (found[3] or "") not in _KINDS:
        raise InputError(f"expected a chord in Harte notation such as 'C:maj' or 'A:min7', got {label[:40]!r}")
    root = (_LETTERS[found[1]] + found[2].count("#") - found[2].count("b")) % 12
    bass = root
    if found[5]:
        degree = int(found[5]) - 1
        bass = (root + _DEGREES[degree % 7] + found[4].count("#") - found[4].count("b")) % 12
    return Spelled(root, found[1] + found[2], found[3] or "maj", _KINDS[found[3] or ""], bass)
