"""The systems around an engine, kept in a store: registry, content index, feed, orchestrator.

Small and honest stand-ins for a host's own: what goes in comes out, nothing is made up, and a post nobody played has
no plays. On a store that processes share, they share what they know. Every write is one key that nobody else writes, so
no update is lost between processes. By name they are ``store``: ``MUSICENGINE_COMMUNITY_FEED=store`` keeps the feed in
the file that ``MUSICENGINE_STORE_PATH`` names.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from typing import ClassVar, TypeAlias, TypeVar

import attrs

from musicengine import codec
from musicengine.backends.references import ReferenceIndex
from musicengine.calls import OwnLock
from musicengine.errors import InputError, StoreError
from musicengine.protocols import Store
from musicengine.stores import SQLiteStore
from musicengine.values._value import Value
from musicengine.values.hosts import Asset, Engagement, Event, Match, Ticket
from musicengine.values.measures import Embedding

__all__ = ["StoredFeed", "StoredIndex", "StoredOrchestrator", "StoredRegistry"]

V = TypeVar("V", bound=Value)
Place: TypeAlias = "Store | str | os.PathLike[str]"
_STATUSES = ("queued", "running", "succeeded", "failed")
_ENVIRONMENT = {"store": "MUSICENGINE_STORE_PATH"}


def _opened(place: Place) -> Store:
    """The store itself, or the SQLite file of that path."""
    return SQLiteStore(place) if isinstance(place, (str, os.PathLike)) else place


@attrs.frozen
class StoredRegistry:
    """User preferences, the event log and the content known to the host.

    Args:
        store: where to keep them; a path is a SQLite file.
    """

    environment: ClassVar = _ENVIRONMENT

    store: Store = attrs.field(converter=_opened)

    def preferences(self, user: str, /) -> Mapping[str, str]:
        """What the user likes; empty if nothing is known."""
        data = self.store.get(f"preferences:{_named(user, 'user')}")
        return json.loads(data) if data else {}

    def prefer(self, user: str, preferences: Mapping[str, str], /) -> None:
        """Write down what the user likes, in place of what was known."""
        self.store.put(f"preferences:{_named(user, 'user')}", json.dumps(dict(preferences)).encode())

    def log(self, event: Event, /) -> None:
        """Write down what happened."""
        self.store.put(f"event:{event.at_s:020.6f}:{uuid.uuid4().hex}", codec.encode(event))

    def events(self, name: str = "") -> Iterator[Event]:
        """What happened, oldest first.

        Args:
            name: the beginning of the names wanted.
        """
        for key in self.store.keys("event:"):
            event = _read(self.store, key, Event)
            if event and event.name.startswith(name):
                yield event

    def register(self, asset: Asset, /) -> str:
        """Make a piece of content known; its id is the digest of the content, so registering again changes nothing."""
        self.store.put(f"asset:{_named(asset.content, 'content')}", codec.encode(asset))
        return asset.content

    def find(self, identity: str) -> Asset | None:
        """The asset that was registered under an id."""
        return _read(self.store, f"asset:{identity}", Asset)


class StoredIndex:
    """A content index that sees what other processes add to its store.

    Args:
        store: where to keep the assets; a path is a SQLite file.
    """

    environment: ClassVar = _ENVIRONMENT

    def __init__(self, store: Place) -> None:
        """Begin with what the store holds."""
        self.store = _opened(store)
        self._table, self._known = ReferenceIndex(), frozenset[str]()
        self._lock = OwnLock()

    def add(self, asset: Asset, /) -> str:
        """Add an asset under the digest of its content, which is its id; one that is there already is replaced.

        Raises:
            InputError: the asset has no embedding, or one of another space than the index.
        """
        self._read_new()
        identity = self._table.add(asset)
        self.store.put(f"index:{_named(identity, 'content')}", codec.encode(asset))
        with self._lock:
            self._known |= {identity}
        return identity

    def remove(self, identity: str, /) -> None:
        """Forget an asset; no error if there is none."""
        self.store.delete(f"index:{identity}")

    def similar(self, embedding: Embedding, /, *, count: int = 10) -> tuple[Match, ...]:
        """The nearest assets, nearest first; none if the index is empty.

        Raises:
            InputError: the index holds another space, or ``count`` is not positive.
        """
        self._read_new()
        return self._table.similar(embedding, count=count)

    def _read_new(self) -> None:
        with self._lock:
            there = {key.removeprefix("index:") for key in self.store.keys("index:")}
            for identity in self._known - there:
                self._table.remove(identity)
            for identity in sorted(there - self._known):
                if asset := _read(self.store, f"index:{identity}", Asset):
                    self._table.add(asset)
            self._known = frozenset(there)

    def __reduce__(self) -> tuple[type[StoredIndex], tuple[Store]]:
        return StoredIndex, (self.store,)


class StoredFeed:
    """Published assets, and how often each was played, liked, shared and commented on.

    Each process counts under a key of its own and the counts are added up when they are read: a grow-only counter,
    which loses nothing when several processes count at once.

    Args:
        store: where to keep them; a path is a SQLite file.
    """

    environment: ClassVar = _ENVIRONMENT

    def __init__(self, store: Place) -> None:
        """Show what the store holds."""
        self.store = _opened(store)
        self._name, self._lock = uuid.uuid4().hex, OwnLock()

    def publish(self, asset: Asset, /) -> str:
        """Show an asset; publishing it again gives the same post."""
        post = f"post-{_named(asset.content, 'content')}"
        self.store.put(f"feed:{post}", codec.encode(asset))
        return post

    def posts(self) -> Iterator[tuple[str, Asset]]:
        """Each post with its asset."""
        for key in self.store.keys("feed:"):
            if asset := _read(self.store, key, Asset):
                yield key.removeprefix("feed:"), asset

    def engage(self, post: str, more: Engagement, /) -> None:
        """Count what people did.

        Raises:
            InputError: there is no such post.
        """
        self._require(post)
        key = f"engagement:{post}:{self._name}-{os.getpid()}"
        with self._lock:
            self.store.put(key, codec.encode(_sum(_read(self.store, key, Engagement) or Engagement(), more)))

    def engagement(self, post: str, /) -> Engagement:
        """How a post fares.

        Raises:
            InputError: there is no such post.
        """
        self._require(post)
        total = Engagement()
        for key in self.store.keys(f"engagement:{post}:"):
            total = _sum(total, _read(self.store, key, Engagement) or Engagement())
        return total

    def _require(self, post: str) -> None:
        if self.store.get(f"feed:{post}") is None:
            raise InputError(f"there is no post {post!r}")

    def __reduce__(self) -> tuple[type[StoredFeed], tuple[Store]]:
        return StoredFeed, (self.store,)


@attrs.frozen
class StoredOrchestrator:
    """A list of work: whoever does it looks for what waits, and says how far it is.

    Args:
        store: where to keep it; a path is a SQLite file.
    """

    environment: ClassVar = _ENVIRONMENT

    store: Store = attrs.field(converter=_opened)

    def create(self, name: str, details: Mapping[str, str], /) -> Ticket:
        """Order work by its name. Two orders are two tickets, even of the same work."""
        ticket = Ticket(uuid.uuid4().hex)
        order = {"name": _named(name, "name"), "details": dict(details)}
        self.store.put(f"work:{ticket.id}", json.dumps(order).encode())
        return self.update(ticket)

    def status(self, ticket: Ticket, /) -> Ticket:
        """Where it stands now.

        Raises:
            InputError: it was not ordered here.
        """
        found = _read(self.store, f"ticket:{ticket.id}", Ticket)
        if found is None:
            raise InputError(f"there is no ticket {ticket.id!r}")
        return found

    def update(self, ticket: Ticket, /) -> Ticket:
        """Say where it stands; for whoever does the work.

        Raises:
            InputError: it was not ordered here, or the status is unknown.
        """
        if ticket.status not in _STATUSES:
            raise InputError(f"a ticket's status is one of {', '.join(_STATUSES)}, got {ticket.status!r}")
        self.work(ticket)
        self.store.put(f"ticket:{ticket.id}", codec.encode(ticket))
        return ticket

    def work(self, ticket: Ticket, /) -> tuple[str, Mapping[str, str]]:
        """The name and the details of what was ordered.

        Raises:
            InputError: it was not ordered here.
        """
        data = self.store.get(f"work:{ticket.id}")
        if data is None:
            raise InputError(f"there is no ticket {ticket.id!r}")
        order = json.loads(data)
        return order["name"], order["details"]

    def tickets(self, status: str = "queued") -> Iterator[Ticket]:
        """The tickets that stand so."""
        for key in self.store.keys("ticket:"):
            ticket = _read(self.store, key, Ticket)
            if ticket and ticket.status == status:
                yield ticket


def _named(name: str, what: str) -> str:
    if not isinstance(name, str) or not name:
        raise InputError(f"expected a {what} of one letter or more, got {name!r}")
    return name


def _read(store: Store, key: str, kind: type[V]) -> V | None:
    data = store.get(key)
    if data is None:
        return None
    value = codec.decode(data)
    if not isinstance(value, kind):
        raise StoreError(f"expected {kind.__name__} under {key!r}, got {type(value).__name__}")
    return value


def _sum(one: Engagement, other: Engagement) -> Engagement:
    return Engagement(
        one.plays + other.plays,
        one.likes + other.likes,
        one.shares + other.shares,
        one.comments + other.comments,
    )
