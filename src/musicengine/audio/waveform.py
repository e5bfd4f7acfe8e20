"""The outline of a waveform, small enough to keep in a report and to draw."""

from __future__ import annotations

from musicengine.dsp.outlines import extremes
from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["outline"]


def outline(audio: Audio) -> FloatArray:
    """The lowest and the highest sample of any channel in parts of one length: float32 (2, n), n at most 600.

    The last part may be shorter.
    """
    return extremes(audio.samples, 600)
