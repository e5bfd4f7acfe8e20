"""From a brief to takes: order what it needs, wait for all of it, fetch."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from musicengine.errors import BackendError, InputError, JobError
from musicengine.flows.jobs import Jobs
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Credits, Job, Step, Take

__all__ = ["MAX_COUNT", "generate"]

MAX_COUNT = 100
"""The most takes one call makes; half a minute of a take with its stems is 50 MB."""


def generate(
    jobs: Jobs,
    brief: Brief,
    *,
    count: int = 1,
    budget: Credits | None = None,
    deadline_s: float = 600.0,
    progress: Progress | None = None,
) -> tuple[Take, ...]:
    """At least ``count`` takes of the brief: all that the generator gives for as many orders as that needs.

    A generator that follows a seed gets another one with each order. An order that cost nothing leaves the journal
    when its takes are there; one that was paid stays for a while, to fetch its takes again.

    Raises:
        InputError: ``count`` is not from 1 to 100.
        CreditsError: a budget or the account does not cover all orders; nothing was sent.
        UncertainError: an order may or may not have arrived.
        JobError: orders failed, or are not done when ``deadline_s`` seconds have passed.
        BackendError: whatever else the generator reports.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_COUNT:
        raise InputError(f"count must be a whole number from 1 to {MAX_COUNT}, got {count!r}")
    briefs = _varied(brief, count, jobs.generator.capabilities.takes_per_job, jobs.generator.capabilities.accepts)
    sent = jobs.submit(briefs, budget=budget)
    takes, errors = list[Take](), list[BackendError]()
    for index, job in enumerate(sent):
        try:
            takes += jobs.fetch(job, deadline_s=deadline_s, progress=_part(progress, index, len(sent)))
        except BackendError as error:
            errors.append(error)
    if len(errors) == 1 == len(sent):
        raise errors[0]
    if errors:
        raise JobError(
            f"{len(errors)} of {len(sent)} jobs failed, the first: {errors[0]}. The takes of the others wait to be "
            "fetched; jobs() lists them"
        ) from errors[0]
    _forget_free(jobs, sent)
    return tuple(takes)


def _varied(brief: Brief, count: int, takes_per_job: int, accepts: frozenset[str]) -> list[Brief]:
    """One brief an order; the seeds between two of them are left for the further takes of an order."""
    orders = -(-count // max(takes_per_job, 1))
    if "seed" not in accepts:
        return [brief] * orders
    return [attrs.evolve(brief, seed=(brief.seed + order * takes_per_job) % 2**63) for order in range(orders)]


def _part(progress: Progress | None, index: int, count: int) -> Progress | None:
    """The progress of one of several jobs as that of all."""
    if progress is None or count == 1:
        return progress
    return lambda step: progress(Step(step.name, round(100 * (index + step.done / max(step.total, 1))), 100 * count))


def _forget_free(jobs: Jobs, sent: Sequence[Job]) -> None:
    for job in sent:
        if job.order and jobs.journal.read(job.order).cost.amount == 0:
            jobs.journal.forget(job.order)
