"""The whole outside world on one page.

A backend is any object with these verbs; there is nothing to inherit from. Subjects are positional-only, options
keyword-only. ``musicengine.testing.check`` tells the author of a backend whether it keeps its protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, TypeAlias, runtime_checkable

from musicengine.values.conversation import Verdict
from musicengine.values.hosts import Asset, Engagement, Event, Match, Ticket
from musicengine.values.making import Brief, Capabilities, Credits, Job, Message, Step, Take
from musicengine.values.measures import Embedding
from musicengine.values.music import PitchTrack
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio, Stems
from musicengine.values.trends import Trends
from musicengine.values.words import Lyrics, Transcript

__all__ = [
    "PROTOCOLS",
    "AudioAnalyzer",
    "CancellingGenerator",
    "ChatModel",
    "CommunityFeed",
    "ContentIndex",
    "Embedder",
    "IdempotentGenerator",
    "MetaRegistry",
    "Moderator",
    "MusicGenerator",
    "Orchestrator",
    "PitchTracker",
    "Progress",
    "Separator",
    "Store",
    "Transcriber",
    "TrendSource",
]

Progress: TypeAlias = Callable[[Step], None]
"""Is told of each step of long work that is done."""


@runtime_checkable
class MusicGenerator(Protocol):
    """Makes takes of briefs, as jobs: submitted at most once, polled, resumable from the Job alone, paid in credits."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can take and give."""
        ...

    def estimate(self, brief: Brief, /) -> Credits:
        """What a job for this brief would cost; spends nothing."""
        ...

    def submit(self, brief: Brief, /) -> Job:
        """Order it. Never repeats an order by itself.

        Raises:
            UncertainError: the order may have arrived and may be charged: no answer came, or a useless one.
            BackendError, InputError: it surely was not accepted and is not charged. Any other exception counts as
                uncertain.
        """
        ...

    def poll(self, job: Job, /) -> Job:
        """Where the job stands now."""
        ...

    def fetch(self, job: Job, /, *, progress: Progress | None = None) -> tuple[Take, ...]:
        """The takes of a job that succeeded, as many as the service gives."""
        ...

    def credits(self) -> Credits:
        """What is left."""
        ...


class IdempotentGenerator(MusicGenerator, Protocol):
    """A generator whose capabilities say ``idempotent``: an order under a name it knows is not charged again."""

    def submit(self, brief: Brief, /, *, order: str = "") -> Job:
        """Order it; the same ``order`` again gives the job it gave before. "" is no name."""
        ...


class CancellingGenerator(MusicGenerator, Protocol):
    """A generator whose capabilities say ``cancel``."""

    def cancel(self, job: Job, /) -> Job:
        """Stop it if it still can be stopped, and where it stands then."""
        ...


@runtime_checkable
class ChatModel(Protocol):
    """Answers a conversation."""

    def reply(self, messages: Sequence[Message], /) -> Message:
        """The next message."""
        ...

    def stream(self, messages: Sequence[Message], /) -> Iterator[str]:
        """The next message piece by piece."""
        ...


@runtime_checkable
class Moderator(Protocol):
    """Says whether a text may be acted on."""

    def moderate(self, text: str, /) -> Verdict:
        """The verdict, with the rule that forbids the text."""
        ...


@runtime_checkable
class Transcriber(Protocol):
    """Writes down sung or spoken words with their times."""

    def transcribe(self, audio: Audio, /, *, lyrics: Lyrics | None = None) -> Transcript:
        """The words; known lyrics are aligned instead of guessed."""
        ...


@runtime_checkable
class AudioAnalyzer(Protocol):
    """Measures everything at once."""

    def analyze(self, audio: Audio, /, *, progress: Progress | None = None) -> AudioReport:
        """The measurements."""
        ...


@runtime_checkable
class Separator(Protocol):
    """Takes a mixture apart."""

    def separate(self, audio: Audio, /) -> Stems:
        """Four stems that add up to the mixture."""
        ...


@runtime_checkable
class PitchTracker(Protocol):
    """Follows the fundamental frequency of a voice or lead."""

    def track(self, audio: Audio, /) -> PitchTrack:
        """The pitch over time."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """Places a track among others."""

    def embed(self, audio: Audio, /) -> Embedding:
        """The point, in a named space."""
        ...


@runtime_checkable
class TrendSource(Protocol):
    """Knows what is typical of a genre and era."""

    def trends(self, genre: str, era: str, /) -> Trends:
        """The figures, with source and date."""
        ...


@runtime_checkable
class Store(Protocol):
    """Keeps bytes under a key for a while."""

    def get(self, key: str, /) -> bytes | None:
        """The bytes, or None if there are none or their time is over."""
        ...

    def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
        """Keep the bytes; when this returns they are safe. None keeps them for good."""
        ...

    def swap(self, key: str, data: bytes, /, *, expected: bytes | None, ttl_s: float | None = None) -> bool:
        """Keep the bytes if the key still holds ``expected`` (None: nothing), in one step; whether it did."""
        ...

    def delete(self, key: str, /) -> None:
        """Forget the key; no error if there is none."""
        ...

    def keys(self, prefix: str = "", /) -> Iterator[str]:
        """The living keys that begin so, in order."""
        ...


@runtime_checkable
class MetaRegistry(Protocol):
    """The host's memory: user preferences, event log, content registration."""

    def preferences(self, user: str, /) -> Mapping[str, str]:
        """What the user likes."""
        ...

    def log(self, event: Event, /) -> None:
        """Write down what happened."""
        ...

    def register(self, asset: Asset, /) -> str:
        """Make a piece of content known; its id."""
        ...


@runtime_checkable
class ContentIndex(Protocol):
    """The host's catalogue."""

    def add(self, asset: Asset, /) -> str:
        """Add an asset; its id."""
        ...

    def similar(self, embedding: Embedding, /, *, count: int = 10) -> tuple[Match, ...]:
        """The nearest assets, nearest first."""
        ...


@runtime_checkable
class CommunityFeed(Protocol):
    """The host's public."""

    def publish(self, asset: Asset, /) -> str:
        """Show an asset; the post's id."""
        ...

    def engagement(self, post: str, /) -> Engagement:
        """How a post fares."""
        ...


@runtime_checkable
class Orchestrator(Protocol):
    """The host's work queue."""

    def create(self, name: str, details: Mapping[str, str], /) -> Ticket:
        """Order work by its name."""
        ...

    def status(self, ticket: Ticket, /) -> Ticket:
        """Where it stands now."""
        ...


PROTOCOLS: Mapping[str, type] = MappingProxyType(
    {
        "generator": MusicGenerator,
        "chat_model": ChatModel,
        "moderator": Moderator,
        "transcriber": Transcriber,
        "analyzer": AudioAnalyzer,
        "separator": Separator,
        "pitch_tracker": PitchTracker,
        "embedder": Embedder,
        "trend_source": TrendSource,
        "store": Store,
        "meta_registry": MetaRegistry,
        "content_index": ContentIndex,
        "community_feed": CommunityFeed,
        "orchestrator": Orchestrator,
    }
)
"""The protocol of each role that a backend can play."""
