"""How beats group into bars, and how they divide.

Bars: the features of each beat (bass onsets, loudness of onsets, change of harmony) are compared at every
phase of bars of two, three and four beats; harmony changes and bass notes come on downbeats (Goto, JNMR 2001; Davies and
Plumbley, EUSIPCO 2006). Divisions: where onsets lie between beats tells two from three parts (compound meter), and how
late the off-beat falls (swing ratio; Friberg and Sundström, Music Perception 2002).
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.spectrum import Survey
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["Bars", "find_bars", "measure_swing", "ternary"]

_LENGTHS = (4, 3)  # beats in a bar, the usual first
_LENGTH_PRIOR = (0.3, 0.0)
_PHASES = 24  # places within a beat
_LEAST_BEATS = 8


@attrs.frozen
class Bars:
    """Bars of ``length`` beats; beat ``first`` and every ``length``-th after it is a downbeat."""

    length: int
    first: int


def find_bars(survey: Survey, strength: OnsetStrength, beats: IntArray) -> Bars | None:
    """The bars that the accents on ``beats`` (frames) speak for; None of fewer than eight beats."""
    if beats.size < _LEAST_BEATS:
        return None
    accents = _accents(survey, strength, beats)
    best, found = -np.inf, None
    for length, prior in zip(_LENGTHS, _LENGTH_PRIOR, strict=True):
        folded = [accents[phase::length].mean() for phase in range(length)]
        first = int(np.argmax(folded))
        contrast = (folded[first] - np.mean(np.delete(folded, first))) * np.sqrt(beats.size / length)
        if contrast + prior > best:
            best, found = contrast + prior, Bars(length, first)
    return found


def _accents(survey: Survey, strength: OnsetStrength, beats: IntArray) -> FloatArray:
    """How much each beat sounds like a downbeat: float32 (beats,), mean 0 and deviation about 1."""
    edges = np.unique(np.clip(beats, 0, len(survey.chroma) - 1))
    chroma = np.sqrt(np.add.reduceat(survey.chroma, edges, axis=0)[: beats.size])
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-12)
    change = np.zeros(beats.size, np.float32)
    change[1 : len(chroma)] = 1 - np.einsum("bc,bc->b", chroma[1:], chroma[:-1])
    bass, all_bands = strength.bands[:2, beats].mean(axis=0), strength.total[beats]
    return _scaled(change) * 1.0 + _scaled(bass) * 0.7 + _scaled(all_bands) * 0.5


def _scaled(values: FloatArray) -> FloatArray:
    """Values less their mean, over their deviation, with outliers limited."""
    result: FloatArray = np.clip((values - values.mean()) / (values.std() + 1e-6), -2, 3).astype(np.float32)
    return result


def beat_profile(strength: OnsetStrength, beats_s: FloatArray) -> FloatArray:
    """The mean onset strength at 24 places from a beat to the next: float32 (24,)."""
    starts = beats_s[:-1, None] + np.diff(beats_s)[:, None] * (np.arange(_PHASES) / _PHASES)
    frames = starts * strength.frames_per_s
    values = np.interp(frames, np.arange(strength.total.size), strength.total)
    result: FloatArray = values.mean(axis=0).astype(np.float32)
    return result


def ternary(profile: FloatArray) -> bool:
    """Whether beats divide into three equal parts: there are onsets at both thirds, more than at the half."""
    third, half, two_thirds = profile[_PHASES // 3], profile[_PHASES // 2], profile[2 * _PHASES // 3]
    return bool(min(third, two_thirds) > max(half, 0.0))


def measure_swing(profile: FloatArray) -> float | None:
    """Where the off-beat eighth falls within the beat, 0.5 straight; None where there is none.

    The strongest place from 0.46 to 0.75 of the beat, if anything stands out there.
    """
    low, high = int(0.46 * _PHASES), int(0.75 * _PHASES)
    window = profile[low : high + 1]
    top = int(window.argmax())
    if window[top] < 0.1:
        return None
    weights = np.maximum(profile[low + top - 1 : low + top + 2], 0)
    place = np.average(np.arange(low + top - 1, low + top + 2), weights=weights + 1e-9) / _PHASES
    return float(np.clip(place, 0.5, 0.75))
