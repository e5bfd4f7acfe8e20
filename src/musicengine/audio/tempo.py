"""How fast the music goes: the tempo that a listener would tap, and the other readings.

Periodicity is the autocorrelation of the onset strength, averaged over windows of ten seconds so that slow drift does
no harm. Every tempo on a logarithmic grid is judged by the periodicity at its own beat and at simple fractions and
multiples of it (halves, thirds, doubles, bars) and by how usual the tempo is, given how much the harmony changes within
seconds: music that moves from chord to chord is counted slower than music of drums and riffs with the same pulse (that
other features than periodicity tell slow from fast: Hockman and Fujinaga, ISMIR 2010; Elowsson and Friberg, JASA 2015).
A conditional logit over the grid weighs these and gives probabilities; the method follows tempo induction by comb
templates (Klapuri, Eronen and Astola, IEEE TASLP 2006) with fitted weights in place of hand-set ones.
``tools/fit_tempo.py`` fits them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.spectrum import Survey
from musicengine.audio.tempo_weights import WEIGHTS
from musicengine.dsp import peaks
from musicengine.dsp.types import FloatArray
from musicengine.values.music import TempoCandidate

__all__ = ["GRID_BPM", "USUAL_BPM", "gather_evidence", "measure_harmonic_change", "measure_periodicity", "rank_tempos"]

Weights: TypeAlias = npt.NDArray[np.float64]

_PER_OCTAVE = 48
_LOWEST_BPM, _HIGHEST_BPM = 32.0, 300.0
GRID_BPM = _LOWEST_BPM * 2 ** (np.arange(int(np.log2(_HIGHEST_BPM / _LOWEST_BPM) * _PER_OCTAVE) + 1) / _PER_OCTAVE)
USUAL_BPM = 110.0
_MULTIPLES = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 3 / 2, 2, 3, 4)
_CHANGE_S = 2.0
_LEAST_CHANGE, _USUAL_CHANGE = 0.003, 0.035
_WINDOW_S = 10.0
_LONGEST_S = 60 / _LOWEST_BPM * _MULTIPLES[-1]
_SAME = 2  # steps of the grid to each side that count as the same tempo: 3 %
_CANDIDATES = 5
_BLOCK_WINDOWS = 64


def measure_periodicity(strength: OnsetStrength) -> FloatArray:
    """How much the onset strength repeats after each lag: float32 (lags,), one a frame, 1 at lag 0.

    Every window is correlated with itself and what follows it, so long lags lose nothing. Linear in time.
    """
    signal, per_s = strength.total, strength.frames_per_s
    window, lags = round(_WINDOW_S * per_s), round(_LONGEST_S * per_s) + 2
    hop = window // 2
    count = max(1, -(-(signal.size - hop) // hop))
    walled = np.pad(signal, (0, max(0, (count - 1) * hop + window + lags - signal.size)))
    stretches = np.lib.stride_tricks.sliding_window_view(walled, window + lags)[::hop][:count]
    size = 1 << (window + lags - 1).bit_length()
    total = np.zeros(size // 2 + 1, np.complex64)
    for first in range(0, count, _BLOCK_WINDOWS):
        block = stretches[first : first + _BLOCK_WINDOWS]
        heads = np.fft.rfft(block[:, :window], size, norm="forward")
        total += (np.conj(heads) * np.fft.rfft(block, size, norm="forward")).sum(axis=0)
    raw = np.fft.irfft(total, size)[:lags]
    present = np.maximum(signal.size - np.arange(lags), 0.3 * signal.size) / signal.size
    result: FloatArray = (raw / (max(float(raw[0]), 1e-12) * present)).astype(np.float32)
    return result


def measure_harmonic_change(survey: Survey) -> float:
    """How much the chroma of two seconds differs from the next two's: 1 - cosine, averaged by power, in [0, 1]."""
    chroma = np.sqrt(survey.chroma.T)
    reach = max(1, min(round(_CHANGE_S * survey.frames_per_s), chroma.shape[1] // 2))
    total = np.zeros((len(chroma), chroma.shape[1] + 1))
    np.cumsum(chroma, axis=1, dtype=np.float64, out=total[:, 1:])
    spans = total[:, reach:] - total[:, :-reach]
    sizes = np.sqrt(np.einsum("cf,cf->f", spans, spans))
    same = np.einsum("cf,cf->f", spans[:, reach:], spans[:, :-reach]).sum()
    most = sizes[reach:] @ sizes[:-reach]
    return float(np.clip(1 - same / most, 0, 1)) if most > 0 else 0.0


def gather_evidence(periodicity: FloatArray, per_s: float, harmonic_change: float) -> FloatArray:
    """What speaks for each tempo of the grid: float32 (tempos, evidence).

    Args:
        periodicity: (lags,) of :func:`measure_periodicity`.
        per_s: its lags in a second.
        harmonic_change: of :func:`measure_harmonic_change`.
    """
    lags = (60 * per_s / GRID_BPM)[:, None] * _MULTIPLES
    combs = np.interp(lags, np.arange(periodicity.size), periodicity)
    octaves = np.log2(GRID_BPM / USUAL_BPM)[:, None]
    change = np.log((harmonic_change + _LEAST_CHANGE) / _USUAL_CHANGE)
    return np.hstack([combs, octaves, octaves**2, 2 * change * octaves]).astype(np.float32)


def rank_tempos(evidence: FloatArray, weights: Weights = WEIGHTS) -> tuple[TempoCandidate, ...]:
    """The most probable tempos with their probabilities, which add to at most 1; most probable first."""
    scores = evidence.astype(np.float64) @ weights
    odds = np.exp(scores - scores.max())
    share = odds / odds.sum()
    near = np.convolve(share, np.ones(2 * _SAME + 1), "same").astype(np.float32)
    found = peaks.pick_peaks(near, 2 * _SAME + 1, 0.005)
    found = found[np.argsort(-near[found], kind="stable")][:_CANDIDATES]
    steps = np.array([_centre(share, index) for index in found])
    tempos = _LOWEST_BPM * 2 ** (steps / _PER_OCTAVE)
    return tuple(TempoCandidate(bpm, min(1.0, float(near[i]))) for bpm, i in zip(tempos, found, strict=True))


def _centre(share: Weights, index: int) -> float:
    """The mean step of the probability around ``index``."""
    steps = np.arange(max(index - _SAME, 0), min(index + _SAME + 1, share.size))
    return float(np.average(steps, weights=share[steps] + 1e-12))
