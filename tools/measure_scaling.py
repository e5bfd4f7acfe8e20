"""Measures how batches of analyses scale here, and prints the table of docs/scaling.md.

::

    OPENBLAS_NUM_THREADS=1 python tools/measure_scaling.py --tracks 24 --rounds 3

Every way analyzes the same files, whose reports must be the same. Workers are started and warmed before the clock
runs. The time is the best of the rounds; the efficiency of two cores is the time of one thread over twice theirs.
CPU time is that of this process and its workers without their start; other programs on the machine disturb it less.
One thread's CPU time over another way's is the efficiency that is left when nobody waits for anybody.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path

import attrs

from musicengine import MusicEngine, batch
from musicengine.backends.native import Native

GENRES = ("disco", "rock", "ambient", "techno", "ballad", "trap")


@attrs.frozen
class Way:
    """One way to run a batch."""

    name: str
    engine_threads: int
    make: Callable[[], Executor] | None


def ways() -> Iterator[Way]:
    """From one core to two, each in turn."""
    processes = lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn"))  # noqa: E731
    yield Way("one thread", 1, None)
    yield Way("one item at a time, two threads an item (the default)", 2, None)
    yield Way("two threads, one an item", 1, lambda: ThreadPoolExecutor(2))
    yield Way("two processes, one thread an item", 1, processes)
    yield Way("two processes, two threads an item", 2, processes)


def cpu_s() -> float:
    """CPU seconds of this process and of the workers that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run(way: Way, paths: list[Path], rounds: int) -> tuple[float, float, list[str]]:
    """The best time of a round in seconds, CPU seconds of a round, and the digests of the reports."""
    analyze = MusicEngine(analyzer=Native(threads=way.engine_threads), cache=False).analyze
    spent: dict[int, float] = {}
    times, digests = [], []
    for count in (0, rounds):  # starting and warming the workers costs the same in both
        before = cpu_s()
        with way.make() if way.make else nullcontext() as executor:
            list(batch.map(analyze, paths[:6], executor=executor))
            for _ in range(count):
                start = time.perf_counter()
                outcomes = list(batch.map(analyze, paths, executor=executor))
                times.append(time.perf_counter() - start)
                digests = [one.value.digest for one in outcomes if isinstance(one, batch.Done)]
        spent[count] = cpu_s() - before
    return min(times), (spent[rounds] - spent[0]) / rounds, digests


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=24)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    engine = MusicEngine()
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            engine.save(
                engine.generate(f"{GENRES[n % len(GENRES)]}, {80 + 2 * n} bpm, {options.seconds} seconds"),
                Path(folder) / f"{n}.wav",
            )
            for n in range(options.tracks)
        ]
        print(f"{options.tracks} tracks of {options.seconds} s, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(
            "| way | s a track | tracks a minute | speed-up | efficiency of two cores | CPU s a track | 1,000 tracks |"
        )
        print("|---|---|---|---|---|---|---|")
        first: tuple[float, list[str]] | None = None
        for way in ways():
            took, cpu, digests = run(way, paths, options.rounds)
            first = first or (took, cpu, digests)
            assert digests == first[2], "every way gives the same reports"
            each, speed = took / len(paths), first[0] / took
            efficiency = "" if way.make is None and way.engine_threads == 1 else f"{speed / 2:.2f}"
            print(
                f"| {way.name} | {each:.3f} | {60 / each:.0f} | {speed:.2f} | {efficiency} | {cpu / len(paths):.3f} "
                f"| {first[1] / cpu:.2f} | {1000 * cpu / len(paths) / 3600:.3f} core-hours |",
                flush=True,
            )


if __name__ == "__main__":
    main()
