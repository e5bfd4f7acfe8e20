"""Lyrics: a song within 10 ms, and time in proportion to lines."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from musicengine import lyrics

PLACES = "river mountain harbor station window corner garden bridge tower valley".split()  # noqa: SIM905
DEEDS = "walk wait sing stay burn drift fall shine call rest".split()  # noqa: SIM905
TIMES = "night day rain light morning season hour summer winter evening".split()  # noqa: SIM905


def song(lines: int, first: int = 0) -> str:
    """A lyric without repeated lines, in stanzas of eight; its lines are numbered from ``first``."""
    rows = []
    for number in range(first, first + lines):
        place, deed, when = PLACES[number % 10], DEEDS[number // 10 % 10], TIMES[(number * 7) % 10]
        rows.append(f"{'Now' if number % 3 else 'Then'} I {deed} beside the {place} number {number} in the {when}")
        if number % 8 == 7:
            rows.append("")
    return "\n".join(rows)


def seconds(text: str) -> float:
    """How long it takes to analyze a text, once."""
    start = time.perf_counter()
    lyrics.analyze(text)
    return time.perf_counter() - start


def test_a_song_of_60_lines(benchmark: Any) -> None:
    text = song(60)
    benchmark.pedantic(lyrics.analyze, (text,), rounds=30, warmup_rounds=3)
    assert benchmark.stats.stats.min < 0.010


def test_a_scheme_of_60_lines(benchmark: Any) -> None:
    lines = [line for line in song(60).splitlines() if line]
    benchmark.pedantic(lyrics.find_rhyme_scheme, (lines,), rounds=30, warmup_rounds=3)
    assert benchmark.stats.stats.min < 0.008


def test_the_first_song_with_everything_loaded_on_the_way() -> None:
    script = (
        "import time, sys; import numpy, attrs; from musicengine import lyrics; text = sys.stdin.read(); "
        "start = time.perf_counter(); lyrics.analyze(text); print(time.perf_counter() - start)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], input=song(60), capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert min(float(run.stdout) for run in runs) < 0.100


@pytest.mark.parametrize("lines", [10_000])
def test_time_grows_with_lines_and_no_faster(lines: int) -> None:
    # All lines are of one length (their numbers have five digits), and all numbers are read for the first time: a text
    # that was analyzed before is faster for the words it shares, which says nothing about its length.
    lyrics.analyze(song(60))
    few = min(seconds(song(lines // 10, first)) for first in range(10_000, 10_000 + lines // 2, lines // 10))
    many = min(seconds(song(lines, first)) for first in (20_000, 40_000, 60_000))
    assert many / few < 12
