"""Approximate running medians, fast: cascades of medians of three.

A median of three needs only minima and maxima, which numpy takes at the speed of memory. Repeated with growing
distances it approximates the median of all values it reaches (the remedian of Rousseeuw and Bassett, 1990): with
distances 1, 3, 9 each result is the median of medians of medians of 27 neighbours.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["running_median"]


def running_median(values: FloatArray, distances: tuple[int, ...], axis: int) -> FloatArray:
    """The median of each value and its neighbours along an axis, approximately; edge values repeat beyond the ends.

    Args:
        values: float32 (rows, columns).
        distances: between the three values of each median, in turn; the result sees ``sum(distances)`` to each side.
        axis: 0 or 1.
    """
    for distance in distances:
        values = _median_of_three(values, distance, axis)
    return values


def _median_of_three(values: FloatArray, distance: int, axis: int) -> FloatArray:
    """The median of each value and the two ``distance`` before and after it."""
    count = values.shape[axis]
    first, last = values.take([0], axis), values.take([-1], axis)
    wide = np.concatenate([first.repeat(distance, axis), values, last.repeat(distance, axis)], axis)
    before, after = (wide[:count], wide[2 * distance :]) if axis == 0 else (wide[:, :count], wide[:, 2 * distance :])
    low = np.minimum(before, values)
    high = np.maximum(before, values)
    np.minimum(high, after, out=high)
    return np.maximum(low, high, out=high)
