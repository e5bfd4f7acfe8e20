"""The systems around an engine as stand-ins in memory: what goes in comes out, nothing is made up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from musicengine.errors import InputError
from musicengine.values.hosts import Asset, Engagement, Event, Ticket

__all__ = ["StubFeed", "StubOrchestrator", "StubRegistry"]


class StubRegistry:
    """Remembers everything it is told.

    Attributes:
        events: what was logged, oldest first.
        assets: what was registered, by id.
        users: what each user likes; fill it in as you please.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.events: list[Event] = []
        self.assets: dict[str, Asset] = {}
        self.users: dict[str, dict[str, str]] = defaultdict(dict)

    def preferences(self, user: str, /) -> Mapping[str, str]:
        """What the user likes; empty if nothing is known."""
        return dict(self.users.get(user, {}))

    def log(self, event: Event, /) -> None:
        """Write down what happened."""
        self.events.append(event)

    def register(self, asset: Asset, /) -> str:
        """Make a piece of content known; its id is the digest of the content."""
        self.assets[asset.content] = asset
        return asset.content


class StubFeed:
    """Shows assets to nobody.

    Attributes:
        posts: what was published, by post.
        engagements: how each post fares; nothing happens unless you say so here.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.posts: dict[str, Asset] = {}
        self.engagements: dict[str, Engagement] = {}

    def publish(self, asset: Asset, /) -> str:
        """Show an asset; publishing it again gives the same post."""
        post = f"post-{asset.content}"
        self.posts[post] = asset
        return post

    def engagement(self, post: str, /) -> Engagement:
        """How a post fares.

        Raises:
            InputError: there is no such post.
        """
        if post not in self.posts:
            raise InputError(f"there is no post {post!r}")
        return self.engagements.get(post, Engagement())


class StubOrchestrator:
    """Takes orders that nobody works on: they stay queued until you say otherwise in ``tickets``.

    Attributes:
        tickets: where each order stands, by its id.
        orders: the name and details of each, by its id.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.tickets: dict[str, Ticket] = {}
        self.orders: dict[str, tuple[str, dict[str, str]]] = {}

    def create(self, name: str, details: Mapping[str, str], /) -> Ticket:
        """Order work by its name."""
        ticket = Ticket(f"stub-{len(self.tickets) + 1}")
        self.tickets[ticket.id], self.orders[ticket.id] = ticket, (name, dict(details))
        return ticket

    def status(self, ticket: Ticket, /) -> Ticket:
        """Where it stands now.

        Raises:
            InputError: it was not ordered here.
        """
        if ticket.id not in self.tickets:
            raise InputError(f"there is no ticket {ticket.id!r}")
        return self.tickets[ticket.id]
