"""Knobs turned together: what one of them mends may cost elsewhere, so all costs that are foreseen decide.

A measurement is foreseen from its responses (:mod:`musicengine.flows.responses`), taken as linear. What is not in the
ledger is taken to lie in the middle of its band. Knob by knob the setting is sought that costs least, a few times over.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import attrs
import numpy as np

from musicengine.audio.rules import RULES
from musicengine.dsp.types import Array
from musicengine.flows.responses import RESPONSES

__all__ = ["KNOBS", "Turn", "turn_knobs"]

_BEYOND = 1.3  # an edit aims a little into a band: the response differs from take to take
_STEPS = {"vocal_level_db": 0.5}
_LIMITS = {"vocal_level_db": (-12.0, 12.0)}
_PASSES = 3
_EFFORT = 0.02  # points that a knob turned all the way must gain at least
_BY_KNOB = {
    knob: tuple(item for responses in RESPONSES.values() for item in responses if item.knob == knob)
    for knob in sorted({item.knob for responses in RESPONSES.values() for item in responses})
}
KNOBS = tuple(_BY_KNOB)
"""The knobs that have a measured response."""


@attrs.frozen
class Turn:
    """A knob's new setting.

    Args:
        knob: a field of Brief.
        before, after: its settings.
        rule: the one of the ledger that gains most by it.
        moved: what it does to that rule's measurement, in its unit.
        gain: points of all rules together, in those of :data:`musicengine.audio.rules.RULES`.
        trust: how surely the measurement moves that way, in [0, 1].
    """

    knob: str
    before: float
    after: float
    rule: str
    moved: float
    gain: float
    trust: float


def turn_knobs(ledger: Mapping[str, float], settings: Mapping[str, float], held: Collection[str] = ()) -> list[Turn]:
    """The turns that are foreseen to cost least together, those that gain most first.

    Args:
        ledger: what was measured, by rule, where points were lost.
        settings: of every knob.
        held: knobs that are not to be turned.
    """
    free = [
        knob
        for knob, responses in _BY_KNOB.items()
        if knob not in held and any(item.rule in ledger for item in responses)
    ]
    while True:
        turned = _settle(ledger, settings, free)
        turns = {knob: _describe(knob, ledger, settings, turned) for knob in free if turned[knob] != settings[knob]}
        idle = [knob for knob, found in turns.items() if found is None]
        if not idle:
            return sorted((found for found in turns.values() if found), key=lambda item: -item.gain)
        free = [knob for knob in free if knob not in idle]


def _settle(ledger: Mapping[str, float], settings: Mapping[str, float], free: Collection[str]) -> dict[str, float]:
    """The settings that cost least."""
    turned = dict(settings)
    for _ in range(_PASSES):
        for knob in free:
            grid = _grid(knob, settings[knob])
            costs = sum(_costs(knob, grid, ledger, settings, turned).values())
            low, high = _limits(knob)
            turned[knob] = float(grid[np.argmin(costs + _EFFORT * np.abs(grid - settings[knob]) * 2 / (high - low))])
    return turned


def _grid(knob: str, before: float) -> Array:
    """The settings in reach, in steps from the one that is."""
    (low, high), step = _limits(knob), _STEPS.get(knob, 0.05)
    counts = np.arange(-math.floor((before - low) / step + 1e-6), math.floor((high - before) / step + 1e-6) + 1)
    grid: Array = np.round(np.clip(before + counts * step, low, high), 4)
    return grid


def _limits(knob: str) -> tuple[float, float]:
    return _LIMITS.get(knob, (-1.0, 1.0))


def _costs(
    knob: str, grid: Array, ledger: Mapping[str, float], settings: Mapping[str, float], turned: Mapping[str, float]
) -> dict[str, Array]:
    """What the rules that a knob moves are foreseen to cost at each of its settings."""
    costs = {}
    for own in _BY_KNOB[knob]:
        rule = RULES[own.rule]
        if own.rule not in ledger and not all(map(math.isfinite, rule.good)):
            continue  # a bound that was kept is mostly kept with room
        beyond = 1.0 if rule.good[0] == rule.good[1] else _BEYOND
        moved = own.slope * (grid - settings[knob])
        for other in RESPONSES[own.rule]:
            if other.knob != knob:
                moved = moved + other.slope * (turned[other.knob] - settings[other.knob])
        costs[own.rule] = rule.cost(ledger.get(own.rule, sum(rule.good) / 2) + moved / beyond)
    return costs


def _describe(
    knob: str, ledger: Mapping[str, float], settings: Mapping[str, float], turned: Mapping[str, float]
) -> Turn | None:
    """The turn with what it gains while the others are turned; None if no rule of the ledger gains by it."""
    costs = _costs(knob, np.array([settings[knob], turned[knob]]), ledger, settings, turned)
    gains = {rule: float(before - after) for rule, (before, after) in costs.items()}
    own = {item.rule: item for item in _BY_KNOB[knob] if item.rule in ledger}
    best = max(own.values(), key=lambda item: gains[item.rule])
    if gains[best.rule] <= 0 or sum(gains.values()) <= 0:
        return None
    moved = best.slope * (turned[knob] - settings[knob])
    return Turn(knob, settings[knob], turned[knob], best.rule, moved, sum(gains.values()), best.trust)
