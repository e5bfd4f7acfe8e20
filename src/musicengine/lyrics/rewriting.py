"""Ways to change one line: another last word, fewer or more syllables, a breath, a worn phrase said afresh.

Every function takes a line's text and gives new texts, the most promising first; whether one of them helps is for the
score to say. Capitals and punctuation stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise

from musicengine.lyrics.alternatives import (
    CONTRACTIONS,
    EXPANSIONS,
    FILLERS,
    FIXED,
    FRESH,
    LONGER,
    OPENERS,
    SHORTER,
)
from musicengine.lyrics.inversion import find_inversion
from musicengine.lyrics.syllables import Scansion
from musicengine.lyrics.tokens import Token, find_words, plain
from musicengine.lyrics.wordlists import word_set

__all__ = ["add_breath", "drop_word", "freshen", "lengthen", "replace_words", "shorten", "turn_around"]

_MOST_TRIMS = 3
_LONGEST_ECHO = 6  # words
_ARTICLES = word_set("a an")  # "a really old" would leave "a old"
_STARTS = word_set(  # words that begin a clause, which "and" can precede
    "i you he she it we they this that these those there here the a an my your his her our their all every each no "
    "some never always still soon who what"
)
_BREAKS = word_set("and but or so when while where that because 'cause if then till until with for like as than")


def replace_words(text: str, words: Sequence[Token], first: int, last: int, new: str) -> str:
    """The text with words first to last, both included, replaced; "" takes them out with the space after them."""
    start, end = words[first].start, words[last].end
    if not new:
        after = text[end:]
        if not text[:start].strip() and after[:2] == ", ":
            after = after[1:]  # a comma behind the first word goes with it
        if after[:1] == " ":
            return _capital(text[:start] + after[1:], words[first], text)
        return (text[:start].rstrip() + after) if after.strip(" ") else text[:start].rstrip(" ,;-–—")
    old = text[start:end]
    shown = new.upper() if old.isupper() and len(old) > 1 else new[0].upper() + new[1:] if old[0].isupper() else new
    return text[:start] + shown + text[end:]


def _capital(text: str, dropped: Token, before: str) -> str:
    """The text with a capital where the word taken out had one."""
    at = dropped.start
    if before[at].isupper() and before[at : at + 2] != "I " and at < len(text):
        return text[:at] + text[at].upper() + text[at + 1 :]
    return text


def shorten(line: Scansion) -> Iterator[str]:
    """The line with fewer syllables, its last word kept: less one word or phrase, then less more and more of them."""
    options = list(islice(_trims(line.text), _MOST_TRIMS))
    yield from options
    for _ in range(_MOST_TRIMS):
        options = list(islice(_trims(options[0]), 1)) if options else []
        yield from options


def _trims(text: str) -> Iterator[str]:
    """The text contracted, or without a phrase or word said twice in a row, a filler, an opener."""
    words = find_words(text)
    spelled = [plain(word.text).lower() for word in words]
    for size in range(min(len(words) // 2, _LONGEST_ECHO), 0, -1):
        for at in range(len(words) - 2 * size + 1):
            if spelled[at : at + size] == spelled[at + size : at + 2 * size]:
                yield _capital(text[: words[at].start] + text[words[at + size].start :], words[at], text)
    for at in range(len(words) - 1):
        if short := CONTRACTIONS.get((spelled[at], spelled[at + 1])):
            if at + 2 < len(words):
                yield replace_words(text, words, at, at + 1, short)
        elif spelled[at] in FILLERS and (at == 0 or spelled[at - 1] not in _ARTICLES):
            yield replace_words(text, words, at, at, "")
    yield from _swaps(text, words, spelled, SHORTER)
    if len(words) > 2 and spelled[0] in OPENERS:
        yield replace_words(text, words, 0, 0, "")


def _swaps(text: str, words: Sequence[Token], spelled: Sequence[str], other: Mapping[str, str]) -> Iterator[str]:
    """The text with one word for another of the same sense; never the last, and no part of a fixed phrase."""
    for at, (word, following) in enumerate(pairwise(spelled)):
        before = spelled[at - 1] if at else ""
        new = other.get(word)
        if new and not {(before, word), (word, following)} & FIXED:
            if before in _ARTICLES and (new[0] in "aeiou") != (word[0] in "aeiou"):
                continue
            yield replace_words(text, words, at, at, new)


def lengthen(line: Scansion, missing: float = 1) -> Iterator[str]:
    """The line with more syllables: a contraction said in full, or a word to open it if no more than one is missing."""
    for at, word in enumerate(line.words[:-1]):
        if full := EXPANSIONS.get(plain(word.text).lower()):
            yield replace_words(line.text, line.words, at, at, full)
    yield from _swaps(line.text, line.words, line.spelled, LONGER)
    first = line.words[0] if line.words else None
    if missing <= 1 and first and first.start == 0 and line.spelled[0].partition("'")[0] in _STARTS:
        keep = (
            line.spelled[0] == "i"
            or line.spelled[0].startswith("i'")
            or (len(first.text) > 1 and first.text[:2].isupper())
        )
        rest = line.text if keep else line.text[0].lower() + line.text[1:]
        yield ("And " if line.text[0].isupper() else "and ") + rest


def add_breath(line: Scansion) -> Iterator[str]:
    """The line with a comma before a conjunction, the nearest to its middle first."""
    words = line.words
    middle = len(words) / 2
    places = [
        at
        for at in range(2, len(words) - 2)
        if plain(words[at].text).lower() in _BREAKS and line.text[words[at - 1].end : words[at].start] == " "
    ]
    for at in sorted(places, key=lambda place: abs(place - middle)):
        end = words[at - 1].end
        yield f"{line.text[:end]},{line.text[end:]}"


def drop_word(line: Scansion, place: int) -> Iterator[str]:
    """The line without one of its words."""
    yield replace_words(line.text, line.words, place, place, "")


def freshen(line: Scansion, phrase: str) -> Iterator[str]:
    """The line with a worn phrase said otherwise."""
    words = line.spelled
    worn = tuple(phrase.split())
    for at in range(len(words) - len(worn) + 1):
        if words[at : at + len(worn)] == worn:
            for fresh in FRESH.get(phrase, ()):
                yield replace_words(line.text, line.words, at, at + len(worn) - 1, fresh)


def turn_around(line: Scansion) -> Iterator[str]:
    """The line with its inversion in spoken order."""
    words = line.spelled
    if inverted := find_inversion(words):
        yield replace_words(line.text, line.words, inverted.first, len(words) - 1, " ".join(inverted.spoken))
