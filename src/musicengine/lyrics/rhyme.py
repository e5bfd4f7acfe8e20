"""The rhyme scheme of lines.

Method: ends of lines are compared sound by sound (``likeness``), and one scheme is found for all of them (``scheme``).
Verse and rap rhyme differently, so there are constants for each (``styles``); a text tells which it is (``verse``).
Accuracy, by cross-validation over poets and songs, is in docs/lyrics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import attrs
import numpy as np

from musicengine.errors import LyricsError
from musicengine.lyrics.likeness import Floats, Pairs, choose, find_pairs, log_odds, spread
from musicengine.lyrics.parsing import MAX_LINES, check_lines
from musicengine.lyrics.scheme import decode, letters
from musicengine.lyrics.sounds import hear_lines
from musicengine.lyrics.styles import STYLES, Style, load_style
from musicengine.lyrics.tails import Codes, Sounds, Tails, collect, find_tails
from musicengine.lyrics.verse import tell_style

__all__ = ["Ends", "find_rhyme_scheme", "label", "measure_ends"]


def find_rhyme_scheme(lines: Sequence[str], *, style: Literal["auto", "strict", "rap"] = "auto") -> tuple[str, ...]:
    """The rhyme scheme of a stanza or a verse.

    Args:
        lines: of text.
        style: "strict" for metrical verse, "rap" for slant and chained rhymes, "auto" to tell by the text.

    Returns:
        one label a line, "A", "B", ... in order of appearance; lines of one label rhyme.

    Raises:
        LyricsError: there are more than ``MAX_LINES`` lines, one is no text, or the style is unknown.
    """
    if isinstance(lines, str):
        raise LyricsError("expected a sequence of lines, got one text; text.splitlines() makes lines of it")
    if style != "auto" and style not in STYLES:
        raise LyricsError(f'style must be "auto", "strict" or "rap", got {style!r}')
    if len(lines) > MAX_LINES:
        raise LyricsError(f"a lyric takes at most {MAX_LINES:,} lines, got {len(lines):,}")
    sounds = collect(hear_lines(check_lines(lines)))
    chosen = tell_style(sounds.heard) if style == "auto" else style
    starts = np.zeros(len(lines), np.int64)
    return letters(label(measure_ends(sounds, starts, chosen).table, starts, chosen))


@attrs.frozen(eq=False)
class Ends:
    """How the ends of lines sound together.

    Args:
        tails: of the lines.
        pairs: of lines, each in the pronunciations that fit best.
        odds: of the pairs.
        table: the odds by line and distance, (lines, reach).
    """

    tails: Tails
    pairs: Pairs
    odds: Floats
    table: Floats


def measure_ends(sounds: Sounds, starts: Codes, style: Style) -> Ends:
    """The log odds that lines rhyme with those before them.

    Args:
        sounds: of the lines.
        starts: (lines,) the first line of each line's stanza.
        style: whose constants are used.
    """
    model = load_style(style)
    tails = find_tails(sounds.heard)
    pairs = find_pairs(tails, starts, model.shape.reach)
    odds = log_odds(model.weights, tails, pairs.later, pairs.earlier)
    best = choose(pairs, odds)
    pairs = Pairs(pairs.later[best], pairs.earlier[best], pairs.lines[best], pairs.distances[best])
    return Ends(tails, pairs, odds[best], spread(pairs, odds[best], len(starts), model.shape.reach))


def label(odds: Floats, starts: Codes, style: Style) -> list[int]:
    """One label a line; lines of different stanzas never share one."""
    shape = load_style(style).shape
    labels: list[int] = []
    bounds = [*np.flatnonzero(np.diff(starts, prepend=-1)).tolist(), len(starts)]  # of stanzas, none of them empty
    new = 0
    for first, last in pairwise(bounds):
        labels += [new + one for one in decode(odds[first:last].tolist(), shape)]
        new = max(labels[first:]) + 1
    return labels
