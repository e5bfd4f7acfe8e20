"""Change a sample rate with a Kaiser-windowed sinc, in polyphase form, block by block.

Between two whole rates every output sample is a weighted sum of input samples, and the weights repeat after
``to_rate / gcd`` outputs. So a block of outputs is one matrix product with a stretch of the input, which is the
fastest way numpy can filter. Where the weights repeat too late for a matrix of sensible size (44101 to 48000 Hz), each
output interpolates its weights in a table of 512 phases instead; the error of that lies below the stop band. Method:
Crochiere and Rabiner, Multirate Digital Signal Processing (1983); window and length after Kaiser (1974);
interpolated table after Smith and Gossett (1984).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from musicengine.dsp.frames import frame, padded
from musicengine.dsp.products import product
from musicengine.dsp.types import Array, FloatArray
from musicengine.errors import AudioError

__all__ = ["Decimated", "decimate", "kaiser_sinc", "resample"]

Matrix: TypeAlias = npt.NDArray[np.float64]
Reader: TypeAlias = Callable[[int, int], FloatArray]

_ATTENUATION_DB = 100.0
_PASS = 0.91  # of the lower Nyquist frequency; the stop band begins at that frequency
_FAST_ATTENUATION_DB = 80.0
_FAST_PASS, _FAST_STOP = 0.75, 1.25  # what folds stays above the pass band
_FAST_BLOCK = 32
_LARGEST_RATIO = 1024
_MATRIX_SIZE = 1 << 21  # weights in a matrix at most, 8 MB
_PHASES = 512  # in a sample of the lower rate
_CHUNK = 1 << 18  # samples gathered at a time
_PIECE = 1 << 15  # decimated samples made at a time


def resample(samples: Array, from_rate: int, to_rate: int) -> FloatArray:
    """The same sound at another rate; flat up to 0.91 of the lower Nyquist frequency, under -90 dB from it on.

    The delay is zero: sample ``m`` of the result lies at ``m / to_rate`` seconds. Outside of the signal is silence.

    Args:
        samples: (..., n), any real type.
        from_rate: Hz, a whole number.
        to_rate: Hz, a whole number; up to 1024 times higher or lower.

    Returns:
        float32 (..., ceil(n * to_rate / from_rate)).

    Raises:
        AudioError: a rate is no whole number above 0, or the two lie too far apart.
    """
    up, down = _ratio(from_rate, to_rate)
    samples = np.asarray(samples, np.float32)
    n = samples.shape[-1]
    rows = samples.reshape(math.prod(samples.shape[:-1]), n)
    out = np.empty((len(rows), -(-n * up // down)), np.float32)
    for row, result in zip(rows, out, strict=True):
        if up == down:
            result[:] = row
        elif _repeats(up, down):
            times = _periods(up, down)
            _by_matrix(partial(padded, row), _matrix(up, down, times), _reach(up, down), down * times, result)
        else:
            _by_table(row, up, down, result)
    return out.reshape(*samples.shape[:-1], out.shape[1])


def decimate(signal: FloatArray, factor: int) -> FloatArray:
    """Every ``factor``-th sample of the low-passed signal, quickly: for analysis, not for listening.

    Flat up to 0.75 of the new Nyquist frequency; what would fold below that is down by 80 dB.

    Args:
        signal: float32 (n,).
        factor: a whole number from 1.

    Returns:
        float32 (ceil(n / factor),), without delay.

    Raises:
        AudioError: the factor is no whole number from 1 to 1024.
    """
    decimated = Decimated(partial(padded, signal), signal.size, factor)
    return decimated.read(0, decimated.size)


class Decimated:
    """A decimated signal: pieces are made when they are read, and the latest two kept, or all of them.

    Pieces begin at fixed places, so that rounding does not depend on how the signal is read.
    """

    def __init__(self, read: Reader, count: int, factor: int, *, keep: bool = False) -> None:
        """Of a signal that is read piece by piece itself.

        Args:
            read: gives the samples from one place to another, float32, zeros outside of the signal.
            count: samples in the signal.
            factor: a whole number from 1.
            keep: whether to hold all pieces, for a signal that is read more than once.

        Raises:
            AudioError: the factor is no whole number from 1 to 1024.
        """
        if not isinstance(factor, (int, np.integer)) or not 1 <= factor <= _LARGEST_RATIO:
            raise AudioError(f"decimate needs a whole factor from 1 to {_LARGEST_RATIO}, got {factor!r}")
        self.size = -(-count // int(factor))
        self.factor = int(factor)
        self._source, self._keep = read, keep
        self._pieces: dict[int, FloatArray] = {}

    def read(self, start: int, end: int) -> FloatArray:
        """The samples from ``start`` to ``end``, zeros outside of the signal: float32 (end - start,)."""
        if self.factor == 1:
            return self._source(start, end)
        out = np.zeros(end - start, np.float32)
        for first in range(max(start, 0) // _PIECE * _PIECE, min(end, self.size), _PIECE):
            low, high = max(start, first), min(end, first + _PIECE, self.size)
            out[low - start : high - start] = self._piece(first)[low - first : high - first]
        return out

    def _piece(self, first: int) -> FloatArray:
        if first not in self._pieces:
            matrix, reach = _fast_matrix(self.factor)
            shift = first * self.factor
            piece = np.empty(min(_PIECE, self.size - first), np.float32)
            _by_matrix(lambda a, b: self._source(a + shift, b + shift), matrix, reach, _FAST_BLOCK * self.factor, piece)
            for oldest in [] if self._keep else list(self._pieces)[:-1]:
                del self._pieces[oldest]
            self._pieces[first] = piece
        return self._pieces[first]


def kaiser_sinc(offsets: Matrix, cutoff: float, half: float, beta: float) -> Matrix:
    """A Kaiser-windowed sinc of unit area at these offsets in samples.

    Args:
        offsets: from the centre, any shape.
        cutoff: cycles per sample, up to 0.5.
        half: half the window's length in samples; outside of it the result is 0.
        beta: of the window.
    """
    inside = np.sqrt(np.maximum(1 - (offsets / half) ** 2, 0))
    window = np.where(np.abs(offsets) <= half, np.i0(beta * inside) / np.i0(beta), 0)
    result: Matrix = 2 * cutoff * np.sinc(2 * cutoff * offsets) * window
    return result


def _ratio(from_rate: int, to_rate: int) -> tuple[int, int]:
    """The rates divided by what they share: (up, down)."""
    for rate in (from_rate, to_rate):
        if isinstance(rate, bool) or not isinstance(rate, (int, np.integer)) or rate < 1:
            raise AudioError(f"resample needs rates that are whole numbers of Hz above 0, got {rate!r}")
    if max(from_rate, to_rate) > _LARGEST_RATIO * min(from_rate, to_rate):
        raise AudioError(f"resample takes rates up to {_LARGEST_RATIO} times apart, got {from_rate} and {to_rate} Hz")
    shared = math.gcd(from_rate, to_rate)
    return int(to_rate) // shared, int(from_rate) // shared


def _kaiser(attenuation_db: float, width: float) -> tuple[float, float]:
    """Kaiser's beta, and half the length in samples, for a transition ``width`` in cycles per sample."""
    return 0.1102 * (attenuation_db - 8.7), (attenuation_db - 7.95) / (14.36 * width) / 2


def _design(up: int, down: int) -> tuple[float, float, float]:
    """Cutoff (cycles per input sample), half length in input samples and beta of the filter for a ratio."""
    nyquist = 0.5 * min(1.0, up / down)
    beta, half = _kaiser(_ATTENUATION_DB, nyquist * (1 - _PASS))
    return nyquist * (1 + _PASS) / 2, half, beta


def _reach(up: int, down: int) -> int:
    """How many input samples before and after it an output sees."""
    return math.ceil(_design(up, down)[1])


def _periods(up: int, down: int) -> int:
    """How many periods of the weights make a block: enough for a matrix product to be worth it."""
    return max(1, min(128 // up, -(-_reach(up, down) // down)))


def _repeats(up: int, down: int) -> bool:
    """Whether a block's matrix has a sensible size."""
    times = _periods(up, down)
    return (2 * _reach(up, down) + down * times) * up * times <= _MATRIX_SIZE


@lru_cache(maxsize=16)
def _matrix(up: int, down: int, times: int) -> FloatArray:
    """The weights (inputs, outputs) of a block of ``up * times`` outputs."""
    outputs: Matrix = np.arange(up * times, dtype=np.float64) * (down / up)
    return _weights(outputs, *_design(up, down))


@lru_cache(maxsize=16)
def _fast_matrix(factor: int) -> tuple[FloatArray, int]:
    """The weights (inputs, outputs) of a block for :func:`decimate`, and how far the inputs begin before it."""
    nyquist = 0.5 / factor
    beta, half = _kaiser(_FAST_ATTENUATION_DB, nyquist * (_FAST_STOP - _FAST_PASS))
    return _weights(np.arange(_FAST_BLOCK, dtype=np.float64) * factor, nyquist, half, beta), math.ceil(half)


def _weights(outputs: Matrix, cutoff: float, half: float, beta: float) -> FloatArray:
    """Weights (inputs, outputs) for outputs at these times, over the inputs from -reach to the last time + reach."""
    reach = math.ceil(half)
    inputs = np.arange(-reach, math.ceil(outputs[-1]) + reach + 1)
    weights = kaiser_sinc(inputs[:, None] - outputs[None, :], cutoff, half, beta)
    result: FloatArray = (weights / weights.sum(axis=0)).astype(np.float32)
    result.flags.writeable = False
    return result


def _by_matrix(read: Reader, matrix: FloatArray, reach: int, hop: int, out: FloatArray) -> None:
    """Outputs block by block: stretches of the input, ``hop`` samples apart, times the matrix."""
    length, count = matrix.shape
    blocks = -(-out.size // count)
    at_once = max(1, _CHUNK // length)
    for first in range(0, blocks, at_once):
        last = min(first + at_once, blocks)
        start = first * hop - reach
        stretches = frame(read(start, start + (last - first - 1) * hop + length), length, hop)
        result = product(np.ascontiguousarray(stretches), matrix).reshape(-1)
        out[first * count : last * count] = result[: out.size - first * count]


def _by_table(signal: FloatArray, up: int, down: int, out: FloatArray) -> None:
    """Outputs one by one: the input around each, times weights interpolated between two rows of the table."""
    table, reach = _table(up, down)
    phases, length = len(table) - 1, table.shape[1]
    at_once = max(1, _CHUNK // length)
    for first in range(0, out.size, at_once):
        positions = np.arange(first, min(first + at_once, out.size), dtype=np.int64) * down
        whole, part = np.divmod(positions, up)
        row, weight = np.divmod(part * (phases / up), 1.0)
        row = row.astype(np.int64)
        start = int(whole[0]) - reach
        around = frame(padded(signal, start, int(whole[-1]) - reach + length), length, 1)[whole - whole[0]]
        lower = np.einsum("mt,mt->m", around, table[row])
        upper = np.einsum("mt,mt->m", around, table[row + 1])
        out[first : first + positions.size] = lower + weight.astype(np.float32) * (upper - lower)


@lru_cache(maxsize=4)
def _table(up: int, down: int) -> tuple[FloatArray, int]:
    """Weights (phases + 1, inputs) for times 0 to 1 in equal steps, and how far the inputs begin before time 0."""
    cutoff, half, beta = _design(up, down)
    phases = max(1, round(_PHASES * min(1.0, up / down)))
    weights = _weights(np.arange(phases + 1) / phases, cutoff, half, beta)
    return np.ascontiguousarray(weights.T), _reach(up, down)
