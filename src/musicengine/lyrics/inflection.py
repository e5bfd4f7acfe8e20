"""How a form of a known word sounds: plurals, contractions, dropped g's, endings that leave the stress alone.

The endings -s and -ed follow the textbook rule: a vowel of their own behind a sound like them, voiceless behind
voiceless sounds, voiced behind the others. Only those endings are here that say more words right than the
letter-to-sound model does, measured on dictionary words that neither had seen; compounds, -er, -y and -ly are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

__all__ = ["Lookup", "Phones", "inflected", "with_s"]

Phones: TypeAlias = tuple[str, ...]
Lookup: TypeAlias = Callable[[str], Phones | None]

_SIBILANTS = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH", *_SIBILANTS} - {"Z", "ZH", "JH"}
_VOWEL_LETTERS = frozenset("aeiouy")
_REPLACED: dict[str, Phones] = {"ing": ("IH0", "NG"), "est": ("AH0", "S", "T"), "able": ("AH0", "B", "AH0", "L")}
_APPENDED: dict[str, Phones] = {"ness": ("N", "AH0", "S"), "less": ("L", "AH0", "S"), "ful": ("F", "AH0", "L")}


def inflected(word: str, lookup: Lookup) -> Phones | None:
    """The phones of a form of a listed word; None if it is none.

    Args:
        word: lower case, straight apostrophes.
        lookup: the phones of a listed word, None for others.
    """
    if found := lookup(word):
        return found
    if "'" in word.strip("'"):
        return _contracted(word, lookup)
    whole = word.removesuffix("'")
    if whole.endswith("in") and len(whole) > 4:
        return _dropped(whole, lookup)
    return _plural(whole, lookup) or _suffixed(whole, lookup)


def _dropped(word: str, lookup: Lookup) -> Phones | None:
    """Runnin for running, hatin' for hating."""
    phones = lookup(word + "g") or _suffixed(word + "g", lookup)
    return (*phones[:-1], "N") if phones and phones[-2:] == ("IH0", "NG") else None


def _contracted(word: str, lookup: Lookup) -> Phones | None:
    """Forms with an apostrophe: what's, he'd, they'll, y'all'd've, shouldn't."""
    base, _, ending = word.rpartition("'")
    if ending not in ("s", "z", "d", "ll", "ve", "re", "m", "t") or (ending == "t" and not base.endswith("n")):
        return None
    phones = inflected(base.removesuffix("n") if ending == "t" else base, lookup)
    if not phones:
        return None
    if ending == "t":
        return (*phones, "AH0", "N", "T")
    if ending in ("s", "z"):
        return with_s(phones)
    vowel = phones[-1][-1].isdigit()
    if ending == "d":
        return (*phones, "D") if phones[-1] not in ("T", "D") else (*phones, "AH0", "D")
    if ending == "re":
        return (*phones, "R") if vowel else (*phones, "ER0")
    return (*phones, *(() if vowel else ("AH0",)), {"ll": "L", "ve": "V", "m": "M"}[ending])


def _plural(word: str, lookup: Lookup) -> Phones | None:
    """Plurals and third persons: s, es, ies, z."""
    if len(word) < 4 or word[-1] not in "sz" or word.endswith("ss"):
        return None
    bases = [word[:-1]]
    if word.endswith("ies"):
        bases = [word[:-3] + "y", word[:-1]]
    elif word.endswith("es") and word[:-2].endswith(("s", "sh", "ch", "x", "z", "o")):
        bases = [word[:-2], word[:-1]]
    return next((with_s(phones) for base in bases if (phones := lookup(base))), None)


def _suffixed(word: str, lookup: Lookup) -> Phones | None:
    """Forms in -ed, -ing and other endings that leave the stress alone."""
    for ending, added in _APPENDED.items():
        if word.endswith(ending) and len(word) > len(ending) + 2 and (phones := lookup(word.removesuffix(ending))):
            return phones + added
    for ending in ("ed", *_REPLACED):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found = (lookup(base) for base in _bases(word.removesuffix(ending)))
            if phones := next(filter(None, found), None):
                return _with_ed(phones) if ending == "ed" else phones + _REPLACED[ending]
    return None


def _bases(stem: str) -> Iterator[str]:
    """Words that lose or change letters before an ending: lov|ed love, rapp|er rap, tri|ed try."""
    if stem[-1] == stem[-2] and stem[-1] not in _VOWEL_LETTERS:
        if stem[-1] in "lsfz":
            yield stem
        yield stem[:-1]
    elif stem[-1] == "i":
        yield stem[:-1] + "y"
    elif stem[-1] not in _VOWEL_LETTERS and stem[-2] in _VOWEL_LETTERS and stem[-3] not in _VOWEL_LETTERS:
        yield stem + "e"
        yield stem
    else:
        yield stem
        yield stem + "e"


def with_s(phones: Phones) -> Phones:
    """The phones of a plural, a possessive or a third person."""
    if phones[-1] in _SIBILANTS:
        return (*phones, "IH0", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def _with_ed(phones: Phones) -> Phones:
    if phones[-1] in ("T", "D"):
        return (*phones, "IH0", "D")
    return (*phones, "T" if phones[-1] in _VOICELESS else "D")
