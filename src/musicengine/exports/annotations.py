"""What every format writes: times, labels, notes and words of a track, gathered from whatever knows them."""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np

from musicengine import synth
from musicengine.errors import InputError
from musicengine.synth import Arrangement
from musicengine.values.making import Take, Truth
from musicengine.values.music import Beats, Chord, KeySpan, Note, PitchTrack, Section, Tempo
from musicengine.values.reports import AudioReport, Report

__all__ = ["Annotated", "Annotations", "Player", "gather"]

Annotated: TypeAlias = "Report | AudioReport | Take | Truth"
"""What can be exported as annotations: what was measured, or what is known about a take."""


@attrs.frozen
class Player:
    """One part of an arrangement: its name, its stem ("vocals", "drums", "bass" or "other") and its notes."""

    name: str
    stem: str
    notes: tuple[Note, ...]


@attrs.frozen(kw_only=True)
class Annotations:
    """A track's annotations; what is not known is empty or None.

    Args:
        duration_s: of the track.
        source: "measured", or "written" for what is known of a take.
    """

    duration_s: float
    source: str
    title: str = ""
    tempo: Tempo | None = None
    beats: Beats | None = None
    meter: str | None = None
    keys: tuple[KeySpan, ...] = ()
    chords: tuple[Chord, ...] = ()
    sections: tuple[Section, ...] = ()
    onsets_s: tuple[float, ...] = ()
    notes: tuple[Note, ...] = ()
    pitch: PitchTrack | None = None
    words: tuple[tuple[float, float, str], ...] = ()
    players: tuple[Player, ...] = ()


def gather(subject: Annotated) -> Annotations:
    """The annotations of a report, a take or a truth.

    Raises:
        InputError: it is none of these, or a take of which nothing is known.
    """
    if isinstance(subject, Report):
        return _of_audio(subject.audio)
    if isinstance(subject, AudioReport):
        return _of_audio(subject)
    if isinstance(subject, Take):
        return _of_take(subject)
    if isinstance(subject, Truth):
        return _of_truth(subject, max((item.end_s for item in subject.sections), default=0.0))
    raise InputError(f"expected a Report, an AudioReport, a Take or a Truth, got {type(subject).__name__}")


def _of_audio(report: AudioReport) -> Annotations:
    keys = report.harmony.keys if report.harmony else ()
    if not keys and report.key and report.duration_s:
        keys = (KeySpan(0.0, report.duration_s, report.key),)
    return Annotations(
        duration_s=report.duration_s,
        source="measured",
        tempo=report.tempo,
        beats=report.beats,
        meter=report.rhythm.meter if report.rhythm else None,
        keys=keys,
        chords=report.chords or (),
        sections=report.sections or (),
        onsets_s=tuple(report.rhythm.onsets_s.tolist()) if report.rhythm else (),
        notes=report.melody.notes if report.melody else (),
        pitch=report.pitch,
    )


def _of_take(take: Take) -> Annotations:
    if take.truth is None:
        raise InputError(f"nothing is known about this take ({take.provenance}): export its analysis instead")
    known = _of_truth(take.truth, take.audio.duration_s)
    written = _arrangement(take)
    players = tuple(_player(part) for part in written.parts) if written else ()
    lead = next((player.notes for player in players if player.stem == "vocals"), ())
    title = take.brief.prompt.strip().split("\n")[0][:80]
    return attrs.evolve(known, title=title, meter=take.brief.meter, players=players, notes=lead)


def _arrangement(take: Take) -> Arrangement | None:
    """The arrangement of a take that was rendered here: composing its brief gives it again."""
    if take.provenance != "stub":
        return None
    written = synth.compose(take.brief)
    same = take.truth and (written.beats, written.chords) == (take.truth.beats, take.truth.chords)
    return written if same else None


def _player(part: synth.Part) -> Player:
    rows = zip(part.starts_s.tolist(), part.durations_s.tolist(), part.pitches.tolist(), part.velocities, strict=True)
    notes = tuple(Note(start, start + length, pitch, float(np.clip(v, 0, 1))) for start, length, pitch, v in rows)
    return Player(part.name, part.stem, notes)


def _of_truth(truth: Truth, duration_s: float) -> Annotations:
    return Annotations(
        duration_s=duration_s,
        source="written",
        tempo=truth.tempo,
        beats=truth.beats,
        keys=(KeySpan(0.0, duration_s, truth.key),),
        chords=truth.chords,
        sections=truth.sections,
        words=tuple((word.start_s, word.end_s, word.text) for word in truth.words),
    )
