"""Small word lists for sentiment, senses, themes, worn phrases, strong words and languages.

The lists were written for this library (``data/lexicon.json``). They are short on purpose: what they find is there,
what they miss is not counted against anyone. A word is found by its stem, so "dreaming" and "dreams" count as "dream".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

import attrs

__all__ = ["NOTHING", "Entry", "Lexicon", "load_lexicon", "look_up"]


_SIGNS = str.maketrans("$@013457", "saoieast")
_HIDING = "*-"
_NO_SIGNS = str.maketrans("", "", "$@013457*-")
_OFTEN_HIDDEN = ("fuck", "fucked", "shit", "bitch", "bitches", "nigga", "niggas", "ass", "asses", "pussy", "dick")


@attrs.frozen(eq=False)
class Lexicon:
    """The lists.

    Args:
        function_words: that say little by themselves.
        mood: 1 for bright words, -1 for dark ones.
        senses: by word, the sense it speaks to.
        themes: by word, the themes it shows.
        cliches: worn phrases as tuples of words, by their first two words.
        worn: of every worn phrase the word that fewest of them have; a line without any holds none of them.
        explicit: by word, its kind.
        mild: the explicit words that need no label by themselves.
        languages: by function word, the languages that use it.
    """

    function_words: frozenset[str]
    mood: Mapping[str, int]
    senses: Mapping[str, str]
    themes: Mapping[str, tuple[str, ...]]
    cliches: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    worn: frozenset[str]
    explicit: Mapping[str, str]
    mild: frozenset[str]
    languages: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The lists, read once."""
    data = json.loads(files("musicengine.lyrics").joinpath("data/lexicon.json").read_text("utf-8"))
    phrases = [tuple(phrase.split()) for phrase in data["cliches"]]
    small = frozenset(data["function_words"])
    uses = Counter(word for phrase in phrases for word in phrase)
    return Lexicon(
        function_words=small,
        mood=dict.fromkeys(data["bright"], 1) | dict.fromkeys(data["dark"], -1),
        senses={word: names[0] for word, names in _inverted(data["senses"]).items()},
        themes=_inverted(data["themes"]),
        cliches={
            pair: tuple(sorted((one for one in phrases if one[:2] == pair), key=len, reverse=True))
            for pair in {phrase[:2] for phrase in phrases}
        },
        worn=frozenset(min(phrase, key=lambda word: (word in small, uses[word])) for phrase in phrases),
        explicit={word: names[0] for word, names in _inverted(data["explicit"]).items()},
        mild=frozenset(data["mild"]),
        languages=_inverted(data["languages"]),
    )


def _inverted(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, words in lists.items():
        for word in words:
            found[word] = (*found.get(word, ()), name)
    return found


@attrs.frozen
class Entry:
    """What the lists say of a word.

    Args:
        mood: 1 bright, -1 dark, 0 neither.
        sense: it speaks to, "" for none.
        themes: it shows.
        explicit: its kind if it is a strong word, else "".
        strong: whether it alone asks for a label.
    """

    mood: int
    sense: str
    themes: tuple[str, ...]
    explicit: str
    strong: bool


NOTHING = Entry(0, "", (), "", False)
"""Of a word that is on no list."""


@lru_cache(maxsize=1 << 12)
def look_up(word: str) -> Entry:
    """What the lists say of a word in lower case, by itself or without its ending."""
    if word.isdigit():
        return NOTHING
    lists = load_lexicon()
    forms = tuple(_forms(word))
    mood = next((lists.mood[form] for form in forms if form in lists.mood), 0)
    sense = next((lists.senses[form] for form in forms if form in lists.senses), "")
    themes = next((lists.themes[form] for form in forms if form in lists.themes), ())
    bad = word if word in lists.explicit else _uncensored(word)
    if not (mood or sense or themes or bad):
        return NOTHING
    return Entry(mood, sense, themes, lists.explicit.get(bad, ""), bool(bad) and bad not in lists.mild)


def _uncensored(word: str) -> str:
    """The strong word that is spelled with signs for some of its letters ("f**k", "sh1t", "a$$"); "" if it is none.

    Of several that fit, or where one letter is seen, it is one that is often hidden so, or none. The last of several
    asterisks is no part of a word (:mod:`musicengine.lyrics.tokens`), so one is added.
    """
    letters = word.translate(_SIGNS) + "*" * word.endswith("*")
    if letters == word.translate(_NO_SIGNS) or not any(map(str.isalpha, word)):
        return ""
    seen = [(at, letter) for at, letter in enumerate(letters) if letter not in _HIDING]
    fits = [
        known
        for known in load_lexicon().explicit
        if len(known) == len(letters) and all(known[at] == letter for at, letter in seen)
    ]
    return next((known for known in _OFTEN_HIDDEN if known in fits), fits[0] if len(fits) == 1 < len(seen) else "")


def _forms(word: str) -> Iterator[str]:
    yield word
    for ending in ("'s", "s", "es", "'", "ed", "d", "ing", "in'", "er", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            bare = word[: -len(ending)]
            yield bare
            if ending in ("ed", "ing", "in'", "er", "es"):
                yield bare + "e"
                if bare[-1] == bare[-2]:
                    yield bare[:-1]
                if ending in ("ed", "es") and bare[-1] == "i":
                    yield bare[:-1] + "y"
