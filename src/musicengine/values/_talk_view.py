"""How a conversation looks in a notebook: what was said, what it changed, and what could be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicengine.values._frame import bubbles, facts, framed, headline
from musicengine.values._value import Value, fields
from musicengine.values._views import brief

if TYPE_CHECKING:
    from musicengine.values.conversation import Reply, Session

__all__ = ["reply", "session"]


def session(talk: Session) -> str:
    """What was said, and where the direction stands."""
    dropped = f"<p>{talk.forgotten:,} earlier messages were dropped.</p>" if talk.forgotten else ""
    head = headline("Session", f"{talk.id}, {talk.turns} turn{'' if talk.turns == 1 else 's'}")
    return framed(head, dropped, bubbles(talk.messages), brief(talk.brief))


def reply(said: Reply) -> str:
    """An answer, what it changed, and what could be done next."""
    rows = [("changed", str(change)) for change in said.changes] + [("next", _proposed(each)) for each in said.actions]
    return framed(bubbles([said.message]), facts(rows))


def _proposed(action: Value) -> str:
    """An action's name and what it would be done with; the brief in its main fields."""
    said: list[str] = []
    for field in fields(action):
        item = getattr(action, field.name)
        if field.name == "brief":
            tempo, length = (
                (f"{item.bpm:g} bpm" if item.bpm else ""),
                f"{item.duration_s:g} s" if item.duration_s else "",
            )
            said += filter(None, (item.genre, item.mood, tempo, str(item.key or ""), length))
        elif item not in ("", None):
            said.append(f"{field.name} {item:g}" if isinstance(item, (int, float)) else f"{field.name} {item}"[:80])
    return ": ".join(filter(None, (type(action).__name__, ", ".join(said))))
