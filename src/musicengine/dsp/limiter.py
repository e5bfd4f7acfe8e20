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
    windows = np.lib.stride_tricks.sliding_window_view(padded, BLOCK + 2 * _TAPS)[::BLOCK]
    loud = np.flatnonzero(peaks >= floor)
    for start in range(0, loud.size, 1024):
        some = loud[start : start + 1024]
        fine = product(windows[some], _oversampler())
        peaks[some] = np.maximum(peaks[some], np.maximum(fine.max(axis=1), -fine.min(axis=1)))
    result: FloatArray = peaks
    return result


@lru_cache(maxsize=1)
def _oversampler() -> FloatArray:
    """The three phases between samples as one matrix (64 + 24, 3 * 64)."""
    matrix = np.zeros((BLOCK + 2 * _TAPS, 3 * BLOCK))
    taps = np.arange(-_TAPS + 1, _TAPS + 1)
    for phase in (1, 2, 3):
        offset = taps - phase / 4
        kernel = np.sinc(offset) * np.cos(np.pi * offset / (2 * _TAPS + 1)) ** 2
        kernel /= kernel.sum()
        for sample in range(BLOCK):
            matrix[sample + _TAPS + taps, (phase - 1) * BLOCK + sample] = kernel
    return matrix.astype(np.float32)


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
    lowest = np.lib.stride_tricks.sliding_window_view(padded, reach + 1).min(axis=1)
    kernel = np.hanning(reach + 2)[1:-1]
    smooth = np.convolve(lowest, kernel / kernel.sum(), "valid")
    return smooth[: peaks.size + 1].astype(np.float32)
