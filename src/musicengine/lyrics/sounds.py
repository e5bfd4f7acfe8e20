"""The sounds of lines, syllable by syllable, for whoever compares them.

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

from musicengine.lyrics.old_spelling import modernize
from musicengine.lyrics.pronunciation import pronounce, pronunciations
from musicengine.lyrics.syllables import Scansion, scan_all
from musicengine.lyrics.tokens import plain
from musicengine.lyrics.wordlists import word_set
from musicengine.values.words import Pronunciation

__all__ = [
    "CONSONANTS",
    "DEPTH",
    "LETTERS",
    "NO_VOWEL",
    "VOWELS",
    "LineSounds",
    "Spoken",
    "TailSounds",
    "hear_lines",
    "last_letters",
    "rime",
    "spoken",
]

VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "-", "P", "B", "T", "D", "K", "G", "CH", "JH", "F", "V", "TH", "DH", "S", "Z", "SH", "ZH", "HH",
    "M", "N", "NG", "L", "R", "W", "Y",
)  # fmt: skip
DEPTH = 4
"""Syllables of a line's end that are compared."""
NO_VOWEL = len(VOWELS)
LETTERS = 6
"""Letters of a word's end that are compared."""

FUNCTION_WORDS = word_set(
    "a an the and or but nor if of to in on at by for from with as than that this is am are was were be been being "
    "do does did have has had will would shall should can could may might must i me my you your he him his she her it "
    "its we us our they them their who whom which what i'm you're it's we're they're i'll you'll we'll i'd you'd i've "
    "you've we've there there's so too just not gonna wanna gotta em 'em 'cause ya yo ima imma tryna an' n' o' th' thy "
    "thee thou ye upon unto into"
)
"""Words of one syllable (mostly) that carry no stress in a line unless they end it."""

_VOWEL = {name: code for code, name in enumerate(VOWELS)}
_CONSONANT = {name: code for code, name in enumerate(CONSONANTS)}
_PARENTHESIS = re.compile(r"\([^()]*\)\W*$")

Spoken: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Vowels, stresses, and clusters: the one before the first vowel, then the one after each vowel."""


@attrs.frozen(eq=False)
class TailSounds:
    """The last syllables of a line said in one way, the last first, DEPTH of each.

    Args:
        codes: vowels, stresses, clusters and starts of words in a row; the vowel is NO_VOWEL before the line begins.
        word: the last, in lower case.
        rime: its letters from the last group of vowel letters.
        letters: its last LETTERS letters as code points, the last first, 0 for none.
    """

    codes: tuple[int, ...]
    word: str
    rime: str
    letters: tuple[int, ...]


@attrs.frozen(eq=False)
class LineSounds:
    """A line's syllables.

    Args:
        scansion: the line.
        spelled: its words in lower case and plain letters.
        ways: how each word is said.
        vowels: of each syllable.
        stresses: 2 primary, 1 secondary, 0 none, as in the line.
        clusters: the consonants up to the next vowel of the line, five bits each, the first in the lowest.
        words: which word each syllable belongs to.
        last_word: the index of the word that rhymes, -1 for none.
        tails: the line's end in every way its last word may be said.
    """

    scansion: Scansion
    spelled: tuple[str, ...]
    ways: tuple[Spoken, ...]
    vowels: tuple[int, ...]
    stresses: tuple[int, ...]
    clusters: tuple[int, ...]
    words: tuple[int, ...]
    last_word: int
    tails: tuple[TailSounds, ...]


@lru_cache(maxsize=1 << 15)
def spoken(word: str) -> tuple[Spoken, ...]:
    """The ways to say a word, at most three; empty if it has no vowel. Old spellings are read as modern ones."""
    if pronounce(word).source == "letters" and (modern := modernize(word)):
        word = modern
    ways = dict.fromkeys(compiled(way.phones) for way in pronunciations(word)[:3])
    return tuple(way for way in ways if way[0])


@lru_cache(maxsize=1 << 15)
def compiled(phones: tuple[str, ...]) -> Spoken:
    """Phones as codes."""
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


def hear_lines(texts: Sequence[str]) -> list[LineSounds]:
    """The sounds of lines; a line that comes twice is heard once."""
    distinct = list(dict.fromkeys(texts))
    heard = {text: _hear(scansion) for text, scansion in zip(distinct, scan_all(distinct), strict=True)}
    return [heard[text] for text in texts]


def _hear(line: Scansion) -> LineSounds:
    ways = tuple(_way(word) for word in line.pronunciations)
    vowels: list[int] = []
    stresses: list[int] = []
    clusters: list[int] = []
    words: list[int] = []
    for index, (own_vowels, own_stresses, own_clusters) in enumerate(ways):
        if own_vowels:
            if vowels and own_clusters[0]:
                clusters[-1] = join(clusters[-1], own_clusters[0])
            vowels += own_vowels
            stresses += own_stresses
            clusters += own_clusters[1:]
            words += [index] * len(own_vowels)
    if len(line.stresses) == len(stresses):
        stresses = [max(stress, 1) if strong else 0 for strong, stress in zip(line.stresses, stresses, strict=True)]
    spelled = tuple(plain(word.text).lower() for word in line.words)
    last = _last_word(line, ways)
    tails = _tails(spelled, ways, last, (vowels, stresses, clusters, words))
    return LineSounds(
        line, spelled, ways, tuple(vowels), tuple(stresses), tuple(clusters), tuple(words), last, tuple(tails)
    )


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


def _tails(
    spelled: Sequence[str],
    ways: Sequence[Spoken],
    last: int,
    syllables: tuple[list[int], list[int], list[int], list[int]],
) -> list[TailSounds]:
    """The end of a line, in every way its last word may be said."""
    if last < 0:
        return []
    word = spelled[last]
    vowels, stresses, clusters, words = syllables
    end = words.index(last)
    begin = max(0, end - DEPTH + 1)
    before = (vowels[begin:end], stresses[begin:end], clusters[begin:end], words[max(begin - 1, 0) : end])
    final = ways[words[end - 1]][2][-1] if end else 0
    letters, ending = last_letters(word), rime(word)
    weak = word in FUNCTION_WORDS
    return [TailSounds(_tail(way, weak, before, final), word, ending, letters) for way in spoken(word) or (ways[last],)]


def _tail(way: Spoken, weak: bool, before: tuple[list[int], ...], final: int) -> tuple[int, ...]:
    """The codes of a word's end and the syllables before it, whose word ends on the cluster ``final``."""
    own_vowels, own_stresses, own_clusters = way
    own = len(own_vowels)
    vowels, stresses, clusters, words = before
    clusters = [*clusters[:-1], join(final, own_clusters[0])] if clusters else []
    size = len(vowels)
    words = [-1, *words] if len(words) == size else words
    starts = [int(words[place] != words[place + 1]) for place in range(size)]
    pad = (0,) * DEPTH
    return (
        *(*own_vowels[::-1], *vowels[::-1], *(NO_VOWEL,) * DEPTH)[:DEPTH],
        *(*(pad[:own] if weak else own_stresses[::-1]), *stresses[::-1], *pad)[:DEPTH],
        *(*own_clusters[:0:-1], *clusters[::-1], *pad)[:DEPTH],
        *(*pad[: own - 1], 1, *starts[::-1], *pad)[:DEPTH],
    )


@lru_cache(maxsize=1 << 15)
def last_letters(word: str) -> tuple[int, ...]:
    """The last letters of a word as code points, the last first, 0 for none."""
    return (*map(ord, word[: -LETTERS - 1 : -1]), *(0,) * LETTERS)[:LETTERS]


@lru_cache(maxsize=1 << 15)
def rime(word: str) -> str:
    """The letters from the last group of vowel letters, a final e apart: "ove" of "prove"."""
    end = len(word) - (len(word) > 2 and word[-1] == "e")
    at = end
    while at > 0 and word[at - 1] not in "aeiouy":
        at -= 1
    while at > 0 and word[at - 1] in "aeiouy":
        at -= 1
    return word[at:]
