"""Where the beats fall.

The beat is the pulse near the estimated tempo that collects most onset strength while its period changes little:
dynamic programming over (frame, period) pairs, see :func:`musicengine.dsp.paths.steadiest_pulse`. The period may
wander, so the pulse follows expressive playing. Times are refined between frames.
"""

from __future__ import annotations

import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.dsp import paths, peaks
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["beat_period", "follow_pulse", "refine"]

_SLOWEST, _FASTEST = 1.4, 0.7  # of the estimated period
_STIFFNESS = 0.05
_SPREAD = 0.25  # standard deviation of the logarithm of period over estimated period
_WORTH = 0.7  # nats for an onset strength one deviation above the mean
_SPAN = 4  # beats over which periods are averaged


def follow_pulse(strength: OnsetStrength, bpm: float) -> IntArray:
    """The frames (n,) of the beats of the music at about ``bpm``, from the start to the end of the audio."""
    period = 60 * strength.frames_per_s / bpm
    periods = np.arange(max(2, int(period * _FASTEST)), int(np.ceil(period * _SLOWEST)) + 2)
    scores = (-0.5 * (np.log(periods / period) / _SPREAD) ** 2).astype(np.float32)
    return paths.steadiest_pulse(strength.total * np.float32(_WORTH), periods, scores, stiffness=_STIFFNESS)


def refine(strength: OnsetStrength, beats: IntArray) -> FloatArray:
    """The times of beats in seconds, each moved to the peak it sits on if there is one, never by a whole frame."""
    signal = strength.total
    inner = beats[(beats > 0) & (beats < signal.size - 1)]
    peak = inner[(signal[inner] > signal[inner - 1]) & (signal[inner] >= signal[inner + 1])]
    times = beats.astype(np.float32)
    times[np.isin(beats, peak)] = peaks.between_samples(signal, peak)
    return times / np.float32(strength.frames_per_s)


def beat_period(times_s: FloatArray) -> float:
    """The typical time between beats in seconds: the median over stretches of four beats; needs two beats or more."""
    span = min(_SPAN, times_s.size - 1)
    return float(np.median(times_s[span:] - times_s[:-span])) / span
