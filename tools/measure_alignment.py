"""Measure how well words are found in generated takes, from the mixture alone; print a Markdown table by genre.

    python tools/measure_alignment.py [--takes 36] [--seconds 30]

Errors are those of the starts of words against what was written. "Own" and "other" are the mean confidences of a
take's own words and of the words of another take.
"""

from __future__ import annotations

import argparse

import numpy as np

from musicengine import Brief, MusicEngine, Take
from musicengine.synth.genres import all_genres

GENRES = [genre.name for genre in all_genres() if genre.sung]


def errors_s(engine: MusicEngine, take: Take) -> tuple[np.ndarray, float]:
    """How far the starts of words lie from the truth, and the mean confidence."""
    assert take.truth is not None
    found = engine.transcribe(take.audio, take.lyrics).words
    assert [word.text for word in found] == [word.text for word in take.truth.words]
    errors = [word.start_s - true.start_s for word, true in zip(found, take.truth.words, strict=True)]
    return np.array(errors), float(np.mean([word.confidence for word in found]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=int, default=36)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--first-seed", type=int, default=5000)
    options = parser.parse_args()
    engine = MusicEngine()
    takes = [
        engine.generate(Brief(genre=GENRES[i % len(GENRES)], duration_s=options.seconds, seed=options.first_seed + i))
        for i in range(options.takes)
    ]
    print("| genre | words | median ms | mean ms | within 50 ms | within 100 ms | own | other |")
    print("|---|---|---|---|---|---|---|---|")
    every, medians, owns, others = [], [], [], []
    for i, take in enumerate(takes):
        errors, own = errors_s(engine, take)
        alien = engine.transcribe(take.audio, takes[i - 1].lyrics).words
        other = float(np.mean([word.confidence for word in alien]))
        every.append(errors)
        medians.append(np.median(np.abs(errors)))
        owns.append(own)
        others.append(other)
        print_row(str(take.brief.genre), errors, own, other)
    print_row("**all**", np.concatenate(every), float(np.mean(owns)), float(np.mean(others)))
    print(f"\nmedian of the takes' medians {1000 * np.median(medians):.0f} ms, worst {1000 * max(medians):.0f} ms")


def print_row(name: str, errors: np.ndarray, own: float, other: float) -> None:
    """One line of the table."""
    away = np.abs(errors)
    within = " | ".join(f"{(away <= limit).mean():.2f}" for limit in (0.05, 0.1))
    middle = f"{1000 * np.median(away):.0f} | {1000 * away.mean():.0f}"
    print(f"| {name} | {errors.size} | {middle} | {within} | {own:.2f} | {other:.2f} |", flush=True)


if __name__ == "__main__":
    main()
