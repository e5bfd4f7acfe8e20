"""Running medians by cascades of three-point medians, which are a few minima and maxima of whole arrays.

A cascade with growing distances is no exact median of a long window, but has what matters here: it passes steps, keeps
what lasts and removes what is shorter than half its reach, at a tenth of the cost (Gallagher and Wise 1981 treat
repeated medians; Fitzgerald, DAFx 2010, parts harmonic from percussive sounds with medians).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["median_cascade"]


def median_cascade(values: FloatArray, distances: Sequence[int], *, axis: int) -> FloatArray:
    """Replace each value by the median of itself and its two neighbours, once for each distance to them.

    Args:
        values: (rows, columns).
        distances: to the neighbours, in order; the reach to each side is their sum.
        axis: 0 or 1. Where a neighbour lies outside, values stay.
    """
    out = values.copy()
    for distance in distances:
        length = values.shape[axis] - 2 * distance
        if length > 0:
            before, here, after = (_part(out, k * distance, length, axis) for k in range(3))
            low = np.minimum(before, after)
            high = np.maximum(before, after)
            np.minimum(high, here, out=high)
            middle = np.maximum(low, high, out=low)
            here[...] = middle
    return out


def _part(values: FloatArray, start: int, length: int, axis: int) -> FloatArray:
    return values[start : start + length] if axis == 0 else values[:, start : start + length]
