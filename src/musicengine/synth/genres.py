"""The genres that the composer knows, found by any of their names."""

from __future__ import annotations

import re
from functools import cache

from musicengine.synth.repertoire_beats import BEATS
from musicengine.synth.repertoire_songs import SONGS
from musicengine.synth.styles import Genre

__all__ = ["all_genres", "find_genre", "named_genre"]


def all_genres() -> tuple[Genre, ...]:
    """Every genre the composer knows."""
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
