"""Change the sample rate of a signal."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.frames import padded
from musicengine.dsp.types import FloatArray

__all__ = ["decimate"]

_BLOCK = 32  # samples of output in a row
_ROWS = 512  # rows multiplied at a time


def decimate(signal: FloatArray, factor: int) -> FloatArray:
    """Every ``factor``-th sample of the low-passed signal: float32 (n,) to (ceil(n / factor),), without delay.

    A windowed sinc (Kaiser, 80 dB) as a block-Toeplitz matrix product: flat up to 0.7 of the new Nyquist frequency, and
    free of aliases there.
    """
    if factor == 1:
        return signal
    before, here, after = _kernels(factor)
    width = _BLOCK * factor
    rows = -(-signal.size // width)
    out = np.empty((rows, _BLOCK), np.float32)
    for first in range(0, rows, _ROWS):
        last = min(first + _ROWS, rows)
        blocks = padded(signal, (first - 1) * width, (last + 1) * width).reshape(-1, width)
        np.matmul(blocks[1:-1], here, out=out[first:last])
        out[first:last] += blocks[:-2] @ before
        out[first:last] += blocks[2:] @ after
    return out.reshape(-1)[: -(-signal.size // factor)]


@lru_cache(maxsize=16)
def _kernels(factor: int) -> FloatArray:
    """The filter as three Toeplitz matrices (3, block * factor, block): for the block before, this one and the next."""
    half = 12 * factor
    taps = np.sinc(np.arange(-half, half + 1) / factor * 0.92) * np.kaiser(2 * half + 1, 8)
    taps /= taps.sum()
    width = _BLOCK * factor
    lag = np.arange(-width, 2 * width)[:, None] - np.arange(_BLOCK) * factor
    inside = np.abs(lag) <= half
    kernel = np.where(inside, taps[np.clip(lag + half, 0, 2 * half)], 0).astype(np.float32)
    return kernel.reshape(3, width, _BLOCK)
