"""How much each pitch stands out of a spectrum: harmonic summation on a logarithmic frequency axis.

The salience of a pitch is the weighted sum of the spectrum at its harmonics, less the spectrum half-way between them
(subharmonic summation after Hermes, JASA 83, 1988; the subtraction after Drugman and Alwan, Interspeech 2011). The
subtraction is what keeps the octave above from passing for the pitch: half-way between its harmonics lie true ones.
On a logarithmic axis the harmonics of all pitches lie the same steps away, so a sum over harmonics is a sum of a few
shifted copies of the whole spectrogram. Frequency is the first axis here: then the copies are contiguous.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.dsp.types import Array, FloatArray, IntArray

__all__ = ["PitchGrid", "flattened", "on_grid", "salience", "strongest", "tops"]


@attrs.frozen
class PitchGrid:
    """A logarithmic grid of pitches.

    Args:
        lowest_hz: the first pitch.
        per_octave: pitches in an octave.
        pitches: how many pitches there are.
        steps: how many steps of the same size the spectrum spans, at least ``pitches``.
    """

    lowest_hz: float
    per_octave: int
    pitches: int
    steps: int

    def hz(self, steps: Array) -> FloatArray:
        """The frequency of (fractional) steps."""
        result: FloatArray = np.float32(self.lowest_hz) * np.exp2(np.asarray(steps, np.float32) / self.per_octave)
        return result


def flattened(magnitude: FloatArray, exponent: float, width: int) -> FloatArray:
    """The compressed spectrum (bins, frames) where it stands above its mean over ``width`` (odd) bins around."""
    level = magnitude**exponent
    reach = width // 2
    padded = np.concatenate([level[reach:0:-1], level, level[-2 : -2 - reach : -1]])
    sums = np.zeros((len(padded) + 1, level.shape[1]), np.float32)
    np.cumsum(padded, axis=0, out=sums[1:])
    mean = sums[width:] - sums[:-width]
    mean *= np.float32(1 / width)
    level -= mean
    return np.maximum(level, 0, out=level)


def on_grid(spectrum: FloatArray, bins_per_hz: float, grid: PitchGrid) -> FloatArray:
    """The spectrum (bins, frames) at the steps of the grid (steps, frames): the highest of what lies around each."""
    low, weight, extra = _places(grid, bins_per_hz, len(spectrum))
    out: FloatArray = spectrum[low + 1] - spectrum[low]
    out *= weight
    out += spectrum[low]
    for steps, bins in extra:
        np.maximum(out[steps], spectrum[bins], out=out[steps])
    return out


@lru_cache(maxsize=16)
def _places(
    grid: PitchGrid, bins_per_hz: float, bins: int
) -> tuple[IntArray, FloatArray, tuple[tuple[slice, IntArray], ...]]:
    """The bin below each step and the weight of the next one; and, where a step spans bins, those in it."""
    at = grid.hz(np.arange(grid.steps)) * bins_per_hz
    low = np.minimum(at.astype(np.int64), bins - 2)
    weight = np.minimum(at - low, 1).astype(np.float32)[:, None]
    edges = grid.hz(np.arange(grid.steps + 1) - 0.5) * bins_per_hz
    first, last = np.ceil(edges[:-1]).astype(np.int64), np.floor(edges[1:]).astype(np.int64)
    extra = []
    for k in range(int((last - first).max(initial=-1)) + 1):
        within = np.flatnonzero(first + k <= last)
        start = int(within[0])
        # Steps grow with frequency: from some step on nearly all span so many bins; the others repeat their last one.
        chosen = np.minimum(np.minimum(first[start:] + k, np.maximum(last[start:], low[start:])), bins - 1)
        extra.append((slice(start, None), chosen))
    return low, weight, tuple(extra)


def salience(spectrum: FloatArray, grid: PitchGrid, *, harmonics: int, decay: float, between: float) -> FloatArray:
    """The salience (pitches, frames) of each pitch in a spectrum on the grid (steps, frames).

    Args:
        spectrum: 0 or more.
        grid: of the pitches.
        harmonics: how many are summed, those within the grid.
        decay: the weight of each harmonic relative to the one before.
        between: what is subtracted half-way before a harmonic, relative to that harmonic.
    """
    out = spectrum[: grid.pitches].copy()
    part = np.empty_like(out)
    for harmonic in range(1, harmonics + 1):
        weight = decay ** (harmonic - 1)
        if harmonic > 1:
            _add_shifted(out, spectrum, harmonic, weight, grid, part)
        _add_shifted(out, spectrum, harmonic - 0.5, -between * weight, grid, part)
    return out


def _add_shifted(
    out: FloatArray, spectrum: FloatArray, ratio: float, weight: float, grid: PitchGrid, part: FloatArray
) -> None:
    """Add the spectrum at ``ratio`` times each pitch."""
    shift = round(grid.per_octave * np.log2(ratio))
    start = max(shift, 0)
    end = min(shift + grid.pitches, grid.steps)
    if end > start:
        count = end - start
        np.multiply(spectrum[start:end], np.float32(weight), out=part[:count])
        out[start - shift : end - shift] += part[:count]


def strongest(curves: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """The ``count`` highest peaks of each column of curves (points, frames): where, and how high, (count, frames).

    Where a column has fewer peaks, the height is -inf.
    """
    peaks = np.full(curves.shape, -np.inf, np.float32)
    inner = curves[1:-1]
    mask = inner > curves[:-2]
    mask &= inner >= curves[2:]
    np.copyto(peaks[1:-1], inner, where=mask)
    peaks = np.ascontiguousarray(peaks.T)
    frames = np.arange(curves.shape[1])
    where = np.empty((count, frames.size), np.int64)
    height = np.empty((count, frames.size), np.float32)
    for k in range(count):
        where[k] = peaks.argmax(axis=1)
        height[k] = peaks[frames, where[k]]
        peaks[frames, where[k]] = -np.inf
    return where, height


def tops(curves: FloatArray, where: IntArray) -> FloatArray:
    """Where the parabola through each point of curves (points, frames) and its neighbours has its top: (k, frames)."""
    centre = np.clip(where, 1, len(curves) - 2)
    frames = np.arange(curves.shape[1])
    before, here, after = (curves[centre + step, frames] for step in (-1, 0, 1))
    bend = np.minimum(before - 2 * here + after, np.float32(-1e-20))
    result: FloatArray = (centre + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)).astype(np.float32)
    return result
