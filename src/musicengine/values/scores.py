"""A score is its reasons: Deduction, Score, Advice."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._arrays import non_negative
from musicengine.values._frame import cost_text
from musicengine.values._value import Value

__all__ = ["Advice", "Deduction", "Score"]

_FEW = 50.0  # points judged: a score of less says so wherever it stands


# Long lyrics hold thousands: slots spare each a dictionary that the garbage collector would visit.
@attrs.frozen(repr=False, getstate_setstate=False)
class Deduction(Value):
    """One reason why a score is below 100.

    Args:
        rule: the rule's name, e.g. "loudness.target".
        points: taken off, 0 or more.
        start_s, end_s: the seconds of audio it is about; None for the whole.
        line: the line of text it is about, from 0; None for audio.
        measured: what was found.
        target: what was expected (the nearest value that costs nothing).
        unit: of both, e.g. "LUFS".
        fix: what to do about it, one imperative sentence.
        source: where the target comes from.
    """

    rule: str
    points: float = attrs.field(converter=float, validator=non_negative)
    measured: float | str
    target: float | str
    unit: str
    fix: str
    start_s: float | None = attrs.field(default=None, validator=non_negative)
    end_s: float | None = attrs.field(default=None, validator=non_negative)
    line: int | None = None
    source: str = ""

    def __str__(self) -> str:
        found = f"{_number(self.measured)} {self.unit} (target {_number(self.target)})"
        return f"-{cost_text(self.points)} {self.rule}: {found}"


def _heaviest_first(deductions: Iterable[Deduction]) -> tuple[Deduction, ...]:
    return tuple(sorted(deductions, key=lambda item: (-item.points, item.rule)))


@attrs.frozen(repr=False, slots=False)
class Score(Value):
    """100 minus a ledger of deductions.

    What cannot be answered costs nothing: ``judged`` says how much could be. A score of 90 of which 36 points were
    judged says little; silence has one.

    Args:
        deductions: the reasons, heaviest first.
        judged: points of the rules that found something to judge, in [0, 100].
    """

    deductions: tuple[Deduction, ...] = attrs.field(default=(), converter=_heaviest_first)
    judged: float = attrs.field(default=100.0, converter=float, validator=non_negative)

    def __attrs_post_init__(self) -> None:
        """Require a ledger that cannot go below zero, nor take more than was judged."""
        total = sum(item.points for item in self.deductions)
        if total > 100 + 1e-6:
            raise InputError(f"Score takes deductions of 100 points at most, got {total:g}")
        if not total - 1e-6 <= self.judged <= 100 + 1e-6:
            raise InputError(f"Score.judged must be from the {total:g} points deducted to 100, got {self.judged:g}")

    @property
    def value(self) -> float:
        """100 minus the sum of the deductions, in [0, 100]."""
        return max(0.0, 100.0 - sum(item.points for item in self.deductions))

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return f"{self.value:.0f}/100" + (f" ({self.judged:.0f} judged)" if self.judged < _FEW else "")

    def _repr_html_(self) -> str:
        return _views.score(self)


@attrs.frozen(repr=False, slots=False)
class Advice(Value):
    """A change that was tried and helped.

    Args:
        action: what to do, one imperative sentence.
        rule: the deduction it answers.
        gain: points that the score rose by when the change was applied and measured again.
        effort: 1 (a knob) to 5 (a new recording).
    """

    action: str
    rule: str
    gain: float = attrs.field(converter=float, validator=non_negative)
    effort: int = 1


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
