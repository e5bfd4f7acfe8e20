from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from musicengine import MemoryStore, MusicEngine, SQLiteStore
from musicengine.backends.stub.generator import StubGenerator
from musicengine.calls import Account
from musicengine.errors import BackendError, CreditsError, InputError, JobError, StoreError, UncertainError
from musicengine.flows.generate import generate
from musicengine.flows.jobs import Jobs
from musicengine.flows.journal import KEEP_S, Journal
from musicengine.protocols import Store
from musicengine.values.making import Brief, Credits, Job

ROOT = Path(__file__).parents[2]
BRIEF = Brief("disco", genre="disco", duration_s=2)


def engine(store: Store | None = None, **options: Any) -> MusicEngine:
    return MusicEngine(generator=StubGenerator(**options), store=store or MemoryStore())


class TestVerbs:
    def test_a_job_is_submitted_polled_and_fetched(self) -> None:
        ours = engine(looks=3)
        job = ours.submit("disco, 2 seconds")
        assert (job.status, job.generator) == ("queued", "StubGenerator")
        assert [ours.poll(job).status for _ in range(3)] == ["running", "partial", "succeeded"]
        assert ours.jobs()[0].status == "succeeded"
        takes = ours.fetch(job)
        assert ours.fetch(job.order) == takes
        assert takes[0].audio.duration_s == pytest.approx(2, abs=0.01)

    def test_fetch_waits(self) -> None:
        ours = engine(looks=3)
        assert ours.fetch(ours.submit(BRIEF))

    def test_fetch_waits_no_longer_than_wished(self) -> None:
        ours = engine(looks=99)
        with pytest.raises(JobError, match="is still running after 0 s"):
            ours.fetch(ours.submit(BRIEF), deadline_s=0)

    def test_another_engine_on_the_store_goes_on_with_it(self, tmp_path: Path) -> None:
        books = MemoryStore()
        job = engine(SQLiteStore(tmp_path / "me.db"), looks=2, books=books).submit(BRIEF)
        again = engine(SQLiteStore(tmp_path / "me.db"), looks=2, books=books)
        assert again.jobs() == (job,)
        assert [item.status for item in again.resume()] == ["running"]
        assert again.fetch(job.order)

    def test_a_job_alone_is_enough_without_its_journal(self) -> None:
        job = pickle.loads(pickle.dumps(engine().submit(BRIEF)))
        assert engine().fetch(job)
        assert engine().fetch(StubGenerator().submit(BRIEF))

    def test_jobs_are_listed_oldest_first_and_hold_no_audio(self) -> None:
        ours = engine(store := MemoryStore(), credits=9)
        names = [ours.submit(attrs.evolve(BRIEF, seed=seed)).order for seed in range(5)]
        assert [job.order for job in ours.jobs()] == names
        for name in names:
            ours.fetch(name)
        assert store._bytes < 10_000

    def test_what_is_done_leaves_the_journal_after_a_while(self) -> None:
        now = [0.0]
        ours = engine(store := MemoryStore(lambda: now[0]), credits=9)
        ours.fetch(ours.submit(BRIEF))
        waiting = ours.submit(BRIEF)
        now[0] = KEEP_S + 1
        assert ours.jobs() == (waiting,)
        assert len(list(store.keys())) == 2  # the waiting job and its claim

    def test_a_job_is_cancelled_where_the_generator_can(self) -> None:
        ours = engine(looks=3, credits=5)
        job = ours.submit(BRIEF)
        assert ours.stats().spent == Credits(1)
        assert ours.cancel(job).status == ours.poll(job).status == "cancelled"
        assert (ours.stats().spent, ours.credits()) == (Credits(0), Credits(5))
        assert ours.cancel(job).status == "cancelled"
        with pytest.raises(JobError, match="cancelled: cancelled as asked"):
            ours.fetch(job)
        stuck = engine()
        with pytest.raises(JobError, match=r"StubGenerator cannot cancel; job .* is queued"):
            stuck.cancel(stuck.submit(BRIEF))

    def test_an_engine_with_jobs_pickles_and_does_not_own_them_there(self) -> None:
        ours = engine(credits=5)
        ours.submit(BRIEF)
        again = pickle.loads(pickle.dumps(ours))
        assert (again.jobs(), again.resume()) == ((), ())

    def test_stats_say_what_orders_cost(self) -> None:
        ours = engine(credits=20, price=3)
        ours.generate(BRIEF)
        ours.generate_many(BRIEF, 2)
        assert ours.stats().spent == Credits(9)
        assert ours.estimate("disco") == Credits(3)
        assert ours.credits() == Credits(11)
        assert ours.stats()["submit"].calls == 0


class TestBudgets:
    def test_what_a_call_may_cost_is_asked_before_it_is_sent(self) -> None:
        ours = engine(credits=100, price=2)
        for order in (
            lambda: ours.generate(BRIEF, budget=1.9),
            lambda: ours.generate_many(BRIEF, 3, budget=Credits(5)),
            lambda: ours.submit(BRIEF, budget=0),
        ):
            with pytest.raises(CreditsError, match="nothing was ordered"):
                order()
        assert (ours.credits(), ours.jobs()) == (Credits(100), ())
        assert len(ours.generate_many(BRIEF, 3, budget=6)) == 3

    def test_what_an_engine_may_spend_is_a_sum(self) -> None:
        ours = attrs.evolve(engine(credits=100, price=2), budget=5)
        ours.generate(BRIEF)
        ours.submit(BRIEF)
        with pytest.raises(CreditsError, match=r"the budget of 5 does not cover 2 more: 4 are spent"):
            ours.generate(BRIEF)
        assert ours.credits() == Credits(96)

    def test_what_came_to_nothing_is_not_spent(self) -> None:
        ours = attrs.evolve(engine(credits=100, failures="refused"), budget=1)
        for _ in range(3):
            with pytest.raises(BackendError, match="busy"):
                ours.generate(BRIEF)
        assert ours.stats().spent == Credits(0)
        failing = attrs.evolve(engine(credits=100, failures="failed"), budget=1)
        for _ in range(3):
            with pytest.raises(JobError, match="gave up"):
                failing.generate(BRIEF)
        assert failing.stats().spent == Credits(0)

    def test_what_is_uncertain_counts_as_spent(self) -> None:
        ours = attrs.evolve(engine(credits=100, failures="lost"), budget=1)
        with pytest.raises(UncertainError):
            ours.generate(BRIEF)
        assert ours.stats().spent == Credits(1)
        with pytest.raises(CreditsError):
            ours.generate(BRIEF)
        ours.reconcile(ours.jobs()[0], found=None)
        assert ours.stats().spent == Credits(0)

    def test_an_account_that_does_not_cover_it_is_not_asked(self) -> None:
        ours = engine(credits=2)
        with pytest.raises(CreditsError, match="3 orders cost 3, but only 2 credits are left; nothing was ordered"):
            ours.generate_many(BRIEF, 3)
        assert ours.jobs() == ()

    def test_free_orders_need_no_budget(self) -> None:
        assert MusicEngine(budget=0).generate(BRIEF, budget=Credits(0, "EUR"))

    @pytest.mark.parametrize("budget", [-1, float("nan"), float("inf"), "5", True, [5]])
    def test_a_budget_that_is_none_is_refused(self, budget: Any) -> None:
        with pytest.raises(InputError):
            MusicEngine(budget=budget)
        with pytest.raises(InputError):
            MusicEngine().generate(BRIEF, budget=budget)

    def test_another_currency_is_refused(self) -> None:
        with pytest.raises(InputError, match="the budget is 5 EUR, but the generator counts in credits"):
            engine(credits=9).generate(BRIEF, budget=Credits(5, "EUR"))

    def test_threads_do_not_exceed_it_together(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        ours = attrs.evolve(engine(credits=100), budget=7)

        def work(seed: int) -> bool:
            try:
                return bool(ours.submit(attrs.evolve(BRIEF, seed=seed)))
            except CreditsError:
                return False

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(work, range(30))) == 7
        assert ours.credits() == Credits(93)


class TestUncertainty:
    @pytest.mark.parametrize("failure", ["lost", "unanswered"])
    def test_an_order_without_an_answer_is_never_sent_again(self, failure: str) -> None:
        ours = engine(credits=9, failures=failure)
        with pytest.raises(UncertainError, match=r"may have arrived: .* It is not sent again. Look it up .* reconcile"):
            ours.submit(BRIEF)
        (job,) = ours.jobs()
        assert (job.status, job.done) == ("uncertain", False)
        left = ours.credits()
        assert ours.resume() == (job,)
        with pytest.raises(UncertainError, match="uncertain"):
            ours.fetch(job)
        with pytest.raises(UncertainError, match="cannot be cancelled"):
            ours.cancel(job)
        assert ours.poll(job) == job
        assert ours.credits() == left

    def test_one_that_arrived_is_reconciled_with_its_id(self) -> None:
        ours = engine(credits=9, failures="unanswered", books=(books := MemoryStore()))
        with pytest.raises(UncertainError):
            ours.submit(BRIEF)
        (job,) = ours.jobs()
        with pytest.raises(JobError, match="no job 'wrong'"):
            ours.reconcile(job, found="wrong")
        assert ours.poll(job).status == "uncertain"
        (key,) = books.keys("job/")
        settled = ours.reconcile(job, found=key.removeprefix("job/"))
        assert (settled.status, settled.order) == ("succeeded", job.order)
        assert ours.fetch(job)
        assert ours.credits() == Credits(8)

    def test_one_that_never_arrived_is_closed(self) -> None:
        ours = engine(credits=9, failures="lost")
        with pytest.raises(UncertainError):
            ours.generate(BRIEF)
        (job,) = ours.jobs()
        assert ours.reconcile(job.order, found=None).status == "failed"
        with pytest.raises(JobError, match="failed: it never arrived"):
            ours.fetch(job)
        with pytest.raises(JobError, match="is failed; only an uncertain one"):
            ours.reconcile(job, found=None)

    @pytest.mark.parametrize("failure", ["lost", "unanswered"])
    def test_a_service_that_knows_orders_by_name_is_asked_again(self, failure: str) -> None:
        store, books = MemoryStore(), MemoryStore()
        with pytest.raises(UncertainError):
            engine(store, credits=9, failures=failure, idempotent=True, books=books).submit(BRIEF)
        later = engine(store, credits=9, idempotent=True, books=books)
        assert [job.status for job in later.resume()] == ["queued"]
        assert later.fetch(later.jobs()[0])
        assert later.credits() == Credits(8)

    @pytest.mark.parametrize("error", [OSError("broken pipe"), ValueError("no JSON")])
    def test_an_error_nobody_expected_is_uncertain(self, error: Exception) -> None:
        ours = MusicEngine(generator=Surprising(error=error))
        with pytest.raises(UncertainError, match=f"{type(error).__name__}: {error}"):
            ours.generate(BRIEF)
        assert [job.status for job in ours.jobs()] == ["uncertain"]

    def test_so_is_an_order_that_the_user_broke_off(self) -> None:
        ours = MusicEngine(generator=Surprising(error=KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            ours.generate(BRIEF)
        (job,) = ours.jobs()
        assert job.status == "uncertain"
        assert "set out to send it and has not written down an answer" in job.message

    def test_an_answer_that_cannot_be_written_down_is_in_the_error(self) -> None:
        class Full(MemoryStore):
            def put(self, key: str, data: bytes, /, *, ttl_s: float | None = None) -> None:
                if b"stub-" in data:
                    raise StoreError("the disk is full")
                super().put(key, data, ttl_s=ttl_s)

        ours = engine(Full())
        with pytest.raises(UncertainError, match=r"accepted as job 'stub-\w+'.*the disk is full.*reconcile"):
            ours.submit(BRIEF)
        assert [job.status for job in ours.jobs()] == ["uncertain"]


@attrs.frozen(kw_only=True)
class Surprising(StubGenerator):
    """A generator whose submit raises what no backend should."""

    error: BaseException = attrs.field(eq=False)

    def submit(self, brief: Brief, /, *, order: str = "") -> Job:
        raise self.error


class TestTwoAtOnce:
    def test_an_order_is_claimed_once(self) -> None:
        journal = Journal(MemoryStore())
        job = journal.write(Job("", BRIEF, "ordered", order=journal.name()))
        assert journal.claim(job.order)
        assert not journal.claim(job.order)
        assert journal.read(job.order).status == "uncertain"
        journal.write(attrs.evolve(job, status="succeeded"))
        assert not journal.claim(job.order)
        assert journal.read(job.order).status == "succeeded"

    def test_who_comes_second_gets_the_job_of_the_first(self) -> None:
        class Racing(MemoryStore):
            """Between an order and its claim somebody else resumes."""

            def swap(self, key: str, data: bytes, /, *, expected: bytes | None, ttl_s: float | None = None) -> bool:
                if rivals:
                    rivals.pop().resume()
                return super().swap(key, data, expected=expected, ttl_s=ttl_s)

        ours = engine(store := Racing(), credits=9)
        rivals = [attrs.evolve(ours, store=store)]
        job = ours.submit(BRIEF)
        assert rivals == []
        assert (job.status, ours.credits()) == ("queued", Credits(8))
        assert ours.jobs() == (job,)
        assert ours.fetch(job)


class TestBadInput:
    @pytest.mark.parametrize("verb", ["poll", "fetch", "cancel"])
    def test_an_unknown_order_is_refused(self, verb: str) -> None:
        ours = engine(looks=2)
        with pytest.raises(JobError, match="the journal has no order 'nobody'; there are none"):
            getattr(ours, verb)("nobody")
        ours.submit(BRIEF)
        with pytest.raises(JobError, match="no order ''; there are 1, the latest are"):
            getattr(ours, verb)("")
        with pytest.raises(JobError, match="no job 'suno-1'"):
            getattr(ours, verb)(Job("suno-1", BRIEF, "succeeded" if verb == "fetch" else "queued"))
        with pytest.raises(InputError, match="expected a Job or the name of its order, got int"):
            getattr(ours, verb)(7)

    def test_orders_of_another_generator_are_left_alone(self) -> None:
        store = MemoryStore()
        job = engine(store, looks=2).submit(BRIEF)
        other = MusicEngine(generator=Surprising(error=OSError()), store=store)
        assert other.jobs() == other.resume() == (job,)
        for verb in (other.poll, other.fetch, other.cancel):
            with pytest.raises(JobError, match="is StubGenerator's; this engine's generator is Surprising"):
                verb(job)

    @pytest.mark.parametrize("entry", [b"", b"garbage", b"MUSENG\x001" + bytes(8), None])
    def test_a_damaged_entry_is_reported_and_stops_nobody(self, entry: bytes | None) -> None:
        from musicengine import codec

        ours = engine(store := MemoryStore(), looks=2)
        job = ours.submit(BRIEF)
        store.put("jobs/0000-damaged", codec.encode(BRIEF) if entry is None else entry)
        damaged, other = ours.resume()
        assert (damaged.order, damaged.status, other.status) == ("0000-damaged", "uncertain", "running")
        assert "0000-damaged" in damaged.message
        with pytest.raises(StoreError, match="0000-damaged"):
            ours.poll("0000-damaged")
        assert ours.fetch(job)

    def test_a_service_that_does_not_answer_leaves_jobs_as_they_were(self) -> None:
        ours = engine(failures="poll")
        job = ours.submit(BRIEF)
        (seen,) = ours.resume()
        assert (seen.status, seen.message) == ("queued", "no answer to a poll")
        assert ours.jobs() == (job,)

    @pytest.mark.parametrize(("status", "progress"), [("paused", 0.0), ("queued", 1.5), ("queued", -0.1)])
    def test_a_job_is_valid(self, status: Any, progress: float) -> None:
        with pytest.raises(InputError, match="Job"):
            Job("a", BRIEF, status, progress)

    def test_a_refused_prompt_leaves_no_trace(self) -> None:
        ours = engine(credits=5)
        with pytest.raises(InputError):
            ours.submit("")
        assert (ours.jobs(), ours.stats().spent) == ((), Credits(0))


class Killed(BaseException):
    """The process is gone."""


@attrs.define
class Fuse:
    """Kills at the n-th call of a store or generator, before or after it did its work; nothing works any more then."""

    at: int
    after: bool
    kill: Callable[[], None] | None = None
    calls: int = 0

    def through(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls > self.at or (self.calls == self.at and not self.after):
            self._end()
        result = function(*args, **kwargs)
        if self.calls == self.at:
            self._end()
        return result

    def _end(self) -> None:
        if self.kill:
            self.kill()
        raise Killed

    def wire(self, subject: Any) -> Any:
        fuse = self

        class Wired:
            def __getattr__(self, name: str) -> Any:
                found = getattr(subject, name)
                return (lambda *args, **kwargs: fuse.through(found, *args, **kwargs)) if callable(found) else found

        Wired.__name__ = type(subject).__name__
        return Wired()


def scenario(store: Store, generator: StubGenerator, fuse: Fuse) -> None:
    """Two takes are made, from the order to the sound."""
    ours = Jobs(fuse.wire(generator), Journal(fuse.wire(store)), Account(), sleep=lambda _: None)
    generate(ours, BRIEF, count=2)


def settle(store: Store, generator: StubGenerator) -> list[Job]:
    """What a careful user does after a restart: resume, look up what is uncertain, fetch all."""
    ours = Jobs(generator, Journal(store), Account(), sleep=lambda _: None)
    for _ in range(5):
        ours.resume()
    known = {job.id for job in ours.journal}
    there = [generator._service.job(key.removeprefix("job/")) for key in generator.books.keys("job/")]
    for job in [job for job in ours.journal if job.status == "uncertain"]:
        assert not generator.idempotent
        found = [item.id for item in there if item.brief == job.brief and item.id not in known]
        ours.reconcile(job, found=found[0] if found else None)
    for job in [job for job in ours.journal if not job.done or job.status == "succeeded"]:
        assert ours.fetch(job)
    return list(ours.journal)


def check(jobs: list[Job], generator: StubGenerator, *, finished: bool) -> None:
    """At most one charge an order, and nothing that was charged is unknown."""
    paid = [generator._service.job(key.split("/")[1]) for key in generator.books.keys("charge/")]
    assert len({job.brief.seed for job in paid}) == len(paid) <= 2
    assert {job.id for job in paid} <= {job.id for job in jobs}
    assert all(job.done for job in jobs)
    succeeded = [job for job in jobs if job.status == "succeeded"]
    assert len(succeeded) == len(paid)
    if generator.idempotent or finished:  # then no order that was written down comes to nothing
        assert len(succeeded) == len(jobs)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("idempotent", [False, True], ids=["plain", "idempotent"])
def test_a_kill_at_any_step_pays_no_order_twice_and_loses_none(
    idempotent: bool, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (take,) = StubGenerator().fetch(attrs.evolve(StubGenerator().submit(BRIEF), status="succeeded"))
    monkeypatch.setattr("musicengine.synth.make", lambda brief: attrs.evolve(take, brief=brief))
    for at in range(1, 200):
        store = MemoryStore()
        generator = StubGenerator(credits=10, looks=2, idempotent=idempotent)
        fuse = Fuse(at, after)
        try:
            scenario(store, generator, fuse)
            finished = True
        except Killed:
            finished = False
        check(settle(store, generator), generator, finished=finished)
        if finished:
            assert at > 20
            return
    pytest.fail("the scenario never finished")


SCRIPT = """
import os, signal, sys
from musicengine import SQLiteStore
from musicengine.backends.stub.generator import StubGenerator
from tests.unit.test_jobs import Fuse, scenario
folder, at = sys.argv[1], int(sys.argv[2])
generator = StubGenerator(credits=10, looks=2, books=SQLiteStore(folder + "/books.db"))
scenario(SQLiteStore(folder + "/me.db"), generator, Fuse(at, True, lambda: os.kill(os.getpid(), signal.SIGKILL)))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_real_kill_at_any_step_pays_no_order_twice_and_loses_none(tmp_path: Path) -> None:
    steps = [*range(5, 25, 3), 1000]
    for at in steps:
        (tmp_path / str(at)).mkdir()
    arguments = [sys.executable, "-c", SCRIPT]
    children = [subprocess.Popen([*arguments, str(tmp_path / str(at)), str(at)], cwd=ROOT) for at in steps]
    assert [child.wait() for child in children] == [-signal.SIGKILL] * (len(steps) - 1) + [0]
    for folder in (tmp_path / str(at) for at in steps):
        generator = StubGenerator(credits=10, looks=2, books=SQLiteStore(folder / "books.db"))
        jobs = settle(SQLiteStore(folder / "me.db"), generator)
        check(jobs, generator, finished=folder.name == "1000")


RESUME = """
import sys
from musicengine import MusicEngine, SQLiteStore
from musicengine.backends.stub.generator import StubGenerator
folder = sys.argv[1]
generator = StubGenerator(credits=100, books=SQLiteStore(folder + "/books.db"))
engine = MusicEngine(generator=generator, store=SQLiteStore(folder + "/me.db"))
print("ready", flush=True)
sys.stdin.readline()
engine.resume()
"""


def test_processes_that_resume_one_store_together_send_each_order_once(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "me.db")
    journal = Journal(store)
    for seed in range(30):
        brief = attrs.evolve(BRIEF, seed=seed)
        journal.write(Job("", brief, "ordered", cost=Credits(1), order=journal.name(), generator="StubGenerator"))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", RESUME, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [child.stdout.readline() for child in children if child.stdout] == ["ready\n"] * 3
    for child in children:
        child.communicate("go\n")
    assert [child.returncode for child in children] == [0, 0, 0]
    generator = StubGenerator(credits=100, books=SQLiteStore(tmp_path / "books.db"))
    assert generator.credits() == Credits(70)
    assert {job.status for job in MusicEngine(generator=generator, store=store).resume()} == {"succeeded"}
