"""The direction while a request is worked into it: the brief as it changes, what is said, what is proposed."""

from __future__ import annotations

from typing import Any

import attrs

from musicengine.errors import BriefError
from musicengine.synth.form import LABELS, plan, usual
from musicengine.synth.genres import find_genre
from musicengine.values._value import fields
from musicengine.values.conversation import Context
from musicengine.values.making import Brief
from musicengine.values.music import Key
from musicengine.values.reports import Report

__all__ = ["Draft"]


@attrs.define
class Draft:
    """What one turn makes of a context.

    Args:
        context: what is known.
        brief: as it is now.
        new: whether it is another brief than the context's.
        undo: how many changes are taken back.
        said: sentences for the user, in order.
        actions: that are proposed, as the model writes them.
        kept: fields that the user wants left alone.
    """

    context: Context
    brief: Brief
    new: bool = False
    undo: int = 0
    said: list[str] = attrs.field(factory=list[str])
    actions: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    kept: set[str] = attrs.field(factory=set[str])

    @property
    def begun(self) -> bool:
        """Whether there is a direction or a track already."""
        return self.brief != Brief() or bool(self.context.heard)

    @property
    def report(self) -> Report | None:
        """Of the latest track."""
        return self.context.heard[-1].report if self.context.heard else None

    @property
    def decided(self) -> Brief:
        """The brief with what the latest take decided where it is open, if that take was made of this direction."""
        last = None if self.new or not self.context.heard else self.context.heard[-1].brief
        if last is None:
            return self.brief
        open_fields = [name for name in ("genre", "bpm", "key", "duration_s") if getattr(self.brief, name) is None]
        if self.brief.genre not in (None, last.genre):
            open_fields = [name for name in open_fields if name not in ("bpm", "key")]
        found = attrs.evolve(self.brief, **{name: getattr(last, name) for name in open_fields})
        return found if found.sections else attrs.evolve(found, sections=last.sections, energy=())

    @property
    def bpm(self) -> float:
        """The tempo: asked for, decided or measured, else what the genre usually has."""
        bpm = self.decided.bpm
        if bpm is None and self.report and not self.new and self.report.audio.tempo and self.brief.genre is None:
            bpm = self.report.audio.tempo.bpm
        return bpm or sum(find_genre(self.decided.genre)[0].bpm) / 2

    @property
    def key(self) -> Key | None:
        """The key: asked for, decided or measured; None if nobody knows."""
        key = self.decided.key
        return key or (self.report.audio.key if self.report and not self.new else None)

    @property
    def duration_s(self) -> float:
        """The length: asked for, decided, else what a generator takes for granted."""
        return self.decided.duration_s or 30.0

    @property
    def sections(self) -> tuple[str, ...]:
        """The form: asked for, decided, else the usual one."""
        return self.decided.sections or usual(self._bars)

    @property
    def energy(self) -> tuple[float, ...]:
        """How much plays in each section: asked for, else what the form has."""
        if self.brief.energy:
            return self.brief.energy
        known = tuple(label if label in LABELS else "verse" for label in self.sections)
        return tuple(round(passage.energy, 2) for passage in plan(known, max(self._bars, len(known))))

    @property
    def _bars(self) -> int:
        return max(1, int(self.duration_s * self.bpm / 240 - 0.75))

    def set(self, **changes: Any) -> bool:
        """Change fields that the user does not want left alone; whether anything changed.

        Raises:
            BriefError: a field cannot have that value.
        """
        before = self.brief
        # To write down the usual form, where it is open, changes nothing of it.
        kept = self.kept - {"sections"} if not before.sections else self.kept
        allowed = {name: item for name, item in changes.items() if name not in kept}
        if allowed:
            self.brief = attrs.evolve(before, **allowed)
        return self.brief != before

    def turn(self, name: str, step: float, low: float = -1.0, high: float = 1.0, places: int = 2) -> bool:
        """Turn a knob by a step, as far as it goes; whether it moved."""
        value = round(min(max(getattr(self.brief, name) + step, low), high), places)
        moved = self.set(**{name: value})
        if not moved and name not in self.kept and value == getattr(self.brief, name):
            self.say(f"The {name.replace('_', ' ')} is as far as it goes already.")
        return moved

    def tempo(self, bpm: float) -> None:
        """Set the tempo, as near as a brief can hold it."""
        try:
            self.set(bpm=float(round(bpm)))
        except BriefError:
            self.say("That tempo is outside of what I can play, so I left it.")

    def say(self, sentence: str) -> None:
        """Add a sentence unless it was said."""
        if sentence not in self.said:
            self.said.append(sentence)

    def propose(self, action: str, **options: Any) -> None:
        """Propose an action unless it is among those already."""
        item = {"action": action, **{name: part for name, part in options.items() if part not in ("", None)}}
        if item not in self.actions:
            self.actions.append(item)

    def edits(self) -> dict[str, Any]:
        """What the brief has that it had not, as JSON knows it."""
        before = Brief() if self.new else self._after_undo()
        return {
            field.name: _plain(new)
            for field in fields(before)
            if field.name != "understood" and getattr(before, field.name) != (new := getattr(self.brief, field.name))
        }

    def _after_undo(self) -> Brief:
        return self.context.earlier[-self.undo] if self.undo else self.context.brief


def _plain(item: Any) -> Any:
    if isinstance(item, tuple):
        return list(item)
    return item if item is None or isinstance(item, (str, int, float, bool)) else str(item)
