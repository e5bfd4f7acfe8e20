"""Standard MIDI files (format 1, 480 ticks a quarter; MIDI 1.0 specification, RP-001): bars, chords, melody, words.

The tempo map follows the beats that were heard, so the notes keep their seconds and lie on the bars of a sequencer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from musicengine.errors import InputError
from musicengine.exports.annotations import Annotated, Annotations, Player, gather
from musicengine.exports.grid import Grid, grid
from musicengine.exports.harte import spell
from musicengine.values.music import Key, Note

__all__ = ["to_midi"]

_TICKS = 480
_DRUMS = 9  # the channel of percussion, from 0
_PROGRAMS = {"vocals": 52, "bass": 33, "other": 0}  # General MIDI, from 0: choir, finger bass, grand piano
_SHARPEST = (1 << 24) - 1  # microseconds a quarter that a tempo event holds
_Event: TypeAlias = tuple[int, int, bytes]  # tick, order within it, bytes


def to_midi(subject: Annotated) -> bytes:
    """The bytes of a MIDI file.

    Args:
        subject: a report: beats as clicks, chords, melody; a take that was rendered here: every part as it was
            written, and its words.

    Raises:
        InputError: there are neither beats, chords nor notes to write.
    """
    known = gather(subject)
    if not (known.chords or known.notes or known.players or (known.beats and len(known.beats))):
        raise InputError("there is nothing to write as MIDI: no beats, no chords and no notes are known")
    steps = grid(known)
    tracks = [_conductor(known, steps)]
    if known.players:
        channels = _channels(known.players)
        tracks += [_part(player, channel, steps) for player, channel in zip(known.players, channels, strict=True)]
    elif known.notes:
        tracks.append(_part(Player("melody", "vocals", known.notes), 0, steps))
    if known.chords:
        tracks.append(_chords(known, steps))
    if known.beats and len(known.beats) and not known.players:
        tracks.append(_clicks(known, steps))
    head = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), _TICKS)
    return head + b"".join(map(_track, tracks))


def _tick(seconds: float, steps: Grid) -> int:
    return max(0, round(steps.beat(seconds) * steps.quarters_per_beat * _TICKS))


def _conductor(known: Annotations, steps: Grid) -> list[_Event]:
    """Tempo, time signature, keys, sections, words."""
    events = [(0, 0, _text(3, known.title or "musicengine"))]
    written, per_beat = 0, steps.quarters_per_beat
    previous = 0
    for beat, (_, end) in enumerate(pairwise(steps.times_s.tolist())):
        # Rounded against what was written, not against the beat before: the error never adds up.
        pace = min(max(1, round((end * 1e6 - written) / per_beat)), _SHARPEST)
        written += round(pace * per_beat)
        if pace != previous:
            events.append((round(beat * per_beat * _TICKS), 1, _meta(0x51, pace.to_bytes(3, "big"))))
        previous = pace
    events += _signatures(steps)
    for span in known.keys:
        events.append((_tick(span.start_s, steps), 1, _meta(0x59, _signature(span.key))))
    for section in known.sections:
        events.append((_tick(section.start_s, steps), 2, _text(6, section.label)))
    events += [(_tick(start, steps), 2, _text(5, text)) for start, _, text in known.words]
    return events


def _signatures(steps: Grid) -> list[_Event]:
    """The time signature, after a short bar where the music begins before its first downbeat."""
    top, bottom = steps.signature
    power = bottom.bit_length() - 1
    events = []
    if steps.first_bar:
        upbeat = max(1, round(steps.first_bar * top / steps.beats_per_bar))
        events.append((0, 1, _meta(0x58, bytes((upbeat, power, 24, 8)))))
    start = round(steps.first_bar * steps.quarters_per_beat * _TICKS)
    return [*events, (start, 1, _meta(0x58, bytes((top, power, 24, 8))))]


def _signature(key: Key) -> bytes:
    """Sharps (or flats below 0) from -5 to 6, and 1 for minor."""
    fifths = (key.tonic * 7 + (3 if key.mode == "minor" else 0) * 7) % 12
    return struct.pack("bb", fifths - 12 if fifths > 6 else fifths, key.mode == "minor")


def _channels(players: Sequence[Player]) -> list[int]:
    """One channel each, drums on theirs; more than fifteen share."""
    free = [channel for channel in range(16) if channel != _DRUMS]
    pitched = [player for player in players if player.stem != "drums"]
    return [_DRUMS if player.stem == "drums" else free[pitched.index(player) % 15] for player in players]


def _part(player: Player, channel: int, steps: Grid) -> list[_Event]:
    events = [(0, 0, _text(3, player.name))]
    if channel != _DRUMS:
        events.append((0, 1, bytes((0xC0 | channel, _PROGRAMS.get(player.stem, 0)))))
    return events + _notes(player.notes, channel, steps)


def _notes(notes: Iterable[Note], channel: int, steps: Grid) -> list[_Event]:
    """Note on and off; a note that is struck again ends before."""
    events: list[_Event] = []
    sounding: dict[int, int] = {}  # where in events a pitch ends
    for note in sorted(notes, key=lambda note: note.start_s):
        pitch = min(127, round(note.pitch))
        start = _tick(note.start_s, steps)
        end = max(_tick(note.end_s, steps), start + 1)
        if pitch in sounding and events[sounding[pitch]][0] > start:
            events[sounding[pitch]] = (start, 2, events[sounding[pitch]][2])
        velocity = min(127, max(1, round(note.velocity * 127)))
        sounding[pitch] = len(events) + 1
        events += [(start, 3, bytes((0x90 | channel, pitch, velocity))), (end, 2, bytes((0x80 | channel, pitch, 64)))]
    return events


def _chords(known: Annotations, steps: Grid) -> list[_Event]:
    channel = 15
    events = [(0, 0, _text(3, "chords")), (0, 1, bytes((0xC0 | channel, 4)))]
    for chord in known.chords:
        spelled = spell(chord.label)
        if spelled is None:
            continue
        pitches = [36 + spelled.bass, *(48 + spelled.root + interval for interval in spelled.intervals)]
        events.append((_tick(chord.start_s, steps), 1, _text(1, chord.label)))
        events += _notes([Note(chord.start_s, chord.end_s, pitch, 0.6) for pitch in pitches], channel, steps)
    return events


def _clicks(known: Annotations, steps: Grid) -> list[_Event]:
    """A high wood block where bars begin, a low one on the other beats."""
    assert known.beats is not None
    places = zip(known.beats.times_s.tolist(), known.beats.positions, strict=True)
    clicks = [Note(at, at + 0.05, 76 if place == 1 else 77, 0.8) for at, place in places]
    return [(0, 0, _text(3, "beats")), *_notes(clicks, _DRUMS, steps)]


def _track(events: Sequence[_Event]) -> bytes:
    """The chunk of a track: events in order, each after the ticks since the one before."""
    body, now = bytearray(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        body += _variable(tick - now) + message
        now = tick
    body += b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def _meta(kind: int, content: bytes) -> bytes:
    return bytes((0xFF, kind)) + _variable(len(content)) + content


def _text(kind: int, text: str) -> bytes:
    return _meta(kind, text.encode("utf-8"))


def _variable(number: int) -> bytes:
    """A number in groups of seven bits, all but the last marked."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
