from __future__ import annotations

import attrs
import pytest

from musicengine.errors import JobError
from musicengine.flows.generate import generate
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Capabilities, Credits, Job, JobStatus, Take
from musicengine.values.sound import Audio


@attrs.define
class Slow:
    """A generator that is done at the n-th look."""

    looks: int
    end: JobStatus = "succeeded"
    submitted: int = 0
    capabilities: Capabilities = attrs.field(factory=Capabilities)

    def estimate(self, brief: Brief, /) -> Credits:
        return Credits(1)

    def submit(self, brief: Brief, /) -> Job:
        self.submitted += 1
        return Job("j1", brief)

    def poll(self, job: Job, /) -> Job:
        self.looks -= 1
        return attrs.evolve(job, status="running" if self.looks > 0 else self.end, message="no luck")

    def fetch(self, job: Job, /, *, progress: Progress | None = None) -> tuple[Take, ...]:
        return (Take(Audio([0.0, 0.1], 8000), job.brief),)

    def credits(self) -> Credits:
        return Credits(9)


def test_a_job_is_ordered_once_and_polled_until_done() -> None:
    generator, waits, steps = Slow(looks=7), list[float](), list[str]()
    takes = generate(generator, Brief("x"), sleep=waits.append, progress=lambda step: steps.append(step.name))
    assert len(takes) == 1
    assert generator.submitted == 1
    assert waits == [1, 2, 4, 8, 16, 20]
    assert steps == ["generate"] * 6


def test_a_job_done_at_once_is_not_waited_for() -> None:
    waits: list[float] = []
    generate(Slow(looks=1), Brief("x"), sleep=waits.append)
    assert waits == []


def test_a_failed_job_says_why() -> None:
    with pytest.raises(JobError, match="'j1' failed: no luck"):
        generate(Slow(looks=1, end="failed"), Brief("x"))


def test_a_job_that_takes_too_long_can_be_polled_later() -> None:
    now = iter(range(0, 1000, 30))
    with pytest.raises(JobError, match="'j1' is still running after 60 s"):
        generate(Slow(looks=99), Brief("x"), deadline_s=60, sleep=lambda _: None, clock=lambda: next(now))
