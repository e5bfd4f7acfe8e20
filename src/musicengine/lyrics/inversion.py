"""Forced inversions: words turned around so that a line ends on its rhyme.

Three figures at the end of a line are known: an adjective after its noun ("a maiden fair"), an empty "did" or "do"
before a verb ("the road I did take"), an object before its subject and verb ("him I saw").
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from musicengine.lyrics.wordlists import word_set

__all__ = ["Inversion", "find_inversion"]

_DETERMINERS = word_set("a an the my your his her our their this that no every some thy")
_ADJECTIVES = word_set(
    "fair bright dark cold old new young blue green gray grey white black red gold golden deep wide high low long "
    "strong sweet bold brave free true pure wild bare bleak bitter broken divine dear fine great grand holy kind "
    "lonely lovely mild pale proud rare sad serene small soft tall tender warm weary wise"
)
_NAMED = word_set("color colour code")  # "the color red" is no inversion
_OBJECTS = word_set("me him us them thee")
_SUBJECTS = word_set("i he she we they you")
_LINKS = word_set("and but for so yet then now")
_EMPTY = word_set("did do does doth didst")
_VERBS = word_set(
    "go see come take make know think feel find give tell call keep leave hold bring sing weep sleep dream hear meet "
    "stand walk run fall fly cry die say love need want saw knew found held left kept loved hear heard met miss "
    "chose choose seek sought fight win lose hide ride fear mourn roam stay play pray rise shine"
)


@attrs.frozen
class Inversion:
    """Words out of order.

    Args:
        first: where they begin in the line; they end it.
        spoken: the words in their spoken order.
    """

    first: int
    spoken: tuple[str, ...]


def find_inversion(words: Sequence[str]) -> Inversion | None:
    """The inversion that ends a line of words in lower case, if there is one."""
    if len(words) < 3:
        return None
    before, noun, last = words[-3:]
    if last in _ADJECTIVES and before in _DETERMINERS and noun not in _ADJECTIVES | _NAMED and len(noun) > 3:
        return Inversion(len(words) - 2, (last, noun))
    if noun in _EMPTY and before in _SUBJECTS and last in _VERBS:
        return Inversion(len(words) - 2, (last,))
    opens = len(words) == 3 or words[-4] in _LINKS
    if before in _OBJECTS and noun in _SUBJECTS and last in _VERBS and opens:
        return Inversion(len(words) - 3, (noun, last, before))
    return None
