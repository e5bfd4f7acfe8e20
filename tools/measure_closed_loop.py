"""Measure how often the analyzers recover what the composer wrote; print a Markdown table by genre.

    python tools/measure_closed_loop.py [--each 20] [--seconds 30] [--meter 4/4]

Every genre gets ``--each`` briefs with tempo (60 to 180 bpm), key and seed drawn at random, always the same ones.
"""

from __future__ import annotations

import argparse

import attrs
import numpy as np

from musicengine import Brief, Key, MusicEngine
from musicengine.synth.genres import all_genres


@attrs.frozen
class Outcome:
    """What came back of one brief."""

    tempo: bool
    tempo_named: bool
    key: bool
    key_near: bool
    loudness: bool
    beats: float
    meter: bool


def is_near(asked: Key, found: Key) -> bool:
    """Whether the keys are the same, relative, or a fifth apart in the same mode."""
    relative = found.mode != asked.mode and (found.tonic - asked.tonic) % 12 == (9 if asked.mode == "major" else 3)
    fifth = found.mode == asked.mode and (found.tonic - asked.tonic) % 12 in (0, 5, 7)
    return relative or fifth


def beat_f_measure(asked: np.ndarray, found: np.ndarray) -> float:
    """F of beats within 70 ms."""
    hits = sum(bool((np.abs(found - time) <= 0.07).any()) for time in asked)
    return 2 * hits / max(1, len(asked) + len(found))


def draw(genre: str, seconds: float, rng: np.random.Generator, meter: str = "4/4") -> Brief:
    """A brief with tempo, key and seed drawn at random."""
    return Brief(
        prompt=genre,
        genre=genre,
        meter=meter,
        bpm=float(rng.integers(60, 181)),
        key=Key(int(rng.integers(12)), str(rng.choice(["major", "minor"]))),
        duration_s=seconds,
        seed=int(rng.integers(2**31)),
    )


def close_the_loop(engine: MusicEngine, brief: Brief) -> Outcome:
    """Generate, analyze, compare."""
    take = engine.generate(brief)
    report = engine.analyze(take.audio).audio
    assert take.truth is not None
    asked = take.truth.tempo.bpm
    named = [] if report.tempo is None else [report.tempo.bpm, *(other.bpm for other in report.tempo.alternatives)]
    near = [abs(bpm - asked) <= 0.02 * asked for bpm in named]
    key = report.key
    return Outcome(
        tempo=bool(near and near[0]),
        tempo_named=any(near),
        key=key is not None and (key.tonic, key.mode) == (take.truth.key.tonic, take.truth.key.mode),
        key_near=key is not None and is_near(take.truth.key, key),
        loudness=report.loudness is not None and abs(report.loudness.integrated_lufs + 14) <= 0.5,
        beats=beat_f_measure(take.truth.beats.times_s, report.beats.times_s) if report.beats else 0.0,
        meter=report.rhythm is not None and report.rhythm.meter == take.brief.meter,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--meter", default="4/4")
    options = parser.parse_args()
    engine, rng = MusicEngine(), np.random.default_rng(0)
    columns = [field.name for field in attrs.fields(Outcome)]
    print("| genre | n | " + " | ".join(columns) + " |\n|---|---|" + "---|" * len(columns))
    everything = []
    for genre in all_genres():
        outcomes = [
            close_the_loop(engine, draw(genre.name, options.seconds, rng, options.meter)) for _ in range(options.each)
        ]
        everything += outcomes
        print_row(genre.name, outcomes, columns)
    print_row("**all**", everything, columns)


def print_row(name: str, outcomes: list[Outcome], columns: list[str]) -> None:
    """One line of the table: the share of briefs for which each thing holds."""
    means = [np.mean([float(getattr(outcome, column)) for outcome in outcomes]) for column in columns]
    print(f"| {name} | {len(outcomes)} | " + " | ".join(f"{mean:.2f}" for mean in means) + " |", flush=True)


if __name__ == "__main__":
    main()
