"""What the host systems around an engine exchange with it: Event, Asset, Match, Engagement, Ticket, Release."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from musicengine.values._arrays import confidence, non_negative
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value
from musicengine.values.measures import Embedding

__all__ = ["Asset", "Engagement", "Event", "Match", "Release", "Ticket"]


@attrs.frozen(repr=False, slots=False)
class Event(Value):
    """Something that happened, without content and without secrets.

    Args:
        name: e.g. "generate.finished".
        at_s: seconds since 1970 (UTC).
        call: identifies the call that caused it.
        details: short facts, e.g. {"duration_s": "0.08"}.
    """

    name: str
    at_s: float = attrs.field(converter=float, validator=non_negative)
    call: str = ""
    details: Mapping[str, str] = attrs.field(default={}, converter=read_only, eq=sorted_items)


@attrs.frozen(repr=False, slots=False)
class Asset(Value):
    """A piece of content that a host system knows by the digest of its audio.

    Args:
        content: the digest of the audio.
        title: for people.
        embedding: where it lies among other assets; None if unknown.
        details: short facts, e.g. {"genre": "disco"}.
    """

    content: str
    title: str = ""
    embedding: Embedding | None = None
    details: Mapping[str, str] = attrs.field(default={}, converter=read_only, eq=sorted_items)


@attrs.frozen(repr=False, slots=False)
class Match(Value):
    """An asset that resembles what was asked for.

    Args:
        id: the index's name for it.
        similarity: cosine, in [-1, 1].
    """

    id: str
    similarity: float = attrs.field(converter=float)


@attrs.frozen(repr=False, slots=False)
class Engagement(Value):
    """How a published asset fares."""

    plays: int = 0
    likes: int = 0
    shares: int = 0
    comments: int = 0


@attrs.frozen(repr=False, slots=False)
class Ticket(Value):
    """A piece of work at the orchestrator.

    Args:
        id: the orchestrator's name for it.
        status: "queued", "running", "succeeded" or "failed".
        progress: in [0, 1].
    """

    id: str
    status: str = "queued"
    progress: float = attrs.field(default=0.0, converter=float, validator=confidence)


@attrs.frozen(repr=False, slots=False)
class Release(Value):
    """What the systems around an engine call a take that was released.

    Args:
        asset: the registry's id.
        entry: the content index's id.
        post: the feed's id.
        ticket: of the work that follows.
    """

    asset: str
    entry: str
    post: str
    ticket: Ticket
