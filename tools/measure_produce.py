"""What producing gains on random briefs, and how much the score varies with how it is measured.

Usage: python tools/measure_produce.py [gain | noise] [--count 100] [--rounds 3] [--plain] [--seed 2024]

``gain`` produces random briefs and counts how often the best round beats the first. The briefs are a fixed list: genre,
mood, length (15 to 30 s) and seed at random, half of them with a tempo, half with a key, and every knob of production
anywhere in its range. ``--plain`` leaves the knobs alone: a prompt and a seed, nothing else.

``noise`` measures takes again after changes that nobody hears: a start up to 50 ms later, 0.1 dB less, 16 bits.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from statistics import mean
from typing import Any

import attrs
import numpy as np

from musicengine import Audio, Brief, MusicEngine, Production
from musicengine.audio.analysis import analyze
from musicengine.flows.produce import NOISE
from musicengine.synth import parse_brief
from musicengine.synth.genres import all_genres

MOODS = ("", "warm", "dark", "sad", "happy", "energetic", "calm", "romantic")
KNOBS = ("brightness", "density", "dynamics", "width", "hook_repetition")


def random_briefs(count: int, *, knobs: bool, seed: int = 2024) -> Iterator[Brief]:
    """The same briefs every time."""
    draw = random.Random(seed)
    genres = [genre.name for genre in all_genres()]
    for _ in range(count):
        words = [draw.choice(MOODS), draw.choice(genres)]
        if draw.random() < 0.5:
            words.append(f"{draw.randrange(60, 181)} bpm")
        if draw.random() < 0.5:
            words.append(f"{draw.choice('ABCDEFG')} {draw.choice(['major', 'minor'])}")
        words.append(f"{draw.randrange(15, 31)} seconds")
        brief = parse_brief(", ".join(filter(None, words)), seed=draw.randrange(2**32))
        turned: dict[str, Any] = {name: round(draw.uniform(-1, 1), 2) for name in KNOBS}
        turned |= {"vocal_level_db": round(draw.uniform(-12, 12), 1), "drift": round(draw.uniform(0, 0.05), 3)}
        yield attrs.evolve(brief, **turned) if knobs else brief


def measure_gain(count: int, rounds: int, seed: int, *, knobs: bool) -> None:
    """Print how often and by how much the best round beats the first."""
    engine = MusicEngine()
    made: list[Production] = []
    for brief in random_briefs(count, knobs=knobs, seed=seed):
        made.append(engine.produce(brief, rounds=rounds))
        scores = " ".join(f"{item.score:6.2f}{'*' if item.kept else ' '}" for item in made[-1].rounds)
        edits = "; ".join(
            f"{edit.knob or edit.field} for {edit.rule}" for item in made[-1].rounds for edit in item.edits
        )
        print(f"{brief.prompt[:50]:50} {scores}  {edits}", flush=True)
    gains = np.array([production.gain for production in made])
    imperfect = np.array([production.rounds[0].score < 100 - NOISE for production in made])
    print(f"{count} briefs, {rounds} rounds: first {mean(item.rounds[0].score for item in made):.2f}, ", end="")
    print(f"best {mean(item.best.score for item in made):.2f}, mean gain {gains.mean():.2f}, worst {gains.min():.2f}")
    print(f"the best beats the first in {(gains > 0).mean():.0%}; ", end="")
    print(f"of the {imperfect.sum()} whose first round lost points, in {(gains > 0)[imperfect].mean():.0%}")
    print("stopped:", dict(Counter(item.stopped for item in made)))


def measure_noise(count: int) -> None:
    """Print how far scores of one performance lie apart."""
    engine, changes = MusicEngine(), []
    for number, brief in enumerate(random_briefs(count, knobs=True)):
        audio = engine.generate(brief).audio
        score = analyze(audio).quality.value
        rng = np.random.default_rng(number)
        x, rate = audio.samples, audio.rate
        late = x[:, int(rng.integers(1, rate // 20)) :]
        for name, other in {
            "later": late,
            "softer": x * np.float32(10 ** (-0.1 / 20)),
            "16 bits": np.round(x * 32767) / np.float32(32767),
        }.items():
            changes.append((name, abs(analyze(Audio(other, rate)).quality.value - score)))
    for name in ("later", "softer", "16 bits", ""):
        found = np.array([change for kind, change in changes if name in ("", kind)])
        levels = "  ".join(f"{q:.0%} {np.quantile(found, q):.3f}" for q in (0.5, 0.9, 0.95, 0.99))
        print(f"{name or 'all':8} {found.size:4} changes  {levels}  most {found.max():.3f}")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["gain", "noise"], default="gain")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--seed", type=int, default=2024, help="of the briefs")
    options = parser.parse_args()
    if options.what == "noise":
        measure_noise(options.count)
    else:
        measure_gain(options.count, options.rounds, options.seed, knobs=not options.plain)


if __name__ == "__main__":
    main()
