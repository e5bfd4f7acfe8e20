"""The verbs that ask a listener about a sound, and remember what he said of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from musicengine import files, lyrics
from musicengine.calls import Meter
from musicengine.files import Sound
from musicengine.protocols import (
    AudioAnalyzer,
    ContentIndex,
    Embedder,
    PitchTracker,
    Progress,
    Separator,
    Transcriber,
)
from musicengine.stores.cache import Cache, recall
from musicengine.values._value import Value
from musicengine.values.hosts import Match
from musicengine.values.making import Take
from musicengine.values.measures import Embedding
from musicengine.values.music import PitchTrack
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio, Stems
from musicengine.values.words import Lyrics, Transcript

__all__ = ["Listening"]

R = TypeVar("R")
V = TypeVar("V", bound=Value)


class Listening:
    """What an engine with listeners and a cache can be asked.

    What was heard is kept by the content of the sound, and of the words that went with it, under the listener's name.
    Stems are not: they are four times as large as the sound.
    """

    __slots__ = ()

    analyzer: AudioAnalyzer
    separator: Separator
    pitch_tracker: PitchTracker
    embedder: Embedder
    transcriber: Transcriber
    content_index: ContentIndex
    _cache: Cache | None
    _meter: Meter

    def separate(self, sound: Sound) -> Stems:
        """Take a mixture apart into vocals, drums, bass and other, which add up to it."""
        return self._call("separate", lambda: self.separator.separate(files.load(sound)))

    def track_pitch(self, sound: Sound) -> PitchTrack:
        """Follow the voice or lead."""

        def work(audio: Audio) -> PitchTrack:
            tracker = self.pitch_tracker
            return self._recalled("track_pitch", PitchTrack, tracker, (audio,), lambda: tracker.track(audio))

        return self._call("track_pitch", lambda: work(files.load(sound)))

    def embed(self, sound: Sound) -> Embedding:
        """Place the audio among others: near embeddings sound alike."""
        return self._call("embed", lambda: self._embedded("embed", files.load(sound)))

    def transcribe(self, sound: Sound, lyrics: str | Lyrics | None = None) -> Transcript:
        """When each word is sung: known words are found in this audio, those of a take are its own lyrics.

        Args:
            sound: a song, or a voice alone.
            lyrics: its words; a live transcriber hears them where they are None.

        Raises:
            BackendError: no words are known, and the transcriber cannot hear any.
            LyricsError: the words cannot be found: none, not English, too many for the audio.
        """
        return self._call("transcribe", lambda: self._transcribed(sound, lyrics))

    def find_similar(self, subject: Embedding | Sound, *, count: int = 10) -> tuple[Match, ...]:
        """The assets of the content index that sound most alike, nearest first.

        Raises:
            InputError: the index holds embeddings of another space, or ``count`` is not positive.
            FileError: the sound cannot be read.
        """

        def work() -> tuple[Match, ...]:
            place = subject if isinstance(subject, Embedding) else self._embedded("find_similar", files.load(subject))
            return self.content_index.similar(place, count=count)

        return self._call("find_similar", work)

    def _measured(self, verb: str, audio: Audio, progress: Progress | None = None) -> AudioReport:
        """All that the analyzer measures, on the account of a verb."""

        def work() -> AudioReport:
            return self.analyzer.analyze(audio, progress=progress)

        return self._recalled("analyze", AudioReport, self.analyzer, (audio,), work, verb=verb, progress=progress)

    def _embedded(self, verb: str, audio: Audio) -> Embedding:
        embedder = self.embedder
        return self._recalled("embed", Embedding, embedder, (audio,), lambda: embedder.embed(audio), verb=verb)

    def _transcribed(self, sound: Sound, words: str | Lyrics | None) -> Transcript:
        known = words if words is not None else sound.lyrics if isinstance(sound, Take) else None
        text = lyrics.parse(known) if isinstance(known, str) else known
        audio = files.load(sound)

        def work() -> Transcript:
            return self.transcriber.transcribe(audio, lyrics=text)

        return self._recalled(
            "transcribe", Transcript, self.transcriber, (audio, text) if text is not None else (audio,), work
        )

    def _recalled(
        self,
        task: str,
        kind: type[V],
        backend: object,
        subjects: tuple[Value, ...],
        work: Callable[[], V],
        *,
        verb: str = "",
        progress: Progress | None = None,
    ) -> V:
        """What the work gives, or gave before: done by the same backend to the same subjects."""
        value, remembered = recall(self._cache, kind, task, backend, subjects, work, progress=progress)
        if remembered:
            self._meter.remembered(verb or task)
        return value

    @abstractmethod
    def _call(self, verb: str, function: Callable[[], R]) -> R:
        """The result of the function, run as this verb."""
