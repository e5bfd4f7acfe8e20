"""Coerce arrays to read-only float32, compare them by content and check their invariants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.errors import InputError

__all__ = [
    "Content",
    "FloatArray",
    "above",
    "confidence",
    "finite",
    "floats",
    "frozen",
    "increasing",
    "non_negative",
    "shaped",
]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def floats(values: npt.ArrayLike) -> FloatArray:
    """Any array-like as a C-contiguous and aligned float32 array that nobody can write to.

    An array that is read-only already is shared; a writable one is copied, for its owner may still change it. One that
    is not aligned is copied, too: its sums would be rounded otherwise than those of an equal one that is.
    """
    try:
        array = np.require(values, np.float32, ["C_CONTIGUOUS", "ALIGNED"])
    except (TypeError, ValueError) as error:
        raise InputError(f"expected an array of numbers, got {_brief(values)}") from error
    if array.flags.writeable:
        array = array.copy() if isinstance(values, np.ndarray) and np.shares_memory(array, values) else array
        array.flags.writeable = False
    return array


def frozen(array: FloatArray) -> FloatArray:
    """The array itself, marked read-only: its maker hands it over to a value without a copy."""
    array.flags.writeable = False
    return array


class Content:
    """An array seen as its bytes, so that attrs can compare and hash it: ``field(eq=Content)``."""

    __slots__ = ("array",)

    def __init__(self, array: npt.NDArray[Any] | None) -> None:
        self.array = array

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Content):
            return NotImplemented
        mine, theirs = self.array, other.array
        if mine is None or theirs is None or mine is theirs:
            return mine is theirs
        if mine.shape != theirs.shape or mine.dtype != theirs.dtype:
            return False
        return bool(np.array_equal(mine.view(np.uint8), theirs.view(np.uint8)))

    def __hash__(self) -> int:
        return 0 if self.array is None else hash((self.array.shape, self.array[..., :64].tobytes()))


def shaped(*dimensions: str | int) -> Validator:
    """Require these axes; a name stands for any length, a number for exactly that length."""

    def check(instance: object, attribute: attrs.Attribute[Any], array: FloatArray) -> None:
        fits = array.ndim == len(dimensions) and all(
            isinstance(wanted, str) or wanted == got for wanted, got in zip(dimensions, array.shape, strict=True)
        )
        if not fits:
            wanted = ", ".join(map(str, dimensions))
            raise InputError(f"{_where(instance, attribute)} must have the shape ({wanted}), got {array.shape}")

    return check


def increasing(instance: object, attribute: attrs.Attribute[Any], array: FloatArray) -> None:
    """Require times that strictly increase from zero or later."""
    finite(instance, attribute, array)
    steps = np.diff(array)
    if (array.size and array[0] < 0) or (steps <= 0).any():
        at = int(np.argmax(steps <= 0)) if (steps <= 0).any() else 0
        near = array[at : at + 2].tolist()
        raise InputError(f"{_where(instance, attribute)} must increase from 0 or later, got {near} at index {at}")


def finite(instance: object, attribute: attrs.Attribute[Any], array: FloatArray) -> None:
    """Require numbers without NaN and infinity."""
    # The sum of squares is finite only if every sample is; it costs one pass and no temporary array.
    if not np.isfinite(np.vdot(array, array)) and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{_where(instance, attribute)} must be finite, got {array[where]} at index {where}")


def non_negative(instance: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
    """Require a finite number of zero or more (or None)."""
    if value is not None and not 0 <= value < np.inf:
        raise InputError(f"{_where(instance, attribute)} must be 0 or more, got {value!r}")


def confidence(instance: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
    """Require a number in [0, 1] (or None)."""
    if value is not None and not 0 <= value <= 1:
        raise InputError(f"{_where(instance, attribute)} must lie in [0, 1], got {value!r}")


def above(bound: float) -> Validator:
    """Require a finite number greater than ``bound`` (or None)."""

    def check(instance: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
        if value is not None and not bound < value < np.inf:
            raise InputError(f"{_where(instance, attribute)} must be more than {bound:g}, got {value!r}")

    return check


def _where(instance: object, attribute: attrs.Attribute[Any]) -> str:
    return f"{type(instance).__name__}.{attribute.name}"


def _brief(values: object) -> str:
    text = repr(values)
    return text if len(text) <= 80 else text[:77] + "..."
