"""What a prompt says of meter and production: "a bright waltz, wide, long intro, vocals louder" turned into knobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from musicengine.errors import BriefError
from musicengine.values.making import METERS

__all__ = ["production"]

_METER = re.compile(r"(?<![\d/])(\d{1,2}/(?:4|8|16))(?![\d/])(?! of\b)(?: (?:time|meter|metre|bars?|beat)\b)?", re.I)
_WALTZ = re.compile(r"\bwaltz(?:es)?\b", re.I)
_MORE = r"(?:(?P<much>very|much|extra|super|really|extremely) )?"
_VOICE = r"(?:vocals?|voices?|singer|singing|lead)"
_DECIBELS = re.compile(rf"\b{_VOICE} (?:at |by )?([+-]?\d{{1,2}}(?:\.\d)?) ?db\b", re.I)
_INTRO_BARS = re.compile(
    r"\b(\d{1,2})[- ]bars?[- ](?:long )?intro\b|\bintro(?:duction)? (?:of|is|lasts|with) (\d{1,2}) bars?\b", re.I
)
_BUILDS = re.compile(
    r"\b(?:slow(?:ly)? )?(?:builds?|building)(?: up)?\b|\bcrescendo\b|\bgets (?:bigger|louder)\b", re.I
)
#: A field of the brief, the words that turn it, and how far. With "very" or its like it goes all the way.
_KNOBS = (
    ("drift", r"tempo (?:that )?(?:drifts?|wanders?)|(?:drifting|wandering|loose) tempo|rubato", 0.02),
    ("brightness", r"bright(?:er)?|crisp(?:er)?|sparkling|brilliant", 0.5),
    ("brightness", r"darker|dull(?:er)?|muffled", -0.5),
    ("density", r"dense(?:r)?|busy|busier|more notes|fuller", 0.6),
    ("density", r"sparser?|stripped(?:[- ](?:down|back))?|fewer notes", -0.6),
    ("dynamics", r"(?:less|not) dynamic|compressed|squashed|flat dynamics|even loudness", -0.6),
    ("dynamics", r"(?<!less )(?<!not )(?:more |wide |big )?dynamics?", 0.6),
    ("width", r"wide(?:r)?(?! dynamic)(?: stereo)?", 0.6),
    ("width", r"narrow(?:er)?(?: stereo)?", -0.6),
    ("width", r"mono", -1.0),
    ("hook_repetition", r"catchy|catchier|hooky|(?:more|repeated|repeating|repetitive) (?:hooks?|chorus(?:es)?)", 0.6),
    ("hook_repetition", r"(?:fewer|less) (?:hooks?|chorus(?:es)?)|(?:one|single) chorus", -0.6),
    ("vocal_level_db", rf"(?:loud(?:er)?|up-?front|prominent) {_VOICE}|{_VOICE} (?:louder|up(?: front)?|forward)", 3.0),
    ("vocal_level_db", rf"(?:quiet(?:er)?|soft(?:er)?|buried) {_VOICE}|{_VOICE} (?:quieter|lower|down|back)", -3.0),
    ("intro_bars", r"(?:no|without(?: an?)?|skip the) intro(?:duction)?", 0),
    ("intro_bars", r"short intro(?:duction)?", 2),
    ("intro_bars", r"long(?:er)? intro(?:duction)?", 8),
)
_WORDS = tuple((field, re.compile(rf"\b{_MORE}(?:{words})\b", re.I), value) for field, words, value in _KNOBS)
_FURTHEST = {"drift": 0.04, "vocal_level_db": 6.0, "intro_bars": 16.0}


def production(text: str, sections: int) -> Iterator[tuple[str, Any, str]]:
    """Every field that a prompt turns: its name, its value, and a phrase that says so.

    Args:
        text: the prompt.
        sections: how many the prompt names; only they can be given energies.

    Raises:
        BriefError: a meter that is not known.
    """
    meter = _meter(text)
    if meter:
        yield "meter", meter, f"meter {meter}"
    exact = dict(_exactly(text))
    for field, value in exact.items():
        yield field, value, f"{field.replace('_', ' ')} {value:g}"
    told = set(exact)
    for field, words, value in _WORDS:
        found = words.search(text)
        if found and field not in told:
            told.add(field)
            amount = _amount(field, value, much=found["much"] is not None)
            yield field, amount, f"{field.replace('_', ' ')} {amount:g} ({found[0].lower()})"
    if sections > 1 and _BUILDS.search(text):
        levels = tuple(round(0.3 + 0.7 * i / (sections - 1), 3) for i in range(sections))
        yield "energy", levels, "energy that builds"


def _meter(text: str) -> str | None:
    for found in _METER.finditer(text):
        if found[1] in METERS:
            return found[1]
        # "9/16" may be a date; "in 5/4" and "5/4 time" are not.
        if found[0] != found[1] or text[: found.start()].lower().endswith("in "):
            raise BriefError(f"expected a meter among {', '.join(METERS)}, got {found[1]!r}")
    return "3/4" if _WALTZ.search(text) else None


def _exactly(text: str) -> Iterator[tuple[str, float]]:
    """What is asked for in numbers."""
    decibels = _DECIBELS.search(text)
    if decibels:
        level_db = float(decibels[1])
        if not -12 <= level_db <= 12:
            raise BriefError(f"expected a level of the voice from -12 to 12 dB, got {decibels[0]!r}")
        yield "vocal_level_db", level_db
    bars = _INTRO_BARS.search(text)
    if bars:
        count = int(bars[1] or bars[2])
        if count > 64:
            raise BriefError(f"expected an intro of at most 64 bars, got {bars[0]!r}")
        yield "intro_bars", count


def _amount(field: str, value: float, *, much: bool) -> float:
    if not much or not value:
        return value
    furthest = _FURTHEST.get(field, 1.0)
    whole = furthest if value > 0 else -furthest
    return int(whole) if field == "intro_bars" else whole
