"""Cues to which stem a band of the short-time spectrum belongs to: what the masks are computed from.

All are ratios or differences of levels, so that they do not depend on gain. Four kinds:

- of each band and frame: the level against medians along time (high for drums) and along frequency (high for notes;
  Fitzgerald, "Harmonic/percussive separation using median filtering", 2010), against that before and after, against
  the loudest low band, against what lasts an octave below and above; whether the band lies on a harmonic of the
  lead's pitch or of the bass; how much of the lasting sound lies below it;
- of each frame: how the low, middle and high bands rise and how drum-like they are, the bass's pitch and how
  clear it is, the lasting level of each octave, and how much is struck in a second around;
- of each band: its frequency;
- of each frame at fixed frequencies: the outline of the spectrum and of what lasts in it, now and before and after,
  against the loudest around.

Levels are natural logarithms of amplitude.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import attrs
import numpy as np

from musicengine.dsp.medians import running_median
from musicengine.dsp.products import product
from musicengine.dsp.types import Array, FloatArray

__all__ = ["LOCAL_CUES", "REACH", "Cues", "Grid", "find_cues", "outline_points"]

LOCAL_CUES = 18
REACH = 15  # frames that a cue sees to each side
_HIGHEST_HZ = 11_025.0
_STEPS = (1, 2, -1, -2, -4)
_SPANS_HZ = ((0.0, 150.0), (150.0, 2000.0), (4000.0, np.inf))
_LOW_HZ, _BASS_TOP_HZ, _TONAL_TOP_HZ = 250.0, 1500.0, 1000.0
_BASS_PITCHES_HZ = 35 * 2 ** (np.arange(68) / 24)  # quarter tones up to 240 Hz
_BASS_HARMONICS = (1.0, 0.8, 0.6, 0.4)
_OCTAVES_HZ = (30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 11_000.0)
_AROUND_STRUCK = 11  # frames to each side
_AROUND = (0.5, 0.8, 1.0, 0.8, 0.5)  # weights of the frames that tell the bass's pitch


@attrs.frozen
class Grid:
    """The bands of a transform with ``bins`` bins, each ``bin_hz`` wide; none above 11 kHz."""

    bins: int
    bin_hz: float

    @property
    def edges(self) -> tuple[int, ...]:
        """The first bin of each band and the end: one bin wide at the bottom, then less than half a semitone."""
        return _edges(min(self.bins, round(_HIGHEST_HZ / self.bin_hz) + 1))

    @property
    def widths(self) -> FloatArray:
        """Bins in each band."""
        return _widths(self)

    @property
    def hz(self) -> FloatArray:
        """The middle of each band."""
        return _centres(self)


_OUTLINE_GRID = Grid(1025, 22_050 / 2048)  # the bands from which the outline is drawn
_OUTLINE_TOP_HZ = 900.0  # below, each band is a point of it; above, six together are one
_OUTLINE_STEP = 6
_OUTLINE_FLOOR = -8.0
_BESIDE, _LASTING_BESIDE = 2, 6  # frames to the spectra before and after


@attrs.frozen(eq=False)
class Cues:
    """The cues of some frames, float32.

    Args:
        local: (frames, cues, bands).
        frame: (frames, cues).
        band: (cues, bands).
        outline: (frames, cues), two for each of the points of the outline and four for every two of them.
    """

    local: FloatArray
    frame: FloatArray
    band: FloatArray
    outline: FloatArray


@lru_cache(maxsize=8)
def _widths(grid: Grid) -> FloatArray:
    widths: FloatArray = np.diff(grid.edges).astype(np.float32)
    widths.flags.writeable = False
    return widths


@lru_cache(maxsize=8)
def _centres(grid: Grid) -> FloatArray:
    edges = np.array(grid.edges)
    centres: FloatArray = ((edges[:-1] + edges[1:] - 1) * (grid.bin_hz / 2)).astype(np.float32)
    centres.flags.writeable = False
    return centres


@lru_cache(maxsize=8)
def _edges(bins: int) -> tuple[int, ...]:
    edges = [0]
    while edges[-1] < bins:
        edges.append(edges[-1] + max(1, edges[-1] // 35))
    edges[-1] = bins
    return tuple(edges)


def find_cues(levels: FloatArray, pitch_hz: FloatArray, voicing: FloatArray, grid: Grid) -> Cues:
    """The cues of all frames but the first and the last ``REACH``.

    Args:
        levels: float32 (REACH + frames + REACH, bands), natural logarithms of the bands' root mean square amplitude.
        pitch_hz: float32 (frames,), of the lead; 0 where there is none.
        voicing: float32 (frames,), in [0, 1]; 0 where there is no pitch.
        grid: the bands.
    """
    frames = len(pitch_hz)

    def now(values: FloatArray, step: int = 0) -> FloatArray:
        return values[REACH - step : REACH - step + frames]

    level = now(levels)
    brief = running_median(levels, (1,), 0)
    short = running_median(brief, (3,), 0)
    lasting = now(short)
    narrow = running_median(level, (1, 3), 1)
    wide = running_median(narrow, (9,), 1)
    bass_hz, salience = _bass_pitch(short, grid)
    local = np.empty((frames, LOCAL_CUES, level.shape[1]), np.float32)
    for row, median in enumerate((now(brief), lasting, now(running_median(short, (9,), 0)), narrow, wide)):
        np.subtract(level, median, out=local[:, row])
    for row, step in enumerate(_STEPS, start=5):
        np.subtract(level, now(levels, step), out=local[:, row])
    local[:, 10] = _comb(pitch_hz, grid)
    local[:, 11] = _above(pitch_hz, grid)
    local[:, 12] = _below(np.minimum(lasting, level), grid)
    low = level[:, grid.hz < _LOW_HZ].max(axis=1, keepdims=True)
    np.clip(level - low, -8, 4, out=local[:, 13])
    top = int(np.searchsorted(grid.hz, _BASS_TOP_HZ))
    local[:, 14, :top] = _comb(bass_hz, grid, top)
    local[:, 14, top:] = 0
    local[:, 15] = level - now(levels, -7)
    below, above = _octaves(grid)
    np.clip(level - lasting[:, below], -6, 6, out=local[:, 16])
    np.clip(level - lasting[:, above], -6, 6, out=local[:, 17])
    columns = (
        _frame_cues(levels, narrow - lasting, voicing, bass_hz, grid),
        _shape(lasting, grid),
        salience[:, None],
        _activity(levels - short, grid),
    )
    return Cues(local, np.concatenate(columns, axis=1), _band_cues(grid), _outline(levels, short, grid))


@lru_cache(maxsize=8)
def outline_points(grid: Grid) -> Array:
    """The point of the outline that is nearest to each band: whole numbers (bands,)."""
    drawn = _points(_OUTLINE_GRID.hz[None])[0]
    result: Array = np.abs(grid.hz[:, None] - drawn).argmin(axis=1)
    return result


def _points(values: FloatArray) -> FloatArray:
    """The values (frames, bands) of the outline's bands at its points: (frames, points)."""
    low = int(np.searchsorted(_OUTLINE_GRID.hz, _OUTLINE_TOP_HZ))
    whole = low + (values.shape[1] - low) // _OUTLINE_STEP * _OUTLINE_STEP
    upper = values[:, low:whole].reshape(len(values), -1, _OUTLINE_STEP).mean(axis=2)
    return np.concatenate([values[:, :low], upper], axis=1)


def _outline(levels: FloatArray, lasting: FloatArray, grid: Grid) -> FloatArray:
    """Levels, and levels of what lasts, against the loudest around, at most 0: (frames, 4 points).

    First those now, levels and lasting; then, of every two points together, levels before and after, and lasting.

    Args:
        levels: float32 (REACH + frames + REACH, bands).
        lasting: as many, less what is brief.
        grid: the bands.
    """
    frames, bands = len(levels) - 2 * REACH, _outline_bands(grid)
    tops = np.lib.stride_tricks.sliding_window_view(levels.max(axis=1), 2 * REACH + 1).max(axis=1)[:, None]

    def three(values: FloatArray, beside: int) -> list[FloatArray]:
        near = _points(values[REACH - beside : REACH + frames + beside, bands])
        return [near[first : first + frames] for first in (beside, 0, 2 * beside)]

    (now, *near), (lasts, *far) = three(levels, _BESIDE), three(lasting, _LASTING_BESIDE)
    even = now.shape[1] // 2 * 2
    beside = [np.float32(0.5) * (part[:, :even:2] + part[:, 1:even:2]) for part in (*near, *far)]
    result = np.concatenate([now, lasts, *beside], axis=1)
    result -= tops
    np.clip(result, _OUTLINE_FLOOR, 0, out=result)
    return result


@lru_cache(maxsize=8)
def _outline_bands(grid: Grid) -> slice | Array:
    """Which bands are nearest to those of the outline."""
    wanted = _OUTLINE_GRID.hz
    if len(grid.hz) >= len(wanted) and np.allclose(grid.hz[: len(wanted) - 1], wanted[:-1]):
        return slice(len(wanted))
    nearest: Array = np.abs(wanted[:, None] - grid.hz).argmin(axis=1)
    return nearest


def _comb(pitch_hz: FloatArray, grid: Grid, count: int | None = None) -> FloatArray:
    """How near each of the first ``count`` bands is to a harmonic of the pitch, in [0, 1]: (frames, count)."""
    tops = (pitch_hz > 0)[:, None]
    inverse = np.where(pitch_hz > 0, 1 / np.maximum(pitch_hz, 1), 0).astype(np.float32)[:, None]
    hz = grid.hz[:count]
    harmonic = hz * inverse
    harmonic -= np.maximum(np.rint(harmonic), 1)
    width = grid.bin_hz * (1.5 + grid.widths[:count] / 2) + np.float32(0.01) * hz
    harmonic *= pitch_hz[:, None]
    harmonic /= width
    np.square(harmonic, out=harmonic)
    np.subtract(1, harmonic, out=harmonic)
    np.maximum(harmonic, 0, out=harmonic)
    harmonic *= tops
    return harmonic


def _above(pitch_hz: FloatArray, grid: Grid) -> FloatArray:
    """Octaves from the pitch to each band, 0 without a pitch: (frames, bands)."""
    voiced = pitch_hz > 0
    pitch = np.log2(np.where(voiced, pitch_hz, 1)).astype(np.float32)[:, None]
    result: FloatArray = np.log2(np.maximum(grid.hz, 20)) - pitch
    result *= voiced[:, None]
    return result


def _below(lasting: FloatArray, grid: Grid) -> FloatArray:
    """The part of the lasting power up to 1 kHz that lies below each band: (frames, bands), in [0, 1]."""
    count = int(np.searchsorted(grid.hz, _TONAL_TOP_HZ))
    part = lasting[:, :count]
    power = np.exp(2 * (part - part.max(axis=1, keepdims=True))) * grid.widths[:count]
    result = np.ones_like(lasting)
    sums = np.cumsum(power, axis=1)
    result[:, :count] = (sums - power) / sums[:, -1:]
    return result


def _bass_pitch(lasting: FloatArray, grid: Grid) -> tuple[FloatArray, FloatArray]:
    """The most salient pitch below 250 Hz, over five frames, in what is lasting and narrow; 0 where nothing is.

    Args:
        lasting: float32 (REACH + frames + REACH, bands), levels less what is brief.
        grid: the bands.

    Returns:
        two float32 (frames,): Hz, and how much of what is narrow lies on its harmonics.
    """
    top_hz = _BASS_PITCHES_HZ[-1] * len(_BASS_HARMONICS)
    count = min(int(np.searchsorted(grid.hz, top_hz)) + 1, lasting.shape[1])
    frames = len(lasting) - 2 * REACH
    part = lasting[REACH - 2 : REACH + 2 + frames, :count]
    floor = running_median(part, (1, 3, 9), 1)
    top = part.max(axis=1, keepdims=True)
    prominence = np.sqrt(np.maximum(np.exp(part - top) - np.exp(floor - top), 0))
    around = np.zeros((frames, count), np.float32)
    for step, weight in enumerate(_AROUND):
        around += weight * prominence[step : step + frames]
    salience = product(around, _bass_templates(grid, count))
    best = _BASS_PITCHES_HZ[salience.argmax(axis=1)]
    strength = salience.max(axis=1)
    clarity = strength / (np.maximum(prominence[2 : 2 + frames].sum(axis=1), 1e-3) * np.float32(sum(_AROUND)))
    return np.where(strength > 0, best, 0).astype(np.float32), np.minimum(clarity, 2).astype(np.float32)


@lru_cache(maxsize=8)
def _bass_templates(grid: Grid, bands: int) -> FloatArray:
    """Weights of the bands for each pitch of the bass: (bands, pitches)."""
    templates = np.zeros((bands, _BASS_PITCHES_HZ.size), np.float32)
    for harmonic, weight in enumerate(_BASS_HARMONICS, start=1):
        at = np.abs(grid.hz[:bands, None] - _BASS_PITCHES_HZ * harmonic).argmin(axis=0)
        templates[at, np.arange(at.size)] += weight
    templates.flags.writeable = False
    return templates


def _frame_cues(
    levels: FloatArray, drumlike: FloatArray, voicing: FloatArray, bass_hz: FloatArray, grid: Grid
) -> FloatArray:
    """Rises around each frame and broad against lasting sound, in three spans; voicing; the bass: (frames, 14)."""
    frames = len(drumlike)
    near = levels[REACH - 2 : REACH + frames + 1]
    rises = np.clip(np.diff(near, axis=0), 0, 3)
    columns: list[Array] = [voicing, np.log2(np.maximum(bass_hz, 20) / 100)]
    for low, high in _SPANS_HZ:
        span = slice(*np.searchsorted(grid.hz, (low, high)))
        rise = rises[:, span].mean(axis=1) if span.stop > span.start else np.zeros(len(rises), np.float32)
        columns += [rise[step : step + frames] for step in range(3)]
        columns.append(drumlike[:, span].mean(axis=1) if span.stop > span.start else np.zeros(frames, np.float32))
    return np.stack(columns, axis=1).astype(np.float32)


def _shape(lasting: FloatArray, grid: Grid) -> FloatArray:
    """The lasting level of each octave from 30 Hz against that of all, (frames, octaves)."""
    edges = np.searchsorted(grid.hz, _OCTAVES_HZ)
    octaves = np.stack([lasting[:, a:b].max(axis=1) if b > a else lasting[:, -1] for a, b in pairwise(edges)], axis=1)
    octaves -= octaves.max(axis=1, keepdims=True)
    result: FloatArray = np.maximum(octaves, -6)
    return result


def _activity(brief: FloatArray, grid: Grid) -> FloatArray:
    """How much is struck in three spans, over about a second around each frame: (frames, 3).

    Args:
        brief: float32 (REACH + frames + REACH, bands), levels above what lasts.
        grid: the bands.
    """
    frames = len(brief) - 2 * REACH
    result = np.zeros((frames, len(_SPANS_HZ)), np.float32)
    for column, (low, high) in enumerate(_SPANS_HZ):
        span = slice(*np.searchsorted(grid.hz, (low, high)))
        if span.stop > span.start:
            struck = np.clip(brief[:, span], 0, 2).mean(axis=1)
            for first in range(REACH - _AROUND_STRUCK, REACH + _AROUND_STRUCK + 1):
                result[:, column] += struck[first : first + frames]
    result /= 2 * _AROUND_STRUCK + 1
    return result


@lru_cache(maxsize=8)
def _octaves(grid: Grid) -> tuple[Array, Array]:
    """The bands an octave below and above each."""
    below = np.abs(grid.hz[:, None] / 2 - grid.hz).argmin(axis=1)
    above = np.abs(grid.hz[:, None] * 2 - grid.hz).argmin(axis=1)
    return below, above


def _band_cues(grid: Grid) -> FloatArray:
    """The frequency's logarithm and its square: (2, bands)."""
    octaves = np.log2(np.maximum(np.minimum(grid.hz, 10_000), 20) / 500) / 3
    return np.stack([octaves, octaves**2]).astype(np.float32)
