from __future__ import annotations

import itertools

import numpy as np
import pytest

from musicengine.dsp.viterbi import best_path


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 7])
def test_the_path_is_the_best_of_all_paths(steps: int) -> None:
    random = np.random.default_rng(steps)
    scores = random.normal(size=(steps, 3)).astype(np.float32)
    moves = random.normal(size=(steps - 1, 3, 3)).astype(np.float32)

    def worth(path: tuple[int, ...]) -> float:
        places = np.array(path)
        onward = moves[np.arange(steps - 1), places[:-1], places[1:]].sum()
        return float(scores[np.arange(steps), places].sum() + onward)

    best = max(itertools.product(range(3), repeat=steps), key=worth)
    assert tuple(best_path(scores, moves)) == best


@pytest.mark.parametrize("steps", [100, 257, 1000])
def test_a_long_path_equals_the_one_found_step_by_step(steps: int) -> None:
    random = np.random.default_rng(steps)
    scores = random.normal(size=(steps, 5)).astype(np.float32)
    moves = random.normal(size=(steps - 1, 5, 5)).astype(np.float32)
    total, origins = scores[0].astype(np.float64), []
    for step in range(1, steps):
        arriving = total[:, None] + moves[step - 1]
        origins.append(arriving.argmax(axis=0))
        total = arriving.max(axis=0) + scores[step]
    path = [int(total.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    assert best_path(scores, moves).tolist() == path[::-1]
