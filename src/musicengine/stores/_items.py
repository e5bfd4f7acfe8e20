"""What a store accepts, the same in every store."""

from __future__ import annotations

import math

from musicengine.errors import InputError

__all__ = ["above", "check_item", "check_key"]

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def check_key(key: str) -> None:
    """Require a text that can be written down: no half of a surrogate pair."""
    if not isinstance(key, str) or any(ord(sign) in _SURROGATES for sign in key):
        raise InputError(f"a key of a store is a text of Unicode characters, got {key!r}")


def check_item(key: str, data: bytes, ttl_s: float | None) -> None:
    """Require bytes under a text, for good or for a while.

    Raises:
        InputError: the key is no text, the data no bytes, or ``ttl_s`` not positive.
    """
    if not isinstance(key, str) or not isinstance(data, bytes):
        raise InputError(f"a store keeps bytes under a text, got {type(data).__name__} under {key!r}")
    check_key(key)
    if ttl_s is not None and not 0 < ttl_s < math.inf:
        raise InputError(f"ttl_s must be more than 0 or None, got {ttl_s!r}")


def above(prefix: str) -> str | None:
    """The first text, in order of code points, above all that begin with the prefix; None if nothing is above."""
    stem = prefix.rstrip(chr(_LAST))
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_SURROGATES.stop if following in _SURROGATES else following)
