from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from musicengine.lyrics.stress import likeliest, stress_features, stress_line, stress_odds
from musicengine.lyrics.stress_weights import EMISSIONS, TRANSITIONS


def score(
    pattern: tuple[bool, ...], odds: list[float], inside: list[bool], transitions: list[tuple[float, ...]]
) -> float:
    steps = zip(pattern, pattern[1:], inside[1:], strict=False)
    return sum(odd for odd, stressed in zip(odds, pattern, strict=True) if stressed) + sum(
        transitions[within][2 * before + after] for before, after, within in steps
    )


@pytest.mark.parametrize("seed", range(60))
def test_no_pattern_is_likelier(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = seed % 9
    odds, inside = rng.normal(0, 2, n).tolist(), (rng.random(n) < 0.4).tolist()
    transitions = [(a, b, c, d) for a, b, c, d in rng.normal(0, 2, (2, 4)).tolist()]
    best = max(product([False, True], repeat=n), key=lambda pattern: score(pattern, odds, inside, list(transitions)))
    assert tuple(likeliest(odds, inside, transitions)) == best


def test_features_name_class_place_and_dictionary_stress() -> None:
    assert stress_features("the", [0]) == ["the"]
    assert stress_features("cat", [1]) == ["one 1"]
    assert stress_features("photographer", [0, 1, 0, 2]) == ["first 0", "inside 1", "inside 0", "last 2"]
    assert stress_features("hm", []) == []


def test_every_feature_has_a_weight() -> None:
    names = {f"{place} {digit}" for place in ("first", "inside", "last") for digit in range(3)} | {"one 0", "one 1"}
    assert names <= set(EMISSIONS)
    assert len(TRANSITIONS) == 2
    assert stress_odds("the", [0])[0] < 0 < stress_odds("cat", [1])[0]


def test_a_line_has_one_mark_a_syllable() -> None:
    assert stress_line([]) == []
    assert stress_line([(), (), ()]) == []
    assert len(stress_line([(1.0, 2.0), (), (-3.0,)])) == 3
