"""How an engine is doing: Health, VerbStats, Stats."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from musicengine.values import _views
from musicengine.values._arrays import non_negative
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value
from musicengine.values.making import Credits

__all__ = ["Health", "Stats", "VerbStats"]


@attrs.frozen(repr=False, slots=False)
class Health(Value):
    """Whether each backend is ready.

    Args:
        backends: by role, e.g. {"generator": "stub"}: the class that plays it.
        problems: by role, why it is not ready; empty if all are.
    """

    backends: Mapping[str, str] = attrs.field(converter=read_only, eq=sorted_items)
    problems: Mapping[str, str] = attrs.field(default={}, converter=read_only, eq=sorted_items)

    @property
    def ready(self) -> bool:
        """Whether every backend is."""
        return not self.problems

    def _repr_html_(self) -> str:
        return _views.health(self)


@attrs.frozen(repr=False, slots=False)
class VerbStats(Value):
    """What one verb has done since the engine was made.

    Args:
        verb: of the engine, e.g. "analyze".
        calls: how often it was called and finished, errors included.
        errors: how often it raised.
        median_s, p95_s, max_s: seconds per call, over the latest 1,024 calls.
        cache_hits: how many measurements were remembered instead of made.
    """

    verb: str
    calls: int
    errors: int
    median_s: float = attrs.field(converter=float, validator=non_negative)
    p95_s: float = attrs.field(converter=float, validator=non_negative)
    max_s: float = attrs.field(converter=float, validator=non_negative)
    cache_hits: int = 0


@attrs.frozen(repr=False, slots=False)
class Stats(Value):
    """What an engine has done since it was made.

    Args:
        verbs: the figures of each verb that was called.
        spent: what its orders cost so far; an order that is not settled counts with its estimate.
    """

    verbs: tuple[VerbStats, ...] = attrs.field(default=(), converter=tuple[VerbStats, ...])
    spent: Credits = attrs.field(default=Credits(0))

    @property
    def cache_hits(self) -> int:
        """How many measurements were remembered instead of made, over all verbs."""
        return sum(item.cache_hits for item in self.verbs)

    def __getitem__(self, verb: str) -> VerbStats:
        """The figures of one verb; zeros if it was never called."""
        return next((item for item in self.verbs if item.verb == verb), VerbStats(verb, 0, 0, 0, 0, 0))

    def _repr_html_(self) -> str:
        return _views.stats(self)
