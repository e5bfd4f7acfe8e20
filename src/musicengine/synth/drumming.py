"""The drummer: a groove for each section, fills where sections turn, ghost notes, crashes.

Drums are numbered as in General MIDI level 1, so that parts can be written to MIDI files as they are.
"""

from __future__ import annotations

import numpy as np

from musicengine.synth.form import Passage
from musicengine.synth.genres import Lanes
from musicengine.synth.patterns import bars
from musicengine.synth.sheet import Event, Sheet, stream

__all__ = ["DRUMS", "play_drums"]

#: General MIDI percussion keys of the drums that patterns name.
DRUMS = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "hat": 42,
    "foot": 44,
    "open": 46,
    "low tom": 45,
    "mid tom": 47,
    "high tom": 50,
    "crash": 49,
    "ride": 51,
    "shaker": 70,
}
_NAMES = {number: name for name, number in DRUMS.items()}
_STEP = 1 / 16


def play_drums(sheet: Sheet) -> list[Event]:
    """Every hit of the track."""
    rng = stream(sheet.seed, "drums")
    events: list[Event] = []
    for index, passage in enumerate(sheet.passages):
        lanes = _lanes(sheet, passage)
        for bar in range(passage.start, passage.end):
            turning = bar == passage.end - 1 and passage.bars > 1
            hits = _bar(lanes, bar)
            hits = _fill(sheet, hits, bar, rng) if turning and _may_fill(sheet, index) else _vary(sheet, hits, bar, rng)
            events += hits
        if passage.energy > 0.9 and index > 0:
            events.append(Event(float(passage.start), 1.0, DRUMS["crash"], 0.9))
    if sheet.final is not None and sheet.genre.groove.fill != "none":
        events += [Event(float(sheet.final), 1.0, DRUMS[drum], 0.9) for drum in ("kick", "crash")]
    return _without_doubles(events)


def _lanes(sheet: Sheet, passage: Passage) -> Lanes:
    groove = sheet.genre.groove
    if passage.energy > 0.8:
        return groove.chorus
    return groove.verse if passage.energy > 0.55 else groove.quiet


def _bar(lanes: Lanes, bar: int) -> list[Event]:
    events = []
    for drum, pattern in lanes:
        cycle = bars(pattern)
        events += [Event(bar + hit.at, _STEP, DRUMS[drum], hit.level) for hit in cycle[bar % len(cycle)]]
    return events


def _vary(sheet: Sheet, hits: list[Event], bar: int, rng: np.random.Generator) -> list[Event]:
    """A ghost note here, a hit less there: no two bars quite alike."""
    chances, places = rng.random(3), rng.integers(0, 16, 3)
    ghosts = sheet.genre.groove.ghosts * (1 + 0.5 * sheet.density)
    has_snare = any(hit.pitch == DRUMS["snare"] for hit in hits)
    if has_snare and chances[0] < ghosts:
        place = (3, 7, 9, 15)[places[0] % 4]
        hits = [*hits, Event(bar + place * _STEP, _STEP, DRUMS["snare"], 0.25)]
    if chances[1] < 0.3 * ghosts and any(hit.pitch == DRUMS["kick"] for hit in hits):
        hits = [*hits, Event(bar + (6, 10, 14)[places[1] % 3] * _STEP, _STEP, DRUMS["kick"], 0.6)]
    return hits


def _may_fill(sheet: Sheet, index: int) -> bool:
    last = index == len(sheet.passages) - 1
    return sheet.genre.groove.fill != "none" and (not last or sheet.final is not None)


def _fill(sheet: Sheet, hits: list[Event], bar: int, rng: np.random.Generator) -> list[Event]:
    """The second half of a bar gives way to a fill that leads into the next section."""
    kind = sheet.genre.groove.fill
    start = (8, 10, 12)[int(rng.integers(3))]
    if kind == "breath":
        return [hit for hit in hits if hit.at < bar + 0.75 or hit.pitch == DRUMS["hat"]]
    if kind == "roll":
        kept = [hit for hit in hits if hit.pitch != DRUMS["hat"] or hit.at < bar + 0.75]
        return kept + [Event(bar + 0.75 + i / 48, 1 / 48, DRUMS["hat"], 0.4 + 0.04 * i) for i in range(12)]
    kept = [hit for hit in hits if hit.at < bar + start * _STEP or _NAMES[hit.pitch] in ("kick", "foot")]
    steps = [step for step in range(start, 16) if step % 2 == 0 or rng.random() < 0.6]
    drums = ("high tom", "mid tom", "low tom") if kind == "toms" else ("snare",)
    for i, step in enumerate(steps):
        drum = drums[i * len(drums) // len(steps)] if i else "snare"
        kept.append(Event(bar + step * _STEP, _STEP, DRUMS[drum], 0.55 + 0.4 * i / len(steps)))
    return kept


def _without_doubles(events: list[Event]) -> list[Event]:
    """One hit a drum and place, the loudest; in order of time."""
    loudest: dict[tuple[int, int], Event] = {}
    for event in events:
        place = (round(event.at * 192), event.pitch)
        if place not in loudest or loudest[place].level < event.level:
            loudest[place] = event
    return sorted(loudest.values())
