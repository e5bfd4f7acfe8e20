"""The best path through any states over time, exactly and without a slow loop over every step.

Viterbi's algorithm is a chain of products in the algebra where numbers are added by taking the maximum and multiplied
by adding. Products can be grouped: the steps are cut into about as many segments as a segment has steps, all segments
are solved side by side for every state they could begin in, and only the segments are then chained one by one (Särkkä
and García-Fernández, "Temporal parallelization of Bayesian smoothers", IEEE TAC 2021).
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["best_path"]

_FORBIDDEN = np.float32(-1e30)


def best_path(scores: FloatArray, moves: FloatArray) -> IntArray:
    """The states (n,) whose scores and moves have the greatest sum.

    Args:
        scores: float32 (n, k), what each of k states is worth at each of n steps, n at least 1.
        moves: float32 (n - 1, k, k), what it is worth to go from a state (row) to another (column) in the next step;
            minus a cost, usually.
    """
    steps, states = scores.shape
    length = max(1, int(np.sqrt(steps)))
    count = -(-steps // length)
    # Step first, then segment. Steps beyond the end are worth nothing and keep the state for nothing.
    worth = np.zeros((count * length, states), np.float32)
    worth[:steps] = scores
    onward = np.broadcast_to(_staying(states), (count * length, states, states)).copy()
    onward[1:steps] = moves
    worth = np.ascontiguousarray(worth.reshape(count, length, states).swapaxes(0, 1))
    onward = np.ascontiguousarray(onward.reshape(count, length, states, states).swapaxes(0, 1))
    entries = _chain(_solve(worth, onward), onward[0])
    return _trace(worth, onward, entries).T.reshape(-1)[:steps]


def _staying(states: int) -> FloatArray:
    """Moves that allow no change."""
    moves = np.full((states, states), _FORBIDDEN, np.float32)
    np.fill_diagonal(moves, 0)
    return moves


def _solve(worth: FloatArray, onward: FloatArray) -> FloatArray:
    """The best sums (segments, first state, last state) within each segment."""
    # Segments come last in memory, so that all of them are added and compared in one run.
    length, count, states = worth.shape
    best: FloatArray = _staying(states)[:, :, None] + np.ascontiguousarray(worth[0].T)
    through = np.empty((states, states, states, count), np.float32)
    for step in range(1, length):
        np.add(best[:, :, None], np.ascontiguousarray(np.moveaxis(onward[step], 0, 2)), out=through)
        best = through.max(axis=1)
        best += worth[step].T
    return np.moveaxis(best, 2, 0)


def _chain(segments: FloatArray, entering: FloatArray) -> IntArray:
    """The state in which the best path enters each segment, and last the state in which it ends: (segments + 1,)."""
    count, states, _ = segments.shape
    total = np.zeros(states, np.float64)
    left, entered = np.empty((count, states), np.int64), np.empty((count, states), np.int64)
    every = np.arange(states)
    for segment in range(count):
        if segment:
            arriving = total[:, None] + entering[segment]
            left[segment] = arriving.argmax(axis=0)  # the last state before, for each state to enter
            total = arriving[left[segment], every]
        through = total[:, None] + segments[segment]
        entered[segment] = through.argmax(axis=0)  # the state entered, for each last state
        total = through[entered[segment], every]
    entries = np.empty(count + 1, np.int64)
    last = entries[count] = int(total.argmax())
    for segment in range(count - 1, -1, -1):
        entries[segment] = entered[segment, last]
        last = left[segment, entries[segment]] if segment else last
    return entries


def _trace(worth: FloatArray, onward: FloatArray, entries: IntArray) -> IntArray:
    """The states (length, segments) on the way, all segments side by side, each entered in a known state."""
    length, count, states = worth.shape
    total = np.full((count, states), _FORBIDDEN, np.float32)
    total[np.arange(count), entries[:-1]] = 0
    origins = np.empty((length, count, states), np.int64)
    for step in range(1, length):
        arriving = total[:, :, None] + onward[step]
        origins[step] = arriving.argmax(axis=1)
        total = arriving.max(axis=1) + worth[step]
    path = np.empty((length, count), np.int64)
    # Where a segment ends is decided by the one after it: the last state that makes the best of both.
    path[-1] = _ends(total, onward[0], entries)
    for step in range(length - 1, 0, -1):
        path[step - 1] = origins[step, np.arange(count), path[step]]
    return path


def _ends(total: FloatArray, entering: FloatArray, entries: IntArray) -> IntArray:
    """The last state of each segment, given the state the next one is entered in."""
    onward = np.zeros_like(total)
    onward[:-1] = entering[np.arange(1, len(total)), :, entries[1:-1]]
    ends: IntArray = (total + onward).argmax(axis=1)
    ends[-1] = entries[-1]
    return ends
