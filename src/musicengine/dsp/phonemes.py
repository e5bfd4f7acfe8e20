"""How a singer makes each sound of English: voiced or not, which noise, how long and how loud.

Durations are about those of Klatt, "Linguistic uses of segmental duration in English" (JASA 1976), shortened as in
singing, where the vowel takes the note.
"""

from __future__ import annotations

from itertools import pairwise

import attrs

__all__ = ["PHONES", "Phone", "is_vowel", "split_syllables"]


@attrs.frozen
class Phone:
    """A consonant.

    Args:
        length_s: how long it lasts where there is room.
        voiced: amplitude of the voice in it, a vowel's is 1.
        noise_hz: between which frequencies its noise lies; () for none.
        noise: amplitude of the noise, about a vowel's with 1.
        closed: which part of it is closed before it bursts, in [0, 1].
        nasal: whether it sounds through the nose.
    """

    length_s: float
    voiced: float = 0.0
    noise_hz: tuple[float, ...] = ()
    noise: float = 0.0
    closed: float = 0.0
    nasal: bool = False


PHONES = {
    "P": Phone(0.085, 0.0, (500.0, 2500.0), 0.30, 0.6),
    "T": Phone(0.085, 0.0, (3200.0, 8000.0), 0.32, 0.6),
    "K": Phone(0.090, 0.0, (1400.0, 3600.0), 0.32, 0.55),
    "B": Phone(0.060, 0.12, (400.0, 2000.0), 0.15, 0.75),
    "D": Phone(0.055, 0.12, (2500.0, 6000.0), 0.15, 0.75),
    "G": Phone(0.060, 0.12, (1200.0, 3000.0), 0.16, 0.7),
    "CH": Phone(0.105, 0.0, (2000.0, 6500.0), 0.30, 0.4),
    "JH": Phone(0.080, 0.15, (2000.0, 6500.0), 0.18, 0.4),
    "F": Phone(0.090, 0.0, (1500.0, 9000.0), 0.10),
    "TH": Phone(0.085, 0.0, (1800.0, 9000.0), 0.08),
    "S": Phone(0.100, 0.0, (4500.0, 9500.0), 0.28),
    "SH": Phone(0.100, 0.0, (2200.0, 6500.0), 0.28),
    "HH": Phone(0.065, 0.0, (700.0, 4500.0), 0.12),
    "V": Phone(0.060, 0.40, (1500.0, 8000.0), 0.05),
    "DH": Phone(0.045, 0.40, (1800.0, 8000.0), 0.04),
    "Z": Phone(0.075, 0.35, (4500.0, 9500.0), 0.14),
    "ZH": Phone(0.075, 0.35, (2200.0, 6500.0), 0.14),
    "M": Phone(0.070, 0.45, nasal=True),
    "N": Phone(0.065, 0.45, nasal=True),
    "NG": Phone(0.070, 0.45, nasal=True),
    "L": Phone(0.065, 0.65),
    "R": Phone(0.065, 0.65),
    "W": Phone(0.065, 0.60),
    "Y": Phone(0.060, 0.65),
}
"""Every consonant of ARPAbet."""

_BEFORE_R = frozenset(["P", "T", "K", "B", "D", "G", "F", "TH", "SH"])
_BEFORE_L = frozenset(["P", "K", "B", "G", "F", "S"])
_BEFORE_W = frozenset(["T", "K", "D", "G", "S", "TH", "HH"])
_BEFORE_Y = frozenset(["P", "K", "B", "F", "V", "M", "HH"])
_AFTER_S = frozenset(["P", "T", "K", "M", "N", "F"])


def is_vowel(phone: str) -> bool:
    """Whether a phone of the dictionary carries a syllable: vowels have a stress digit."""
    return phone[-1].isdigit()


def split_syllables(phones: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """A word's phones by syllable; consonants between vowels begin the next one as far as English allows.

    Args:
        phones: ARPAbet, vowels with stress digits.
    """
    vowels = [place for place, phone in enumerate(phones) if is_vowel(phone)]
    if not vowels:
        return ()
    cuts = [0]
    for before, after in pairwise(vowels):
        cut = after
        while cut - 1 > before and _begins(phones[cut - 1 : after]):
            cut -= 1
        cuts.append(cut)
    return tuple(phones[start:end] for start, end in zip(cuts, [*cuts[1:], len(phones)], strict=True))


def _begins(cluster: tuple[str, ...]) -> bool:
    """Whether a syllable may begin with these consonants."""
    if len(cluster) == 1:
        return cluster[0] not in ("NG", "ZH")
    first, second, *rest = cluster
    if first == "S" and second in _AFTER_S:
        return not rest or (len(rest) == 1 and second in ("P", "T", "K") and _begins((second, rest[0])))
    followers = {"R": _BEFORE_R, "L": _BEFORE_L, "W": _BEFORE_W, "Y": _BEFORE_Y}
    return not rest and first in followers.get(second, frozenset())
