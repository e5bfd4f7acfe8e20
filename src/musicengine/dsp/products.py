"""Products of matrices in pieces, so that the library alone decides how many threads work.

The analyzers and the synthesizer share their work out to two threads. OpenBLAS would start threads of its own inside
each large product, which then keep the cores busy waiting for one another; pieces below its threshold stay on the
thread that asks, and are no slower than one large product there.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from musicengine.dsp.types import Array, FloatArray

__all__ = ["Bands", "banded", "inner", "product", "product_by_bands"]

Bands: TypeAlias = tuple[tuple[int, int, slice, FloatArray], ...]
"""A matrix whose columns use few rows each: first row, end, columns and weights of groups of columns."""

_Real = TypeVar("_Real", FloatArray, npt.NDArray[np.float64])

#: OpenBLAS multiplies two matrices on one thread up to so many multiplications, and a matrix with a vector below so
#: many (interface/gemm.c and gemv.c: SMP_THRESHOLD_MIN 65,536 or 2,304, times GEMM_MULTITHREAD_THRESHOLD 4).
_LARGEST = 1 << 18
_LARGEST_WITH_VECTOR = 9215
#: Rows of a piece: with fewer, preparing the right side costs more than the product.
_ROWS = 16
#: What is multiplied at a time of long rows, when pieces would else be narrow.
_DEPTH = 128


def product(left: _Real, right: _Real, out: _Real | None = None) -> _Real:
    """``left @ right``.

    Args:
        left: (..., m, k), the rows (m, k) evenly spaced in memory.
        right: (k, n) or (k,).
        out: where to put it; a new array by default.

    Returns:
        (..., m, n) or (..., m).
    """
    shape = (*left.shape[:-1], *right.shape[1:])
    result = np.empty(shape, np.result_type(left, right)) if out is None else out
    _fill(left, right, result)
    return cast("_Real", result)


def banded(matrix: FloatArray, count: int) -> Bands:
    """A matrix (k, n) in ``count`` groups of columns, each with the stretch of rows that it uses."""
    groups = []
    for group in np.array_split(np.arange(matrix.shape[1]), min(count, matrix.shape[1])):
        columns = slice(int(group[0]), int(group[-1]) + 1)
        used = np.flatnonzero(matrix[:, columns].any(axis=1))
        first, last = (int(used[0]), int(used[-1]) + 1) if used.size else (0, 1)
        groups.append((first, last, columns, np.ascontiguousarray(matrix[first:last, columns])))
    return tuple(groups)


def product_by_bands(left: FloatArray, right: Bands, out: FloatArray) -> None:
    """Put ``left`` (m, k) times the matrix in ``out`` (m, n)."""
    for first, last, columns, weights in right:
        product(left[:, first:last], weights, out[:, columns])


def _fill(left: Array, right: Array, out: Array) -> None:
    """Put the product where it belongs."""
    if left.ndim > 2:
        for part, place in zip(left, out, strict=True):
            _fill(part, right, place)
    elif right.ndim == 1:
        _by_rows(left, right, out)
    else:
        k, n = right.shape
        width = max(1, min(n, _LARGEST // (max(1, min(_ROWS, len(left))) * max(1, k))))
        if width < n and k > _DEPTH:
            _fill(left[:, :_DEPTH], right[:_DEPTH], out)
            for first in range(_DEPTH, k, _DEPTH):
                out += product(left[:, first : first + _DEPTH], right[first : first + _DEPTH])
            return
        for first in range(0, n, width):
            _by_rows(left, right[:, first : first + width], out[:, first : first + width])


def inner(left: Array, right: Array) -> float:
    """The inner product of two vectors (n,)."""
    return float(np.einsum("n,n->", left, right))


def _by_rows(left: Array, right: Array, out: Array) -> None:
    """The product of as many rows at a time as stay on one thread."""
    most = _LARGEST_WITH_VECTOR if right.ndim == 1 or right.shape[1] == 1 else _LARGEST
    rows = max(1, most // max(1, right.size))
    if len(left) <= rows:
        np.matmul(left, right, out=out)
        return
    whole = len(left) // rows * rows
    # An axis in two is a view, never a copy.
    stack = out[:whole].reshape(-1, rows, *out.shape[1:])
    np.matmul(left[:whole].reshape(-1, rows, left.shape[1]), right, out=stack)
    if whole < len(left):
        # One row alone would count as a vector: it takes another along.
        rest = slice(max(0, min(whole, len(left) - 2)), None)
        np.matmul(left[rest], right, out=out[rest])
