from __future__ import annotations

from typing import Any

import attrs
import pytest

from musicengine import MemoryStore, MusicEngine
from musicengine.backends.stub.generator import StubGenerator
from musicengine.calls import Account
from musicengine.errors import CreditsError, InputError, JobError
from musicengine.flows.generate import generate
from musicengine.flows.jobs import Jobs
from musicengine.flows.journal import Journal
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Capabilities, Credits, Job, JobStatus, Step, Take
from musicengine.values.sound import Audio

BRIEF = Brief("disco", genre="disco", duration_s=2)


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


def jobs(generator: Slow, **options: Any) -> Jobs:
    return Jobs(generator, Journal(MemoryStore()), Account(), **{"sleep": lambda _: None} | options)


def test_a_job_is_ordered_once_and_polled_until_done() -> None:
    generator, waits, steps = Slow(looks=7), list[float](), list[str]()
    takes = generate(jobs(generator, sleep=waits.append), Brief("x"), progress=lambda step: steps.append(step.name))
    assert len(takes) == 1
    assert generator.submitted == 1
    assert waits == [1, 2, 4, 8, 16, 20]
    assert steps == ["generate"] * 6


def test_a_job_done_at_once_is_not_waited_for() -> None:
    waits: list[float] = []
    generate(jobs(Slow(looks=1), sleep=waits.append), Brief("x"))
    assert waits == []


def test_a_failed_job_says_why() -> None:
    with pytest.raises(JobError, match="'j1' failed: no luck"):
        generate(jobs(Slow(looks=1, end="failed")), Brief("x"))


def test_a_job_that_takes_too_long_can_be_polled_later() -> None:
    now = iter(range(0, 1000, 30))
    with pytest.raises(JobError, match="'j1' is still running after 60 s"):
        generate(jobs(Slow(looks=99), clock=lambda: next(now)), Brief("x"), deadline_s=60)


def test_many_takes_are_each_another_and_the_first_is_that_of_generate() -> None:
    engine = MusicEngine()
    takes = engine.generate_many(BRIEF, 3)
    assert len({take.audio.digest for take in takes}) == len(takes) == 3
    assert takes[0].audio == engine.generate(BRIEF).audio
    assert engine.jobs() == ()


@pytest.mark.parametrize(("count", "orders"), [(1, 1), (2, 1), (3, 2), (5, 3)])
def test_a_provider_that_gives_two_gives_both(count: int, orders: int) -> None:
    engine = MusicEngine(generator=StubGenerator(takes_per_job=2, credits=10))
    takes = engine.generate_many(BRIEF, count)
    assert len({take.audio.digest for take in takes}) == len(takes) == 2 * orders
    assert engine.stats().spent == Credits(orders)


def test_a_generator_without_seeds_gets_the_same_brief_again() -> None:
    generator = Slow(looks=1)
    assert len(generate(jobs(generator), Brief("x", seed=5), count=4)) == generator.submitted == 4


@pytest.mark.parametrize("count", [0, -1, 101, 10**9, 2.0, "3", True, None])
def test_an_odd_count_is_refused_before_anything_is_sent(count: int) -> None:
    generator = StubGenerator(credits=10)
    with pytest.raises(InputError, match=r"count must be a whole number from 1 to 100, got"):
        MusicEngine(generator=generator).generate_many(BRIEF, count)
    assert generator.credits() == Credits(10)


def test_progress_goes_from_zero_to_all_of_it() -> None:
    steps: list[Step] = []
    MusicEngine(generator=StubGenerator(looks=4)).generate_many(BRIEF, 2, progress=steps.append)
    shares = [step.done / step.total for step in steps]
    assert shares == sorted(shares)
    assert shares[0] < 0.5 < shares[-1] <= 1


def test_one_failure_of_many_loses_none_of_the_others() -> None:
    seed = next(seed for seed in range(99) if _failing(seed) == 1)
    engine = MusicEngine(generator=StubGenerator(seed=seed, credits=9, failures={"failed": 0.4}))
    with pytest.raises(JobError, match=r"1 of 3 jobs failed, the first: job .* the model gave up.*fetched"):
        engine.generate_many(BRIEF, 3)
    done = [job for job in engine.jobs() if job.status == "succeeded"]
    assert len([engine.fetch(job.order)[0] for job in done]) == 2
    assert engine.stats().spent == Credits(2)


def _failing(seed: int) -> int:
    generator = StubGenerator(seed=seed, failures={"failed": 0.4})
    briefs = [attrs.evolve(BRIEF, seed=number) for number in range(3)]
    return sum(generator.poll(generator.submit(brief)).status == "failed" for brief in briefs)


def test_a_refusal_in_the_middle_sends_nothing_more() -> None:
    @attrs.define
    class Strict(Slow):
        def submit(self, brief: Brief, /) -> Job:
            if self.submitted == 2:
                raise CreditsError("the account is empty")
            return super().submit(brief)

    generator = Strict(looks=3)
    ours = jobs(generator)
    with pytest.raises(CreditsError, match="the account is empty") as caught:
        generate(ours, Brief("x"), count=5)
    assert caught.value.__notes__ == ["2 of 5 orders were not sent; jobs() lists all"]
    assert [job.status for job in ours.journal] == ["queued", "queued", "failed", "cancelled", "cancelled"]
    assert ours.account.spent == Credits(2)
    assert generator.submitted == 2
