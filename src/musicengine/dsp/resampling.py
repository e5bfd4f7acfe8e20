"""Change the sample rate of a signal."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["decimate"]

_BLOCK = 32


def decimate(signal: FloatArray, factor: int) -> FloatArray:
    """Every ``factor``-th sample of the low-passed signal: float32 (n,) to (ceil(n / factor),), no delay."""
    if factor == 1:
        return signal
    kernels = _kernels(factor)
    width = _BLOCK * factor
    rows = -(-signal.size // width)
    buffer = np.zeros((rows + 2) * width, np.float32)
    buffer[width : width + signal.size] = signal
    blocks = buffer.reshape(rows + 2, width)
    out = blocks[:-2] @ kernels[0]
    out += blocks[1:-1] @ kernels[1]
    out += blocks[2:] @ kernels[2]
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
