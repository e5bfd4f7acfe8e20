"""Orders at a generator: paid at most once, and resumed after any kill.

An order goes through three steps, and the journal is written between them: "ordered" (nothing is sent), claimed
(one process, once, sets out to send it), answered (the generator's job). A process that dies before the second step
has sent nothing, and :meth:`Jobs.resume` sends it. One that dies between the second and the third leaves an order
that may or may not have arrived: it is "uncertain", and is not sent again unless the generator promises to charge an
order's name once (``Capabilities.idempotent``). Otherwise somebody looks it up and says so: :meth:`Jobs.reconcile`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

import attrs

from musicengine.calls import Account
from musicengine.errors import (
    BackendError,
    CreditsError,
    InputError,
    JobError,
    StoreError,
    UncertainError,
    describe_error,
)
from musicengine.flows.journal import Journal
from musicengine.protocols import CancellingGenerator, IdempotentGenerator, MusicGenerator, Progress
from musicengine.values.making import Brief, Credits, Job, Step, Take

__all__ = ["Jobs", "as_budget"]

_LONGEST_WAIT_S = 20.0


@attrs.frozen
class Jobs:
    """The orders of one engine.

    Args:
        generator: where they go.
        journal: where they are written down.
        account: where they are counted.
        budget: of the account; None for no limit.
        sleep, clock: to wait between two looks.
    """

    generator: MusicGenerator
    journal: Journal
    account: Account
    budget: Credits | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def submit(self, briefs: Sequence[Brief], *, budget: Credits | None = None) -> tuple[Job, ...]:
        """Order takes of these briefs, all or none of which the budgets cover.

        Raises:
            CreditsError: a budget or what is left at the generator does not cover them; nothing was sent.
            UncertainError: an order may have arrived; those behind it were not sent.
            BackendError: the generator refused an order; those behind it were not sent.
        """
        ordered = [self._ordered(brief) for brief in briefs]
        self._pay(ordered, budget)
        unsent = list(ordered)
        try:
            for job in ordered:
                self.journal.write(job)
            return tuple([self._sent(unsent.pop(0)) for _ in ordered])
        except BaseException as error:
            if len(ordered) > 1:
                error.add_note(f"{len(unsent)} of {len(ordered)} orders were not sent; jobs() lists all")
            self._withdraw(unsent)
            raise

    def poll(self, job: Job | str) -> Job:
        """Where the job stands now. One that is done, uncertain or not sent is read from the journal."""
        known = self._known(job)
        if known.done or not known.id:
            return known
        self._require_own(known)
        return self._recorded(known, self.generator.poll(_bare(known)))

    def fetch(self, job: Job | str, *, deadline_s: float = 600.0, progress: Progress | None = None) -> tuple[Take, ...]:
        """The takes of the job, waiting until it is done; of one that is done already, again.

        Raises:
            UncertainError: nobody knows whether it was ordered.
            JobError: it failed, was never sent, or is not done after ``deadline_s`` seconds.
        """
        job = self.poll(job)
        wait_s, end = self.generator.capabilities.poll_s, self.clock() + deadline_s
        while job.id and not job.done:
            if self.clock() >= end:
                raise JobError(
                    f"job {job.id!r} is still {job.status} after {deadline_s:g} s; poll it later to get its takes"
                )
            if progress:
                progress(Step("generate", round(100 * job.progress), 100))
            self.sleep(wait_s)
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
            job = self.poll(job)
        if job.status == "uncertain":
            raise UncertainError(f"order {job.order!r} is uncertain: {job.message}. {_SETTLE}")
        if job.status == "ordered":
            raise JobError(f"order {job.order!r} was not sent yet; resume() sends it")
        if job.status != "succeeded":
            raise JobError(f"job {job.id or job.order!r} {job.status}: {job.message or 'no reason given'}")
        self._require_own(job)
        return self.generator.fetch(_bare(job), progress=progress)

    def cancel(self, job: Job | str) -> Job:
        """Stop the job; one that was not sent never will be, one that is done stays as it is.

        Raises:
            JobError: the generator cannot cancel, or nobody knows whether it has the job.
        """
        known = self._known(job)
        if known.done:
            return known
        if known.status == "ordered" and self.journal.claim(known.order):
            return self._recorded(known, attrs.evolve(known, status="cancelled", cost=_nothing(known)))
        if not known.id:
            raise UncertainError(f"order {known.order!r} may have arrived and cannot be cancelled. {_SETTLE}")
        self._require_own(known)
        if not self.generator.capabilities.cancel:
            raise JobError(f"{known.generator or 'the generator'} cannot cancel; job {known.id!r} is {known.status}")
        return self._recorded(known, cast("CancellingGenerator", self.generator).cancel(_bare(known)))

    def resume(self) -> tuple[Job, ...]:
        """Go on with every order of the journal, and where each stands now.

        What was never sent is sent. What is uncertain is sent again only where that cannot be charged twice. What
        runs is polled. A job that cannot be reached stays as it is, with the reason as its message.
        """
        return tuple([self._resumed(job) for job in self.journal])

    def reconcile(self, job: Job | str, *, found: str | None) -> Job:
        """Settle an uncertain order by what somebody found out at the service.

        Args:
            job: or the name of its order.
            found: the id it has there, or None if it never arrived. It is not sent again; order anew if you like.

        Raises:
            JobError: the order is not uncertain, or the generator has no job of that id.
        """
        known = self._known(job)
        if known.status != "uncertain":
            raise JobError(f"order {known.order!r} is {known.status}; only an uncertain one can be reconciled")
        self._require_own(known)
        if found is None:
            settled = attrs.evolve(known, status="failed", cost=_nothing(known), message="it never arrived")
        else:
            settled = self.generator.poll(attrs.evolve(_bare(known), id=found, status="queued", message=""))
        return self._recorded(known, settled)

    def _resumed(self, job: Job) -> Job:
        if job.done or job.generator != self._name:
            return job
        try:
            if job.status == "ordered":
                self._pay([job], None)
                return self._sent(job)
            if job.status == "uncertain" and self.generator.capabilities.idempotent:
                return self._handed_over(job)
            return self.poll(job)
        except (BackendError, InputError) as error:
            return attrs.evolve(self.journal.read(job.order), message=str(error))

    def _ordered(self, brief: Brief) -> Job:
        cost = self.generator.estimate(brief)
        return Job("", brief, "ordered", cost=cost, order=self.journal.name(), generator=self._name)

    def _pay(self, jobs: Sequence[Job], budget: Credits | None) -> None:
        """Charge the account with the estimates, if everybody agrees."""
        wanted = sum(job.cost.amount for job in jobs)
        for limit in (budget, self.budget) if wanted else ():
            if limit is not None and limit.unit not in ("", jobs[0].cost.unit):
                raise InputError(f"the budget is {limit}, but the generator counts in {jobs[0].cost.unit}")
        if budget is not None and wanted > budget.amount:
            raise CreditsError(f"{len(jobs)} orders cost {wanted:g}, above the budget of {budget}; nothing was ordered")
        if wanted and self.generator.capabilities.credits and wanted > (left := self.generator.credits()).amount:
            raise CreditsError(f"{len(jobs)} orders cost {wanted:g}, but only {left} are left; nothing was ordered")
        self.account.charge({job.order: job.cost for job in jobs}, self.budget)

    def _sent(self, job: Job) -> Job:
        """Send an order that nobody sent before; if another process is at it, what that one wrote."""
        if not self.journal.claim(job.order):
            return self.journal.read(job.order)
        return self._handed_over(job)

    def _handed_over(self, job: Job) -> Job:
        """Give the order to the generator and write down how it went."""
        try:
            if self.generator.capabilities.idempotent:
                answer = cast("IdempotentGenerator", self.generator).submit(job.brief, order=job.order)
            else:
                answer = self.generator.submit(job.brief)
        except UncertainError as error:
            raise self._uncertain(job, str(error)) from error
        except (BackendError, InputError) as error:
            self._recorded(job, attrs.evolve(job, status="failed", cost=_nothing(job), message=str(error)))
            raise
        except Exception as error:
            raise self._uncertain(job, describe_error(error)) from error
        try:
            return self._recorded(job, answer)
        except StoreError as error:
            raise UncertainError(
                f"order {job.order!r} was accepted as job {answer.id!r}, which cannot be written down ({error}); "
                f"note it, and reconcile(order, found={answer.id!r}) later"
            ) from error

    def _uncertain(self, job: Job, why: str) -> UncertainError:
        self._recorded(job, attrs.evolve(job, status="uncertain", message=why))
        return UncertainError(f"order {job.order!r} may have arrived: {why}. It is not sent again. {_SETTLE}")

    def _recorded(self, before: Job, after: Job) -> Job:
        """The generator's answer under our names, in the journal if it says more than how far it is.

        A generator that says no cost is taken to cost its estimate, unless the job came to nothing.
        """
        cost = after.cost if after.cost.amount or after.status in ("failed", "cancelled") else before.cost
        after = attrs.evolve(after, order=before.order, generator=before.generator, cost=cost)
        if before.order and attrs.evolve(after, progress=before.progress) != before:
            self.journal.write(after)
        self.account.settle(after.order, after.cost, done=after.done)
        return after

    def _withdraw(self, jobs: Sequence[Job]) -> None:
        """Cancel these orders, which this call did not send."""
        with suppress(StoreError, JobError):  # what cannot be written down now is still "ordered" there, and not sent
            for job in jobs:
                self.account.settle(job.order, _nothing(job), done=True)
                if self.journal.claim(job.order):
                    self._recorded(job, attrs.evolve(job, status="cancelled", cost=_nothing(job), message="not sent"))

    def _known(self, job: Job | str) -> Job:
        """The job as the journal has it, or as it comes if it was ordered elsewhere."""
        if not isinstance(job, (Job, str)):
            raise InputError(f"expected a Job or the name of its order, got {type(job).__name__}")
        order = job if isinstance(job, str) else job.order
        try:
            return job if isinstance(job, Job) and not order else self.journal.read(order)
        except JobError:
            if isinstance(job, Job) and job.id:  # it holds all that is needed, and its generator knows it
                return job
            raise

    def _require_own(self, job: Job) -> None:
        if job.generator not in ("", self._name):
            raise JobError(f"order {job.order!r} is {job.generator}'s; this engine's generator is {self._name}")

    @property
    def _name(self) -> str:
        return type(self.generator).__name__


_SETTLE = "Look it up at the service and call reconcile(order, found=<its id there, or None>)"


def as_budget(budget: Credits | float | None) -> Credits | None:
    """A budget as Credits; a number counts in the generator's own unit.

    Raises:
        InputError: it is negative, or no number.
    """
    if budget is None or isinstance(budget, Credits):
        return budget
    if isinstance(budget, bool) or not isinstance(budget, (int, float)):
        raise InputError(f"a budget is Credits, a number or None, got {budget!r}")
    return Credits(budget, unit="")


def _bare(job: Job) -> Job:
    """The job as its generator gave it."""
    return attrs.evolve(job, order="", generator="")


def _nothing(job: Job) -> Credits:
    return attrs.evolve(job.cost, amount=0)
