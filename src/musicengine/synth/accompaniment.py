"""The bassist and the players of chords, arpeggios and pads."""

from __future__ import annotations

from musicengine.synth.genres import Layer
from musicengine.synth.harmony import Sonority, nearest, scale, voice
from musicengine.synth.patterns import bars
from musicengine.synth.sheet import Event, Sheet, stream

__all__ = ["play_bass", "play_layer"]

_ABOVE_ROOT = {"1": 0, "3": 4, "5": 7, "7": 10, "8": 12, "6": 9}
_BASS_ENTERS = 0.45


def play_bass(sheet: Sheet) -> list[Event]:
    """The bass line: patterns laid over the chords' roots."""
    bass = sheet.genre.bass
    rng = stream(sheet.seed, "bass")
    events: list[Event] = []
    for passage in sheet.passages:
        pattern = bars(bass.chorus if passage.energy > 0.8 else bass.verse)
        sparse = passage.energy < _BASS_ENTERS
        for bar in range(passage.start, passage.end):
            for hit in pattern[bar % len(pattern)]:
                if sparse and hit.at > 0:
                    continue
                at = bar + hit.at
                pitch = _bass_pitch(sheet, at, hit.symbol, bass.center, rng.random())
                length = 1.0 if sparse else hit.length
                events.append(Event(at, length, pitch, 0.9 if hit.at == 0 else 0.75))
    if sheet.final is not None:
        root = _root(sheet.chord_at(sheet.final), bass.center)
        events.append(Event(float(sheet.final), sheet.end - sheet.final, root, 0.9))
    return events


def _bass_pitch(sheet: Sheet, at: float, symbol: str, center: int, chance: float) -> int:
    chord = sheet.chord_at(at)
    root = _root(chord, center)
    if symbol == "a":
        # The note before a change leads to the next root from a scale step below or above it.
        target = _root(sheet.chord_at(at + 0.26), center)
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
        silent = not pattern or passage.energy < layer.enters
        for change in sheet.changes_in(passage):
            voicing = voice(change.chord, voicing, layer.center, layer.size)
            if not silent:
                events += _over(pattern, voicing, change.at, change.at + change.length)
    if sheet.final is not None and layer.enters < 0.6 and events:
        voicing = voice(sheet.chord_at(sheet.final), voicing, layer.center, layer.size)
        events += [Event(float(sheet.final), sheet.end - sheet.final, pitch, 0.75) for pitch in voicing]
    return events


def _over(pattern: str, voicing: tuple[int, ...], start: float, end: float) -> list[Event]:
    """A pattern played from ``start`` to ``end`` on one voicing; held chords last until the change."""
    cycle = bars(pattern)
    held = pattern.count("-") == len(pattern) - 1
    if held:
        return [Event(start, end - start, pitch, 0.75) for pitch in voicing]
    events = []
    for bar in range(int(start), int(-(-end // 1))):
        for hit in cycle[bar % len(cycle)]:
            at = bar + hit.at
            if not start <= at < end - 1e-9:
                continue
            length = min(hit.length, end - at)
            if hit.symbol.isdigit():
                octave, tone = divmod(int(hit.symbol) - 1, len(voicing))
                events.append(Event(at, length * 1.5, voicing[tone] + 12 * octave, 0.7 if hit.at % 0.25 else 0.8))
            else:
                events += [Event(at, length, pitch, hit.level) for pitch in voicing]
    return events
