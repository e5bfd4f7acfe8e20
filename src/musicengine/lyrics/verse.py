"""Tell metrical verse from rap by the text itself.

Six features that depend on neither layout nor punctuation, which transcribers add as they like: how far lines are from
the length of a neighbour, how well they keep a foot, and how many words belong to old or literary English, are slang
or clipped, are contracted, or name the first and second person. A logistic model weighs them
(``tools/fit_verse.py``). The verse it is fitted to is old; that songs of today are verse too is up to length and foot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from musicengine.lyrics.likeness import Floats
from musicengine.lyrics.meter import fit_feet
from musicengine.lyrics.sounds import LineSounds
from musicengine.lyrics.styles import Style, load_verse
from musicengine.lyrics.tails import Codes
from musicengine.lyrics.wordlists import word_set

__all__ = ["LITERARY", "describe", "tell_style", "weigh_styles"]

LITERARY = word_set(
    "thee thou thy thine ye hath doth hast dost shall shalt wilt unto upon ere nor oft whilst whence thence hence "
    "whose whom amid amidst beneath o'er e'er ne'er 'tis 'twas 'twere th' vpon vnto haue loue o oh alas lo nay yea "
    "mine yet so such sweet fair soul heavenly yon yonder wherefore thus each every shade beauty virtue"
)
_SLANG = word_set(
    "ain't i'ma ima imma gonna gotta wanna tryna finna yo y'all em 'em 'cause cuz ya yeah ok okay uh huh hey homie "
    "homies dawg dude bro bruh shit fuck bitch ass damn crew hood crib thug gangsta rap rapper rhyme rhymes flow beat "
    "beats dj mc mic microphone gon dope cash club"
)
_CONTRACTED = word_set(
    "i'm don't it's can't i'll you're that's let's we're they're he's she's what's won't didn't doesn't wasn't "
    "couldn't wouldn't isn't aren't i've you've i'd you'd they'll we'll there's"
)
_PERSONS = word_set("i you me my your we")
_FEET = ((0, 1), (1, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0))
_LEAST = 3  # syllables of a line that has a foot
_FURTHEST = 4  # syllables by which neighbours differ at most
_ALONE = 0.1, 0.7  # how far and how well a text of one line or none is


def describe(heard: Sequence[LineSounds]) -> Floats:
    """The features of lines, (6,)."""
    words = Counter(chain.from_iterable([line.spelled for line in heard]))
    clipped = sum([times for word, times in words.items() if word.endswith("in'")])
    sizes = np.array([len(line.stresses) for line in heard], np.int64)
    stressed = np.fromiter(chain.from_iterable([line.stresses for line in heard]), np.bool_, int(sizes.sum()))
    return np.array(
        [
            _strays(sizes[sizes > 0]),
            _keeps_foot(stressed, sizes),
            _share(words, LITERARY),
            _share(words, _SLANG) + clipped / max(words.total(), 1),
            _share(words, _CONTRACTED),
            _share(words, _PERSONS),
        ],
        np.float32,
    )


def _strays(sizes: Codes) -> float:
    """How far lines are from the nearest in length of the two before and the two after, as a share of their length."""
    if len(sizes) < 2:
        return _ALONE[0]
    nearest = np.full(len(sizes), _FURTHEST)
    for step in (1, 2):
        gaps = np.abs(sizes[step:] - sizes[:-step])
        nearest[step:] = np.minimum(nearest[step:], gaps)
        nearest[:-step] = np.minimum(nearest[:-step], gaps)
    return float(nearest.mean() / sizes.mean())


def _keeps_foot(stressed: np.ndarray, sizes: Codes) -> float:
    """How well lines keep the foot they keep best."""
    long = sizes >= _LEAST
    if not long.any():
        return _ALONE[1]
    return float(fit_feet(stressed[np.repeat(long, sizes)], sizes[long], _FEET).mean(axis=1).max())


def _share(words: Counter[str], names: frozenset[str]) -> float:
    return sum([words[word] for word in words.keys() & names]) / max(words.total(), 1)


def weigh_styles(heard: Sequence[LineSounds]) -> float:
    """The log odds that lines are rap."""
    weights, bias = load_verse()
    return float(describe(heard) @ weights) + bias


def tell_style(heard: Sequence[LineSounds]) -> Style:
    """Verse ("strict") or rap, whichever is likelier."""
    return "rap" if weigh_styles(heard) > 0 else "strict"
