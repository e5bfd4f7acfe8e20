"""How alike two ends of lines sound: features of a pair and the probability that listeners call it a rhyme.

Method: vowel by vowel and cluster by cluster from the end, the same aligned at the last stressed vowels, and spelling
(for eye rhymes, as "love" and "prove" in old verse). A small network turns the features into log odds; one set of
weights is fitted to poems (English verse, c. 1500-1920, with annotated schemes), one to rap (transcriptions with
annotated rhymes). ``tools/fit_rhyme.py`` fits both.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.sounds import CONSONANTS, DEPTH, NO_VOWEL
from musicengine.lyrics.tails import (
    LAST,
    OF_CLUSTERS,
    OF_LETTERS,
    OF_MASKS,
    OF_STRESSES,
    OF_VOWELS,
    PART,
    RIME,
    SIZE,
    SPELLING,
    START,
    STRESSED_MASK,
    STRESSED_VOWEL,
    Codes,
    Tails,
)

__all__ = [
    "UNHEARD",
    "Floats",
    "Pairs",
    "Weights",
    "choose",
    "compare",
    "every_way",
    "find_pairs",
    "log_odds",
    "look_up",
    "run_on",
    "spread",
]

Floats: TypeAlias = npt.NDArray[np.float32]
Number = TypeVar("Number", np.bool_, np.float32)
UNHEARD = -9.0
"""The log odds of lines that cannot rhyme, for one has no words."""

VOWELS = NO_VOWEL + 1
SOUNDS = len(CONSONANTS)
_BLOCK = 4096  # pairs


@attrs.frozen(eq=False)
class Weights:
    """The network of one style.

    Args:
        vowels: (DEPTH, 16, 16) how alike vowels are, by the syllable from the end; symmetric.
        consonants: (2, 25, 25) how alike the last consonants are, and the first ones; symmetric.
        hidden, hidden_bias, output, output_bias: the layers.
    """

    vowels: Floats
    consonants: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats


@attrs.frozen(eq=False)
class Pairs:
    """Pairs of tails, (pairs,) each: the later and the earlier tail, the later line, and how many lines apart."""

    later: Codes
    earlier: Codes
    lines: Codes
    distances: Codes


def find_pairs(tails: Tails, starts: Codes, reach: int) -> Pairs:
    """The pairs of lines at most ``reach`` apart, in every pronunciation.

    Args:
        tails: of lines.
        starts: (n,) for each line the first line it may be compared with, that of its stanza.
        reach: in lines.
    """
    count = len(starts)
    lines = np.repeat(np.arange(count), reach)
    distances = np.tile(np.arange(1, reach + 1), count)
    near = lines - distances >= starts[lines]
    lines, distances = lines[near], distances[near]
    later, earlier, pair = every_way(tails, lines, lines - distances, count)
    return Pairs(later, earlier, lines[pair], distances[pair])


def every_way(tails: Tails, lines: Codes, others: Codes, count: int) -> tuple[Codes, Codes, Codes]:
    """Pairs of places in every pronunciation: the tail of each place, and which pair it is of.

    Args:
        tails: of ``count`` places, those of a place together and in order.
        lines: the first place of each pair.
        others: the second.
        count: of places.
    """
    first = np.searchsorted(tails.places, np.arange(count + 1))
    ways = np.diff(first)
    several = ways[lines] * ways[others]
    pair = np.repeat(np.arange(len(lines)), several)
    number = np.arange(len(pair)) - np.repeat(np.cumsum(several) - several, several)
    lines, others = lines[pair], others[pair]
    return first[lines] + number // ways[others], first[others] + number % ways[others], pair


def choose(pairs: Pairs, odds: Floats) -> Codes:
    """The index of the best pronunciation of every pair of lines, by line and distance."""
    order = np.lexsort((-odds, pairs.distances, pairs.lines))
    lines, distances = pairs.lines[order], pairs.distances[order]
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(lines) != 0) | (np.diff(distances) != 0)
    return order[first]


def spread(pairs: Pairs, odds: Floats, count: int, reach: int) -> Floats:
    """The odds as a table (lines, reach), the best of all pronunciations; column 0 is the line before."""
    table = np.full((count, reach), UNHEARD, np.float32)
    np.maximum.at(table, (pairs.lines, pairs.distances - 1), odds)
    return table


def compare(tails: Tails, a: Codes, b: Codes) -> Floats:
    """Features of pairs of tails, (pairs, features); the same whichever comes first."""
    return _features(tails.pick(a), tails.pick(b)).T


def look_up(tails: Tails, a: Codes, b: Codes) -> tuple[Codes, Codes]:
    """Which entries of the tables of vowels (pairs, DEPTH) and of consonants (pairs, 2) a pair needs, flat."""
    vowels, consonants = _entries(tails.pick(a), tails.pick(b))
    return vowels.T, consonants.T


def _features(one: Codes, other: Codes) -> Floats:
    """Features of pairs by the columns of their tails, (features, pairs)."""
    pairs = np.arange(one.shape[1])
    same = one == other
    both = (one[OF_VOWELS] != NO_VOWEL) & (other[OF_VOWELS] != NO_VOWEL)
    same_vowel = same[OF_VOWELS] & both
    same_cluster = same[OF_CLUSTERS]
    share = _shared(one[OF_MASKS], other[OF_MASKS])
    strong, heavy = one[OF_STRESSES] > 0, other[OF_STRESSES] > 0
    full = (one[OF_STRESSES][:2] == 2) & same[OF_STRESSES][:2]
    chain = run_on(same_vowel)
    exact = run_on(same_vowel & same_cluster)
    near = run_on(np.where(same_vowel, np.float32(0.3) + np.float32(0.7) * share, np.float32(0)))
    reach, deepest = np.minimum(one[PART], other[PART]), np.maximum(one[PART], other[PART])
    onset = OF_CLUSTERS.start + np.minimum(reach + 1, DEPTH - 1)
    suffix = run_on(same[OF_LETTERS] & (one[OF_LETTERS] > 0)).sum(axis=0)
    silent, bare = one[SIZE] == 0, other[SIZE] == 0
    blocks = [
        both[1:], same_vowel, same_cluster, share, chain[1:], exact, near, strong & heavy, strong != heavy, full,
        one[START] & other[START], ~same[START], same[PART], reach, deepest, exact[reach, pairs],
        exact[deepest, pairs], near[deepest, pairs], chain[deepest, pairs], same[onset, pairs], same[STRESSED_VOWEL],
        _shared(one[STRESSED_MASK], other[STRESSED_MASK]), silent != bare, silent & bare,
        np.abs(one[SIZE] - other[SIZE]), suffix / 3.0, suffix >= 2, same[RIME], same[SPELLING], same[OF_LETTERS][1],
    ]  # fmt: skip
    heights = [block.shape[0] if block.ndim == 2 else 1 for block in blocks]
    features = np.empty((sum(heights), len(pairs)), np.float32)
    begin = 0
    for block, height in zip(blocks, heights, strict=True):
        features[begin : begin + height] = block
        begin += height
    return features


def run_on(rows: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The product of each row and all before it."""
    product = rows.copy()
    for step in range(1, len(rows)):
        product[step] *= product[step - 1]
    return product


def _entries(one: Codes, other: Codes) -> tuple[Codes, Codes]:
    """The entries of the tables by the columns of the tails, (DEPTH, pairs) and (2, pairs)."""
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    vowels = (np.arange(DEPTH)[:, None] * VOWELS + lower[OF_VOWELS]) * VOWELS + upper[OF_VOWELS]
    first, other_first = one[OF_CLUSTERS][0] & 31, other[OF_CLUSTERS][0] & 31
    last = lower[LAST] * SOUNDS + upper[LAST]
    first = (SOUNDS + np.minimum(first, other_first)) * SOUNDS + np.maximum(first, other_first)
    return vowels, np.stack([last, first])


def log_odds(weights: Weights, tails: Tails, a: Codes, b: Codes) -> Floats:
    """The log odds that pairs of tails rhyme, (pairs,); a block at a time, so that features stay in the cache."""
    blocks = [
        _log_odds(weights, tails.pick(a[start : start + _BLOCK]), tails.pick(b[start : start + _BLOCK]))
        for start in range(0, max(len(a), 1), _BLOCK)
    ]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _log_odds(weights: Weights, one: Codes, other: Codes) -> Floats:
    vowels, consonants = _entries(one, other)
    inputs = np.concatenate(
        [_features(one, other), weights.vowels.ravel()[vowels], weights.consonants.ravel()[consonants]]
    )
    hidden = np.maximum(weights.hidden.T @ inputs + weights.hidden_bias[:, None], 0)
    odds: Floats = (weights.output.T @ hidden + weights.output_bias)[0]
    return odds


def _shared(one: Codes, other: Codes) -> Floats:
    """The share of bits that two masks have in common; 1 if both are empty. Four bits a mask at most."""
    shares: Floats = _SHARES[np.bitwise_count(one & other), np.bitwise_count(one | other)]
    return shares


_SHARES = np.array([[part / max(whole, 1) if whole else 1.0 for whole in range(9)] for part in range(5)], np.float32)
