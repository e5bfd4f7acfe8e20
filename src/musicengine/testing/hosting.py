"""What registries, content indices, feeds and orchestrators must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from musicengine.protocols import CommunityFeed, ContentIndex, MetaRegistry, Orchestrator
from musicengine.testing.expectations import expect, expect_instance, expect_refusal, point
from musicengine.values.hosts import Asset, Engagement, Event, Match, Ticket

__all__ = ["CHECKS"]

_STATUSES = ("queued", "running", "succeeded", "failed")


def _asset() -> Asset:
    return Asset("musicengine-testing-1", "A check", point(1), {"genre": "disco"})


def _knows_nobody(registry: MetaRegistry) -> None:
    """A user it does not know has no preferences."""
    found = registry.preferences("musicengine-testing-nobody")
    expect(isinstance(found, Mapping), f"expected a mapping, got {type(found).__name__}")
    expect(not found, f"expected none, got {dict(found)}")


def _logs(registry: MetaRegistry) -> None:
    """It takes events down."""
    registry.log(Event("musicengine-testing.finished", 1_700_000_000.0, "call", {"duration_s": "0.1"}))


def _registers(registry: MetaRegistry) -> None:
    """An asset gets an id, the same each time it is registered, another than other assets."""
    one, again = registry.register(_asset()), registry.register(_asset())
    other = registry.register(Asset("musicengine-testing-2"))
    expect(isinstance(one, str) and bool(one), f"expected an id, got {one!r}")
    expect(one == again != other, f"expected one id for each asset, got {one!r}, {again!r} and {other!r}")


def _finds_itself(index: ContentIndex) -> None:
    """Each asset is nearest to itself, the others follow by similarity, as many as were asked for."""
    ids = [index.add(Asset(f"musicengine-testing-{number}", embedding=point(number))) for number in range(5)]
    expect(len(set(ids)) == 5, f"expected five ids, got {ids}")
    for number in range(5):
        found = index.similar(point(number), count=3)
        expect(len(found) == 3, f"asked for 3, got {len(found)}")
        expect(all(isinstance(match, Match) for match in found), f"expected matches, got {found!r}")
        expect(found[0].id == ids[number], f"expected {ids[number]!r} to be nearest to itself, got {found[0].id!r}")
        similarities = [match.similarity for match in found]
        expect(similarities == sorted(similarities, reverse=True), f"not nearest first: {similarities}")
        expect(abs(similarities[0] - 1) < 1e-3, f"expected a similarity of 1 to itself, got {similarities[0]}")


def _replaces(index: ContentIndex) -> None:
    """An asset that is added again is there once."""
    identity = index.add(_asset())
    expect(index.add(_asset()) == identity, "the same asset got another id")
    again = [match.id for match in index.similar(point(1), count=10)].count(identity)
    expect(again == 1, f"it is there {again} times")


def _refuses_other_spaces(index: ContentIndex) -> None:
    """It refuses to compare embeddings of different spaces."""
    index.add(_asset())
    expect_refusal(lambda: index.similar(point(1, "another space")), "an embedding of another space")


def _publishes(feed: CommunityFeed) -> None:
    """A published asset has a post, whose engagement is counted from nothing."""
    post = feed.publish(_asset())
    expect(isinstance(post, str) and bool(post), f"expected the id of a post, got {post!r}")
    found = expect_instance(feed.engagement(post), Engagement, "engagement")
    counts = (found.plays, found.likes, found.shares, found.comments)
    expect(min(counts) >= 0, f"expected counts, got {counts}")


def _refuses_unknown_posts(feed: CommunityFeed) -> None:
    """It refuses to say how a post fares that it does not have."""
    expect_refusal(lambda: feed.engagement("musicengine-testing-none"), "an unknown post")


def _takes_orders(orchestrator: Orchestrator) -> None:
    """An order has a ticket, which says where it stands; two orders have two."""
    tickets = [orchestrator.create("musicengine-testing", {"asset": "1"}) for _ in range(2)]
    for ticket in tickets:
        expect_instance(ticket, Ticket, "create")
        now = expect_instance(orchestrator.status(ticket), Ticket, "status")
        expect(now.id == ticket.id, f"asked about {ticket.id!r}, told about {now.id!r}")
        expect(now.status in _STATUSES, f"expected one of {', '.join(_STATUSES)}, got {now.status!r}")
    expect(tickets[0].id != tickets[1].id, f"two orders have the ticket {tickets[0].id!r}")


def _refuses_unknown_tickets(orchestrator: Orchestrator) -> None:
    """It refuses a ticket that it did not give."""
    expect_refusal(lambda: orchestrator.status(Ticket("musicengine-testing-none")), "an unknown ticket")


CHECKS: Mapping[str, Sequence[Callable[[Any], None]]] = {
    "meta_registry": (_knows_nobody, _logs, _registers),
    "content_index": (_finds_itself, _replaces, _refuses_other_spaces),
    "community_feed": (_publishes, _refuses_unknown_posts),
    "orchestrator": (_takes_orders, _refuses_unknown_tickets),
}
