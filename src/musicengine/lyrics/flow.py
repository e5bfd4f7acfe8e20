"""Flow: how the lines of a lyric move, from the text alone or from words with their times.

From the text: syllables a line and how far lines stray from their stanza, stress and its alternation, the entropy of
the intervals between stresses, where one can breathe, and how dense, deep and chained the rhymes are. From times: see
:mod:`musicengine.lyrics.timing`. Percentiles say where a measure lies among charting rap songs (1979-2014), measured by
this module, not by annotators (``tools/build_flow_table.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import attrs
import numpy as np

from musicengine.lyrics.calibration import rank
from musicengine.lyrics.meter import fit_feet
from musicengine.lyrics.syllables import Scansion
from musicengine.lyrics.tails import Sounds
from musicengine.values.lyrics import Flow, Rhyme, Timing

__all__ = ["TEXT_MEASURES", "describe_flow", "find_breaths", "find_rhymed", "name_foot"]

TEXT_MEASURES = (
    "syllables_per_line", "syllable_deviation", "stressed_share", "alternation", "variation", "longest_run",
    "rhyme_density", "end_rhyme_share", "multisyllabic_share", "internal_per_line", "chains_per_bar",
)  # fmt: skip
"""The measures of :class:`Flow` that percentiles are known of."""

_FEET: Mapping[str, tuple[int, ...]] = {
    "iambic": (0, 1),
    "trochaic": (1, 0),
    "anapestic": (0, 0, 1),
    "dactylic": (1, 0, 0),
}
_KEPT = 0.75  # the share of syllables that fit a foot, for a line to keep it
_PAUSE = re.compile(r"[,.;:!?…)\]]|--|[–—]| - ")


def describe_flow(sounds: Sounds, stanzas: Sequence[int], rhymes: Sequence[Rhyme], timing: Timing | None) -> Flow:
    """The flow of lines whose rhymes are known.

    Args:
        sounds: of the lines.
        stanzas: the number of each line's stanza.
        rhymes: of the lines.
        timing: of the words, if they have times.
    """
    counts = np.diff(sounds.first)
    spoken = counts > 0
    lines = max(int(spoken.sum()), 1)
    breaths = [find_breaths(line) for line in sounds.heard]
    rhymed = find_rhymed(sounds, rhymes)
    inner = sounds.lines[1:] == sounds.lines[:-1]
    stressed = sounds.stresses > 0
    flow = Flow(
        syllables_per_line=float(counts[spoken].mean()) if spoken.any() else 0.0,
        syllable_deviation=_deviation(counts, np.asarray(stanzas)),
        stressed_share=float(stressed.mean()) if len(stressed) else 0.0,
        alternation=float((stressed[1:] != stressed[:-1])[inner].mean()) if inner.any() else 0.0,
        variation=_entropy(np.diff(np.flatnonzero(stressed))),
        foot=name_foot(sounds),
        breaths=tuple(breaths),
        longest_run=max(
            (longest_run(line, pauses) for line, pauses in zip(sounds.heard, breaths, strict=True)), default=0
        ),
        rhyme_density=float(rhymed.mean()) if len(rhymed) else 0.0,
        end_rhyme_share=len({line for r in rhymes if r.ends for line in (r.first.line, r.second.line)}) / lines,
        multisyllabic_share=sum(rhyme.syllables > 1 for rhyme in rhymes) / max(len(rhymes), 1),
        internal_per_line=sum(not rhyme.ends for rhyme in rhymes) / lines,
        chains_per_bar=len({rhyme.family for rhyme in rhymes}) / lines,
        timing=timing,
    )
    measures = {name: getattr(flow, name) for name in TEXT_MEASURES}
    if timing:
        measures |= {field.name: getattr(timing, field.name) for field in attrs.fields(Timing)}
    return attrs.evolve(flow, percentiles=rank(measures))


def find_breaths(line: Scansion) -> tuple[int, ...]:
    """The words after which punctuation or the end of the line lets one breathe."""
    texts = line.texts
    if not texts:
        return ()
    found = []
    if line.text.count(" ") != len(line.text) - sum(map(len, texts)):  # there is more than words and spaces
        for index, (word, following) in enumerate(pairwise(line.words)):
            gap = line.text[word.end : following.start]
            if len(gap) > 1 and _PAUSE.search(gap):
                found.append(index)
    return (*found, len(texts) - 1)


def longest_run(line: Scansion, breaths: Sequence[int]) -> int:
    """The most syllables of a line between two breaths."""
    most = run = 0
    pauses = set(breaths)
    words = line.syllable_words
    for place, word in enumerate(words):
        run += 1
        if word in pauses and (place + 1 == len(words) or words[place + 1] != word):
            most, run = max(most, run), 0
    return max(most, run)


def find_rhymed(sounds: Sounds, rhymes: Sequence[Rhyme]) -> np.ndarray:
    """Whether each syllable takes part in a rhyme, (n,)."""
    rhymed = np.zeros(len(sounds.vowels), bool)
    spans = [(span, rhyme.syllables) for rhyme in rhymes for span in (rhyme.first, rhyme.second)]
    if not spans:
        return rhymed
    lines = np.array([span.line for span, _ in spans])
    words = np.array([span.last_word for span, _ in spans])
    width = int(sounds.words.max()) + 2
    places = np.searchsorted(sounds.lines * width + sounds.words, lines * width + words, side="right") - 1
    sizes = np.array([size for _, size in spans])
    for step in range(int(sizes.max())):
        rhymed[places[sizes > step] - step] = True
    return rhymed


def name_foot(sounds: Sounds) -> str | None:
    """The foot that more than half of the lines of four syllables or more keep."""
    sizes = np.diff(sounds.first)
    heard = sizes >= 4
    if not heard.any():
        return None
    fits = fit_feet(sounds.stresses[heard[sounds.lines]] > 0, sizes[heard], tuple(_FEET.values()))
    votes = np.bincount(fits.argmax(axis=0)[fits.max(axis=0) >= _KEPT], minlength=len(_FEET))
    best = int(votes.argmax())
    return list(_FEET)[best] if votes[best] * 2 > heard.sum() else None


def _deviation(counts: np.ndarray, stanzas: np.ndarray) -> float:
    """The standard deviation of counts from the median of their stanza."""
    spoken = counts > 0
    if not spoken.any():
        return 0.0
    counts, stanzas = counts[spoken], stanzas[spoken]
    order = np.lexsort((counts, stanzas))
    counts = counts[order]
    bounds = np.flatnonzero(np.diff(stanzas[order], prepend=-1, append=-1))
    sizes = np.diff(bounds)
    medians = (counts[bounds[:-1] + (sizes - 1) // 2] + counts[bounds[:-1] + sizes // 2]) / 2
    return float(np.sqrt(((counts - np.repeat(medians, sizes)) ** 2).mean()))


def _entropy(steps: np.ndarray) -> float:
    """The entropy of whole numbers, in bits."""
    if not len(steps):
        return 0.0
    shares = np.bincount(np.minimum(steps, 16)) / len(steps)
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum()) + 0.0
