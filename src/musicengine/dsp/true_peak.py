"""The peak of the continuous signal between the samples, after ITU-R BS.1770-5, Annex 2.

The signal is interpolated at 2 or 4 times its rate with a windowed sinc of 24 taps a phase, flat to 0.43 of the
rate. Most of a signal cannot hold the peak, and that can be proved cheaply: an interpolated value differs from the
straight line between its neighbours by a fixed weighting of the second differences around it. So only the stretches
whose bound exceeds the highest sample are interpolated, and the result is exactly that of interpolating them all.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.frames import frame, padded
from musicengine.dsp.products import product
from musicengine.dsp.resampling import kaiser_sinc
from musicengine.dsp.types import FloatArray

__all__ = ["block_max", "interpolator", "true_peak"]

_REACH = 12  # samples seen on either side
_BETA = 5.0
_BLOCK = 32  # samples proved or interpolated together, more than the reach
_CHUNK = 1 << 12  # blocks worked on at a time, which two buffers hold in the cache


def true_peak(signal: FloatArray, factor: int, *, floor: float = 0.0) -> float:
    """The largest magnitude of the signal interpolated ``factor`` times, linear, full scale is 1.

    Args:
        signal: float32 (n,); silence lies before and after it.
        factor: 1 is the sample peak; 2 or 4 as the standard asks.
        floor: a peak known already, e.g. of another channel; what cannot exceed it is skipped.

    Returns:
        The peak, or the floor if that is higher.
    """
    # Blocks of silence on either side let the interpolation ring out and give every block its neighbours.
    blocks = -(-signal.size // _BLOCK) + 4
    highest = np.zeros(blocks, np.float32)
    # Buffers serve all chunks: to have memory cleared for each would take longer than to look at the samples.
    sizes, room = np.empty((2, min(blocks, _CHUNK) * _BLOCK), np.float32)
    for first in range(0, blocks, _CHUNK):
        last = min(first + _CHUNK, blocks)
        values = padded(signal, (first - 2) * _BLOCK, (last - 2) * _BLOCK)
        highest[first:last] = block_max(np.abs(values, out=sizes[: values.size]), room)
    peak = max(floor, float(highest.max()))
    if factor == 1 or peak == 0:
        return peak
    for first in range(1, blocks - 1, _CHUNK):
        last = min(first + _CHUNK, blocks - 1)
        piece = padded(signal, (first - 3) * _BLOCK - 1, (last - 1) * _BLOCK + 1)
        peak = max(peak, _peak_between(piece, highest[first - 1 : last + 1], factor, peak))
    return peak


@lru_cache(maxsize=4)
def interpolator(factor: int) -> FloatArray:
    """The weights (24, factor - 1) of the values between samples 11 and 12, ``1 / factor`` of a sample apart.

    They reproduce straight lines exactly: their sum is 1 and their first moment is the time.
    """
    times = np.arange(1, factor) / factor
    offsets = np.arange(1 - _REACH, _REACH + 1)[:, None] - times
    weights = kaiser_sinc(offsets, 0.5, _REACH, _BETA)
    weights /= weights.sum(axis=0)
    moment = (offsets * weights).sum(axis=0)
    weights[_REACH - 1] += moment
    weights[_REACH] -= moment
    result: FloatArray = weights.astype(np.float32)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=4)
def _bounds(factor: int) -> tuple[float, float]:
    """How far a value can lie from its neighbours' line, per largest second difference; and per largest sample.

    A weighting without sum and first moment is one of second differences: its weights are its double cumulative sum.
    """
    weights = interpolator(factor).astype(np.float64)
    rest = weights.copy()
    times = np.arange(1, factor) / factor
    rest[_REACH - 1] -= 1 - times
    rest[_REACH] -= times
    curvature = np.cumsum(np.cumsum(rest, axis=0), axis=0)
    return float(np.abs(curvature).sum(axis=0).max()), float(np.abs(weights).sum(axis=0).max())


@lru_cache(maxsize=4)
def _block_matrix(factor: int) -> FloatArray:
    """The weights (block + 23, (factor - 1) block) of all values between the samples of a block."""
    weights = interpolator(factor)
    matrix = np.zeros((_BLOCK + 2 * _REACH - 1, _BLOCK, factor - 1), np.float32)
    for start in range(_BLOCK):
        matrix[start : start + 2 * _REACH, start] = weights
    return matrix.reshape(len(matrix), -1)


def _peak_between(piece: FloatArray, samples: FloatArray, factor: int, peak: float) -> float:
    """The largest magnitude between the samples of all blocks but the first and the last, if it exceeds ``peak``.

    Args:
        piece: float32 (32 m + 2,), the blocks with a sample more on either side.
        samples: float32 (m,), the largest magnitude of each block.
        factor: of the interpolation.
        peak: known already.
    """
    limit = peak * (1 - 1e-5)  # rounding must not hide a peak
    per_bend, per_sample = _bounds(factor)
    around = per_sample * np.maximum(np.maximum(samples[:-2], samples[2:]), samples[1:-1])
    loud = around > limit
    if not loud.any():
        return 0.0
    seen = np.zeros(len(samples), bool)
    for step in range(3):
        seen[step : step + len(loud)] |= loud
    bends = np.zeros(len(samples), np.float32)
    bends[seen] = _largest_bends(frame(piece, _BLOCK + 2, _BLOCK)[seen])
    bend = np.maximum(np.maximum(bends[:-2], bends[2:]), bends[1:-1])
    bound = np.minimum(np.maximum(samples[1:-1], samples[2:]) + per_bend * bend, around)
    candidates = np.flatnonzero(bound > limit)
    if not candidates.size:
        return 0.0
    stretches = frame(piece[_BLOCK - _REACH + 2 :], _BLOCK + 2 * _REACH - 1, _BLOCK)[candidates]
    between = product(stretches, _block_matrix(factor))
    return max(float(between.max()), -float(between.min()))


def _largest_bends(stretches: FloatArray) -> FloatArray:
    """The largest second difference around each sample but the first and the last of 34: (m, 34) to (m,)."""
    # All rows at once, as one signal, run at full speed; what crosses from row to row is left out in the end.
    values = stretches.reshape(-1)
    slopes = values[1:] - values[:-1]
    rest = np.zeros_like(values)
    bends = np.subtract(slopes[1:], slopes[:-1], out=rest[:-2])
    np.abs(bends, out=bends)
    for step in (1, 2, 4, 8):
        rest[:-step] = np.maximum(rest[:-step], rest[step:])
    halves = rest.reshape(stretches.shape)
    result: FloatArray = np.maximum(halves[:, 0], halves[:, _BLOCK // 2])
    return result


def block_max(values: FloatArray, room: FloatArray | None = None) -> FloatArray:
    """The maximum of every block of 32 values; halving is faster than reducing a short axis.

    Args:
        values: float32 (n,), n a multiple of 32. They are overwritten where there is room.
        room: as many values or more to work in; by default it is made.
    """
    # Two maxima of the array with itself shifted run at full speed; the rest works on a quarter of the values.
    pairs = np.maximum(values[:-1], values[1:], out=None if room is None else room[: values.size - 1])
    fours = np.maximum(pairs[:-2], pairs[2:], out=None if room is None else values[:-3])
    result: FloatArray = fours[::4]
    while result.size > values.size // _BLOCK:
        result = np.maximum(result[::2], result[1::2])
    return result
