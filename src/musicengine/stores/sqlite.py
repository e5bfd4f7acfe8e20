"""A store in one SQLite file, safe under threads and processes.

The file is in write-ahead mode (https://sqlite.org/wal.html): readers never wait for the writer, and a write is one
transaction, on the disk before the call returns (``synchronous=FULL``), so neither a killed process nor a power cut
loses what was acknowledged. The header of the file says whose it is (``application_id``) and in which version
(``user_version``); any other file is left as it is.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from musicengine.errors import InputError, StoreError
from musicengine.stores._items import above, check_item, check_key

__all__ = ["SQLiteStore"]

_OURS = 0x4D555345  # "MUSE"
_VERSION = 2  # 2: checksums
_CHECK = 4  # bytes
_IDLE = 8
_CLEAN_EVERY = 64
_TABLES = (
    "CREATE TABLE IF NOT EXISTS items (key TEXT NOT NULL PRIMARY KEY, data BLOB NOT NULL, ends REAL)",
    "CREATE INDEX IF NOT EXISTS items_listed ON items (key, ends)",
    "CREATE INDEX IF NOT EXISTS items_ending ON items (ends) WHERE ends IS NOT NULL",
    f"PRAGMA application_id = {_OURS}",
    f"PRAGMA user_version = {_VERSION}",
)
_ALIVE = "(ends IS NULL OR ends > ?)"
_INSERT = (
    "INSERT INTO items VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data, ends = excluded.ends"
)


class SQLiteStore:
    """Keeps bytes in a file that threads and processes share. It pickles as its path.

    Each call borrows a connection; as many are opened as calls run side by side, and a forked child opens its own.

    Args:
        path: of the file; it is made if there is none.
        timeout_s: how long a call waits for another process's write.
        clock: seconds since 1970, the same for all who share the file, to tell whose time is over.

    Raises:
        InputError: ``path`` is no path of a file.
        StoreError: the file is something else, damaged, of a later version, or cannot be opened.
    """

    environment: ClassVar = {"path": "MUSICENGINE_STORE_PATH"}

    def __init__(
        self, path: str | os.PathLike[str], *, timeout_s: float = 30.0, clock: Callable[[], float] = time.time
    ) -> None:
        """Open the file, or make it."""
        if not isinstance(path, (str, os.PathLike)) or str(path) in ("", ":memory:") or "\0" in str(path):
            raise InputError(f"a SQLiteStore needs the path of a file, got {path!r}; MemoryStore needs none")
        self.path = Path(os.path.abspath(path))
        self._timeout_s = timeout_s
        self._clock = clock
        self._writes = 0
        self._start()
        with self._connection():
            pass

    def _start(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []

    def get(self, key: str, /) -> bytes | None:
        """The bytes, or None if there are none or their time is over.

        Raises:
            StoreError: the file cannot be read, or the bytes are not those that were kept.
        """
        check_key(key)
        found = self._run(f"SELECT data FROM items WHERE key = ? AND {_ALIVE}", (key, self._clock()))[0]
        return _unsealed(bytes(found[0][0]), key, self.path) if found else None

    def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
        """Keep the bytes, for good or for ``ttl_s`` seconds; when this returns they are on the disk.

        Raises:
            InputError: the key is no text, the data no bytes, or ``ttl_s`` not positive.
            StoreError: the file cannot be written.
        """
        check_item(key, data, ttl_s)
        self._write(_INSERT, (key, _sealed(data), None if ttl_s is None else self._clock() + ttl_s))

    def swap(self, key: str, data: bytes, /, *, expected: bytes | None, ttl_s: float | None = None) -> bool:
        """Keep the bytes if the key still holds ``expected`` (None: nothing), in one step; whether it did.

        Of all threads and processes that try it with the same ``expected``, one is told that it did.

        Raises:
            InputError, StoreError: as :meth:`put`.
        """
        check_item(key, data, ttl_s)
        now = self._clock()
        end = None if ttl_s is None else now + ttl_s
        if expected is None:
            return self._write(f"{_INSERT} WHERE ends <= ?", (key, _sealed(data), end, now)) == 1
        replace = f"UPDATE items SET data = ?, ends = ? WHERE key = ? AND data = ? AND {_ALIVE}"
        return self._write(replace, (_sealed(data), end, key, _sealed(expected), now)) == 1

    def delete(self, key: str, /) -> None:
        """Forget the key; no error if there is none.

        Raises:
            StoreError: the file cannot be written.
        """
        check_key(key)
        self._write("DELETE FROM items WHERE key = ?", (key,))

    def keys(self, prefix: str = "", /) -> Iterator[str]:
        """The living keys that begin so, in order, as they are now.

        Raises:
            StoreError: the file cannot be read.
        """
        check_key(prefix)
        end = above(prefix)
        bound, values = ("", [prefix]) if end is None else ("AND key < ?", [prefix, end])
        found = self._run(
            f"SELECT key FROM items WHERE key >= ? {bound} AND {_ALIVE} ORDER BY key", [*values, self._clock()]
        )
        return iter([key for (key,) in found[0]])

    def close(self) -> None:
        """Give the file back; a later call opens it again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _write(self, statement: str, values: Sequence[Any]) -> int:
        """Run a statement that writes; how many rows it changed. Every so often, clear away what is dead."""
        changed = self._run(statement, values)[1]
        self._writes += 1
        if self._writes % _CLEAN_EVERY == 0:
            self._run("DELETE FROM items WHERE ends <= ?", (self._clock(),))
        return changed

    def _run(self, statement: str, values: Sequence[Any]) -> tuple[list[Any], int]:
        with self._connection() as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall(), cursor.rowcount

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses meanwhile; one that fails is not used again."""
        if self._process != os.getpid():
            # A connection must not be used, nor closed, on the other side of a fork (sqlite.org/howtocorrupt.html).
            self._parents = self._idle
            self._start()
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or _opened(self.path, self._timeout_s)
            yield connection
        except BaseException as error:
            if connection:
                connection.close()
            if isinstance(error, (sqlite3.Error, OverflowError)):
                raise StoreError(f"the store {str(self.path)!r} failed: {error}") from error
            raise
        with self._lock:
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def __repr__(self) -> str:
        return f"SQLiteStore({str(self.path)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.path, self._timeout_s, self._clock)

    def __del__(self) -> None:
        if getattr(self, "_process", None) == os.getpid():
            self.close()


def _sealed(data: bytes) -> bytes:
    """The bytes after their checksum: SQLite notices damage to its own pages' structure only, not to what they hold."""
    return zlib.crc32(data).to_bytes(_CHECK, "big") + data


def _unsealed(data: bytes, key: str, path: Path) -> bytes:
    """The bytes without their checksum, if it is theirs."""
    kept = data[_CHECK:]
    if _sealed(kept) != data:
        raise StoreError(f"what {str(path)!r} holds under {key[:80]!r} is damaged")
    return kept


def _again(path: Path, timeout_s: float, clock: Callable[[], float]) -> SQLiteStore:
    return SQLiteStore(path, timeout_s=timeout_s, clock=clock)


def _opened(path: Path, timeout_s: float) -> sqlite3.Connection:
    """A connection to a file that is certainly ours; a new or empty file becomes so."""
    connection = sqlite3.connect(path, timeout=timeout_s, isolation_level=None, check_same_thread=False)
    try:
        if _is_new(connection, path):
            _furnish(connection, timeout_s)
            _is_new(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty; it is not touched.

    Raises:
        StoreError: it is neither empty nor ours.
    """
    connection.execute("BEGIN")  # One look at the file: another process may furnish it between two.
    owner, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    connection.execute("COMMIT")
    if owner == _OURS and version == _VERSION:
        return False
    if owner == _OURS and version != _VERSION:
        way = "upgrade musicengine" if version > _VERSION else "name another file"
        raise StoreError(f"the store {str(path)!r} has version {version}; this release knows {_VERSION}: {way}")
    if owner or version or tables:
        raise StoreError(f"{str(path)!r} is a database of something else; it was left as it is: name another file")
    return True


def _furnish(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Make an empty file ours, whoever else does the same at the same time."""
    end = time.monotonic() + timeout_s
    while True:
        try:  # The change to write-ahead mode does not wait for others by itself.
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.01)
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("COMMIT")
