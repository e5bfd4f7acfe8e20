"""How words sound: ARPAbet phones with stress, and where they come from.

A word is looked up in a list of slang and ad-libs, then in the CMU Pronouncing Dictionary; what neither holds is read
as a number, as initials, as its hyphenated parts, as a stretched or inflected form of known words, and
what is left goes to the letter-to-sound model. ``Pronunciation.source`` says which: "dictionary", "rule" (anything said
by way of known words), "letters" (the model had a part in it), or "none": a word without Latin letters or digits has no
phones here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import TypeAlias, cast

from musicengine.errors import LyricsError
from musicengine.lyrics.dictionary import dictionary
from musicengine.lyrics.inflection import Phones, inflected, with_s
from musicengine.lyrics.letters import pronounce_letters
from musicengine.lyrics.numerals import read_number
from musicengine.lyrics.spellings import respelled, spoken
from musicengine.lyrics.tokens import plain
from musicengine.values.words import Pronunciation

__all__ = ["MAX_LETTERS", "pronounce", "pronounce_all", "pronunciations", "say_all"]

MAX_LETTERS = 1000
"""Longer words are an error."""

_Part: TypeAlias = Phones | str
"""Phones, or letters that the model has to read."""

_RUN = re.compile(r"(.)\1{2,}")
_ECHO = re.compile(r"([a-z]{2})\1{2,}[a-z]?")
_DIGITS = re.compile(r"\d+(?:(?:st|nd|rd|th|s)(?![a-z]))?|[^\d]+")
_INITIALS = re.compile(r"[a-z](?:\.[a-z])+\.?")
_PLURAL = re.compile(r"([A-Z]+|[a-z])'?[sz]")
_BETWEEN = re.compile(r"[-./*&,:]+")
_SHORT = frozenset(("so", "no", "go", "yo", "bro", "ho", "ayo", "hello"))  # soo, noo and goo are words as well
_VOWELS = frozenset("aeiouy")


@lru_cache(1 << 12)
def pronounce(word: str) -> Pronunciation:
    """How a word is usually said.

    Args:
        word: one word, number or abbreviation in any case; quotes and punctuation around it do not matter.

    Returns:
        its phones; several primary stresses where it stands for several words ("24/7"). Without phones, and with the
        source "none", where it has no Latin letters or digits.

    Raises:
        LyricsError: if it is longer than ``MAX_LETTERS``.
    """
    return pronounce_all([word])[0]


def pronunciations(word: str) -> tuple[Pronunciation, ...]:
    """All ways to say a word that the dictionary lists, the usual one first; or the one way found otherwise.

    Raises:
        LyricsError: if it is longer than ``MAX_LETTERS``.
    """
    usual = pronounce(word)
    listed = dictionary().pronunciations(plain(word).lower().strip("'\".,!?"))
    if usual.source == "none" or not listed:
        return (usual,)
    others = (Pronunciation(word, phones, "dictionary") for phones in listed if phones != usual.phones)
    return (usual, *others)


def pronounce_all(words: Sequence[str]) -> tuple[Pronunciation, ...]:
    """How each word is usually said; the model reads all unknown ones at once.

    Raises:
        LyricsError: if one is longer than ``MAX_LETTERS``.
    """
    return tuple([
        Pronunciation(word, phones, source) for word, (source, phones) in zip(words, say_all(words), strict=True)
    ])  # fmt: skip


def say_all(words: Sequence[str]) -> list[tuple[str, Phones]]:
    """The source and the phones of each word, in plain tuples: lyrics have many words."""
    found = [_said(word) for word in words]
    unknown = {part for source, parts in found if source == "letters" for part in parts if isinstance(part, str)}
    if not unknown:
        return cast("list[tuple[str, Phones]]", found)
    in_order = sorted(unknown)
    read = dict(zip(in_order, pronounce_letters(in_order), strict=True))
    return [
        (source, _guessed(parts, read) if source == "letters" else cast("Phones", parts)) for source, parts in found
    ]


def _guessed(parts: tuple[_Part, ...], read: Mapping[str, Phones]) -> Phones:
    """The phones of a word in whose parts the model's reading is filled in."""
    return tuple([phone for part in parts for phone in (read[part] if isinstance(part, str) else part)])


@lru_cache(1 << 12)
def _said(word: str) -> tuple[str, tuple[_Part, ...]]:
    """The source of a word and its phones; its parts where the model has to read some."""
    source, parts = _parts(word)
    return source, parts if source == "letters" else tuple(chain.from_iterable(parts))


def _parts(word: str) -> tuple[str, tuple[_Part, ...]]:
    """The source and the parts of a word."""
    if len(word) > MAX_LETTERS:
        raise LyricsError(f"a word must have at most {MAX_LETTERS} characters, got {len(word)}: {word[:40]!r}...")
    if word.isdecimal() and word.isascii():
        return "rule", tuple(_joined(read_number(word) or ()))
    bare = plain(word).strip(' "“”.,!?;()[]')
    lower = bare.lower()
    if found := spoken(lower):
        return "rule", (found,)
    if _INITIALS.fullmatch(lower):
        return "rule", (_spelled(lower),)
    if not lower[:1].isdigit() and (listed := dictionary().pronunciations(lower)):
        return "dictionary", (_usual(listed),)
    parts = tuple(_analyzed(bare, lower))
    if not parts:
        return "none", ()
    return "letters" if any(isinstance(part, str) for part in parts) else "rule", parts


def _analyzed(bare: str, lower: str) -> list[_Part]:
    """The parts of a word that no list holds."""
    if words := respelled(lower) or read_number(lower):
        return _joined(words)
    if not any(map(str.isalnum, lower)):
        return []
    stripped = lower.strip("'$-*")
    if stripped != lower and stripped and (phones := _known(stripped)):
        return [phones]
    if _is_initials(bare):
        return [_spelled(lower)]
    if (plural := _PLURAL.fullmatch(bare)) and (len(plural[1]) == 1 or _is_initials(plural[1])):
        return [with_s(_spelled(plural[1].lower()))]
    if len(pieces := [piece for piece in _BETWEEN.split(lower) if piece]) > 1:
        return _hyphenated(pieces, bare)
    if phones := _stretched(lower) or _known(lower):
        return [phones]
    if lower.isascii() and any(map(str.isdigit, lower)):
        return [part for piece in _DIGITS.findall(lower) for part in _of(piece)]
    letters = "".join(letter for letter in lower.replace("$", "s") if letter == "'" or "a" <= letter <= "z").strip("'")
    if letters and letters != lower:
        return list(_of(letters))
    if not letters:
        return []
    return (
        [_spelled(letters)]
        if len(letters) < 6 and not _VOWELS & set(letters) and letters == lower and not _RUN.search(letters)
        else [_shortened(letters)]
    )


@lru_cache(1 << 12)
def _of(word: str) -> tuple[_Part, ...]:
    return _parts(word)[1]


def _joined(words: Sequence[str]) -> list[_Part]:
    return [part for word in words for part in _of(word)]


def _hyphenated(pieces: list[str], bare: str) -> list[_Part]:
    """Parts of a hyphenated word; a stutter ("n-n-no") says the bare consonant."""
    cased = [piece for piece in _BETWEEN.split(bare) if piece]
    parts: list[_Part] = []
    for at, piece in enumerate(pieces):
        following = pieces[at + 1] if at + 1 < len(pieces) else ""
        letter = len(piece) == 1 and "a" <= piece <= "z"
        if letter and following.startswith(piece) and piece not in _VOWELS:
            parts.append((*_consonant(piece), "AH0"))
        elif letter:
            parts.append(_spelled(piece))
        else:
            parts.extend(_of(cased[at]))
    return parts


def _consonant(letter: str) -> Phones:
    """What a consonant letter says before a vowel."""
    return {"c": ("K",), "g": ("G",), "h": ("HH",), "j": ("JH",), "q": ("K",), "x": ("Z",)}.get(
        letter, (letter.upper(),)
    )


def _is_initials(bare: str) -> bool:
    """Whether capitals are to be spelled out: NYC, NWA but not NASA."""
    if not (bare.isascii() and bare.isalpha() and bare.isupper() and 1 < len(bare) < 6):
        return False
    if _known(bare.lower()) or _RUN.search(bare):
        return False
    return len(bare) <= 3 or not set(bare) & set("AEIOU")


def _spelled(letters: str) -> Phones:
    """The names of letters, the last one stressed."""
    names = [dictionary().pronunciations(letter + ".")[0] for letter in letters if letter.isalpha()]
    weakened = [phone.replace("1", "2") for name in names[:-1] for phone in name]
    return (*weakened, *names[-1])


@lru_cache(1 << 12)
def _known(word: str) -> Phones | None:
    """The phones of a listed word or an inflected form of one."""
    return inflected(word, _listed) if 0 < len(word) < 50 else None


def _listed(word: str) -> Phones | None:
    if found := spoken(word):
        return found
    listed = dictionary().pronunciations(word)
    return _usual(listed) if listed else None


def _usual(listed: Sequence[Phones]) -> Phones:
    """The first pronunciation, or a later one that drops a schwa of it as speech does: fav'rite, ev'ry, list'ning.

    A schwa is lost between a consonant and r, l or n before a vowel without stress (Zwicky 1972).
    """
    first = listed[0]
    if len(listed) > 1 and any(map(_is_lost, first, first[1:], first[2:], (*first[3:], ""))):
        return next((other for other in listed if len(_stresses(other)) == len(_stresses(first)) - 1), first)
    return first


def _is_lost(before: str, schwa: str, after: str, next_but_one: str) -> bool:
    if before[-1].isdigit():
        return False
    if schwa == "ER0":
        return after[-1] == "0"
    return schwa in ("AH0", "IH0") and after in ("L", "R", "N") and next_but_one[-1:] == "0"


def _stresses(phones: Phones) -> list[str]:
    return [phone for phone in phones if phone[-1].isdigit()]


def _stretched(word: str) -> Phones | None:
    """A word with letters held: sooo, heyyyy, gooood, hahahaha."""
    if echo := _ECHO.fullmatch(word):
        unit = _listed(echo[1])
        return unit * (len(word) // 2) if unit else None
    runs = [match.group() for match in _RUN.finditer(word)]
    if not 0 < len(runs) < 5:
        return None
    if (short := _RUN.sub(r"\1", word)) in _SHORT:
        return _listed(short)
    choices = [(2, 1)] * len(runs)  # two letters before one: good, not god
    fits = [_cut(word, counts) for counts in product(*choices)]
    return next(filter(None, map(spoken, fits)), None) or next(filter(None, map(_known, fits)), None)


def _cut(word: str, counts: Sequence[int]) -> str:
    """The word with its runs of three letters or more cut to these numbers of letters."""
    left = iter(counts)
    return _RUN.sub(lambda run: run[1] * next(left), word)


def _shortened(letters: str) -> str:
    """Letters for the model, runs of three or more cut to two."""
    return _RUN.sub(r"\1\1", letters)
