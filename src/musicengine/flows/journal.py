"""The journal of orders: what was decided, written before it is done, so that no kill loses or repeats an order.

Each order is one entry of the store, ``jobs/<name>``; names sort by time. Whoever sends an order first claims it,
``claims/<name>``, which the store grants once and for all. So an entry that still reads "ordered" was surely not
sent if nobody claims it, and may have been sent if somebody does.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator

import attrs

from musicengine import codec
from musicengine.errors import CodecError, JobError, StoreError
from musicengine.protocols import Store
from musicengine.values.making import Brief, Job

__all__ = ["KEEP_S", "Journal"]

KEEP_S = 15 * 86_400.0
"""How long a job that is done stays in the journal; services keep their files about as long."""

_JOBS, _CLAIMS = "jobs/", "claims/"


@attrs.frozen
class Journal:
    """The orders in a store."""

    store: Store

    def name(self) -> str:
        """A name for a new order; later names sort after earlier ones."""
        return f"{time.time_ns():016x}-{secrets.token_hex(4)}"

    def write(self, job: Job) -> Job:
        """Keep the job as it stands now, for good or, once it is done, for ``KEEP_S``."""
        self.store.put(_JOBS + job.order, codec.encode(job), ttl_s=KEEP_S if job.done else None)
        if job.done:
            self.store.delete(_CLAIMS + job.order)
        return job

    def claim(self, order: str) -> bool:
        """Whether this caller, and no other ever, is the one who sends the order."""
        holder = f"process {os.getpid()} at {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC"
        if not self.store.swap(_CLAIMS + order, holder.encode(), expected=None):
            return False
        # The claim of an order that is done is gone, so it could be claimed again by who read it before.
        if self._entry(order).status == "ordered":
            return True
        self.store.delete(_CLAIMS + order)
        return False

    def read(self, order: str) -> Job:
        """The job, "uncertain" if somebody set out to send it and did not write down how it went.

        Raises:
            JobError: the journal has no such order.
            StoreError: its entry is damaged.
        """
        job = self._entry(order)
        holder = self.store.get(_CLAIMS + order) if job.status == "ordered" else None
        if holder is None:
            return job
        why = f"{holder.decode(errors='replace')} set out to send it and has not written down an answer"
        return attrs.evolve(job, status="uncertain", message=why)

    def _entry(self, order: str) -> Job:
        data = self.store.get(_JOBS + order)
        if data is None:
            raise JobError(f"the journal has no order {order!r}; there are {self._names()}")
        try:
            job = codec.decode(data)
        except CodecError as error:
            raise StoreError(f"the journal's entry of the order {order!r} is damaged: {error}") from error
        if not isinstance(job, Job):
            raise StoreError(f"the journal's entry of the order {order!r} is a {type(job).__name__}, no Job")
        return job

    def forget(self, order: str) -> None:
        """Drop an order that nobody needs any more."""
        self.store.delete(_JOBS + order)
        self.store.delete(_CLAIMS + order)

    def __iter__(self) -> Iterator[Job]:
        """All orders, oldest first; one whose entry is damaged counts as uncertain, for it may be paid."""
        for key in self.store.keys(_JOBS):
            order = key.removeprefix(_JOBS)
            try:
                yield self.read(order)
            except JobError:  # it was dropped meanwhile
                continue
            except StoreError as error:
                yield Job("", Brief(), "uncertain", message=str(error), order=order)

    def _names(self) -> str:
        names = [key.removeprefix(_JOBS) for key in self.store.keys(_JOBS)]
        return f"{len(names)}, the latest are {', '.join(names[-3:])}" if names else "none"
