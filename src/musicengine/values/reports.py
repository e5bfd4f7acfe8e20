"""What an analysis answers: AudioReport, Report."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from musicengine.values import _report, _views
from musicengine.values._arrays import Content, FloatArray, finite, floats, non_negative, shaped
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value
from musicengine.values.hits import HitReport
from musicengine.values.lyrics import LyricsReport
from musicengine.values.measures import Embedding, Loudness, LoudnessCurve, SeparationQuality, Timbre
from musicengine.values.music import Beats, Chord, Form, Harmony, Key, Melody, PitchTrack, Rhythm, Section, Tempo
from musicengine.values.platforms import Playback
from musicengine.values.scores import Score

__all__ = ["AudioReport", "Report"]


@attrs.frozen(repr=False, slots=False, kw_only=True)
class AudioReport(Value):
    """Everything measured of one piece of audio.

    A field is None where the audio cannot answer; ``abstained`` then says why.

    Args:
        duration_s: length.
        rate: of the samples, Hz.
        channels: how many.
        tempo: what a listener would tap, and the other readings.
        beats: and the first of each bar.
        rhythm: meter, tempo over time, onsets, swing, danceability.
        key: of the whole.
        chords: contiguous, on the beat.
        harmony: tuning, key changes and the chroma of every beat.
        loudness: of the whole, with range and true peak.
        loudness_curve: momentary and short-term.
        playback: what listening services do to the level.
        waveform: float32 (2, n), the lowest and the highest sample of n parts of one length (the last may be shorter),
            600 at most, to draw.
        timbre: the colour of the sound.
        pitch: of the voice or lead.
        melody: its notes.
        form: the sections, and the energy over time.
        embedding: the track as a point among others.
        separation: what part of the energy each stem has, and how well it could be taken apart.
        quality: the recording's score with its reasons.
        abstained: field to the reason why it is None.
        provenance: who measured.
    """

    duration_s: float = attrs.field(converter=float, validator=non_negative)
    rate: int
    channels: int
    tempo: Tempo | None = None
    beats: Beats | None = None
    rhythm: Rhythm | None = None
    key: Key | None = None
    chords: tuple[Chord, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(tuple[Chord, ...]))
    harmony: Harmony | None = None
    loudness: Loudness | None = None
    loudness_curve: LoudnessCurve | None = None
    playback: tuple[Playback, ...] = attrs.field(default=(), converter=tuple[Playback, ...])
    waveform: FloatArray | None = attrs.field(
        default=None,
        converter=attrs.converters.optional(floats),
        eq=Content,
        validator=attrs.validators.optional([shaped(2, "n"), finite]),
    )
    timbre: Timbre | None = None
    pitch: PitchTrack | None = None
    melody: Melody | None = None
    form: Form | None = None
    embedding: Embedding | None = None
    separation: SeparationQuality | None = None
    quality: Score
    abstained: Mapping[str, str] = attrs.field(default={}, converter=read_only, eq=sorted_items)
    provenance: str = attrs.field(default="measured", eq=False)

    @property
    def sections(self) -> tuple[Section, ...] | None:
        """The sections of the form, which cover the audio from 0 to its end; None where it abstains."""
        return self.form.sections if self.form else None

    def _repr_html_(self) -> str:
        return _views.audio_report(self)


@attrs.frozen(repr=False, slots=False, kw_only=True)
class Report(Value):
    """The whole judgement of a track.

    Args:
        audio: what was measured of it.
        lyrics: what was measured of its words; None without any.
        hit: how typical it is of charting records; None if nobody asked.
        score: of the whole: of the recording's quality, and of the words where there are some.
    """

    audio: AudioReport
    lyrics: LyricsReport | None = None
    hit: HitReport | None = None
    score: Score

    @property
    def text(self) -> str:
        """The report as a page of plain text."""
        return _report.text(self)

    def _repr_html_(self) -> str:
        return _report.card(self)

    def __str__(self) -> str:
        return f"{self.score}, {self.audio.tempo or 'no tempo'}, {self.audio.key or 'no key'}"
