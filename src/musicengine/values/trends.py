"""What is typical of a body of music: Quantiles, Trends."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value

__all__ = ["Quantiles", "Trends"]


@attrs.frozen(repr=False, slots=False)
class Quantiles(Value):
    """How one feature is spread.

    Args:
        levels: increasing, in [0, 1].
        values: of the feature at those levels, never decreasing.
        count: how many records they come from; 0 if the source does not say.
    """

    levels: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    values: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    count: int = 0

    def __attrs_post_init__(self) -> None:
        """Require one value a level, both in order."""
        if len(self.levels) != len(self.values) or not self.levels:
            raise InputError(f"Quantiles needs one value a level, got {self.levels!r} and {self.values!r}")
        ordered = sorted(self.levels) == list(self.levels) and sorted(self.values) == list(self.values)
        if not ordered or self.levels[0] < 0 or self.levels[-1] > 1:
            raise InputError(f"Quantiles must rise within [0, 1], got {self.levels!r} and {self.values!r}")

    def at(self, level: float) -> float:
        """The value at a level, by straight lines between those that are known."""
        return float(np.interp(level, self.levels, self.values))

    def rank(self, value: float) -> float:
        """The level of a value, in [0, 1]: the share of records at or below it, as far as the levels tell."""
        return float(np.interp(value, self.values, self.levels, left=0.0, right=1.0))


@attrs.frozen(repr=False, slots=False)
class Trends(Value):
    """What is typical of one genre and era.

    Args:
        genre: "" for all genres.
        era: a year or decade, e.g. "2010s"; "" for all.
        features: quantiles by the feature's name.
        source: where the figures come from and what limits them.
        dated: ISO 8601 date of the figures.
    """

    genre: str
    era: str
    features: Mapping[str, Quantiles] = attrs.field(converter=read_only, eq=sorted_items)
    source: str = ""
    dated: str = ""
    provenance: str = attrs.field(default="measured", eq=False)

    def _repr_html_(self) -> str:
        return _views.trends(self)
