"""Brings stems to their final level together: one gain curve for all, so that they still add up to the mix.

Loudness follows ITU-R BS.1770-5: K-weighted mean square in blocks of 400 ms, gated. The weighting is applied to the
spectra of 100 ms frames, which is within a few hundredths of a LU of the recursive filters. The limiter
looks ahead and knows true peaks: wherever a block of 64 samples comes near the ceiling it is oversampled four times.
"""

from __future__ import annotations

from concurrent.futures import Executor
from functools import lru_cache

import numpy as np

from musicengine.dsp.filters import k_weighting
from musicengine.dsp.limiter import BLOCK, gain_curve, limited, true_peaks
from musicengine.dsp.products import product
from musicengine.dsp.types import FloatArray

__all__ = ["integrated_lufs", "master", "weighted_powers"]

_CEILING_DB = -1.25
_GATE_LUFS = -70.0


def integrated_lufs(powers: np.ndarray) -> float:
    """Gated loudness of K-weighted mean squares, summed over channels, of consecutive 100 ms: (n,)."""
    blocks = np.convolve(powers, np.full(4, 0.25), "valid") if powers.size >= 4 else powers.mean(keepdims=True)
    levels = -0.691 + 10 * np.log10(np.maximum(blocks, 1e-12))
    heard = blocks[levels > _GATE_LUFS]
    if heard.size == 0:
        return -np.inf
    gate = -0.691 + 10 * np.log10(heard.mean()) - 10
    kept = blocks[(levels > _GATE_LUFS) & (levels > gate)]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def weighted_powers(channel: FloatArray, rate: int) -> np.ndarray:
    """K-weighted mean squares of consecutive 100 ms of one channel (n,): float64 (frames,)."""
    length = rate // 10
    count = max(1, channel.size // length)
    if channel.size < length:
        channel = np.pad(channel, (0, length - channel.size))
    weights = _k_weights(rate, length)
    total = np.empty(count)
    for start in range(0, count, 32):
        frames = channel[start * length : min(start + 32, count) * length].reshape(-1, length)
        parts = np.fft.rfft(frames, norm="forward").view(np.float32)
        np.multiply(parts, parts, out=parts)
        total[start : start + len(frames)] = product(parts, weights)
    return total


@lru_cache(maxsize=8)
def _k_weights(rate: int, length: int) -> FloatArray:
    """What each real and imaginary part of a forward-scaled spectrum adds to the weighted mean square."""
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    z = np.exp(-2j * np.pi * frequencies / rate)
    response = np.ones(frequencies.size, np.complex128)
    for section in k_weighting(rate):
        response *= np.polyval(section[2::-1], z) / np.polyval(section[:2:-1], z)
    weights = 2 * np.abs(response) ** 2
    weights[0] = 0
    if length % 2 == 0:
        weights[-1] /= 2
    return np.repeat(weights, 2).astype(np.float32)


def master(mix: FloatArray, rate: int, target_lufs: float, *, threads: Executor) -> FloatArray:
    """The gain of every sample that brings a mix to its loudness with true peaks below -1 dBTP: (n,).

    Args:
        mix: float32 (channels, n).
        rate: Hz.
        target_lufs: integrated loudness after the gain.
        threads: one channel each.
    """
    n = mix.shape[1]
    powers = sum(threads.map(lambda channel: weighted_powers(channel, rate), mix), start=np.zeros(1))
    loudness = integrated_lufs(powers)
    if not np.isfinite(loudness):
        return np.ones(n, np.float32)
    gain = 10 ** ((target_lufs - loudness) / 20)
    ceiling = 10 ** (_CEILING_DB / 20)
    floor = 0.7 * ceiling / gain
    peaks = np.maximum(*threads.map(lambda channel: true_peaks(channel, floor), mix))
    edges = limited(peaks, gain, ceiling)
    # What the limiter takes away the make-up gain gives back: a few rounds on the blocks settle it.
    for _ in range(6):
        missing = target_lufs - integrated_lufs(powers * _mean_squares(edges, powers.size, rate))
        if abs(missing) < 0.02:
            break
        gain *= 10 ** (missing / 20)
        edges = limited(peaks, gain, ceiling)
    return gain_curve(edges, n)


def _mean_squares(edges: FloatArray, count: int, rate: int) -> np.ndarray:
    """The mean square gain of each 100 ms."""
    places = np.minimum(np.arange(count + 1) * (rate // 10) // BLOCK, edges.size - 2)
    sums = np.add.reduceat(edges.astype(np.float64) ** 2, places[:-1])
    widths = np.diff(np.append(places[:-1], edges.size))
    result: np.ndarray = sums / np.maximum(widths, 1)
    return result
