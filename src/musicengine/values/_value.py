"""The base of every value: one-line repr, HTML view, content digest, pickling through the constructor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from musicengine._cached import cached
from musicengine.values import _show

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Value", "fields"]


class Value:
    """What all values share. Values are attrs classes: frozen, compared and hashed by content."""

    @cached
    def digest(self) -> str:
        """The content as 32 hexadecimal digits (BLAKE2b): equal values have equal digests.

        Arrays go in by their SHA-256, which processors compute in hardware: half a minute of audio takes 6 ms.
        """
        state = hashlib.blake2b(digest_size=16)
        for part in _parts(self):
            state.update(part)
        return state.hexdigest()

    def __repr__(self) -> str:
        return _show.line(self)

    def _repr_html_(self) -> str:
        return _show.card(self)

    def to_frame(self) -> pd.DataFrame:
        """The value as a pandas DataFrame.

        A row for each of its parts (sections, notes, words, beats, deductions, lines ...), or a single row of its
        numbers. ``musicengine.exports.to_frame`` takes several values, a row each.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from musicengine.values import _table  # it knows every value, and so cannot be imported before them

        return _table.frame(self)

    def __getstate__(self) -> dict[str, Any]:
        # Read-only mappings do not pickle; the constructor makes one again of a dict.
        items = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: dict(item) if isinstance(item, Mapping) else item for name, item in items}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Going through __init__ makes unpickled arrays read-only again and re-checks the invariants.
        self.__init__(**{name.lstrip("_"): item for name, item in state.items()})  # type: ignore[misc]


def fields(value: Value) -> tuple[attrs.Attribute[Any], ...]:
    """The attrs fields of a value, in order."""
    return tuple(attrs.fields(type(value)))  # type: ignore[arg-type]  # every concrete value is an attrs class


def _parts(item: object) -> Iterator[bytes]:
    """The bytes that identify an item, type by type and length by length, so that nothing runs together."""
    if isinstance(item, Value):
        yield f"<{type(item).__name__}".encode()
        for field in fields(item):
            if field.eq:
                yield f" {field.name}=".encode()
                yield from _parts(getattr(item, field.name))
        yield b">"
    elif isinstance(item, np.ndarray):
        yield f"{item.dtype.str}{item.shape}".encode()
        yield hashlib.sha256(np.ascontiguousarray(item).data).digest()
    elif isinstance(item, (tuple, list)):
        yield f"({len(item)}".encode()
        for part in item:
            yield from _parts(part)
        yield b")"
    elif isinstance(item, (Mapping, frozenset)):
        yield f"{{{len(item)}".encode()
        for name, part in item.items() if isinstance(item, Mapping) else ((part, None) for part in sorted(item)):
            yield from _parts(name)
            yield from _parts(part)
        yield b"}"
    else:
        text = repr(item).encode()
        yield f"{type(item).__name__}:{len(text)}:".encode()
        yield text
