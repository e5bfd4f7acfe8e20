"""The syllables of a lyric and the ends of its lines and words as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine._cached import cached
from musicengine.lyrics.sounds import DEPTH, LETTERS, NO_VOWEL, TAIL, LineSounds, last_letters, rime

__all__ = [
    "Codes",
    "Sounds",
    "Tails",
    "collect",
    "count_consonants",
    "find_tails",
    "find_word_tails",
    "mask_consonants",
    "rhyme_part",
]

Codes: TypeAlias = npt.NDArray[np.int64]
_PLACES = 5 * np.arange(8)


@attrs.frozen(eq=False)
class Sounds:
    """All syllables of a lyric, line after line; codes as in :class:`LineSounds`.

    Args:
        heard: the lines.
        vowels, stresses, clusters: (n,).
        words: (n,) which word of its line each syllable belongs to.
        lines: (n,) which line.
        first: (lines + 1,) the first syllable of each line.
    """

    heard: tuple[LineSounds, ...]
    vowels: Codes
    stresses: Codes
    clusters: Codes
    words: Codes
    lines: Codes
    first: Codes


def collect(heard: Sequence[LineSounds]) -> Sounds:
    """The syllables of lines in a row."""
    sizes = [len(line.vowels) for line in heard]

    def wide(rows: Iterable[bytes]) -> Codes:
        return np.frombuffer(b"".join(rows), np.uint8).astype(np.int64)

    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return Sounds(
        heard=tuple(heard),
        vowels=wide([line.vowels for line in heard]),
        stresses=wide([line.accents for line in heard]),
        clusters=np.frombuffer(b"".join([line.clusters for line in heard]), np.int64),
        words=np.fromiter(chain.from_iterable([line.syllable_words for line in heard]), np.int64, sum(sizes)),
        lines=np.repeat(np.arange(len(sizes)), sizes),
        first=bounds,
    )


@attrs.frozen(eq=False, slots=False)
class Tails:
    """The last syllables of places in a lyric, the last one first; a place may have several pronunciations.

    Args:
        places: (m,) which line or syllable each tail ends.
        vowels, stresses, clusters: (m, DEPTH); the vowel is NO_VOWEL before the line begins.
        starts: (m, DEPTH) 1 where a word starts.
        letters: (m, LETTERS) the code points of the last letters, the last first, 0 for none.
        rimes: (m,) the letters from the last group of vowel letters, numbered.
        spellings: (m,) the last words, numbered.
    """

    places: Codes
    vowels: Codes
    stresses: Codes
    clusters: Codes
    starts: Codes
    letters: Codes
    rimes: Codes
    spellings: Codes

    @cached
    def parts(self) -> Codes:
        """Where the last stressed vowel of each tail is, (m,)."""
        return rhyme_part(self.stresses, self.vowels)

    @cached
    def columns(self) -> Codes:
        """All that a comparison asks of a tail, (COLUMNS, m): the rows that the constants below name."""
        found = np.empty((COLUMNS, len(self.places)), np.int64)
        found[OF_VOWELS], found[OF_STRESSES], found[OF_CLUSTERS] = self.vowels.T, self.stresses.T, self.clusters.T
        found[OF_MASKS] = mask_consonants(self.clusters.T)
        found[OF_LETTERS] = self.letters.T
        found[PART], found[RIME], found[SPELLING], found[START] = (
            self.parts,
            self.rimes,
            self.spellings,
            self.starts[:, 0],
        )
        found[SIZE] = sizes = count_consonants(self.clusters[:, 0])
        found[LAST] = (self.clusters[:, 0] >> 5 * np.maximum(sizes - 1, 0)) & 31
        found[STRESSED_VOWEL] = found[self.parts, np.arange(len(sizes))]
        found[STRESSED_MASK] = found[OF_MASKS.start + self.parts, np.arange(len(sizes))]
        return found

    def pick(self, rows: Codes) -> Codes:
        """The columns of these tails, (COLUMNS, rows)."""
        return np.take(self.columns, rows, axis=1)


OF_VOWELS, OF_STRESSES, OF_CLUSTERS, OF_MASKS = (slice(4 * at, 4 * at + 4) for at in range(4))
OF_LETTERS = slice(16, 22)
PART, RIME, SPELLING, START, SIZE, LAST, STRESSED_VOWEL, STRESSED_MASK = range(22, 30)
COLUMNS = 30


def mask_consonants(clusters: Codes) -> Codes:
    """Which consonants clusters hold, one bit each."""
    return np.bitwise_or.reduce([1 << ((clusters >> 5 * place) & 31) for place in range(4)]) & ~1  # type: ignore[no-any-return]


def count_consonants(clusters: Codes) -> Codes:
    """How many consonants clusters hold."""
    sizes: Codes = (clusters[..., None] >> _PLACES & 31 > 0).sum(axis=-1)
    return sizes


def rhyme_part(stresses: Codes, vowels: Codes) -> Codes:
    """How many syllables from the end the last stressed vowel is; 0 without one."""
    stressed = (stresses > 0) & (vowels != NO_VOWEL)
    return np.where(stressed.any(axis=1), stressed.argmax(axis=1), 0)


def find_tails(heard: Sequence[LineSounds]) -> Tails:
    """The ends of lines, in every way their last words may be said."""
    ways = [len(line.tails) // (8 * TAIL) for line in heard]
    places = np.repeat(np.arange(len(heard)), ways)
    table = np.frombuffer(b"".join([line.tails for line in heard]), np.int64).reshape(-1, 4, DEPTH)
    words = [heard[place].rhyming_word for place in places.tolist()]
    return Tails(
        places,
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3],
        *_spelled(words),
    )


def find_word_tails(sounds: Sounds, syllables: Codes) -> Tails:
    """The ends of the words that these syllables end, each as it is usually said."""
    lines = sounds.lines[syllables]
    back = syllables[:, None] - np.arange(DEPTH)
    inside = back >= sounds.first[lines][:, None]
    back = np.maximum(back, 0)
    starts = np.diff(sounds.words, prepend=-1) != 0
    clusters = np.where(inside, sounds.clusters[back], 0)
    sizes = [len(line.spelled) for line in sounds.heard]
    begins = np.cumsum([0, *sizes])[:-1]
    finals = np.frombuffer(b"".join([line.finals for line in sounds.heard]), np.int64)
    clusters[:, 0] = finals[begins[lines] + sounds.words[syllables]]
    words = [
        sounds.heard[line].spelled[word]
        for line, word in zip(lines.tolist(), sounds.words[syllables].tolist(), strict=True)
    ]
    return Tails(
        syllables,
        np.where(inside, sounds.vowels[back], NO_VOWEL),
        np.where(inside, sounds.stresses[back], 0),
        clusters,
        inside & starts[back],
        *_spelled(words),
    )


def _spelled(words: Sequence[str]) -> tuple[Codes, Codes, Codes]:
    """The last letters of words, their rimes and the words themselves, equal ones as equal numbers."""
    spellings, distinct = _numbered(words)
    letters = np.array([last_letters(word) for word in distinct], np.int64).reshape(-1, LETTERS)
    rimes, _ = _numbered([rime(word) for word in distinct])
    return letters[spellings], rimes[spellings], spellings


def _numbered(names: Sequence[str]) -> tuple[Codes, list[str]]:
    """Equal names as equal numbers, and the names in the order of their numbers."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64), list(numbers)
