"""The stub trend source: a dated table of what was typical of charting records, decade by decade."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import attrs

from musicengine import codec
from musicengine.errors import InputError
from musicengine.values.trends import Trends

__all__ = ["StubTrends"]


@attrs.frozen
class StubTrends:
    """Quantiles of tempo and duration of Hot 100 records from 1960 to 2019; source and date are in each answer.

    The table knows no genres: it answers for all of them and says so by leaving ``genre`` empty.
    """

    def trends(self, genre: str, era: str, /) -> Trends:
        """What was typical of an era.

        Args:
            genre: is not distinguished.
            era: a decade ("2010s"), a year ("2014"), or "" for all.

        Raises:
            InputError: the era is none of these, or the table does not hold it.
        """
        table = _table()
        decade = _decade(era)
        if decade not in table:
            raise InputError(
                f"no trends for the era {era!r}; there are {', '.join(filter(None, table))}, or '' for all"
            )
        return attrs.evolve(table[decade], provenance="stub")


def _decade(era: str) -> str:
    found = re.fullmatch(r"((?:19|20)\d)\ds?", era.strip())
    return f"{found[1]}0s" if found else era.strip()


@cache
def _table() -> dict[str, Trends]:
    text = resources.files("musicengine.backends.stub").joinpath("charting.jsonl").read_text(encoding="utf-8")
    found = [codec.from_json(line) for line in text.splitlines()]
    return {trends.era: trends for trends in found if isinstance(trends, Trends)}
