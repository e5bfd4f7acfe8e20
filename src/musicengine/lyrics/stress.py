"""Which syllables of a line are stressed, when its words are said in a row.

A dictionary marks stress word by word; in a line most pronouns, articles and auxiliaries lose theirs, and beats keep a
distance. A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) over two states says both: a
weight for every syllable by its word's class and its dictionary stress, and a weight for two stresses in a row, inside
a word and between words. ``tools/fit_stress.py`` fitted it to transcribed rap; Viterbi's algorithm finds the likeliest
pattern in time linear in the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from musicengine.lyrics.stress_weights import EMISSIONS, LAST, TRANSITIONS

__all__ = ["likeliest", "stress_features", "stress_line", "stress_odds"]

Transition: TypeAlias = tuple[float, float, float, float]
_ONE = [False]  # a word of one syllable continues none


def stress_features(word: str, stresses: Sequence[int]) -> list[str]:
    """What the model knows of each syllable of a word.

    Args:
        word: in lower case.
        stresses: its dictionary stresses, a digit a syllable.
    """
    if len(stresses) == 1:
        return [word if word in EMISSIONS else f"one {min(stresses[0], 1)}"]
    last = len(stresses) - 1
    places = ["first" if at == 0 else "last" if at == last else "inside" for at in range(len(stresses))]
    return [f"{place} {digit}" for place, digit in zip(places, stresses, strict=True)]


def stress_odds(word: str, stresses: Sequence[int]) -> tuple[float, ...]:
    """The log-odds of stress of each syllable of a word, not knowing its neighbours; see :func:`stress_features`."""
    if len(stresses) == 1:
        return (EMISSIONS[word] if word in EMISSIONS else EMISSIONS[f"one {min(stresses[0], 1)}"],)
    return _odds_of_long(tuple(stresses))


@lru_cache(maxsize=1 << 10)
def _odds_of_long(stresses: tuple[int, ...]) -> tuple[float, ...]:
    """The log-odds of a word of several syllables, which its stresses alone decide."""
    return tuple([EMISSIONS[feature] for feature in stress_features("", stresses)])


def stress_line(words: Sequence[Sequence[float]]) -> list[bool]:
    """Whether each syllable of a line is stressed.

    Args:
        words: the log-odds of the syllables of each word.
    """
    odds: list[float] = []
    inside: list[bool] = []
    for word in words:
        odds += word
        inside += _ONE if len(word) == 1 else [at > 0 for at in range(len(word))]
    if odds:
        odds[-1] += LAST
    return likeliest(odds, inside, TRANSITIONS)


def likeliest(odds: Sequence[float], inside: Sequence[bool], transitions: Sequence[Transition]) -> list[bool]:
    """The likeliest pattern by Viterbi's algorithm, which for two states needs only their difference.

    Args:
        odds: log-odds of stress of each syllable.
        inside: whether a syllable continues the word of the one before.
        transitions: weights of weak-weak, weak-strong, strong-weak, strong-strong, between words and inside.
    """
    if not odds:
        return []
    lead = odds[0]  # how much likelier the best pattern that ends in a stress is
    ways = []  # whether the best way to each syllable, weak and strong, comes from a stress
    for value, within in zip(odds[1:], inside[1:], strict=True):
        weak_weak, weak_strong, strong_weak, strong_strong = transitions[within]
        strong_weak += lead
        strong_strong += lead
        if strong_weak > weak_weak:
            if strong_strong > weak_strong:
                ways.append(_ALWAYS)
                lead = value + strong_strong - strong_weak
            else:
                ways.append(_TO_WEAK)
                lead = value + weak_strong - strong_weak
        elif strong_strong > weak_strong:
            ways.append(_TO_STRONG)
            lead = value + strong_strong - weak_weak
        else:
            ways.append(_NEVER)
            lead = value + weak_strong - weak_weak
    state = lead > 0
    pattern = [state]
    for way in ways[::-1]:
        state = way[state]
        pattern.append(state)
    return pattern[::-1]


_NEVER, _TO_WEAK, _TO_STRONG, _ALWAYS = (False, False), (True, False), (False, True), (True, True)
