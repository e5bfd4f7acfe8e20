"""Values as tables: CSV (RFC 4180) and pandas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from musicengine.values._table import columns, frame
from musicengine.values._value import Value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["to_csv", "to_frame"]


def to_csv(subject: Value | Iterable[Value]) -> str:
    """A table with a head: a row for each part of a collection, or for each value of several.

    Args:
        subject: a melody, beats, a form, a transcript, a score ...; or several reports, one row a track.

    Raises:
        InputError: it is neither a value nor several.
    """
    table = columns(subject)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return target.getvalue()


def to_frame(subject: Value | Iterable[Value]) -> pd.DataFrame:
    """The same table as a pandas DataFrame.

    Raises:
        MissingExtraError: pandas is not installed.
        InputError: it is neither a value nor several.
    """
    return frame(subject)
