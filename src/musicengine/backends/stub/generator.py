"""The stub generator: composes and renders real audio, with its truth known, seeded and offline.

As it comes, it answers at once and costs nothing. Its options make it behave like a service that is slow, paid,
forgetful or strict, to test how a program copes with that; everything is drawn from its seed, so a test that fails
fails again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeAlias

import attrs

from musicengine import synth
from musicengine.backends.stub.service import Books
from musicengine.errors import BackendError, CreditsError, InputError, JobError, ModerationError, UncertainError
from musicengine.protocols import Progress, Store
from musicengine.stores.memory import MemoryStore
from musicengine.values.making import Brief, Capabilities, Credits, Job, JobStatus, Take

__all__ = ["FAILURES", "StubGenerator"]

FAILURES = ("refused", "moderated", "lost", "unanswered", "failed", "expired", "poll", "fetch")
"""What can go wrong: see :class:`StubGenerator`."""

Latency: TypeAlias = Literal["realistic"] | tuple[float, float]
_PREFIX = "stub-"
_ACCEPTS = ("prompt", "genre", "mood", "bpm", "key", "duration_s", "sections", "instrumental", "seed")


def _mapping(failures: Mapping[str, float] | str) -> dict[str, float]:
    if isinstance(failures, str):
        return {failures: 1.0}
    if not isinstance(failures, Mapping):
        raise InputError(f"failures maps what goes wrong to how often, got {failures!r}")
    return dict(failures)


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in ([words] if isinstance(words, str) else words))


@attrs.frozen(kw_only=True)
class StubGenerator:
    """A generator that composes and renders here.

    Without arguments a job is done at the first look, costs nothing, and holds all that is needed to fetch it in any
    process. With ``credits``, ``failures``, ``looks`` or ``idempotent`` the service keeps books, and a job is only
    known where those are.

    Args:
        seed: of everything that is drawn; the music depends on the seed of its brief alone.
        credits: what the account holds; None for a service that costs nothing.
        price: credits an order costs.
        takes_per_job: takes an order gives, with the seeds from that of its brief on.
        looks: polls until a job is done. Three show it "running", "partial" and "succeeded".
        latency: seconds each call takes, drawn from a range; "realistic" is (0.02, 0.1), None no time.
        failures: how often things go wrong, e.g. ``{"refused": 0.1, "unanswered": 0.05}``; a name alone is always.

            - "refused": ``submit`` raises BackendError; nothing is charged.
            - "moderated": ``submit`` raises ModerationError; nothing is charged.
            - "lost": ``submit`` raises UncertainError; the order did not arrive.
            - "unanswered": ``submit`` raises UncertainError; the order did arrive, and is charged.
            - "failed": the job fails, and is not charged. "expired": it expires, and is charged.
            - "poll", "fetch": the call raises BackendError; the next one may not.
        moderation: words that ``submit`` refuses in prompts and lyrics with a ModerationError.
        idempotent: ``submit`` charges an order's name once.
        books: what the service knows; share a SQLiteStore to have several processes use one service.
        sleep: waits.

    Raises:
        InputError: a failure that does not exist, or a number out of its range.
    """

    seed: int = 0
    _credits: float | None = attrs.field(default=None, alias="credits")
    price: float = 1.0
    takes_per_job: int = 1
    looks: int = 1
    latency: Latency | None = None
    failures: Mapping[str, float] = attrs.field(factory=dict, converter=_mapping)
    moderation: tuple[str, ...] = attrs.field(default=(), converter=_words)
    idempotent: bool = False
    books: Store = attrs.field(factory=MemoryStore, eq=False, repr=False)
    sleep: Callable[[float], None] = attrs.field(default=time.sleep, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Require options that mean something."""
        for name, share in self.failures.items():
            if name not in FAILURES or not 0 <= share <= 1:
                raise InputError(f"failures are {', '.join(FAILURES)}, each from 0 to 1, got {name!r}: {share!r}")
        low, high = self._delay_s
        if not 0 <= low <= high < 3600:
            raise InputError(f'latency must be "realistic" or a range of seconds, got {self.latency!r}')
        if self.takes_per_job < 1 or self.looks < 1 or self.price < 0 or (self._credits or 0) < 0:
            raise InputError(f"takes_per_job and looks must be 1 or more, price and credits 0 or more, got {self!r}")

    @property
    def capabilities(self) -> Capabilities:
        """What it follows; stems come along."""
        return Capabilities(
            accepts=_ACCEPTS,
            takes_per_job=self.takes_per_job,
            cancel=self.looks > 1,
            stems=True,
            credits=self._credits is not None,
            idempotent=self.idempotent,
            poll_s=0.01,
        )

    def estimate(self, brief: Brief, /) -> Credits:
        """The price of an order; nothing without an account."""
        return Credits(0 if self._credits is None else self.price)

    def credits(self) -> Credits:
        """What the account still holds; nothing without one."""
        if self._credits is None:
            return Credits(0)
        return Credits(max(self._credits - self.price * self._service.charges(), 0))

    def submit(self, brief: Brief, /, *, order: str = "") -> Job:
        """Order it.

        Raises:
            ModerationError: the prompt or the lyrics hold a word of ``moderation``.
            CreditsError: the account does not cover it.
            BackendError, UncertainError: as ``failures`` asks for.
        """
        self._take_time("submit", brief.digest)
        self._moderate(brief)
        if not self._keeps_books:
            return Job(id=_PREFIX + brief.digest, brief=brief)
        number = self._service.count(f"submit/{brief.digest}")
        self._may_refuse(brief, number)
        if self.credits().amount < self.estimate(brief).amount:
            raise CreditsError(f"an order costs {self.estimate(brief)}, but only {self.credits()} are left")
        job = Job(f"{_PREFIX}{brief.digest}-{number}", brief, cost=self.estimate(brief))
        job = self._service.place(job, order if self.idempotent else "")
        self._fail("unanswered", UncertainError("the connection broke off before the answer"), brief.digest, number)
        return job

    def poll(self, job: Job, /) -> Job:
        """Where the job stands: done at the last of ``looks``.

        Raises:
            JobError: the job is another generator's.
            BackendError: as ``failures`` asks for.
        """
        self._take_time("poll", job.id)
        if not self._keeps_books:
            _require_own(job)
            return attrs.evolve(job, status="succeeded", progress=1.0)
        known = self._service.job(job.id)
        self._fail("poll", BackendError("no answer to a poll"), job.id, self._service.count(f"asked/{job.id}"))
        return self._standing(known, self._service.count(f"poll/{job.id}") + 1)

    def cancel(self, job: Job, /) -> Job:
        """Stop it, unless it is done; what is stopped is not charged.

        Raises:
            JobError: the job is another generator's.
        """
        if not self._keeps_books:
            return self.poll(job)
        standing = self._standing(self._service.job(job.id), self._service.happened(f"poll/{job.id}"))
        if standing.done:
            return standing
        self._service.cancel(job)
        return self._standing(self._service.job(job.id), 0)

    def fetch(self, job: Job, /, *, progress: Progress | None = None) -> tuple[Take, ...]:
        """The takes of the job, rendered now; of one that is "partial" the first.

        Raises:
            JobError: the job is another generator's, or did not succeed.
            BackendError: as ``failures`` asks for.
        """
        self._take_time("fetch", job.id)
        if self._keeps_books:
            self._service.job(job.id)
            self._fail("fetch", BackendError("the download broke off"), job.id, self._service.count(f"fetch/{job.id}"))
        else:
            _require_own(job)
        if job.status not in ("succeeded", "partial"):
            raise JobError(f"only a job that succeeded can be fetched, {job.id!r} is {job.status}")
        count = 1 if job.status == "partial" else self.takes_per_job
        seeds = [(job.brief.seed + number) % 2**63 for number in range(count)]
        return tuple([synth.make(attrs.evolve(job.brief, seed=seed)) for seed in seeds])

    @property
    def _keeps_books(self) -> bool:
        return self._credits is not None or bool(self.failures) or self.looks > 1 or self.idempotent

    @property
    def _service(self) -> Books:
        return Books(self.books)

    @property
    def _delay_s(self) -> tuple[float, float]:
        if self.latency is None or isinstance(self.latency, str):
            return (0.02, 0.1) if self.latency == "realistic" else (0.0, 0.0) if self.latency is None else (-1.0, -1.0)
        return self.latency

    def _standing(self, job: Job, looks: int) -> Job:
        """How far a job is after so many looks."""
        if self._service.is_cancelled(job):
            self._service.refund(job)
            return attrs.evolve(job, status="cancelled", cost=Credits(0), message="cancelled as asked")
        if looks < self.looks:
            status: JobStatus = "queued" if not looks else "partial" if looks == self.looks - 1 > 1 else "running"
            return attrs.evolve(job, status=status, progress=looks / self.looks)
        if self._drawn("failed", job.id) < self.failures.get("failed", 0):
            self._service.refund(job)
            return attrs.evolve(job, status="failed", cost=Credits(0), message="the model gave up")
        if self._drawn("expired", job.id) < self.failures.get("expired", 0):
            return attrs.evolve(job, status="expired", message="nobody fetched it in time")
        return attrs.evolve(job, status="succeeded", progress=1.0)

    def _moderate(self, brief: Brief) -> None:
        words = f"{brief.prompt} {brief.lyrics.text if brief.lyrics else ''}".casefold() if self.moderation else ""
        if found := [word for word in self.moderation if word in words]:
            raise ModerationError(f"the service refuses the word {found[0]!r}; nothing was ordered")

    def _may_refuse(self, brief: Brief, number: int) -> None:
        self._fail("refused", BackendError("the service is busy and took no order"), brief.digest, number)
        self._fail("moderated", ModerationError("the service refuses this text"), brief.digest, number)
        self._fail("lost", UncertainError("the connection broke off before the answer"), brief.digest, number)

    def _fail(self, name: str, error: BackendError, *occasion: object) -> None:
        if self._drawn(name, *occasion) < self.failures.get(name, 0):
            raise error

    def _take_time(self, *occasion: str) -> None:
        low, high = self._delay_s
        if high:
            self.sleep(low + (high - low) * self._drawn("latency", *occasion))

    def _drawn(self, *occasion: object) -> float:
        """A number in [0, 1) that belongs to the occasion and the seed."""
        digest = hashlib.blake2b(repr((self.seed, *occasion)).encode(), digest_size=6).digest()
        return int.from_bytes(digest, "big") / 2**48


def _require_own(job: Job) -> None:
    if job.id != _PREFIX + job.brief.digest:
        raise JobError(f"the stub generator has no job {job.id!r}")
