"""What a chat model answers, read and checked: words for the user, and a proposal in a block of code.

A proposal is data that is validated field by field; nothing in it is executed. One that cannot be read changes nothing,
and the user is told why.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import attrs

from musicengine import lyrics as words
from musicengine.errors import InputError
from musicengine.flows.prompts import BLOCK
from musicengine.values._value import fields
from musicengine.values.conversation import (
    Action,
    AnalyzeLyrics,
    Generate,
    Produce,
    Refine,
    Session,
    WriteLyrics,
)
from musicengine.values.making import Brief

__all__ = ["Proposal", "find_unverified", "read_proposal"]

_FENCE = re.compile(rf"```{BLOCK}[ \t]*\n(.*?)```", re.DOTALL)
_MOST_ACTIONS = 8
_MOST_BLOCK = 100_000
_TEXTS = {"prompt", "genre", "mood", "key", "meter", "lyrics"}
_NUMBERS = {"bpm", "duration_s", "drift", "brightness", "density", "dynamics", "width", "vocal_level_db"}
_NUMBERS |= {"hook_repetition"}
_WHOLE = {"intro_bars", "seed"}
_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+(?:[.,]\d+)*")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")  # wherever they stand, behind a letter, too
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


@attrs.frozen
class Proposal:
    """What should happen after a turn.

    Args:
        brief: the direction then.
        earlier: the briefs before it, the oldest first.
        actions: that are proposed.
    """

    brief: Brief
    earlier: tuple[Brief, ...]
    actions: tuple[Action, ...] = ()


def read_proposal(answer: str, session: Session) -> tuple[str, Proposal]:
    """The words for the user, and what the answer proposes for a session.

    An answer without a block proposes nothing; of several blocks the last counts.
    """
    blocks = _FENCE.findall(answer)
    text = _FENCE.sub("", answer).strip()
    as_it_is = Proposal(session.brief, session.earlier)
    if not blocks:
        return text, as_it_is
    try:
        return text, _proposal(_tree(blocks[-1]), session)
    except InputError as error:
        problem = f"(What the model proposed cannot be used, so nothing was changed: {error})"
        return f"{text}\n\n{problem}".strip(), as_it_is


def _tree(block: str) -> Mapping[str, Any]:
    if len(block) > _MOST_BLOCK:
        raise InputError(f"a proposal takes at most {_MOST_BLOCK:,} characters, got {len(block):,}")
    try:
        tree = json.loads(block)
    except (ValueError, RecursionError):
        raise InputError(f"expected a JSON object, got {block.strip()[:40]!r}") from None
    if not isinstance(tree, dict):
        raise InputError(f"expected a JSON object, got {str(tree)[:40]!r}")
    unknown = sorted(tree.keys() - {"new", "undo", "edits", "actions"})
    if unknown:
        raise InputError(f"a proposal has new, undo, edits and actions, got {unknown[0][:40]!r}")
    return tree


def _proposal(tree: Mapping[str, Any], session: Session) -> Proposal:
    brief, earlier = session.brief, session.earlier
    undo = tree.get("undo", 0)
    if not isinstance(undo, int) or not 0 <= undo <= len(earlier):
        raise InputError(f"undo takes back from 0 to {len(earlier)} changes, got {str(undo)[:40]!r}")
    if undo:
        brief, earlier = earlier[-undo], earlier[:-undo]
    edited = _edited(Brief() if tree.get("new") is True else brief, tree.get("edits", {}))
    if edited != brief and not undo:
        earlier = (*earlier, brief)
    asked = tree.get("actions", [])
    if not isinstance(asked, list) or len(asked) > _MOST_ACTIONS:
        raise InputError(f"actions is a list of at most {_MOST_ACTIONS}, got {str(asked)[:40]!r}")
    return Proposal(edited, earlier, tuple(_action(item, edited) for item in asked))


def _edited(brief: Brief, edits: Any) -> Brief:
    if not isinstance(edits, dict):
        raise InputError(f"edits maps fields of a brief to values, got {str(edits)[:40]!r}")
    defaults: dict[str, Any] = {field.name: field.default for field in fields(Brief()) if field.name != "understood"}
    unknown = sorted(str(name) for name in edits.keys() - defaults.keys())
    if unknown:
        raise InputError(f"a brief has no field {unknown[0][:40]!r}; it has {', '.join(defaults)}")
    new: dict[str, Any] = {
        name: defaults[name] if item is None else _checked(name, item) for name, item in edits.items()
    }
    if "sections" in new and "energy" not in new and len(new["sections"]) != len(brief.energy):
        new["energy"] = ()
    return attrs.evolve(brief, **new) if new else brief


def _checked(name: str, item: Any) -> Any:
    """The value of a field as a Brief takes it; its range is the Brief's own affair."""
    kind = _kind(name)
    number = isinstance(item, (int, float)) and not isinstance(item, bool)
    if kind == "text" and isinstance(item, str):
        return words.parse(item) if name == "lyrics" else item
    if (kind == "a number" and number) or (kind == "a whole number" and number and isinstance(item, int)):
        return item
    if kind == "true or false" and isinstance(item, bool):
        return item
    if kind == "a list" and isinstance(item, list):
        wanted = str if name == "sections" else (int, float)
        if all(isinstance(part, wanted) and not isinstance(part, bool) for part in item):
            return tuple(item)
    raise InputError(f"Brief.{name} takes {kind}, got {str(item)[:40]!r}")


def _kind(name: str) -> str:
    if name in _TEXTS:
        return "text"
    if name in _NUMBERS:
        return "a number"
    if name in _WHOLE:
        return "a whole number"
    return "true or false" if name == "instrumental" else "a list"


def _action(item: Any, brief: Brief) -> Action:
    if not isinstance(item, dict):
        raise InputError(f'an action is an object such as {{"action": "generate"}}, got {str(item)[:40]!r}')
    name = item.get("action")
    options = {field: part for field, part in item.items() if field != "action"}
    try:
        match name:
            case "generate":
                return _generate(brief, **options)
            case "refine":
                return Refine(**options)
            case "produce":
                return Produce(brief, **options)
            case "write_lyrics":
                return _write_lyrics(brief, **options)
            case "analyze_lyrics" if brief.lyrics is not None:
                return AnalyzeLyrics(brief.lyrics, **options)
    except TypeError as error:
        raise InputError(f"the action {name!r} does not take that: {error}") from None
    raise InputError(f"there is no action {str(name)[:40]!r} for this brief")


def _generate(brief: Brief, seed: Any = None) -> Generate:
    return Generate(brief if seed is None else attrs.evolve(brief, seed=_checked("seed", seed)))


def _write_lyrics(brief: Brief, section: str = "", topic: str = "", occurrence: int = 1) -> WriteLyrics:
    if not isinstance(section, str) or not isinstance(topic, str) or len(section) + len(topic) > 1_000:
        raise InputError(f"write_lyrics takes a short section and topic, got {str((section, topic))[:40]}")
    if not isinstance(occurrence, int) or not 1 <= occurrence <= 100:
        raise InputError(f"write_lyrics takes an occurrence from 1 to 100, got {str(occurrence)[:40]}")
    return WriteLyrics(brief, section, topic, occurrence)


def find_unverified(text: str, known: str, scores: tuple[float, ...] = ()) -> tuple[str, ...]:
    """The numbers of a text that do not occur in another one, rounded as they are said.

    Args:
        text: to check.
        known: text or JSON that holds every number there is a reason for.
        scores: numbers that are true as well.
    """
    said = dict.fromkeys(found[0] for found in _NUMBER.finditer(text))
    if not said:
        return ()
    # In JSON "²" has a code whose digits are none; whoever reads it may say "2", and of "2¹" the 2 alone.
    written = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), known)
    texts = {written, unicodedata.normalize("NFKC", written)}
    true = [abs(_value(found[0])) for text in texts for found in _DIGITS.finditer(text)]
    true += [abs(score) for score in scores]
    return tuple(number for number in said if not _occurs(number, true))


def _value(number: str) -> float:
    plain = number.replace("−", "-")
    if plain.count(",") and re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        return float(plain.replace(",", "."))
    except ValueError:  # several points: a version, a date
        return float("nan")


def _occurs(number: str, true: list[float]) -> bool:
    value, places = abs(_value(number)), len(number.replace(",", ".").partition(".")[2])
    slack = 0.5 * 10**-places + 1e-9
    return any(abs(value - other) <= slack for other in true)
