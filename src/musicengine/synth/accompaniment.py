"""The bassist and the players of chords, arpeggios and pads."""

from __future__ import annotations

from musicengine.synth.crowding import crowd
from musicengine.synth.form import Passage
from musicengine.synth.harmony import Sonority, nearest, scale, voice
from musicengine.synth.patterns import Hit
from musicengine.synth.sheet import Change, Event, Sheet, stream
from musicengine.synth.styles import Layer

__all__ = ["play_bass", "play_layer"]

_ABOVE_ROOT = {"1": 0, "3": 4, "5": 7, "7": 10, "8": 12, "6": 9}
_BASS_ENTERS = 0.45


def play_bass(sheet: Sheet) -> list[Event]:
    """The bass line: patterns laid over the chords' roots."""
    bass = sheet.genre.bass
    rng = stream(sheet.seed, "bass")
    events: list[Event] = []
    for passage in sheet.passages:
        pattern = sheet.fit(bass.chorus if passage.energy > 0.8 else bass.verse)
        sparse = passage.energy < _BASS_ENTERS
        for bar in range(passage.start, passage.end):
            for hit in pattern[(bar - passage.start) % len(pattern)]:
                if sparse and hit.at > 0:
                    continue
                at = bar + hit.at
                pitch = _bass_pitch(sheet, at, hit.symbol, bass.center, rng.random())
                length = 1.0 if sparse else hit.length
                events.append(Event(at, length, pitch, 0.9 if hit.at == 0 else 0.75))
    events = crowd(events, sheet.density, sheet.meter, stream(sheet.seed, "bass crowd"))
    if sheet.final is not None:
        root = _root(sheet.chord_at(sheet.final), bass.center)
        events.append(Event(float(sheet.final), sheet.end - sheet.final, root, 0.9))
    return events


def _bass_pitch(sheet: Sheet, at: float, symbol: str, center: int, chance: float) -> int:
    chord = sheet.chord_at(at)
    root = _root(chord, center)
    if symbol == "a":
        # The note before a change leads to the next root from a scale step below or above it.
        target = _root(sheet.chord_at(at + 4.2 / sheet.meter.steps), center)
        return target + (_step(sheet, target, -1) if chance < 0.6 else _step(sheet, target, 1))
    return nearest(root + _ABOVE_ROOT[symbol], chord.pitch_classes) if symbol in "357" else root + _ABOVE_ROOT[symbol]


def _step(sheet: Sheet, pitch: int, direction: int) -> int:
    """Semitones to the next tone of the scale in that direction."""
    classes = scale(sheet.key)
    return next(direction * size for size in (1, 2, 3) if (pitch + direction * size) % 12 in classes)


def _root(chord: Sonority, center: int) -> int:
    """The chord's root within an octave around ``center``."""
    low = center - 5
    return low + (chord.root - low) % 12


def play_layer(sheet: Sheet, layer: Layer) -> list[Event]:
    """One accompanying part: the layer's pattern over voice-led chords."""
    events: list[Event] = []
    voicing: tuple[int, ...] | None = None
    for passage in sheet.passages:
        pattern = layer.chorus if passage.energy > 0.8 else layer.verse
        # A denser track has its players in earlier.
        silent = not pattern or passage.energy < layer.enters - 0.12 * sheet.density
        cycle = sheet.fit(pattern, flowing=any(symbol.isdigit() for symbol in pattern))
        held = pattern.count("-") == len(pattern) - 1
        played: list[Event] = []
        for change in sheet.changes_in(passage):
            voicing = voice(change.chord, voicing, layer.center, layer.size)
            if not silent:
                end = change.at + change.length
                played += _held(voicing, change.at, end) if held else _over(sheet, cycle, voicing, change, passage)
        if not held:
            played = crowd(
                played, sheet.density, sheet.meter, stream(sheet.seed, f"crowd {layer.name} {passage.start}")
            )
        events += played
    if sheet.final is not None and layer.enters < 0.6 and events:
        voicing = voice(sheet.chord_at(sheet.final), voicing, layer.center, layer.size)
        events += [Event(float(sheet.final), sheet.end - sheet.final, pitch, 0.75) for pitch in voicing]
    return events


def _held(voicing: tuple[int, ...], start: float, end: float) -> list[Event]:
    return [Event(start, end - start, pitch, 0.75) for pitch in voicing]


def _over(
    sheet: Sheet, cycle: tuple[tuple[Hit, ...], ...], voicing: tuple[int, ...], change: Change, passage: Passage
) -> list[Event]:
    """A pattern played on one voicing while its chord lasts."""
    start, end = change.at, change.at + change.length
    events = []
    for bar in range(int(start), int(-(-end // 1))):
        for hit in cycle[(bar - passage.start) % len(cycle)]:
            at = bar + hit.at
            if not start <= at < end - 1e-9:
                continue
            length = min(hit.length, end - at)
            if hit.symbol.isdigit():
                octave, tone = divmod(int(hit.symbol) - 1, len(voicing))
                level = 0.8 if sheet.meter.is_beat(hit.at) else 0.7
                events.append(Event(at, min(length * 1.5, end - at), voicing[tone] + 12 * octave, level))
            else:
                events += [Event(at, length, pitch, hit.level) for pitch in voicing]
    return events
