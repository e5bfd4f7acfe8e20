"""Novelty along a sequence of features, and the best way to cut the sequence where novelty is high."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicengine.dsp.products import product
from musicengine.dsp.types import Array, FloatArray, IntArray

__all__ = [
    "best_cuts",
    "contrast_novelty",
    "gaussian",
    "join_alike",
    "passage_similarity",
    "recurrence_novelty",
    "standardized",
    "unit_rows",
]


def standardized(values: Array) -> Array:
    """Values with mean 0 and standard deviation 1; all 0 where they do not differ."""
    spread = values.std()
    result: Array = (values - values.mean()) / (spread if spread > 0 else 1)
    return result


def unit_rows(features: FloatArray) -> FloatArray:
    """Each row (n, d) less the mean row, at length 1."""
    centred = features - features.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    result: FloatArray = centred / np.maximum(lengths, np.finfo(np.float32).tiny)
    return result


def gaussian(sigma: float) -> FloatArray:
    """A bell of three sigmas to each side, adding up to 1."""
    reach = int(np.ceil(3 * sigma))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    result: FloatArray = (bell / bell.sum()).astype(np.float32)
    return result


def contrast_novelty(features: FloatArray, reach: int) -> Array:
    """How much the ``reach`` rows from i on differ from as many before i: float32 (n,), 0 or more.

    This is Foote's checkerboard kernel (ICME 2000) with a Gaussian taper, on the matrix of scalar products of the rows
    (n, d): for that matrix the sum under the kernel is the squared length of a weighted difference of means.
    """
    bell = np.exp(-0.5 * ((np.arange(reach) + 0.5) / (reach / 2)) ** 2).astype(np.float32)
    before = np.pad(features, ((reach, reach), (0, 0)), mode="edge")
    n = len(features)
    difference = np.zeros_like(features)
    for k, weight in enumerate(bell):
        difference += weight * (before[reach + k : reach + k + n] - before[reach - 1 - k : reach - 1 - k + n])
    novelty: Array = np.einsum("nd,nd->n", difference, difference)
    return novelty


def recurrence_novelty(features: FloatArray, context: int, share: float, sigma: float) -> Array:
    """How much the set of passages that recur changes at each row of (n, d): float32 (n,).

    Structure features after Serrà, Müller, Grosche and Arcos (IEEE Trans. Multimedia 2014): rows are joined with the
    ``context`` rows around them, mutually nearest neighbours marked, and the marks arranged by time and lag. A passage
    that recurs is a stripe along time; the novelty is the change of the stripes, smoothed with ``sigma`` rows.

    Args:
        features: the rows.
        context: how many rows in a row are compared.
        share: of all rows, how many count as near.
        sigma: of the smoothing.
    """
    n = len(features)
    joined = _joined(features, context)
    similarity = product(joined, joined.T)
    near = _mutually_near(similarity, max(int(share * n), 1))
    rows = np.arange(n)
    stripes = near[rows[:, None], (rows[:, None] + rows) % n].astype(np.float32)
    stripes[:, 0] = 0
    # Smoothing and differencing along time are one filter: the slope of a bell.
    slope = np.diff(gaussian(sigma), prepend=0, append=0)
    reach = len(slope) // 2
    padded = np.pad(stripes, ((reach, reach - 1), (0, 0)), mode="edge")
    change = np.zeros_like(stripes)
    for k, weight in enumerate(slope):
        change += weight * padded[k : k + n]
    smooth = np.zeros_like(change)
    for k, weight in enumerate(gaussian(1.0)):
        smooth += weight * np.roll(change, k - 3, axis=1)
    novelty: Array = np.linalg.norm(smooth, axis=1)
    return novelty


def _mutually_near(similarity: FloatArray, count: int) -> Array:
    """Which pairs of rows are each among the other's ``count`` most similar: bool (n, n)."""
    n = len(similarity)
    if n <= count:
        return np.ones((n, n), bool)
    least = np.partition(similarity, n - count - 1, axis=1)[:, n - count - 1]
    near: Array = (similarity >= least[:, None]) & (similarity >= least)
    return near


def _joined(features: FloatArray, context: int) -> FloatArray:
    """Each row with those around it, so that scalar products are mean similarities: (n, context * d)."""
    n = len(features)
    around = np.clip(np.arange(n)[:, None] + np.arange(context) - context // 2, 0, n - 1)
    joined: FloatArray = unit_rows(features)[around].reshape(n, -1) / np.float32(context**0.5)
    return joined


def best_cuts(gain: Array, worth: Callable[[IntArray, bool, bool], Array], longest: int) -> IntArray:
    """Cut a sequence of n cells into runs so that the gains of the cuts plus the worths of the runs are greatest.

    Args:
        gain: (n,), what a cut before cell i is worth; that before cell 0 is always made.
        worth: of runs with these lengths, given whether they begin at 0 and whether they end at n.
        longest: no run is longer, in cells.

    Returns:
        The cuts, from 0 to n.
    """
    n = len(gain)
    best = np.zeros(n + 1)
    previous = np.zeros(n + 1, np.int64)
    for end in range(1, n + 1):
        first = max(0, end - longest)
        lengths = end - np.arange(first, end)
        value = best[first:end] + worth(lengths, False, end == n)
        if first == 0:
            value[0] = worth(lengths[:1], True, end == n)[0]
        chosen = int(np.argmax(value))
        best[end] = value[chosen] + (gain[end] if end < n else 0)
        previous[end] = first + chosen
    cuts = [n]
    while cuts[-1] > 0:
        cuts.append(int(previous[cuts[-1]]))
    return np.array(cuts[::-1])


def passage_similarity(features: FloatArray, cuts: IntArray, context: int, slack: int = 4) -> Array:
    """How alike the passages between cuts are, row by row in order: (passages, passages), in [-1, 1].

    Rows (n, d) are compared with the ``context`` rows around them. Passages may be shifted by ``slack`` rows against
    each other; passages that then overlap by less than half of the longer are not alike (-1).
    """
    joined = _joined(features, context)
    similarity = product(joined, joined.T)
    count = len(cuts) - 1
    alike = np.eye(count)
    for a in range(count):
        for b in range(a + 1, count):
            shifts = (
                _aligned(similarity, cuts[a : a + 2], cuts[b : b + 2], shift) for shift in range(-slack, slack + 1)
            )
            alike[a, b] = alike[b, a] = max(shifts)
    return alike


def _aligned(similarity: FloatArray, one: IntArray, other: IntArray, shift: int) -> float:
    """The mean similarity of two passages, the second shifted against the first."""
    first, second = one[0] + max(0, -shift), other[0] + max(0, shift)
    length = min(one[1] - first, other[1] - second)
    if 2 * length < max(one[1] - one[0], other[1] - other[0]):
        return -1.0
    return float(np.trace(similarity[first : first + length, second : second + length]) / length)


def join_alike(similarity: Array, least: float) -> IntArray:
    """Groups of mutually similar items by average linkage, numbered in order of appearance: (n,)."""
    members = [[i] for i in range(len(similarity))]
    linkage = similarity.astype(np.float64)
    np.fill_diagonal(linkage, -np.inf)
    while len(members) > 1 and linkage.max() >= least:
        a, b = sorted(divmod(int(linkage.argmax()), len(members)))
        weights = np.array([len(members[a]), len(members[b])])
        merged = weights @ linkage[[a, b]] / weights.sum()
        merged[a] = -np.inf
        linkage[a] = linkage[:, a] = merged
        linkage = np.delete(np.delete(linkage, b, axis=0), b, axis=1)
        members[a] += members.pop(b)
    groups = np.zeros(len(similarity), np.int64)
    for number, items in enumerate(sorted(map(sorted, members))):
        groups[items] = number
    return groups
