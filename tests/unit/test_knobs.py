"""Knobs that are turned together."""

from __future__ import annotations

import numpy as np
import pytest

from musicengine.audio.rules import RULES
from musicengine.flows.knobs import KNOBS, Turn, turn_knobs
from musicengine.flows.responses import RESPONSES

STILL = dict.fromkeys(KNOBS, 0.0)


def foreseen(ledger: dict[str, float], turns: list[Turn]) -> float:
    """What all balance rules cost after the turns; those out of the ledger begin on their targets."""
    total = 0.0
    for rule in ("balance.low_end", "balance.presence", "balance.air"):
        moved = sum(
            response.slope * (turn.after - turn.before)
            for response in RESPONSES[rule]
            for turn in turns
            if turn.knob == response.knob
        )
        total += float(RULES[rule].cost(np.array(ledger.get(rule, RULES[rule].good[0]) + moved)))
    return total


def test_one_fault_is_not_mended_at_the_cost_of_others() -> None:
    # Turning the voice alone far enough for the air would cost more in the low end than it brings.
    ledger = {"balance.air": -14.0}
    alone = RESPONSES["balance.air"][1]
    assert alone.knob == "vocal_level_db"
    naive = [Turn("vocal_level_db", 0.0, 5.0 / alone.slope, "balance.air", 5.0, 0.0, 1.0)]
    turns = turn_knobs(ledger, STILL)
    assert foreseen(ledger, naive) > foreseen(ledger, [])
    assert foreseen(ledger, turns) < 0.6 * foreseen(ledger, [])


def test_the_gain_of_one_turn_is_what_the_rules_then_cost_less() -> None:
    ledger = {"balance.presence": -10.0}
    (turn,) = turn_knobs(ledger, STILL, held=[knob for knob in KNOBS if knob != "brightness"])
    assert turn.rule == "balance.presence"
    assert turn.gain == pytest.approx(foreseen(ledger, []) - foreseen(ledger, [turn]))


def test_knobs_stay_in_their_range_and_those_held_where_they_are() -> None:
    turns = turn_knobs({"balance.presence": -19.0, "balance.air": -21.0}, STILL | {"brightness": 0.9})
    assert turns
    for turn in turns:
        reach = 12 if turn.knob == "vocal_level_db" else 1
        assert -reach <= turn.after <= reach
    assert all(turn.knob != "brightness" for turn in turn_knobs({"balance.presence": -19.0}, STILL, ["brightness"]))


def test_nothing_is_turned_where_no_knob_answers() -> None:
    assert turn_knobs({}, STILL) == []
    assert turn_knobs({"clipping": 3.0}, STILL) == []
