"""The broadcast extension of WAV files, version 2 (EBU Tech 3285, 2011): who made it, and how loud it is.

Written with the standard library alone: the chunk goes before the samples, everything else is copied as it is.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import BinaryIO

from musicengine.errors import FileError, FormatError
from musicengine.values.measures import Loudness

__all__ = ["read_bext", "write_bext"]

_LAYOUT = struct.Struct("<256s32s32s10s8sQH64shhhhh180s")
_COPIED = 1 << 20
_NONE = 0x7FFF  # the value of a loudness that is not known


def write_bext(
    source: BinaryIO, target: BinaryIO, *, description: str, originator: str, loudness: Loudness | None
) -> None:
    """Copy a WAV file with its broadcast extension, which replaces one that is there.

    Raises:
        FormatError: it is no WAV file of at most 4 GB.
    """
    head = source.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise FormatError(f"the broadcast extension is written into WAV files below 4 GB, got {head!r}")
    body = _packed(description, originator, loudness)
    target.write(head)
    target.write(b"bext" + struct.pack("<I", len(body)) + body)
    for name, size in _chunks(source):
        if name == b"bext":
            source.seek(size + size % 2, 1)
            continue
        target.write(name + struct.pack("<I", size))
        _copy(source, target, size)
        target.write(b"\0" * (size % 2))
        source.seek(size % 2, 1)
    end = target.tell()
    target.seek(4)
    target.write(struct.pack("<I", end - 8))


def read_bext(source: BinaryIO) -> tuple[str, Loudness | None] | None:
    """Description and loudness of a WAV file's broadcast extension; None without one."""
    if source.read(12)[8:12] != b"WAVE":
        return None
    for name, size in _chunks(source):
        if name == b"bext" and size >= _LAYOUT.size:
            fields = _LAYOUT.unpack(source.read(_LAYOUT.size))
            levels = [value / 100 for value in fields[8:13]]
            known = fields[8] != _NONE
            description = fields[0].split(b"\0")[0].decode("utf-8", "replace")
            loudness = Loudness(levels[0], levels[1], levels[4], levels[3], levels[2]) if known else None
            return description, loudness
        source.seek(size + size % 2, 1)
    return None


def _packed(description: str, originator: str, loudness: Loudness | None) -> bytes:
    """The chunk; integrated loudness, range, true peak, momentary and short-term maximum in hundredths."""
    levels = [_NONE] * 5
    if loudness is not None and math.isfinite(loudness.integrated_lufs):
        found = (
            loudness.integrated_lufs,
            loudness.range_lu,
            loudness.true_peak_dbtp,
            loudness.momentary_max_lufs,
            loudness.short_term_max_lufs,
        )
        levels = [round(level * 100) if math.isfinite(level) else _NONE for level in found]
    return _LAYOUT.pack(_cut(description, 256), _cut(originator, 32), b"", b"", b"", 0, 2, b"", *levels, b"")


def _cut(text: str, size: int) -> bytes:
    """UTF-8 of at most ``size`` bytes that ends with a whole character."""
    return text.encode("utf-8")[:size].decode("utf-8", "ignore").encode("utf-8")


def _chunks(source: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk; whoever takes one moves on to its end."""
    while len(head := source.read(8)) == 8:
        yield head[:4], struct.unpack("<I", head[4:])[0]


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size > 0:
        block = source.read(min(size, _COPIED))
        if not block:
            raise FileError(f"the WAV file ends {size} bytes early")
        target.write(block)
        size -= len(block)
