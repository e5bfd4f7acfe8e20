"""What a production is made of: Edit, Round, Production; Recording and Replay keep it and run it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import attrs

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._arrays import non_negative
from musicengine.values._frame import score_text
from musicengine.values._value import Value
from musicengine.values.making import Brief, Credits, Take
from musicengine.values.music import Key
from musicengine.values.reports import Report

__all__ = ["Difference", "Edit", "Production", "RecordedRound", "Recording", "Replay", "Round", "Stopped"]

Stopped: TypeAlias = Literal["target", "rounds", "budget", "no expected gain", "failed"]
"""Why a production ended."""

Setting: TypeAlias = "float | int | str | Key | tuple[str, ...] | tuple[float, ...] | None"


@attrs.frozen(repr=False, slots=False)
class Edit(Value):
    """One change of a brief.

    Args:
        field: of the brief that it changes.
        before, after: what the field was and becomes; of the lyrics, one line.
        rule: the deduction that it answers.
        reason: what was measured, and why this should help.
        line: of the lyrics, from 0.
        expected: points that the score should rise by.
        knob: the setting that a prompt's words stand for, where the generator has no field for it.
    """

    field: str
    before: Setting
    after: Setting
    rule: str
    reason: str
    line: int | None = None
    expected: float = attrs.field(default=0.0, converter=float, validator=non_negative)
    knob: str = ""

    def __str__(self) -> str:
        if self.field == "prompt":
            return f"prompt: + {str(self.after)[len(str(self.before)) :].lstrip(', ')!r} for {self.rule}"
        place = "" if self.line is None else f" line {self.line + 1}"
        return f"{self.field}{place}: {_shown(self.before)} → {_shown(self.after)} for {self.rule}"


def _names(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _shown(setting: Setting) -> str:
    if isinstance(setting, float):
        return f"{setting:.3g}"
    if isinstance(setting, tuple):
        return "(" + " ".join(map(_shown, setting)) + ")"
    return "open" if setting is None else str(setting)


@attrs.frozen(repr=False, slots=False)
class Round(Value):
    """One round of a production.

    Args:
        brief: what was ordered.
        take: what came; of several, the one that scores best.
        report: of the take.
        edits: what was changed in the brief of the best round before.
        cost: as the generator estimated it.
        kept: whether it scores more than everything before by more than the noise of measuring; the first is kept.
        others: the other takes of the same job.
    """

    brief: Brief
    take: Take
    report: Report
    edits: tuple[Edit, ...] = attrs.field(default=(), converter=tuple[Edit, ...])
    cost: Credits = attrs.field(factory=lambda: Credits(0))
    kept: bool = True
    others: tuple[Take, ...] = attrs.field(default=(), converter=tuple[Take, ...])

    @property
    def score(self) -> float:
        """Of the report."""
        return self.report.score.value


@attrs.frozen(repr=False, slots=False)
class Production(Value):
    """A track that was made in rounds: each made, measured, and edited where it lost points.

    Args:
        rounds: in order, one at least; the first is kept.
        stopped: "target", "rounds" (all were used), "budget" (the next would be above it), "no expected gain", or
            "failed" (the generator failed after the first round).
        target: the score at which it would stop.
        budget: what it might cost; None for no limit.
        limit: rounds that were allowed.
        accepts: fields of a brief that the generator took; None for all.
        problem: what failed, in the words of the error.
    """

    rounds: tuple[Round, ...] = attrs.field(converter=tuple[Round, ...])
    stopped: Stopped
    target: float = 100.0
    budget: Credits | None = None
    limit: int = 1
    accepts: frozenset[str] | None = attrs.field(default=None, converter=_names)
    problem: str = attrs.field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        """Require a round that was kept."""
        if not self.rounds or not self.rounds[0].kept:
            raise InputError(f"Production.rounds takes one round at least, the first of them kept, got {self.rounds!r}")

    @property
    def best(self) -> Round:
        """The round that scores most: the last one that was kept."""
        return next(made for made in reversed(self.rounds) if made.kept)

    @property
    def gain(self) -> float:
        """Points by which the best round lies above the first."""
        return self.best.score - self.rounds[0].score

    @property
    def cost(self) -> Credits:
        """Of all rounds."""
        return Credits(sum(made.cost.amount for made in self.rounds), self.rounds[0].cost.unit)

    @property
    def text(self) -> str:
        """The rounds as plain text: what changed, why, and what came of it."""
        lines = [f"{self}", ""]
        for number, made in enumerate(self.rounds, 1):
            lines.append(f"Round {number}  {score_text(made.score):>5} of 100  {self.verdict(made)}")
            lines += [f"    {edit}\n        {edit.reason}" for edit in made.edits]
        return "\n".join([*lines, *([self.problem] if self.problem else [])])

    def _repr_html_(self) -> str:
        return _views.production(self)

    def verdict(self, made: Round) -> str:
        """What became of a round: "best", "kept" or "dropped"."""
        if made is self.best:
            return "best"
        return "kept" if made.kept else "dropped"

    def __str__(self) -> str:
        rounds = "1 round" if len(self.rounds) == 1 else f"{len(self.rounds)} rounds"
        why = {
            "target": f"reached {self.target:g}",
            "rounds": "all rounds used",
            "budget": f"the next round is above the budget of {self.budget}",
            "failed": "the generator failed",
        }
        reason = why.get(self.stopped, self.stopped)
        return f"{score_text(self.best.score)} of 100 after {rounds}, {self.gain:+.1f}: {reason}"


@attrs.frozen(repr=False, slots=False)
class RecordedRound(Value):
    """A round as it is kept.

    Args:
        brief, report, edits, cost, kept: of the round.
        digests: of the audio of its takes, the best first.
        takes: the takes themselves where they cannot be made again here; () where they can.
    """

    brief: Brief
    report: Report
    edits: tuple[Edit, ...] = attrs.field(converter=tuple[Edit, ...])
    cost: Credits
    kept: bool
    digests: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    takes: tuple[Take, ...] = attrs.field(default=(), converter=tuple[Take, ...])


@attrs.frozen(repr=False, slots=False)
class Recording(Value):
    """A production as it is kept: all that is needed to run it again, offline; no generator, so no key.

    Args:
        rounds: as they were.
        stopped, target, budget, limit: of the production.
        accepts: fields of a brief that the generator took.
        version: of musicengine that recorded it.
    """

    rounds: tuple[RecordedRound, ...] = attrs.field(converter=tuple[RecordedRound, ...])
    stopped: Stopped
    target: float
    budget: Credits | None
    limit: int
    accepts: frozenset[str] | None = attrs.field(converter=_names)
    version: str


@attrs.frozen(repr=False, slots=False)
class Difference(Value):
    """Something that is not as it was.

    Args:
        round: from 1; 0 for the production as a whole.
        what: "brief", "edits", "audio", "score", "kept", "rounds" or "stopped".
        before, after: as it was recorded and as it is now.
    """

    round: int
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        place = f"round {self.round}, " if self.round else ""
        return f"{place}{self.what}: {self.before} → {self.after}"


@attrs.frozen(repr=False, slots=False)
class Replay(Value):
    """A recorded production that was run again.

    Args:
        production: as it comes out now.
        differences: from what was recorded; () if it is the same bit for bit.
    """

    production: Production
    differences: tuple[Difference, ...] = attrs.field(default=(), converter=tuple[Difference, ...])

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    @property
    def text(self) -> str:
        """One line for each difference."""
        return "\n".join(map(str, self.differences)) or "the same, bit for bit"
