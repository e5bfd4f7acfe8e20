"""Where the beats fall.

The beat is the pulse near the estimated tempo that collects most onset strength while its period changes little:
dynamic programming over (frame, period) pairs, see :func:`musicengine.dsp.paths.steadiest_pulse`. The period may
wander, and is drawn to what repeats in the six seconds around (a tempogram; Grosche and Müller, IEEE TASLP 2011), so
the pulse follows expressive playing. Times are refined between frames.
"""

from __future__ import annotations

import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.dsp import paths, peaks
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["STRUCK", "beat_period", "follow_pulse", "refine"]

STRUCK = 0.5  # the onset strength from which a beat counts as played
_SLOWEST, _FASTEST = 1.4, 0.7  # of the estimated period
_STIFFNESS = 0.07
_SPREAD = 0.25  # standard deviation of the logarithm of period over estimated period
_WORTH = 0.7  # nats for an onset strength one deviation above the mean
_LOCAL_WORTH = 2.0  # nats for a perfect repetition
_WINDOW_S, _HOP_S = 6.0, 1.0
_BLOCK_WINDOWS = 256
_SPAN = 4  # beats over which periods are averaged


def follow_pulse(strength: OnsetStrength, bpm: float) -> IntArray:
    """The frames (n,) of the beats of the music at about ``bpm``, from the start to the end of the audio."""
    period = 60 * strength.frames_per_s / bpm
    periods = np.arange(max(2, int(period * _FASTEST)), int(np.ceil(period * _SLOWEST)) + 2)
    usual = (-0.5 * (np.log(periods / period) / _SPREAD) ** 2).astype(np.float32)
    hop = max(round(_HOP_S * strength.frames_per_s), int(periods[0]))
    local = _local_periodicity(strength, periods, hop)
    beats = paths.steadiest_pulse(
        strength.total * np.float32(_WORTH),
        periods,
        (usual + _LOCAL_WORTH * local).astype(np.float32),
        frames_per_score=hop,
        stiffness=_STIFFNESS,
    )
    return _stronger_half(strength.total, beats)


def _stronger_half(signal: FloatArray, beats: IntArray) -> IntArray:
    """The beats, or the places halfway between them where more begins there, give or take a frame of loose playing."""
    walled = np.pad(signal, 1, mode="edge")
    loose = np.maximum(np.maximum(walled[:-2], walled[2:]), signal)
    halfway: IntArray = (beats[1:] + beats[:-1]) // 2
    return halfway if halfway.size and loose[halfway].mean() > loose[beats].mean() else beats


def _local_periodicity(strength: OnsetStrength, periods: IntArray, hop: int) -> FloatArray:
    """How much the seconds around repeat after each period, its half and its double: float32 (stretches, periods)."""
    signal, window = strength.total, round(_WINDOW_S * strength.frames_per_s)
    taper = np.hanning(window + 2)[1:-1].astype(np.float32)
    walled = np.pad(signal, (window // 2, window + hop))
    stretches = np.lib.stride_tricks.sliding_window_view(walled, window)[::hop][: -(-signal.size // hop)]
    lags = np.minimum(np.stack([periods, 2 * periods, periods // 2]), window - 1)
    shares = np.array([0.5, 0.25, 0.25], np.float32) / np.maximum(_autocorrelation(taper[None])[0, lags], 0.1).T
    result = np.empty((len(stretches), periods.size), np.float32)
    for first in range(0, len(stretches), _BLOCK_WINDOWS):
        repeats = _autocorrelation(stretches[first : first + _BLOCK_WINDOWS] * taper)
        result[first : first + _BLOCK_WINDOWS] = np.einsum("wmp,pm->wp", repeats[:, lags], shares)
    return result


def _autocorrelation(rows: FloatArray) -> FloatArray:
    """The autocorrelation of each row (rows, n), 1 at lag 0; of rows of zeros, 0."""
    n = rows.shape[1]
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(rows, size, norm="forward")
    raw: FloatArray = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:, :n].astype(np.float32)
    raw /= np.maximum(raw[:, :1], np.float32(1e-12))
    return raw


def refine(strength: OnsetStrength, beats: IntArray) -> FloatArray:
    """The times of beats in seconds, each moved to the peak it sits on if there is one, never by a whole frame."""
    signal = strength.total
    walled = np.pad(signal, 1, constant_values=np.inf)  # the first and the last frame are no peaks
    peak = (signal[beats] > walled[beats]) & (signal[beats] >= walled[beats + 2])
    times = beats.astype(np.float32)
    times[peak] = peaks.between_samples(signal, beats[peak])
    return times / np.float32(strength.frames_per_s)


def beat_period(times_s: FloatArray) -> float:
    """The typical time between beats in seconds: the median over stretches of four beats; needs two beats or more."""
    span = min(_SPAN, times_s.size - 1)
    return float(np.median(times_s[span:] - times_s[:-span])) / span
