"""Meters: how long a bar is, where its beats fall, and what becomes of a rhythm written for four beats.

Rhythms are written in bars of sixteen steps (see ``musicengine.synth.patterns``). A bar of 3/4 leaves out the third of
the four beats, or the second where the groove leans on the third: what is left of kick and backbeat is the waltz's
low, high, high. In 6/8 every beat is stretched to three eighths, so a written bar fills two. In 7/8, counted two, two
and three eighths, the last eighth is cut off.

Tempo counts quarters, and in 6/8 dotted quarters, as scores and sequencers do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import attrs

from musicengine.synth.patterns import Hit, bars

__all__ = ["COMMON", "METERS_BY_NAME", "Meter"]

_WRITTEN = 16
#: Where the four steps of a written beat fall among the six sixteenths of a beat of 6/8.
_TRIPLE = (0, 2, 4, 5)


@attrs.frozen
class Meter:
    """A time signature.

    Args:
        name: e.g. "6/8".
        steps: sixteenths a bar.
        pulses: the steps on which beats fall.
        strong: the steps on which harmony rests.
        beats: how many beats of the tempo a bar lasts; 3.5 in 7/8.
        bars: how many bars a written bar fills.
    """

    name: str
    steps: int
    pulses: tuple[int, ...]
    strong: tuple[int, ...]
    beats: float
    bars: int = 1

    def is_beat(self, at: float) -> bool:
        """Whether a place in bars is a beat."""
        return self._is_on(at, self.pulses)

    def is_strong(self, at: float) -> bool:
        """Whether a place in bars is a beat on which harmony rests."""
        return self._is_on(at, self.strong)

    def _is_on(self, at: float, steps: tuple[int, ...]) -> bool:
        step = at % 1 * self.steps
        return abs(step - round(step)) < 1e-6 and round(step) % self.steps in steps

    def fit(self, pattern: str, *, spare: int = 2, flowing: bool = False) -> tuple[tuple[Hit, ...], ...]:
        """The hits of each bar of a pattern in this meter.

        Args:
            pattern: written in bars of sixteen steps.
            spare: the beat, from 0, that a bar of three beats leaves out.
            flowing: whether a run of eighths goes on through all three eighths of a beat of 6/8.
        """
        return bars(pattern) if self.steps == _WRITTEN else _fitted(self, pattern, spare, flowing)


COMMON = Meter("4/4", 16, (0, 4, 8, 12), (0, 8), 4)
METERS_BY_NAME = {
    "4/4": COMMON,
    "3/4": Meter("3/4", 12, (0, 4, 8), (0,), 3),
    "6/8": Meter("6/8", 12, (0, 6), (0, 6), 2, bars=2),
    "7/8": Meter("7/8", 14, (0, 4, 8), (0, 8), 3.5),
}


@lru_cache(maxsize=1024)
def _fitted(meter: Meter, pattern: str, spare: int, flowing: bool) -> tuple[tuple[Hit, ...], ...]:
    places = _places(meter, spare)
    fitted: list[tuple[Hit, ...]] = []
    for written in bars(pattern):
        if flowing and meter.bars == 2:
            written = _flowing(written)
        spans = [(places(hit.at * _WRITTEN), places((hit.at + hit.length) * _WRITTEN), hit) for hit in written]
        for bar in range(meter.bars):
            first, last = bar * meter.steps, (bar + 1) * meter.steps
            fitted.append(
                tuple(
                    Hit((start - first) / meter.steps, (end - start) / meter.steps, hit.symbol)
                    for start, end, hit in spans
                    if first <= start < last and end > start
                )
            )
    return tuple(fitted)


def _places(meter: Meter, spare: int) -> Callable[[float], float]:
    """Where a written step falls, as a function."""
    if meter.name == "3/4":
        return lambda step: min(step, 4 * spare) + max(0.0, step - 4 * spare - 4)
    if meter.name == "6/8":
        return _tripled
    return lambda step: min(step, float(meter.steps))


def _tripled(step: float) -> float:
    beat, inside = divmod(step, 4)
    low = int(inside)
    after = (*_TRIPLE, 6)[low + 1]
    return 6 * beat + _TRIPLE[low] + (inside - low) * (after - _TRIPLE[low])


def _flowing(written: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Where both eighths of a beat are struck, a third between them."""
    struck = {round(hit.at * _WRITTEN): hit for hit in written}
    between = [
        Hit((step + 1) / _WRITTEN, 1 / _WRITTEN, struck[step + 2].symbol)
        for step in range(0, _WRITTEN, 4)
        if step in struck and step + 2 in struck and step + 1 not in struck
    ]
    return tuple(sorted((*written, *between), key=lambda hit: hit.at))
