"""Fit what tells verse from rap and write ``src/musicengine/lyrics/data/verse.npz``.

    python tools/fit_verse.py FOLDER [--folds 5] [--dry-run]

FOLDER holds ``rhymedata.jsonl.gz`` and ``mcflow.jsonl.gz`` (see ``fit_rhyme.py``). Raps are cut into pieces of 2 to 16
lines as well, so that length tells nothing; both kinds weigh the same. Prints the cross-validated share of stanzas,
pieces and whole verses told rightly; no poet and no song is in two folds.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

import numpy as np

from musicengine.lyrics.sounds import hear_lines
from musicengine.lyrics.verse import describe

OUTPUT = Path(__file__).parents[1] / "src/musicengine/lyrics/data/verse.npz"
PENALTY = 1e-3


def load(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features (n, 6), whether it is rap (n,), poet or song (n,), and whether it is a whole (n,)."""
    rng = np.random.default_rng(0)
    rows = []
    for name, rap in (("rhymedata", False), ("mcflow", True)):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt") as file:
            for text in map(json.loads, file):
                lines = [line["text"] if rap else line for line in text["lines"]]
                group = text.get("song", text["file"])
                rows.append((lines, rap, group, True))
                while rap and len(lines) >= 2:
                    size = int(rng.integers(2, 17))
                    rows.append((lines[:size], rap, group, False))
                    lines = lines[size:]
    features = np.array([describe(hear_lines(lines)) for lines, *_ in rows])
    _, rap, groups, whole = zip(*rows, strict=True)
    return features, np.array(rap), np.array(groups), np.array(whole)


def fit(features: np.ndarray, rap: np.ndarray) -> np.ndarray:
    """Penalized logistic regression by Newton's method; the last weight is the bias."""
    x = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    share = np.where(rap, 0.5 / rap.mean(), 0.5 / (1 - rap.mean()))
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        guess = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (share * (guess - rap)) / len(x) + PENALTY * weights * 0.1
        curve = (x.T * (share * guess * (1 - guess))) @ x / len(x) + PENALTY * 0.1 * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return weights


def main() -> None:
    """Fit, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    features, rap, groups, whole = load(options.folder)
    names = np.unique(groups)
    number = dict(zip(np.random.default_rng(0).permutation(names), np.arange(len(names)) % options.folds, strict=True))
    fold = np.array([number[group] for group in groups])
    right = np.zeros(len(rap), bool)
    for left_out in range(options.folds):
        weights = fit(features[fold != left_out], rap[fold != left_out])
        inside = fold == left_out
        right[inside] = (features[inside] @ weights[:-1] + weights[-1] > 0) == rap[inside]
    for name, rows in {"stanzas": ~rap, "pieces of rap": rap & ~whole, "verses of rap": rap & whole}.items():
        print(f"{name}: {right[rows].mean():.4f} of {rows.sum()}")
    weights = fit(features, rap)
    print(np.round(weights, 2).tolist())
    if not options.dry_run:
        np.savez_compressed(OUTPUT, weights=weights[:-1].astype(np.float32), bias=np.float32(weights[-1]))


if __name__ == "__main__":
    main()
