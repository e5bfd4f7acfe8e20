"""A small index of references: which of your tracks sound most like this one, by exact cosine over all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicengine import codec
from musicengine.calls import OwnLock
from musicengine.errors import InputError, StoreError
from musicengine.hits.comparison import nearest
from musicengine.protocols import Store
from musicengine.values._arrays import FloatArray, frozen
from musicengine.values.hits import References
from musicengine.values.hosts import Asset, Match
from musicengine.values.measures import Embedding

__all__ = ["ReferenceIndex"]

_KEY = "references"


class ReferenceIndex:
    """A content index in memory, kept through a store if you like; safe under threads, and it pickles.

    What is added waits in a list and joins the table at the next query, so adding many tracks costs one copy. The
    table itself is an immutable value, so queries run side by side with changes.

    Args:
        references: what it holds at first.
    """

    def __init__(self, references: References | None = None) -> None:
        """Start with these references."""
        self._lock = OwnLock()
        self._table = references
        self._added: dict[str, FloatArray] = {}
        self._space = references.space if references and references.ids else ""

    @classmethod
    def load(cls, store: Store, key: str = _KEY) -> ReferenceIndex:
        """The index that :meth:`save` kept, an empty one if there is none.

        Raises:
            StoreError: what the store holds under the key is something else.
        """
        data = store.get(key)
        if data is None:
            return cls()
        kept = codec.decode(data)
        if not isinstance(kept, References):
            raise StoreError(f"expected references under {key!r}, got a {type(kept).__name__}")
        return cls(kept)

    def save(self, store: Store, key: str = _KEY) -> None:
        """Keep the index as it is now."""
        store.put(key, codec.encode(self.references))

    @property
    def references(self) -> References:
        """Everything in the index, as a value."""
        with self._lock:
            return self._joined()

    def __repr__(self) -> str:
        held = len(self._table.ids) if self._table else 0
        return f"ReferenceIndex({held + len(self._added)} tracks)"

    def add(self, asset: Asset, /) -> str:
        """Add an asset under the digest of its content, which is its id; one that is there already is replaced.

        Raises:
            InputError: the asset has no embedding, or one of another space than the index.
        """
        if asset.embedding is None:
            raise InputError(f"an index needs embeddings, the asset {asset.title or asset.content!r} has none")
        length = float(np.linalg.norm(asset.embedding.vector))
        with self._lock:
            if self._space not in ("", asset.embedding.space):
                raise InputError(f"the index holds {self._space!r}, embeddings of {asset.embedding.space!r} do not fit")
            self._space = asset.embedding.space
            self._added[asset.content] = asset.embedding.vector / np.float32(length or 1)
        return asset.content

    def remove(self, identity: str, /) -> None:
        """Forget an asset; no error if there is none."""
        with self._lock:
            table = self._joined()
            if identity in table.ids:
                at = table.ids.index(identity)
                ids = table.ids[:at] + table.ids[at + 1 :]
                self._table = References(ids, frozen(np.delete(table.vectors, at, axis=0)), table.space)
                self._space = self._space if ids else ""

    def similar(self, embedding: Embedding, /, *, count: int = 10) -> tuple[Match, ...]:
        """The nearest assets, nearest first; none if the index is empty.

        Raises:
            InputError: the index holds another space, or ``count`` is not positive.
        """
        table = self.references
        return nearest(embedding, table if table.ids else References((), table.vectors, embedding.space), count=count)

    def __len__(self) -> int:
        return len(self.references.ids)

    def _joined(self) -> References:
        """The table with all that waits for it; the lock must be held."""
        table = self._table or References((), np.zeros((0, 128), np.float32), self._space)
        if self._added:
            new = list(self._added)
            kept = np.array([identity not in self._added for identity in table.ids], bool)
            ids = (*(identity for identity, keep in zip(table.ids, kept, strict=True) if keep), *new)
            old = table.vectors if kept.all() else table.vectors[kept]
            vectors = np.concatenate([old, np.stack([self._added[identity] for identity in new])])
            table = References(ids, frozen(vectors), self._space)
            self._added = {}
        self._table = table
        return table

    def __getstate__(self) -> dict[str, Any]:
        return {"references": self.references}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]
