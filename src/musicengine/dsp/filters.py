"""Recursive filters, exact and fast: biquad cascades run block by block as matrix products; the K-weighting of BS.1770.

A cascade of second-order sections is a linear system ``s' = A s + B x``, ``y = C s + D x``. Over a block of samples
its output is one matrix product with the samples and one with the state at the block's start, and the states at the
starts of all blocks are a short linear recursion, solved here in groups of groups. Nothing is approximated: the
impulse response is as long as it is. The state is kept in float64, in a basis in which white noise excites all its
directions alike; that keeps rounding low even for poles next to the unit circle (Mullis and Roberts 1976).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.dsp.products import product
from musicengine.dsp.types import Array
from musicengine.errors import InputError

__all__ = ["K_WEIGHTING_48K", "Sections", "biquads", "biquads_from", "k_weighting"]

Sections: TypeAlias = tuple[tuple[float, float, float, float, float, float], ...]
Matrix: TypeAlias = npt.NDArray[np.float64]

K_WEIGHTING_48K: Sections = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585),
    (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621),
)
"""The two stages of ITU-R BS.1770-5, Annex 1, tables 1 and 2: a shelf for the head, then a high-pass (RLB)."""

_BLOCK = 32  # samples in a block
_GROUP = 4  # blocks in a group, groups in a group of groups
_CHUNK = 1 << 19  # samples worked on at a time, so that what is between stays in the cache


def biquads(signal: Array, sections: npt.ArrayLike) -> Array:
    """Filter a signal from rest through second-order sections.

    Args:
        signal: float32 or float64 (..., n).
        sections: (k, 6), each row ``b0 b1 b2 a0 a1 a2`` as in SciPy's ``sosfilt``.

    Returns:
        (..., n), of the signal's type.

    Raises:
        InputError: the sections have another shape, are not finite, or have ``a0 = 0``.
    """
    return biquads_from(signal, sections)[0]


def biquads_from(signal: Array, sections: npt.ArrayLike, state: Matrix | None = None) -> tuple[Array, Matrix]:
    """Filter the next piece of a signal: what :func:`biquads` does, from a state.

    Args:
        signal: float32 or float64 (..., n).
        sections: (k, 6), as for :func:`biquads`.
        state: what the piece before it returned; None is rest.

    Returns:
        The output (..., n) and the state after it, float64 (..., 2 k). States fit only the same sections.
    """
    signal = np.asarray(signal)
    kind = np.dtype(np.float64 if signal.dtype == np.float64 else np.float32)
    system = _system(_checked(sections), kind)
    order = len(system.leave)
    n = signal.shape[-1]
    rows = signal.reshape(math.prod(signal.shape[:-1]), n)
    out = np.empty(rows.shape, kind)
    now = np.zeros((len(rows), order)) if state is None else np.reshape(state, (len(rows), order))
    chunk = max(_CHUNK // max(len(rows), 1) // _BLOCK, 16) * _BLOCK
    for start in range(0, n, chunk):
        now = _filter_chunk(system, rows[:, start : start + chunk], now, out[:, start : start + chunk])
    return out.reshape(signal.shape), now.reshape(*signal.shape[:-1], order)


@lru_cache(maxsize=64)
def k_weighting(rate: int) -> Sections:
    """The K-weighting filter of ITU-R BS.1770-5, Annex 1, at any sample rate.

    The standard gives coefficients for 48 kHz and asks for the same frequency response elsewhere. Undoing the
    bilinear transform at 48 kHz, scaling the frequency so that the corner stays where it is, and applying the
    transform again gives that response; at 48 kHz it gives the tables themselves.

    Args:
        rate: Hz, at least 4000: the shelf's corner at 1682 Hz must lie below half the rate.

    Raises:
        InputError: the rate is too low.
    """
    if not rate >= 4000:
        raise InputError(f"K-weighting needs a rate of at least 4000 Hz, got {rate!r}")
    first, second = (_at_rate(section, rate) for section in K_WEIGHTING_48K)
    return first, second


def _at_rate(section: tuple[float, ...], rate: float) -> tuple[float, float, float, float, float, float]:
    """A section given at 48 kHz, moved to another rate by the bilinear transform with its pole frequency kept."""
    # With z = (1 + s) / (1 - s) a polynomial p0 + p1 z^-1 + p2 z^-2 becomes q0 + q1 s + q2 s^2, and back the same way.
    to_analog = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, -2.0], [1.0, -1.0, 1.0]])
    b, a = to_analog @ section[:3], to_analog @ section[3:]
    corner = np.sqrt(a[0] / a[2])
    ratio = np.tan(np.arctan(corner) * 48_000 / rate) / corner
    scale = ratio ** -np.arange(3.0)
    b, a = np.linalg.solve(to_analog, b * scale), np.linalg.solve(to_analog, a * scale)
    b0, b1, b2 = (float(value) for value in b / a[0])
    return b0, b1, b2, 1.0, float(a[1] / a[0]), float(a[2] / a[0])


@attrs.frozen(eq=False)
class _System:
    """The matrices of a cascade over a block; rows are times blocks, so they multiply from the right.

    Args:
        direct: (block, block), a block's samples to its output from rest.
        enter: (block, order), a block's samples to the state after it.
        leave: (order, block), the state before a block to its output.
        steps: (block + 1, order, order), float64, the state to the state that many samples later without input.
    """

    direct: Array
    enter: Array
    leave: Array
    steps: Matrix


def _checked(sections: npt.ArrayLike) -> Sections:
    """Sections as tuples, with ``a0 = 1``."""
    array = np.asarray(sections, np.float64)
    if array.ndim != 2 or array.shape[1:] != (6,) or not len(array):
        raise InputError(f"sections must have the shape (k, 6), got {array.shape}")
    if not np.isfinite(array).all() or (array[:, 3] == 0).any():
        raise InputError(f"sections must be finite with a0 other than 0, got {array.tolist()}")
    return tuple(tuple(row) for row in (array / array[:, 3:4]).tolist())


@lru_cache(maxsize=64)
def _system(sections: Sections, kind: np.dtype[np.floating]) -> _System:
    """The block matrices of a cascade."""
    a, b, c, d = _levelled(*_cascade(sections))
    powers = [np.eye(len(a))]
    for _ in range(_BLOCK):
        powers.append(a @ powers[-1])
    response = np.array([d, *(float(c @ power @ b) for power in powers[: _BLOCK - 1])])
    lag = np.arange(_BLOCK)[None, :] - np.arange(_BLOCK)[:, None]
    direct = np.where(lag >= 0, response[np.maximum(lag, 0)], 0.0)
    enter = np.array([power @ b for power in powers[_BLOCK - 1 :: -1]])
    leave = np.array([c @ power for power in powers[:_BLOCK]]).T
    steps = np.array([power.T for power in powers])
    return _System(direct.astype(kind), enter.astype(kind), np.ascontiguousarray(leave, kind), steps)


def _cascade(sections: Sections) -> tuple[Matrix, Matrix, Matrix, float]:
    """State space (A, B, C, D) of sections in series, each in transposed direct form II."""
    a, b, c, d = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for b0, b1, b2, _, a1, a2 in sections:
        own = np.array([[-a1, 1.0], [-a2, 0.0]])
        drive = np.array([b1 - a1 * b0, b2 - a2 * b0])
        a = np.block([[a, np.zeros((len(a), 2))], [np.outer(drive, c), own]])
        b = np.concatenate([b, drive * d])
        c = np.concatenate([b0 * c, [1.0, 0.0]])
        d *= b0
    return a, b, c, d


def _levelled(a: Matrix, b: Matrix, c: Matrix, d: float) -> tuple[Matrix, Matrix, Matrix, float]:
    """The same system in a basis in which white noise of power 1 gives each section a state of covariance 1.

    Sections stay apart: mixing them would lose poles that lie close together. A system that does not decay has no
    such basis and is returned as it is.
    """
    covariance, power = np.outer(b, b), a
    for _ in range(40):  # the sum of A^k B B' A'^k, doubled in length each time
        step = power @ covariance @ power.T
        covariance, power = covariance + step, power @ power
        if not np.isfinite(covariance).all() or np.abs(step).max() > 1e30:
            return a, b, c, d
        if np.abs(step).max() <= 1e-17 * np.abs(covariance).max():
            break
    back, forth = np.zeros_like(a), np.zeros_like(a)
    for own in (slice(k, k + 2) for k in range(0, len(a), 2)):
        variances, directions = np.linalg.eigh(covariance[own, own])
        scale = np.sqrt(np.maximum(variances, 1e-14 * max(variances[-1], 1e-30)))
        back[own, own], forth[own, own] = directions * scale, (directions / scale).T
    return forth @ a @ back, forth @ b, c @ back, d


def _filter_chunk(system: _System, rows: Array, state: Matrix, out: Array) -> Matrix:
    """Filter rows (r, n) into ``out`` and give the state (r, order) after them."""
    whole = rows.shape[1] // _BLOCK * _BLOCK
    if whole:
        blocks = _blocks(rows[:, :whole])
        starts = _recur(product(blocks, system.enter), system.steps[-1], state)
        result = _blocks(out[:, :whole])
        product(blocks, system.direct, result)
        result += product(starts[:, :-1].astype(result.dtype), system.leave)
        state = starts[:, -1]
    rest = rows.shape[1] - whole
    if rest:
        tail = rows[:, whole:]
        out[:, whole:] = tail @ system.direct[:rest, :rest] + state.astype(out.dtype) @ system.leave[:, :rest]
        state = state @ system.steps[rest] + tail @ system.enter[_BLOCK - rest :]
    return state


def _blocks(rows: Array) -> Array:
    """Rows (r, n) seen as (r, n / block, block), without a copy."""
    return np.lib.stride_tricks.as_strided(
        rows,
        (rows.shape[0], rows.shape[1] // _BLOCK, _BLOCK),
        (rows.strides[0], rows.strides[1] * _BLOCK, rows.strides[1]),
    )


def _recur(drive: Array, step: Matrix, first: Matrix) -> Matrix:
    """Solve ``s[k + 1] = s[k] @ step + drive[k]`` from ``s[0] = first``: (r, m, order) to float64 (r, m + 1, order).

    The steps of a group are one product with a block-triangular matrix, given the state before them; that state obeys a
    recursion of the same form, as many times shorter.
    """
    rows, m, order = drive.shape
    states = np.empty((rows, m + 1, order))
    states[:, 0] = first
    if m <= _GROUP:
        for k in range(m):
            states[:, k + 1] = states[:, k] @ step + drive[:, k]
        return states
    groups = -(-m // _GROUP)
    padded = np.zeros((rows, groups * _GROUP, order))
    padded[:, :m] = drive
    spread, carry = _group_matrices(step.tobytes(), order)
    inner = padded.reshape(rows, groups, _GROUP * order) @ spread
    starts = _recur(inner[:, :, -order:], carry[:, -order:], first)[:, :-1]
    inner += starts @ carry
    states[:, 1:] = inner.reshape(rows, groups * _GROUP, order)[:, :m]
    return states


@lru_cache(maxsize=256)
def _group_matrices(step: bytes, order: int) -> tuple[Matrix, Matrix]:
    """What a group's drives, and the state before it, add to its states: (4 order, 4 order) and (order, 4 order)."""
    matrix = np.frombuffer(step).reshape(order, order)
    powers = [np.eye(order)]
    for _ in range(_GROUP):
        powers.append(powers[-1] @ matrix)
    spread = np.zeros((_GROUP, order, _GROUP, order))
    for before in range(_GROUP):
        for after in range(before, _GROUP):
            spread[before, :, after] = powers[after - before]
    return spread.reshape(_GROUP * order, -1), np.concatenate(powers[1:], axis=1)
