"""What is typical of a body of music: quantiles of every feature, mined from any collection of records."""

from __future__ import annotations

import csv
import io
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping

import attrs
import numpy as np

from musicengine.errors import InputError
from musicengine.hits.features import extract_features
from musicengine.hits.score import TYPICALITY, Record, predict
from musicengine.values.reports import AudioReport, Report
from musicengine.values.trends import Quantiles, Trends

__all__ = ["mine_trends", "parse_records"]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_SAMPLE = 2_000


def mine_trends(
    records: Iterable[Record], *, genre: str = "", era: str = "", source: str = "your records", dated: str = ""
) -> Trends:
    """The quantiles of every feature, and of how typical the records are of themselves.

    Args:
        records: reports, or features by name; read once, kept as one number a feature and record.
        genre: what the records have in common; "" for all.
        era: a year or decade; "" for all.
        source: what to quote.
        dated: ISO 8601 date of the figures.

    Raises:
        InputError: there is no record, or none with a number in it.
    """
    columns: dict[str, array[float]] = {}
    for record in records:
        features = extract_features(record) if isinstance(record, (Report, AudioReport)) else record
        for name, value in features.items():
            if isinstance(value, (int, float)) and np.isfinite(value):
                columns.setdefault(name, array("f")).append(value)
    if not columns:
        raise InputError("mine_trends needs at least one record with a number in it, got none")
    spreads = {name: _spread(np.frombuffer(values, np.float32)) for name, values in columns.items()}
    trends = Trends(genre, era, spreads, source, dated)
    return attrs.evolve(trends, features={**spreads, TYPICALITY: _typicality(columns, trends)})


def parse_records(text: str) -> tuple[Mapping[str, float | None], ...]:
    """Features by name, from CSV with a header line or from a JSON list of objects; empty cells are None.

    Raises:
        InputError: the text is neither.
    """
    try:
        rows = json.loads(text) if text.lstrip()[:1] == "[" else list(csv.DictReader(io.StringIO(text, newline="")))
        return tuple(dict(_numbers(row)) for row in rows)
    except (ValueError, AttributeError, csv.Error) as error:
        raise InputError(f"expected CSV with a header or a JSON list of objects, got {text[:60]!r}") from error


def _numbers(row: Mapping[str, object]) -> Iterator[tuple[str, float | None]]:
    """The columns that hold numbers."""
    for name, value in row.items():
        if value is None or value == "":
            yield name, None
            continue
        try:
            yield name, float(str(value))
        except ValueError:
            continue


def _spread(values: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Quantiles:
    found = np.quantile(values.astype(float), LEVELS)
    return Quantiles(LEVELS, np.maximum.accumulate(found).tolist(), len(values))


def _typicality(columns: Mapping[str, array[float]], trends: Trends) -> Quantiles:
    """The spread of the records' own scores, over records that lie evenly through them."""
    count = max(len(values) for values in columns.values())
    whole = [name for name, values in columns.items() if len(values) == count]
    chosen = np.linspace(0, count - 1, min(count, _SAMPLE)).astype(int)
    scores = [predict({name: columns[name][at] for name in whole}, trends).score.value for at in chosen]
    return _spread(np.array(scores, np.float32))
