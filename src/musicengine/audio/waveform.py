"""The outline of a waveform, small enough to keep in a report and to draw."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["outline"]

_PARTS = 600


def outline(audio: Audio) -> FloatArray:
    """The lowest and the highest sample of any channel in parts of one length: float32 (2, n), n at most 600.

    The last part may be shorter.
    """
    length = audio.samples.shape[1]
    part = -(-length // _PARTS)
    whole = length // part * part
    parts = audio.samples[:, :whole].reshape(len(audio.samples), -1, part)
    rest = audio.samples[:, whole:]
    lowest, highest = parts.min(axis=(0, 2)), parts.max(axis=(0, 2))
    if rest.size:
        lowest, highest = np.append(lowest, rest.min()), np.append(highest, rest.max())
    return np.stack([lowest, highest])
