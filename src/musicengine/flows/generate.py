"""From a brief to takes: submit once, poll until it is done, fetch."""

from __future__ import annotations

import time
from collections.abc import Callable

from musicengine.errors import JobError
from musicengine.protocols import MusicGenerator, Progress
from musicengine.values.making import Brief, Step, Take

__all__ = ["generate"]

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 20.0


def generate(
    generator: MusicGenerator,
    brief: Brief,
    *,
    deadline_s: float = 600.0,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Take, ...]:
    """The takes that the generator makes of the brief.

    The order is given once and never repeated. A job that is done at the first look is not waited for.

    Raises:
        JobError: the job failed, or is not done when ``deadline_s`` seconds have passed.
        BackendError: whatever else the generator reports.
    """
    job = generator.poll(generator.submit(brief))
    wait_s, end = _FIRST_WAIT_S, clock() + deadline_s
    while not job.done:
        if clock() >= end:
            raise JobError(
                f"job {job.id!r} is still {job.status} after {deadline_s:g} s; poll it later to get its takes"
            )
        if progress:
            progress(Step("generate", round(100 * job.progress), 100))
        sleep(wait_s)
        wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
        job = generator.poll(job)
    if job.status != "succeeded":
        raise JobError(f"job {job.id!r} {job.status}: {job.message or 'no reason given'}")
    return generator.fetch(job, progress=progress)
