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

__all__ = ["PitchGrid", "flattened", "from_harmonics", "on_grid", "salience", "share_at_harmonics", "strongest", "tops"]

_MEAN_BINS = 21  # 16 + 4 + 1: sums of these lengths come by doubling
_TINY = np.float32(1e-20)


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


def flattened(level: FloatArray) -> FloatArray:
    """The spectrum (bins, frames) where it stands above its mean over the 21 bins around; 0 elsewhere."""
    reach = _MEAN_BINS // 2
    wide = np.pad(level, ((reach, reach), (0, 0)), mode="edge")
    two = wide[:-1] + wide[1:]
    four = two[:-2] + two[2:]
    sixteen = four[:-4] + four[4:]
    sixteen = sixteen[:-8] + sixteen[8:]
    n = len(level)
    mean = sixteen[:n]
    mean += four[16 : 16 + n]
    mean += wide[20 : 20 + n]
    mean *= np.float32(-1 / _MEAN_BINS)
    mean += level
    return np.maximum(mean, 0, out=mean)


def on_grid(spectrum: FloatArray, length_s: float, grid: PitchGrid) -> FloatArray:
    """The spectrum (bins, frames) at the steps of the grid (steps, frames): the highest of what lies around each.

    Args:
        spectrum: of frames of ``length_s`` seconds, so that bins lie ``1 / length_s`` Hz apart.
        length_s: seconds.
        grid: of the steps.
    """
    low, weight, within = _places(grid, length_s, len(spectrum))
    below = spectrum[low]
    out: FloatArray = spectrum[low + 1]
    out -= below
    out *= weight
    out += below
    for start, bins in within:
        np.maximum(out[start:], spectrum[bins], out=out[start:])
    return out


@lru_cache(maxsize=16)
def _places(
    grid: PitchGrid, length_s: float, bins: int
) -> tuple[IntArray, FloatArray, tuple[tuple[int, IntArray], ...]]:
    """The bin below each step and the weight of the next one; and, where steps span bins, those in them."""
    at = grid.hz(np.arange(grid.steps)) * length_s
    low = np.minimum(at.astype(np.int64), bins - 2)
    weight = np.minimum(at - low, 1).astype(np.float32)[:, None]
    edges = grid.hz(np.arange(grid.steps + 1) - 0.5) * length_s
    first, last = np.ceil(edges[:-1]).astype(np.int64), np.floor(edges[1:]).astype(np.int64)
    within = []
    for k in range(int((last - first).max(initial=-1)) + 1):
        # Steps grow with frequency: from some step on nearly all span so many bins; the others repeat their last one.
        start = int(np.flatnonzero(first + k <= last)[0])
        chosen = np.minimum(first[start:] + k, np.maximum(last[start:], low[start:]))
        within.append((start, np.minimum(chosen, bins - 1)))
    return low, weight, tuple(within)


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
    shift = round(grid.per_octave * float(np.log2(ratio)))
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
    before, here, after = _around(curves, centre)
    bend = np.minimum(before - 2 * here + after, -_TINY)
    result: FloatArray = (centre + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)).astype(np.float32)
    return result


def from_harmonics(magnitude: FloatArray, pitches: FloatArray, length_s: float, harmonics: int) -> FloatArray:
    """Pitches (k, frames) in Hz read again from their harmonics in a spectrum (bins, frames) of Hann-windowed frames.

    The main lobe of a Hann window is nearly a parabola in the logarithm, so any three of its bins give the frequency.
    Harmonics count by amplitude and by number, for the higher ones tell the pitch more precisely; those that are more
    than 3 % away are others' and are left out.
    """
    numbers = np.arange(1, harmonics + 1, dtype=np.float32)[:, None, None] * np.float32(length_s)
    near = np.rint(pitches * numbers).astype(np.int64)
    inside = near < len(magnitude) - 1
    near = np.clip(near, 1, len(magnitude) - 2)
    before, here, after = (np.log(np.maximum(part, _TINY)) for part in _around(magnitude, near))
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / np.minimum(bend, np.float32(-0.05))
    found = (near + shift) / numbers
    inside &= (bend < -0.05) & (np.abs(shift) < 1.5) & (np.abs(found - pitches) < 0.03 * pitches)
    weight = np.where(inside, np.exp(here) * numbers, 0)
    total = weight.sum(axis=0)
    mean = (weight * found).sum(axis=0) / np.maximum(total, _TINY)
    result: FloatArray = np.where(total > 0, mean, pitches).astype(np.float32)
    return result


def share_at_harmonics(magnitude: FloatArray, pitch: FloatArray, length_s: float, harmonics: int) -> FloatArray:
    """The share of the power of each frame (bins, frames) within a bin of the harmonics of its pitch: (frames,)."""
    numbers = np.arange(1, harmonics + 1, dtype=np.float32)[:, None] * np.float32(length_s)
    near = np.rint(pitch * numbers).astype(np.int64)
    inside = near < len(magnitude) - 1
    near = np.clip(near, 1, len(magnitude) - 2)
    power = sum(part * part for part in _around(magnitude, near)) * inside
    total = np.einsum("bf,bf->f", magnitude, magnitude)
    result: FloatArray = np.minimum(power.sum(axis=0) / np.maximum(total, _TINY), 1)
    return result


def _around(curves: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What curves (points, frames) hold before, at and after the rows (..., frames)."""
    frames = curves.shape[1]
    at = rows * frames + np.arange(frames)
    flat = curves.reshape(-1)
    return flat.take(at - frames), flat.take(at), flat.take(at + frames)
