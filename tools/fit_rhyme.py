"""Fit what rhyme is to annotated verse and write ``src/musicengine/lyrics/data/rhyme.npz``.

    python tools/fit_rhyme.py FOLDER [--folds 5] [--dry-run]

FOLDER holds ``rhymedata.jsonl.gz`` (stanzas: "file", "lines", "scheme") and ``mcflow.jsonl.gz`` (verses of rap: "song",
"lines" with "text" and "syl", whose sixth entry names the rhyme classes of a syllable). For each style it trains the
network of ``lyrics.likeness`` on pairs of lines (that of rap starts from that of poems), counts the shapes of schemes,
and picks the weights of the search by cross-validation in which no poet and no song is in two folds. Prints the
cross-validated accuracy of whole schemes before it writes. Only derived constants are written, no text.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
from pathlib import Path

import attrs
import numpy as np

from musicengine.lyrics.likeness import Pairs, Weights, compare, find_pairs, look_up, spread
from musicengine.lyrics.scheme import ORDER, START, Shape, decode, links
from musicengine.lyrics.sounds import DEPTH, hear_lines
from musicengine.lyrics.tails import Tails, find_tails

OUTPUT = Path(__file__).parents[1] / "src/musicengine/lyrics/data/rhyme.npz"
HIDDEN = 24
BATCH = 512
REACH = {"strict": 15, "rap": 4}
EPOCHS = {"strict": 6, "rap": 12}
DECAY = {"strict": 1e-5, "rap": 1e-3}
SMOOTHING = {"strict": 5.0, "rap": 20.0}
GRID = {
    "strict": [(0.5,), (0.4, 0.5, 0.6), (0.0,), (1.0, 1.5, 2.0)],
    "rap": [(1.0,), (0.6, 0.8, 1.0), (0.8, 0.9, 1.0), (0.0, 0.3)],
}
"""The weights of the search that are tried: evidence, prior, bias, alone."""


@attrs.frozen(eq=False)
class Corpus:
    """Annotated stanzas of one style.

    Args:
        texts: all lines.
        starts: (n,) the first line of each line's stanza.
        gold: of each line, the rhymes it belongs to.
        groups: of each line, the poet or song.
        tails: of the lines.
        pairs: within reach.
        rhymes: (pairs,) whether they rhyme.
    """

    texts: list[str]
    starts: np.ndarray
    gold: list[frozenset]
    groups: np.ndarray
    tails: Tails
    pairs: Pairs
    rhymes: np.ndarray

    @property
    def stanzas(self) -> list[range]:
        """The lines of each stanza."""
        begins = [*np.flatnonzero(np.diff(self.starts, prepend=-1)), len(self.texts)]
        return [range(a, b) for a, b in itertools.pairwise(begins)]


def load(folder: Path, style: str) -> Corpus:
    """Read the corpus of a style."""
    name = {"strict": "rhymedata", "rap": "mcflow"}[style]
    texts, starts, gold, groups = [], [], [], []
    with gzip.open(folder / f"{name}.jsonl.gz", "rt") as file:
        for row in map(json.loads, file):
            begin = len(texts)
            if style == "strict":
                texts += row["lines"]
                gold += [frozenset([label]) for label in row["scheme"]]
            else:
                texts += [line["text"] for line in row["lines"]]
                gold += [end_classes(line) for line in row["lines"]]
            starts += [begin] * (len(texts) - begin)
            groups += [row.get("song", row["file"])] * (len(texts) - begin)
    heard = [line for at in range(0, len(texts), 5000) for line in hear_lines(texts[at : at + 5000])]
    tails = find_tails(heard)
    pairs = find_pairs(tails, np.array(starts), REACH[style])
    rhymes = [
        bool(gold[line] & gold[line - distance]) for line, distance in zip(pairs.lines, pairs.distances, strict=True)
    ]
    return Corpus(texts, np.array(starts), gold, np.array(groups), tails, pairs, np.array(rhymes, np.float32))


def end_classes(line: dict) -> frozenset:
    """The rhyme classes of the last annotated syllable among a line's last three."""
    for syllable in reversed(line["syl"][-3:]):
        if syllable[5]:
            return frozenset(part.strip("()").upper() for part in syllable[5].split() if part.strip("()"))
    return frozenset()


class Network:
    """The network of ``likeness``, trainable: logistic loss, Adam, weight decay."""

    def __init__(self, inputs: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.weights = {
            "vowels": np.zeros((DEPTH, 16, 16)),
            "consonants": np.zeros((2, 25, 25)),
            "hidden": rng.normal(0, inputs**-0.5, (inputs, HIDDEN)),
            "hidden_bias": np.zeros(HIDDEN),
            "output": rng.normal(0, HIDDEN**-0.5, (HIDDEN, 1)),
            "output_bias": np.zeros(1),
        }

    def forward(self, x: np.ndarray, vowels: np.ndarray, consonants: np.ndarray) -> tuple[np.ndarray, ...]:
        """Inputs, hidden units and log odds of pairs."""
        w = self.weights
        inputs = np.concatenate([x, w["vowels"].ravel()[vowels], w["consonants"].ravel()[consonants]], axis=1)
        hidden = np.maximum(inputs @ w["hidden"] + w["hidden_bias"], 0)
        return inputs, hidden, (hidden @ w["output"] + w["output_bias"])[:, 0]

    def train(self, data: tuple[np.ndarray, ...], epochs: int, decay: float, seed: int) -> None:
        """Fit features and labels; the rate rises for 200 steps and falls to nothing."""
        rng = np.random.default_rng(seed)
        w = {name: value.astype(np.float32) for name, value in self.weights.items()}
        self.weights = w
        mean = {name: np.zeros_like(value) for name, value in w.items()}
        square = {name: np.zeros_like(value) for name, value in w.items()}
        steps = epochs * (len(data[-1]) // BATCH)
        for step in range(1, steps + 1):
            if (step - 1) % (len(data[-1]) // BATCH) == 0:
                order = rng.permutation(len(data[-1]))
            at = ((step - 1) * BATCH) % (len(order) // BATCH * BATCH)
            gradients = self.gradients(*(part[order[at : at + BATCH]] for part in data))
            rate = 3e-3 * min(1, step / 200) * max(0.02, 1 - step / steps)
            for name, gradient in gradients.items():
                gradient = gradient + decay * w[name] * (name != "output_bias")
                mean[name] += 0.1 * (gradient - mean[name])
                square[name] += 0.001 * (gradient**2 - square[name])
                move = mean[name] / (1 - 0.9**step) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
                w[name] -= (rate * move).astype(np.float32)

    def gradients(self, x: np.ndarray, vowels: np.ndarray, consonants: np.ndarray, y: np.ndarray) -> dict:
        """Of the logistic loss, by name of the weights."""
        w = self.weights
        inputs, hidden, odds = self.forward(x, vowels, consonants)
        error = ((1 / (1 + np.exp(-odds)) - y) / len(y))[:, None].astype(np.float32)
        back = (error @ w["output"].T) * (hidden > 0)
        at_inputs = back @ w["hidden"].T
        tables = np.split(at_inputs, [x.shape[1], x.shape[1] + vowels.shape[1]], axis=1)[1:]
        found = {"hidden": inputs.T @ back, "hidden_bias": back.sum(0)}
        for name, indices, part in zip(("vowels", "consonants"), (vowels, consonants), tables, strict=True):
            counts = np.bincount(indices.ravel(), part.ravel(), w[name].size)
            found[name] = counts.reshape(w[name].shape).astype(np.float32)
        return found | {"output": hidden.T @ error, "output_bias": error.sum(0)}


def fit_network(corpus: Corpus, features: tuple, rows: np.ndarray, style: str, base: Network | None) -> Network:
    """Train twice: on first pronunciations, then on the pronunciation that fits each pair best."""
    keys = corpus.pairs.lines * 64 + corpus.pairs.distances
    chosen = rows[np.unique(keys[rows], return_index=True)[1]]
    for seed in range(2):
        network = Network(features[0].shape[1] + DEPTH + 2, seed)
        if base:
            network.weights = {name: value.copy() for name, value in base.weights.items()}
        data = (*(part[chosen] for part in features), corpus.rhymes[chosen])
        network.train(data, EPOCHS[style], DECAY[style], seed)
        odds = network.forward(*(part[rows] for part in features))[2]
        best = np.lexsort((-odds, keys[rows]))
        chosen = rows[best[np.unique(keys[rows][best], return_index=True)[1]]]
    return network


def count_links(corpus: Corpus, chosen: np.ndarray, style: str) -> np.ndarray:
    """Log probabilities of links after three links, each order smoothed towards the one below it."""
    counts = np.zeros((START + 1, START + 1, START + 1, START))
    for stanza in corpus.stanzas:
        if chosen[stanza[0]]:
            chain = [START] * ORDER + find_links([corpus.gold[line] for line in stanza])
            for at in range(ORDER, len(chain)):
                counts[tuple(chain[at - ORDER : at + 1])] += 1
    chance = np.full(START, 1 / START)
    for order in range(ORDER + 1):
        seen = counts.sum(axis=tuple(range(ORDER - order)))
        chance = (seen + SMOOTHING[style] * chance) / (seen.sum(axis=-1, keepdims=True) + SMOOTHING[style])
    return np.log(chance)


def find_links(gold: list[frozenset]) -> list[int]:
    """How far back each line's rhyme lies."""
    if all(len(one) == 1 for one in gold):
        return links([next(iter(one)) for one in gold])
    return [next((d for d in range(1, 9) if i >= d and one & gold[i - d]), 0) for i, one in enumerate(gold)]


def measure(corpus: Corpus, tables: dict[int, np.ndarray], shapes: dict[int, Shape], fold: np.ndarray) -> dict:
    """Pairwise precision, recall, F1, and the share of stanzas whose whole scheme is right."""
    hits = wrong = missed = exact = 0
    stanzas = corpus.stanzas
    for stanza in stanzas:
        shape = shapes[fold[stanza[0]]]
        labels = decode(tables[fold[stanza[0]]][stanza.start : stanza.stop].tolist(), shape)
        right = True
        for i, j in itertools.combinations(range(len(stanza)), 2):
            if j - i > 4 and shape.reach == REACH["rap"]:
                continue
            truth, guess = bool(corpus.gold[stanza[i]] & corpus.gold[stanza[j]]), labels[i] == labels[j]
            hits, wrong, missed = hits + (truth & guess), wrong + (guess & ~truth), missed + (truth & ~guess)
            right &= truth == guess
        exact += right
    precision, recall = hits / max(hits + wrong, 1), hits / max(hits + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"F1": f1, "precision": precision, "recall": recall, "exact": exact / len(stanzas)}


def cross_validate(corpus: Corpus, features: tuple, style: str, base: Network | None, folds: int) -> tuple:
    """The weights of the search that do best on the folds left out."""
    names = np.unique(corpus.groups)
    number = dict(zip(np.random.default_rng(0).permutation(names), np.arange(len(names)) % folds, strict=True))
    fold = np.array([number[group] for group in corpus.groups])
    tables, chains = {}, {}
    for left_out in range(folds):
        rows = np.flatnonzero(fold[corpus.pairs.lines] != left_out)
        network = fit_network(corpus, features, rows, style, base)
        tables[left_out] = spread(corpus.pairs, network.forward(*features)[2], len(corpus.texts), REACH[style])
        chains[left_out] = count_links(corpus, fold != left_out, style).tolist()
    best = None
    for search in itertools.product(*GRID[style]):
        shapes = {k: Shape(chain, *search, REACH[style]) for k, chain in chains.items()}
        found = measure(corpus, tables, shapes, fold)
        print(style, search, {name: round(value, 4) for name, value in found.items()}, flush=True)
        quality = found["F1"] + (found["exact"] if style == "strict" else 0)
        best = max(best or (quality, search), (quality, search))
    print(style, "best", best)
    return best[1]


def main() -> None:
    """Fit both styles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    arrays, network = {}, None
    for style in ("strict", "rap"):
        corpus = load(options.folder, style)
        pairs = corpus.pairs
        features = (
            compare(corpus.tails, pairs.later, pairs.earlier),
            *look_up(corpus.tails, pairs.later, pairs.earlier),
        )
        search = cross_validate(corpus, features, style, network, options.folds)
        network = fit_network(corpus, features, np.arange(len(pairs.lines)), style, network)
        arrays |= {f"{style}_{field.name}": network.weights[field.name] for field in attrs.fields(Weights)}
        arrays[f"{style}_links"] = count_links(corpus, np.ones(len(corpus.texts), bool), style)
        arrays[f"{style}_search"] = np.array([*search, REACH[style]])
    if not options.dry_run:
        narrow = {name: value.astype(np.float16) for name, value in arrays.items()}
        np.savez_compressed(OUTPUT, **narrow)
        print(OUTPUT, OUTPUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
