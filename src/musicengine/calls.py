"""What every call of the engine passes through: middleware, and the meter that counts calls.

A middleware takes a :class:`Call` and what to do next, and returns what that returned: caches answer without
asking on, retries ask again, limiters wait, meters watch.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import attrs

from musicengine.values.service import Stats, VerbStats

__all__ = ["Call", "Meter", "Middleware", "through"]

R = TypeVar("R")
_LATEST = 1024


@attrs.frozen
class Call:
    """One call of one verb. It carries no content, so whoever logs it can leak none.

    Args:
        verb: of the engine.
        id: tells it from every other call.
    """

    verb: str
    id: str = attrs.field(factory=lambda: uuid.uuid4().hex, eq=False)


class Middleware(Protocol):
    """Something that a call passes through."""

    def __call__(self, call: Call, proceed: Callable[[], R], /) -> R:
        """Do something before, after or instead of ``proceed()``."""
        ...


def through(middleware: Sequence[Middleware], call: Call, function: Callable[[], R]) -> R:
    """Run ``function`` inside the middleware, the first one outermost."""
    if not middleware:
        return function()
    return middleware[0](call, lambda: through(middleware[1:], call, function))


class Meter:
    """The middleware that counts calls and errors and times them; safe under threads.

    A copy in another process, made by pickling, starts from zero.
    """

    def __init__(self) -> None:
        """Start from zero."""
        self._lock = threading.Lock()
        self._tallies: dict[str, _Tally] = {}

    def __call__(self, call: Call, proceed: Callable[[], R], /) -> R:
        """Run the call and write down how it went."""
        start = time.perf_counter()
        failed = True
        try:
            result = proceed()
            failed = False
            return result
        finally:
            duration_s = time.perf_counter() - start
            with self._lock:
                self._tallies.setdefault(call.verb, _Tally()).add(duration_s, failed=failed)

    def read(self) -> Stats:
        """The figures so far."""
        with self._lock:
            return Stats([tally.read(verb) for verb, tally in sorted(self._tallies.items())])

    def __reduce__(self) -> tuple[Any, ...]:
        return Meter, ()


@attrs.define
class _Tally:
    calls: int = 0
    errors: int = 0
    durations_s: deque[float] = attrs.field(factory=lambda: deque(maxlen=_LATEST))

    def add(self, duration_s: float, *, failed: bool) -> None:
        self.calls += 1
        self.errors += failed
        self.durations_s.append(duration_s)

    def read(self, verb: str) -> VerbStats:
        ordered = sorted(self.durations_s)
        last = len(ordered) - 1
        return VerbStats(verb, self.calls, self.errors, ordered[last // 2], ordered[round(last * 0.95)], ordered[last])
