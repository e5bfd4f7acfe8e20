"""Values as tables: a row for each part of a collection, or a row for each value of several."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from musicengine.errors import InputError, MissingExtraError
from musicengine.values._value import Value, fields
from musicengine.values.lyrics import LyricsReport
from musicengine.values.measures import LoudnessCurve
from musicengine.values.music import Beats, Form, Harmony, Key, Melody, PitchTrack
from musicengine.values.reports import Report
from musicengine.values.scores import Score
from musicengine.values.service import Stats
from musicengine.values.trends import Trends
from musicengine.values.words import Lyrics, Transcript

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "columns", "frame"]

Cell: TypeAlias = str | float | int | bool | None
_Row: TypeAlias = dict[str, Cell]


def columns(subject: Value | Iterable[Value]) -> dict[str, list[Cell]]:
    """The table of a value, or of several with a row each: columns in order, None where a row has nothing.

    Raises:
        InputError: it is neither a value nor several.
    """
    rows = _rows(subject)
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def frame(subject: Value | Iterable[Value]) -> pd.DataFrame:
    """The table as a pandas DataFrame.

    Raises:
        MissingExtraError: pandas is not installed.
        InputError: the subject is neither a value nor several.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise MissingExtraError('to_frame needs pandas: pip install "musicengine[pandas]"') from None
    return pandas.DataFrame(columns(subject))


#: Values that are tables of their parts.
_PARTS: dict[type[Value], str] = {
    Form: "sections",
    Melody: "notes",
    Transcript: "words",
    Lyrics: "lines",
    Harmony: "keys",
    Score: "deductions",
    Stats: "verbs",
}


@singledispatch
def _rows(subject: Any) -> list[_Row]:
    """Several values: a row each."""
    if isinstance(subject, (str, bytes, Mapping)) or not isinstance(subject, Iterable):
        raise InputError(f"a table takes a value or several, got {type(subject).__name__}")
    rows = []
    for item in subject:
        if not isinstance(item, Value):
            raise InputError(f"a table takes values, got {type(item).__name__} among them")
        rows.append(_flat(item))
    return rows


@_rows.register
def _of_value(value: Value) -> list[_Row]:
    parts = _PARTS.get(type(value))
    return _rows(getattr(value, parts)) if parts else [_flat(value)]


@_rows.register
def _of_lyrics_report(report: LyricsReport) -> list[_Row]:
    labels = (*(report.rhyme_scheme or ()), *[None] * len(report.lines))
    return [{"line": at + 1, "rhyme": labels[at], **_flat(line)} for at, line in enumerate(report.lines)]


@_rows.register
def _of_trends(trends: Trends) -> list[_Row]:
    return [
        {"feature": name, **{f"q{level:g}": value for level, value in zip(spread.levels, spread.values, strict=True)}}
        for name, spread in trends.features.items()
    ]


@_rows.register
def _of_beats(beats: Beats) -> list[_Row]:
    return [
        {"time_s": time, "bar": bar, "position": position, "downbeat": position == 1}
        for time, bar, position in zip(beats.times_s.tolist(), beats.bars, beats.positions, strict=True)
    ]


@_rows.register
def _of_pitch(track: PitchTrack) -> list[_Row]:
    return _zipped(time_s=track.times_s, frequency_hz=track.frequencies_hz, voicing=track.voicing)


@_rows.register
def _of_loudness(curve: LoudnessCurve) -> list[_Row]:
    return _zipped(time_s=curve.times_s, momentary_lufs=curve.momentary_lufs, short_term_lufs=curve.short_term_lufs)


def _zipped(**arrays: np.ndarray) -> list[_Row]:
    """Arrays of one length, each a column; NaN is nothing."""
    lists = [[None if item != item else item for item in array.tolist()] for array in arrays.values()]
    return [dict(zip(arrays, items, strict=True)) for items in zip(*lists, strict=True)]


def _flat(value: Value) -> _Row:
    """A value's numbers and words, those of values inside it with the name of their field before."""
    if isinstance(value, Report):  # what was measured of a track are its columns
        rest = {} if value.hit is None else _named("hit", value.hit)
        return {"score": value.score.value, **rest, **_flat(value.audio)}
    row: _Row = {}
    for field in fields(value):
        row.update(_named(field.name, getattr(value, field.name)))
    return row


def _named(name: str, item: Any) -> _Row:
    if isinstance(item, Key):
        return {name: str(item), f"{name}_confidence": item.confidence}
    if isinstance(item, Score):
        return {name: item.value}
    if isinstance(item, Value):
        return {f"{name}_{inner}": cell for inner, cell in _flat(item).items()}
    if isinstance(item, (str, bool, int, float)):
        return {name: item}
    if isinstance(item, np.generic):
        return {name: item.item()}
    return {}  # arrays and tuples are tables of their own
