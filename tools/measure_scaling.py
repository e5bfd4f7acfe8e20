"""Measures how batches of analyses scale here, and prints the table of docs/scaling.md.

::

    OPENBLAS_NUM_THREADS=1 python tools/measure_scaling.py --tracks 16 --rounds 9

Every way analyzes the same files, whose reports must be the same. Workers are started and warmed before the clock
runs. The ways take turns, and each is compared with the others of its round, so other programs on the machine disturb
all of them alike; the table has the medians of the rounds.

The speed-up is over one thread. Two cores are seldom twice as fast as one: they share caches, memory and the clock of
the chip. So the yardstick is two programs that know nothing of each other, with half of the files each: the efficiency
of a way is their time over its own. What is missing to 1 is what the batch itself costs: passing work and reports.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import attrs

from musicengine import MusicEngine, batch
from musicengine.backends.native import Native

GENRES = ("disco", "rock", "ambient", "techno", "ballad", "trap")
ONE, PROGRAMS = "one thread", "two programs, half of the files each"


def engine(threads: int) -> MusicEngine:
    """One that measures each time it is asked."""
    return MusicEngine(analyzer=Native(threads=threads), cache=False)


def alone(paths: list[Path]) -> list[str]:
    """The digests of the reports, made one after another."""
    return [engine(1).analyze(path).digest for path in paths]


def batched(threads: int, executor: Executor | None, paths: list[Path]) -> list[str]:
    """The same by a batch."""
    outcomes = batch.map(engine(threads).analyze, paths, executor=executor)
    return [one.value.digest for one in outcomes if isinstance(one, batch.Done)]


def side_by_side(executor: Executor, paths: list[Path]) -> list[str]:
    """The same by two workers that are given all of their work at once."""
    halves = [executor.submit(alone, paths[part::2]) for part in (0, 1)]
    first, second = (half.result() for half in halves)
    return [(first, second)[at % 2][at // 2] for at in range(len(paths))]


@attrs.define
class Way:
    """One way to do it, and how long it took in each round."""

    name: str
    run: Callable[[list[Path]], list[str]]
    executor: Executor | None = None
    times_s: list[float] = attrs.field(factory=list)
    cpu_s: list[float] = attrs.field(factory=list)

    def measure(self, paths: list[Path]) -> list[str]:
        """One more round."""
        before, start = self._cpu_s(), time.perf_counter()
        digests = self.run(paths)
        self.times_s.append(time.perf_counter() - start)
        self.cpu_s.append(self._cpu_s() - before)
        return digests

    def _cpu_s(self) -> float:
        """CPU seconds of this process and of the workers; of this process alone where there is no /proc."""
        workers = getattr(self.executor, "_processes", None) or {}
        stats = [Path(f"/proc/{pid}/stat") for pid in workers]
        ticks = [sum(map(int, stat.read_text().rsplit(")", 1)[1].split()[11:13])) for stat in stats if stat.exists()]
        return time.process_time() + sum(ticks) / os.sysconf("SC_CLK_TCK")


def ways(stack: ExitStack) -> Iterator[Way]:
    """From one core to two, each in turn."""

    def pool() -> Executor:
        return stack.enter_context(ProcessPoolExecutor(2, mp_context=get_context("spawn")))

    threads, single, double, programs = stack.enter_context(ThreadPoolExecutor(2)), pool(), pool(), pool()
    yield Way(ONE, partial(batched, 1, None))
    yield Way(PROGRAMS, partial(side_by_side, programs), programs)
    yield Way("batch, two processes, one thread an item", partial(batched, 1, single), single)
    yield Way("batch, two processes, two threads an item", partial(batched, 2, double), double)
    yield Way("batch, two threads, one an item", partial(batched, 1, threads))
    yield Way("one item at a time, two threads an item (the default)", partial(batched, 2, None))


def table(found: list[Way], tracks: int) -> Iterator[str]:
    """The rows of the table, in Markdown."""
    one, programs = (next(way for way in found if way.name == name) for name in (ONE, PROGRAMS))
    yield "| way | s a track | speed-up | efficiency against two programs | CPU s a track | 1,000 tracks |"
    yield "|---|---|---|---|---|---|"
    for way in found:
        each = statistics.median(way.times_s) / tracks
        faster = statistics.median(a / b for a, b in zip(one.times_s, way.times_s, strict=True))
        rate = statistics.median(a / b for a, b in zip(programs.times_s, way.times_s, strict=True))
        cpu = statistics.median(way.cpu_s) / tracks
        hours = f"{1000 * cpu / 3600:.3f} core-hours"
        yield f"| {way.name} | {each:.3f} | {faster:.2f} | {rate:.2f} | {cpu:.3f} | {hours} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    maker = MusicEngine()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        prompts = [
            f"{GENRES[n % len(GENRES)]}, {80 + 2 * n} bpm, {options.seconds} seconds" for n in range(options.tracks)
        ]
        paths = [maker.save(maker.generate(text), Path(folder) / f"{n}.wav") for n, text in enumerate(prompts)]
        found = list(ways(stack))
        for way in found:  # start and warm the workers
            way.run(paths[:6])
        loads = []
        for _ in range(options.rounds):
            digests = [way.measure(paths) for way in found]
            assert all(digest == digests[0] for digest in digests), "every way gives the same reports"
            loads.append(os.getloadavg()[0])
        load = f"load {min(loads):.1f} to {max(loads):.1f}"
        print(
            f"{options.tracks} tracks of {options.seconds} s, {os.cpu_count()} cores, {load}, {options.rounds} rounds"
        )
        print("\n".join(table(found, options.tracks)))


if __name__ == "__main__":
    main()
