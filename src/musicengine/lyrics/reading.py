"""A lyric as it was heard: sounds, stanzas, style and rhymes, gathered once for every measure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf

import attrs
import numpy as np

from musicengine._cached import cached
from musicengine.lyrics.chains import EndPairs, EndRhyme, find_end_rhymes, find_rhymes, pair_ends
from musicengine.lyrics.rhyme import Ends, label, measure_ends
from musicengine.lyrics.sounds import LineSounds
from musicengine.lyrics.styles import Style
from musicengine.lyrics.tails import Codes, Sounds, collect
from musicengine.lyrics.verse import weigh_styles
from musicengine.values.lyrics import Rhyme

__all__ = ["Reading", "Stanza", "hear_stanzas", "number_starts"]


@attrs.frozen(eq=False)
class Stanza:
    """The lines of a stanza, counted from 0.

    Args:
        first: the line of the lyric that it begins with.
        heard: its lines.
        labels: of its lines; equal ones rhyme.
        end_rhymes: of each line with the nearest one before it that has its label.
        style: of rhyme.
    """

    first: int
    heard: Sequence[LineSounds]
    labels: Sequence[int]
    end_rhymes: Sequence[EndRhyme]
    style: Style

    @property
    def rhymed(self) -> set[int]:
        """The lines that are heard to rhyme with another."""
        return {line for rhyme in self.end_rhymes if rhyme.heard for line in (rhyme.first, rhyme.second)}


@attrs.frozen(eq=False, slots=False)
class Reading:
    """Lines and their rhymes.

    Args:
        sounds: of the lines.
        starts: (lines,) the first line of each line's stanza.
        style: of rhyme.
        rap: the log odds that it is rap, infinite where the style was given.
        ends: how the lines' ends sound together.
        labels: one a line; lines of different stanzas never share one.
    """

    sounds: Sounds
    starts: Codes
    style: Style
    rap: float
    ends: Ends
    labels: tuple[int, ...]

    @cached
    def words(self) -> tuple[tuple[str, ...], ...]:
        """Of each line, in lower case and plain letters."""
        return tuple(line.spelled for line in self.sounds.heard)

    @cached
    def stanzas(self) -> tuple[range, ...]:
        """The lines of each stanza."""
        bounds = [*self.firsts.tolist(), len(self.starts)]
        return tuple(range(first, last) for first, last in pairwise(bounds))

    @cached
    def firsts(self) -> Codes:
        """The first line of each stanza."""
        return np.flatnonzero(np.diff(self.starts, prepend=-1))

    @cached
    def numbers(self) -> list[int]:
        """The number of each line's stanza."""
        return [number for number, lines in enumerate(self.stanzas) for _ in lines]

    def stanza_of(self, line: int) -> int:
        """The number of a line's stanza."""
        return self.numbers[line]

    @cached
    def paired(self) -> EndPairs:
        """The lines that the scheme pairs."""
        return pair_ends(self.labels, self.ends)

    @cached
    def parts(self) -> tuple[Stanza, ...]:
        """The stanzas with their rhymes."""
        rhymes: dict[int, list[EndRhyme]] = {lines.start: [] for lines in self.stanzas}
        starts = self.starts.tolist()
        for rhyme in find_end_rhymes(self.ends, self.paired):
            first = starts[rhyme.second]
            rhymes[first].append(EndRhyme(rhyme.first - first, rhyme.second - first, rhyme.kind, rhyme.heard))
        return tuple(
            Stanza(
                lines.start,
                self.sounds.heard[lines.start : lines.stop],
                self.labels[lines.start : lines.stop],
                rhymes[lines.start],
                self.style,
            )
            for lines in self.stanzas
        )

    @cached
    def rhymes(self) -> tuple[Rhyme, ...]:
        """All rhymes."""
        return find_rhymes(self.sounds, self.starts, self.ends, self.paired)


def hear_stanzas(heard: Sequence[LineSounds], stanzas: Sequence[int], style: Style | None = None) -> Reading:
    """Find the rhymes of lines.

    Args:
        heard: the lines.
        stanzas: the number of each line's stanza; neighbours of one number belong together.
        style: None to tell by the text.
    """
    sounds = collect(heard)
    starts = number_starts(stanzas)
    if style is None:
        rap = weigh_styles(sounds.heard)
        style = "rap" if rap > 0 else "strict"
    else:
        rap = inf if style == "rap" else -inf
    ends = measure_ends(sounds, starts, style)
    return Reading(sounds, starts, style, rap, ends, tuple(label(ends.table, starts, style)))


def number_starts(stanzas: Sequence[int]) -> Codes:
    """For each line the first line of its stanza."""
    numbers = np.asarray(stanzas, np.int64)
    if not len(numbers):
        return numbers
    firsts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    return np.repeat(firsts, np.diff([*firsts.tolist(), len(numbers)]))
