"""Words of a lyric found again among words with times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np

from musicengine.lyrics.flow import find_rhymed
from musicengine.lyrics.reading import Reading
from musicengine.lyrics.timing import SungSyllables
from musicengine.lyrics.tokens import find_words, plain
from musicengine.values.words import Transcript

__all__ = ["find_sung_syllables", "match_words"]

_MOST_COMPARED = 2000  # words beyond which only equal runs in the same order are matched, one by one


def find_sung_syllables(reading: Reading, transcript: Transcript) -> SungSyllables:
    """The syllables whose words have times; a word's syllables share its time evenly."""
    heard = reading.sounds.heard
    places = [(line, word) for line, words in enumerate(reading.words) for word in range(len(words))]
    spelled = [reading.words[line][word] for line, word in places]
    sung, times = [], []
    for each in transcript.words:
        tokens = find_words(each.text)
        step = (each.end_s - each.start_s) / max(len(tokens), 1)
        for index, token in enumerate(tokens):
            sung.append(plain(token.text).lower())
            times.append((each.start_s + index * step, each.start_s + (index + 1) * step))
    rhymed = find_rhymed(reading.sounds, reading.rhymes)
    rows: list[tuple[float, int, bool, bool]] = []
    for mine, theirs in match_words(spelled, sung):
        line, word = places[mine]
        start, end = times[theirs]
        inside = [at for at, owner in enumerate(heard[line].syllable_words) if owner == word]
        first = int(reading.sounds.first[line])
        for number, at in enumerate(inside):
            length = (end - start) / len(inside)
            rows.append((start + number * length, line, heard[line].stresses[at], bool(rhymed[first + at])))
    rows.sort()
    columns = list(zip(*rows, strict=True)) or [()] * 4
    return SungSyllables(
        np.array(columns[0], np.float64),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.bool_),
        np.array(columns[3], np.bool_),
    )


def match_words(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of places of equal words, in order: all of them where the texts are the same, else their common runs."""
    if list(ours) == list(theirs):
        yield from ((at, at) for at in range(len(ours)))
    elif len(ours) <= _MOST_COMPARED and len(theirs) <= _MOST_COMPARED:
        for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
            yield from ((block.a + step, block.b + step) for step in range(block.size))
    else:
        ahead = 0
        for at, word in enumerate(ours):
            window = theirs[ahead : ahead + 16]
            if word in window:
                ahead += window.index(word) + 1
                yield at, ahead - 1
