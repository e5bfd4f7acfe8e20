"""Stores: bytes under a key, for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from musicengine.errors import InputError

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps bytes in this process; safe under threads. A copy made by pickling has the same content.

    Args:
        clock: seconds that never go back, to tell whose time is over; a copy in another process uses its own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
        self._clock = clock
        self._lock = threading.Lock()
        self._items: dict[str, tuple[bytes, float | None]] = {}

    def get(self, key: str, /) -> bytes | None:
        """The bytes, or None if there are none or their time is over."""
        with self._lock:
            self._forget_old()
            return self._items.get(key, (None, None))[0]

    def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
        """Keep the bytes, for good or for ``ttl_s`` seconds.

        Raises:
            InputError: the key is no text, the data no bytes, or ``ttl_s`` not positive.
        """
        _require(key, data, ttl_s)
        with self._lock:
            self._forget_old()
            self._items[key] = data, None if ttl_s is None else self._clock() + ttl_s

    def swap(self, key: str, data: bytes, /, *, expected: bytes | None, ttl_s: float | None = None) -> bool:
        """Keep the bytes if the key still holds ``expected`` (None: nothing), in one step; whether it did.

        Raises:
            InputError: as :meth:`put`.
        """
        _require(key, data, ttl_s)
        with self._lock:
            self._forget_old()
            if self._items.get(key, (None, None))[0] != expected:
                return False
            self._items[key] = data, None if ttl_s is None else self._clock() + ttl_s
            return True

    def delete(self, key: str, /) -> None:
        """Forget the key; no error if there is none."""
        with self._lock:
            self._items.pop(key, None)

    def keys(self, prefix: str = "", /) -> Iterator[str]:
        """The living keys that begin so, in order, as they are now."""
        with self._lock:
            self._forget_old()
            return iter(sorted(key for key in self._items if key.startswith(prefix)))

    def _forget_old(self) -> None:
        now = self._clock()
        for key in [key for key, (_, end) in self._items.items() if end is not None and end <= now]:
            del self._items[key]

    def __getstate__(self) -> dict[str, Any]:
        # Another process has another clock: what remains of each key's time goes along instead of its end.
        with self._lock:
            now = self._clock()
            left = {key: (data, None if end is None else end - now) for key, (data, end) in self._items.items()}
        return {"left": left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]
        now = self._clock()
        self._items = {key: (data, None if left is None else now + left) for key, (data, left) in state["left"].items()}


def _require(key: str, data: bytes, ttl_s: float | None) -> None:
    if not isinstance(key, str) or not isinstance(data, bytes):
        raise InputError(f"a store keeps bytes under a text, got {type(data).__name__} under {key!r}")
    if ttl_s is not None and not ttl_s > 0:
        raise InputError(f"ttl_s must be more than 0 or None, got {ttl_s!r}")
