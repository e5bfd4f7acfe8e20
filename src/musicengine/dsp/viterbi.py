"""Viterbi's algorithm over candidates: which of the few candidates of each step form the best path.

A step of the recursion is a handful of operations on tiny arrays, so its cost is that of calling numpy. Long inputs are
therefore cut into stretches that are solved side by side, each with enough of its neighbours for its path to have
forgotten where it began: the memory of such a path is much shorter than the margin.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import Array, FloatArray, IntArray

__all__ = ["best_candidates"]

_STRETCH = 256  # steps solved side by side with others
_MARGIN = 96  # steps seen on either side


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
        rest: (steps,), what taking none is worth; -inf where one must be taken.
        move_cost: per unit of distance.
        longest_move: distances beyond this one cost no more.
        switch_cost: of going from a candidate to none, or back.

    Returns:
        int64 (steps,), the column of the candidate, or -1 for none.
    """
    steps, k = scores.shape
    stretches = -(-steps // _STRETCH)
    margin = _MARGIN if stretches > 1 else 0
    length = _STRETCH + 2 * margin if stretches > 1 else steps
    at = np.arange(length)[:, None] - margin + _STRETCH * np.arange(stretches)
    inside = (at >= 0) & (at < steps)
    at = np.clip(at, 0, steps - 1)
    worth = np.concatenate([scores, rest[:, None]], axis=1)[at]
    worth[~inside] = 0  # beyond the ends every candidate of the last step may stay for nothing
    path = _solve(worth, places[at], move_cost, longest_move, switch_cost)
    kept = path[margin : margin + _STRETCH].T.reshape(-1)[:steps]
    return np.where(kept == k, -1, kept)


def _solve(worth: FloatArray, places: FloatArray, move_cost: float, longest: float, switch_cost: float) -> IntArray:
    """The best states (length, stretches) through worth (length, stretches, k + 1); the last state is rest."""
    length, stretches, states = worth.shape
    origins = np.empty((length, stretches, states), np.intp)
    costs = np.full((stretches, states, states), switch_cost, np.float32)
    costs[:, -1, -1] = 0
    total = worth[0]
    for step in range(1, length):
        moves = np.abs(places[step][:, :, None] - places[step - 1][:, None, :])  # to each, from each
        np.multiply(np.minimum(moves, longest, out=moves), move_cost, out=costs[:, :-1, :-1])
        through = total[:, None, :] - costs
        through.argmax(axis=2, out=origins[step])
        total = through.max(axis=2) + worth[step]
    return _trace(origins, total.argmax(axis=1))


def _trace(origins: Array, last: IntArray) -> IntArray:
    """Follow the origins back from the last states."""
    path = np.empty(origins.shape[:2], np.int64)
    path[-1] = last
    rows = np.arange(last.size)
    for step in range(len(path) - 1, 0, -1):
        path[step - 1] = origins[step, rows, path[step]]
    return path
