from __future__ import annotations

import pickle
from typing import Any

import attrs
import pytest

from musicengine.backends.stub.generator import StubGenerator
from musicengine.errors import (
    BackendError,
    CreditsError,
    InputError,
    JobError,
    ModerationError,
    MusicEngineError,
    UncertainError,
)
from musicengine.lyrics.parsing import parse
from musicengine.protocols import CancellingGenerator, IdempotentGenerator, MusicGenerator
from musicengine.stores import MemoryStore
from musicengine.values.making import Brief, Credits, Take

BRIEF = Brief("disco", genre="disco", duration_s=3)


def test_it_keeps_its_protocol_and_costs_nothing() -> None:
    generator: IdempotentGenerator = StubGenerator()
    cancelling: CancellingGenerator = StubGenerator()
    assert isinstance(generator, MusicGenerator)
    assert isinstance(cancelling, MusicGenerator)
    assert generator.estimate(BRIEF) == generator.credits() == Credits(0)
    assert "bpm" in generator.capabilities.accepts
    assert not generator.capabilities.credits


def test_a_job_resumes_in_another_process() -> None:
    job = pickle.loads(pickle.dumps(StubGenerator().submit(BRIEF)))
    (take,) = StubGenerator().fetch(StubGenerator().poll(job))
    assert take.provenance == "stub"
    assert take.audio.duration_s == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("options", [{}, {"credits": 5}, {"looks": 3}])
def test_a_job_of_somebody_else_is_refused(options: dict[str, Any]) -> None:
    generator = StubGenerator(**options)
    job = attrs.evolve(generator.submit(BRIEF), id="suno-1", status="succeeded")
    for verb in (generator.poll, generator.fetch, generator.cancel):
        with pytest.raises(JobError, match="no job 'suno-1'"):
            verb(job)


@pytest.mark.parametrize("options", [{}, {"credits": 5}])
def test_a_job_that_is_not_done_cannot_be_fetched(options: dict[str, Any]) -> None:
    generator = StubGenerator(**options)
    with pytest.raises(JobError, match="queued"):
        generator.fetch(generator.submit(BRIEF))


def test_an_account_is_charged_until_it_is_empty() -> None:
    generator = StubGenerator(credits=5, price=2)
    assert (generator.estimate(BRIEF), generator.credits()) == (Credits(2), Credits(5))
    jobs = {generator.submit(BRIEF).id for _ in range(2)}
    assert len(jobs) == 2
    assert generator.credits() == Credits(1)
    with pytest.raises(CreditsError, match="costs 2 credits, but only 1 credits are left"):
        generator.submit(BRIEF)
    assert generator.credits() == Credits(1)


def test_a_slow_job_goes_through_every_status() -> None:
    generator = StubGenerator(looks=4)
    job = generator.submit(BRIEF)
    seen = [job, *[generator.poll(job) for _ in range(5)]]
    assert [item.status for item in seen] == ["queued", "running", "running", "partial", "succeeded", "succeeded"]
    assert [item.progress for item in seen] == [0, 0.25, 0.5, 0.75, 1, 1]
    assert len(generator.fetch(seen[3])) == 1


def test_a_partial_job_gives_its_first_take() -> None:
    generator = StubGenerator(looks=3, takes_per_job=2)
    job = generator.submit(BRIEF)
    generator.poll(job)
    partial, done = generator.poll(job), generator.poll(job)
    assert [take.audio for take in generator.fetch(partial)] == [generator.fetch(done)[0].audio]
    assert len({take.audio.digest for take in generator.fetch(done)}) == 2


def test_a_slow_job_can_be_cancelled_and_is_not_charged_then() -> None:
    generator = StubGenerator(looks=3, credits=4)
    assert generator.capabilities.cancel
    job = generator.submit(BRIEF)
    generator.poll(job)
    assert (generator.cancel(job).status, generator.poll(job).status) == ("cancelled", "cancelled")
    assert generator.credits() == Credits(4)
    other = generator.submit(BRIEF)
    done = [generator.poll(other) for _ in range(3)][-1]
    assert generator.cancel(other) == done
    assert StubGenerator().cancel(StubGenerator().submit(BRIEF)).status == "succeeded"


@pytest.mark.parametrize(
    ("failure", "error", "charged"),
    [
        ("refused", BackendError, 0),
        ("moderated", ModerationError, 0),
        ("lost", UncertainError, 0),
        ("unanswered", UncertainError, 1),
    ],
)
def test_an_order_can_go_wrong_in_each_way(failure: str, error: type[Exception], charged: int) -> None:
    generator = StubGenerator(failures=failure, credits=9)
    with pytest.raises(error):
        generator.submit(BRIEF)
    assert generator.credits() == Credits(9 - charged)


@pytest.mark.parametrize(("failure", "charged"), [("failed", 0), ("expired", 1)])
def test_a_job_can_end_badly(failure: str, charged: int) -> None:
    generator = StubGenerator(failures={failure: 1.0}, credits=9)
    job = generator.poll(generator.submit(BRIEF))
    assert (job.status, job.cost, generator.credits()) == (failure, Credits(charged), Credits(9 - charged))
    assert job.message
    with pytest.raises(JobError, match=failure):
        generator.fetch(job)


@pytest.mark.parametrize("failure", ["poll", "fetch"])
def test_what_fails_for_a_moment_works_later(failure: str) -> None:
    generator, errors, takes = StubGenerator(failures={failure: 0.5}), 0, tuple[Take, ...]()
    job = generator.submit(BRIEF)
    for _ in range(40):
        try:
            takes = generator.fetch(generator.poll(job))
        except BackendError:
            errors += 1
    assert 5 < errors < 35
    assert takes


def outcomes(seed: int) -> list[str]:
    generator = StubGenerator(
        seed=seed, failures={"refused": 0.3, "lost": 0.2}, latency="realistic", sleep=lambda _: None
    )
    found = []
    for number in range(100):
        try:
            generator.submit(attrs.evolve(BRIEF, seed=number % 20))
            found.append("")
        except MusicEngineError as error:
            found.append(type(error).__name__)
    return found


def test_what_goes_wrong_is_drawn_from_the_seed() -> None:
    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert 15 < outcomes(1).count("BackendError") < 45
    assert 5 < outcomes(1).count("UncertainError") < 30


def test_forbidden_words_are_refused_in_prompt_and_lyrics() -> None:
    generator = StubGenerator(moderation=["Blood"], credits=5)
    for brief in (Brief("a song of BLOOD"), Brief("a song", lyrics=parse("blood on the floor"))):
        with pytest.raises(ModerationError, match="'blood'"):
            generator.submit(brief)
    generator.submit(BRIEF)
    assert generator.credits() == Credits(4)


def test_latency_is_drawn_and_slept() -> None:
    waits: list[float] = []
    generator = StubGenerator(latency="realistic", sleep=waits.append)
    generator.fetch(generator.poll(generator.submit(BRIEF)))
    assert len(set(waits)) == 3
    assert all(0.02 <= wait <= 0.1 for wait in waits)
    StubGenerator(latency=(2.0, 2.0), sleep=waits.append).submit(BRIEF)
    assert waits[-1] == 2


def test_an_idempotent_service_charges_a_name_once() -> None:
    generator = StubGenerator(credits=9, idempotent=True)
    first = generator.submit(BRIEF, order="a")
    assert generator.submit(BRIEF, order="a") == first
    assert generator.submit(BRIEF, order="b") != first
    assert generator.credits() == Credits(7)


def test_two_programs_share_one_service_through_its_books() -> None:
    books = MemoryStore()
    one, two = StubGenerator(credits=9, books=books), StubGenerator(credits=9, books=books)
    job = one.submit(BRIEF)
    assert two.credits() == Credits(8)
    assert two.fetch(two.poll(job))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"failures": "bad luck"}, "failures are refused, .*'bad luck'"),
        ({"failures": {"lost": 2}}, "from 0 to 1, got 'lost': 2"),
        ({"failures": 7}, "maps what goes wrong"),
        ({"latency": "slow"}, "'slow'"),
        ({"latency": (3, 1)}, "range of seconds"),
        ({"looks": 0}, "looks"),
        ({"takes_per_job": 0}, "takes_per_job"),
        ({"credits": -1}, "credits 0 or more"),
        ({"price": -1}, "price"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        StubGenerator(**options)


def test_it_pickles() -> None:
    generator = StubGenerator(seed=3, credits=5, failures="lost")
    assert pickle.loads(pickle.dumps(generator)) == generator
