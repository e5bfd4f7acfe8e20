"""Words that rhyme with a word: common words of the dictionary by their rhyming part, ranked.

A word fits by its sound (the same rhyming part, about the same number of syllables with the same stresses), by how
common it is, by the words it comes after elsewhere (one seldom found after "the" is no noun), and by the lyric's
themes. The counts come from ``tools/build_rhyming_words.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.lexicon import look_up
from musicengine.lyrics.sounds import CONSONANTS, VOWELS, Spoken, spoken
from musicengine.lyrics.wordlists import word_set

__all__ = ["CLASSES", "classify", "find_rhyming_words", "rhyming_part"]

_FITS = 0.25  # how well a word must fit its place to be suggested
_CLASSES: tuple[frozenset[str], ...] = (
    word_set("a an the this that these those my your his her our their no every each some any"),
    word_set("i you he she we they it who i'll you'll we'll"),
    word_set("to will can could would should must may might shall don't can't won't didn't never"),
    word_set("is are was were am be been i'm you're it's we're they're he's she's so too very more"),
    word_set("of in on at by for from with into through over under upon without"),
    word_set("and or but"),
    word_set("me him it us them myself yourself"),
    word_set("get got go make made take let keep feel see know want need have has had do"),
    word_set("not as like than now then when where how what why if"),
    word_set("one two all more old new little good great"),
)
CLASSES = len(_CLASSES) + 2
"""Classes of the word before: determiners, subjects, auxiliaries, "be", and so on, others, none."""


def classify(word: str) -> int:
    """The class of a word in lower case; "" for the start of a line."""
    if not word:
        return CLASSES - 1
    return next((kind for kind, words in enumerate(_CLASSES) if word in words), CLASSES - 2)


def rhyming_part(way: Spoken) -> str:
    """The sounds of a word from its last stressed vowel on, "AY-T"."""
    vowels, stresses, clusters = way
    begin = max((place for place, stress in enumerate(stresses) if stress), default=0)
    return " ".join(
        "-".join([VOWELS[vowels[place]], *_names(clusters[place + 1])]) for place in range(begin, len(vowels))
    )


def find_rhyming_words(
    partner: str, replaced: str, before: str, themes: frozenset[str], taken: Collection[str], count: int
) -> list[str]:
    """Words that rhyme with ``partner`` and can stand for ``replaced``, the best first.

    Args:
        partner: the word to rhyme with, in lower case, like all words here.
        replaced: the word whose place they take.
        before: the word before it, "" for none.
        themes: of the lyric.
        taken: words that will not do, since they end other lines.
        count: how many to find at most.
    """
    ways, old = spoken(partner), spoken(replaced)
    if not ways or not old:
        return []
    lists = _load()
    pattern = "".join(str(min(stress, 1)) for stress in old[0][1])
    rows = [
        row
        for row in lists.by_part.get(rhyming_part(ways[0]), ())
        if lists.words[row] not in taken and lists.words[row] not in (partner, replaced)
        and abs(len(lists.stresses[row]) - len(pattern)) <= 1
    ]  # fmt: skip
    fits = _fit(lists, rows, classify(before), replaced)
    scores = {
        row: lists.frequency[row] / 24
        + (2.0 if not themes.isdisjoint(look_up(lists.words[row]).themes) else 0.0)
        - (1.5 if lists.stresses[row] != pattern else 0.0)
        + (4.0 * fit if fit > _FITS else -100.0)
        for row, fit in zip(rows, fits, strict=True)
    }
    best = sorted((row for row in rows if scores[row] > 0), key=lambda row: -scores[row])[:count]
    return [lists.words[row] for row in best]


def _fit(lists: _Words, rows: Sequence[int], kind: int, replaced: str) -> list[float]:
    """How well words stand after a word of this class, and in the role of the word they replace; about -1 to 1."""
    after = lists.after[list(rows)]
    here = np.minimum(1.0, after[:, kind] / 16)
    place = lists.places.get(replaced)
    if place is None:
        return list(here.tolist())
    role = lists.after[place]
    norms = np.linalg.norm(after, axis=1) * np.linalg.norm(role)
    return list(((here + after @ role / np.maximum(norms, 1e-9)) / 2).tolist())


@attrs.frozen(eq=False)
class _Words:
    """Columns of the list, and its rows by word and by rhyming part."""

    words: Sequence[str]
    stresses: Sequence[str]
    frequency: Sequence[int]
    after: npt.NDArray[np.float32]
    places: dict[str, int]
    by_part: dict[str, list[int]]


@lru_cache(maxsize=1)
def _load() -> _Words:
    with files("musicengine.lyrics").joinpath("data/words.npz").open("rb") as file, np.load(file) as arrays:
        words, parts, stresses = (_lines(arrays[name]) for name in ("words", "parts", "stresses"))
        frequency, after = arrays["frequency"].tolist(), arrays["after"].astype(np.float32)
    by_part: dict[str, list[int]] = {}
    for row, part in enumerate(parts):
        by_part.setdefault(part, []).append(row)
    places = {word: row for row, word in enumerate(words)}
    return _Words(words, stresses, frequency, after, places, by_part)


def _lines(data: npt.NDArray[np.uint8]) -> list[str]:
    return data.tobytes().decode().split("\n")


def _names(cluster: int) -> list[str]:
    names = []
    while cluster:
        names.append(CONSONANTS[cluster & 31])
        cluster >>= 5
    return names
