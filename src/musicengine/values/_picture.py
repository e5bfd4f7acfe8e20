"""Pictures of numbers: a matrix as a PNG of 256 colours (ISO/IEC 15948), inside an SVG or a page as a data URI."""

from __future__ import annotations

import base64
import struct
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["data_uri", "image", "png"]

_ANCHORS = ((13, 8, 38), (64, 18, 106), (132, 32, 107), (200, 63, 75), (240, 128, 35), (250, 196, 70), (252, 252, 205))


def image(levels: npt.NDArray[np.floating], x: float, y: float, width: float, height: float) -> str:
    """A matrix (rows, columns) of levels in [0, 1] as an SVG image; the first row is the lowest."""
    uri = data_uri("image/png", png(np.flipud(np.clip(levels, 0, 1))))
    return (
        f"<image href='{uri}' x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' "
        "preserveAspectRatio='none'/>"
    )


def data_uri(kind: str, content: bytes) -> str:
    """Bytes as an address that needs no network."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def png(levels: npt.NDArray[np.floating]) -> bytes:
    """A matrix (rows, columns) of levels in [0, 1] as a PNG, dark to bright; the first row is the top."""
    rows, columns = levels.shape
    indices = np.zeros((rows, columns + 1), np.uint8)  # each row begins with its filter: none
    indices[:, 1:] = np.rint(levels * 255)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(indices.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


@lru_cache(maxsize=1)
def _palette() -> bytes:
    """256 colours whose lightness rises evenly: red, green and blue of each."""
    at = np.linspace(0, len(_ANCHORS) - 1, 256)
    bands = [np.interp(at, range(len(_ANCHORS)), band) for band in zip(*_ANCHORS, strict=True)]
    colours: bytes = np.rint(np.stack(bands, axis=1)).astype(np.uint8).tobytes()
    return colours
