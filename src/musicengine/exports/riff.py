"""Chunks of WAV files (RIFF, Microsoft and IBM 1991): one is read, some are written, all others stay as they are."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from musicengine.errors import FileError, FormatError

__all__ = ["read_chunk", "rewrite"]

_COPIED = 1 << 20


def read_chunk(source: BinaryIO, wanted: bytes, most: int = 1 << 20) -> bytes | None:
    """What a chunk holds; None where there is none, it is larger than ``most`` bytes, or the file is no WAV file."""
    if source.read(12)[8:12] != b"WAVE":
        return None
    for name, size in _chunks(source):
        if name == wanted:
            return source.read(size) if size <= most else None
        source.seek(size + size % 2, 1)
    return None


def rewrite(source: BinaryIO, target: BinaryIO, bodies: Mapping[bytes, bytes]) -> None:
    """Copy a WAV file with these chunks before all others; those of the same names are left out.

    Raises:
        FormatError: it is no WAV file of at most 4 GB.
        FileError: it ends early.
    """
    head = source.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise FormatError(f"chunks are written into WAV files below 4 GB, got {head!r}")
    target.write(head)
    for name, body in bodies.items():
        target.write(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
    for name, size in _chunks(source):
        if name in bodies:
            source.seek(size + size % 2, 1)
            continue
        target.write(name + struct.pack("<I", size))
        _copy(source, target, size)
        target.write(b"\0" * (size % 2))
        source.seek(size % 2, 1)
    end = target.tell()
    target.seek(4)
    target.write(struct.pack("<I", end - 8))


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
