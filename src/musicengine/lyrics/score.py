"""A lyric's score: 100 minus a ledger of deductions, each with its line, measured value, target and fix.

Every rule has a budget of points for the whole lyric; a line takes its share of it by how badly it breaks the rule, so
a long lyric and a short one are judged alike. All rules look at one stanza at most. What is craft elsewhere is a fault
only where the lyric's own pattern asks for something else: a line that rhymes with nothing costs where the others
rhyme, slant rhymes cost in verse but not in rap, a line's length is compared with its stanza's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

import attrs

from musicengine.lyrics.flow import find_breaths, longest_run
from musicengine.lyrics.inversion import find_inversion
from musicengine.lyrics.lexicon import load_lexicon
from musicengine.lyrics.reading import Reading, Stanza
from musicengine.lyrics.sounds import LineSounds
from musicengine.lyrics.vocabulary import find_cliches
from musicengine.lyrics.wordlists import word_set
from musicengine.values.lyrics import RhymeKind
from musicengine.values.scores import Deduction, Score

__all__ = [
    "LONGEST_RUN",
    "RULES",
    "TOLERANCE",
    "Fault",
    "Rule",
    "find_faults",
    "find_line_faults",
    "find_repeated",
    "judge",
]

LONGEST_RUN = 20
"""Syllables between breaths, the most; the longest run of nine in ten charting rap songs is no longer."""

TOLERANCE = {"strict": 1, "rap": 3}
"""Syllables by which a line may differ from those around it, by style."""
_WEAKNESS: dict[RhymeKind, float] = {"slant": 0.3, "assonant": 0.6, "eye": 0.2}


@attrs.frozen
class Rule:
    """What a lyric is judged by.

    Args:
        name: of the rule.
        budget: points it takes when every line breaks it.
        unit: of the measured value.
        fix: what to do, one imperative sentence.
        source: where the target comes from.
    """

    name: str
    budget: float
    unit: str
    fix: str
    source: str


RULES = {
    rule.name: rule
    for rule in (
        Rule("rhyme.broken", 30, "rhymes", "End the line on a rhyme.", "the stanza's other lines"),
        Rule("meter.syllables", 20, "syllables", "Bring the line to its stanza's length.", "the stanza's other lines"),
        Rule("rhyme.identical", 10, "word", "Rhyme with another word.", "rime riche counts as repetition"),
        Rule("rhyme.weak", 10, "rhyme", "Find a full rhyme.", "the lyric is metrical verse"),
        Rule("breath.dense", 10, "syllables", "Leave room for a breath.", "charting rap, 90th percentile"),
        Rule("wording.cliche", 10, "phrase", "Say it in your own words.", "list of worn phrases"),
        Rule("wording.repeated", 5, "word", "Say the word once.", "the line itself"),
        Rule("syntax.inversion", 5, "words", "Put the words in their spoken order.", "word order of spoken English"),
    )
}


class Fault(NamedTuple):
    """A line that breaks a rule: by how much, in (0, 1], and what was measured of what was expected."""

    line: int
    rule: str
    severity: float
    measured: float | str
    target: float | str


def judge(reading: Reading) -> Score:
    """The score of a lyric."""
    count = max(len(reading.starts), 1)
    found = [_deduction(fault, part.first, count) for part in reading.parts for fault in find_faults(part)]
    for at, line in enumerate(reading.sounds.heard):
        found += [_deduction(fault, at, count) for fault in find_line_faults(line)]
    return Score(found)


def _deduction(fault: Fault, first: int, lines: int) -> Deduction:
    rule = RULES[fault.rule]
    return Deduction(
        rule=rule.name,
        points=rule.budget * fault.severity / lines,
        measured=fault.measured,
        target=fault.target,
        unit=rule.unit,
        fix=rule.fix,
        line=first + fault.line,
        source=rule.source,
    )


def find_faults(stanza: Stanza) -> list[Fault]:
    """The faults of lines beside the others of their stanza."""
    return [*_broken_rhymes(stanza), *_end_rhymes(stanza), *_lengths(stanza)]


def find_line_faults(line: LineSounds) -> list[Fault]:
    """The faults that a line has by itself."""
    return [*_breaths(line), *_wording(line.spelled)]


def _broken_rhymes(stanza: Stanza) -> Iterator[Fault]:
    """Lines that rhyme with nothing, where half of the stanza or more rhymes and the rest is not every other line."""
    spoken = [line for line, heard in enumerate(stanza.heard) if heard.tails]
    rhymed = stanza.rhymed
    alone = [place for place, line in enumerate(spoken) if line not in rhymed]
    share = 1 - len(alone) / max(len(spoken), 1)
    if share < 0.5 or (2 * len(alone) == len(spoken) and all(place % 2 == 0 for place in alone)):
        return
    for place in alone:
        yield Fault(spoken[place], "rhyme.broken", share, 0, 1)


def _end_rhymes(stanza: Stanza) -> Iterator[Fault]:
    """End rhymes of a word with itself, and in verse those that are not full."""
    ended: dict[tuple[int, str], int] = {}
    for line, (name, heard) in enumerate(zip(stanza.labels, stanza.heard, strict=True)):
        if heard.tails:
            before = ended.setdefault((name, heard.rhyming_word), line)
            if before != line and heard.spelled[-3:] != stanza.heard[before].spelled[-3:]:
                yield Fault(line, "rhyme.identical", 1.0, heard.rhyming_word, "another word")
    for rhyme in stanza.end_rhymes:
        if rhyme.heard and rhyme.kind in _WEAKNESS and stanza.style == "strict":
            yield Fault(rhyme.second, "rhyme.weak", _WEAKNESS[rhyme.kind], rhyme.kind, "perfect")


def reference_counts(sizes: Sequence[int], labels: Sequence[int]) -> list[float]:
    """For each line of a stanza the number of syllables that it is compared with.

    It is the nearest of the stanza's median and of the counts of its neighbours and of the nearest lines of its rhyme.

    Args:
        sizes: syllables of each line; a line without any is left out.
        labels: of the lines.
    """
    spoken = [size for size in sizes if size]
    if not spoken:
        return [0.0] * len(sizes)
    middle = float(median(spoken))
    found = []
    before = _nearest_of_label(labels)
    after = [len(sizes) - 1 - place for place in _nearest_of_label(labels[::-1])[::-1]]
    for place, size in enumerate(sizes):
        best = middle
        for other in (before[place], after[place], place - 1, place + 1):
            inside = other != place and 0 <= other < len(sizes) and sizes[other]
            if inside and abs(sizes[other] - size) < abs(best - size):
                best = float(sizes[other])
        found.append(best)
    return found


def _nearest_of_label(labels: Sequence[int]) -> list[int]:
    """For each line the place of the nearest before it that has its label; its own place if there is none."""
    last: dict[int, int] = {}
    found = []
    for place, name in enumerate(labels):
        found.append(last.get(name, place))
        last[name] = place
    return found


def _lengths(stanza: Stanza) -> Iterator[Fault]:
    """Lines longer or shorter than their stanza lets expect."""
    tolerance = TOLERANCE[stanza.style]
    sizes = [len(line.vowels) for line in stanza.heard]
    if len(sizes) < 3 or max(sizes) - min(sizes) <= tolerance:
        return
    for line, target in enumerate(reference_counts(sizes, stanza.labels)):
        if sizes[line] and (excess := abs(sizes[line] - target) - tolerance) > 0:
            yield Fault(line, "meter.syllables", min(1.0, excess / 4), sizes[line], target)


def _breaths(line: LineSounds) -> Iterator[Fault]:
    """A line too dense to breathe in."""
    if len(line.vowels) > LONGEST_RUN:
        run = longest_run(line, find_breaths(line))
        if run > LONGEST_RUN:
            yield Fault(0, "breath.dense", min(1.0, (run - LONGEST_RUN) / 8), run, LONGEST_RUN)


def _wording(words: Sequence[str]) -> Iterator[Fault]:
    """Worn phrases, repeated words, forced inversions."""
    if not load_lexicon().worn.isdisjoint(words):
        worn = find_cliches([words])
        for passage in worn:
            yield Fault(0, "wording.cliche", min(0.6, 1 / len(worn)), passage.text, "your own words")
    if repeated := find_repeated(words):
        yield Fault(0, "wording.repeated", 0.5, words[repeated[1]], "once")
    if inverted := find_inversion(words):
        yield Fault(0, "syntax.inversion", 0.6, " ".join(words[inverted.first :]), " ".join(inverted.spoken))


def find_repeated(words: Sequence[str]) -> tuple[int, int] | None:
    """Two places of a word that says something, or of a small one by accident; None if there are none.

    A word said again at once, beside the same word both times ("let me breathe, let me leave"), around a small one
    ("side by side") or after it opened the line ("money on my mind, money in the bank") is a figure, no fault; a small
    word doubled ("the the") is an accident.
    """
    if len(set(words)) == len(words):
        return None
    small = load_lexicon().function_words
    seen: dict[str, int] = {}
    for place, word in enumerate(words):
        before = seen.get(word)
        if before is not None and len(word) > 1:
            if word in small:
                if before == place - 1 and word in _NEVER_TWICE:
                    return before, place
            elif 0 < before < place - 1 and not _is_sung(word) and not _is_figure(words, before, place):
                return before, place
        seen[word] = place
    return None


def _is_figure(words: Sequence[str], before: int, place: int) -> bool:
    """Whether a word that comes twice has the same neighbour both times, or a small word alone between."""
    if place == before + 2 and words[before + 1] in load_lexicon().function_words:
        return True
    same_before = before > 0 and words[before - 1] == words[place - 1]
    return same_before or words[before + 1 : before + 2] == words[place + 1 : place + 2]


_NEVER_TWICE = word_set("the an of to in on at by for from with and or but my your his her our their is are")
_SYLLABLES = word_set("la na da doo oh ooh hey yeah ha ah uh woah whoa")


def _is_sung(word: str) -> bool:
    """Whether a word is sound more than sense."""
    return len(word) < 3 or len(set(word)) < 3 or word in _SYLLABLES
