"""Stores: bytes under a key, for a while; in memory or in one SQLite file, and a cache of results on top."""

from __future__ import annotations

from musicengine.stores.cache import Cache
from musicengine.stores.memory import MemoryStore
from musicengine.stores.sqlite import SQLiteStore

__all__ = ["Cache", "MemoryStore", "SQLiteStore"]
