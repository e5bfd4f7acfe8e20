"""How beats group into bars, and how they divide.

Bars: the accent of each beat (bass onsets, all onsets, change of harmony) is compared at every phase of bars of three
and four beats; harmony changes and bass notes come on downbeats (Goto, JNMR 2001; Davies and Plumbley, EUSIPCO 2006).
Divisions: where onsets lie between beats tells two from three parts (compound meter), and how late the off-beat falls
(swing ratio; Friberg and Sundström, Music Perception 2002).
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.spectrum import Survey
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["Bars", "beat_profile", "find_bars", "is_compound", "measure_swing"]

_LENGTHS = (4, 3)  # beats in a bar, the usual first
_LENGTH_PRIOR = (0.3, 0.0)
_PHASES = 24  # places within a beat
_LEAST_BEATS = 8
_LEAST_SWUNG = 0.1


@attrs.frozen
class Bars:
    """Bars of ``length`` beats; beat ``first`` and every ``length``-th after it is a downbeat."""

    length: int
    first: int

    def meter(self, profile: FloatArray) -> str:
        """The time signature, given the profile of a beat."""
        return "6/8" if self.length == 4 and is_compound(profile) else f"{self.length}/4"


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
    """How much each beat sounds like a downbeat: float32 (beats,), with a mean of about 0."""
    edges = np.unique(np.clip(beats, 0, len(survey.chroma) - 1))
    chroma = np.sqrt(np.add.reduceat(survey.chroma, edges, axis=0)[: beats.size])
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-12)
    change = np.zeros(beats.size, np.float32)
    change[1 : len(chroma)] = 1 - np.einsum("bc,bc->b", chroma[1:], chroma[:-1])
    bass, all_bands = strength.bands[:2, beats].mean(axis=0), strength.total[beats]
    accents = _scaled(change) + 0.7 * _scaled(bass) + 0.5 * _scaled(all_bands)
    result: FloatArray = accents.astype(np.float32)
    return result


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


def is_compound(profile: FloatArray) -> bool:
    """Whether beats divide into three equal parts: there are onsets at both thirds, more than at the half."""
    third, half, two_thirds = profile[_PHASES // 3], profile[_PHASES // 2], profile[2 * _PHASES // 3]
    return bool(min(third, two_thirds) > max(half, 0.0))


def measure_swing(profile: FloatArray) -> float | None:
    """Where the off-beat eighth falls within the beat: 0.5 straight, 0.667 triplets; None where there is none.

    The strongest place from 0.46 to 0.71 of the beat, if it is a peak and stands out of the beat's mean.
    """
    low, high = int(0.46 * _PHASES), int(0.71 * _PHASES)
    top = low + int(profile[low : high + 1].argmax())
    before, here, after = profile[top - 1 : top + 2]
    if here < _LEAST_SWUNG or here < before or here < after:
        return None
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(np.clip((top + shift) / _PHASES, 0.5, 0.75))
