"""The verbs that order takes: generate, and the job it is made of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from musicengine.calls import Account
from musicengine.flows.generate import generate
from musicengine.flows.jobs import Jobs, as_budget
from musicengine.flows.journal import Journal
from musicengine.protocols import MusicGenerator, Progress, Store
from musicengine.values.making import Brief, Credits, Job, Take

__all__ = ["Orders"]

R = TypeVar("R")


class Orders:
    """What an engine with a generator and a store can order."""

    __slots__ = ()

    generator: MusicGenerator
    store: Store
    budget: Credits | None
    _account: Account

    def generate(
        self, prompt: str | Brief, *, budget: Credits | float | None = None, progress: Progress | None = None
    ) -> Take:
        """Make a track of a prompt or a brief; the first, where the generator gives several.

        Raises:
            BriefError: the prompt asks for the impossible.
            CreditsError: it costs more than ``budget``, the engine's, or the account holds; nothing was ordered.
            UncertainError: nobody knows whether the order arrived; see :meth:`reconcile`.
            BackendError: the generator failed.
        """
        return self._call("generate", lambda: self._generate(self._screened(prompt), 1, budget, progress)[0])

    def generate_many(
        self,
        prompt: str | Brief,
        count: int,
        *,
        budget: Credits | float | None = None,
        progress: Progress | None = None,
    ) -> tuple[Take, ...]:
        """Make ``count`` takes, each another; all that come, where the generator gives several an order.

        Raises:
            InputError: ``count`` is not from 1 to 100.
            MusicEngineError: as :meth:`generate`; the budget covers all orders or nothing is sent.
        """
        return self._call("generate_many", lambda: self._generate(self._screened(prompt), count, budget, progress))

    def estimate(self, prompt: str | Brief) -> Credits:
        """What an order would cost; spends nothing."""
        return self._call("estimate", lambda: self.generator.estimate(self._screened(prompt)))

    def credits(self) -> Credits:
        """What is left at the generator."""
        return self._call("credits", self.generator.credits)

    def submit(self, prompt: str | Brief, *, budget: Credits | float | None = None) -> Job:
        """Order a track and do not wait; the journal keeps the job until it is fetched, in this process or another.

        Raises:
            MusicEngineError: as :meth:`generate`.
        """
        return self._call("submit", lambda: self._jobs.submit([self._screened(prompt)], budget=as_budget(budget))[0])

    def poll(self, job: Job | str) -> Job:
        """Where a job stands now.

        Args:
            job: or the name of its order.

        Raises:
            JobError: nobody knows the job.
        """
        return self._call("poll", lambda: self._jobs.poll(job))

    def fetch(self, job: Job | str, *, deadline_s: float = 600.0, progress: Progress | None = None) -> tuple[Take, ...]:
        """The takes of a job, waiting until it is done.

        Raises:
            UncertainError: nobody knows whether the order arrived.
            JobError: it failed, or is not done after ``deadline_s`` seconds.
        """
        return self._call("fetch", lambda: self._jobs.fetch(job, deadline_s=deadline_s, progress=progress))

    def cancel(self, job: Job | str) -> Job:
        """Stop a job, where the generator can; one that is done stays as it is.

        Raises:
            JobError: it cannot be cancelled.
        """
        return self._call("cancel", lambda: self._jobs.cancel(job))

    def jobs(self) -> tuple[Job, ...]:
        """Every order in the journal as last seen, oldest first; those that are done stay for 15 days."""
        return self._call("jobs", lambda: tuple(self._jobs.journal))

    def resume(self) -> tuple[Job, ...]:
        """Go on after a restart: send what was never sent, look at what runs, leave alone what is uncertain."""
        return self._call("resume", self._jobs.resume)

    def reconcile(self, job: Job | str, *, found: str | None) -> Job:
        """Settle an uncertain order: its id at the service, or None if it never arrived there.

        Raises:
            JobError: the order is not uncertain, or the generator has no job of that id.
        """
        return self._call("reconcile", lambda: self._jobs.reconcile(job, found=found))

    @property
    def _jobs(self) -> Jobs:
        return Jobs(self.generator, Journal(self.store), self._account, self.budget)

    def _generate(
        self, brief: Brief, count: int, budget: Credits | float | None, progress: Progress | None
    ) -> tuple[Take, ...]:
        return generate(self._jobs, brief, count=count, budget=as_budget(budget), progress=progress)

    @abstractmethod
    def _screened(self, prompt: str | Brief) -> Brief:
        """The brief that a prompt means, if it may be made."""

    @abstractmethod
    def _call(self, verb: str, function: Callable[[], R]) -> R:
        """The result of the function, run as this verb."""
