"""Tell metrical verse from rap by the text itself.

Eight features that do not depend on layout: how regular the lines' syllable counts are, how steadily stresses
alternate, how many words belong to old or literary English, how many are contracted, clipped or slang, the share of
articles and of "of", the first and second person, the length of words, and stops inside lines. A logistic model weighs
them (``tools/fit_verse.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from musicengine.lyrics.likeness import Floats
from musicengine.lyrics.sounds import LineSounds
from musicengine.lyrics.styles import Style, load_verse
from musicengine.lyrics.wordlists import word_set

__all__ = ["LITERARY", "describe", "tell_style"]

LITERARY = word_set(
    "thee thou thy thine ye hath doth hast dost shall shalt wilt unto upon ere nor oft whilst whence thence hence "
    "whose whom amid amidst beneath o'er e'er ne'er 'tis 'twas 'twere th' vpon vnto haue loue o oh alas lo nay yea "
    "mine yet so such sweet fair soul heavenly yon yonder wherefore thus each every shade beauty virtue"
)
_COLLOQUIAL = word_set(
    "i'm don't it's ain't can't i'll you're that's i'ma ima imma gonna gotta wanna got get gettin' yeah yo y'all em "
    "'em 'cause cause cuz like just ya yeah ok okay hey man baby girl homie shit fuck bitch ass damn money cash club "
    "let's we're they're he's she's what's won't didn't doesn't wasn't couldn't wouldn't isn't aren't i've you've "
    "i'd you'd they'll we'll gon dawg dude real crew street hood rap beat dj mic phone car tv guys kids"
)
_LINKS = word_set("the of and in with")
_PERSONS = word_set("i you my me your we")


def describe(heard: Sequence[LineSounds]) -> Floats:
    """The features of lines, (8,)."""
    words = Counter(chain.from_iterable([line.spelled for line in heard]))
    count = max(words.total(), 1)
    sizes = np.array([len(line.stresses) for line in heard], np.int64)
    syllables = sizes[sizes > 0]
    spread = float(np.std(syllables) / np.mean(syllables)) if len(syllables) > 1 else 0.15
    stressed = np.fromiter(chain.from_iterable([line.stresses for line in heard]), np.bool_, int(sizes.sum()))
    changes = stressed[1:] != stressed[:-1]
    inner = np.ones(len(changes), bool)
    inner[np.cumsum(syllables)[:-1] - 1] = False  # from a line to the next
    alternation = float(changes[inner].mean()) if inner.any() else 0.5
    marked = [word for word in words if "'" in word]
    clipped = sum(words[word] for word in marked if word.endswith("in'") or "'" in word[1:-1]) / count
    return np.array(
        [
            spread,
            alternation,
            _share(words, LITERARY),
            _share(words, _COLLOQUIAL) + clipped,
            _share(words, _LINKS),
            _share(words, _PERSONS),
            sum([len(word) * times for word, times in words.items()]) / count / 5,
            min(sum([_stops(line.text) for line in heard]) / max(len(heard), 1), 2.0),
        ],
        np.float32,
    )


def _stops(text: str) -> int:
    """Stops of a line that are no full stops."""
    return text.count(";") + text.count(":") + text.count("--") + text.count("—") + text.endswith(",")


def _share(words: Counter[str], names: frozenset[str]) -> float:
    return sum([words[word] for word in words.keys() & names]) / max(words.total(), 1)


def tell_style(heard: Sequence[LineSounds]) -> Style:
    """Verse ("strict") or rap, whichever is likelier."""
    weights, bias = load_verse()
    return "rap" if float(describe(heard) @ weights) + bias > 0 else "strict"
