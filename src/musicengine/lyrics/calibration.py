"""Where a measure lies among charting rap songs: percentiles by a table of ``tools/build_flow_table.py``."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

__all__ = ["POINTS", "rank"]

POINTS = (0, 5, 10, 25, 50, 75, 90, 95, 100)
"""The percentiles of the table."""


def rank(measures: Mapping[str, object]) -> dict[str, float]:
    """The percentile of each measure that the table knows, in [0, 100], linear between the table's points."""
    table = _load()
    return {
        name: _percentile(table[name], float(value))
        for name, value in measures.items()
        if name in table and isinstance(value, (int, float))
    }


@lru_cache(maxsize=1)
def _load() -> Mapping[str, tuple[float, ...]]:
    text = files("musicengine.lyrics").joinpath("data/flow.json").read_text("utf-8")
    return {name: tuple(row) for name, row in json.loads(text)["measures"].items()}


def _percentile(row: tuple[float, ...], value: float) -> float:
    if value <= row[0]:
        return 0.0
    if value >= row[-1]:
        return 100.0
    at = bisect_right(row, value)
    (low, high), (start, end) = list(pairwise(row))[at - 1], list(pairwise(POINTS))[at - 1]
    return start + (end - start) * (value - low) / max(high - low, 1e-12)
