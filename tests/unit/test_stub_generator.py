from __future__ import annotations

import pickle

import attrs
import pytest

from musicengine.backends.stub.generator import StubGenerator
from musicengine.errors import JobError
from musicengine.protocols import MusicGenerator
from musicengine.values.making import Brief, Credits

BRIEF = Brief("disco", genre="disco", duration_s=3)


def test_it_keeps_its_protocol_and_costs_nothing() -> None:
    generator = StubGenerator()
    assert isinstance(generator, MusicGenerator)
    assert generator.estimate(BRIEF) == generator.credits() == Credits(0)
    assert "bpm" in generator.capabilities.accepts


def test_a_job_resumes_in_another_process() -> None:
    job = pickle.loads(pickle.dumps(StubGenerator().submit(BRIEF)))
    (take,) = StubGenerator().fetch(StubGenerator().poll(job))
    assert take.provenance == "stub"
    assert take.audio.duration_s == pytest.approx(3, abs=0.01)


def test_a_job_of_somebody_else_is_refused() -> None:
    job = attrs.evolve(StubGenerator().submit(BRIEF), id="suno-1")
    with pytest.raises(JobError, match="no job 'suno-1'"):
        StubGenerator().poll(job)


def test_a_job_that_is_not_done_cannot_be_fetched() -> None:
    with pytest.raises(JobError, match="queued"):
        StubGenerator().fetch(StubGenerator().submit(BRIEF))
