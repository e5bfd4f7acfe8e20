"""Find peaks in curves and read their place between samples."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["between_samples", "pick_peaks"]


def pick_peaks(curve: FloatArray, reach: int, threshold: float) -> IntArray:
    """Where ``curve`` (n,) is at least ``threshold`` and the greatest of its ``reach`` neighbours to each side.

    Of equal neighbours the first is taken.
    """
    peak = curve >= threshold
    for step in range(1, min(reach, curve.size - 1) + 1):
        rises, falls = curve[step:] > curve[:-step], curve[:-step] >= curve[step:]
        peak[step:] &= rises
        peak[:-step] &= falls
    return np.flatnonzero(peak)


def between_samples(curve: FloatArray, peaks: IntArray) -> FloatArray:
    """The places of ``peaks`` in ``curve`` (n,), each moved to the top of the parabola through it and its neighbours.

    Peaks move by less than half a sample; those at the ends stay.
    """
    inner = np.clip(peaks, 1, max(curve.size - 2, 1))
    if curve.size < 3 or not peaks.size:
        return peaks.astype(np.float32)
    before, here, after = curve[inner - 1], curve[inner], curve[inner + 1]
    bend = before - 2 * here + after
    shift = np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-12), 0.0)
    moved: FloatArray = (peaks + np.where(inner == peaks, np.clip(shift, -0.5, 0.5), 0.0)).astype(np.float32)
    return moved
