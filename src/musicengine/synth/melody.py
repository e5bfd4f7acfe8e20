"""The melody: two-bar motifs that return, move with the chords, and close their phrases.

A phrase of four bars is motif, answer, motif again (a little changed), cadence: on the tonic every second time and
at the end of a section, on an open tone otherwise. Verse and chorus have motifs of their own; the chorus lies higher
and holds longer. Strong beats take tones of the chord, the others steps of the scale.
"""

from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np

from musicengine.synth.form import Passage
from musicengine.synth.harmony import degree_pitch, nearest
from musicengine.synth.patterns import Hit, bars
from musicengine.synth.sheet import Event, Sheet, stream

__all__ = ["play_double", "play_lead"]

#: Rhythms of one bar by how busy they are.
_RHYTHMS = (
    ("x-------x---....", "x-----x---------", "x---x-------....", "....x---x-------", "x---------x-x---"),
    ("x---x-x---x-....", "x-x-x---x---....", "..x-x-x-x---x-..", "x--x--x-x---....", "x-x-x-x---......"),
    ("x-xxx-x-x-x-x-..", "x-x-xxx---x-xx..", "..xxx-x-xxx-x-..", "x-x-x-xxx-x-....", "xx.xx.x-x-xxx-.."),
)
_CADENCES = ("x---x---x-------", "x-x-x---x-------", "x---x-x---------", "x-------x-------")
#: And of one bar of 6/8.
_COMPOUND_RHYTHMS = (
    ("x-----x---..", "x-------x---", "x-----x-----", "..x---x-----"),
    ("x---x-x---x-", "x-x-x-x---..", "x---x-x-x---", "..x-x-x---x-", "x-----x-x-x-"),
    ("x-x-x-x-x-x-", "x-xxx-x-x-..", "x-x-x-x-xxx-", "..x-x-x-x-x-", "xxx-x-x---x-"),
)
_COMPOUND_CADENCES = ("x---x-x-----", "x-x-x-x-----", "x-----x-----")
_STEPS = np.array([-3, -2, -1, 0, 1, 2, 3])
_STEP_CHANCES = np.array([0.05, 0.13, 0.27, 0.12, 0.27, 0.12, 0.04])
#: Steps from which a tone is long enough to be one of the chord.
_LONG = 4 - 1e-6
_SINGS = ("verse", "pre-chorus", "chorus", "bridge")
_PLAYS = (*_SINGS, "instrumental")
_SCALES = {
    ("major", False): (0, 2, 4, 5, 7, 9, 11),
    ("minor", False): (0, 2, 3, 5, 7, 8, 10),
    ("major", True): (0, 2, 4, 7, 9),
    ("minor", True): (0, 3, 5, 7, 10),
}


@attrs.frozen
class _Motif:
    """A bar of melody: rhythm and scale steps from the motif's first tone."""

    hits: tuple[Hit, ...]
    degrees: tuple[int, ...]

    def lifted(self, steps: int) -> _Motif:
        """The same some steps of the scale higher."""
        return _Motif(self.hits, tuple(degree + steps for degree in self.degrees))


def play_lead(sheet: Sheet, *, sung: bool) -> list[Event]:
    """The melody of the sections that have one; a voice leaves instrumental sections alone."""
    events: list[Event] = []
    for passage in sheet.passages:
        if passage.label in (_SINGS if sung else _PLAYS):
            events += _passage(sheet, passage)
    if events and sheet.final is not None:
        tonic = _tonic(sheet)
        events.append(
            Event(float(sheet.final), min(1.0, sheet.end - sheet.final), nearest(events[-1].pitch, (tonic % 12,)), 0.8)
        )
    return _in_turn(events)


def play_double(sheet: Sheet, melody: list[Event]) -> list[Event]:
    """A second player of the choruses' melody, on the tone of the chord at least a third above."""
    full = [(passage.start, passage.end) for passage in sheet.passages if passage.label == "chorus"]
    return [
        event._replace(pitch=_above(event.pitch, sheet.chord_at(event.at).pitch_classes))
        for event in melody
        if any(start <= event.at < end for start, end in full)
    ]


def _above(pitch: int, pitch_classes: tuple[int, ...]) -> int:
    return next(pitch + step for step in range(3, 15) if (pitch + step) % 12 in pitch_classes)


def _passage(sheet: Sheet, passage: Passage) -> list[Event]:
    rng = stream(sheet.seed, f"melody {passage.label}")
    busy = int(np.clip(sheet.genre.lead.busy + (sheet.density > 0.5) - (sheet.density < -0.5), 0, 2))
    motif, answer = _motif(sheet, rng, busy), _motif(sheet, rng, max(0, busy - (passage.label == "chorus")))
    cadence = _one_of(sheet, _CADENCES, _COMPOUND_CADENCES, rng)
    # A verse comes back a little changed, a hook comes back as it was.
    again = 0 if passage.label == "chorus" else passage.occurrence
    change = stream(sheet.seed, f"melody {passage.label} {again}")
    lift = {"chorus": 3, "pre-chorus": 1, "bridge": 1}.get(passage.label, 0)
    steps = _SCALES[sheet.key.mode, sheet.genre.lead.five]
    tonic = _tonic(sheet)
    events: list[Event] = []
    for bar in range(passage.start, passage.end):
        place = (bar - passage.start) % 4
        closing = bar == passage.end - 1 or place == 3
        if closing and passage.bars > 1:
            home = bar == passage.end - 1 or (bar - passage.start) % 8 == 7
            events += _cadence(sheet, cadence, bar, tonic, steps, home=home and not lift)
            continue
        played = _varied(motif, change) if place == 2 else (motif, answer)[place % 2]
        events += _realize(sheet, played.lifted(lift), bar, tonic, steps)
    return events


def _one_of(
    sheet: Sheet, rhythms: tuple[str, ...], compound: tuple[str, ...], rng: np.random.Generator
) -> tuple[Hit, ...]:
    """A rhythm of one bar in the meter of the track."""
    if sheet.meter.bars > 1:
        return bars(compound[int(rng.integers(len(compound)))])[0]
    return sheet.fit(rhythms[int(rng.integers(len(rhythms)))])[0]


def _motif(sheet: Sheet, rng: np.random.Generator, busy: int) -> _Motif:
    hits = _one_of(sheet, _RHYTHMS[busy], _COMPOUND_RHYTHMS[busy], rng)
    degrees = [int(rng.choice([0, 2, 4]))]
    for step in rng.choice(_STEPS, len(hits) - 1, p=_STEP_CHANCES):
        # A line that wandered off turns back.
        step = -abs(step) if degrees[-1] > 5 else abs(step) if degrees[-1] < -2 else step
        degrees.append(degrees[-1] + int(step))
    return _Motif(hits, tuple(degrees))


def _varied(motif: _Motif, rng: np.random.Generator) -> _Motif:
    """The motif with another end."""
    tail = tuple(degree + int(rng.integers(-1, 2)) for degree in motif.degrees[-2:])
    return attrs.evolve(motif, degrees=motif.degrees[:-2] + tail if len(motif.degrees) > 2 else motif.degrees)


def _realize(sheet: Sheet, motif: _Motif, bar: int, tonic: int, steps: tuple[int, ...]) -> list[Event]:
    """The motif as notes: strong places take the nearest tone of the chord there."""
    events = []
    for hit, degree in zip(motif.hits, motif.degrees, strict=True):
        pitch = degree_pitch(degree, tonic, steps)
        classes = sheet.chord_at(bar + hit.at).pitch_classes
        clashes = pitch % 12 not in classes and any((pitch - tone) % 12 in (1, 11) for tone in classes)
        if sheet.meter.is_strong(hit.at) or hit.length >= _LONG / sheet.meter.steps or clashes:
            pitch = nearest(pitch, classes)
        events.append(Event(bar + hit.at, hit.length, pitch, 0.85 if sheet.meter.is_beat(hit.at) else 0.7))
    return events


def _cadence(
    sheet: Sheet, hits: tuple[Hit, ...], bar: int, tonic: int, steps: tuple[int, ...], *, home: bool
) -> list[Event]:
    """A line that steps down to the tonic, or to the tone above it where the phrase stays open."""
    events = []
    for i, hit in enumerate(hits):
        degree = len(hits) - 1 - i + (0 if home else 1)
        pitch = degree_pitch(degree, tonic, steps)
        if hit.length >= _LONG / sheet.meter.steps:
            pitch = nearest(pitch, sheet.chord_at(bar + hit.at).pitch_classes)
        events.append(Event(bar + hit.at, hit.length, pitch, 0.8))
    return events


def _tonic(sheet: Sheet) -> int:
    """The tonic at the bottom of the melody's register."""
    low = sheet.genre.lead.center - 9
    return low + (sheet.key.tonic - low) % 12


def _in_turn(events: list[Event]) -> list[Event]:
    """One note at a time: each ends before the next starts."""
    events = sorted(events)
    cut = [event._replace(length=min(event.length, later.at - event.at)) for event, later in pairwise(events)]
    return cut + events[-1:]
