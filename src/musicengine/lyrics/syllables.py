"""Syllables and stresses of words and lines, counted as they are said.

Words are said as :mod:`musicengine.lyrics.pronunciation` has them, one syllable a vowel; within a line the stresses
are those of :mod:`musicengine.lyrics.stress`, and a few words lose syllables as they do in speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain, islice
from typing import NamedTuple

import attrs

from musicengine.errors import LyricsError
from musicengine.lyrics.pronunciation import pronounce_all
from musicengine.lyrics.stress import stress_line, stress_odds
from musicengine.lyrics.tokens import Token, find_words, plain
from musicengine.values.words import Pronunciation

__all__ = ["MAX_CHARACTERS", "Scansion", "count_syllables", "scan", "scan_all", "weaken"]

MAX_CHARACTERS = 1_000_000
"""Longer texts are an error."""

_BECAUSE = Pronunciation("because", ("K", "AH0", "Z"), "rule")
_IM_GONNA = Pronunciation("gonna", ("N", "AH0"), "rule")


@attrs.frozen(eq=False)
class Scansion:
    """A line as it sounds: its phones in a row, and where its words and syllables lie in them.

    Args:
        text: the line.
        words: its words, with their places in the text.
        pronunciations: of each word.
        phones: of the whole line, vowels with their dictionary stress.
        word_starts: where each word begins in ``phones``, and the number of phones: one more than there are words.
        nuclei: where the vowel of each syllable is in ``phones``.
        syllable_words: to which word each syllable belongs.
        stresses: whether each syllable is stressed in the line.
    """

    text: str
    words: tuple[Token, ...]
    pronunciations: tuple[Pronunciation, ...]
    phones: tuple[str, ...]
    word_starts: tuple[int, ...]
    nuclei: tuple[int, ...]
    syllable_words: tuple[int, ...]
    stresses: tuple[bool, ...]

    @property
    def syllables(self) -> int:
        """How many syllables the line has."""
        return len(self.nuclei)


def count_syllables(text: str) -> int:
    """How many syllables a word or a text has when it is said.

    Words without Latin letters or digits count none.

    Raises:
        LyricsError: if the text is longer than ``MAX_CHARACTERS``, or a word longer than ``MAX_LETTERS``.
    """
    _check_length(len(text))
    return sum(said.syllables for said in pronounce_all([word.text for word in find_words(text)]))


def scan(line: str) -> Scansion:
    """A line's words, phones and stresses; see :func:`scan_all`."""
    return scan_all([line])[0]


def scan_all(lines: Sequence[str]) -> tuple[Scansion, ...]:
    """The words, phones and stresses of lines; words that no list holds are read all at once.

    Raises:
        LyricsError: if the lines are longer than ``MAX_CHARACTERS`` together, or a word longer than ``MAX_LETTERS``.
    """
    _check_length(sum(map(len, lines)))
    words = [find_words(line) for line in lines]
    said = iter(pronounce_all([word.text for found in words for word in found]))
    return tuple(
        _scanned(line, found, list(islice(said, len(found)))) for line, found in zip(lines, words, strict=True)
    )


def weaken(said: Sequence[Pronunciation]) -> list[Pronunciation]:
    """The words of a line as they are said in a row: "because" is short before others, "I'm gonna" is I'm-na."""
    spellings = [each.word.lower().replace("’", "'") for each in said]
    weak = list(said)
    for at, spelling in enumerate(spellings):
        if spelling == "because" and at < len(said) - 1:
            weak[at] = _BECAUSE
        elif spelling == "gonna" and at > 0 and spellings[at - 1] == "i'm":
            weak[at] = _IM_GONNA
    return weak


class _Sound(NamedTuple):
    """What a line needs of a word: where its vowels are, and how likely their stress."""

    nuclei: tuple[int, ...]
    odds: tuple[float, ...]


@lru_cache(1 << 15)
def _sound(word: str, phones: tuple[str, ...]) -> _Sound:
    nuclei = tuple(at for at, phone in enumerate(phones) if phone[-1].isdigit())
    return _Sound(nuclei, stress_odds(plain(word).lower(), [int(phones[at][-1]) for at in nuclei]))


def _scanned(line: str, words: list[Token], said: list[Pronunciation]) -> Scansion:
    said = weaken(said)
    sounds = [_sound(each.word, each.phones) for each in said]
    word_starts = list(accumulate((len(each.phones) for each in said), initial=0))
    return Scansion(
        text=line,
        words=tuple(words),
        pronunciations=tuple(said),
        phones=tuple(chain.from_iterable(each.phones for each in said)),
        word_starts=tuple(word_starts),
        nuclei=tuple(start + at for start, sound in zip(word_starts, sounds, strict=False) for at in sound.nuclei),
        syllable_words=tuple(index for index, sound in enumerate(sounds) for _ in sound.nuclei),
        stresses=tuple(stress_line([sound.odds for sound in sounds])),
    )


def _check_length(characters: int) -> None:
    if characters > MAX_CHARACTERS:
        raise LyricsError(f"a text must have at most {MAX_CHARACTERS} characters, got {characters}")
