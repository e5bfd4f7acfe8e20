"""Syllables and stresses of words and lines, counted as they are said.

Words are said as :mod:`musicengine.lyrics.pronunciation` has them, one syllable a vowel; within a line the stresses
are those of :mod:`musicengine.lyrics.stress`, and a few words lose syllables as they do in speech.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import TypeAlias

import attrs

from musicengine.errors import LyricsError
from musicengine.lyrics.pronunciation import pronounce_all, say_all
from musicengine.lyrics.stress import stress_line, stress_odds
from musicengine.lyrics.tokens import Token, find_words, plain, split_words

__all__ = ["MAX_CHARACTERS", "Scansion", "WordSound", "count_syllables", "scan", "scan_all", "scan_each"]

MAX_CHARACTERS = 1_000_000
"""Longer texts are an error."""

_BECAUSE = ("K", "AH0", "Z")
_GONNA = ("N", "AH0")
_WEAKENED = frozenset(("because", "gonna"))


WordSound: TypeAlias = tuple[str, str, tuple[str, ...], tuple[float, ...], bool]
"""What a line needs of a word: its text, its plain spelling, its phones, how likely the stress of each syllable is, and
whether a model has read it.

A plain tuple of strings and numbers, which the garbage collector need not look at.
"""


@attrs.frozen(eq=False)
class Scansion:
    """A line as it sounds.

    Args:
        text: the line.
        sounds: what is known of each of its words.
        spelled: the words in lower case and plain letters.
        syllable_words: to which word each syllable belongs.
        stresses: whether each syllable is stressed in the line.
    """

    text: str
    sounds: tuple[WordSound, ...]
    spelled: tuple[str, ...]
    syllable_words: tuple[int, ...]
    stresses: tuple[bool, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The words as written."""
        return tuple([sound[0] for sound in self.sounds])

    @property
    def said(self) -> tuple[tuple[str, ...], ...]:
        """The phones of each word."""
        return tuple([sound[2] for sound in self.sounds])

    @property
    def guessed(self) -> tuple[int, ...]:
        """The words that no list holds, which a model has read."""
        return tuple([at for at, sound in enumerate(self.sounds) if sound[4]])

    @property
    def words(self) -> tuple[Token, ...]:
        """The words with their places in the text; found anew each time, since few lines are asked for them."""
        return tuple(find_words(self.text))

    @property
    def syllables(self) -> int:
        """How many syllables the line has."""
        return len(self.stresses)

    @property
    def phones(self) -> tuple[str, ...]:
        """Of the whole line, vowels with their dictionary stress."""
        return tuple(chain.from_iterable(self.said))

    @property
    def word_starts(self) -> tuple[int, ...]:
        """Where each word begins in ``phones``, and the number of phones: one more than there are words."""
        return tuple(accumulate(map(len, self.said), initial=0))

    @property
    def nuclei(self) -> tuple[int, ...]:
        """Where the vowel of each syllable is in ``phones``."""
        return tuple(at for at, phone in enumerate(self.phones) if phone[-1].isdigit())


def count_syllables(text: str) -> int:
    """How many syllables a word or a text has when it is said.

    Words without Latin letters or digits count none.

    Raises:
        LyricsError: if the text is longer than ``MAX_CHARACTERS``, or a word longer than ``MAX_LETTERS``.
    """
    _check_length(len(text))
    return sum(said.syllables for said in pronounce_all(split_words(text)))


def scan(line: str) -> Scansion:
    """A line's words, phones and stresses; see :func:`scan_all`."""
    return scan_all([line])[0]


def scan_all(lines: Sequence[str]) -> tuple[Scansion, ...]:
    """The words, phones and stresses of lines; words that no list holds are read all at once.

    Raises:
        LyricsError: if the lines are longer than ``MAX_CHARACTERS`` together, or a word longer than ``MAX_LETTERS``.
    """
    return tuple(scan_each(lines))


def scan_each(lines: Sequence[str]) -> Iterator[Scansion]:
    """The same one after another, for those who need none of them for long."""
    _check_length(sum(map(len, lines)))
    words: list[str] = []
    ends = []
    for line in lines:
        words += split_words(line)
        ends.append(len(words))
    distinct = list(dict.fromkeys(words))
    said = zip(distinct, say_all(distinct), strict=True)
    sounds = {word: _sound(word, phones, source == "letters") for word, (source, phones) in said}
    for line, (first, last) in zip(lines, pairwise([0, *ends]), strict=True):
        heard = [sounds[word] for word in words[first:last]]
        if not _WEAKENED.isdisjoint([sound[1] for sound in heard]):
            heard = _weakened(heard)
        yield _scanned(line, heard)


def _weakened(heard: Sequence[WordSound]) -> list[WordSound]:
    """The words of a line as they are said in a row: "because" is short before others, "I'm gonna" is I'm-na."""
    weak = list(heard)
    for at, (word, spelling, *_) in enumerate(heard):
        if spelling == "because" and at < len(heard) - 1:
            weak[at] = _sound(word, _BECAUSE, False)
        elif spelling == "gonna" and at > 0 and heard[at - 1][1] == "i'm":
            weak[at] = _sound(word, _GONNA, False)
    return weak


@lru_cache(1 << 12)
def _sound(word: str, phones: tuple[str, ...], guessed: bool) -> WordSound:
    spelled = plain(word).lower()
    odds = stress_odds(spelled, [int(phone[-1]) for phone in phones if phone[-1] in "012"])
    return word, spelled, phones, odds, guessed


def _scanned(line: str, heard: Sequence[WordSound]) -> Scansion:
    """A line of these words, which it shares with the other lines that have them."""
    odds = [sound[3] for sound in heard]
    return Scansion(
        text=line,
        sounds=tuple(heard),
        spelled=tuple([sound[1] for sound in heard]),
        syllable_words=tuple([index for index, each in enumerate(odds) for _ in each]),
        stresses=tuple(stress_line(odds)),
    )


def _check_length(characters: int) -> None:
    if characters > MAX_CHARACTERS:
        raise LyricsError(f"a text must have at most {MAX_CHARACTERS} characters, got {characters}")
