"""Rhythms written as text: one character a step, the bars divided by ``|``.

``X`` accent, ``x`` normal, ``o`` soft, ``g`` ghost; ``-`` holds the note before it, ``.`` is a rest. Digits name a tone
instead: of the chord for accompaniments, of the scale above the root for basses. A bar may have any number of
steps: sixteen for 4/4, twelve for triplets.
"""

from __future__ import annotations

from functools import lru_cache

import attrs

__all__ = ["LEVELS", "Hit", "bars"]

#: How hard each symbol is played.
LEVELS = {"X": 1.0, "x": 0.8, "o": 0.6, "g": 0.35}


@attrs.frozen
class Hit:
    """One sound in a bar.

    Args:
        at, length: in parts of the bar.
        symbol: what the pattern says there.
    """

    at: float
    length: float
    symbol: str

    @property
    def level(self) -> float:
        """How hard it is played, in (0, 1]."""
        return LEVELS.get(self.symbol, LEVELS["x"])


@lru_cache(maxsize=512)
def bars(pattern: str) -> tuple[tuple[Hit, ...], ...]:
    """The hits of each bar of a pattern."""
    return tuple(_bar(bar) for bar in pattern.split("|"))


def _bar(steps: str) -> tuple[Hit, ...]:
    hits = []
    for at, symbol in enumerate(steps):
        if symbol in ".-":
            continue
        held = len(steps[at + 1 :]) - len(steps[at + 1 :].lstrip("-"))
        hits.append(Hit(at / len(steps), (1 + held) / len(steps), symbol))
    return tuple(hits)
