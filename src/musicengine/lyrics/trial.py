"""What changes of lines do to a lyric's score, measured without hearing the whole lyric again.

Every rule of the score looks at one stanza at most. So the lines of the stanzas in question and all new lines are heard
once and compared once, each with those it may stand beside; a variant of a stanza then takes its odds of rhymes from
that table, and its scheme, its end rhymes and its deductions are found as :mod:`musicengine.lyrics.score` finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musicengine.lyrics.chains import HEARD, KINDS, EndRhyme, find_kinds
from musicengine.lyrics.likeness import UNHEARD, Pairs, choose, every_way, log_odds
from musicengine.lyrics.reading import Reading, Stanza, hear_stanzas
from musicengine.lyrics.scheme import Step, search, trace
from musicengine.lyrics.score import RULES, find_faults, find_line_faults, judge
from musicengine.lyrics.sounds import LineSounds, hear_lines
from musicengine.lyrics.styles import load_style
from musicengine.lyrics.tails import Codes, find_tails

__all__ = ["Trial"]

_LEAN = 150.0  # log odds of style that one line cannot outweigh in a lyric of that one line


class Trial:
    """Measures what changes of lines do to the score.

    Args:
        reading: of the lyric.
        changes: the (line, new text) that may be tried, alone or together.
    """

    def __init__(self, reading: Reading, changes: Sequence[tuple[int, str]]) -> None:
        self.reading = reading
        self.changes = {change: place for place, change in enumerate(dict.fromkeys(changes))}
        self.stanza_of = {line: reading.stanza_of(line) for line, _ in self.changes}
        stanzas = list(dict.fromkeys(self.stanza_of.values()))
        lines = [line for stanza in stanzas for line in reading.stanzas[stanza]]
        self.place_of = {line: len(self.changes) + at for at, line in enumerate(lines)}
        self.heard: list[LineSounds] = [
            *hear_lines([text for _, text in self.changes]),
            *(reading.sounds.heard[line] for line in lines),
        ]
        self.shape = load_style(reading.style).shape
        self.odds, self.kinds = self._compare([line for line, _ in self.changes] + lines)
        self.own = [
            sum(RULES[fault.rule].budget * fault.severity for fault in find_line_faults(line)) for line in self.heard
        ]
        self.readings: dict[frozenset[int], Reading] = {}
        self.steps: dict[int, tuple[Step, ...]] = {}
        self.lost: dict[int, float] = {}
        self.rhymed: dict[int, set[int]] = {}
        for number in stanzas:
            stanza, self.lost[number] = self._hear(number, {})
            self.rhymed[number] = stanza.rhymed

    def gain(self, variant: Mapping[int, str]) -> float:
        """The points that new texts of lines of one stanza gain; none where a line loses its rhyme."""
        number = self.stanza_of[next(iter(variant))]
        stanza, points = self._hear(number, variant)
        return self.lost[number] - points if self.rhymed[number] <= stanza.rhymed else 0.0

    def keeps_style(self, variant: Mapping[int, str]) -> bool:
        """Whether the lyric is of the same style with these texts; few lines of many cannot change it."""
        if abs(self.reading.rap) > _LEAN * len(variant) / len(self.reading.starts):
            return True
        return self._read(variant).style == self.reading.style

    def gain_of_all(self, variant: Mapping[int, str]) -> float:
        """The points that new texts gain when the whole lyric is judged again, in the style that it then has."""
        return judge(self._read(variant)).value - judge(self.reading).value

    def _read(self, variant: Mapping[int, str]) -> Reading:
        """The lyric with these texts."""
        places = frozenset(self.changes[change] for change in variant.items())
        if places not in self.readings:
            heard = list(self.reading.sounds.heard)
            for change in variant.items():
                heard[change[0]] = self.heard[self.changes[change]]
            self.readings[places] = hear_stanzas(heard, self.reading.starts.tolist())
        return self.readings[places]

    def _hear(self, number: int, variant: Mapping[int, str]) -> tuple[Stanza, float]:
        """A stanza with new texts of some of its lines, and what it loses."""
        lines = self.reading.stanzas[number]
        places = np.array([
            self.changes[line, variant[line]] if line in variant else self.place_of[line] for line in lines
        ])  # fmt: skip
        reach = min(self.shape.reach, len(lines))
        before = np.arange(len(lines))[:, None] - np.arange(1, reach + 1)
        rows = np.where(before >= 0, self.odds[places[:, None], places[np.maximum(before, 0)]], UNHEARD)
        same = min((line - lines.start for line in variant), default=0)  # lines before any new one
        steps = search(rows[same:].tolist(), self.shape, self.steps.get(number, ())[:same])
        self.steps.setdefault(number, steps)
        labels = trace(steps, self.shape)
        heard = [self.heard[place] for place in places.tolist()]
        stanza = Stanza(0, heard, labels, self._end_rhymes(labels, places), self.reading.style)
        points = sum(RULES[fault.rule].budget * fault.severity for fault in find_faults(stanza))
        return stanza, (points + sum(self.own[place] for place in places.tolist())) / len(self.reading.starts)

    def _end_rhymes(self, labels: Sequence[int], places: Codes) -> list[EndRhyme]:
        last: dict[int, int] = {}
        found = []
        for line, name in enumerate(labels):
            if name in last:
                pair = places[line], places[last[name]]
                found.append(EndRhyme(last[name], line, KINDS[self.kinds[pair]], bool(self.odds[pair] > HEARD)))
            last[name] = line
        return found

    def _compare(self, lines: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The log odds and the kind of the rhyme of each line (row) with one that may stand before it (column)."""
        tails = find_tails(self.heard)
        at = np.array(lines)
        stanzas = self.reading.starts[at]
        distances = at[:, None] - at
        near = (stanzas[:, None] == stanzas) & (distances > 0) & (distances <= self.shape.reach)
        later, earlier = np.nonzero(near)
        ways, others, pair = every_way(tails, later, earlier, len(lines))
        odds = log_odds(load_style(self.reading.style).weights, tails, ways, others)
        best = choose(Pairs(ways, others, later[pair], earlier[pair]), odds)
        rows, columns = later[pair][best], earlier[pair][best]
        table = np.full((len(lines), len(lines)), UNHEARD, np.float32)
        table[rows, columns] = np.maximum(odds[best], UNHEARD)
        kinds = np.zeros((len(lines), len(lines)), np.int8)
        kinds[rows, columns] = find_kinds(tails, others[best], ways[best])
        return table, kinds
