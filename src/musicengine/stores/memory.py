"""A store in the memory of this process."""

from __future__ import annotations

import heapq
import os
import threading
import time
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any

from musicengine.errors import InputError
from musicengine.stores._items import above, check_item, check_key

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps bytes in this process; safe under threads.

    What it holds belongs to the process that put it there: a copy made by pickling, or by a fork, starts empty.
    Otherwise two processes would each own the same orders. To share, use a ``SQLiteStore``.

    Args:
        clock: seconds that never go back, to tell whose time is over.
        max_bytes: above this sum of keys and data, what was used longest ago is forgotten; None never forgets.

    Raises:
        InputError: ``max_bytes`` is negative.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, max_bytes: int | None = None) -> None:
        """Start empty."""
        if max_bytes is not None and max_bytes < 0:
            raise InputError(f"max_bytes must be 0 or more, or None, got {max_bytes!r}")
        self._clock = clock
        self._max_bytes = max_bytes
        self._reset()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._items: dict[str, tuple[bytes, float | None]] = {}  # the latest used is the last
        self._sorted: list[str] = []
        self._ends: list[tuple[float, str]] = []  # a heap; an entry whose item has another end by now means nothing
        self._bytes = 0

    def get(self, key: str, /) -> bytes | None:
        """The bytes, or None if there are none or their time is over."""
        check_key(key)
        with self._own_lock():
            self._bury()
            item = self._items.get(key)
            if item is None:
                return None
            if self._max_bytes is not None:
                self._items[key] = self._items.pop(key)
            return item[0]

    def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
        """Keep the bytes, for good or for ``ttl_s`` seconds.

        Raises:
            InputError: the key is no text, the data no bytes, or ``ttl_s`` not positive.
        """
        check_item(key, data, ttl_s)
        with self._own_lock():
            self._bury()
            self._keep(key, data, ttl_s)

    def swap(self, key: str, data: bytes, /, *, expected: bytes | None, ttl_s: float | None = None) -> bool:
        """Keep the bytes if the key still holds ``expected`` (None: nothing), in one step; whether it did.

        Raises:
            InputError: as :meth:`put`.
        """
        check_item(key, data, ttl_s)
        with self._own_lock():
            self._bury()
            if self._items.get(key, (None, None))[0] != expected:
                return False
            self._keep(key, data, ttl_s)
            return True

    def delete(self, key: str, /) -> None:
        """Forget the key; no error if there is none."""
        check_key(key)
        with self._own_lock():
            self._bury()
            if key in self._items:
                self._forget(key)

    def keys(self, prefix: str = "", /) -> Iterator[str]:
        """The living keys that begin so, in order, as they are now."""
        check_key(prefix)
        with self._own_lock():
            self._bury()
            end = above(prefix)
            stop = len(self._sorted) if end is None else bisect_left(self._sorted, end)
            return iter(self._sorted[bisect_left(self._sorted, prefix) : stop])

    def _own_lock(self) -> threading.Lock:
        """The lock to hold; in a forked child that of a store without content."""
        if self._process != os.getpid():
            self._reset()
        return self._lock

    def _bury(self) -> None:
        """Forget whose time is over."""
        now = self._clock() if self._ends else 0.0
        while self._ends and self._ends[0][0] <= now:
            end, key = heapq.heappop(self._ends)
            if self._items.get(key, (b"", None))[1] == end:
                self._forget(key)

    def _keep(self, key: str, data: bytes, ttl_s: float | None) -> None:
        if key in self._items:
            self._bytes -= len(self._items.pop(key)[0])
        else:
            insort(self._sorted, key)
            self._bytes += len(key)
        end = None if ttl_s is None else self._clock() + ttl_s
        self._items[key] = data, end
        self._bytes += len(data)
        if end is not None:
            self._remember_end(end, key)
        while self._max_bytes is not None and self._bytes > self._max_bytes:
            self._forget(next(iter(self._items)))

    def _remember_end(self, end: float, key: str) -> None:
        heapq.heappush(self._ends, (end, key))
        if len(self._ends) > 2 * len(self._items) + 64:  # most of it is of items that were put again since
            self._ends = [(until, name) for name, (_, until) in self._items.items() if until is not None]
            heapq.heapify(self._ends)

    def _forget(self, key: str) -> None:
        self._bytes -= len(key) + len(self._items.pop(key)[0])
        del self._sorted[bisect_left(self._sorted, key)]

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._items)} keys, {self._bytes:,} bytes)"

    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (self._clock, self._max_bytes)


def _empty(clock: Callable[[], float], max_bytes: int | None) -> MemoryStore:
    return MemoryStore(clock, max_bytes=max_bytes)
