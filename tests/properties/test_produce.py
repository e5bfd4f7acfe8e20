"""What holds for any ledger and any run of scores."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from musicengine import AudioReport, Brief, Report, Score
from musicengine.audio.rules import RULES, Finding
from musicengine.flows.produce import NOISE, produce
from musicengine.flows.refine import refine, revise
from tests.unit.test_produce import studio

measured = st.floats(-200, 200) | st.sampled_from([float("inf"), float("-inf")])
knob = st.floats(-1, 1)
briefs = st.builds(
    Brief,
    prompt=st.sampled_from(["", "pop", "sad ballad in A minor"]),
    brightness=knob,
    density=knob,
    dynamics=knob,
    width=knob,
    hook_repetition=knob,
    vocal_level_db=st.floats(-12, 12),
    drift=st.floats(0, 0.05),
    seed=st.integers(0, 2**63 - 1),
)
fields = st.none() | st.sets(st.sampled_from(["prompt", "seed", "brightness", "width", "drift", "dynamics", "density"]))


@st.composite
def ledgers(draw: st.DrawFn) -> Report:
    names = draw(st.lists(st.sampled_from(sorted(RULES)), unique=True))
    reasons = [RULES[name].judge(Finding(draw(measured))) for name in names]
    score = Score([reason for reason in reasons if reason])
    return Report(audio=AudioReport(duration_s=20, rate=44_100, channels=2, quality=score), score=score)


@given(briefs, ledgers(), fields, st.floats(0, 5))
def test_edits_make_a_valid_brief_and_answer_the_ledger(
    brief: Brief, report: Report, accepts: set[str] | None, least: float
) -> None:
    edits = refine(brief, report, accepts=accepts, least=least)
    edited = revise(brief, edits)  # a Brief checks its ranges
    rules = {item.rule for item in report.score.deductions}
    for edit in edits:
        assert edit.rule in rules
        assert accepts is None or edit.field in accepts
        assert edit.after != edit.before
        assert edit.expected <= report.score.deductions[0].points * len(rules) + 1e-9
    if edits:
        assert edited != brief
        assert sum(edit.expected for edit in edits) > least
    assert edits == refine(brief, report, accepts=accepts, least=least)


@given(st.lists(st.floats(0, 100), min_size=10, max_size=10), st.integers(1, 10), st.floats(0, 100))
def test_what_is_kept_rises_above_the_noise(lost: list[float], rounds: int, target: float) -> None:
    made = produce(studio(lost), Brief("pop"), rounds=rounds, target=target)
    kept = [item.score for item in made.rounds if item.kept]
    assert all(after > before + NOISE for before, after in pairwise(kept))
    assert made.best.score == max(kept)
    assert made.best.score >= made.rounds[0].score
    assert len(made.rounds) <= rounds
    assert all(item.score < target for item in made.rounds[:-1] if item.kept)


@given(st.lists(st.floats(0, 50), min_size=6, max_size=6), st.floats(0, 30), st.floats(0, 60))
def test_no_budget_is_exceeded(lost: list[float], price: float, budget: float) -> None:
    limits: dict[str, Any] = {"rounds": 6, "budget": budget}
    if price > budget:
        return
    made = produce(studio(lost, price=price), Brief("pop"), **limits)
    assert made.cost.amount <= budget + 1e-9
