"""More notes or fewer of the same part: what the density of a brief does to a player's events.

A sparser part leaves out what falls between beats before it leaves out beats, and never a downbeat. A denser one
strikes again in the middle of its gaps.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from musicengine.synth.meters import Meter
from musicengine.synth.sheet import Event

__all__ = ["crowd"]


def crowd(events: list[Event], density: float, meter: Meter, rng: np.random.Generator, *, gap: int = 4) -> list[Event]:
    """The events of one player, in order of time, thinned out or filled up.

    Args:
        events: in bars; those that start together are one chord.
        density: below 0 sparser, above 0 denser, about -1 to 1.
        meter: where the beats are.
        rng: one number a chord.
        gap: steps between two chords from which there is room for another.
    """
    if not density or not events:
        return events
    chords = [list(chord) for _, chord in groupby(sorted(events), key=lambda event: round(event.at, 6))]
    chances = rng.random(len(chords)).tolist()
    kept: list[Event] = []
    for chord, chance, following in zip(chords, chances, [*chords[1:], None], strict=True):
        at = chord[0].at
        if density < 0:
            if chance >= _spare(at, meter) * -density:
                kept += chord
            continue
        room = (following[0].at if following else np.floor(at) + 1) - at
        steps = round(room * meter.steps)
        if steps < gap or chance >= 0.75 * density:
            kept += chord
            continue
        half = (steps + 1) // 2 / meter.steps
        kept += [event._replace(length=min(event.length, half)) for event in chord]
        kept += [
            event._replace(at=at + half, length=min(event.length, half), level=event.level * 0.8) for event in chord
        ]
    return kept


def _spare(at: float, meter: Meter) -> float:
    """How readily a chord is left out."""
    if abs(at - round(at)) < 1e-6:
        return 0.0
    return 0.3 if meter.is_beat(at) else 0.75
