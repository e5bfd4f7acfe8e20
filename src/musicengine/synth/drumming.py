"""The drummer: a groove for each section, fills where sections turn, ghost notes, crashes.

Drums are numbered as in General MIDI level 1, so that parts can be written to MIDI files as they are.
"""

from __future__ import annotations

import numpy as np

from musicengine.synth.crowding import crowd
from musicengine.synth.form import Passage
from musicengine.synth.sheet import Event, Sheet, stream
from musicengine.synth.styles import Lanes
from musicengine.synth.transitions import build_bars

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
#: What keeps time: it flows through the eighths of a compound meter.
_FLOWING = ("hat", "ride", "shaker")
#: What may fall silent or fill up; kick, snare and crash are the groove itself.
_LIGHT = frozenset(DRUMS[name] for name in ("hat", "foot", "open", "ride", "shaker", "rim"))


def play_drums(sheet: Sheet) -> list[Event]:
    """Every hit of the track."""
    rng = stream(sheet.seed, "drums")
    events: list[Event] = []
    for index, passage in enumerate(sheet.passages):
        lanes = _lanes(sheet, passage)
        built = build_bars(sheet, index) if sheet.genre.groove.build == "roll" else 0
        for bar in range(passage.start, passage.end):
            turning = bar == passage.end - 1 and passage.bars > 1
            hits = _crowded(sheet, _bar(sheet, lanes, bar, passage), rng)
            if bar >= passage.end - built:
                hits = _build(sheet, hits, bar, passage.end)
            elif turning and _may_fill(sheet, index):
                hits = _fill(sheet, hits, bar, rng)
            else:
                hits = _vary(sheet, hits, bar, rng)
            events += hits
        if passage.energy > 0.9:
            # A crash where a full section starts and at its next phrase.
            places = range(passage.start if index else passage.start + 8, passage.end, 8)
            events += [Event(float(bar), 1.0, DRUMS["crash"], 0.9) for bar in places]
    if sheet.final is not None and sheet.genre.groove.fill != "none":
        events += [Event(float(sheet.final), 1.0, DRUMS[drum], 0.9) for drum in ("kick", "crash")]
    return _without_doubles(events)


def _lanes(sheet: Sheet, passage: Passage) -> Lanes:
    groove = sheet.genre.groove
    if passage.energy > 0.8:
        return groove.chorus
    return groove.verse if passage.energy > 0.55 else groove.quiet


def _bar(sheet: Sheet, lanes: Lanes, bar: int, passage: Passage) -> list[Event]:
    events = []
    for drum, pattern in lanes:
        cycle = sheet.fit(pattern, flowing=drum in _FLOWING)
        hits = cycle[(bar - passage.start) % len(cycle)]
        events += [Event(bar + hit.at, 1 / sheet.meter.steps, DRUMS[drum], hit.level) for hit in hits]
    return events


def _crowded(sheet: Sheet, hits: list[Event], rng: np.random.Generator) -> list[Event]:
    """The bar with the light drums thinned out or filled up."""
    groove = [hit for hit in hits if hit.pitch not in _LIGHT]
    for drum in sorted({hit.pitch for hit in hits} & _LIGHT):
        lane = [hit for hit in hits if hit.pitch == drum]
        groove += crowd(lane, sheet.density, sheet.meter, rng, gap=2)
    return groove


def _vary(sheet: Sheet, hits: list[Event], bar: int, rng: np.random.Generator) -> list[Event]:
    """A ghost note here, a hit less there: no two bars quite alike."""
    chances, places = rng.random(3), rng.integers(0, 16, 3)
    ghosts = sheet.genre.groove.ghosts * (1 + 0.5 * sheet.density)
    steps = sheet.meter.steps
    has_snare = any(hit.pitch == DRUMS["snare"] for hit in hits)
    if has_snare and chances[0] < ghosts:
        place = (3, 7, 9, steps - 1)[places[0] % 4]
        hits = [*hits, Event(bar + place / steps, 1 / steps, DRUMS["snare"], 0.25)]
    if chances[1] < 0.3 * ghosts and any(hit.pitch == DRUMS["kick"] for hit in hits):
        hits = [*hits, Event(bar + (6, 10, steps - 2)[places[1] % 3] / steps, 1 / steps, DRUMS["kick"], 0.6)]
    return hits


def _may_fill(sheet: Sheet, index: int) -> bool:
    last = index == len(sheet.passages) - 1
    return sheet.genre.groove.fill != "none" and (not last or sheet.final is not None)


def _fill(sheet: Sheet, hits: list[Event], bar: int, rng: np.random.Generator) -> list[Event]:
    """The end of a bar gives way to a fill that leads into the next section."""
    kind, steps = sheet.genre.groove.fill, sheet.meter.steps
    start = steps - (8, 6, 4)[int(rng.integers(3))]
    last_beat = bar + sheet.meter.pulses[-1] / steps
    if kind == "breath":
        return [hit for hit in hits if hit.at < last_beat or hit.pitch == DRUMS["hat"]]
    if kind == "roll":
        kept = [hit for hit in hits if hit.pitch != DRUMS["hat"] or hit.at < last_beat]
        third = 1 / (3 * steps)
        count = 3 * (steps - sheet.meter.pulses[-1])
        return kept + [Event(last_beat + i * third, third, DRUMS["hat"], 0.4 + 0.48 * i / count) for i in range(count)]
    kept = [hit for hit in hits if hit.at < bar + start / steps or _NAMES[hit.pitch] in ("kick", "foot")]
    places = [step for step in range(start, steps) if step % 2 == 0 or rng.random() < 0.6]
    drums = ("high tom", "mid tom", "low tom") if kind == "toms" else ("snare",)
    for i, step in enumerate(places):
        drum = drums[i * len(drums) // len(places)] if i else "snare"
        kept.append(Event(bar + step / steps, 1 / steps, DRUMS[drum], 0.55 + 0.4 * i / len(places)))
    return kept


def _build(sheet: Sheet, hits: list[Event], bar: int, turning: int) -> list[Event]:
    """A snare roll up to the bar ``turning``; it doubles its pace, and the drums hold their breath before the drop."""
    steps = sheet.meter.steps
    drop = turning - (steps - sheet.meter.pulses[-1]) / steps
    every = 1 if bar == turning - 1 else 2
    rolled = [bar + step / steps for step in range(0, steps, every)]
    kept = [hit for hit in hits if hit.at < drop and _NAMES[hit.pitch] in ("kick", "hat", "shaker")]
    return kept + [
        Event(at, 1 / steps, DRUMS["snare"], 0.3 + 0.5 * (at - turning + 2) / 2) for at in rolled if at < drop - 1e-9
    ]


def _without_doubles(events: list[Event]) -> list[Event]:
    """One hit a drum and place, the loudest; in order of time."""
    loudest: dict[tuple[int, int], Event] = {}
    for event in events:
        place = (round(event.at * 192), event.pitch)
        if place not in loudest or loudest[place].level < event.level:
            loudest[place] = event
    return sorted(loudest.values())
