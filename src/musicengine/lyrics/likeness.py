"""How alike two ends of lines sound: features of a pair and the probability that listeners call it a rhyme.

Method: vowel by vowel and cluster by cluster from the end, the same aligned at the last stressed vowels, and spelling
(for eye rhymes, as "love" and "prove" in old verse). A small network turns the features into log odds; one set of
weights is fitted to poems (English verse, c. 1500-1920, with annotated schemes), one to rap (transcriptions with
annotated rhymes). ``tools/fit_rhyme.py`` fits both.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.sounds import CONSONANTS, DEPTH, NO_VOWEL
from musicengine.lyrics.tails import Codes, Tails, count_consonants, mask_consonants

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
    "overlap",
    "spread",
]

Floats: TypeAlias = npt.NDArray[np.float32]
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
    va, vb, sa, sb = tails.vowels[a], tails.vowels[b], tails.stresses[a], tails.stresses[b]
    ca, cb = tails.clusters[a], tails.clusters[b]
    both = (va != NO_VOWEL) & (vb != NO_VOWEL)
    same_vowel = (va == vb) & both
    same_cluster = ca == cb
    mask_a, mask_b = tails.masks[a], tails.masks[b]
    share = _shared(mask_a, mask_b)
    chain = np.cumprod(same_vowel, axis=1)
    exact = np.cumprod(same_vowel & same_cluster, axis=1)
    near = np.cumprod(np.where(same_vowel, 0.3 + 0.7 * share, 0.0), axis=1)
    begin_a, begin_b = tails.parts[a], tails.parts[b]
    rows = np.arange(len(a))
    reach = np.minimum(begin_a, begin_b)
    deepest = np.maximum(begin_a, begin_b)
    rich = _onset(ca, reach) == _onset(cb, reach)
    aligned_vowel = va[rows, begin_a] == vb[rows, begin_b]
    aligned_share = _shared(mask_a[rows, begin_a], mask_b[rows, begin_b])
    same_letters = tails.letters[a] == tails.letters[b]
    suffix = np.cumprod(same_letters & (tails.letters[a] > 0), axis=1).sum(axis=1)
    size_a, size_b = tails.sizes[a], tails.sizes[b]
    columns = [
        *both.T[1:], *same_vowel.T, *same_cluster.T, *share.T, *chain.T[1:], *exact.T, *near.T,
        *((sa > 0) & (sb > 0)).T, *((sa > 0) != (sb > 0)).T, *((sa == 2) & (sb == 2)).T[:2],
        tails.starts[a][:, 0] * tails.starts[b][:, 0], tails.starts[a][:, 0] != tails.starts[b][:, 0],
        begin_a == begin_b, reach, deepest, exact[rows, reach], exact[rows, deepest], near[rows, deepest],
        chain[rows, deepest], rich, aligned_vowel, aligned_share,
        (size_a == 0) != (size_b == 0), (size_a == 0) & (size_b == 0), np.abs(size_a - size_b),
        suffix / 3.0, suffix >= 2, tails.rimes[a] == tails.rimes[b], tails.spellings[a] == tails.spellings[b],
        same_letters[:, 1],
    ]  # fmt: skip
    features = np.empty((len(columns), len(a)), np.float32)
    for row, column in zip(features, columns, strict=True):
        row[:] = column
    return features.T


def look_up(tails: Tails, a: Codes, b: Codes) -> tuple[Codes, Codes]:
    """Which entries of the tables of vowels (pairs, DEPTH) and of consonants (pairs, 2) a pair needs, flat."""
    va, vb = tails.vowels[a], tails.vowels[b]
    vowels = (np.arange(DEPTH) * VOWELS + np.minimum(va, vb)) * VOWELS + np.maximum(va, vb)
    ca, cb = tails.clusters[a, 0], tails.clusters[b, 0]
    ends = [_last(ca), ca & 31], [_last(cb), cb & 31]
    pairs = [
        (row * SOUNDS + np.minimum(one, other)) * SOUNDS + np.maximum(one, other)
        for row, (one, other) in enumerate(zip(*ends, strict=True))
    ]
    return vowels, np.stack(pairs, axis=1)


def log_odds(weights: Weights, tails: Tails, a: Codes, b: Codes) -> Floats:
    """The log odds that pairs of tails rhyme, (pairs,); a block at a time, so that features stay in the cache."""
    blocks = [
        _log_odds(weights, tails, a[start : start + _BLOCK], b[start : start + _BLOCK])
        for start in range(0, max(len(a), 1), _BLOCK)
    ]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _log_odds(weights: Weights, tails: Tails, a: Codes, b: Codes) -> Floats:
    vowels, consonants = look_up(tails, a, b)
    inputs = np.concatenate(
        [compare(tails, a, b), weights.vowels.ravel()[vowels], weights.consonants.ravel()[consonants]], axis=1
    )
    hidden = np.maximum(inputs @ weights.hidden + weights.hidden_bias, 0)
    odds: Floats = (hidden @ weights.output + weights.output_bias)[:, 0]
    return odds


def _last(clusters: Codes) -> Codes:
    """The last consonant of clusters, 0 for none."""
    last: Codes = (clusters >> 5 * np.maximum(count_consonants(clusters) - 1, 0)) & 31
    return last


def overlap(a: Codes, b: Codes) -> npt.NDArray[np.float64]:
    """The consonants that clusters share, of all they hold (Jaccard); 1 if both are empty."""
    return _shared(mask_consonants(a), mask_consonants(b))


def _shared(one: Codes, other: Codes) -> npt.NDArray[np.float64]:
    """The share of bits that two masks have in common; 1 if both are empty."""
    every = np.bitwise_count(one | other)
    return np.where(every == 0, 1.0, np.bitwise_count(one & other) / np.maximum(every, 1))


def _onset(clusters: Codes, begin: Codes) -> Codes:
    """The consonants before the vowel where a rhyme begins."""
    return clusters[np.arange(len(begin)), np.minimum(begin + 1, DEPTH - 1)]
