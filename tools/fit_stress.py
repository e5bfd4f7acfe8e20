"""Fit the stress model to transcribed rap, and say how well it does on songs it has not seen.

    MUSICENGINE_DATA=folder python tools/fit_stress.py [--write src/musicengine/lyrics/stress_weights.py]

Reads ``lyrics/mcflow.jsonl.gz`` of the labelled data: lines with one stress mark a syllable. Lines whose number of
syllables the library counts differently are left out. The model is a linear-chain conditional random field with two
states; it is fitted by gradient ascent on the likelihood, with a penalty on the squared weights, and measured in five
folds of songs. Only words heard at least ``LEAST`` times have a weight of their own, and only those of a closed class.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import zlib
from collections import Counter
from pathlib import Path

import attrs
import numpy as np

from musicengine.lyrics import stress
from musicengine.lyrics.syllables import scan

LEAST = 12
PENALTY = 2.0
CLOSED = """a an the this that these those my your his her its our their some any no all both each every either neither
another other such much more most many i you he she it we they me him us them mine yours hers ours theirs who whom
whose which what ya y'all em 'em one ones someone who's what's that's it's he's she's there's here's let's where's how's
i'm i'll i'd i've you're you'll you'd you've he'll he'd she'll she'd we're we'll we'd we've they're they'll they'd
they've am is are was were be been do does did has have had can could will would shall should may might must ain't
don't can't won't isn't wasn't didn't doesn't couldn't wouldn't i'ma ima and or but nor so yet if as than that because
cause 'cause cuz while when where why how till 'til then though tho since of to in on at by for from with into off out
up down over through like about 'bout per just not too now here there oh uh yo yeah well hey ayo da tha wit n got get
gotta"""


@attrs.frozen
class Row:
    """A line: its song, a feature a syllable, whether each is inside a word, and its mark (-1 for none)."""

    song: str
    features: list[str]
    inside: list[bool]
    marks: list[int]


def rows(folder: Path) -> list[Row]:
    """All lines that the library counts as the transcription does."""
    found = []
    with gzip.open(folder / "lyrics" / "mcflow.jsonl.gz", "rt") as file:
        verses = [json.loads(line) for line in file]
    for verse in verses:
        for line in verse["lines"]:
            scansion = scan(line["text"])
            if scansion.syllables != len(line["syl"]):
                continue
            features, inside = [], []
            for word, phones in zip(scansion.spelled, scansion.said, strict=True):
                stresses = [int(phone[-1]) for phone in phones if phone[-1].isdigit()]
                features += stress.stress_features(word, stresses)
                inside += [at > 0 for at in range(len(stresses))]
            marks = [-1 if syllable[3] is None else int(syllable[3] > 0) for syllable in line["syl"]]
            found.append(Row(verse["song"], features, inside, marks))
    return found


def packed(lines: list[Row], number: dict[str, int]) -> tuple[np.ndarray, ...]:
    """Features, whether inside a word, marks, and the last place of each line, padded."""
    shape = len(lines), max(len(line.marks) for line in lines)
    features, inside, marks = np.full(shape, -1), np.zeros(shape, int), np.full(shape, -1)
    for at, line in enumerate(lines):
        n = len(line.marks)
        features[at, :n] = [number[feature] for feature in line.features]
        inside[at, :n], marks[at, :n] = line.inside, line.marks
    return features, inside, marks, np.array([len(line.marks) - 1 for line in lines])


def expectations(
    emissions: np.ndarray, transitions: np.ndarray, inside: np.ndarray, marks: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How likely each syllable is stressed, and how often each transition happens, by forward and backward sums.

    Marks of 0 and 1 are kept to, -1 is free.
    """
    n, longest = emissions.shape
    scores = np.stack([np.zeros_like(emissions), emissions], axis=2)
    scores[..., 0] = np.where(marks == 1, -1e9, scores[..., 0])
    scores[..., 1] = np.where(marks == 0, -1e9, scores[..., 1])
    steps = transitions[inside]  # (lines, places, from, to)
    forward, backward = scores.copy(), np.zeros_like(scores)
    for at in range(1, longest):
        forward[:, at] += np.logaddexp.reduce(forward[:, at - 1, :, None] + steps[:, at], axis=1)
    for at in range(longest - 2, -1, -1):
        after = np.logaddexp.reduce(steps[:, at + 1] + (scores + backward)[:, at + 1, None, :], axis=2)
        backward[:, at] = np.where((at < lengths)[:, None], after, 0)
    total = np.logaddexp.reduce(forward[np.arange(n), lengths], axis=1)
    exists = np.arange(longest) <= lengths[:, None]
    stressed = np.exp(forward + backward - total[:, None, None])[..., 1] * exists
    pairs = (
        np.exp(
            forward[:, :-1, :, None] + steps[:, 1:] + (scores + backward)[:, 1:, None, :] - total[:, None, None, None]
        )
        * exists[:, 1:, None, None]
    )
    counts = np.stack([(pairs * (inside[:, 1:, None, None] == kind)).sum(axis=(0, 1)) for kind in (0, 1)])
    return stressed, counts


def fit(lines: list[Row], names: list[str], rounds: int = 150) -> tuple[np.ndarray, np.ndarray, float]:
    """Emission weights, transition weights (between words, inside) and the weight of a line's last syllable."""
    features, inside, marks, lengths = packed(lines, {name: at for at, name in enumerate(names)})
    exists, free = features >= 0, np.full_like(marks, -1)
    weights, transitions, last = np.zeros(len(names)), np.zeros((2, 2, 2)), 0.0
    squares = [np.zeros_like(weights), np.zeros_like(transitions), 0.0]
    for _ in range(rounds):
        emissions = np.where(exists, weights[features], 0.0)
        emissions[np.arange(len(lines)), lengths] += last
        wanted, wanted_pairs = expectations(emissions, transitions, inside, marks, lengths)
        found, found_pairs = expectations(emissions, transitions, inside, free, lengths)
        gap = wanted - found
        gradients = [
            np.bincount(features[exists], gap[exists], len(names)) - PENALTY * weights,
            wanted_pairs - found_pairs - PENALTY * transitions,
            gap[np.arange(len(lines)), lengths].sum() - PENALTY * last,
        ]
        squares = [square + gradient**2 for square, gradient in zip(squares, gradients, strict=True)]  # AdaGrad
        weights, transitions, last = (
            value + 0.5 * gradient / np.sqrt(square + 1e-8)
            for value, gradient, square in zip((weights, transitions, last), gradients, squares, strict=True)
        )
    return weights, transitions, float(last)


def accuracy(lines: list[Row], model: tuple[np.ndarray, np.ndarray, float], names: list[str]) -> tuple[int, int]:
    """How many marks the model gets right, and how many there are; as the library decodes."""
    weights, transitions, last = model
    log_odds = dict(zip(names, weights.tolist(), strict=True))
    kinds = [tuple(kind.ravel().tolist()) for kind in transitions]
    right = total = 0
    for line in lines:
        emissions = [log_odds[feature] for feature in line.features]
        emissions[-1] += last
        for mark, found in zip(line.marks, stress.likeliest(emissions, line.inside, kinds), strict=True):
            if mark >= 0:
                right += found == mark
                total += 1
    return right, total


def render(model: tuple[np.ndarray, np.ndarray, float], names: list[str]) -> str:
    """The module that holds the weights."""
    weights, transitions, last = model
    lines = ['"""The weights of the stress model, fitted by tools/fit_stress.py: do not edit."""', ""]
    lines += ["from __future__ import annotations", "", '__all__ = ["EMISSIONS", "LAST", "TRANSITIONS"]', ""]
    lines += [
        f"LAST = {last:.2f}",
        "# Between words, inside a word: weak weak, weak strong, strong weak, strong strong.",
    ]
    kinds = ", ".join("(" + ", ".join(f"{value:.2f}" for value in kind.ravel()) + ")" for kind in transitions)
    lines += [f"TRANSITIONS = ({kinds})", "EMISSIONS = {"]
    lines += [f'    "{name}": {weight:.2f},' for name, weight in sorted(zip(names, weights, strict=True))]
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Fit in folds, measure, fit on everything, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    stress.EMISSIONS = dict.fromkeys(CLOSED.split(), 0.0)  # type: ignore[misc]
    lines = rows(Path(os.environ["MUSICENGINE_DATA"]))
    counts = Counter(feature for line in lines for feature in line.features)
    rare = {word for word in CLOSED.split() if counts[word] < LEAST}
    stress.EMISSIONS = dict.fromkeys([word for word in CLOSED.split() if word not in rare], 0.0)  # type: ignore[misc]
    lines = rows(Path(os.environ["MUSICENGINE_DATA"]))
    places = [f"{place} {digit}" for place in ("first", "inside", "last") for digit in range(3)]
    names = sorted({*stress.EMISSIONS, *places, "one 0", "one 1"})
    right = total = 0
    for fold in range(5):
        held = [zlib.crc32(line.song.encode()) % 5 == fold for line in lines]
        model = fit([line for line, out in zip(lines, held, strict=True) if not out], names)
        scores = accuracy([line for line, out in zip(lines, held, strict=True) if out], model, names)
        right, total = right + scores[0], total + scores[1]
    print(f"{len(lines)} lines, {len(names)} features; stress right on {right / total:.4f} of {total} unseen syllables")
    model = fit(lines, names)
    if options.write:
        options.write.write_text(render(model, names))


if __name__ == "__main__":
    main()
