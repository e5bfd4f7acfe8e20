"""The books of the stub's imaginary service: which orders arrived, what they were charged, how often each was asked.

They live in a store, so that what "the service" knows outlives the process that ordered, as it would in earnest.
"""

from __future__ import annotations

import attrs

from musicengine import codec
from musicengine.errors import JobError
from musicengine.protocols import Store
from musicengine.values.making import Job

__all__ = ["Books"]


@attrs.frozen
class Books:
    """What the service knows."""

    store: Store

    def count(self, what: str) -> int:
        """How often this happened before; it is counted now."""
        number = self.happened(what)
        while not self.store.swap(f"{what}/{number:06d}", b"", expected=None):
            number += 1
        return number

    def happened(self, what: str) -> int:
        """How often this happened."""
        return sum(1 for _ in self.store.keys(f"{what}/"))

    def place(self, job: Job, order: str) -> Job:
        """Take an order and charge it; an order that is known under its name is not charged again."""
        if order and not self.store.swap(f"order/{order}", job.id.encode(), expected=None):
            known = self.store.get(f"order/{order}") or b""
            if self.store.get(f"job/{known.decode()}") is not None:
                return self.job(known.decode())
            job = attrs.evolve(job, id=known.decode())
        self.store.put(f"charge/{job.id}/0", b"")
        self.store.put(f"job/{job.id}", codec.encode(job))
        return job

    def refund(self, job: Job) -> None:
        """Take the charge back."""
        self.store.delete(f"charge/{job.id}/0")

    def charges(self) -> int:
        """How many jobs are charged."""
        return sum(1 for _ in self.store.keys("charge/"))

    def cancel(self, job: Job) -> None:
        """Note that the job was stopped."""
        self.store.put(f"cancelled/{job.id}", b"")

    def is_cancelled(self, job: Job) -> bool:
        """Whether the job was stopped."""
        return self.store.get(f"cancelled/{job.id}") is not None

    def job(self, name: str) -> Job:
        """The job as it was ordered.

        Raises:
            JobError: there is none.
        """
        data = self.store.get(f"job/{name}")
        job = None if data is None else codec.decode(data)
        if not isinstance(job, Job):
            raise JobError(f"the stub generator has no job {name!r}")
        return job
