"""The syllables of a lyric and the ends of its lines and words as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.sounds import DEPTH, LETTERS, NO_VOWEL, LineSounds, last_letters, rime

__all__ = ["Codes", "Sounds", "Tails", "collect", "find_tails", "find_word_tails"]

Codes: TypeAlias = npt.NDArray[np.int64]


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

    def flat(rows: Iterable[tuple[int, ...]]) -> Codes:
        return np.fromiter(chain.from_iterable(rows), np.int64, sum(sizes))

    bounds = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return Sounds(
        heard=tuple(heard),
        vowels=flat(line.vowels for line in heard),
        stresses=flat(line.stresses for line in heard),
        clusters=flat(line.clusters for line in heard),
        words=flat(line.words for line in heard),
        lines=np.repeat(np.arange(len(sizes)), sizes),
        first=bounds,
    )


@attrs.frozen(eq=False)
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


def find_tails(heard: Sequence[LineSounds]) -> Tails:
    """The ends of lines, in every way their last words may be said."""
    found = [(place, tail) for place, line in enumerate(heard) for tail in line.tails]
    table = np.array([tail.codes for _, tail in found], np.int64).reshape(len(found), 4, DEPTH)
    return Tails(
        np.array([place for place, _ in found], np.int64),
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3],
        np.array([tail.letters for _, tail in found], np.int64).reshape(len(found), LETTERS),
        _numbered([tail.rime for _, tail in found]),
        _numbered([tail.word for _, tail in found]),
    )


def find_word_tails(sounds: Sounds, syllables: Codes) -> Tails:
    """The ends of the words that these syllables end, each as it is usually said."""
    lines = sounds.lines[syllables]
    back = syllables[:, None] - np.arange(DEPTH)
    inside = back >= sounds.first[lines][:, None]
    back = np.maximum(back, 0)
    starts = np.diff(sounds.words, prepend=-1) != 0
    places = [
        (sounds.heard[line], word) for line, word in zip(lines.tolist(), sounds.words[syllables].tolist(), strict=True)
    ]
    clusters = np.where(inside, sounds.clusters[back], 0)
    clusters[:, 0] = [line.ways[word][2][-1] for line, word in places]
    words = [line.scansion.spelled[word] for line, word in places]
    return Tails(
        syllables,
        np.where(inside, sounds.vowels[back], NO_VOWEL),
        np.where(inside, sounds.stresses[back], 0),
        clusters,
        inside & starts[back],
        _letters(words),
        _numbered([rime(word) for word in words]),
        _numbered(words),
    )


def _letters(words: Sequence[str]) -> Codes:
    flat = chain.from_iterable([last_letters(word) for word in words])
    return np.fromiter(flat, np.int64, len(words) * LETTERS).reshape(-1, LETTERS)


def _numbered(names: Sequence[str]) -> Codes:
    """Equal names as equal numbers."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)
