"""The shape of magnitude spectra: moments, rolloff, flatness, peaks and valleys, each a frame's own number.

Spectra are (frames, length // 2 + 1). Definitions follow librosa 0.11 (McFee et al., SciPy 2015).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["COLUMNS", "CONTRAST_BANDS", "describe", "flatness", "moments_and_rolloff", "peaks_and_valleys_db"]

CONTRAST_BANDS = 7
COLUMNS = 4 + 2 * CONTRAST_BANDS
_ROLLOFF = 0.85
_FLOOR = 1e-10  # of power, and of the magnitude of peaks and valleys
_LOWEST_HZ = 200.0
_QUANTILE = 0.02


def describe(magnitude: FloatArray, rate: int, scale: float) -> FloatArray:
    """All of them in columns: centroid, bandwidth and rolloff in Hz, flatness, 7 peaks and 7 valleys in dB.

    Args:
        magnitude: float32 (frames, bins).
        rate: of the audio, Hz.
        scale: what the magnitude was divided by; floors and decibels refer to the magnitude before that.

    Returns:
        float32 (frames, 18).
    """
    out = np.empty((len(magnitude), COLUMNS), np.float32)
    out[:, :3] = moments_and_rolloff(magnitude)
    out[:, :3] *= rate / 2 / (magnitude.shape[1] - 1)
    out[:, 3] = flatness(magnitude, scale)
    out[:, 4:] = peaks_and_valleys_db(magnitude, rate, scale)
    return out


def moments_and_rolloff(magnitude: FloatArray) -> FloatArray:
    """Where the magnitude lies, in bins: float32 (frames, 3) of centroid, bandwidth and 85 % rolloff; 0 for silence.

    The spectrum is summed in short runs of bins first. Moments are then taken about each run's own start, which keeps
    them exact in single precision, and the rolloff is sought in one run instead of in all bins.
    """
    frames, bins = len(magnitude), magnitude.shape[1] - 1
    width = min(64, bins)
    inside = np.ascontiguousarray(magnitude[:, :-1]).reshape(frames, bins // width, width)
    nyquist = np.zeros((frames, 1, 3), np.float32)
    nyquist[:, 0, 0] = magnitude[:, -1]
    runs = np.concatenate((inside @ _powers(width), nyquist), axis=1)
    starts = np.arange(0, bins + 1, width, dtype=np.float32)
    total = runs[:, :, 0].sum(axis=1)
    safe = np.maximum(total, np.finfo(np.float32).tiny)
    centroid = (runs[:, :, 0] * starts + runs[:, :, 1]).sum(axis=1) / safe
    offset = starts - centroid[:, None]
    square = runs[:, :, 2] + 2 * offset * runs[:, :, 1] + offset * offset * runs[:, :, 0]
    bandwidth = np.sqrt(np.maximum(square.sum(axis=1) / safe, 0))
    return np.stack((centroid, bandwidth, _rolloff(inside, runs[:, :, 0], total)), axis=1)


def _rolloff(inside: FloatArray, sums: FloatArray, total: FloatArray) -> FloatArray:
    """The first bin at which the running sum reaches 85 % of the total."""
    every = np.arange(len(inside))
    running = np.cumsum(sums, axis=1)
    target = np.float32(_ROLLOFF) * total
    run = np.minimum(np.argmax(running >= target[:, None], axis=1), inside.shape[1] - 1)
    before = running[every, run] - sums[every, run]
    below = np.cumsum(inside[every, run], axis=1) + before[:, None] < target[:, None]
    bins: FloatArray = (run * inside.shape[2] + below.sum(axis=1)).astype(np.float32)
    return bins


@lru_cache(maxsize=4)
def _powers(width: int) -> FloatArray:
    """1, k and k² for k = 0 ... width - 1, in columns."""
    return (np.arange(width)[:, None] ** np.arange(3)).astype(np.float32)


def flatness(magnitude: FloatArray, scale: float) -> FloatArray:
    """Geometric over arithmetic mean of the power: float32 (frames,) in (0, 1]; silence is flat.

    Args:
        magnitude: (frames, bins).
        scale: what the magnitude was divided by; the floor of 1e-10 applies to the power before that.
    """
    bins = magnitude.shape[1] - 1
    floored = np.maximum(magnitude, np.float32(_FLOOR**0.5 / scale))
    arithmetic = np.einsum("fb,fb->f", floored, floored) / (bins + 1)
    # Four magnitudes never underflow when multiplied, and one logarithm of a product serves for four.
    pairs = floored[:, : bins // 2] * floored[:, bins // 2 : bins]
    fours = pairs[:, : bins // 4] * pairs[:, bins // 4 :]
    logarithms = np.log(fours).sum(axis=1) + np.log(floored[:, -1])
    geometric = np.exp(logarithms * np.float32(2 / (bins + 1)))
    ratio: FloatArray = np.minimum(geometric / arithmetic, np.float32(1))
    return ratio


def peaks_and_valleys_db(magnitude: FloatArray, rate: int, scale: float) -> FloatArray:
    """Peaks, then valleys, of octave bands from 200 Hz up: float32 (frames, 14), after Jiang et al. (ICME 2002).

    The first of the seven bands is what lies below 200 Hz, the last goes up to half the rate. A peak is the mean of
    the 2 % largest magnitudes of a band, a valley that of the 2 % smallest, each as 10 log10 and at least -100. Peaks
    and valleys of bands above half the rate are -100.
    """
    out = np.full((len(magnitude), 2, CONTRAST_BANDS), -100, np.float32)
    for band, (first, last, count) in enumerate(_contrast_bands(rate, magnitude.shape[1])):
        ordered = np.sort(magnitude[:, first:last], axis=1)
        out[:, 0, band] = _level_db(ordered[:, -count:], scale)
        out[:, 1, band] = _level_db(ordered[:, :count], scale)
    return out.reshape(len(out), 2 * CONTRAST_BANDS)


def _level_db(magnitude: FloatArray, scale: float) -> FloatArray:
    """Ten times the logarithm of the mean magnitude, at least -100."""
    mean = np.add.reduce(magnitude, axis=1) * np.float32(scale / magnitude.shape[1])
    level: FloatArray = 10 * np.log10(np.maximum(mean, np.float32(_FLOOR)))
    return level


@lru_cache(maxsize=16)
def _contrast_bands(rate: int, bins: int) -> tuple[tuple[int, int, int], ...]:
    """First bin, end and how many bins 2 % are, of each band."""
    hz_per_bin = rate / 2 / (bins - 1)
    edges = [0.0] + [_LOWEST_HZ * 2**octave for octave in range(CONTRAST_BANDS)]
    bands = []
    for band, (low, high) in enumerate(pairwise(edges)):
        first = max(int(np.ceil(low / hz_per_bin)) - (band > 0), 0)
        last = bins - 1 if band == CONTRAST_BANDS - 1 else min(int(high / hz_per_bin), bins - 1)
        count = max(int(np.rint(_QUANTILE * (last + 1 - first))), 1)
        # All bands but the last leave out their topmost bin.
        end = last + (band == CONTRAST_BANDS - 1)
        if low < rate / 2 and end > first:
            bands.append((first, end, count))
    return tuple(bands)
