"""How values look: one line as text, a self-contained card as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from musicengine.values._frame import facts, framed, headline

__all__ = ["card", "line", "short"]

_WIDTH = 160


def line(value: Any) -> str:
    """A value's class and its fields that say something, on one line."""
    parts = [f"{name}={short(item)}" for name, item in _fields(value) if not _says_nothing(item)]
    text = " ".join(f"{type(value).__name__}({', '.join(parts)})".split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 2] + "…)"


def short(item: Any) -> str:
    """One field's content in a few characters."""
    if isinstance(item, np.ndarray):
        return f"{item.dtype}[{'×'.join(map(str, item.shape))}]"
    if isinstance(item, bool) or item is None:
        return repr(item)
    if isinstance(item, (float, np.floating)):
        return f"{item:.4g}"
    if isinstance(item, str):
        return repr(item if len(item) <= 40 else item[:39] + "…")
    if isinstance(item, Mapping):
        return (
            f"{{{len(item)} items}}"
            if len(item) > 3
            else "{" + ", ".join(f"{k}: {short(v)}" for k, v in item.items()) + "}"
        )
    if isinstance(item, (tuple, list, frozenset)):
        return f"<{len(item)} items>" if len(item) > 4 else "(" + ", ".join(map(short, item)) + ")"
    if attrs.has(type(item)):
        return (
            str(item) if type(item).__str__ is not type(item).__repr__ and "__str__" in vars(type(item)) else line(item)
        )
    return str(item)


def card(value: Any) -> str:
    """A table of the value's fields as an HTML fragment that needs nothing from outside."""
    said = ((name, short(item)) for name, item in _fields(value) if not _says_nothing(item))
    return framed(headline(type(value).__name__, _summary(value)), facts(said))


def _summary(value: Any) -> str:
    """What the value says of itself, where it says something else than its repr."""
    return str(value) if any("__str__" in vars(kind) for kind in type(value).__mro__[:-1]) else ""


def _says_nothing(item: Any) -> bool:
    return item is None or (isinstance(item, (str, tuple, Mapping)) and not item)


def _fields(value: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(value, field.name)) for field in attrs.fields(type(value))]
