"""Results kept under what they were computed of: the content, the verb, the parameters, and who computed them.

Whoever computes says so himself, by an attribute ``identity``: a text that changes when his results may, with name,
version and settings. Results of a backend without one are not kept, for nobody could tell whether they still hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from musicengine import codec
from musicengine._version import __version__
from musicengine.errors import CodecError, StoreError
from musicengine.protocols import Progress, Store
from musicengine.stores.memory import MemoryStore
from musicengine.values._value import Value
from musicengine.values.making import Step

__all__ = ["Cache", "recall"]

V = TypeVar("V", bound=Value)
_DAY_S = 86_400.0
_CHECK = 16
_MEMORY_BYTES = 64 << 20


class Cache:
    """Remembers values in a store, encoded by :mod:`musicengine.codec`.

    An entry that is damaged, of another version or of another kind is computed again; so is everything while the
    store fails. A cache never makes a verb fail.

    Args:
        store: where results are kept, under keys that begin with ``cache/``.
        ttl_s: for how long; None for good.
    """

    def __init__(self, store: Store, *, ttl_s: float | None = 30 * _DAY_S) -> None:
        """Use the store."""
        self.store = store
        self._ttl_s = ttl_s

    @classmethod
    def chosen(cls, wish: Store | bool, store: Store) -> Cache | None:
        """The cache of who has this store.

        Args:
            wish: a store for results alone; True for the store at hand, or a part of the memory if that is in memory;
                False for no cache.
            store: at hand.
        """
        if not isinstance(wish, bool):
            return cls(wish)
        kept = MemoryStore(max_bytes=_MEMORY_BYTES) if isinstance(store, MemoryStore) else store
        return cls(kept) if wish else None

    def recall(
        self, kind: type[V], verb: str, backend: object, subjects: tuple[Value, ...], compute: Callable[[], V]
    ) -> tuple[V, bool]:
        """The result, and whether it was remembered.

        Args:
            kind: of value that is expected.
            verb: what is done.
            backend: who does it.
            subjects: to what, and with what; their digests count.
            compute: does it.
        """
        identity = getattr(backend, "identity", None)
        if not isinstance(identity, str):
            return compute(), False
        key = _key(verb, identity, *(subject.digest for subject in subjects))
        kept = self._kept(key)
        if isinstance(kept, kind):
            return kept, True
        value = compute()
        self._keep(key, value)
        return value, False

    def _kept(self, key: str) -> Value | None:
        try:
            entry = self.store.get(key)
            if entry is None or _checksum(entry[_CHECK:]) != entry[:_CHECK]:
                return None
            return codec.decode(entry[_CHECK:])
        except (StoreError, CodecError):
            return None

    def _keep(self, key: str, value: Value) -> None:
        try:
            data = codec.encode(value)
            self.store.put(key, _checksum(data) + data, ttl_s=self._ttl_s)
        except (StoreError, CodecError):
            return

    def __repr__(self) -> str:
        return f"Cache({self.store!r})"


def recall(
    cache: Cache | None,
    kind: type[V],
    verb: str,
    backend: object,
    subjects: tuple[Value, ...],
    compute: Callable[[], V],
    *,
    progress: Progress | None = None,
) -> tuple[V, bool]:
    """As :meth:`Cache.recall`, with or without a cache; what is remembered is one step of progress."""
    if cache is None:
        return compute(), False
    value, remembered = cache.recall(kind, verb, backend, subjects, compute)
    if remembered and progress:
        progress(Step(verb, 1, 1))
    return value, remembered


def _checksum(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_CHECK).digest()


def _key(verb: str, identity: str, *digests: str) -> str:
    parts = "\0".join([__version__, verb, identity, *digests])
    return f"cache/{verb}/{hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()}"
