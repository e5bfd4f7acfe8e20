"""The broadcast extension of WAV files, version 2 (EBU Tech 3285, 2011): who made it, when, and how loud it is."""

from __future__ import annotations

import math
import re
import struct
from typing import Any

from musicengine.values._frame import shown
from musicengine.values.measures import Loudness

__all__ = ["pack_bext", "unpack_bext"]

_LAYOUT = struct.Struct("<256s32s32s10s8sQH64shhhhh180s")
_EMPTY = (b"", b"", b"", b"", b"", 0, 2, b"", *[0x7FFF] * 5, b"")
_NONE = 0x7FFF  # the value of a loudness that is not known


def pack_bext(
    before: bytes | None, *, description: str, originator: str, date: str, loudness: Loudness | None
) -> bytes:
    """The chunk. What is not given stays as it was, and so do reference, time, timecode, UMID and coding history.

    Args:
        before: the chunk that the file has.
        description: of the sound; 256 bytes of it are kept.
        originator: who made it; 32 bytes of it are kept.
        date: "2024-05-17"; less than a whole date is not written.
        loudness: that was measured.
    """
    known = before is not None and len(before) >= _LAYOUT.size
    fields: list[Any] = list(_LAYOUT.unpack(before[: _LAYOUT.size]) if before and known else _EMPTY)
    history = before[_LAYOUT.size :] if before and known else b""
    if fields[6] < 2:  # earlier versions have no loudness, and zeros in its place
        fields[6], fields[8:13] = 2, [_NONE] * 5
    fields[0] = _cut(description, 256) or fields[0]
    fields[1] = _cut(originator, 32) or fields[1].rstrip(b"\0") or b"musicengine"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        fields[3] = date.encode()
    if loudness is not None and math.isfinite(loudness.integrated_lufs):
        fields[8:13] = _hundredths(loudness)
    return _LAYOUT.pack(*fields) + history


def unpack_bext(content: bytes | None) -> tuple[str, Loudness | None] | None:
    """Description and loudness of a chunk; None where there is no whole one."""
    if content is None or len(content) < _LAYOUT.size:
        return None
    fields = _LAYOUT.unpack(content[: _LAYOUT.size])
    levels = [value / 100 for value in fields[8:13]]
    known = fields[6] >= 2 and fields[8] != _NONE
    loudness = Loudness(levels[0], levels[1], levels[4], levels[3], levels[2]) if known else None
    return fields[0].split(b"\0")[0].decode("utf-8", "replace"), loudness


def _hundredths(loudness: Loudness) -> list[int]:
    """Integrated loudness, range, true peak, momentary and short-term maximum."""
    found = (
        loudness.integrated_lufs,
        loudness.range_lu,
        loudness.true_peak_dbtp,
        loudness.momentary_max_lufs,
        loudness.short_term_max_lufs,
    )
    return [round(level * 100) if math.isfinite(level) else _NONE for level in found]


def _cut(text: str, size: int) -> bytes:
    """UTF-8 of at most ``size`` bytes that ends with a whole character."""
    return shown(text).encode("utf-8")[:size].decode("utf-8", "ignore").encode("utf-8")
