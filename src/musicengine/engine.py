"""The facade: one object, about fifteen verbs, values in and values out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, TypeAlias, TypeVar

import attrs
import numpy.typing as npt

from musicengine import files, lyrics, registry
from musicengine.backends.native import Native
from musicengine.backends.references import ReferenceIndex
from musicengine.backends.stub.generator import StubGenerator
from musicengine.backends.stub.trends import StubTrends
from musicengine.calls import Account, Call, Meter, Middleware, through
from musicengine.errors import InputError
from musicengine.flows.advise import advise
from musicengine.flows.jobs import as_budget
from musicengine.flows.judge import ERA, judge_hit
from musicengine.hits.score import predict
from musicengine.protocols import (
    AudioAnalyzer,
    ContentIndex,
    Embedder,
    MusicGenerator,
    PitchTracker,
    Progress,
    Separator,
    Store,
    TrendSource,
)
from musicengine.stores import Cache, MemoryStore
from musicengine.stores.cache import recall
from musicengine.synth import parse_brief
from musicengine.values.hits import HitReport
from musicengine.values.hosts import Match
from musicengine.values.lyrics import LyricsReport
from musicengine.values.making import Brief, Credits, Take
from musicengine.values.measures import Embedding
from musicengine.values.music import PitchTrack
from musicengine.values.reports import AudioReport, Report
from musicengine.values.scores import Advice
from musicengine.values.service import Health, Stats
from musicengine.values.sound import Audio, Stems
from musicengine.values.words import Lyrics, Transcript
from musicengine.verbs.orders import Orders

__all__ = ["MusicEngine", "Sound"]

R = TypeVar("R")
Sound: TypeAlias = "Audio | Take | str | os.PathLike[str] | bytes | BinaryIO"
"""What verbs take where they need sound: anything :meth:`MusicEngine.load` reads, or a take."""


@attrs.frozen
class MusicEngine(Orders):
    """Hears, makes and judges music.

    The constructor's arguments are the configuration; ``attrs.evolve(engine, separator=...)`` makes an engine that
    differs in one. Without arguments everything runs here, offline and deterministic. Engines are safe to share
    between threads, and pickle.

    Args:
        generator: makes takes.
        analyzer: measures everything at once.
        separator: takes mixtures apart.
        pitch_tracker: follows a voice or lead.
        embedder: places tracks among others.
        trend_source: knows what is typical of charting records.
        content_index: holds the references that tracks are compared with; it is state, so engines that differ in
            nothing else are equal.
        store: keeps the journal of orders, and with a SQLiteStore whatever else shall outlive the process; it is state.
        cache: where measurements are kept, to make each once: True for the store, or up to 64 MB of memory if that is
            a MemoryStore; False for nowhere.
        budget: what the orders of this engine may cost together; None for no limit.
        middleware: what every call passes through, the first outermost.
    """

    generator: MusicGenerator = attrs.field(factory=StubGenerator, kw_only=True)
    analyzer: AudioAnalyzer = attrs.field(factory=Native, kw_only=True)
    separator: Separator = attrs.field(factory=Native, kw_only=True)
    pitch_tracker: PitchTracker = attrs.field(factory=Native, kw_only=True)
    embedder: Embedder = attrs.field(factory=Native, kw_only=True)
    trend_source: TrendSource = attrs.field(factory=StubTrends, kw_only=True)
    content_index: ContentIndex = attrs.field(factory=ReferenceIndex, kw_only=True, eq=False)
    store: Store = attrs.field(factory=MemoryStore, kw_only=True, eq=False)
    cache: Store | bool = attrs.field(default=True, kw_only=True, eq=False)
    budget: Credits | None = attrs.field(default=None, converter=as_budget, kw_only=True)
    middleware: tuple[Middleware, ...] = attrs.field(default=(), converter=tuple[Middleware, ...], kw_only=True)
    _meter: Meter = attrs.field(factory=Meter, init=False, repr=False, eq=False)
    _account: Account = attrs.field(factory=Account, init=False, repr=False, eq=False)
    _cache: Cache | None = attrs.field(
        default=attrs.Factory(lambda self: Cache.chosen(self.cache, self.store), takes_self=True),
        init=False,
        repr=False,
        eq=False,
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> MusicEngine:
        """An engine with the backends that the environment names, e.g. ``MUSICENGINE_GENERATOR=stub``.

        Raises:
            BackendError: a name is unknown, an extra or a key is missing; the message says what to do.
        """
        return cls(**registry.configured(environ))

    def load(self, source: Sound | npt.ArrayLike, rate: float | None = None) -> Audio:
        """Read audio: a path, bytes, a binary file, an array (channels, n) with its rate, a take, or Audio as it is.

        Raises:
            FileError: it cannot be read.
            AudioError: what it holds cannot be audio.
        """
        return self._call("load", lambda: _sound(source, rate))

    def save(self, audio: Audio | Take, path: str | os.PathLike[str], *, encoding: files.Encoding = "pcm16") -> Path:
        """Write audio to a file; the suffix names the format, ``.wav`` needs nothing else installed.

        Raises:
            FileError: it cannot be written.
        """
        return self._call("save", lambda: files.save(_sound(audio), path, encoding=encoding))

    def analyze(self, sound: Sound, *, progress: Progress | None = None) -> Report:
        """Measure and judge audio.

        Raises:
            FileError: it cannot be read.
        """
        return self._call("analyze", lambda: self._analyze(_sound(sound), progress))

    def analyze_lyrics(self, words: str | Lyrics | Transcript) -> LyricsReport:
        """Read a lyric: rhyme, flow, vocabulary, themes, a score with its reasons, corrections that were tried.

        Raises:
            LyricsError: the text is above the documented limits.
        """
        return self._call("analyze_lyrics", lambda: lyrics.analyze(words))

    def separate(self, sound: Sound) -> Stems:
        """Take a mixture apart into vocals, drums, bass and other, which add up to it."""
        return self._call("separate", lambda: self.separator.separate(_sound(sound)))

    def track_pitch(self, sound: Sound) -> PitchTrack:
        """Follow the voice or lead."""
        return self._call("track_pitch", lambda: self.pitch_tracker.track(_sound(sound)))

    def embed(self, sound: Sound) -> Embedding:
        """Place the audio among others: near embeddings sound alike."""
        return self._call("embed", lambda: self.embedder.embed(_sound(sound)))

    def predict_hit(self, report: Report, *, genre: str = "", era: str = ERA) -> HitReport:
        """How typical a record is of those that charted, with its reasons; it is no chance of a hit.

        Args:
            report: of the record.
            genre: to compare with; "" for all.
            era: a decade or year; "" for all.

        Raises:
            InputError: the trend source does not know the era.
        """
        return self._call("predict_hit", lambda: predict(report, self.trend_source.trends(genre, era)))

    def find_similar(self, subject: Embedding | Sound, *, count: int = 10) -> tuple[Match, ...]:
        """The assets of the content index that sound most alike, nearest first.

        Raises:
            InputError: the index holds embeddings of another space, or ``count`` is not positive.
            FileError: the sound cannot be read.
        """
        return self._call("find_similar", lambda: self._find_similar(subject, count))

    def advise(self, sound: Sound, report: Report | None = None) -> tuple[Advice, ...]:
        """What would raise the score: changes that were applied to the audio and measured, best for their effort first.

        Args:
            sound: to improve.
            report: of that sound, if there is one already.

        Raises:
            FileError: it cannot be read.
        """
        return self._call("advise", lambda: self._advise(_sound(sound), report))

    def health(self) -> Health:
        """Whether each backend is ready; a backend with a ``problem()`` verb is asked for it."""
        players = {role: getattr(self, role) for role in registry.ROLES}
        problems = {role: problem() for role, who in players.items() if (problem := getattr(who, "problem", None))}
        return Health(
            backends={role: type(who).__name__ for role, who in players.items()},
            problems={role: why for role, why in problems.items() if why},
        )

    def stats(self) -> Stats:
        """How often each verb was called, failed, was spared by the cache, and how long it took; what orders cost."""
        return attrs.evolve(self._meter.read(), spent=self._account.spent)

    def _screened(self, prompt: str | Brief) -> Brief:
        return _brief(prompt)

    def _measured(self, verb: str, audio: Audio, progress: Progress | None = None) -> AudioReport:
        """What the analyzer measures, or measured before of the same sound."""

        def work() -> AudioReport:
            return self.analyzer.analyze(audio, progress=progress)

        report, remembered = recall(self._cache, AudioReport, "analyze", self.analyzer, audio, work, progress=progress)
        if remembered:
            self._meter.remembered(verb)
        return report

    def _analyze(self, audio: Audio, progress: Progress | None) -> Report:
        measured = self._measured("analyze", audio, progress)
        return Report(audio=measured, hit=judge_hit(measured, self.trend_source), score=measured.quality)

    def _find_similar(self, subject: Embedding | Sound, count: int) -> tuple[Match, ...]:
        embedding = subject if isinstance(subject, Embedding) else self.embedder.embed(_sound(subject))
        return self.content_index.similar(embedding, count=count)

    def _advise(self, audio: Audio, report: Report | None) -> tuple[Advice, ...]:
        return advise(audio, report.audio if report else self._measured("advise", audio))

    def _call(self, verb: str, function: Callable[[], R]) -> R:
        return through((self._meter, *self.middleware), Call(verb), function)


def _sound(source: Sound | npt.ArrayLike, rate: float | None = None) -> Audio:
    return source.audio if isinstance(source, Take) else files.load(source, rate)


def _brief(prompt: str | Brief) -> Brief:
    if isinstance(prompt, Brief):
        return prompt
    if not isinstance(prompt, str):
        raise InputError(f"expected a prompt or a Brief, got {type(prompt).__name__}")
    return parse_brief(prompt)
