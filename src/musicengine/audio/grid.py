"""Whether the beat goes on where it was: breaks in the grid of bars, as of a bar that is too long or comes too late.

A tracker of beats bends around a break, so the onsets are asked themselves. At every beat the two bars before are laid
over the two bars after, one bar length apart: where the grid goes on they are alike, where it broke they are alike
only when shifted (their cross-correlation). That needs bars of equal length, so music whose tempo moves is not asked;
and a bar of some beats more or fewer is on the grid of beats, so only shifts by parts of a beat count.
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.music import Beats

__all__ = ["Break", "find_break", "is_steady"]

_BARS = 2  # on either side
_STEADY = 0.01  # deviation of the time for four beats from the usual one, in half of the places
_QUIETEST, _LOUDEST = -2.0, 4.0  # limits of the onset strength
_FRAMES = 2  # taken together: 23 ms, less than an onset is wide
_SLACK = 1  # of these
_CANDIDATES = 3
_NEARNESS = 0.2  # likeness that a bar of shift must gain: of two shifts a beat apart, the smaller one
_OFF = (0.1, 0.2)  # beats from the nearest beat: from on the grid to off it
_SURE = (0.2, 0.4)  # how much more alike the bars are when shifted: from no evidence to certainty


@attrs.frozen
class Break:
    """Where the grid broke.

    Args:
        start_s, end_s: the bar in whose middle it broke, seconds.
        shift: of what follows against the grid before, as a share of a bar, in [-0.5, 0.5].
        sure: how sure that is, in [0, 1].
    """

    start_s: float
    end_s: float
    shift: float
    sure: float


def find_break(strength: OnsetStrength, beats: Beats) -> Break | None:
    """The surest break of a grid of bars; None where there is none, or no steady tempo, or too few bars to tell."""
    per_s = strength.frames_per_s / _FRAMES
    bars = beats.downbeats_s.astype(np.float64) * per_s
    if bars.size < 2 * _BARS + 1 or not is_steady(beats.times_s):
        return None
    bands = _coarse(strength)
    cuts, lengths = _cuts(bars, bands.shape[1])
    if not cuts.size:
        return None
    beat = float(np.median(np.diff(beats.times_s))) * per_s
    straight = _likeness(bands, cuts, lengths, _SLACK).max(axis=1)
    found = None
    for number in np.argsort(straight)[:_CANDIDATES]:
        at, length = float(cuts[number]), float(lengths[number])
        reach = round(length / 2)
        shifted = _likeness(bands, cuts[[number]], lengths[[number]], reach)[0]
        shifts = np.arange(-reach, reach + 1) / length
        shift = float(shifts[np.argmax(shifted - _NEARNESS * np.abs(shifts))])
        in_beats = shift * max(1, round(length / beat))
        sure = _ramp(shifted.max() - straight[number], _SURE) * _ramp(abs(in_beats - round(in_beats)), _OFF)
        if sure > (found.sure if found else 0.0):
            start_s, end_s = ((at + side * length / 2) / per_s for side in (-1, 1))
            found = Break(start_s, end_s, shift, sure)
    return found


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """From 0 at one end to 1 at the other."""
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def is_steady(times_s: FloatArray) -> bool:
    """Whether four beats mostly take the same time, so that there is a grid; of the times of beats, seconds."""
    spans = times_s[4:] - times_s[:-4]
    return bool(spans.size) and float(np.median(np.abs(spans / np.median(spans) - 1))) < _STEADY


def _coarse(strength: OnsetStrength) -> FloatArray:
    """Means of two frames: float32 (octaves, frames // 2)."""
    count = strength.total.size // _FRAMES
    bands = np.clip(strength.bands[:, : count * _FRAMES], _QUIETEST, _LOUDEST)
    result: FloatArray = ((bands[:, ::_FRAMES] + bands[:, 1::_FRAMES]) * np.float32(0.5)).astype(np.float32, copy=False)
    return result


def _cuts(bars: Array, frames: int) -> tuple[Array, Array]:
    """Every quarter of a bar that has room on both sides, and the usual length of the bars around it, in frames."""
    lengths = np.diff(bars)
    usual = np.array([np.median(lengths[max(0, number - 2) : number + 3]) for number in range(lengths.size)])
    places = (bars[:-1, None] + lengths[:, None] * (np.arange(4) / 4)).ravel()
    around = usual.repeat(4)
    longest = round(usual.max())
    roomy = (places > _BARS * around + 1) & (places + (_BARS - 0.5) * around + longest < frames - 1)
    return places[roomy], around[roomy]


def _likeness(bands: FloatArray, cuts: Array, lengths: Array, reach: int) -> Array:
    """The correlation of the bars after each cut with the mean of those before, for every shift up to ``reach``.

    Args:
        bands: float32 (octaves, frames).
        cuts: (n,), in frames.
        lengths: (n,), of the bars around each cut, in frames.
        reach: frames to either side.

    Returns:
        (n, 2 reach + 1).
    """
    size = round(float(np.median(lengths)))
    windows = np.lib.stride_tricks.sliding_window_view(bands, size, axis=1)
    sums = _running(bands)
    squares = _running(np.einsum("bn,bn->n", bands, bands)[None])[0]

    def starting(bar: int) -> IntArray:
        return np.asarray(np.rint(cuts + bar * lengths), np.int64)

    before = np.add.reduce([windows[:, starting(-bar)] for bar in range(1, _BARS + 1)])
    before -= before.mean(axis=2, keepdims=True)
    norm = np.sqrt(np.einsum("bcn,bcn->c", before, before))[:, None]
    total = np.zeros((cuts.size, 2 * reach + 1))
    for bar in range(_BARS):
        first = starting(bar)[:, None] + np.arange(-reach, reach + 1)
        means = sums[:, first + size] - sums[:, first]
        power = squares[first + size] - squares[first] - np.einsum("bcs,bcs->cs", means, means) / size
        alike = [
            np.einsum("bsn,bn->s", windows[:, places[0] : places[-1] + 1], bars)
            for places, bars in zip(first, before.swapaxes(0, 1), strict=True)
        ]
        total += alike / (np.sqrt(np.maximum(power, 0)) * norm + 1e-6)
    return total / _BARS


def _running(rows: FloatArray) -> Array:
    """Running sums of rows (n, frames) from 0: float64 (n, frames + 1)."""
    return np.cumsum(np.pad(rows, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
