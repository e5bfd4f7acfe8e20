"""Clipped peaks drawn anew: a cubic over each plateau that leaves and enters it as steeply as the wave does."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["declip"]

_LEAST = 3  # samples of a plateau
_NEAR = 1e-4
_HIGHEST = 2.0  # times the clipping level: beyond 6 dB a cubic knows nothing


def declip(signal: FloatArray, level: float) -> FloatArray:
    """The signal (n,) with each plateau at the level replaced by a Hermite cubic between the samples beside it.

    Args:
        signal: float32 (n,).
        level: magnitude at which it is clipped.
    """
    hot = np.abs(signal) >= level * (1 - _NEAR)
    edges = np.flatnonzero(np.diff(np.r_[False, hot, False].view(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    kept = (ends - starts >= _LEAST) & (starts >= 2) & (ends < signal.size - 1)
    starts, ends = starts[kept] - 1, ends[kept]  # the samples beside the plateau
    if not starts.size:
        return signal
    wide = ends - starts
    counts = wide - 1
    run = np.repeat(np.arange(starts.size), counts)
    places = np.arange(run.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    t = places / wide[run]
    rise, fall = (signal[starts] - signal[starts - 1]) * wide, (signal[ends + 1] - signal[ends]) * wide
    drawn = (
        (2 * t**3 - 3 * t**2 + 1) * signal[starts][run]
        + (t**3 - 2 * t**2 + t) * rise[run]
        + (3 * t**2 - 2 * t**3) * signal[ends][run]
        + (t**3 - t**2) * fall[run]
    )
    sign = np.sign(signal[starts + 1])[run]
    result = signal.copy()
    # At least as high as what was clipped, with a little roundness, so that no plateau is left.
    result[starts[run] + places] = sign * np.clip(sign * drawn, level, _HIGHEST * level) * (1 + 1e-2 * t * (1 - t))
    return result
