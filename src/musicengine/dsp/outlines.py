"""The extremes of a signal in equal parts: what is left of a waveform when it is drawn."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["extremes"]


def extremes(samples: FloatArray, most: int) -> FloatArray:
    """The lowest and the highest sample of any channel in parts of one length; the last part may be shorter.

    Args:
        samples: float32 (channels, n).
        most: parts at most.

    Returns:
        float32 (2, parts).
    """
    length = samples.shape[1]
    part = -(-length // most)
    whole = length // part * part
    parts = samples[:, :whole].reshape(len(samples), -1, part)
    rest = samples[:, whole:]
    lowest, highest = parts.min(axis=(0, 2)), parts.max(axis=(0, 2))
    if rest.size:
        lowest, highest = np.append(lowest, rest.min()), np.append(highest, rest.max())
    return np.stack([lowest, highest])
