"""What every call of the engine passes through: middleware, the meter that counts calls, the account that pays.

A middleware takes a :class:`Call` and what to do next, and returns what that returned: caches answer without
asking on, retries ask again, limiters wait, meters watch.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import attrs

from musicengine.errors import CreditsError
from musicengine.values.making import Credits
from musicengine.values.service import Stats, VerbStats

__all__ = ["Account", "Call", "Meter", "Middleware", "OwnLock", "through"]

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


class OwnLock:
    """A lock of one process: a fork copies a lock that is held, but not the thread that would release it."""

    def __init__(self) -> None:
        """Open."""
        self._process, self._lock = os.getpid(), threading.Lock()

    def __enter__(self) -> None:
        if self._process != os.getpid():
            self._process, self._lock = os.getpid(), threading.Lock()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Meter:
    """The middleware that counts calls and errors and times them; safe under threads.

    A copy in another process, made by pickling, starts from zero.
    """

    def __init__(self) -> None:
        """Start from zero."""
        self._lock = OwnLock()
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

    def remembered(self, verb: str) -> None:
        """Count a measurement that the verb did not have to make."""
        with self._lock:
            self._tallies.setdefault(verb, _Tally()).cache_hits += 1

    def read(self) -> Stats:
        """The figures so far."""
        with self._lock:
            return Stats([tally.read(verb) for verb, tally in sorted(self._tallies.items())])

    def __reduce__(self) -> tuple[Any, ...]:
        return Meter, ()


class Account:
    """What orders cost, against a budget; safe under threads.

    An order is charged with its estimate before it is sent and settled when the generator says what it costs, so
    orders that run side by side cannot exceed the budget together. A copy made by pickling starts from zero.
    """

    def __init__(self) -> None:
        """Nothing is spent."""
        self._lock = OwnLock()
        self._settled = 0.0
        self._open: dict[str, float] = {}
        self._unit = "credits"

    def charge(self, estimates: Mapping[str, Credits], budget: Credits | None) -> None:
        """Take the estimates of these orders, by name, all or none.

        Raises:
            CreditsError: the budget does not cover them; nothing was taken.
        """
        wanted = sum(estimate.amount for estimate in estimates.values())
        with self._lock:
            spent = self._spent()
            if budget is not None and wanted > 0 and spent + wanted > budget.amount:
                raise CreditsError(
                    f"the budget of {budget} does not cover {wanted:g} more: {spent:g} are spent; nothing was ordered"
                )
            self._open |= {order: estimate.amount for order, estimate in estimates.items()}
            self._unit = next((estimate.unit for estimate in estimates.values()), self._unit)

    def settle(self, order: str, cost: Credits, *, done: bool) -> None:
        """Replace the estimate by what the order costs; one that is not in this account is somebody else's."""
        with self._lock:
            if order in self._open:
                self._open[order] = cost.amount
                if done:
                    self._settled += self._open.pop(order)

    @property
    def spent(self) -> Credits:
        """The sum of all orders."""
        with self._lock:
            return Credits(self._spent(), self._unit)

    def _spent(self) -> float:
        return self._settled + sum(self._open.values())

    def __reduce__(self) -> tuple[Any, ...]:
        return Account, ()


@attrs.define
class _Tally:
    calls: int = 0
    errors: int = 0
    cache_hits: int = 0
    durations_s: deque[float] = attrs.field(factory=lambda: deque(maxlen=_LATEST))

    def add(self, duration_s: float, *, failed: bool) -> None:
        self.calls += 1
        self.errors += failed
        self.durations_s.append(duration_s)

    def read(self, verb: str) -> VerbStats:
        ordered = sorted(self.durations_s) or [0.0]
        last = len(ordered) - 1
        quantiles = ordered[last // 2], ordered[round(last * 0.95)], ordered[last]
        return VerbStats(verb, self.calls, self.errors, *quantiles, self.cache_hits)
