"""Seconds to beats and back: the grid that MIDI and notation need, drawn through the beats that were heard.

Beats lie on whole numbers whatever the tempo does, so a sequencer shows the music on its own bars. Between beats time
runs evenly; before the first and after the last it runs on at the nearest pace.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from musicengine.exports.annotations import Annotations

__all__ = ["Grid", "grid"]

_SOONEST_S = 0.03  # a first beat earlier than this counts as the start of the track


@attrs.frozen(eq=False)
class Grid:
    """Where the beats lie.

    Args:
        times_s: of whole beats 0, 1, 2 ... of the grid, increasing, at least two; the first is 0.
        first_bar: the number of the beat on which the first whole bar begins.
        beats_per_bar: how many beats a bar has.
        unit: what note a beat is: 4 a quarter, 8 an eighth; 8 / 3 a dotted quarter.
    """

    times_s: np.ndarray
    first_bar: int
    beats_per_bar: int
    unit: float

    def beat(self, seconds: float) -> float:
        """The place of a time, in beats from the start."""
        last = self.times_s[-1] - self.times_s[-2]
        if seconds >= self.times_s[-1]:
            return len(self.times_s) - 1 + (seconds - float(self.times_s[-1])) / float(last)
        return float(np.interp(seconds, self.times_s, np.arange(len(self.times_s))))

    @property
    def signature(self) -> tuple[int, int]:
        """The time signature, e.g. (4, 4)."""
        if self.unit == 4 or self.unit == 8:
            return self.beats_per_bar, int(self.unit)
        return self.beats_per_bar * 3, 8

    @property
    def quarters_per_beat(self) -> float:
        """How long a beat is, in quarter notes."""
        return 4 / self.unit


def grid(known: Annotations) -> Grid:
    """The grid of a track: through its beats; even, where only its tempo is known; at 120 bpm without either."""
    beats = known.beats
    if beats is None or len(beats) < 2:
        pace = 60 / known.tempo.bpm if known.tempo else 0.5
        return Grid(np.arange(2) * pace, 0, *_meter(known.meter, 0))
    times = beats.times_s.astype(np.float64)
    lead = times[1] - times[0]
    before = 0 if times[0] < _SOONEST_S else max(1, round(times[0] / lead))
    if before:
        times = np.concatenate((np.arange(before) * (times[0] / before), times))
    else:
        times[0] = 0.0
    downbeats = np.unique(np.searchsorted(times, beats.downbeats_s - lead / 2))
    bars = np.diff(downbeats)
    counted = round(float(np.median(bars))) if bars.size else 0
    per_bar, unit = _meter(known.meter, counted)
    first = int(downbeats[0]) % per_bar if downbeats.size else 0
    return Grid(times, first, per_bar, unit)


def _meter(meter: str | None, counted: int) -> tuple[int, float]:
    """Beats a bar and the unit of a beat; what was counted between the downbeats decides how a meter is beaten."""
    upper, _, lower = (meter or "4/4").partition("/")
    top, bottom = int(upper), int(lower or 4)
    if bottom == 8 and counted and counted * 3 == top:
        return counted, 8 / 3
    if bottom == 8 and counted and counted * 2 == top:  # beaten in quarters
        return counted, 4
    return (counted or top), (bottom if counted in (0, top) else 4)


def bar_starts(steps: Grid, end: float) -> Sequence[int]:
    """The beats on which bars begin, up to ``end``; the first whole bar may follow a shorter one."""
    return range(steps.first_bar, int(np.ceil(end)) + 1, steps.beats_per_bar)
