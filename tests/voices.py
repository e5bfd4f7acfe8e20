"""Tones, sweeps and mixtures with known pitch, for the tests and benchmarks of pitch and separation."""

from __future__ import annotations

import numpy as np

from musicengine.values.sound import Audio

RATE = 22_050


def voice(frequencies_hz: np.ndarray, rate: int = RATE, *, partials: int = 10, decay: float = 0.7) -> np.ndarray:
    """A tone with harmonics below a third of the rate, of a frequency for each sample; 0 is silence."""
    phase = 2 * np.pi * np.cumsum(frequencies_hz) / rate
    out = np.zeros(len(frequencies_hz))
    for partial in range(1, partials + 1):
        out += (frequencies_hz * partial < rate / 3) * decay ** (partial - 1) * np.sin(partial * phase)
    return 0.2 * out * (frequencies_hz > 0)


def steady(hz: float, duration_s: float, rate: int = RATE) -> Audio:
    """A tone with harmonics."""
    return Audio(voice(np.full(round(duration_s * rate), hz), rate), rate)


def tune(notes: list[float], note_s: float = 0.4, rate: int = RATE, *, gap_s: float = 0.05) -> Audio:
    """Notes (MIDI numbers) one after the other, with short gaps."""
    parts = []
    for note in notes:
        hz = 440 * 2 ** ((note - 69) / 12)
        ramp = np.minimum(1, np.minimum(np.arange(n := round(note_s * rate)), np.arange(n)[::-1]) / (0.01 * rate))
        parts += [voice(np.full(n, hz), rate) * ramp, np.zeros(round(gap_s * rate))]
    return Audio(np.concatenate(parts), rate)


def cents(found: np.ndarray, wanted: np.ndarray | float) -> np.ndarray:
    """How far frequencies lie from those wanted, NaN where there is none."""
    return 1200 * np.log2(found / wanted)
