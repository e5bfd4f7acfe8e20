"""What a genre is to the composer: tempo, harmony, drum language, bass, accompaniment, lead and mix, as plain data."""

from __future__ import annotations

import re
from functools import cache

import attrs

__all__ = ["Bass", "Genre", "Groove", "Layer", "Lead", "all_genres", "find_genre", "named_genre"]

Lanes = tuple[tuple[str, str], ...]


@attrs.frozen
class Groove:
    """A drum language. Lanes are pairs of a drum and its pattern (see ``musicengine.synth.patterns``).

    Args:
        kit: a name of ``musicengine.synth.drums``.
        verse, chorus: lanes of the fuller sections.
        quiet: lanes of intros, breaks and outros.
        fill: "toms", "snare", "roll" (hats), "breath" (the drums drop out) or "none".
        ghosts: how likely a soft extra snare or hat is in each bar.
        level_db: in the mix.
    """

    kit: str
    verse: Lanes
    chorus: Lanes
    quiet: Lanes = ()
    fill: str = "toms"
    ghosts: float = 0.2
    level_db: float = 0.0


@attrs.frozen
class Bass:
    """A bass line: digits name degrees above the chord's root (8 the octave), ``a`` leads to the next root."""

    patch: str
    verse: str
    chorus: str
    center: int = 36
    level_db: float = 0.0


@attrs.frozen
class Layer:
    """One accompanying part: level symbols play the chord, digits its tones from the bottom.

    Args:
        name: of the part.
        patch: a name of ``musicengine.synth.patches``.
        verse, chorus: patterns; "" is silence.
        center: MIDI pitch around which chords are voiced.
        size: tones a chord.
        enters: the energy of a section from which it plays.
        level_db, pan: in the mix; pan from -1 (left) to 1 (right).
        wet: whether it gets reverb.
        strum_ms: from the first to the last tone of a chord.
    """

    name: str
    patch: str
    verse: str
    chorus: str
    center: int = 60
    size: int = 3
    enters: float = 0.0
    level_db: float = -6.0
    pan: float = 0.0
    wet: bool = True
    strum_ms: float = 0.0


@attrs.frozen
class Lead:
    """The melody.

    Args:
        patch: the instrument that plays it where nobody sings.
        center: MIDI pitch around which a verse lies.
        busy: 0 long notes, 1 medium, 2 many.
        five: pentatonic.
        level_db: in the mix.
    """

    patch: str
    center: int = 69
    busy: int = 1
    five: bool = False
    level_db: float = -3.0


@attrs.frozen
class Genre:
    """A genre.

    Args:
        name, aliases: what it is called.
        bpm: the usual tempo from, to.
        minor: how often it is in minor, in [0, 1].
        major_progressions, minor_progressions: numerals, one chord a ``chord_bars``; verse and chorus draw from them.
        groove, bass, layers, lead: what plays.
        chord_bars: bars a chord.
        swing: where the second of two steps falls, 0.5 straight, 0.667 triplets.
        swing_steps: 8 or 16: which steps swing.
        loose_ms: standard deviation of timing.
        sung: whether a voice usually has the melody.
        duck: how far the kick pushes the rest down, in [0, 1].
        room_s: reverberation time.
        wet_db: level of the reverb.
        cadence: whether phrases end on the dominant.
    """

    name: str
    aliases: tuple[str, ...]
    bpm: tuple[int, int]
    minor: float
    major_progressions: tuple[str, ...]
    minor_progressions: tuple[str, ...]
    groove: Groove
    bass: Bass
    layers: tuple[Layer, ...]
    lead: Lead
    chord_bars: float = 1.0
    swing: float = 0.5
    swing_steps: int = 16
    loose_ms: float = 5.0
    sung: bool = True
    duck: float = 0.0
    room_s: float = 1.4
    wet_db: float = -12.0
    cadence: bool = True


def all_genres() -> tuple[Genre, ...]:
    """Every genre the composer knows."""
    from musicengine.synth.repertoire_beats import BEATS
    from musicengine.synth.repertoire_songs import SONGS

    return SONGS + BEATS


@cache
def _names() -> dict[str, Genre]:
    return {alias: genre for genre in all_genres() for alias in (genre.name, *genre.aliases)}


def named_genre(text: str) -> tuple[str, Genre] | None:
    """The genre that a text speaks of and the words that name it, the longest first; None if it names none."""
    words = " " + " ".join(re.findall(r"[a-z&0-9']+", text.lower().replace("-", " "))) + " "
    found = [(words.index(f" {name} "), name) for name in _names() if f" {name} " in words]
    if not found:
        return None
    # "melodic deep house" is house, "trap soul" is what comes first; of two at one place the longer says more.
    _, name = min(found, key=lambda item: (-len(item[1].split()), item[0]))
    return name, _names()[name]


def find_genre(name: str | None) -> tuple[Genre, str]:
    """The genre of that name or the nearest one, and a phrase that says so where it is not the same."""
    if name is None:
        return _names()["pop"], ""
    known = named_genre(name)
    if known is not None:
        return known[1], "" if known[0] == name.lower().replace("-", " ") else f"{known[1].name} for {name[:40]!r}"
    import difflib  # only the unknown need it

    close = difflib.get_close_matches(name.lower()[:40], _names(), n=1, cutoff=0.6)
    nearest = _names()[close[0] if close else "pop"]
    return nearest, f"no genre {name[:40]!r} here, {nearest.name} is the nearest"
