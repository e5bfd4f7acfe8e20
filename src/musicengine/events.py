"""What the engine does, told to whoever subscribes: each verb's start and end, with ids and durations, no content.

::

    subscription = engine.events.subscribe(print)      # analyze.started, analyze.finished, ...
    ...
    subscription.close()

A subscriber runs in a thread of its own behind a bounded queue, so one that is slow or fails costs the engine and the
other subscribers nothing: what finds the queue full is dropped and counted, what a handler raises is counted. The
thread starts with the first event and leaves when there has been nothing to do for a second; a forked process starts
its own. The same events go to the logger ``musicengine`` at the level DEBUG.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from musicengine.calls import Call
from musicengine.errors import InputError
from musicengine.values.hosts import Event

__all__ = ["EventBus", "Subscription"]

R = TypeVar("R")
_LIMIT = 1024
_LINGER_S = 1.0


class EventBus:
    """Tells subscribers what passes through it; it is the engine's middleware, and safe under threads.

    The events of a verb are called ``<verb>.started``, then ``<verb>.finished`` or ``<verb>.failed``. They share the
    call's id. The details of an end are ``duration_s``, ``provenance`` where the result has one, and ``error``, the
    class of what was raised. No event holds arguments, results or messages.

    A copy made by pickling has no subscribers.
    """

    def __init__(self) -> None:
        """Start without subscribers."""
        self._subscriptions: tuple[Subscription, ...] = ()

    def subscribe(
        self, handler: Callable[[Event], object], *, verbs: Iterable[str] = (), limit: int = _LIMIT
    ) -> Subscription:
        """Tell the handler of what happens from now on.

        Args:
            handler: is given each event, one at a time, in a thread of its own.
            verbs: whose events it wants; all, if none are named.
            limit: how many events may wait for it.

        Raises:
            InputError: the handler cannot be called, or the limit is not positive.
        """
        if not callable(handler) or limit < 1:
            raise InputError(f"expected a handler to call and a limit of 1 or more, got {handler!r} and {limit!r}")
        subscription = Subscription(handler, frozenset(verbs), limit)
        self._subscriptions = (*(item for item in self._subscriptions if not item.closed), subscription)
        return subscription

    def emit(self, event: Event) -> None:
        """Pass an event on; never waits, never raises."""
        if _logger().isEnabledFor(logging.DEBUG):
            _logger().debug("%s %s %s", event.name, event.call, dict(event.details))
        for subscription in self._subscriptions:
            subscription.offer(event)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until the handlers have seen everything; whether they have in that time."""
        end = time.monotonic() + timeout_s
        seen = [item.flush(max(0.0, end - time.monotonic())) for item in self._subscriptions]
        return all(seen)

    def close(self, timeout_s: float = 5.0) -> None:
        """Let the handlers finish, and unsubscribe them all."""
        for item in self._subscriptions:
            item.close(timeout_s)
        self._subscriptions = ()

    def __call__(self, call: Call, proceed: Callable[[], R], /) -> R:
        """Run the call, and tell of its start and end."""
        if not self._subscriptions and not _logger().isEnabledFor(logging.DEBUG):
            return proceed()
        start = time.perf_counter()
        self._tell(call, "started", {})
        try:
            result = proceed()
        except BaseException as error:
            self._tell(call, "failed", {"duration_s": _since(start), "error": type(error).__name__})
            raise
        source = _provenance(result)
        self._tell(call, "finished", {"duration_s": _since(start)} | ({"provenance": source} if source else {}))
        return result

    def _tell(self, call: Call, what: str, details: dict[str, str]) -> None:
        self.emit(Event(f"{call.verb}.{what}", time.time(), call.id, details))

    def __reduce__(self) -> tuple[Any, ...]:
        return EventBus, ()


class Subscription:
    """A handler, the events that wait for it, and how it fares.

    Attributes:
        dropped: how many events found the queue full.
        failed: how many times the handler raised.
        closed: whether it wants no more events.
    """

    def __init__(self, handler: Callable[[Event], object], verbs: frozenset[str], limit: int) -> None:
        """Made by :meth:`EventBus.subscribe`."""
        self._handler, self._verbs, self._limit = handler, verbs, limit
        self.dropped = 0
        self.failed = 0
        self.closed = False
        self._begin()

    def offer(self, event: Event) -> None:
        """Queue the event if it is wanted and there is room; never waits."""
        if self.closed or (self._verbs and event.name.partition(".")[0] not in self._verbs):
            return
        if self._process != os.getpid():
            self._begin()
        with self._changed:
            if len(self._waiting) >= self._limit:
                self.dropped += 1
                return
            self._waiting.append(event)
            if self._running:
                self._changed.notify_all()
            else:
                self._start()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until the handler has seen everything; whether it has in that time."""
        if self._process != os.getpid():
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Let the handler finish what waits, and give it no more."""
        self.closed = True
        self.flush(timeout_s)
        if self._process == os.getpid():
            with self._changed:
                self._waiting.clear()
                self._changed.notify_all()

    def _begin(self) -> None:
        # A fork copies neither threads nor the right to release a lock, so a new process begins anew.
        self._waiting: deque[Event] = deque()
        self._changed = threading.Condition()
        self._running = self._busy = False
        self._process = os.getpid()

    def _start(self) -> None:
        try:
            threading.Thread(target=self._run, name="musicengine-events", daemon=True).start()
            self._running = True
        except RuntimeError:  # no thread to be had: the interpreter is about to end, or the machine is full
            self.dropped += len(self._waiting)
            self._waiting.clear()

    def _run(self) -> None:
        while event := self._next():
            try:
                self._handler(event)
            except BaseException as error:  # whatever it is, it is the handler's and ends here
                self.failed += 1
                _logger().debug("a subscriber of %s raised %s", event.name, type(error).__name__)

    def _next(self) -> Event | None:
        """The next event; None if there has been none for a while, the thread then ends."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self.closed, _LINGER_S)
            self._busy = self._running = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None


def _since(start: float) -> str:
    return f"{time.perf_counter() - start:.6f}"


def _provenance(result: object) -> str:
    """Where a result comes from; of several results, where each does."""
    if isinstance(result, tuple):
        return ", ".join(sorted({source for item in result if (source := _provenance(item))}))
    inner = getattr(result, "audio", None)  # a report says it of its measurements
    return str(getattr(result, "provenance", "") or getattr(inner, "provenance", ""))


@cache
def _logger() -> logging.Logger:
    """The library's logger, silent until the application gives it a handler and a level."""
    logger = logging.getLogger("musicengine")
    logger.addHandler(logging.NullHandler())
    return logger
