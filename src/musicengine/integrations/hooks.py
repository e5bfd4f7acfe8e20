"""An engine among the systems of its host: what it makes is registered, indexed, published and tracked.

::

    hooks = Hooks()
    hooks.attach(engine)                                  # every event goes to the registry's log
    release = hooks.release(engine, engine.generate("warm disco"), title="First light")
    hooks.community_feed.engagement(release.post)
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import attrs

from musicengine import registry
from musicengine.backends.hosts import StoredFeed, StoredIndex, StoredOrchestrator, StoredRegistry
from musicengine.backends.references import ReferenceIndex
from musicengine.backends.stub.host import StubFeed, StubOrchestrator, StubRegistry
from musicengine.engine import MusicEngine
from musicengine.events import Subscription
from musicengine.protocols import CommunityFeed, ContentIndex, MetaRegistry, Orchestrator, Store
from musicengine.values.hosts import Asset, Engagement, Release, Ticket
from musicengine.values.making import Take

__all__ = ["Hooks"]


@attrs.frozen
class Hooks:
    """The four systems around an engine; stand-ins in memory, unless you bring your own.

    Args:
        meta_registry: user preferences, event log, content registration.
        content_index: what resembles what. Give it the engine's own, and ``engine.find_similar`` finds what is
            released.
        community_feed: shows releases to people.
        orchestrator: does what remains to be done with a release.
    """

    meta_registry: MetaRegistry = attrs.field(factory=StubRegistry, kw_only=True)
    content_index: ContentIndex = attrs.field(factory=ReferenceIndex, kw_only=True)
    community_feed: CommunityFeed = attrs.field(factory=StubFeed, kw_only=True)
    orchestrator: Orchestrator = attrs.field(factory=StubOrchestrator, kw_only=True)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Hooks:
        """The systems that the environment names: ``MUSICENGINE_COMMUNITY_FEED=store`` and so on.

        ``memory`` is the default; ``store`` keeps them in the file that ``MUSICENGINE_STORE_PATH`` names.

        Raises:
            BackendError: a name is unknown, an extra or a key is missing; the message says what to do.
        """
        return cls(**registry.configured(environ, registry.HOSTS))

    @classmethod
    def stored(cls, store: Store | str | os.PathLike[str]) -> Hooks:
        """All four systems on one store, or in the SQLite file of this path; whoever has it shares what they know.

        Raises:
            StoreError: the file is something else, or cannot be opened.
        """
        return cls(
            meta_registry=StoredRegistry(store),
            content_index=StoredIndex(store),
            community_feed=StoredFeed(store),
            orchestrator=StoredOrchestrator(store),
        )

    def attach(self, engine: MusicEngine) -> Subscription:
        """Write what the engine does into the registry's log from now on, without keeping it waiting."""
        return engine.events.subscribe(self.meta_registry.log)

    def release(self, engine: MusicEngine, take: Take, *, title: str = "", job: str = "release") -> Release:
        """Register a take, index it, publish it, and order the work that follows.

        A step that fails raises its own error; the steps are safe to repeat, so releasing the take again goes on.

        Args:
            engine: places the take among others.
            take: to release.
            title: for people; the take's prompt if not given.
            job: the name of the work to order.
        """
        details = {"genre": take.brief.genre or "", "provenance": take.provenance}
        asset = Asset(take.audio.digest, title or take.brief.prompt, engine.embed(take), details)
        identity = self.meta_registry.register(asset)
        entry = self.content_index.add(asset)
        post = self.community_feed.publish(asset)
        ticket = self.orchestrator.create(job, {"asset": identity, "entry": entry, "post": post})
        return Release(identity, entry, post, ticket)

    def track(self, release: Release) -> tuple[Ticket, Engagement]:
        """Where the work on a release stands, and how its post fares."""
        return self.orchestrator.status(release.ticket), self.community_feed.engagement(release.post)
