"""Any value to bytes or JSON and back, without pickle.

JSON is for reading: a value is an object with its class under ``"type"``, an array a list, NaN ``null`` and an
infinity the string ``"inf"`` or ``"-inf"``; arrays of more than 4,096 numbers are base64 of little-endian float32.

Bytes are for keeping: a magic number, the length of a JSON header, the header, then each array in numpy's own
``.npy`` format, which the header refers to by offset and size.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from tokenize import TokenError
from typing import Any

import numpy as np

from musicengine.errors import CodecError, InputError
from musicengine.values import _catalogue
from musicengine.values._value import Value, fields

__all__ = ["decode", "encode", "from_json", "to_json"]

_MAGIC = b"MUSENG\x001"
_MAX_LIST = 4096
_MAX_DEPTH = 64

Packer = Callable[[np.ndarray[Any, Any]], Any]
Unpacker = Callable[[Mapping[str, Any]], Any]


def to_json(value: Value, *, indent: int | None = None) -> str:
    """The value as JSON text.

    Args:
        value: any value of this library.
        indent: spaces a level; None for one line.
    """
    return json.dumps(_plain(value, _array_to_json), indent=indent, allow_nan=False, ensure_ascii=False)


def from_json(text: str) -> Value:
    """The value that :func:`to_json` wrote.

    Raises:
        CodecError: the text is not JSON, or not a value of this library.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"expected the JSON of a value, got {text[:60]!r}") from error
    return _value(tree, _array_from_json)


def encode(value: Value) -> bytes:
    """The value as bytes; equal values give equal bytes."""
    blobs: list[bytes] = []

    def keep(array: np.ndarray[Any, Any]) -> dict[str, int]:
        stream = io.BytesIO()
        np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
        blobs.append(stream.getvalue())
        return {"npy": sum(map(len, blobs[:-1])), "size": len(blobs[-1])}

    header = json.dumps(_plain(value, keep), allow_nan=False, ensure_ascii=False).encode()
    return b"".join([_MAGIC, len(header).to_bytes(8, "little"), header, *blobs])


def decode(data: bytes) -> Value:
    """The value that :func:`encode` wrote.

    Raises:
        CodecError: the bytes are truncated, damaged or not a value of this library.
    """
    if not isinstance(data, bytes) or data[: len(_MAGIC)] != _MAGIC:
        raise CodecError(f"expected the bytes of a value, got {bytes(data[:16])!r}")
    body = len(_MAGIC) + 8
    end = body + int.from_bytes(data[len(_MAGIC) : body], "little")
    if end > len(data):
        raise CodecError(f"the bytes end within their header: {len(data)} bytes, the header needs {end}")
    try:
        tree = json.loads(data[body:end])
    except (ValueError, RecursionError) as error:
        raise CodecError("the header of the bytes is damaged") from error
    blobs = memoryview(data)[end:]
    return _value(tree, lambda reference: _read_npy(blobs, reference))


def _plain(item: Any, pack: Packer, depth: int = 0) -> Any:
    """The item as what JSON knows."""
    if isinstance(item, Value):
        named = {field.name: getattr(item, field.name) for field in fields(item)}
        return {"type": type(item).__name__} | {n: _plain(part, pack, depth + 1) for n, part in named.items()}
    if isinstance(item, np.ndarray):
        return pack(item)
    if isinstance(item, (bool, int, str)) or item is None:
        return item
    if isinstance(item, float):
        return item if math.isfinite(item) else str(item)
    if isinstance(item, (tuple, list)):
        return [_plain(part, pack, depth + 1) for part in item]
    if isinstance(item, frozenset):
        return sorted(item)
    if isinstance(item, Mapping):
        return {"map": {str(name): _plain(part, pack, depth + 1) for name, part in item.items()}}
    raise CodecError(f"a value holds a {type(item).__name__}, which has no JSON form: {item!r}")


def _value(tree: Any, unpack: Unpacker) -> Value:
    value = _rebuilt(tree, unpack)
    if not isinstance(value, Value):
        raise CodecError(f"expected a value, got {str(tree)[:60]}")
    return value


def _rebuilt(tree: Any, unpack: Unpacker, depth: int = 0) -> Any:
    """What :func:`_plain` took apart."""
    if depth > _MAX_DEPTH:
        raise CodecError(f"a value nests at most {_MAX_DEPTH} levels")
    if isinstance(tree, list):
        return tuple(_rebuilt(part, unpack, depth + 1) for part in tree)
    if not isinstance(tree, dict):
        return tree
    if "map" in tree:
        return {name: _rebuilt(part, unpack, depth + 1) for name, part in dict(tree["map"]).items()}
    if "type" not in tree:
        return unpack(tree)
    found = _types().get(str(tree["type"]))
    if found is None:
        raise CodecError(f"no value is called {str(tree['type'])[:60]!r}; there are {', '.join(sorted(_types()))}")
    parts = {n.lstrip("_"): _rebuilt(part, unpack, depth + 1) for n, part in tree.items() if n != "type"}
    try:
        return found(**parts)
    except (TypeError, ValueError, AttributeError, InputError) as error:
        raise CodecError(f"the fields of a {found.__name__} are damaged: {error}") from error


def _array_to_json(array: np.ndarray[Any, Any]) -> Any:
    if array.size > _MAX_LIST or not array.size:
        packed = base64.b64encode(array.astype("<f4", copy=False).tobytes()).decode()
        return {"float32": packed, "shape": list(array.shape)}
    # str() of a float32 is its shortest exact form: 0.1, not 0.10000000149011612.
    return np.array([_number_to_json(number) for number in array.flat], object).reshape(array.shape).tolist()


def _number_to_json(number: np.float32) -> float | str | None:
    if np.isnan(number):
        return None
    return float(str(number)) if np.isfinite(number) else str(number)


def _array_from_json(tree: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    try:
        raw = base64.b64decode(tree["float32"], validate=True)
        return np.frombuffer(raw, "<f4").reshape([int(axis) for axis in tree["shape"]])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise CodecError(f"expected an array, got {str(dict(tree))[:60]}") from error


def _read_npy(blobs: memoryview, reference: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """The array at a reference, as a view on the bytes; a header that claims more than is there is refused."""
    try:
        start, size = int(reference["npy"]), int(reference["size"])
        if not 0 <= start <= start + size <= len(blobs):
            raise CodecError(f"an array lies outside the bytes: {start} to {start + size} of {len(blobs)}")
        stream = io.BytesIO(blobs[start : start + size])
        if np.lib.format.read_magic(stream) != (1, 0):
            raise CodecError("an array is in an unknown version of the npy format")
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(stream)
        if dtype != np.dtype("<f4") or by_column:
            raise CodecError(f"arrays are float32 in row order, got {dtype}")
        return np.frombuffer(blobs[start + stream.tell() : start + size], dtype).reshape(shape)
    except (KeyError, TypeError, ValueError, SyntaxError, TokenError, MemoryError) as error:
        raise error if isinstance(error, CodecError) else CodecError(f"an array is damaged: {error}") from error


@cache
def _types() -> dict[str, type[Value]]:
    return {kind.__name__: kind for kind in _catalogue.every_value()}
