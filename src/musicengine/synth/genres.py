"""The genres that the composer knows, found by any of their names."""

from __future__ import annotations

import re
from functools import cache

from musicengine.synth.repertoire_beats import BEATS
from musicengine.synth.repertoire_songs import SONGS
from musicengine.synth.styles import Genre

__all__ = ["all_genres", "find_genre", "named_genre", "played_genres"]

_RELATIVES = {
    "pop": "hyperpop,city pop,j pop,jpop,c pop,latin pop,bubblegum,teen pop,europop,dream pop,electroclash",
    "rock": "shoegaze,post punk,emo,rockabilly,britpop,new wave,garage rock,psychedelic,prog,progressive rock",
    "metal": "djent,black metal,nu metal,screamo,grindcore",
    "ballad": "chanson,fado,bolero,bachata,torch song,show tune,opera,lullaby,enka,schlager",
    "r&b": "contemporary r&b,doo wop,quiet storm,new jack swing",
    "funk": "afrobeats,highlife,soukous,makossa,boogaloo,afro funk",
    "jazz": "salsa,samba,mambo,rumba,cha cha,tango,latin jazz,latin,lounge,ragtime,dixieland,cumbia,merengue",
    "reggae": "rocksteady,calypso,soca,reggae fusion,dembow,lovers rock",
    "folk": "polka,zydeco,cajun,klezmer,flamenco,mariachi,ranchera,corrido,irish,scottish,sea shanty,shanty,skiffle,"
    "bhangra,qawwali,raga,honky tonk,folk rock",
    "disco": "eurodance,eurobeat,hi nrg,dance punk",
    "house": "amapiano,gqom,afro house,kwaito,uk garage,future bass,moombahton,electro house,baile funk",
    "techno": "hardstyle,gabber,psytrance,goa,chiptune,8 bit,ebm,darkwave,hardcore techno",
    "trap": "grime,cloud rap,crunk,plugg,jersey club",
    "hip-hop": "trip hop,gangsta rap,g funk,conscious rap,jazz rap,turntablism",
    "lo-fi": "vaporwave,chillwave,synthwave,retrowave,bedroom pop",
    "ambient": "orchestral,symphony,symphonic,choral,gregorian,minimalism,field recording,gamelan",
    "drum and bass": "footwork,neurofunk,breakcore",
}
"""Genres that nobody here plays, by the one that is nearest in rhythm and instruments."""


_MANNERS = frozenset(
    ["80s", "acoustic", "atmospheric", "campfire", "chill", "chillout", "cinematic", "club", "dance", "downtempo",
     "electronic", "meditation", "old school", "piano", "study"]
)  # fmt: skip
"""Names of genres that say more often how another is played."""


def all_genres() -> tuple[Genre, ...]:
    """Every genre the composer knows."""
    return SONGS + BEATS


@cache
def _names() -> dict[str, Genre]:
    return {alias: genre for genre in all_genres() for alias in (genre.name, *genre.aliases)}


@cache
def _relatives() -> dict[str, Genre]:
    return {name: _names()[near] for near, names in _RELATIVES.items() for name in names.split(",")}


def named_genre(text: str) -> tuple[str, Genre] | None:
    """The genre that a text speaks of, or the nearest to it, and the words that name it, the longest first; or None."""
    words = " " + " ".join(re.findall(r"[a-z&0-9']+", text.lower().replace("-", " "))) + " "
    known = _relatives() | _names()
    found = [(words.index(f" {name} "), name) for name in known if f" {name} " in words]
    if not found:
        return None
    # A manner is what a genre is played in: "chill house" is house, and chill alone is lo-fi.
    found = [item for item in found if item[1] not in _MANNERS] or found
    # "melodic deep house" is house, "psychedelic trap" what is played, "trap soul" what comes first.
    _, name = min(found, key=lambda item: (-len(item[1].split()), item[1] not in _names(), item[0]))
    return name, known[name]


def played_genres(text: str) -> tuple[str, ...]:
    """The names of all genres here that a text speaks of, in its order; "jazz house" is both."""
    words = " " + " ".join(re.findall(r"[a-z&0-9']+", text.lower().replace("-", " "))) + " "
    found: dict[str, int] = {}
    for name, genre in sorted(_names().items(), key=lambda item: -len(item[0])):
        at = words.find(f" {name} ")
        if at >= 0 and name not in _MANNERS:
            found.setdefault(genre.name, at)
            words = words.replace(f" {name} ", " " + "_" * len(name) + " ")
    return tuple(sorted(found, key=found.__getitem__))


def find_genre(name: str | None) -> tuple[Genre, str]:
    """The genre of that name or the nearest one, and a phrase that says so where it is not the same."""
    if name is None:
        return _names()["pop"], ""
    known = named_genre(name)
    if known is not None and known[0] in _names():
        return known[1], "" if known[0] == name.lower().replace("-", " ") else f"{known[1].name} for {name[:40]!r}"
    nearest = known[1] if known else _alike(name)
    return nearest, f"no genre {name[:40]!r} here, {nearest.name} is the nearest"


def _alike(name: str) -> Genre:
    """The genre whose name is spelled most like this one, else pop."""
    import difflib  # only the unknown need it

    close = difflib.get_close_matches(name.lower()[:40], _names(), n=1, cutoff=0.6)
    return _names()[close[0] if close else "pop"]
