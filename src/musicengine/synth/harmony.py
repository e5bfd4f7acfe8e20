"""Scales, chords named by Roman numerals, and voicings that move as little as possible.

Numerals are relative to the scale of the key (in minor the natural minor: VI and VII are its flat sixth and seventh).
Upper case is major, lower case minor; ``7``, ``maj7``, ``9``, ``sus4``, ``5``, ``o`` (diminished) and ``b`` or ``#``
before the numeral as usual. Labels follow Harte et al. (ISMIR 2005).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import attrs

from musicengine.values.music import PITCH_CLASSES, Key

__all__ = ["Sonority", "degree_pitch", "nearest", "scale", "sonority", "voice"]

_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")
_NUMERAL = re.compile(r"([b#]?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(maj7|maj9|7|9|sus4|5|o|6)?")
_INTERVALS = {
    ("M", ""): ("maj", (0, 4, 7)),
    ("m", ""): ("min", (0, 3, 7)),
    ("M", "7"): ("7", (0, 4, 7, 10)),
    ("m", "7"): ("min7", (0, 3, 7, 10)),
    ("M", "maj7"): ("maj7", (0, 4, 7, 11)),
    ("M", "maj9"): ("maj9", (0, 4, 7, 11, 14)),
    ("M", "9"): ("9", (0, 4, 7, 10, 14)),
    ("m", "9"): ("min9", (0, 3, 7, 10, 14)),
    ("M", "6"): ("maj6", (0, 4, 7, 9)),
    ("m", "6"): ("min6", (0, 3, 7, 9)),
    ("M", "sus4"): ("sus4", (0, 5, 7)),
    ("M", "5"): ("5", (0, 7)),
    ("m", "5"): ("5", (0, 7)),
    ("m", "o"): ("dim", (0, 3, 6)),
}


@attrs.frozen
class Sonority:
    """A chord without time or octave.

    Args:
        root: pitch class, 0 (C) to 11 (B).
        intervals: semitones above the root.
        label: Harte notation.
    """

    root: int
    intervals: tuple[int, ...]
    label: str

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The pitch classes of its tones, the root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def scale(key: Key) -> tuple[int, ...]:
    """The seven pitch classes of the key from its tonic up."""
    return tuple((key.tonic + step) % 12 for step in _SCALES[key.mode])


@lru_cache(maxsize=1024)
def sonority(numeral: str, tonic: int, mode: str) -> Sonority:
    """The chord that a Roman numeral names in a key."""
    found = _NUMERAL.fullmatch(numeral)
    if not found:
        raise ValueError(f"expected a Roman numeral such as 'iv' or 'V7', got {numeral!r}")
    shift = {"b": -1, "#": 1, "": 0}[found[1]]
    root = (tonic + _SCALES[mode][_DEGREES.index(found[2].upper())] + shift) % 12
    kind, intervals = _INTERVALS["M" if found[2].isupper() else "m", found[3] or ""]
    return Sonority(root, intervals, f"{PITCH_CLASSES[root]}:{kind}")


def degree_pitch(degree: int, tonic: int, steps: tuple[int, ...]) -> int:
    """The MIDI pitch of a scale degree counted from 0 at the MIDI pitch ``tonic``."""
    octave, step = divmod(degree, len(steps))
    return tonic + 12 * octave + steps[step]


def nearest(pitch: int, pitch_classes: tuple[int, ...]) -> int:
    """The MIDI pitch nearest to ``pitch`` in one of the pitch classes; the lower of two."""
    return min(
        (pitch + move for move in (0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6)),
        key=lambda p: _miss(p, pitch, pitch_classes),
    )


def _miss(candidate: int, pitch: int, pitch_classes: tuple[int, ...]) -> int:
    return abs(candidate - pitch) + (0 if candidate % 12 in pitch_classes else 100)


def voice(chord: Sonority, previous: tuple[int, ...] | None, center: int, size: int) -> tuple[int, ...]:
    """The tones of a chord as MIDI pitches, low to high, near ``center`` and near the chord before.

    Of all inversions in close position the one that moves its voices least wins; the distance from ``center`` keeps
    the line from drifting.
    """
    tones = _essential(chord, size)
    best: tuple[int, ...] = ()
    best_cost = float("inf")
    for lowest in range(center - 12, center + 3):
        if lowest % 12 not in tones:
            continue
        pitches = _stack(lowest, tones)
        drift = abs(sum(pitches) / len(pitches) - center)
        motion = _motion(previous, pitches) if previous else 0.0
        # Semitones rubbing at the top of a close voicing sound harsh.
        harsh = 2.0 * sum(high - low == 1 for low, high in pairwise(pitches))
        cost = motion + 0.6 * drift + harsh
        if cost < best_cost:
            best, best_cost = pitches, cost
    return best


def _essential(chord: Sonority, size: int) -> tuple[int, ...]:
    """At most ``size`` pitch classes: the fifth goes first, then the root (the bass has it); two are root and fifth."""
    classes = list(dict.fromkeys(chord.pitch_classes))
    if size == 2:
        return (classes[0], next((tone for tone in classes if (tone - chord.root) % 12 in (6, 7)), classes[-1]))
    for spare in (2, 0):
        if len(classes) > size and len(classes) > spare:
            classes.pop(spare)
    return tuple(classes[:size])


def _stack(lowest: int, classes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(lowest + (pitch_class - lowest) % 12 for pitch_class in classes))


def _motion(before: tuple[int, ...], after: tuple[int, ...]) -> float:
    return sum(min(abs(tone - other) for other in before) for tone in after) / len(after) * 3
