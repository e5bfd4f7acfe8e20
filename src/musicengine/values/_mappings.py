"""Mappings inside values: read-only, compared and hashed by their items."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["read_only", "sorted_items"]


def read_only(items: Mapping[str, Any]) -> Mapping[str, Any]:
    """A read-only copy in the order of the names."""
    return MappingProxyType(dict(sorted(items.items())))


def sorted_items(items: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The items as a tuple: what attrs compares and hashes."""
    return tuple(items.items())
