from __future__ import annotations

import itertools

import numpy as np
import pytest

from musicengine.dsp.paths import steadiest_path


def test_the_path_is_the_best_of_all_paths() -> None:
    random = np.random.default_rng(5)
    for cost in (0.0, 0.7, 2.0):
        scores = random.normal(size=(6, 3)).astype(np.float32)

        def worth(path: tuple[int, ...], scores: np.ndarray = scores, cost: float = cost) -> float:
            return float(scores[np.arange(6), path].sum() - cost * np.count_nonzero(np.diff(path)))

        best = max(map(worth, itertools.product(range(3), repeat=6)))
        assert worth(tuple(steadiest_path(scores, cost))) == pytest.approx(best, rel=1e-5)


def test_a_path_of_one_step_is_its_best_state() -> None:
    assert steadiest_path(np.array([[0.0, 2.0, 1.0]], np.float32), 1.0).tolist() == [1]
