from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from musicengine import Audio, MusicEngine, Score, batch
from musicengine.backends.native import Native
from musicengine.batch import Done, Failed
from musicengine.errors import FileError, InputError, WorkerError
from musicengine.stores import MemoryStore
from musicengine.values.making import Credits, Step

# Workers that are started afresh, as on every platform: a fork copies what threads of the parent hold.
processes = partial(ProcessPoolExecutor, 2, mp_context=get_context("forkserver"))


def half(number: int) -> float:
    if number % 10 == 3:
        raise ValueError(f"{number} is unlucky")
    return number / 2


def die_of_five(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def price(number: int) -> Credits:
    return Credits(number)


def plain(outcomes: Iterator[Done[int, float] | Failed[int]]) -> list[object]:
    return [(one.item, one.value if isinstance(one, Done) else str(one.error)) for one in outcomes]


@pytest.mark.parametrize(
    "executor", [None, partial(ThreadPoolExecutor, 3), processes], ids=["here", "threads", "processes"]
)
def test_one_outcome_for_each_item_in_order_and_no_error_stops_the_rest(executor: partial[Executor] | None) -> None:
    got = plain(batch.map(half, range(40), executor=executor, window=7))
    assert got == [(n, f"{n} is unlucky" if n % 10 == 3 else n / 2) for n in range(40)]


def test_an_executor_of_the_callers_stays_open() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert len(list(batch.map(half, range(5), executor=pool))) == 5
        assert pool.submit(half, 4).result() == 2


def test_endless_input_is_read_no_further_than_the_window() -> None:
    read = 0

    def endless() -> Iterator[int]:
        nonlocal read
        while True:
            read += 1
            yield read

    with ThreadPoolExecutor(2) as pool:
        outcomes = batch.map(half, endless(), executor=pool, window=8)
        for taken, _ in enumerate(itertools.islice(outcomes, 500), 1):
            assert read <= taken + 8
    read = 0
    next(batch.map(half, endless()))
    assert read == 1


def test_closing_cancels_what_has_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.02)
        return number

    outcomes = batch.map(work, range(50), executor=partial(ThreadPoolExecutor, 1), window=50)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator
    assert len(begun) < 25


def test_an_interrupt_comes_through_and_cancels() -> None:
    def interrupt(number: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(batch.map(interrupt, range(3)))
    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        list(batch.map(interrupt, range(100), executor=pool))
    assert threading.active_count() < 10


def test_an_error_of_the_items_comes_through() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("the list is gone")

    with pytest.raises(OSError, match="the list is gone"):
        list(batch.map(half, broken(), executor=partial(ThreadPoolExecutor, 1)))


def test_a_worker_that_dies_fails_its_own_item_and_no_other() -> None:
    outcomes = list(batch.map(die_of_five, range(12), executor=processes, window=6))
    failed = [one for one in outcomes if isinstance(one, Failed)]
    assert [one.item for one in outcomes] == list(range(12))
    assert [one.item for one in failed] == [5]
    assert isinstance(failed[0].error, WorkerError)
    assert "died, and with it the work on '5'" in str(failed[0].error)


def test_a_pool_of_the_callers_that_breaks_fails_what_it_did_not_answer() -> None:
    with processes() as pool:
        outcomes = list(batch.map(die_of_five, range(12), executor=pool, window=4))
    failed = [one.item for one in outcomes if isinstance(one, Failed)]
    assert [one.item for one in outcomes] == list(range(12))
    assert {5, 11} <= set(failed)  # what the other worker finished before counts
    assert all(isinstance(one.error, WorkerError) for one in outcomes if isinstance(one, Failed))


def test_progress_counts_outcomes() -> None:
    steps: list[Step] = []
    list(batch.map(half, [1, 3, 5], progress=steps.append))
    list(batch.map(half, iter([1]), progress=steps.append))
    assert [(step.done, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3), (1, 0)]


def test_a_window_that_holds_nothing_is_refused() -> None:
    for window in (0, -1, 1.5, None):
        with pytest.raises(InputError, match="window must be"):
            batch.map(half, [1], window=window)  # type: ignore[arg-type]


def test_an_engine_gives_the_same_reports_everywhere(tmp_path: Path) -> None:
    engine = MusicEngine(analyzer=Native(threads=1))
    paths = [
        engine.save(engine.generate(f"{genre}, 4 seconds"), tmp_path / f"{genre}.wav") for genre in ("disco", "rock")
    ]
    items = [*paths, tmp_path / "missing.wav"]
    here, threads, others = (
        list(batch.map(engine.analyze, items, executor=executor))
        for executor in (None, partial(ThreadPoolExecutor, 2), processes)
    )
    assert here[:2] == threads[:2] == others[:2]
    assert all(isinstance(run[2], Failed) and isinstance(run[2].error, FileError) for run in (here, threads, others))
    assert MusicEngine().analyze(paths[0]) == here[0].value  # type: ignore[union-attr]


class TestResume:
    def test_what_is_done_is_not_done_again_and_failures_are(self) -> None:
        asked: list[int] = []

        def fetch(number: int) -> Credits:
            asked.append(number)
            return Credits(half(number))

        store = MemoryStore()
        first = list(batch.map(fetch, range(6), store=store, name="fetch"))
        again = list(batch.map(fetch, range(8), store=store, name="fetch"))
        assert asked == [0, 1, 2, 3, 4, 5, 3, 6, 7]
        assert again[:3] == first[:3]
        assert isinstance(again[3], Failed)

    def test_other_work_has_other_names(self) -> None:
        store = MemoryStore()
        list(batch.map(price, [1], store=store))
        assert list(batch.map(lambda n: Credits(9), [1], store=store, name="nine")) == [Done(1, Credits(9))]
        assert list(batch.map(lambda n: Credits(7), [1], store=store, name="nine")) == [Done(1, Credits(9))]
        assert len(list(store.keys("batch:price:"))) == 1

    def test_damage_is_computed_again(self) -> None:
        store = MemoryStore()
        list(batch.map(price, [1], store=store))
        (key,) = store.keys()
        store.put(key, b"damaged")
        assert list(batch.map(price, [1], store=store)) == [Done(1, Credits(1))]

    def test_what_cannot_be_resumed_is_refused(self) -> None:
        with pytest.raises(InputError, match="needs a name"):
            batch.map(lambda n: n, [1], store=MemoryStore())
        with pytest.raises(InputError, match=r"keeps values of this library, half:.* gave a float"):
            list(batch.map(half, [1], store=MemoryStore()))
        with pytest.raises(InputError, match="give a key"):
            list(batch.map(price, [object()], store=MemoryStore()))  # type: ignore[arg-type]

    def test_keys_tell_files_apart_by_place_or_by_content(self, tmp_path: Path) -> None:
        one, two = tmp_path / "one", tmp_path / "two"
        one.write_bytes(b"same")
        two.write_bytes(b"same")
        assert batch.identify(one) == batch.identify(str(one)) != batch.identify(two)
        assert batch.by_content(one) == batch.by_content(two)
        before = batch.identify(one), batch.by_content(one)
        one.write_bytes(b"other")
        assert batch.identify(one) != before[0]
        assert batch.by_content(one) != before[1]
        audio = Audio([[0.5]], 8_000)
        assert batch.identify(audio) == batch.by_content(audio) == audio.digest != batch.identify(Score())
        assert batch.identify("no such file") == batch.identify("no such file") != batch.identify("another")

    def test_a_run_that_was_killed_goes_on_where_it_was(self, tmp_path: Path) -> None:
        command = [sys.executable, "-c", _RUN, str(tmp_path)]
        run = subprocess.Popen(command)
        done = tmp_path / "done"
        end = time.monotonic() + 60
        while (not done.exists() or done.read_text().count("\n") < 5) and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
        before = done.read_text().split()
        assert 5 <= len(before) < 30
        subprocess.run([*command, "fast"], check=True)
        after = done.read_text().split()
        assert sorted(after, key=int)[-1] == "29"
        assert set(after) == {str(number) for number in range(30)}
        assert len(after) <= 31, "at most the item that was under way is done again"


_RUN = """
import sys, time
from pathlib import Path
from musicengine import batch
from musicengine.stores import SQLiteStore
from musicengine.values.making import Credits

folder = Path(sys.argv[1])

def work(number):
    time.sleep(0 if len(sys.argv) > 2 else 0.05)
    with open(folder / "done", "a") as file:
        file.write(f"{number}\\n")
    return Credits(number)

for outcome in batch.map(work, range(30), store=SQLiteStore(folder / "done.sqlite"), name="work"):
    assert outcome.value == Credits(outcome.item)
"""
