"""How a form of a known word sounds: endings, contractions, dropped g's, compounds.

The endings -s and -ed follow the textbook rule: a vowel of their own behind a sound like them, voiceless behind
voiceless sounds, voiced behind the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

__all__ = ["Lookup", "Phones", "compound", "inflected", "with_s"]

Phones: TypeAlias = tuple[str, ...]
Lookup: TypeAlias = Callable[[str], Phones | None]

_SIBILANTS = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH", *_SIBILANTS} - {"Z", "ZH", "JH"}
_VOWEL_LETTERS = frozenset("aeiouy")
_ADDED: dict[str, Phones] = {
    "ing": ("IH0", "NG"),
    "er": ("ER0",),
    "est": ("AH0", "S", "T"),
    "y": ("IY0",),
    "able": ("AH0", "B", "AH0", "L"),
    "ish": ("IH0", "SH"),
}
_APPENDED: dict[str, Phones] = {
    "ness": ("N", "AH0", "S"),
    "less": ("L", "AH0", "S"),
    "ful": ("F", "AH0", "L"),
    "ly": ("L", "IY0"),
}


def inflected(word: str, lookup: Lookup) -> Phones | None:
    """The phones of a form of a word that ``lookup`` knows; None if it is none.

    Args:
        word: lower case, straight apostrophes.
        lookup: the phones of a known word or form, None for others.
    """
    return _contracted(word, lookup) or _dropped(word, lookup) or _plural(word, lookup) or _suffixed(word, lookup)


def compound(word: str, lookup: Lookup, least: int = 3) -> Phones | None:
    """The phones of two known words written as one ("crackhead"), split as evenly as possible."""
    places = sorted(range(least, len(word) - least + 1), key=lambda at: abs(2 * at - len(word)))
    for at in places:
        if (second := lookup(word[at:])) and (first := lookup(word[:at])) and _stressed(first) and _stressed(second):
            return (*first, *(phone.replace("1", "2") for phone in second))
    return None


def _stressed(phones: Phones) -> bool:
    return any(phone[-1] == "1" for phone in phones)


def _contracted(word: str, lookup: Lookup) -> Phones | None:
    """Forms with an apostrophe: what's, he'd, they'll, y'all'd've, shouldn't."""
    base, mark, ending = word.rpartition("'")
    if not mark or ending not in ("s", "z", "d", "ll", "ve", "re", "m", "t"):
        return None
    if ending == "t":
        phones = lookup(base[:-1]) if base.endswith("n") else None
        return (*phones, "AH0", "N", "T") if phones else None
    phones = lookup(base)
    if not phones:
        return None
    if ending in ("s", "z"):
        return with_s(phones)
    vowel = phones[-1][-1].isdigit()
    if ending == "d":
        return (*phones, "D") if phones[-1] not in ("T", "D") else (*phones, "AH0", "D")
    if ending == "re":
        return (*phones, "R") if vowel else (*phones, "ER0")
    return (*phones, *(() if vowel else ("AH0",)), {"ll": "L", "ve": "V", "m": "M"}[ending])


def _dropped(word: str, lookup: Lookup) -> Phones | None:
    """Runnin for running, hatin' for hating; brotha for brother."""
    whole = word.removesuffix("'")
    if whole.endswith("in") and len(whole) > 4:
        phones = lookup(whole + "g")
        return (*phones[:-1], "N") if phones and phones[-2:] == ("IH0", "NG") else None
    for ending in ("ah", "uh", "a"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and (phones := lookup(stem + "er")) and phones[-1] == "ER0":
            return (*phones[:-1], "AH0")
    return None


def _plural(word: str, lookup: Lookup) -> Phones | None:
    """Plurals, possessives and third persons: s, es, ies, z, s'."""
    whole = word.removesuffix("'")
    if len(whole) < 4 or whole[-1] not in "sz" or whole.endswith("ss"):
        return None
    bases = [whole[:-1]]
    if whole.endswith("ies"):
        bases = [whole[:-3] + "y", whole[:-1]]
    elif whole.endswith("es"):
        bases = [whole[:-2], whole[:-1]] if whole[:-2].endswith(("s", "sh", "ch", "x", "z", "o")) else [whole[:-1]]
    return next((with_s(phones) for base in bases if (phones := lookup(base))), None)


def _suffixed(word: str, lookup: Lookup) -> Phones | None:
    """Forms in -ed, -ing, -er, -est and other endings that leave the stress alone."""
    for ending, added in _APPENDED.items():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and (phones := lookup(stem)):
            return phones + added[1:] if ending == "ly" and phones[-1] == "L" else phones + added
    for ending in ("ed", *_ADDED):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and not (ending == "y" and stem[-1] in _VOWEL_LETTERS):
            for base in _bases(stem):
                if phones := lookup(base):
                    return _with_ed(phones) if ending == "ed" else phones + _ADDED[ending]
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
        return (*phones, "AH0", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def _with_ed(phones: Phones) -> Phones:
    if phones[-1] in ("T", "D"):
        return (*phones, "AH0", "D")
    return (*phones, "T" if phones[-1] in _VOICELESS else "D")
