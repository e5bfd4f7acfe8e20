"""The stub generator: composes and renders real audio, with its truth known, seeded and offline."""

from __future__ import annotations

import attrs

from musicengine import synth
from musicengine.errors import JobError
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Capabilities, Credits, Job, Take

__all__ = ["StubGenerator"]

_PREFIX = "stub-"
_CAPABILITIES = Capabilities(
    accepts=[field.name for field in attrs.fields(Brief) if field.name != "understood"], stems=True
)


@attrs.frozen
class StubGenerator:
    """A generator that answers at once and costs nothing.

    A job holds all that is needed to fetch it, so a job resumes in any process.
    """

    @property
    def capabilities(self) -> Capabilities:
        """Every field of a brief; stems come along."""
        return _CAPABILITIES

    def estimate(self, brief: Brief, /) -> Credits:
        """Nothing, always."""
        return Credits(0)

    def submit(self, brief: Brief, /) -> Job:
        """Order it; the job's id is the brief's digest."""
        return Job(id=_PREFIX + brief.digest, brief=brief)

    def poll(self, job: Job, /) -> Job:
        """Done, always.

        Raises:
            JobError: the job is another generator's.
        """
        if job.id != _PREFIX + job.brief.digest:
            raise JobError(f"the stub generator has no job {job.id!r}")
        return Job(id=job.id, brief=job.brief, status="succeeded", progress=1.0)

    def fetch(self, job: Job, /, *, progress: Progress | None = None) -> tuple[Take, ...]:
        """The one take of the job, rendered now.

        Raises:
            JobError: the job is another generator's, or did not succeed.
        """
        if self.poll(job).id != job.id or job.status != "succeeded":
            raise JobError(f"only a job that succeeded can be fetched, {job.id!r} is {job.status}")
        return (synth.make(job.brief),)

    def credits(self) -> Credits:
        """None are needed, so none are left."""
        return Credits(0)
