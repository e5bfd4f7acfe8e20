"""Syllables on notes become sounds in time: consonants before the beat, the vowel on it, the rest before the next.

A note is where its vowel starts, as singers place it (Sundberg, The Science of the Singing Voice, 1987). Consonants
take their usual time from the note before, at most about half of it; then they are said faster.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from musicengine.dsp.phonemes import PHONES, is_vowel

__all__ = ["Segment", "articulate"]

_SHARE = 0.5
_JOINED_S = 0.12


@attrs.frozen
class Segment:
    """One sound of a sung syllable.

    Args:
        phone: ARPAbet without stress.
        start_s, end_s: when.
        note: which note it belongs to.
        vowel: whether it carries the syllable.
    """

    phone: str
    start_s: float
    end_s: float
    note: int
    vowel: bool


def articulate(
    starts_s: Sequence[float], ends_s: Sequence[float], syllables: Sequence[tuple[str, ...]]
) -> tuple[Segment, ...]:
    """The sounds of every note, in order of time; they never overlap.

    Args:
        starts_s: when the vowel of each note starts, increasing.
        ends_s: when each note ends at the latest.
        syllables: the phones of each note, one vowel each.
    """
    split = [_split(syllable) for syllable in syllables]
    onset_s, coda_s = [_length(onset) for onset, _, _ in split], [_length(coda) for _, _, coda in split]
    # A voice that begins with the track needs a moment for its first consonants.
    vowels_s = [max(start, onset_s[0]) if i == 0 else start for i, start in enumerate(starts_s)]
    for i, start in enumerate(vowels_s[1:]):
        room = max(start - vowels_s[i], 0.02) * _SHARE
        wanted = onset_s[i + 1] + (coda_s[i] if ends_s[i] + _JOINED_S > start - onset_s[i + 1] else 0)
        if wanted > room:
            coda_s[i] *= room / wanted
            onset_s[i + 1] *= room / wanted
    segments: list[Segment] = []
    for i, (onset, vowel, coda) in enumerate(split):
        start = vowels_s[i]
        following = vowels_s[i + 1] - onset_s[i + 1] if i + 1 < len(split) else float("inf")
        end = min(max(ends_s[i], start + 0.03), following)
        if following - end < _JOINED_S:
            end = following  # legato
        coda_s[i] = min(coda_s[i], 0.6 * (end - start))
        segments += _spread(onset, start - onset_s[i], start, i)
        segments.append(Segment(vowel.rstrip("012"), start, end - coda_s[i], i, vowel=True))
        segments += _spread(coda, end - coda_s[i], end, i)
    return tuple(segments)


def _split(syllable: tuple[str, ...]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """The consonants before the vowel, the vowel, and those after it."""
    at = next(place for place, phone in enumerate(syllable) if is_vowel(phone))
    return syllable[:at], syllable[at], syllable[at + 1 :]


def _length(phones: tuple[str, ...]) -> float:
    """How long consonants take; in a cluster each is shorter."""
    return sum(PHONES[phone].length_s for phone in phones) * (1.0, 1.0, 0.8, 0.7)[min(len(phones), 3)]


def _spread(phones: tuple[str, ...], start_s: float, end_s: float, note: int) -> list[Segment]:
    """Consonants in a row from one time to another, each in proportion to its usual length."""
    total = sum(PHONES[phone].length_s for phone in phones)
    segments, at = [], start_s
    for place, phone in enumerate(phones):
        until = end_s if place == len(phones) - 1 else at + (end_s - start_s) * PHONES[phone].length_s / total
        segments.append(Segment(phone, at, until, note, vowel=False))
        at = until
    return segments
