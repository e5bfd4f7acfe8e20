"""Every rhyme of a lyric: at the ends of lines and inside them, over one syllable or many, across words.

End rhymes link each line to the nearest line before it that has its label in the scheme. Internal rhymes link words
whose vowels agree from the last stressed one on, in the same line or the line before, if the model of ``likeness``
holds them for a rhyme; how sure it must be is fitted to annotated rap. A rhyme reaches back over more syllables as long
as their vowels agree and it begins on a stress of both ("pass out" and "last route").

Kinds: perfect (all sounds agree from the last stressed vowel on), identical (the same word), slant, assonant (the
vowels agree, no consonant does), eye (the letters agree from the last vowel on, the vowels do not sound alike).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.lyrics.likeness import Floats, log_odds, run_on
from musicengine.lyrics.rhyme import Ends
from musicengine.lyrics.sounds import CONSONANTS, DEPTH, NO_VOWEL, VOWELS
from musicengine.lyrics.styles import load_style
from musicengine.lyrics.tails import (
    OF_CLUSTERS,
    OF_MASKS,
    OF_STRESSES,
    OF_VOWELS,
    PART,
    RIME,
    SPELLING,
    START,
    Codes,
    Sounds,
    Tails,
    find_word_tails,
)
from musicengine.values.lyrics import Rhyme, RhymeKind, Span

__all__ = ["HEARD", "KINDS", "EndPairs", "EndRhyme", "find_end_rhymes", "find_kinds", "find_rhymes", "pair_ends"]

KINDS: tuple[RhymeKind, ...] = ("perfect", "identical", "slant", "assonant", "eye")
PERFECT, IDENTICAL, SLANT, ASSONANT, EYE = range(5)
HEARD = -2.75
"""Log odds from which a pair that the scheme calls a rhyme is heard as one."""
_PARTNERS = 3  # earlier words of the same vowels that a word is compared with
_LINES = 1  # how far back, in lines
_SURE = 2.5  # log odds from which an internal rhyme counts, best on annotated rap


def find_rhymes(sounds: Sounds, starts: Codes, ends: Ends, paired: EndPairs) -> tuple[Rhyme, ...]:
    """All rhymes, in the order of their later place.

    Args:
        sounds: of the lines.
        starts: (lines,) the first line of each line's stanza.
        ends: what the scheme was found from.
        paired: the ends that it pairs.
    """
    found = _merge(_at_ends(sounds, ends, paired), _inside(sounds, starts))
    order = np.lexsort([place[:, part] for place in (found.first, found.second) for part in (2, 0)])
    places = np.concatenate([found.first[order], found.second[order]])  # one value for every rhyme of a place
    width = int(places.max(initial=0)) + 1
    _, unlike, number = np.unique(places @ [width * width, width, 1], return_index=True, return_inverse=True)
    spans = [Span(*place) for place in places[unlike].tolist()]
    count = len(order)
    ends_at = (places[:, 0] * width + places[:, 2]).tolist()
    columns = zip(
        number[:count].tolist(),
        number[count:].tolist(),
        found.kinds[order].tolist(),
        found.strengths[order].tolist(),
        found.syllables[order].tolist(),
        _families(ends_at[:count], ends_at[count:]),
        [found.sounds[at] for at in order.tolist()],
        found.at_ends[order].tolist(),
        strict=True,
    )
    return tuple([Rhyme(spans[first], spans[second], KINDS[kind], *rest) for first, second, kind, *rest in columns])


@attrs.frozen(eq=False)
class _Found:
    """Rhymes in columns.

    Args:
        first, second: (n, 3) places: the line, the first word, the last one.
        kinds: (n,) places in ``KINDS``.
        strengths, syllables, at_ends: (n,) as in ``Rhyme``.
        sounds: the rhyming parts.
    """

    first: Codes
    second: Codes
    kinds: Codes
    strengths: npt.NDArray[np.float64]
    syllables: Codes
    at_ends: npt.NDArray[np.bool_]
    sounds: list[str]


def _merge(one: _Found, other: _Found) -> _Found:
    """All of them in a row."""
    return _Found(
        np.concatenate([one.first, other.first]),
        np.concatenate([one.second, other.second]),
        np.concatenate([one.kinds, other.kinds]),
        np.concatenate([one.strengths, other.strengths]),
        np.concatenate([one.syllables, other.syllables]),
        np.concatenate([one.at_ends, other.at_ends]),
        one.sounds + other.sounds,
    )


@attrs.frozen
class EndRhyme:
    """Two lines whose ends a scheme pairs, how they rhyme, and whether one hears that they do.

    A scheme pairs lines for its own regularity, too; HEARD of the log odds is what 98 of 100 annotated rhymes reach.
    """

    first: int
    second: int
    kind: RhymeKind
    heard: bool


@attrs.frozen(eq=False)
class EndPairs:
    """Lines with the nearest line before them that has their label.

    Args:
        pairs: (n,) their places among the pairs of ends.
        firsts, seconds: (n,) the lines.
        kinds: (n,) places in ``KINDS``.
    """

    pairs: Codes
    firsts: Codes
    seconds: Codes
    kinds: Codes


def pair_ends(labels: Sequence[int], ends: Ends) -> EndPairs:
    """Each line with the nearest line before it that has its label."""
    last: dict[int, int] = {}
    nearest = []
    for line, name in enumerate(labels):
        nearest.append(line - last.get(name, line))
        last[name] = line
    distances = np.array(nearest, np.int64)
    chosen = np.flatnonzero(ends.pairs.distances == distances[ends.pairs.lines])
    lines = ends.pairs.lines[chosen]
    kinds = find_kinds(ends.tails, ends.pairs.earlier[chosen], ends.pairs.later[chosen])
    return EndPairs(chosen, lines - distances[lines], lines, kinds)


def find_end_rhymes(ends: Ends, paired: EndPairs) -> list[EndRhyme]:
    """The pairs of lines as rhymes."""
    heard = (ends.odds[paired.pairs] > HEARD).tolist()
    rows = zip(paired.firsts.tolist(), paired.seconds.tolist(), paired.kinds.tolist(), heard, strict=True)
    return [EndRhyme(first, second, KINDS[kind], surely) for first, second, kind, surely in rows]


def _at_ends(sounds: Sounds, ends: Ends, paired: EndPairs) -> _Found:
    """End rhymes: each line and the nearest before it with its label."""
    one, other = (ends.tails.pick(side[paired.pairs]) for side in (ends.pairs.earlier, ends.pairs.later))
    finals = _final_syllables(sounds)
    there, here = finals[paired.firsts], finals[paired.seconds]
    return _values(sounds, one, other, (there, here), ends.odds[paired.pairs] + 1.0, paired.kinds, True)


def _inside(sounds: Sounds, starts: Codes) -> _Found:
    """Internal rhymes."""
    anchors, finals = _anchors(sounds)
    earlier, later = _candidates(sounds, starts, anchors, finals)
    used, places = np.unique(np.concatenate([finals[earlier], finals[later]]), return_inverse=True)
    tails = find_word_tails(sounds, used)
    a, b = places[: len(earlier)], places[len(earlier) :]
    odds = log_odds(load_style("rap").weights, tails, b, a)
    ending = np.zeros(len(sounds.vowels) + 1, bool)
    ending[_final_syllables(sounds)] = True  # -1, for none, is the one behind the last
    ends = ending[used]
    both_end = ends[a] & ends[b]
    good = (odds > _SURE) & ~both_end & (tails.spellings[a] != tails.spellings[b])
    a, b = a[good], b[good]
    one, other = tails.pick(a), tails.pick(b)
    return _values(sounds, one, other, (used[a], used[b]), odds[good] - 1.5, _kinds(one, other), False)


def _final_syllables(sounds: Sounds) -> Codes:
    """The last syllable of each line's rhyming word; -1 for none."""
    finals = np.full(len(sounds.heard), -1, np.int64)
    last = np.array([line.last_word for line in sounds.heard], np.int64)
    inside = sounds.words <= last[sounds.lines]
    finals[sounds.lines[inside]] = np.flatnonzero(inside)
    return finals


def _anchors(sounds: Sounds) -> tuple[Codes, Codes]:
    """Of each word with a stress, its last stressed syllable and its last syllable."""
    word = np.cumsum((np.diff(sounds.words, prepend=-1) != 0) | (np.diff(sounds.lines, prepend=-1) != 0)) - 1
    stressed = np.flatnonzero(sounds.stresses > 0)
    last_of_word = np.ones(len(stressed), bool)
    last_of_word[:-1] = word[stressed[1:]] != word[stressed[:-1]]
    anchors = stressed[last_of_word]
    ends = np.flatnonzero(np.diff(word, append=len(word) + 1) != 0)
    return anchors, ends[word[anchors]]


def _candidates(sounds: Sounds, starts: Codes, anchors: Codes, finals: Codes) -> tuple[Codes, Codes]:
    """Pairs of anchors (indices) of the same vowels up to the ends of their words, the earlier and the later."""
    length = finals - anchors
    key = length
    for step in range(3):
        at = np.minimum(anchors + step, finals)
        key = key * (NO_VOWEL + 1) + np.where(anchors + step <= finals, sounds.vowels[at], NO_VOWEL)
    order = np.lexsort((anchors, key))
    earlier, later = [], []
    for step in range(1, _PARTNERS + 1):
        one, other = order[:-step], order[step:]
        lines, others = sounds.lines[anchors[one]], sounds.lines[anchors[other]]
        near = (key[one] == key[other]) & (others - lines <= _LINES) & (lines >= starts[others])
        earlier.append(one[near])
        later.append(other[near])
    return np.concatenate(earlier), np.concatenate(later)


def _values(
    sounds: Sounds, one: Codes, other: Codes, finals: tuple[Codes, Codes], odds: Floats, kinds: Codes, at_ends: bool
) -> _Found:
    """What is said of pairs by the columns of their tails, the earlier first, and the syllables they end."""
    syllables = _reach(one, other)
    return _Found(
        _spans(sounds, finals[0], syllables),
        _spans(sounds, finals[1], syllables),
        kinds,
        (1 / (1 + np.exp(-np.clip(odds, -20, 20)))).astype(np.float64),
        syllables,
        np.full(len(odds), at_ends),
        _sounds(one, syllables),
    )


def find_kinds(tails: Tails, a: Codes, b: Codes) -> Codes:
    """The kind of each pair of tails, ``a`` the earlier, as a place in ``KINDS``."""
    return _kinds(tails.pick(a), tails.pick(b))


def _kinds(one: Codes, other: Codes) -> Codes:
    """The kinds by the columns of the tails.

    A rhyme begins at the last stressed vowel. A last word of one syllable begins it, stressed or not ("me" and "tree"),
    unless it is the same word on both sides ("hit it" and "sit it").
    """
    same = one == other
    repeated = same[SPELLING]
    begin_one = np.where((one[START] > 0) & ~repeated, 0, one[PART])
    begin_other = np.where((other[START] > 0) & ~repeated, 0, other[PART])
    pairs, reach = np.arange(len(repeated)), np.minimum(begin_one, begin_other)
    vowels = run_on(same[OF_VOWELS] & (one[OF_VOWELS] != NO_VOWEL))[reach, pairs]
    exact = vowels & run_on(same[OF_CLUSTERS])[reach, pairs] & (begin_one == begin_other)
    masks, others = one[OF_MASKS][0], other[OF_MASKS][0]
    shared = (masks & others > 0) | (masks | others == 0)
    kinds = np.where(vowels & ~shared, ASSONANT, SLANT)
    kinds[same[RIME] & ~vowels] = EYE
    kinds[exact] = PERFECT
    kinds[repeated & ~(exact & (reach > 0) & (one[START] > 0))] = IDENTICAL
    return kinds


def _reach(one: Codes, other: Codes) -> Codes:
    """How many syllables agree in their vowels, back to the furthest that is stressed in both."""
    vowels = one[OF_VOWELS]
    chain = run_on((vowels == other[OF_VOWELS]) & (vowels != NO_VOWEL))
    strong = chain & (one[OF_STRESSES] > 0) & (other[OF_STRESSES] > 0)
    reach: Codes = np.minimum(one[PART], other[PART])
    for step in range(DEPTH):
        reach[strong[step]] = np.maximum(reach[strong[step]], step)
    reach += 1
    return reach


def _spans(sounds: Sounds, finals: Codes, syllables: Codes) -> Codes:
    begins = np.maximum(finals - syllables + 1, sounds.first[sounds.lines[finals]])
    return np.stack([sounds.lines[finals], sounds.words[begins], sounds.words[finals]], axis=1)


def _sounds(tails: Codes, syllables: Codes) -> list[str]:
    """The rhyming part in ARPAbet: vowels and consonants, a space between syllables."""
    vowels, clusters = tails[OF_VOWELS].T.tolist(), tails[OF_CLUSTERS].T.tolist()
    return [
        " ".join([_spell(v[step], c[step]) for step in range(count - 1, -1, -1) if v[step] != NO_VOWEL])
        for v, c, count in zip(vowels, clusters, syllables.tolist(), strict=True)
    ]


@lru_cache(maxsize=1 << 12)
def _spell(vowel: int, cluster: int) -> str:
    names = [VOWELS[vowel]]
    while cluster:
        names.append(CONSONANTS[cluster & 31])
        cluster >>= 5
    return "-".join(names)


def _families(firsts: Sequence[int], seconds: Sequence[int]) -> list[int]:
    """One number per link: links that share a place, directly or through others, share it (union-find)."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        above = parent.setdefault(node, node)
        while above != node:
            parent[node] = above = parent[above]
            node, above = above, parent[above]
        return node

    for first, second in zip(firsts, seconds, strict=True):
        parent[root(second)] = root(first)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(first), len(numbers)) for first in firsts]
