"""The best path through any states over time, exactly and without a slow loop over every step.

Viterbi's algorithm is a chain of products in the algebra where numbers are added by taking the maximum and multiplied
by adding. Products can be grouped: the steps are cut into segments, all segments are solved side by side for every
state that could come before them, and only the segments are then chained one by one (Särkkä
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
    # To chain a segment is cheaper than to take a step in all of them: half as many steps as segments would balance.
    length = max(1, int(np.sqrt(steps) / 2))
    count = -(-steps // length)
    # Steps beyond the end are worth nothing and keep the state for nothing; so does the step before the first.
    worth = np.zeros((count * length, states), np.float32)
    worth[:steps] = scores
    onward = np.empty((count * length, states, states), np.float32)
    onward[1:steps] = moves
    onward[0] = onward[steps:] = _staying(states)
    # Step first and segment last, so that all segments are added and compared in one run.
    worth = np.ascontiguousarray(worth.reshape(count, length, states).transpose(1, 2, 0))
    onward = np.ascontiguousarray(onward.reshape(count, length, states, states).transpose(1, 2, 3, 0))
    borders = _chain(_solve(worth, onward))
    return _trace(worth, onward, borders).T.reshape(-1)[:steps]


def _staying(states: int) -> FloatArray:
    """Moves that allow no change."""
    moves = np.full((states, states), _FORBIDDEN, np.float32)
    np.fill_diagonal(moves, 0)
    return moves


def _solve(worth: FloatArray, onward: FloatArray) -> FloatArray:
    """The best sums (segments, state before, last state) over each segment."""
    length, states, count = worth.shape
    best = onward[0] + worth[0]
    through = np.empty((states, states, states, count), np.float32)
    for step in range(1, length):
        np.add(best[:, :, None], onward[step], out=through)
        through.max(axis=1, out=best)
        best += worth[step]
    return np.ascontiguousarray(np.moveaxis(best, 2, 0))


def _chain(segments: FloatArray) -> IntArray:
    """The states of the best path before the first segment and at the end of each: (segments + 1,)."""
    count, states, _ = segments.shape
    totals = np.zeros((count + 1, states))
    for segment, best in enumerate(segments):
        np.max(totals[segment][:, None] + best, axis=0, out=totals[segment + 1])
    borders = np.empty(count + 1, np.int64)
    state = borders[count] = int(totals[count].argmax())
    for segment in range(count - 1, -1, -1):
        state = borders[segment] = int((totals[segment] + segments[segment, :, state]).argmax())
    return borders


def _trace(worth: FloatArray, onward: FloatArray, borders: IntArray) -> IntArray:
    """The states (length, segments) on the way, all segments side by side, each between its borders."""
    length, _, count = worth.shape
    every = np.arange(count)
    totals = np.empty_like(worth)
    totals[0] = onward[0][borders[:-1], :, every].T + worth[0]
    for step in range(1, length):
        np.max(totals[step - 1][:, None] + onward[step], axis=0, out=totals[step])
        totals[step] += worth[step]
    path = np.empty((length, count), np.int64)
    path[-1] = borders[1:]
    for step in range(length - 1, 0, -1):
        path[step - 1] = (totals[step - 1] + onward[step][:, path[step], every]).argmax(axis=0)
    return path
