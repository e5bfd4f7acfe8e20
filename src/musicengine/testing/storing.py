"""What stores must keep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from musicengine.protocols import Store
from musicengine.testing.expectations import expect

__all__ = ["CHECKS"]

_PREFIX = "musicengine.testing:"


def _gives_what_it_got(store: Store) -> None:
    """What was put is got, byte by byte, the latest under its key; what was not is None."""
    key, data = f"{_PREFIX}bytes é♪", bytes(range(256)) * 400
    try:
        expect(store.get(key) is None, "there is something under a key that was never put")
        for content in (b"first", data, b""):
            store.put(key, content)
            expect(store.get(key) == content, f"{len(content)} bytes were put, {_short(store.get(key))} came back")
    finally:
        store.delete(key)


def _forgets(store: Store) -> None:
    """What was deleted is gone; deleting it again is no error."""
    store.put(f"{_PREFIX}gone", b"1")
    store.delete(f"{_PREFIX}gone")
    store.delete(f"{_PREFIX}gone")
    expect(store.get(f"{_PREFIX}gone") is None, "a deleted key still has bytes")


def _lists_keys(store: Store) -> None:
    """Its keys are listed in order, by how they begin, taken literally."""
    names = [f"{_PREFIX}list{name}" for name in ("/b", "/a", "%", "_x")]
    try:
        for name in names:
            store.put(name, b"1")
        got = list(store.keys(f"{_PREFIX}list"))
        expect(got == sorted(names), f"expected {sorted(names)}, got {got}")
        for beginning in ("list%", "list_"):
            found = list(store.keys(_PREFIX + beginning))
            expect(len(found) == 1, f"expected one key that begins with {beginning!r}, got {found}")
    finally:
        for name in names:
            store.delete(name)


def _lets_die(store: Store) -> None:
    """What has a time to live dies, and what was put again for good does not."""
    short, kept = f"{_PREFIX}short", f"{_PREFIX}kept"
    try:
        store.put(short, b"1", ttl_s=0.05)
        store.put(kept, b"1", ttl_s=0.05)
        store.put(kept, b"2")
        time.sleep(0.15)
        expect(store.get(short) is None, "a key outlived its 0.05 s")
        expect(short not in list(store.keys(_PREFIX)), "a dead key is still listed")
        expect(store.get(kept) == b"2", "a key that was put for good died")
    finally:
        store.delete(short)
        store.delete(kept)


def _takes_threads(store: Store) -> None:
    """Eight threads write and read at once and nothing is lost."""
    names = [f"{_PREFIX}thread{number:03}" for number in range(64)]

    def write(name: str) -> bool:
        store.put(name, name.encode())
        return store.get(name) == name.encode()

    try:
        with ThreadPoolExecutor(8) as pool:
            expect(all(pool.map(write, names)), "a thread did not read what it wrote")
        expect(list(store.keys(f"{_PREFIX}thread")) == names, "keys were lost")
    finally:
        for name in names:
            store.delete(name)


def _short(data: object) -> str:
    return f"{len(data)} bytes" if isinstance(data, bytes) else repr(data)


CHECKS: Mapping[str, Sequence[Callable[[Any], None]]] = {
    "store": (_gives_what_it_got, _forgets, _lists_keys, _lets_die, _takes_threads)
}
