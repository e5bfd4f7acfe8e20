"""Bells, shelves, notches and high-passes as second-order sections, by the formulas of the Audio EQ Cookbook.

Robert Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients" (W3C note, 2021). Sections
are rows ``b0 b1 b2 a0 a1 a2`` as :func:`musicengine.dsp.filters.biquads` takes them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from musicengine.dsp.types import Array

__all__ = ["Section", "bell", "high_shelf", "low_shelf", "notch", "response_db"]

Section = tuple[float, float, float, float, float, float]


def bell(rate: int, hz: float, q: float, gain_db: float) -> Section:
    """Raise or lower what lies around a frequency."""
    cos, alpha, amplitude = _angles(rate, hz, q, gain_db)
    up, down = alpha * amplitude, alpha / amplitude
    return 1 + up, -2 * cos, 1 - up, 1 + down, -2 * cos, 1 - down


def low_shelf(rate: int, hz: float, gain_db: float) -> Section:
    """Raise or lower what lies below a frequency."""
    return _shelf(rate, hz, gain_db, -1)


def high_shelf(rate: int, hz: float, gain_db: float) -> Section:
    """Raise or lower what lies above a frequency."""
    return _shelf(rate, hz, gain_db, 1)


def notch(rate: int, hz: float, q: float) -> Section:
    """Take one frequency out."""
    cos, alpha, _ = _angles(rate, hz, q, 0.0)
    return 1.0, -2 * cos, 1.0, 1 + alpha, -2 * cos, 1 - alpha


def response_db(section: Section, rate: int, hz: npt.ArrayLike) -> Array:
    """The gain of a section at each frequency, dB."""
    z = np.exp(-2j * np.pi * np.asarray(hz, float) / rate)
    transfer = np.polyval(section[2::-1], z) / np.polyval(section[:2:-1], z)
    return np.asarray(20 * np.log10(np.maximum(np.abs(transfer), 1e-9)))


def _angles(rate: int, hz: float, q: float, gain_db: float) -> tuple[float, float, float]:
    angle = 2 * math.pi * hz / rate
    return math.cos(angle), math.sin(angle) / (2 * q), 10 ** (gain_db / 40)


def _shelf(rate: int, hz: float, gain_db: float, side: int) -> Section:
    """A shelf of slope 1 on the upper (1) or lower (-1) side; one is the other with its frequencies mirrored."""
    cos, alpha, a = _angles(rate, hz, math.sqrt(0.5), gain_db)
    root = 2 * math.sqrt(a) * alpha
    cos *= side
    return (
        a * ((a + 1) + (a - 1) * cos + root),
        -2 * side * a * ((a - 1) + (a + 1) * cos),
        a * ((a + 1) + (a - 1) * cos - root),
        (a + 1) - (a - 1) * cos + root,
        2 * side * ((a - 1) - (a + 1) * cos),
        (a + 1) - (a - 1) * cos - root,
    )
