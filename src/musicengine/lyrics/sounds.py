"""The sounds of lines, syllable by syllable, for whoever compares them.

A syllable here is a vowel and the consonants between it and the next vowel of the line, across the boundary of words:
that is what rhyme hears ("pass out" and "last route" are AE-S|AW-T and AE-STR|AW-T, where | is a vowel's start). A word
that has several pronunciations is heard in its first one; the ends of lines keep the others as alternatives.

Consonants are codes 1 to 24, a cluster is at most eight of them; vowels are codes 0 to 14. Classes of consonants are
those of the International Phonetic Alphabet: manner, place, voice.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import attrs

from musicengine.lyrics.old_spelling import modernize
from musicengine.lyrics.pronunciation import pronounce, pronunciations
from musicengine.lyrics.syllables import Scansion, scan_each
from musicengine.lyrics.wordlists import word_set

__all__ = [
    "CONSONANTS",
    "DEPTH",
    "LETTERS",
    "NO_VOWEL",
    "TAIL",
    "VOWELS",
    "LineSounds",
    "Spoken",
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
TAIL = 4 * DEPTH
"""Numbers that describe a line's end."""
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

_VOWEL = {f"{name}{digit}": (code, (0, 2, 1)[digit]) for code, name in enumerate(VOWELS) for digit in range(3)}
_CONSONANT = {name: code for code, name in enumerate(CONSONANTS)}
_PAD = (0,) * DEPTH
_NO_VOWELS = (NO_VOWEL,) * DEPTH

Spoken: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Vowels, stresses, and clusters: the one before the first vowel, then the one after each vowel."""


@attrs.frozen(eq=False)
class LineSounds(Scansion):
    """A line as it sounds, syllable by syllable.

    Args:
        vowels: of each syllable.
        accents: 2 primary, 1 secondary, 0 none, as in the line.
        clusters: the consonants up to the next vowel of the line, five bits each, the first in the lowest; like the
            other codes of eight bytes, packed.
        finals: the consonants that each word ends on, packed.
        last_word: the index of the word that rhymes, -1 for none.
        tails: the line's end in every way its last word may be said, TAIL numbers each, packed: the last syllable
            first, DEPTH vowels, stresses, clusters and starts of words in a row; the vowel is NO_VOWEL before the line
            begins.
    """

    vowels: bytes
    accents: bytes
    clusters: bytes
    finals: bytes
    last_word: int
    tails: bytes

    @property
    def rhyming_word(self) -> str:
        """The word that rhymes, "" for none."""
        return self.spelled[self.last_word] if self.last_word >= 0 else ""


@lru_cache(maxsize=1 << 12)
def spoken(word: str) -> tuple[Spoken, ...]:
    """The ways to say a word, at most three; empty if it has no vowel. Old spellings are read as modern ones."""
    if pronounce(word).source == "letters" and (modern := modernize(word)):
        word = modern
    ways = dict.fromkeys(compiled(way.phones) for way in pronunciations(word)[:3])
    return tuple(way for way in ways if way[0])


@lru_cache(maxsize=1 << 12)
def compiled(phones: tuple[str, ...]) -> Spoken:
    """Phones as codes."""
    vowels, stresses, clusters, cluster, size = [], [], [], 0, 0
    for phone in phones:
        if phone in _VOWEL:
            vowel, stress = _VOWEL[phone]
            vowels.append(vowel)
            stresses.append(stress)
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
    heard = {text: _hear(scansion) for text, scansion in zip(distinct, scan_each(distinct), strict=True)}
    return [heard[text] for text in texts]


def _hear(line: Scansion) -> LineSounds:
    ways = _ways(line)
    vowels: list[int] = []
    accents: list[int] = []
    clusters: list[int] = []
    for own_vowels, own_stresses, (onset, *others) in ways:
        if own_vowels:
            if onset and clusters:
                clusters[-1] = join(clusters[-1], onset) if clusters[-1] else onset
            vowels += own_vowels
            accents += own_stresses
            clusters += others
    words, strong = line.syllable_words, line.stresses
    if len(words) != len(vowels):  # an old spelling was read as a modern one of other length
        words = tuple([index for index, way in enumerate(ways) for _ in way[0]])
        strong = tuple([accent > 0 for accent in accents])
    else:
        accents = [(accent or 1) if own else 0 for own, accent in zip(strong, accents, strict=True)]
    last = _last_word(line, ways)
    tails = _tails(line.spelled[last], ways, words.index(last), (vowels, accents, clusters, words)) if last >= 0 else []
    said = line.text, line.sounds, line.spelled, words, strong
    finals = _packed([way[2][-1] for way in ways])
    return LineSounds(*said, bytes(vowels), bytes(accents), _packed(clusters), finals, last, _packed(tails))


def _packed(codes: Sequence[int]) -> bytes:
    """Numbers of eight bytes each, which the garbage collector need not look at."""
    return array("q", codes).tobytes()


def _ways(line: Scansion) -> tuple[Spoken, ...]:
    """How each word is said; an old spelling that letters alone would misread as its modern one."""
    ways = [compiled(phones) for _, _, phones, _, _ in line.sounds]
    for index, (text, *_, guessed) in enumerate(line.sounds):
        if guessed and (modern := modernize(text)) and (listed := spoken(modern)):
            ways[index] = listed[0]
    return tuple(ways)


def _last_word(line: Scansion, ways: Sequence[Spoken]) -> int:
    """The index of the word that rhymes: the last with a vowel, if possible before an ad-lib in parentheses; or -1."""
    if (aside := _aside(line.text)) >= 0:
        words = line.words
        for index in range(len(ways) - 1, -1, -1):
            if words[index].end <= aside and ways[index][0]:
                return index
    last = len(ways) - 1
    while last >= 0 and not ways[last][0]:
        last -= 1
    return last


def _aside(text: str) -> int:
    """Where the parentheses open that close the line; -1 if there are none."""
    if ")" not in text[-3:]:
        return -1
    opening = text.rfind("(")
    closing = text.find(")", opening)
    return opening if closing > 0 and not any(map(str.isalnum, text[closing:])) else -1


def _tails(
    word: str, ways: Sequence[Spoken], end: int, syllables: tuple[list[int], list[int], list[int], Sequence[int]]
) -> list[int]:
    """The end of a line, in every way its last word may be said, which its syllables from ``end`` on are."""
    vowels, accents, clusters, words = syllables
    before = slice(max(0, end - DEPTH + 1), end)
    vowels, accents, clusters = vowels[before][::-1], accents[before][::-1], clusters[before][::-1]
    starts = [int(at == 0 or words[at] != words[at - 1]) for at in range(end - 1, before.start - 1, -1)]
    final = ways[words[end - 1]][2][-1] if end else 0  # the consonants that the word before ends on
    found: list[int] = []
    for own_vowels, own_accents, own_starts, own_clusters, onset in _endings(word) or (_ending(ways[words[end]]),):
        if clusters:
            clusters[0] = join(final, onset)
        found += (*own_vowels, *vowels, *_NO_VOWELS)[:DEPTH]
        found += (*own_accents, *accents, *_PAD)[:DEPTH]
        found += (*own_clusters, *clusters, *_PAD)[:DEPTH]
        found += (*own_starts, *starts, *_PAD)[:DEPTH]
    return found


_Codes: TypeAlias = tuple[int, ...]


@lru_cache(maxsize=1 << 12)
def _endings(word: str) -> tuple[tuple[_Codes, _Codes, _Codes, _Codes, int], ...]:
    """A word at the end of a line in every way it may be said; words that carry no stress have none there either."""
    return tuple([_ending(way, word in FUNCTION_WORDS) for way in spoken(word)])


def _ending(way: Spoken, weak: bool = False) -> tuple[_Codes, _Codes, _Codes, _Codes, int]:
    """Vowels, stresses, starts of words and clusters of a word, the last first, and the cluster it begins with."""
    vowels, stresses, clusters = way
    starts = (*(0 for _ in vowels[1:]), 1)
    return vowels[::-1], (0,) * len(vowels) if weak else stresses[::-1], starts, clusters[:0:-1], clusters[0]


@lru_cache(maxsize=1 << 12)
def last_letters(word: str) -> tuple[int, ...]:
    """The last letters of a word as code points, the last first, 0 for none."""
    return (*map(ord, word[: -LETTERS - 1 : -1]), *(0,) * LETTERS)[:LETTERS]


@lru_cache(maxsize=1 << 12)
def rime(word: str) -> str:
    """The letters from the last group of vowel letters, a final e apart: "ove" of "prove"."""
    end = len(word) - (len(word) > 2 and word[-1] == "e")
    at = end
    while at > 0 and word[at - 1] not in "aeiouy":
        at -= 1
    while at > 0 and word[at - 1] in "aeiouy":
        at -= 1
    return word[at:]
