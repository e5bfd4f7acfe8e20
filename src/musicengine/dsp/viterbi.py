"""Viterbi's algorithm over candidates: which of the few candidates of each step form the best path.

A step of the recursion is a handful of operations on tiny arrays, so its cost is that of calling numpy. Long inputs are
therefore cut into stretches that are solved side by side, each with enough of its neighbours for its path to have
forgotten where it began: the memory of such a path is much shorter than the margin.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["best_candidates"]

_STRETCH = 192  # steps solved side by side with others
_MARGIN = 48  # steps seen on either side
_AT_ONCE = 128  # stretches


def best_candidates(
    scores: FloatArray,
    places: FloatArray,
    rest: FloatArray,
    *,
    move_cost: float = 0.0,
    longest_move: float = np.inf,
    switch_cost: float = 0.0,
) -> IntArray:
    """Which candidate to take at each step so that the sum of scores less the costs is greatest.

    Args:
        scores: (steps, k), what each candidate is worth; very low where there is none.
        places: (steps, k), where it lies; moving costs ``move_cost`` times the distance.
        rest: (steps,), what taking none is worth; very low where one must be taken.
        move_cost: per unit of distance.
        longest_move: distances beyond this one cost no more.
        switch_cost: of going from a candidate to none, or back.

    Returns:
        int64 (steps,), the column of the candidate, or -1 for none.
    """
    steps, k = scores.shape
    worth = np.concatenate([scores, rest[:, None]], axis=1)
    path = np.empty(steps, np.int64)
    for first in range(0, steps, _STRETCH * _AT_ONCE):
        last = min(first + _STRETCH * _AT_ONCE, steps)
        starts = np.arange(first, last, _STRETCH)
        at = starts + np.arange(-_MARGIN, min(_STRETCH, steps) + _MARGIN)[:, None]
        clipped = np.clip(at, 0, steps - 1)
        value = worth[clipped]
        value[at != clipped] = 0  # beyond the ends every candidate of the last step may stay for nothing
        costs = _costs(places[clipped], move_cost, longest_move, switch_cost)
        found = _solve(value, costs)[_MARGIN : _MARGIN + _STRETCH]
        path[first:last] = found.T.reshape(-1)[: last - first]
    return np.where(path == k, -1, path)


def _costs(places: FloatArray, move_cost: float, longest: float, switch_cost: float) -> FloatArray:
    """What it costs to reach each state of a step from each of the one before: (length - 1, stretches, to, from)."""
    moves = np.abs(places[1:, :, :, None] - places[:-1, :, None, :])
    np.minimum(moves, np.float32(longest), out=moves)
    moves *= np.float32(move_cost)
    costs = np.full((*moves.shape[:2], moves.shape[2] + 1, moves.shape[3] + 1), switch_cost, np.float32)
    costs[:, :, :-1, :-1] = moves
    costs[:, :, -1, -1] = 0
    return costs


def _solve(worth: FloatArray, costs: FloatArray) -> IntArray:
    """The best states (length, stretches) through worth (length, stretches, states)."""
    origins = np.empty(worth.shape, np.intp)
    through = np.empty(costs.shape[1:], np.float32)
    total = worth[0]
    for step in range(1, len(worth)):
        np.subtract(total[:, None, :], costs[step - 1], out=through)
        through.argmax(axis=2, out=origins[step])
        total = through.max(axis=2)
        total += worth[step]
    path = np.empty(worth.shape[:2], np.int64)
    path[-1] = total.argmax(axis=1)
    rows = np.arange(worth.shape[1])
    for step in range(len(path) - 1, 0, -1):
        path[step - 1] = origins[step, rows, path[step]]
    return path
