"""Which words a lyric uses: richness, repetition, hook, worn phrases, readability, sentiment, imagery, strong words.

Richness that does not fall with length is measured by MTLD (McCarthy and Jarvis 2010, factors of type-token ratio 0.72,
both directions) and HD-D (McCarthy and Jarvis 2007, samples of 42 words). Readability is that of Flesch (1948) and of
Kincaid et al. (1975) with lines for sentences. Sentiment is the mean of bright and dark words, turned around by a
negation in the two words before. The lists behind sentiment, imagery, worn phrases and strong words are in
:mod:`musicengine.lyrics.lexicon`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import lgamma

import numpy as np

from musicengine.lyrics.lexicon import NOTHING, Entry, load_lexicon, look_up
from musicengine.values.lyrics import Passage, Vocabulary

__all__ = ["describe_vocabulary", "find_cliches", "find_hook", "measure_hdd", "measure_mtld"]

_MTLD_RATIO = 0.72
_MTLD_LEAST = 50
_HDD_SAMPLE = 42
_HOOK_WORDS = 6
_OFTEN = 3  # times that make a phrase a hook
_HARMLESS = frozenset(
    pair
    for names in (
        "moby dick", "dick tracy", "dick clark", "dick cheney", "dick gregory", "dick turpin", "dick whittington",
        "dick dale", "dick van", "private dick", "van dyke", "pussy willow", "pussy willows", "pussy cat", "pussy riot",
        "chink in", "crack of", "crack a", "cracked a", "be blunt", "too blunt", "blunt force", "emily blunt",
        "weed the", "weed out", "prick of", "prick my", "prick your", "acid rain", "acid jazz", "kill time",
        "james blunt", "shot glass", "long shot", "miss molly", "cock a", "cock crows", "coke can",
    )
    for pair in [tuple(names.split())]
)  # fmt: skip
_NEGATIONS = frozenset(["not", "no", "never", "ain't", "without", "nothing"])


def describe_vocabulary(lines: Sequence[Sequence[str]], repeats: Sequence[int], syllables: int | None) -> Vocabulary:
    """The vocabulary of lines.

    Args:
        lines: the words of each, in lower case.
        repeats: how often each line is sung in a row.
        syllables: of all lines; None where they cannot be counted.
    """
    words = [word for line in lines for word in line]
    count = len(words)
    kinds = Counter(words)
    filled = [tuple(line) for line in lines if line]
    hook, hook_count = find_hook(lines, repeats)
    cliches = find_cliches(lines)
    known = {word: entry for word in kinds if (entry := look_up(word)) is not NOTHING}
    if syllables is None and count:  # of another language, where "die" and "sin" say something else
        known = {word: Entry(0, "", (), entry.explicit, True) for word, entry in known.items() if entry.strong}
    moods = _moods(lines, {word: entry.mood for word, entry in known.items() if entry.mood})
    strong = {word: entry.explicit for word, entry in known.items() if entry.explicit}
    explicit = _find_explicit(lines, strong)
    per_line, per_word = count / max(len(filled), 1), (syllables or 0) / max(count, 1)
    readable = bool(syllables and count)
    return Vocabulary(
        words=count,
        distinct=len(kinds),
        type_token=len(kinds) / max(count, 1),
        mtld=measure_mtld(words),
        hdd=measure_hdd(kinds),
        repetition=1 - len(set(filled)) / len(filled) if filled else 0.0,
        hook=hook,
        hook_count=hook_count,
        cliches=cliches,
        cliche_density=100 * len(cliches) / max(count, 1),
        reading_ease=206.835 - 1.015 * per_line - 84.6 * per_word if readable else None,
        grade=0.39 * per_line + 11.8 * per_word - 15.59 if readable else None,
        sentiment=sum(moods) / len(moods) if moods else None,
        imagery=sum(kinds[word] for word, entry in known.items() if entry.sense) / max(count, 1),
        explicit=explicit,
        advisory=any(known[passage.text].strong for passage in explicit),
    )


def _find_explicit(lines: Sequence[Sequence[str]], kinds: Mapping[str, str]) -> list[Passage]:
    """Strong words, line by line, those apart that mean nothing of the kind beside their neighbour ("Moby Dick")."""
    return [
        Passage(index, word, kinds[word])
        for index, line in enumerate(lines)
        if not kinds.keys().isdisjoint(line)
        for before, word, after in zip(["", *line], line, [*line[1:], ""], strict=False)
        if word in kinds and (before, word) not in _HARMLESS and (word, after) not in _HARMLESS
    ]


def measure_mtld(words: Sequence[str]) -> float | None:
    """The mean length of runs of words that keep a type-token ratio of 0.72; None below 50 words."""
    if len(words) < _MTLD_LEAST:
        return None
    return (_mtld(words) + _mtld(words[::-1])) / 2


def _mtld(words: Sequence[str]) -> float:
    factors, seen, size = 0.0, set[str](), 0
    for word in words:
        seen.add(word)
        size += 1
        if len(seen) / size < _MTLD_RATIO:
            factors, seen, size = factors + 1, set(), 0
    if size:
        factors += (1 - len(seen) / size) / (1 - _MTLD_RATIO)
    return len(words) / factors if factors else float(len(words))


def measure_hdd(kinds: Counter[str]) -> float | None:
    """HD-D: the share of a random sample of 42 words that each word is expected to fill; None below 42 words."""
    total = kinds.total()
    if total < _HDD_SAMPLE:
        return None

    def chance(times: int) -> float:
        rest = total - times
        if rest < _HDD_SAMPLE:
            return 1.0
        absent = lgamma(rest + 1) - lgamma(rest - _HDD_SAMPLE + 1) - lgamma(total + 1) + lgamma(total - _HDD_SAMPLE + 1)
        return 1 - float(np.exp(absent))

    return sum(chance(times) * number for times, number in Counter(kinds.values()).items()) / _HDD_SAMPLE


def find_hook(lines: Sequence[Sequence[str]], repeats: Sequence[int]) -> tuple[str | None, int]:
    """The line or phrase of three to six words that comes back most, longer ones first, and how often.

    A line is a hook from its second time on, a phrase inside lines from its third.
    """
    whole: Counter[tuple[str, ...]] = Counter()
    for line, times in zip(lines, repeats, strict=True):
        if len(line) > 1:
            whole[tuple(line)] += times
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for counts, least in ((whole, 2), (_count_phrases(lines), _OFTEN)):
        for words, times in counts.items():
            if times >= least and (times * min(len(words), 4), times) > best[:2]:
                best = (times * min(len(words), 4), times, words)
    return (" ".join(best[2]), best[1]) if best[1] else (None, 0)


def _count_phrases(lines: Sequence[Sequence[str]]) -> Counter[tuple[str, ...]]:
    """How often phrases of three to six words come that come often; a long one does so only if its parts do.

    Words and phrases are numbered, and a phrase is the pair of one that is a word shorter and its last word.
    """
    words = [word for line in lines for word in line]
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    sizes = [len(line) for line in lines]
    room = np.repeat(np.cumsum(sizes, dtype=np.int64), sizes) - np.arange(len(words))  # words to the end of the line
    known = np.append(np.bincount(codes, minlength=1)[codes] >= _OFTEN, [False, False])
    places = np.flatnonzero((room >= 3) & known[:-2] & known[1:-1] & known[2:])
    phrases = codes[places] * len(numbers) + codes[places + 1]
    often: Counter[tuple[str, ...]] = Counter()
    for size in range(3, _HOOK_WORDS + 1):
        fits = room[places] >= size
        places, phrases = places[fits], phrases[fits]
        _, firsts, found, counts = np.unique(
            phrases * len(numbers) + codes[places + size - 1],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        kept = counts >= _OFTEN
        if not kept.any():
            break
        for first, times in sorted(zip(firsts[kept].tolist(), counts[kept].tolist(), strict=True)):
            often[tuple(words[places[first] : places[first] + size])] = times
        places, phrases = places[kept[found]], found[kept[found]]
    return often


def find_cliches(lines: Sequence[Sequence[str]]) -> tuple[Passage, ...]:
    """The worn phrases, line by line; the longest where several begin at a word."""
    lexicon = load_lexicon()
    phrases, worn = lexicon.cliches, lexicon.worn
    found = []
    for index, line in enumerate(lines):
        if worn.isdisjoint(line):
            continue
        for at, pair in enumerate(pairwise(line)):
            if pair in phrases:
                for phrase in phrases[pair]:
                    if tuple(line[at : at + len(phrase)]) == phrase:
                        found.append(Passage(index, " ".join(phrase), "cliche"))
                        break
    return tuple(found)


def _moods(lines: Sequence[Sequence[str]], moods: Mapping[str, int]) -> list[int]:
    """1 or -1 for each bright or dark word, turned around after a negation."""
    found: list[int] = []
    for line in lines:
        if moods and not moods.keys().isdisjoint(line):
            for at, word in enumerate(line):
                if mood := moods.get(word):
                    found.append(-mood if any(map(_negates, line[max(0, at - 2) : at])) else mood)
    return found


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")
