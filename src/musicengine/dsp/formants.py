"""Vocal tracts: the formants of English sounds and the frequency response they make.

Vowels are the averages of men and women in Peterson and Barney, "Control methods used in a study of the vowels"
(JASA 1952), Table II; consonants follow the targets of Klatt, "Software for a cascade/parallel formant synthesizer"
(JASA 1980), Table III, as do the bandwidths. The response is the cascade of resonances of Fant's acoustic theory
(1960): the formants that are given, and above them those of a uniform tube.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np

from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = ["CONSONANTS", "DIPHTHONGS", "TRACTS", "VOWELS", "WOMAN_SCALE", "Tract", "formants", "response"]

Tract: TypeAlias = Literal["man", "woman"]

TRACTS: tuple[Tract, ...] = ("man", "woman")

VOWELS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "IY": ((270, 2290, 3010), (310, 2790, 3310)),
    "IH": ((390, 1990, 2550), (430, 2480, 3070)),
    "EH": ((530, 1840, 2480), (610, 2330, 2990)),
    "AE": ((660, 1720, 2410), (860, 2050, 2850)),
    "AA": ((730, 1090, 2440), (850, 1220, 2810)),
    "AO": ((570, 840, 2410), (590, 920, 2710)),
    "UH": ((440, 1020, 2240), (470, 1160, 2680)),
    "UW": ((300, 870, 2240), (370, 950, 2670)),
    "AH": ((640, 1190, 2390), (760, 1400, 2780)),
    "ER": ((490, 1350, 1690), (500, 1640, 1960)),
}
"""F1 to F3 in Hz of a man and of a woman, by ARPAbet vowel."""

DIPHTHONGS = {"EY": ("EH", "IY"), "AY": ("AA", "IH"), "OY": ("AO", "IH"), "AW": ("AA", "UH"), "OW": ("AO", "UW")}
"""From which vowel to which each diphthong glides."""

CONSONANTS: dict[str, tuple[float, float, float]] = {
    "M": (270, 1000, 2200), "N": (270, 1400, 2500), "NG": (270, 1900, 2700),
    "L": (310, 1050, 2880), "R": (310, 1060, 1380), "W": (290, 610, 2150), "Y": (260, 2070, 3020),
    "P": (400, 1100, 2150), "T": (400, 1600, 2600), "K": (300, 1990, 2850),
    "B": (200, 1100, 2150), "D": (200, 1600, 2600), "G": (200, 1990, 2850),
    "F": (340, 1100, 2080), "TH": (320, 1290, 2540), "S": (320, 1390, 2530), "SH": (300, 1840, 2750),
    "V": (220, 1100, 2080), "DH": (270, 1290, 2540), "Z": (240, 1390, 2530), "ZH": (300, 1840, 2750),
    "CH": (350, 1800, 2820), "JH": (260, 1800, 2820), "HH": (500, 1500, 2500),
}  # fmt: skip
"""F1 to F3 in Hz of a man where a consonant is, by ARPAbet symbol."""

WOMAN_SCALE = 1.16
"""How much higher a woman's formants lie on average: her tract is shorter."""

_BANDWIDTHS = (70.0, 100.0, 160.0, 250.0, 300.0)
_FOURTH, _FIFTH = 3300.0, 3750.0
_TUBE = (4500.0, 5500.0, 6500.0, 7500.0, 8500.0)


@lru_cache(maxsize=128)
def formants(phone: str, tract: Tract) -> tuple[float, float, float]:
    """F1 to F3 in Hz of an ARPAbet symbol without stress; of a diphthong where it begins.

    Raises:
        KeyError: there is no such phone.
    """
    phone = DIPHTHONGS.get(phone, (phone,))[0]
    if phone in VOWELS:
        return VOWELS[phone][tract == "woman"]
    first, second, third = CONSONANTS[phone]
    scale = WOMAN_SCALE if tract == "woman" else 1.0
    return (first * scale, second * scale, third * scale)


def response(
    frequencies: FloatArray, targets: FloatArray, tract: Tract, *, nasal: FloatArray | None = None
) -> ComplexArray:
    """What tracts make of each frequency: complex64 (tracts, k), 1 at 0 Hz.

    Args:
        frequencies: Hz, float32 (tracts, k).
        targets: F1 to F3 in Hz, float32 (tracts, 3).
        tract: whose higher formants.
        nasal: how nasal each tract is, 0 or 1: (tracts,); wide resonances then, as the nose damps them.
    """
    scale = WOMAN_SCALE if tract == "woman" else 1.0
    wide = 1 + 2 * (nasal if nasal is not None else np.zeros(len(targets), np.float32))[:, None]
    squared = frequencies * frequencies
    result: ComplexArray = np.ones(frequencies.shape, np.complex64)
    for place, width in enumerate(_BANDWIDTHS[:3]):
        center = targets[:, place, None]
        result *= center * center - squared + 1j * frequencies * (np.float32(width) * wide)
    denominator_scale = np.prod(targets * targets, axis=1, dtype=np.float64)[:, None].astype(np.complex64)
    result = denominator_scale / result
    fixed = [(_FOURTH, _BANDWIDTHS[3]), (_FIFTH, _BANDWIDTHS[4]), *((center, center / 10) for center in _TUBE)]
    for center_hz, width in fixed:
        square = np.float32((center_hz * scale) ** 2)
        result *= 1 / (1 - squared / square + 1j * frequencies * (np.float32(width * scale) / square))
    return result
