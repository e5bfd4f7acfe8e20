"""How the measurements behind the score answer the knobs of a brief, on generated takes: the table of responses.

Usage: python tools/measure_responses.py [--count 24]

Every genre is rendered with each knob at 0, then turned up and down. For every rule and knob the median slope over all
takes is printed with the share of takes that moved that way. Pairs that move less than a tenth of the rule's range
when the knob is turned all the way, agree in fewer than two of three takes, or are measured in fewer than a third of
the takes are left out. Drift is an edit of its own (:mod:`musicengine.flows.refine`).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator

import attrs
import numpy as np

from musicengine import Audio, Brief, MusicEngine
from musicengine.audio import measure_loudness
from musicengine.audio.balance import find_imbalance
from musicengine.audio.faults import find_faults
from musicengine.audio.quality import _find_contrast, _find_levels
from musicengine.audio.rules import RULES, Rule
from musicengine.audio.spectrum import survey
from musicengine.synth.genres import all_genres

TURNS = {
    "brightness": (-0.5, 0.5),
    "density": (-0.5, 0.5),
    "dynamics": (-0.5, 0.5),
    "width": (-0.5, 0.5),
    "hook_repetition": (-0.5, 0.5),
    "vocal_level_db": (-4.0, 4.0),
    "drift": (0.0, 0.03),
}
MOODS = (None, "warm", "dark", "energetic")


def measurements(audio: Audio) -> dict[str, float]:
    """What the rules about sound measure, costly or not; beats and sections have edits of their own."""
    loudness, seen = measure_loudness(audio), survey(audio)
    found = [
        *_find_levels(audio, loudness),
        *find_faults(audio, seen, loudness.integrated_lufs),
        *find_imbalance(seen, audio.duration_s),
        *_find_contrast(seen),
    ]
    return {name: finding.measured for name, finding in found if np.isfinite(finding.measured)}


def slopes(count: int) -> Iterator[tuple[str, str, float]]:
    """Rule, knob and slope of each take."""
    engine, genres = MusicEngine(), [genre.name for genre in all_genres()]
    for number in range(count):
        brief = Brief("", genre=genres[number % len(genres)], mood=MOODS[number % 4], duration_s=20.0, seed=number)
        for knob, turns in TURNS.items():
            low, high = (measurements(engine.generate(attrs.evolve(brief, **{knob: turn})).audio) for turn in turns)
            for rule in set(low) & set(high):
                yield rule, knob, (high[rule] - low[rule]) / (turns[1] - turns[0])


def reach(rule: Rule) -> float:
    """From costing nothing to costing all, in the rule's unit."""
    return min(
        abs(bad - good) for good, bad in zip(rule.good, rule.bad, strict=True) if np.isfinite(good) and good != bad
    )


def main() -> None:
    """Print the responses as they are written down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24)
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    count = parser.parse_args().count
    for rule, knob, slope in slopes(count):
        found[rule, knob].append(slope)
    for (rule, knob), each in sorted(found.items()):
        slope = float(np.median(each))
        agree = float(np.mean(np.sign(each) == np.sign(slope)))
        turn = {"drift": 0.05, "vocal_level_db": 12.0}.get(knob, 1.0)
        if (
            knob != "drift"
            and len(each) >= count / 3
            and slope
            and abs(slope) * turn > 0.1 * reach(RULES[rule])
            and agree >= 0.66
        ):
            print(f'    Response("{rule}", "{knob}", {slope:.3g}, {agree:.2f}),')


if __name__ == "__main__":
    main()
