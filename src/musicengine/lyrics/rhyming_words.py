"""Words that rhyme with a word: common words of the dictionary by their rhyming part, ranked.

A word fits if it rhymes (the same rhyming part, about the same number of syllables), if it has a grammatical form of
the word it replaces that can stand after the word before, if it is used in such places, and if it is the same kind of
thing: a tool for a tool, a feeling for a feeling. Those that fit are ranked by kind, by the company they keep elsewhere
(the other words of the line), by stress, by how common they are and by the lyric's themes. Most words have no rhyme
that fits: then there is nothing to suggest. Counts come from ``tools/build_rhyming_words.py``; forms, kinds and company
from ``tools/build_word_senses.py``, which reads Princeton WordNet (Fellbaum 1998).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.lexicon import load_lexicon, look_up
from musicengine.lyrics.sounds import CONSONANTS, VOWELS, Spoken, spoken
from musicengine.lyrics.wordlists import word_set

__all__ = ["CLASSES", "classify", "find_rhyming_words", "list_words", "rhyming_part"]

Rows: TypeAlias = npt.NDArray[np.int64]
Cosines: TypeAlias = npt.NDArray[np.float32]

_FITS = 0.25  # how well a word must fit its place to be suggested
_TOGETHER = 0.45  # the cosine of company from which a word belongs with a line
_ALIKE = 0.15  # the cosine of kinds from which a word can stand for another
_BELONGS = 1.2  # the least sum of company, kind and half the fit: what has less of one needs more of the others
_COMMON = 36  # the least frequency
_NOUNS, _VERB, _VERBS = 0b11, 0b100, 0b11100  # bits of forms, see tools/build_word_senses.py
_ALLOWED = (_NOUNS, _VERBS, _VERB, 0b11110011, _NOUNS | 0b100000, 0xFF, 0b11110011, 0b11110011, 0xFF, _NOUNS)
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
    partner: str,
    line: Sequence[str],
    place: int,
    themes: frozenset[str],
    taken: Collection[str],
    count: int,
    shared: float = 0.3,
) -> list[str]:
    """Words that rhyme with ``partner`` and can stand in a line for one of its words, the best first.

    Args:
        partner: the word to rhyme with, in lower case, like all words here.
        line: its words.
        place: of the word that is replaced.
        themes: of the lyric.
        taken: words that will not do, since they end other lines.
        count: how many to find at most.
        shared: the least cosine of the company of a word and of the one it replaces.
    """
    lists = _load()
    old = lists.places.get(line[place])
    if old is None or line[place] in load_lexicon().function_words:
        return []
    rows, likeness, fit = _replacements(partner, old, classify(line[place - 1] if place else ""))
    if not len(rows):
        return []
    company = lists.company[rows] @ _company(tuple(line), place)
    alike = lists.company[rows] @ lists.company[old]
    belongs = (company >= _TOGETHER) & (alike >= shared) & (company + likeness + fit / 2 >= _BELONGS)
    if not belongs.any():
        return []
    rows, company = rows[belongs], company[belongs]
    used = {*taken, *line, partner}
    pattern = lists.stresses[old]
    scores = {
        row: float(lists.kinds[row] @ lists.kinds[old])
        + float(lists.frequency[row]) / 100
        + 3.0 * kept
        + (0.5 if not themes.isdisjoint(look_up(lists.words[row]).themes) else 0.0)
        - (0.5 if lists.stresses[row] != pattern else 0.0)
        for row, kept in zip(rows.tolist(), company.tolist(), strict=True)
        if abs(len(lists.stresses[row]) - len(pattern)) <= 1 and not _same_word(str(lists.words[row]), used)
    }
    best = sorted(scores, key=lambda row: -scores[row])[:count]
    return [str(lists.words[row]) for row in best]


def list_words(like: str) -> list[str]:
    """The common words of a grammatical form of this one that do not rhyme with it, those most alike in kind first."""
    lists, ways = _load(), spoken(like)
    row = lists.places.get(like.lower())
    if row is None or not ways:
        return []
    rhymes = set(lists.by_part.get(rhyming_part(ways[0]), ()))
    rows = np.flatnonzero((lists.forms & lists.forms[row] > 0) & (lists.frequency >= _COMMON))
    rows = rows[np.argsort(-(lists.kinds[rows] @ lists.kinds[row]), kind="stable")]
    return [str(lists.words[other]) for other in rows.tolist() if other not in rhymes]


@lru_cache(maxsize=1 << 12)
def _replacements(partner: str, old: int, kind: int) -> tuple[Rows, Cosines, Cosines]:
    """The rows of words that rhyme and can stand for the old one after a word of this class, how alike and fit.

    They are of its form and not all unlike it in kind, and sound neither as it does nor as their rhyme.
    """
    lists, ways = _load(), spoken(partner)
    rows = lists.by_part.get(rhyming_part(ways[0])) if ways else None
    forms = int(lists.forms[old]) & (_ALLOWED[kind] if kind < len(_ALLOWED) else 0xFF)
    if rows is None or (kind >= len(_ALLOWED) and forms.bit_count() != 1):  # nothing tells what stands here
        return np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32)
    rows = rows[(lists.forms[rows] & forms > 0) & (lists.frequency[rows] >= _COMMON)]
    likeness, fit = lists.kinds[rows] @ lists.kinds[old], _fit(lists, rows, kind, old)
    same = {*ways, *spoken(lists.words[old])}
    other = np.array([same.isdisjoint(spoken(lists.words[row])) for row in rows.tolist()], bool)
    good = (fit > _FITS) & (likeness >= _ALIKE) & other
    return rows[good], likeness[good], fit[good]


def _same_word(word: str, used: Collection[str]) -> bool:
    """Whether a word or its singular or plural is among those used."""
    return word in used or word + "s" in used or word.removesuffix("s") in used


@lru_cache(maxsize=1 << 8)
def _company(line: tuple[str, ...], place: int) -> npt.NDArray[np.float32]:
    """The company that the other words of a line keep, a unit vector."""
    lists = _load()
    rows = [lists.places[word] for at, word in enumerate(line) if at != place and word in lists.places]
    total = lists.company[rows].sum(axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)


def _fit(lists: _Words, rows: Rows, kind: int, replaced: int) -> npt.NDArray[np.float32]:
    """How well words stand after a word of this class, and in the role of the word they replace; about -1 to 1."""
    after, role = lists.after[rows], lists.after[replaced]
    norms = np.linalg.norm(after, axis=1) * np.linalg.norm(role)
    return np.asarray((np.minimum(1.0, after[:, kind] / 16) + after @ role / np.maximum(norms, 1e-9)) / 2, np.float32)


@attrs.frozen(eq=False)
class _Words:
    """Columns of the list, and its rows by word and by rhyming part.

    Args:
        words: in lower case.
        stresses: a digit a syllable.
        frequency: eight times the binary logarithm of the count.
        after: (words, CLASSES) how often after each class, the logarithm of the lift.
        forms: (words,) grammatical forms, a bit each.
        kinds: (words, n) unit vectors of what it is.
        company: (words, n) unit vectors of what it is found with.
        places: rows by word.
        by_part: rows by rhyming part.
    """

    words: Sequence[str]
    stresses: Sequence[str]
    frequency: npt.NDArray[np.uint8]
    after: npt.NDArray[np.float32]
    forms: npt.NDArray[np.uint8]
    kinds: npt.NDArray[np.float32]
    company: npt.NDArray[np.float32]
    places: dict[str, int]
    by_part: dict[str, Rows]


@lru_cache(maxsize=1)
def _load() -> _Words:
    with files("musicengine.lyrics").joinpath("data/words.npz").open("rb") as file, np.load(file) as arrays:
        words, parts, stresses = (_lines(arrays[name]) for name in ("words", "parts", "stresses"))
        frequency, after = arrays["frequency"], arrays["after"].astype(np.float32)
    with files("musicengine.lyrics").joinpath("data/senses.npz").open("rb") as file, np.load(file) as arrays:
        forms = arrays["forms"]
        kinds, company = (arrays[name].astype(np.float32) / 127 for name in ("kinds", "company"))
    by_part: dict[str, list[int]] = {}
    for row, part in enumerate(parts):
        by_part.setdefault(part, []).append(row)
    places = {word: row for row, word in enumerate(words)}
    rows = {part: np.array(found) for part, found in by_part.items()}
    return _Words(words, stresses, frequency, after, forms, kinds, company, places, rows)


def _lines(data: npt.NDArray[np.uint8]) -> list[str]:
    return data.tobytes().decode().split("\n")


def _names(cluster: int) -> list[str]:
    names = []
    while cluster:
        names.append(CONSONANTS[cluster & 31])
        cluster >>= 5
    return names
