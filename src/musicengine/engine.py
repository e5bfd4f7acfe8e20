"""The facade: one object, about fifteen verbs, values in and values out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import attrs
import numpy.typing as npt

from musicengine import files, lyrics, registry
from musicengine.backends.moderation import WordlistModerator
from musicengine.backends.native import Native
from musicengine.backends.references import ReferenceIndex
from musicengine.backends.stub.chat import StubChat
from musicengine.backends.stub.generator import StubGenerator
from musicengine.backends.stub.transcriber import StubTranscriber
from musicengine.backends.stub.trends import StubTrends
from musicengine.calls import Account, Call, Meter, Middleware, through
from musicengine.errors import InputError
from musicengine.events import EventBus
from musicengine.files import Sound
from musicengine.flows.advise import advise_on_take, advise_on_track
from musicengine.flows.jobs import as_budget
from musicengine.flows.judge import ERA, judge
from musicengine.flows.produce import Studio, produce
from musicengine.flows.prompts import Prompts
from musicengine.flows.readiness import examine
from musicengine.flows.refine import refine, revise
from musicengine.flows.replay import replay, save_production
from musicengine.flows.safety import screen_brief
from musicengine.flows.sessions import DAY_S
from musicengine.hits.score import predict
from musicengine.protocols import (
    AudioAnalyzer,
    ChatModel,
    ContentIndex,
    Embedder,
    Moderator,
    MusicGenerator,
    PitchTracker,
    Progress,
    Separator,
    Store,
    Transcriber,
    TrendSource,
)
from musicengine.stores import Cache, MemoryStore
from musicengine.synth import parse_brief
from musicengine.values.hits import HitReport
from musicengine.values.lyrics import LyricsReport
from musicengine.values.making import Brief, Credits, Take
from musicengine.values.production import Production, Recording, Replay
from musicengine.values.reports import Report
from musicengine.values.scores import Advice
from musicengine.values.service import Health, Stats
from musicengine.values.sound import Audio
from musicengine.values.words import Lyrics, Transcript
from musicengine.verbs.listening import Listening
from musicengine.verbs.orders import Orders
from musicengine.verbs.talk import Talk

__all__ = ["MusicEngine"]

R = TypeVar("R")


@attrs.frozen
class MusicEngine(Listening, Orders, Talk):
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
        transcriber: finds or hears words.
        trend_source: knows what is typical of charting records.
        content_index: holds the references that tracks are compared with; it is state, so engines that differ in
            nothing else are equal.
        chat_model: finds the producer's words.
        moderator: sees prompts, lyrics and chat before anyone acts on them.
        prompts: how the chat model is asked.
        session_ttl_s: seconds after its last turn until a conversation is forgotten.
        store: keeps conversations and the journal of orders; with a SQLiteStore they outlive the process; it is state.
        cache: where measurements are kept, to make each once: True for the store, or up to 64 MB of memory if that is
            a MemoryStore; False for nowhere.
        budget: what the orders of this engine may cost together; None for no limit.
        middleware: what every call passes through, the first outermost.
        events: tells subscribers what the engine does (:mod:`musicengine.events`).
    """

    generator: MusicGenerator = attrs.field(factory=StubGenerator, kw_only=True)
    analyzer: AudioAnalyzer = attrs.field(factory=Native, kw_only=True)
    separator: Separator = attrs.field(factory=Native, kw_only=True)
    pitch_tracker: PitchTracker = attrs.field(factory=Native, kw_only=True)
    embedder: Embedder = attrs.field(factory=Native, kw_only=True)
    transcriber: Transcriber = attrs.field(factory=StubTranscriber, kw_only=True)
    trend_source: TrendSource = attrs.field(factory=StubTrends, kw_only=True)
    content_index: ContentIndex = attrs.field(factory=ReferenceIndex, kw_only=True, eq=False)
    chat_model: ChatModel = attrs.field(factory=StubChat, kw_only=True)
    moderator: Moderator = attrs.field(factory=WordlistModerator, kw_only=True)
    prompts: Prompts = attrs.field(factory=Prompts, kw_only=True)
    session_ttl_s: float = attrs.field(default=DAY_S, kw_only=True, validator=attrs.validators.gt(0))
    store: Store = attrs.field(factory=MemoryStore, kw_only=True, eq=False)
    cache: Store | bool = attrs.field(default=True, kw_only=True, eq=False)
    budget: Credits | None = attrs.field(default=None, converter=as_budget, kw_only=True)
    middleware: tuple[Middleware, ...] = attrs.field(default=(), converter=tuple[Middleware, ...], kw_only=True)
    events: EventBus = attrs.field(factory=EventBus, kw_only=True, repr=False, eq=False)
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
        return self._call("load", lambda: files.load(source, rate))

    def save(
        self, item: Audio | Take | Production, path: str | os.PathLike[str], *, encoding: files.Encoding = "pcm16"
    ) -> Path:
        """Write audio to a file; the suffix names the format, ``.wav`` needs nothing else installed.

        A production is written with all that :meth:`replay` needs.

        Raises:
            FileError: it cannot be written.
        """
        if isinstance(item, Production):
            return self._call("save", lambda: save_production(item, path))
        return self._call("save", lambda: files.save(files.load(item), path, encoding=encoding))

    def analyze(
        self, sound: Sound, *, lyrics: str | Lyrics | Transcript | None = None, progress: Progress | None = None
    ) -> Report:
        """Measure and judge a track.

        Args:
            sound: of the track.
            lyrics: its words; None takes those of a take that has some, and "" leaves them out.
            progress: told how far it is.

        Raises:
            FileError: it cannot be read.
            LyricsError: the words are above the documented limits.
        """
        return self._call("analyze", lambda: self._analyze(sound, lyrics, progress))

    def analyze_lyrics(self, words: str | Lyrics | Transcript) -> LyricsReport:
        """Read a lyric: rhyme, flow, vocabulary, themes, a score with its reasons, corrections that were tried.

        Raises:
            LyricsError: the text is above the documented limits.
        """
        return self._call("analyze_lyrics", lambda: lyrics.analyze(words))

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

    def advise(self, sound: Sound, report: Report | None = None, *, deep: bool = False) -> tuple[Advice, ...]:
        """What would raise the score: changes that were tried and measured, best for their effort first.

        Args:
            sound: to improve.
            report: of that sound, if there is one already.
            deep: for a take, try edits of its brief, too: each is made again by the generator and measured.

        Raises:
            FileError: it cannot be read.
            InputError: ``deep`` was asked for what is no take, or ``report`` is none.
            BackendError: the generator failed.
        """
        return self._call("advise", lambda: self._advise(sound, report, deep))

    def refine(self, take: Take, report: Report | None = None) -> Take:
        """Make a take again, with its brief edited where it lost points; the take itself where nothing is to be gained.

        Args:
            take: to refine.
            report: of that take, if there is one already.

        Raises:
            BackendError: the generator failed.
        """
        return self._call("refine", lambda: self._refine(take, report))

    def produce(
        self,
        prompt: str | Brief,
        *,
        rounds: int = 3,
        target: float = 100.0,
        budget: Credits | float | None = None,
        progress: Progress | None = None,
    ) -> Production:
        """Make a track, measure it, edit its brief where it lost points, make it again; every round is in the answer.

        Args:
            prompt: what is wanted.
            rounds: how many at most, 1 to 100.
            target: score at which it is good enough.
            budget: what all rounds may cost together; None for no limit.
            progress: told how far it is.

        Raises:
            BriefError: the prompt asks for the impossible.
            InputError: a number is out of its range.
            CreditsError: the first round is above the budget; nothing was ordered.
            BackendError: the generator failed in the first round; later the rounds so far are the answer.
        """

        def work() -> Production:
            wish = self._screened(prompt)
            return produce(self._studio(), wish, rounds=rounds, target=target, budget=budget, progress=progress)

        return self._call("produce", work)

    def replay(
        self, source: Production | Recording | str | os.PathLike[str], *, progress: Progress | None = None
    ) -> Replay:
        """Run a production again, offline, and say what differs from how it was.

        Args:
            source: a production, or the file that :meth:`save` wrote of it.
            progress: told how far it is.

        Raises:
            FileError: the file cannot be read.
            CodecError: it is damaged, or no production.
        """
        return self._call("replay", lambda: replay(source, self._analyze, progress=progress))

    def health(self) -> Health:
        """Whether each backend is ready, and why not; a backend with a ``problem()`` verb is asked for it."""
        return examine({role: getattr(self, role) for role in registry.ROLES})

    def stats(self) -> Stats:
        """How often each verb was called, failed, was spared by the cache, and how long it took; what orders cost."""
        return attrs.evolve(self._meter.read(), spent=self._account.spent)

    def _screened(self, prompt: str | Brief) -> Brief:
        return screen_brief(self.moderator, _brief(prompt))

    def _analyze(
        self,
        sound: Sound,
        words: str | Lyrics | Transcript | None = None,
        progress: Progress | None = None,
        *,
        verb: str = "analyze",
    ) -> Report:
        measured = self._measured(verb, files.load(sound), progress)
        return judge(measured, self.trend_source, words=words, take=sound if isinstance(sound, Take) else None)

    def _refine(self, take: Take, report: Report | None) -> Take:
        edits = refine(take, report or self._analyze(take), accepts=self.generator.capabilities.accepts)
        return self._generate(revise(take, edits), 1, None, None)[0] if edits else take

    def _studio(self) -> Studio:
        generator = self.generator
        return Studio(
            make=lambda brief: self._generate(brief, 1, None, None),
            judge=self._analyze,
            price=generator.estimate,
            accepts=generator.capabilities.accepts,
        )

    def _advise(self, sound: Sound, report: Report | None, deep: bool) -> tuple[Advice, ...]:
        if deep and not isinstance(sound, Take):
            raise InputError(f"deep advice edits the brief of a take, got {type(sound).__name__}")
        if report is None:
            report = self._analyze(sound, verb="advise")
        if isinstance(sound, Take) and deep:
            return advise_on_take(self._studio(), sound, report)
        return advise_on_track(files.load(sound), report)

    def _call(self, verb: str, function: Callable[[], R]) -> R:
        return through((self._meter, self.events, *self.middleware), Call(verb), function)


def _brief(prompt: str | Brief) -> Brief:
    if isinstance(prompt, Brief):
        return prompt
    if not isinstance(prompt, str):
        raise InputError(f"expected a prompt or a Brief, got {type(prompt).__name__}")
    return parse_brief(prompt)
