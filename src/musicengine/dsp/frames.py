"""Cut signals into overlapping frames without copying them."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["count_frames", "frame", "padded"]


def count_frames(n: int, hop: int) -> int:
    """How many centred frames a signal of ``n`` samples has: one at every multiple of ``hop`` up to ``n``."""
    return 1 + n // hop


def padded(signal: FloatArray, start: int, end: int) -> FloatArray:
    """``signal[start:end]`` where samples outside the signal are 0: float32 (end - start,)."""
    inside = signal[max(start, 0) : max(end, 0)]
    if inside.size == end - start:
        return inside
    out = np.zeros(end - start, np.float32)
    out[max(-start, 0) : max(-start, 0) + inside.size] = inside
    return out


def frame(signal: FloatArray, length: int, hop: int) -> FloatArray:
    """All whole frames as a read-only view (frames, length) on the signal (n,)."""
    if signal.size < length:
        return np.zeros((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(signal, length)[::hop]
