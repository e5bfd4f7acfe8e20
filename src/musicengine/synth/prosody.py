"""The rhythm of a sung line: which step each syllable begins on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.types import Array
from musicengine.synth.meters import Meter

__all__ = ["BREATH_S", "place_syllables"]

BREATH_S = 0.3
"""Between lines."""

_SHORTEST_S = 0.1
_STRONG_S, _WEAK_S, _LAST_S = 0.34, 0.21, 0.8  # how long syllables like to be


@lru_cache(maxsize=1024)
def place_syllables(
    stresses: tuple[bool, ...], count: int, meter: Meter, step_s: float, habit: tuple[float, ...]
) -> tuple[float, ...]:
    """The step of each syllable, where ``count`` steps have room; evenly spread where they have not.

    Args:
        stresses: whether each syllable is stressed.
        count: steps in the phrase.
        meter: which steps are strong.
        step_s: seconds a step.
        habit: what the section likes: a small cost of each step, repeated.
    """
    size = len(stresses)
    last = count - max(1, round(BREATH_S / step_s))  # the last one starts before it
    gap = max(1, int(np.ceil(_SHORTEST_S / step_s - 1e-6)))
    if (size - 1) * gap >= last:
        return tuple(i * count / (size + 1) for i in range(size))
    weights = _weights(count, meter)
    taste = np.resize(np.array(habit), count)
    gaps = np.arange(count)[None, :] - np.arange(count)[:, None]
    seconds = np.maximum(gaps, 1) * step_s
    allowed = np.where(gaps >= gap, 0.0, np.inf)
    strong_move = 0.8 * np.log2(seconds / _STRONG_S) ** 2 + allowed
    weak_move = 0.8 * np.log2(seconds / _WEAK_S) ** 2 + allowed
    late = np.where(np.arange(count) < last, 0.0, np.inf)
    cost = _at(stresses[0], weights, taste) + 0.06 * np.arange(count) + late
    back = []
    for i in range(1, size):
        moves = cost[:, None] + (strong_move if stresses[i - 1] else weak_move)
        best = moves.argmin(axis=0)
        back.append(best)
        cost = moves[best, np.arange(count)] + _at(stresses[i], weights, taste) + late
    # The last syllable likes a beat and time to sound.
    rest = (count - np.arange(count)) * step_s
    cost = cost + 0.5 * weights + 0.4 * np.log2(np.maximum(rest, step_s) / _LAST_S) ** 2
    places = [int(cost.argmin())]
    for best in reversed(back):
        places.append(int(best[places[-1]]))
    return tuple(float(place) for place in reversed(places))


def _at(strong: bool, weights: Array, taste: Array) -> Array:
    """What it costs to begin a syllable at each step: (count,)."""
    result: Array = (1.2 * weights if strong else 0.5 * (2 - weights)) + 0.5 * taste
    return result


@lru_cache(maxsize=64)
def _weights(count: int, meter: Meter) -> Array:
    """How weak each step is: 0 the first of a bar, 2 between eighths: (count,)."""
    within = np.arange(count) % meter.steps
    levels = [within == 0, np.isin(within, meter.strong), np.isin(within, meter.pulses), within % 2 == 0]
    return np.select(levels, [0.0, 0.25, 0.5, 1.1], 2.0)
