"""Best paths through states over time."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["steadiest_path"]


def steadiest_path(scores: FloatArray, change_cost: float) -> IntArray:
    """The states (steps,) with the highest sum of scores (steps, states), where every change of state costs the same.

    Viterbi's algorithm; with one cost for all changes a step takes states, not states squared, operations.
    """
    steps, states = scores.shape
    origins = np.empty((steps, states), np.int64)
    stay = np.arange(states)
    total = scores[0]
    for step in range(1, steps):
        leader = int(total.argmax())
        bar = total[leader] - change_cost
        origins[step] = np.where(total >= bar, stay, leader)
        total = np.maximum(total, bar) + scores[step]
    path = np.empty(steps, np.int64)
    path[-1] = total.argmax()
    for step in range(steps - 1, 0, -1):
        path[step - 1] = origins[step, path[step]]
    return path
