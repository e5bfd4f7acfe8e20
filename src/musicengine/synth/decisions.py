"""What a brief leaves open is decided: genre, meter, tempo, key and duration, in the manner of genre and mood."""

from __future__ import annotations

import math

import attrs
import numpy as np

from musicengine.errors import BriefError
from musicengine.synth.briefs import MOODS, Mood, parse_brief
from musicengine.synth.form import LABELS
from musicengine.synth.genres import find_genre
from musicengine.synth.meters import METERS_BY_NAME, Meter
from musicengine.synth.sheet import stream
from musicengine.synth.stanzas import form_of, singing_s
from musicengine.synth.styles import Genre
from musicengine.values.making import MAX_DURATION_S, Brief
from musicengine.values.music import Key

__all__ = ["DEFAULT_DURATION_S", "Wish", "decide", "whole_bars"]

DEFAULT_DURATION_S = 30.0
_SHORTEST_WITH_ENDING = 3.0
_SHORTEST_ENDING = 0.75
_PLAIN = Brief()
#: Fields that a prompt decides where the brief leaves them as they are.
_PARSED = tuple(field.name for field in attrs.fields(Brief) if field.name not in ("prompt", "lyrics", "energy", "seed"))
#: How much of a mood's colour is left to the knobs.
_MOOD_SHARE = 0.6


@attrs.frozen
class Wish:
    """A brief and its decided fields.

    Args:
        brief: with genre, meter, tempo, key and duration filled in.
        genre, meter, bpm, key, duration_s: as decided.
        density, brightness: of mood and knob together.
        notes: what was decided against the letter of the brief.
    """

    brief: Brief
    genre: Genre
    meter: Meter
    bpm: float
    key: Key
    duration_s: float
    density: float
    brightness: float
    notes: tuple[str, ...]


def decide(brief: Brief) -> Wish:
    """Genre, meter, tempo, key and duration: as the brief says, or in the manner of genre and mood.

    Raises:
        BriefError: a section that no form has; a prompt that asks for the impossible.
    """
    brief = _with_prompt(brief)
    genre, note = find_genre(brief.genre)
    mood = MOODS.get((brief.mood or "").lower(), Mood())
    unknown = next((label for label in brief.sections if label not in LABELS), None)
    if unknown is not None:
        raise BriefError(f"expected sections among {', '.join(LABELS)}, got {unknown[:40]!r}")
    meter = METERS_BY_NAME[brief.meter or "4/4"]
    rng = stream(brief.seed, f"decisions {genre.name}")
    low, high = _tempi(genre, meter)
    place = np.clip(rng.random() * 0.6 + 0.2 + 0.3 * mood.pace, 0, 1)
    tonic, minor = int(rng.integers(12)), rng.random() < (genre.minor if mood.minor is None else mood.minor)
    drawn = low + place * (high - low)
    bpm = brief.bpm or _whole_phrases((low, high), drawn, brief.duration_s or DEFAULT_DURATION_S, meter)
    brief = _with_form(brief, meter.beats * 60 / bpm)
    phrase_s = 4 * meter.bars * meter.beats * 60 / bpm
    wanted = max(DEFAULT_DURATION_S, len(brief.sections) * phrase_s) if brief.sections else DEFAULT_DURATION_S
    duration_s = brief.duration_s or min(wanted, MAX_DURATION_S)
    key = brief.key or Key(tonic, "minor" if minor else "major")
    decided = attrs.evolve(brief, genre=genre.name, meter=meter.name, bpm=bpm, key=key, duration_s=duration_s)
    # A knob that is turned all the way is heard in any mood.
    density = _MOOD_SHARE * mood.density + brief.density
    brightness = _MOOD_SHARE * mood.brightness + brief.brightness
    return Wish(decided, genre, meter, bpm, key, duration_s, density, brightness, (note,) if note else ())


def _with_prompt(brief: Brief) -> Brief:
    """The brief with what its prompt says where it is open, unless that was read before."""
    if not brief.prompt.strip() or brief.understood:
        return brief
    heard = parse_brief(brief.prompt, seed=brief.seed)
    open_fields = {name: getattr(heard, name) for name in _PARSED if getattr(brief, name) == getattr(_PLAIN, name)}
    if brief.energy:
        # Energies belong to the sections they came with.
        open_fields.pop("sections", None)
    return attrs.evolve(brief, **open_fields)


def _with_form(brief: Brief, bar_s: float) -> Brief:
    """The brief with form and length as its lyrics have them, where it leaves them open."""
    if brief.lyrics is None or brief.sections:
        return brief
    length_s = brief.duration_s or min(max(DEFAULT_DURATION_S, singing_s(brief.lyrics, bar_s)), MAX_DURATION_S)
    return attrs.evolve(brief, duration_s=length_s, sections=form_of(brief.lyrics, int(length_s / bar_s)))


def _tempi(genre: Genre, meter: Meter) -> tuple[int, int]:
    """The genre's usual tempo from, to: its eighths keep their pace in a meter whose beats have three of them."""
    low, high = genre.bpm
    return (round(low / 1.5), round(high / 1.5)) if meter.bars > 1 else (low, high)


def whole_bars(end: float) -> tuple[int, int | None]:
    """How many bars the form has in a track of ``end`` bars, and the bar of the closing chord where there is one."""
    final = math.floor(end - _SHORTEST_ENDING) if end >= _SHORTEST_WITH_ENDING else None
    return (math.ceil(end) if final is None else final), final


def _whole_phrases(tempi: tuple[int, int], drawn: float, duration_s: float, meter: Meter) -> float:
    """The tempo near the drawn one with which phrases of four bars, or of two, fill the track."""

    def oddness(bpm: int) -> float:
        bars, _ = whole_bars(duration_s * bpm / (60 * meter.beats))
        return abs(bpm - drawn) + 5 * (bars % 4 != 0) + 10 * (bars % 2)

    return float(min(range(tempi[0], tempi[1] + 1), key=oddness))
