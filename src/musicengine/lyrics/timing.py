"""Flow in time: where the syllables of sung words fall among the beats.

A word's syllables share its time evenly. A bar is cut into sixteen steps at its downbeats (four beats a bar where none
are known). Syncopation is that of Longuet-Higgins and Lee (1984): a syllable followed by a silent step of more metrical
weight counts the difference of the weights, 0 for the downbeat, -1 for the half, -2, -3 and -4 for quarters, eighths
and sixteenths. Durations between syllables give the normalized pairwise variability index (Grabe and Low 2002).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.errors import LyricsError
from musicengine.values.lyrics import Timing
from musicengine.values.music import Beats

__all__ = ["STEPS", "SungSyllables", "measure_timing"]

STEPS = 16
"""Steps of a bar."""

_WEIGHTS = np.array([0, -4, -3, -4, -2, -4, -3, -4, -1, -4, -3, -4, -2, -4, -3, -4])
_PHRASE_S = 1.0  # a longer gap is no singing
_Array: TypeAlias = npt.NDArray[np.float64]


@attrs.frozen(eq=False)
class SungSyllables:
    """Syllables in time, (n,) each: start, line, whether stressed, whether in a rhyme."""

    starts_s: _Array
    lines: npt.NDArray[np.int64]
    stressed: npt.NDArray[np.bool_]
    rhymed: npt.NDArray[np.bool_]


def measure_timing(syllables: SungSyllables, beats: Beats, lines: int) -> Timing:
    """Measure syllables against beats.

    Args:
        syllables: in order of time.
        beats: of the music.
        lines: how many there are.

    Raises:
        LyricsError: there are no syllables, or fewer than two beats.
    """
    if len(beats.times_s) < 2 or not len(syllables.starts_s):
        raise LyricsError(
            f"timing takes two beats and a syllable at least, got {len(beats.times_s)} beats "
            f"and {len(syllables.starts_s)} syllables"
        )
    place, beat_s = _place(syllables.starts_s, beats)
    steps = np.rint(place * 4).astype(np.int64)
    lag_s, stray_s = _lags(place * 4, beat_s / 4, syllables.lines, lines)
    gaps = np.diff(syllables.starts_s)
    sung = gaps[(gaps > 0) & (gaps < _PHRASE_S)]
    rate = 1 / float(sung.mean()) if len(sung) else 0.0
    in_bar = steps % STEPS
    return Timing(
        syllables_per_second=rate,
        syllables_per_beat=rate * float(np.median(beat_s)),
        syncopation=_syncopation(steps),
        swing=_swing(place),
        stress_grid=_grid(in_bar[syllables.stressed]),
        rhyme_grid=_grid(in_bar[syllables.rhymed]),
        lag_ms=[None if np.isnan(lag) else float(lag * 1000) for lag in lag_s],
        pocket_ms=float(np.sqrt(np.mean(stray_s**2)) * 1000),
        offbeat_share=float((in_bar[syllables.stressed] % 4 != 0).mean()) if syllables.stressed.any() else 0.0,
        npvi=_variability(sung),
        entropy_bits=_entropy(np.diff(steps)[(gaps > 0) & (gaps < _PHRASE_S)]),
    )


def _place(times_s: _Array, beats: Beats) -> tuple[_Array, _Array]:
    """The place of each time in beats, counted from a downbeat, and the length of its beat in seconds."""
    at = np.asarray(beats.times_s, np.float64)
    lengths = np.diff(at)
    index = np.clip(np.searchsorted(at, times_s, side="right") - 1, 0, len(lengths) - 1)
    place = index + (times_s - at[index]) / lengths[index]
    downs = np.asarray(beats.downbeats_s, np.float64)
    first = float(np.argmin(np.abs(at - downs[0]))) if len(downs) else 0.0
    return place - first, lengths[index]


def _lags(place: _Array, step_s: _Array, lines: npt.NDArray[np.int64], count: int) -> tuple[_Array, _Array]:
    """How late each line is, nan for none, and how late each syllable is beside its line; in seconds.

    Places go round the grid, so a line's lag is the mean of directions on a circle (Fisher 1993, "Statistical Analysis
    of Circular Data"): a syllable half a step away is not late in one line and early in the next.

    Args:
        place: of the syllables, in steps of the grid.
        step_s: the length of a step at each.
        lines: of the syllables.
        count: of lines.
    """
    angles = 2 * np.pi * place
    sums = [np.bincount(lines, part, minlength=count) for part in (np.sin(angles), np.cos(angles))]
    sizes = np.bincount(lines, minlength=count)
    lags = np.where(sizes > 0, np.arctan2(*sums) / (2 * np.pi), np.nan)
    strays = place - lags[lines]
    steps_s = np.bincount(lines, step_s, minlength=count) / np.maximum(sizes, 1)
    return lags * steps_s, (strays - np.rint(strays)) * step_s


def _grid(steps: npt.NDArray[np.int64]) -> tuple[float, ...]:
    counts = np.bincount(steps, minlength=STEPS)
    return tuple((counts / max(counts.sum(), 1)).tolist())


def _syncopation(steps: npt.NDArray[np.int64]) -> float:
    """Longuet-Higgins and Lee's, a bar in which there are syllables."""
    taken = np.unique(steps)
    total = 0
    for here, following in pairwise(taken.tolist()):
        silent = np.arange(here + 1, min(following, here + STEPS))
        if len(silent):
            total += max(0, int(_WEIGHTS[silent % STEPS].max() - _WEIGHTS[here % STEPS]))
    return total / len(np.unique(taken // STEPS))


def _swing(place: _Array) -> float | None:
    """The first half of a beat to the second, by the syllables near its middle; None with fewer than eight."""
    phase = place % 1
    middle = phase[(phase > 0.4) & (phase < 0.72)]
    if len(middle) < 8:
        return None
    centre = float(np.median(middle))
    return centre / (1 - centre)


def _variability(durations: _Array) -> float:
    """nPVI: 100 times the mean of |a - b| / ((a + b) / 2) over neighbours."""
    if len(durations) < 2:
        return 0.0
    a, b = durations[:-1], durations[1:]
    return float(200 * (np.abs(a - b) / (a + b)).mean())


def _entropy(steps: npt.NDArray[np.int64]) -> float:
    shares = np.bincount(np.clip(steps, 0, STEPS)) / max(len(steps), 1)
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum()) + 0.0
