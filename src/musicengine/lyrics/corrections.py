"""Corrections that were tried: a line is changed, its stanza heard and judged again, and what does not help dropped.

For each line that lost points the ways to change it are collected: a word that rhymes with the line it ought to rhyme
with (by sound, grammatical form, kind of thing, stress, frequency and the lyric's themes), a trim to the stanza's
length, a breath, a worn phrase said plainly, spoken word order. Every one is applied alone and the score is measured
again. Then the best of each line are applied one after another, and one that does not raise the score on top of those
before it is dropped: what is left raises the score alone and together. One that would cost a line its rhyme is dropped
as well. No correction touches a line other than its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

import attrs

from musicengine.lyrics.reading import Reading
from musicengine.lyrics.rewriting import add_breath, drop_word, freshen, lengthen, replace_words, shorten, turn_around
from musicengine.lyrics.rhyming_words import find_rhyming_words
from musicengine.lyrics.score import TOLERANCE, find_repeated
from musicengine.lyrics.trial import Trial
from musicengine.values.lyrics import Correction
from musicengine.values.scores import Deduction, Score

__all__ = ["MOST_LINES", "MOST_STANZA", "correct"]

MOST_LINES = 8
"""Lines that are corrected at most, those that lost the most points."""

MOST_STANZA = 200
"""Lines of a stanza in which corrections are sought at most: each is tried on the whole stanza."""

_WAYS = {"rhyme.broken": 3, "rhyme.identical": 2, "meter.syllables": 6}  # texts tried for a line; of other rules one
_LIKE_PLACES, _SAME_PLACES = (
    0.3,
    0.7,
)  # how alike the company of a new last word and of one that rhymes with nothing, or does
_LEAST_GAIN = 1e-6


@attrs.frozen
class _Change:
    """A line's new text, and the deduction it answers."""

    line: int
    text: str
    reason: Deduction


def correct(reading: Reading, score: Score, themes: Sequence[str]) -> tuple[Correction, ...]:
    """The corrections of a lyric, the most gainful first.

    Args:
        reading: of the lyric.
        score: of the reading.
        themes: names of the lyric's themes.
    """
    tried = list(_changes(reading, score, frozenset(themes)))
    if not tried:
        return ()
    trial = Trial(reading, [(change.line, change.text) for change in tried])
    best: dict[int, tuple[float, _Change]] = {}
    for change in tried:
        gain = trial.gain({change.line: change.text})
        if gain > max(_LEAST_GAIN, best.get(change.line, (0.0,))[0]):
            best[change.line] = gain, change
    alone = [(_measured(trial, gain, change), change) for gain, change in best.values()]
    kept = _keep(trial, sorted((item for item in alone if item[0] > _LEAST_GAIN), key=lambda item: -item[0]))
    return tuple(
        Correction(
            line=change.line,
            rule=change.reason.rule,
            problem=_problem(change.reason),
            before=reading.sounds.heard[change.line].text,
            after=change.text,
            gain=gain,
            priority=place,
        )
        for place, (gain, change) in enumerate(kept, 1)
    )


def _problem(reason: Deduction) -> str:
    measured, target = (value if isinstance(value, str) else f"{value:g}" for value in (reason.measured, reason.target))
    return f"{_PROBLEMS[reason.rule].format(measured=measured, target=target)} {reason.fix}"


_PROBLEMS = {
    "rhyme.broken": "It rhymes with no other line.",
    "meter.syllables": "{measured} syllables where the lines around it have {target}.",
    "rhyme.identical": "“{measured}” is rhymed with itself.",
    "rhyme.weak": "The rhyme is {measured}.",
    "breath.dense": "{measured} syllables without a stop; {target} are many.",
    "wording.cliche": "“{measured}” is a worn phrase.",
    "wording.repeated": "“{measured}” is said twice.",
    "syntax.inversion": "“{measured}” is turned around.",
}


def _measured(trial: Trial, gain: float, change: _Change) -> float:
    """The gain of a change alone: a lyric that is of another style with it is judged again as a whole."""
    texts = {change.line: change.text}
    return gain if trial.keeps_style(texts) else trial.gain_of_all(texts)


def _keep(trial: Trial, ranked: Sequence[tuple[float, _Change]]) -> list[tuple[float, _Change]]:
    """Those that raise the score on top of the ones before them."""
    raising = _raising(trial, ranked)
    return raising if not raising or trial.keeps_style(_texts_of(raising)) else _rising(trial.gain_of_all, raising)


def _raising(trial: Trial, ranked: Sequence[tuple[float, _Change]]) -> list[tuple[float, _Change]]:
    """Those that raise the score on top of the ones before them in their stanzas, the most gainful first."""
    stanzas: dict[int, list[tuple[float, _Change]]] = {}
    for gain, change in ranked:
        stanzas.setdefault(trial.stanza_of[change.line], []).append((gain, change))
    return sorted((item for some in stanzas.values() for item in _rising(trial.gain, some)), key=lambda item: -item[0])


def _rising(
    gain: Callable[[dict[int, str]], float], ranked: Sequence[tuple[float, _Change]]
) -> list[tuple[float, _Change]]:
    """Those that raise the gain of all on top of the ones before them."""
    kept: list[tuple[float, _Change]] = []
    reached = 0.0
    for item in ranked:
        total = gain(_texts_of([*kept, item]))
        if total > reached + _LEAST_GAIN:
            kept.append(item)
            reached = total
    return kept


def _texts_of(ranked: Sequence[tuple[float, _Change]]) -> dict[int, str]:
    return {change.line: change.text for _, change in ranked}


def _changes(reading: Reading, score: Score, themes: frozenset[str]) -> Iterator[_Change]:
    """Ways to change the lines that lost most, each line by each of its deductions."""
    lost: dict[int, float] = {}
    for item in score.deductions:
        if item.line is not None:
            lost[item.line] = lost.get(item.line, 0.0) + item.points
    ranked = sorted(lost, key=lambda line: (-lost[line], line))
    weakest = set(islice((line for line in ranked if len(_stanza_of(reading, line)) <= MOST_STANZA), MOST_LINES))
    for item in score.deductions:
        if item.line in weakest:
            before = reading.sounds.heard[item.line].text
            ways = _WAYS.get(item.rule, 1)
            for text in islice(_texts(reading, item, themes), ways):
                if text != before and text.strip():
                    yield _Change(item.line, text, item)


def _texts(reading: Reading, item: Deduction, themes: frozenset[str]) -> Iterator[str]:
    """New texts of the line that a deduction names."""
    line = item.line or 0
    scansion = reading.sounds.heard[line]
    if item.rule.startswith("rhyme."):
        return _rhymed(reading, line, item.rule, themes)
    if item.rule == "meter.syllables":
        missing = float(item.target) - float(item.measured)
        return shorten(scansion) if missing < 0 else lengthen(scansion, missing - TOLERANCE[reading.style])
    if item.rule == "breath.dense":
        return chain(add_breath(scansion), shorten(scansion))
    if item.rule == "wording.cliche":
        return freshen(scansion, str(item.measured))
    if item.rule == "wording.repeated" and (places := find_repeated(reading.words[line])):
        return drop_word(scansion, places[0]) if places[1] == places[0] + 1 else iter(())
    if item.rule == "syntax.inversion":
        return turn_around(scansion)
    return iter(())


def _rhymed(reading: Reading, line: int, rule: str, themes: frozenset[str]) -> Iterator[str]:
    """The line with a last word that rhymes with the line it ought to rhyme with."""
    heard = reading.sounds.heard[line]
    words = reading.words[line]
    last = heard.last_word
    stanza = _stanza_of(reading, line)
    shared = _SAME_PLACES if rule in ("rhyme.weak", "rhyme.identical") else _LIKE_PLACES
    ends = {reading.sounds.heard[other].rhyming_word for other in stanza}
    for other in _partners(reading, line, stanza, rule):
        partner = reading.sounds.heard[other].rhyming_word
        for word in find_rhyming_words(partner, words, last, themes, ends, 2, shared):
            yield replace_words(heard.text, heard.words, last, last, word)


def _stanza_of(reading: Reading, line: int) -> range:
    return reading.stanzas[reading.stanza_of(line)]


def _partners(reading: Reading, line: int, stanza: range, rule: str) -> list[int]:
    """The lines that a line ought to rhyme with, the likeliest first: one left alone as well, then its neighbours."""
    labels = reading.labels
    if rule != "rhyme.broken":
        return [other for other in range(line - 1, stanza.start - 1, -1) if labels[other] == labels[line]][:1]
    near = [line + step for step in (-2, -1, 1, 2) if line + step in stanza and reading.sounds.heard[line + step].tails]
    rhymed = reading.parts[reading.stanza_of(line)].rhymed
    return sorted(
        near,
        key=lambda other: (labels[other] != labels[line], other - stanza.start in rhymed, abs(other - line), -other),
    )[:2]
