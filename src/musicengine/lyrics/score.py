"""A lyric's score: 100 minus a ledger of deductions, each with its line, measured value, target and fix.

Every rule has a budget of points for the whole lyric; a line takes its share of it by how badly it breaks the rule, so
a long lyric and a short one are judged alike. All rules look at one stanza at most. What is craft elsewhere is a fault
only where the lyric's own pattern asks for something else: a line that rhymes with nothing costs where the others
rhyme, slant rhymes cost in verse but not in rap, a line's length is compared with its stanza's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

import attrs

from musicengine.lyrics.flow import find_breaths, longest_run
from musicengine.lyrics.inversion import find_inversion
from musicengine.lyrics.lexicon import load_lexicon
from musicengine.lyrics.reading import Reading
from musicengine.lyrics.vocabulary import find_cliches
from musicengine.lyrics.wordlists import word_set
from musicengine.values.lyrics import RhymeKind
from musicengine.values.scores import Deduction, Score

__all__ = ["LONGEST_RUN", "RULES", "Rule", "find_deductions", "find_repeated", "judge", "reference_counts"]

LONGEST_RUN = 20
"""Syllables between breaths, the most; the longest run of nine in ten charting rap songs is no longer."""

_TOLERANCE = {"strict": 1, "rap": 3}
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


@attrs.frozen
class Finding:
    """A line that breaks a rule: by how much, in (0, 1], and what was measured of what was expected."""

    line: int
    rule: str
    severity: float
    measured: float | str
    target: float | str


def judge(reading: Reading) -> Score:
    """The score of a lyric."""
    return Score(find_deductions(reading, len(reading.starts)))


def find_deductions(reading: Reading, lines: int) -> list[Deduction]:
    """What a lyric, or some of its stanzas, loses points for.

    Args:
        reading: of the lines.
        lines: of the whole lyric, over which the budgets are spread.
    """
    found = [
        *_broken_rhymes(reading),
        *_end_rhymes(reading),
        *_lengths(reading),
        *_breaths(reading),
        *_wording(reading),
    ]
    return [_deduction(finding, lines) for finding in found]


def _deduction(finding: Finding, lines: int) -> Deduction:
    rule = RULES[finding.rule]
    return Deduction(
        rule=rule.name,
        points=rule.budget * finding.severity / max(lines, 1),
        measured=finding.measured,
        target=finding.target,
        unit=rule.unit,
        fix=rule.fix,
        line=finding.line,
        source=rule.source,
    )


def _broken_rhymes(reading: Reading) -> Iterator[Finding]:
    """Lines that rhyme with nothing, where half of the stanza or more rhymes and the rest is not every other line."""
    for stanza in reading.stanzas:
        spoken = [line for line in stanza if reading.sounds.heard[line].tails]
        counts = Counter(reading.labels[line] for line in spoken)
        alone = [place for place, line in enumerate(spoken) if counts[reading.labels[line]] == 1]
        share = 1 - len(alone) / max(len(spoken), 1)
        every_other = len(spoken) % 2 == 0 and all(place % 2 == 0 for place in alone)
        if share < 0.5 or (every_other and 2 * len(alone) == len(spoken)):
            continue
        for place in alone:
            yield Finding(spoken[place], "rhyme.broken", share, 0, 1)


def _end_rhymes(reading: Reading) -> Iterator[Finding]:
    """End rhymes of a word with itself, and in verse those that are not full."""
    for rhyme in reading.end_rhymes:
        here, there = reading.words[rhyme.second], reading.words[rhyme.first]
        if rhyme.kind == "identical" and here[-3:] != there[-3:]:
            word = here[reading.sounds.heard[rhyme.second].last_word]
            yield Finding(rhyme.second, "rhyme.identical", 1.0, word, "another word")
        elif rhyme.kind in _WEAKNESS and reading.style == "strict":
            yield Finding(rhyme.second, "rhyme.weak", _WEAKNESS[rhyme.kind], rhyme.kind, "perfect")


def reference_counts(reading: Reading, stanza: range) -> list[float]:
    """For each line the number of syllables that it is compared with.

    It is the nearest of its stanza's median and of the counts of its neighbours and of the nearest lines of its rhyme.
    """
    sizes = [len(reading.sounds.heard[line].vowels) for line in stanza]
    spoken = [size for size in sizes if size]
    if not spoken:
        return [0.0] * len(sizes)
    middle = float(median(spoken))
    found = []
    before = _nearest_of_label(reading, stanza)
    after = [len(stanza) - 1 - place for place in _nearest_of_label(reading, stanza[::-1])[::-1]]
    for place in range(len(stanza)):
        others = {before[place], after[place], place - 1, place + 1} - {place}
        near = [float(sizes[other]) for other in others if 0 <= other < len(sizes) and sizes[other]]
        found.append(min([middle, *near], key=lambda count: abs(count - sizes[place])))
    return found


def _nearest_of_label(reading: Reading, lines: range) -> list[int]:
    """For each line the place of the nearest before it that has its label; its own place if there is none."""
    last: dict[int, int] = {}
    found = []
    for place, line in enumerate(lines):
        found.append(last.get(reading.labels[line], place))
        last[reading.labels[line]] = place
    return found


def _lengths(reading: Reading) -> Iterator[Finding]:
    """Lines longer or shorter than their stanza lets expect."""
    tolerance = _TOLERANCE[reading.style]
    for stanza in reading.stanzas:
        if len(stanza) < 3:
            continue
        for line, target in zip(stanza, reference_counts(reading, stanza), strict=True):
            size = len(reading.sounds.heard[line].vowels)
            if size and (excess := abs(size - target) - tolerance) > 0:
                yield Finding(line, "meter.syllables", min(1.0, excess / 4), size, target)


def _breaths(reading: Reading) -> Iterator[Finding]:
    """Lines too dense to breathe in."""
    for index, line in enumerate(reading.sounds.heard):
        if len(line.vowels) > LONGEST_RUN:
            run = longest_run(line.scansion, find_breaths(line.scansion))
            if run > LONGEST_RUN:
                yield Finding(index, "breath.dense", min(1.0, (run - LONGEST_RUN) / 8), run, LONGEST_RUN)


def _wording(reading: Reading) -> Iterator[Finding]:
    """Worn phrases, repeated words, forced inversions."""
    worn = find_cliches(reading.words)
    counts = Counter(passage.line for passage in worn)
    for passage in worn:
        share = min(0.6, 1 / counts[passage.line])
        yield Finding(passage.line, "wording.cliche", share, passage.text, "your own words")
    for index, words in enumerate(reading.words):
        if repeated := find_repeated(words):
            yield Finding(index, "wording.repeated", 0.5, words[repeated[1]], "once")
        if inverted := find_inversion(words):
            yield Finding(index, "syntax.inversion", 0.6, " ".join(words[inverted.first :]), " ".join(inverted.spoken))


def find_repeated(words: Sequence[str]) -> tuple[int, int] | None:
    """Two places of a word that says something, or of a small one by accident; None if there are none.

    A word said again at once or after the same word before ("let me breathe, let me leave") is a figure, no fault;
    a small word doubled ("the the") is an accident.
    """
    small = load_lexicon().function_words
    seen: dict[str, int] = {}
    for place, word in enumerate(words):
        before = seen.get(word)
        if before is not None and len(word) > 1:
            if word in small:
                if before == place - 1 and word in _NEVER_TWICE:
                    return before, place
            elif before < place - 1 and not _is_sung(word) and not _is_figure(words, before, place):
                return before, place
        seen[word] = place
    return None


def _is_figure(words: Sequence[str], before: int, place: int) -> bool:
    """Whether a word that comes twice has the same neighbour both times."""
    same_before = before > 0 and words[before - 1] == words[place - 1]
    return same_before or words[before + 1 : before + 2] == words[place + 1 : place + 2]


_NEVER_TWICE = word_set("the an of to in on at by for from with and or but my your his her our their is are")
_SYLLABLES = word_set("la na da doo oh ooh hey yeah ha ah uh woah whoa")


def _is_sung(word: str) -> bool:
    """Whether a word is sound more than sense."""
    return len(word) < 3 or len(set(word)) < 3 or word in _SYLLABLES
