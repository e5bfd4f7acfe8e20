"""A lead sheet as MusicXML: melody, chord symbols, key, meter and words, through music21 (the ``musicxml`` extra).

Notes are moved to the nearest sixteenth of the beats that were heard; notation is what a player reads, not a recording.
"""

from __future__ import annotations

import importlib
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from musicengine.errors import InputError, MissingExtraError
from musicengine.exports.annotations import Annotated, Annotations, gather
from musicengine.exports.grid import Grid, bar_starts, grid
from musicengine.exports.harte import Spelled, spell
from musicengine.values.music import Key

__all__ = ["to_musicxml"]

_STEPS = 4  # of a quarter note
_KINDS = {
    "maj": "major",
    "min": "minor",
    "dim": "diminished",
    "aug": "augmented",
    "7": "dominant-seventh",
    "maj7": "major-seventh",
    "min7": "minor-seventh",
    "minmaj7": "minor-major-seventh",
    "dim7": "diminished-seventh",
    "hdim7": "half-diminished-seventh",
    "6": "major-sixth",
    "maj6": "major-sixth",
    "min6": "minor-sixth",
    "9": "dominant-ninth",
    "maj9": "major-ninth",
    "min9": "minor-ninth",
    "sus2": "suspended-second",
    "sus4": "suspended-fourth",
    "5": "power",
}
_NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B")


def to_musicxml(subject: Annotated, *, title: str = "") -> str:
    """The lead sheet of a report or a take.

    Raises:
        InputError: there are neither chords nor notes to write.
        MissingExtraError: music21 is not installed.
    """
    known = gather(subject)
    if not known.notes and not known.chords:
        raise InputError("there is nothing to write as notation: neither chords nor notes are known")
    m21 = _music21()
    steps = grid(known)
    part = _part(m21, known, steps)
    score = m21.stream.Score([part])
    name = title or known.title or "Lead sheet"
    score.metadata = m21.metadata.Metadata(title=name, movementName=name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.musicxml"
        score.write("musicxml", fp=str(path), makeNotation=False)
        return path.read_text(encoding="utf-8")


def _music21() -> Any:
    try:
        return importlib.import_module("music21")
    except ImportError:
        raise MissingExtraError('MusicXML needs music21: pip install "musicengine[musicxml]"') from None


def _place(seconds: float, steps: Grid) -> float:
    """Quarter notes from the start, to the nearest sixteenth."""
    return round(steps.beat(seconds) * steps.quarters_per_beat * _STEPS) / _STEPS


def _part(m21: Any, known: Annotations, steps: Grid) -> Any:
    """Bars that hold all of the music, filled with notes and rests."""
    music = m21.stream.Part()
    last = max([*(note.end_s for note in known.notes), *(chord.end_s for chord in known.chords)], default=0.0)
    per_beat = steps.quarters_per_beat
    bars = [beat * per_beat for beat in bar_starts(steps, steps.beat(last))]
    bars = [0.0, *bars] if steps.first_bar else bars
    while bars[-1] < max(_place(last, steps), per_beat * steps.beats_per_bar):
        bars.append(bars[-1] + per_beat * steps.beats_per_bar)
    notes = _melody(known, steps)
    for number, (start, end) in enumerate(pairwise(bars), 0 if steps.first_bar else 1):
        bar = m21.stream.Measure(number=number)
        if start == 0:
            _begin(m21, bar, known, steps)
        _fill(m21, bar, start, end, notes)
        music.append(bar)
    _mark_chords(m21, music, known, steps)
    return music


def _begin(m21: Any, bar: Any, known: Annotations, steps: Grid) -> None:
    """Clef, key, meter and tempo."""
    bar.append(m21.clef.TrebleClef())
    if known.keys:
        bar.append(_signature(m21, known.keys[0].key))
    bar.append(m21.meter.TimeSignature("/".join(map(str, steps.signature))))
    if known.tempo:
        bar.append(m21.tempo.MetronomeMark(number=round(known.tempo.bpm)))


def _signature(m21: Any, key: Key) -> Any:
    name = _NAMES[key.tonic]
    return m21.key.Key(name.lower() if key.mode == "minor" else name)


def _melody(known: Annotations, steps: Grid) -> list[tuple[float, float, int, str]]:
    """Start and end in quarters, pitch, and the word that begins on each note; one note at a time."""
    placed: list[tuple[float, float, int, str]] = []
    for note in sorted(known.notes, key=lambda note: note.start_s):
        start, end = _place(note.start_s, steps), _place(note.end_s, steps)
        if placed and start < placed[-1][1]:
            if start == placed[-1][0]:
                continue
            placed[-1] = (placed[-1][0], start, *placed[-1][2:])
        word = next((text for begin, _, text in known.words if abs(begin - note.start_s) < 0.06), "")
        placed.append((start, max(end, start + 1 / _STEPS), round(note.pitch), word))
    return placed


def _fill(m21: Any, bar: Any, start: float, end: float, notes: list[tuple[float, float, int, str]]) -> None:
    """Notes and rests of a bar; a note over a bar line is tied."""
    at = start
    for begin, until, pitch, word in notes:
        if until <= start or begin >= end:
            continue
        first, last = max(begin, at), min(until, end)
        if last <= first:
            continue
        if first > at:
            _append(bar, m21.note.Rest(quarterLength=first - at))
        sound = m21.note.Note(pitch, quarterLength=last - first)
        if begin < start or until > end:
            sound.tie = m21.tie.Tie(
                "continue" if begin < start and until > end else "stop" if begin < start else "start"
            )
        if word and begin >= start:
            sound.lyric = word
        _append(bar, sound)
        at = last
    if at < end:
        _append(bar, m21.note.Rest(quarterLength=end - at))


def _append(bar: Any, item: Any) -> None:
    """A length that no single note has becomes several, tied."""
    for piece in item.splitAtDurations():
        bar.append(piece)


def _mark_chords(m21: Any, music: Any, known: Annotations, steps: Grid) -> None:
    """Chord symbols above the bars, each to the nearest beat."""
    bars = list(music.getElementsByClass("Measure"))
    for chord in known.chords:
        spelled = spell(chord.label)
        at = _place(chord.start_s, steps)
        bar = next((bar for bar in reversed(bars) if bar.offset <= at), bars[0])
        if at < bar.offset + bar.quarterLength:
            bar.insert(at - bar.offset, _symbol(m21, spelled))


def _symbol(m21: Any, spelled: Spelled | None) -> Any:
    if spelled is None:
        return m21.harmony.NoChord()
    options = {} if spelled.bass == spelled.root else {"bass": _NAMES[spelled.bass]}
    return m21.harmony.ChordSymbol(root=_NAMES[spelled.root], kind=_KINDS.get(spelled.kind, "major"), **options)
