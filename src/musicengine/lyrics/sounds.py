"""The sounds of a lyric as arrays of syllables, for whoever compares them.

A syllable here is a vowel and the consonants between it and the next vowel of the line, across the boundary of words:
that is what rhyme hears ("pass out" and "last route" are AE-S|AW-T and AE-STR|AW-T, where | is a vowel's start). A word
that has several pronunciations is heard in its first one; the ends of lines keep the others as alternatives.

Consonants are codes 1 to 24, a cluster is at most eight of them; vowels are codes 0 to 14. Classes of consonants are
those of the International Phonetic Alphabet: manner, place, voice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.old_spelling import modernize
from musicengine.lyrics.pronunciation import pronounce, pronunciations
from musicengine.lyrics.syllables import Scansion, scan_all
from musicengine.lyrics.tokens import Token, plain
from musicengine.values.words import Pronunciation

__all__ = ["CONSONANTS", "DEPTH", "FUNCTION_WORDS", "NO_VOWEL", "VOWELS", "Sounds", "Tails", "find_tails", "find_word_tails", "hear", "spoken"]

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "-", "P", "B", "T", "D", "K", "G", "CH", "JH", "F", "V", "TH", "DH", "S", "Z", "SH", "ZH", "HH",
    "M", "N", "NG", "L", "R", "W", "Y",
)  # fmt: skip
DEPTH = 4
"""Syllables of a line's end that are compared."""
NO_VOWEL = len(VOWELS)
LETTERS = 6

FUNCTION_WORDS = frozenset(
    "a an the and or but nor if of to in on at by for from with as than that this is am are was were be been being "
    "do does did have has had will would shall should can could may might must i me my you your he him his she her it "
    "its we us our they them their who whom which what i'm you're it's we're they're i'll you'll we'll i'd you'd i've "
    "you've we've there there's so too just not gonna wanna gotta em 'em 'cause ya yo ima imma tryna an' n' o' th' thy "
    "thee thou ye upon unto into".split()
)
"""Words of one syllable (mostly) that carry no stress in a line unless they end it."""

_VOWEL = {name: code for code, name in enumerate(VOWELS)}
_CONSONANT = {name: code for code, name in enumerate(CONSONANTS)}
_PARENTHESIS = re.compile(r"\([^()]*\)\W*$")

Codes: TypeAlias = npt.NDArray[np.int64]
Spoken: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Vowels, stresses, and clusters: the one before the first vowel, then the one after each vowel."""


@attrs.frozen(eq=False)
class Sounds:
    """All syllables of a lyric, line after line.

    Args:
        tokens: the words of each line.
        said: how each word of each line is said.
        vowels: (n,) codes.
        stresses: (n,) 2 primary, 1 secondary, 0 none, as in the line.
        clusters: (n,) the consonants up to the next vowel of the line, five bits each, the first in the lowest.
        words: (n,) which word of its line each syllable belongs to.
        lines: (n,) which line.
        first: (lines + 1,) the first syllable of each line.
        last_words: of each line, the index of the word that rhymes, -1 for none.
    """

    tokens: tuple[tuple[Token, ...], ...]
    said: tuple[tuple[Spoken, ...], ...]
    vowels: Codes
    stresses: Codes
    clusters: Codes
    words: Codes
    lines: Codes
    first: Codes
    last_words: tuple[int, ...]


@lru_cache(maxsize=1 << 15)
def spoken(word: str) -> tuple[Spoken, ...]:
    """The ways to say a word, at most three; empty if it has no vowel. Old spellings are read as modern ones."""
    if pronounce(word).source == "letters" and (modern := modernize(word)):
        word = modern
    ways = dict.fromkeys(compiled(way.phones) for way in pronunciations(word)[:3])
    return tuple(way for way in ways if way[0])


@lru_cache(maxsize=1 << 15)
def compiled(phones: Sequence[str]) -> Spoken:
    vowels, stresses, clusters, cluster, size = [], [], [], 0, 0
    for phone in phones:
        if phone[-1].isdigit():
            vowels.append(_VOWEL[phone[:-1]])
            stresses.append((0, 2, 1)[int(phone[-1])])
            clusters.append(cluster)
            cluster = size = 0
        elif size < 8:
            cluster |= _CONSONANT[phone] << 5 * size
            size += 1
    return tuple(vowels), tuple(stresses), (*clusters, cluster)


def join(first: int, second: int) -> int:
    """The cluster of one cluster and the next, at most eight consonants."""
    return (first | second << 5 * ((first.bit_length() + 4) // 5)) & (1 << 40) - 1


def hear(texts: Sequence[str]) -> Sounds:
    """The syllables of these lines."""
    scanned = scan_all(texts)
    said = tuple(tuple(_way(word) for word in line.pronunciations) for line in scanned)
    vowels: list[int] = []
    stresses: list[int] = []
    clusters: list[int] = []
    words: list[int] = []
    first = [0]
    for line, ways in zip(scanned, said, strict=True):
        begin = first[-1]
        place = 0
        for index, (own_vowels, own_stresses, own_clusters) in enumerate(ways):
            if not own_vowels:
                continue
            if len(vowels) > begin and own_clusters[0]:
                clusters[-1] = join(clusters[-1], own_clusters[0])
            vowels += own_vowels
            size = line.pronunciations[index].syllables
            in_line = line.stresses[place : place + size]
            place += size
            if size == len(own_vowels):
                own_stresses = tuple(
                    max(stress, 1) if strong else 0 for strong, stress in zip(in_line, own_stresses, strict=True)
                )
            stresses += own_stresses
            clusters += own_clusters[1:]
            words += [index] * len(own_vowels)
        first.append(len(vowels))
    bounds = np.array(first)
    flat = (np.array(values, np.int64) for values in (vowels, stresses, clusters, words))
    lines = np.repeat(np.arange(len(texts)), np.diff(bounds))
    last_words = tuple(_last_word(line, ways) for line, ways in zip(scanned, said, strict=True))
    return Sounds(tuple(line.words for line in scanned), said, *flat, lines, bounds, last_words)


def _way(word: Pronunciation) -> Spoken:
    """How a word is said; an old spelling that letters alone would misread as its modern one."""
    if word.source == "letters" and (modern := modernize(word.word)) and (ways := spoken(modern)):
        return ways[0]
    return compiled(word.phones)


def _last_word(line: Scansion, ways: Sequence[Spoken]) -> int:
    """The index of the word that rhymes: the last with a vowel, if possible before an ad-lib in parentheses; or -1."""
    aside = _PARENTHESIS.search(line.text) if ")" in line.text[-3:] else None
    for bound in [aside.start(), len(line.text)] if aside else [len(line.text)]:
        for index in range(len(ways) - 1, -1, -1):
            if line.words[index].end <= bound and ways[index][0]:
                return index
    return -1


@attrs.frozen(eq=False)
class Tails:
    """The last syllables of places in a lyric, the last one first; a place may have several pronunciations.

    Args:
        places: (m,) which line (or other place) each tail ends.
        vowels, stresses, clusters: (m, DEPTH); the vowel is NO_VOWEL before the line begins.
        starts: (m, DEPTH) 1 where a word starts.
        letters: (m, DEPTH + 2) the code points of the last letters, the last first, 0 for none.
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


def find_tails(sounds: Sounds) -> Tails:
    """The ends of the lines, in every way their last words may be said."""
    rows: list[tuple[tuple[int, ...], ...]] = []
    places: list[int] = []
    words: list[str] = []
    for line, last in enumerate(sounds.last_words):
        if last < 0:
            continue
        begin, end = int(sounds.first[line]), int(sounds.first[line + 1])
        word = plain(sounds.tokens[line][last].text).lower()
        while end > begin and sounds.words[end - 1] >= last:
            end -= 1
        begin = max(begin, end - DEPTH + 1)
        for way in spoken(word):
            rows.append(_tail(way, word in FUNCTION_WORDS, sounds, begin, end))
            places.append(line)
            words.append(word)
    table = np.array(rows, np.int64).reshape(len(rows), 4, DEPTH)
    return Tails(np.array(places, np.int64), *(table[:, row] for row in range(4)), *_spell(words))


def find_word_tails(sounds: Sounds, syllables: Codes) -> Tails:
    """The ends of the words that these syllables end, each as it is usually said."""
    lines = sounds.lines[syllables]
    back = syllables[:, None] - np.arange(DEPTH)
    inside = back >= sounds.first[lines][:, None]
    starts = np.diff(sounds.words, prepend=-1) != 0
    own = [sounds.said[line][word] for line, word in zip(lines.tolist(), sounds.words[syllables].tolist(), strict=True)]
    clusters = np.where(inside, sounds.clusters[back], 0)
    clusters[:, 0] = [way[2][-1] for way in own]
    words = [
        plain(sounds.tokens[line][word].text).lower()
        for line, word in zip(lines.tolist(), sounds.words[syllables].tolist(), strict=True)
    ]
    return Tails(
        syllables,
        np.where(inside, sounds.vowels[back], NO_VOWEL),
        np.where(inside, sounds.stresses[back], 0),
        clusters,
        inside & starts[back],
        *_spell(words),
    )


def _tail(way: Spoken, weak: bool, sounds: Sounds, begin: int, end: int) -> tuple[tuple[int, ...], ...]:
    """Vowels, stresses, clusters and starts of words, the last first, of syllables [begin, end) and a word."""
    vowels, stresses, clusters = way
    own = len(vowels)
    if weak:
        stresses = (0,) * own
    starts = (*(0,) * (own - 1), 1)
    vowels, stresses, after = vowels[::-1], stresses[::-1], clusters[:0:-1]
    if own < DEPTH and end > begin:
        before = slice(begin, end)
        earlier = sounds.clusters[before].tolist()
        at = sounds.words[before].tolist()
        final = _own_final(sounds, end - 1)
        earlier[-1] = join(final, clusters[0])
        previous = sounds.words[begin - 1] if begin > sounds.first[sounds.lines[begin]] else -1
        vowels += tuple(sounds.vowels[before].tolist()[::-1])
        stresses += tuple(sounds.stresses[before].tolist()[::-1])
        after += tuple(earlier[::-1])
        starts += tuple(int(here != there) for here, there in zip(at[::-1], [*at[-2::-1], previous], strict=True))
    pad = DEPTH - len(vowels)
    blank = (0,) * pad
    return (
        (*vowels[:DEPTH], *(NO_VOWEL,) * pad),
        (*stresses[:DEPTH], *blank),
        (*after[:DEPTH], *blank),
        (*starts[:DEPTH], *blank),
    )


def _own_final(sounds: Sounds, syllable: int) -> int:
    """The consonants that end the word of this syllable, its last."""
    return sounds.said[sounds.lines[syllable]][sounds.words[syllable]][2][-1]


def _spell(words: Sequence[str]) -> tuple[Codes, Codes, Codes]:
    """Last letters, rimes and words as numbers."""
    letters = np.zeros((len(words), LETTERS), np.int64)
    rimes: dict[str, int] = {}
    spellings: dict[str, int] = {}
    numbers = np.zeros((2, len(words)), np.int64)
    for row, word in enumerate(words):
        tail = word[: -LETTERS - 1 : -1]
        letters[row, : len(tail)] = [ord(letter) for letter in tail]
        numbers[:, row] = rimes.setdefault(_rime(word), len(rimes)), spellings.setdefault(word, len(spellings))
    return letters, numbers[0], numbers[1]


@lru_cache(maxsize=50_000)
def _rime(word: str) -> str:
    """The letters from the last group of vowel letters, a final e apart: "ove" of "prove"."""
    end = len(word) - (len(word) > 2 and word[-1] == "e")
    at = end
    while at > 0 and word[at - 1] not in "aeiouy":
        at -= 1
    while at > 0 and word[at - 1] in "aeiouy":
        at -= 1
    return word[at:]
