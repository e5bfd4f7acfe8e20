"""Moving averages of curves over time."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["moving_mean", "smooth", "standardize"]


def moving_mean(curves: FloatArray, reach: int) -> FloatArray:
    """The mean of each value (..., n) and up to ``reach`` neighbours to each side; fewer at the ends."""
    n = curves.shape[-1]
    total = np.zeros((*curves.shape[:-1], n + 1))
    np.cumsum(curves, axis=-1, dtype=np.float64, out=total[..., 1:])
    first = np.maximum(np.arange(n) - reach, 0)
    last = np.minimum(np.arange(n) + reach + 1, n)
    sums = total.take(last, axis=-1)
    sums -= total.take(first, axis=-1)
    result: FloatArray = (sums / (last - first)).astype(np.float32)
    return result


def smooth(curves: FloatArray, reach: int) -> FloatArray:
    """Curves (..., n) averaged with a Hann window that is zero ``reach`` + 1 values away; zeros beyond the ends."""
    window = np.hanning(2 * reach + 3)[1:-1]
    window /= window.sum()
    result: FloatArray = np.float32(window[reach]) * curves
    for shift in range(1, reach + 1):
        weight = np.float32(window[reach + shift])
        result[..., shift:] += weight * curves[..., :-shift]
        result[..., :-shift] += weight * curves[..., shift:]
    return result


def standardize(curves: FloatArray, reach: int, floor: FloatArray) -> FloatArray:
    """Curves (..., n) less their moving mean, over their moving standard deviation plus ``floor`` (..., 1)."""
    mean = moving_mean(curves, reach)
    variance = np.maximum(moving_mean(curves * curves, reach) - mean * mean, 0)
    result: FloatArray = curves - mean
    result /= np.sqrt(variance) + floor
    return result
