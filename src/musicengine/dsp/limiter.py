"""A limiter that looks ahead and knows true peaks, on blocks of 64 samples.

Wherever a block comes near the ceiling it is oversampled four times. The gain of each block is the lowest that its
neighbours need, smoothed, and runs in straight lines between the edges of blocks.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.products import product
from musicengine.dsp.true_peak import block_max
from musicengine.dsp.types import FloatArray

__all__ = ["BLOCK", "gain_curve", "limit", "limited", "true_peaks"]

BLOCK = 64
"""Samples in a block."""

_REACH = 4
_TAPS = 12
_CHUNK = 1 << 11  # blocks whose samples are looked at together
_PART = 16  # samples that are oversampled together: smaller matrices have fewer zeros


def limit(samples: FloatArray, ceiling: float) -> FloatArray:
    """The samples (channels, n) with every true peak at or below the ceiling (linear); all channels get one gain."""
    peaks = np.maximum.reduce([true_peaks(channel, 0.7 * ceiling) for channel in samples])
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    return samples * gain_curve(limited(peaks, 1.0, ceiling), samples.shape[1])


def gain_curve(gains: FloatArray, n: int) -> FloatArray:
    """Gains at the edges of blocks of 64 samples as gains of samples, by straight lines: (n,)."""
    ramp = np.arange(BLOCK, dtype=np.float32) / BLOCK
    ramps = np.stack([1 - ramp, ramp]).astype(np.float32)
    curve: FloatArray = product(np.stack([gains[:-1], gains[1:]], axis=1), ramps)
    return curve.reshape(-1)[:n]


def true_peaks(channel: FloatArray, floor: float) -> FloatArray:
    """The peak of every block of 64 samples of one channel (n,): float32 (blocks,).

    Blocks whose samples reach ``floor`` are oversampled four times (a windowed sinc of 24 taps); others keep their
    sample peak.
    """
    count = -(-channel.size // BLOCK)
    padded = np.zeros(count * BLOCK + 2 * _TAPS, np.float32)
    padded[_TAPS : _TAPS + channel.size] = channel
    peaks = np.empty(count, np.float32)
    for first in range(0, count, _CHUNK):
        part = peaks[first : first + _CHUNK]
        halves = block_max(np.abs(padded[_TAPS + first * BLOCK :][: part.size * BLOCK]))
        np.maximum(halves[::2], halves[1::2], out=part)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _PART + 2 * _TAPS)[::_PART]
    parts = np.arange(BLOCK // _PART)
    loud = np.flatnonzero(peaks >= floor)
    for start in range(0, loud.size, 512):
        some = loud[start : start + 512]
        fine = product(windows[(some[:, None] * parts.size + parts).reshape(-1)], _oversampler())
        peaks[some] = np.maximum(peaks[some], _peaks(fine.reshape(-1), 3 * BLOCK))
    return peaks


def _peaks(samples: FloatArray, width: int) -> FloatArray:
    """The largest magnitude of every ``width`` samples: (n,) to (n / width,)."""
    if not samples.size:
        return samples
    peaks: FloatArray = np.maximum.reduceat(np.abs(samples), np.arange(0, samples.size, width))
    return peaks


@lru_cache(maxsize=1)
def _oversampler() -> FloatArray:
    """The three phases between the samples of a part as one matrix (16 + 24, 3 * 16)."""
    matrix = np.zeros((_PART + 2 * _TAPS, 3 * _PART))
    taps = np.arange(-_TAPS + 1, _TAPS + 1)
    for phase in (1, 2, 3):
        offset = taps - phase / 4
        kernel = np.sinc(offset) * np.cos(np.pi * offset / (2 * _TAPS + 1)) ** 2
        kernel /= kernel.sum()
        for sample in range(_PART):
            matrix[sample + _TAPS + taps, (phase - 1) * _PART + sample] = kernel
    return matrix.astype(np.float32)


def _running_minima(values: FloatArray, width: int) -> FloatArray:
    """The lowest of every ``width`` neighbours: (n,) to (n - width + 1,); windows double until they are as wide."""
    lowest, reached = values, 1
    while reached < width:
        step = min(reached, width - reached)
        lowest, reached = np.minimum(lowest[:-step], lowest[step:]), reached + step
    return lowest


def limited(peaks: FloatArray, gain: float, ceiling: float) -> FloatArray:
    """Gains at the edges of blocks that keep every peak below the ceiling: (blocks + 1,).

    Args:
        peaks: of every block, see :func:`true_peaks`.
        gain: of blocks that no peak limits.
        ceiling: linear.
    """
    wanted = np.minimum(gain, ceiling / np.maximum(peaks, 1e-9))
    if wanted.min() >= gain:
        return np.full(peaks.size + 1, gain, np.float32)
    reach = 2 * _REACH
    padded = np.pad(wanted, (reach + 1, reach), mode="edge")
    lowest = _running_minima(padded, reach + 1)
    kernel = np.hanning(reach + 2)[1:-1]
    smooth = np.convolve(lowest, kernel / kernel.sum(), "valid")
    return smooth[: peaks.size + 1].astype(np.float32)
