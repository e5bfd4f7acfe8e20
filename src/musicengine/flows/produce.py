"""A track in rounds: made, measured, refined where it lost points, until it is good enough.

A round is kept only if its score rises above the best one's by more than the noise of measuring: the score of one and
the same performance differs by that much when it is measured a little differently (``tools/measure_produce.py``
measures it). So the best round never scores below the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import attrs

from musicengine.errors import BackendError, CreditsError, InputError, describe_error
from musicengine.flows.refine import refine, revise
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Credits, Step, Take
from musicengine.values.production import Edit, Production, Round, Stopped
from musicengine.values.reports import Report

__all__ = ["MAX_ROUNDS", "NOISE", "Studio", "produce"]

MAX_ROUNDS = 100
"""Rounds, the most."""

NOISE = 0.03
"""Points by which the score of one performance varies with where its measuring starts, in 19 of 20 cases.

Measured by ``tools/measure_produce.py noise --count 50``: 0.030 at the 95th percentile, 0.010 at the 90th, 0.001 at the
median. A change of level by 0.1 dB, or 16 bits instead of floats, moves the score by nothing."""


@attrs.frozen
class Studio:
    """What a production works with.

    Args:
        make: the takes of a brief.
        judge: the report of a take.
        price: what a brief would cost; spends nothing.
        accepts: fields of a brief that the generator takes; None for all.
    """

    make: Callable[[Brief], tuple[Take, ...]]
    judge: Callable[[Take], Report]
    price: Callable[[Brief], Credits]
    accepts: Collection[str] | None = None


def produce(
    studio: Studio,
    wish: Brief,
    *,
    rounds: int = 3,
    target: float = 100.0,
    budget: Credits | float | None = None,
    progress: Progress | None = None,
) -> Production:
    """Make a track, measure it, edit its brief where it lost points, and so on.

    It stops when the score reaches the target, when the next round would be above the budget, when no edit promises
    more than the noise of measuring, or after all rounds. A generator that fails in the first round raises; one that
    fails later ends the production, and the rounds so far are kept: ``stopped`` is "failed", ``problem`` says why.

    Args:
        studio: to work in.
        wish: what is wanted. Its tempo, key, form, meter and words are kept, its knobs and seed may be turned.
        rounds: how many at most, from 1 to 100.
        target: score at which it is good enough, from 0 to 100.
        budget: what all rounds may cost together, in the generator's credits; None for no limit.
        progress: told when a take is made and when it is measured.

    Raises:
        InputError: a number is out of its range.
        CreditsError: the first round is above the budget; nothing was ordered.
        BackendError: the generator failed in the first round.
    """
    limit = _allowed(rounds, target, budget)
    made: list[Round] = []
    tried: tuple[tuple[str, str], ...] = ()
    edits: tuple[Edit, ...] = ()
    brief, problem = wish, ""
    while True:
        cost = studio.price(brief)
        if (over := _over(limit, cost, made)) and not made:
            raise CreditsError(over)
        if over:
            stopped: Stopped = "budget"
            break
        try:
            made.append(_round(studio, brief, edits, cost, made, (len(made), rounds, progress)))
        except Exception as error:
            if not made:
                raise
            stopped, problem = "failed", describe_error(error)
            break
        best = max(made, key=lambda item: item.score if item.kept else -1.0)
        if best.score >= target or len(made) == rounds:
            stopped = "target" if best.score >= target else "rounds"
            break
        tried = () if made[-1].kept else (*tried, *((edit.rule, edit.knob or edit.field) for edit in edits))
        edits = refine(best.take, best.report, wish=wish, accepts=studio.accepts, tried=tried, least=NOISE)
        if not edits:
            stopped = "no expected gain"
            break
        brief = revise(best.take, edits)
    _tell(progress, stopped, 2 * rounds, 2 * rounds)
    return Production(
        made, stopped, target=float(target), budget=limit, limit=rounds, accepts=studio.accepts, problem=problem
    )


def _round(
    studio: Studio,
    brief: Brief,
    edits: tuple[Edit, ...],
    cost: Credits,
    before: list[Round],
    place: tuple[int, int, Progress | None],
) -> Round:
    """Make and measure; of several takes the first of those that score most."""
    number, rounds, progress = place
    takes = _takes(studio.make(brief))
    _tell(progress, f"round {number + 1}: listen", 2 * number + 1, 2 * rounds)
    reports = [studio.judge(take) for take in takes]
    _tell(progress, f"round {number + 1}: done", 2 * number + 2, 2 * rounds)
    chosen = max(range(len(takes)), key=lambda index: (reports[index].score.value, -index))
    score = reports[chosen].score.value
    kept = not before or score > max(item.score for item in before if item.kept) + NOISE
    others = tuple(take for index, take in enumerate(takes) if index != chosen)
    return Round(brief, takes[chosen], reports[chosen], edits, cost, kept, others)


def _takes(made: Any) -> tuple[Take, ...]:
    """What the generator gave, if it is what it should be."""
    if not isinstance(made, tuple) or not made or not all(isinstance(take, Take) for take in made):
        raise BackendError(f"expected one take at least from the generator, got {made!r:.80}")
    return made


def _tell(progress: Progress | None, name: str, done: int, total: int) -> None:
    if progress:
        progress(Step(name, done, total))


def _allowed(rounds: int, target: float, budget: Credits | float | None) -> Credits | None:
    """The budget as credits, once all the numbers are in their range."""
    if not isinstance(rounds, int) or isinstance(rounds, bool) or not 1 <= rounds <= MAX_ROUNDS:
        raise InputError(f"rounds must be a whole number from 1 to {MAX_ROUNDS}, got {rounds!r}")
    if not _is_number(target) or not 0 <= target <= 100:
        raise InputError(f"target must be a score from 0 to 100, got {target!r}")
    if budget is None or isinstance(budget, Credits):
        return budget
    if not _is_number(budget) or not 0 <= budget < math.inf:
        raise InputError(f"budget must be an amount of credits, 0 or more, got {budget!r}")
    return Credits(budget)


def _is_number(number: object) -> bool:
    return isinstance(number, (int, float)) and not isinstance(number, bool) and not math.isnan(number)


def _over(limit: Credits | None, cost: Credits, made: list[Round]) -> str:
    """Why the next round cannot be paid; "" if it can."""
    if limit is None or cost.amount == 0:
        return ""
    if cost.unit != limit.unit:
        raise InputError(f"the generator counts in {cost.unit!r}, got a budget of {limit}")
    spent = sum(item.cost.amount for item in made)
    if spent + cost.amount <= limit.amount:
        return ""
    return f"a round costs {cost}, {spent:g} of a budget of {limit} are spent"
