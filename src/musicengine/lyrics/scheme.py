"""From pairs that may rhyme to one scheme for all lines.

A scheme is a partition of the lines. Its score is the sum of the log odds of the pairs it calls rhymes plus the log
probability of its shape: a Markov chain over how far back each line's rhyme lies (ABAB is new, new, 2, 2), with the
three lines before as context, and a penalty for lines left alone. A beam search over the lines finds a scheme whose
score is all but the best. Lines further apart than ``reach`` are not compared, so time grows in proportion to lines.

The probabilities of shapes are counts over annotated poems and raps (``tools/fit_rhyme.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs

__all__ = ["ORDER", "START", "Shape", "Step", "decode", "letters", "links", "search", "trace"]

ORDER = 3
"""Lines of context."""
START = 10
"""The link of the lines before the first."""
_FAR = 4.0  # a scheme whose score is that far behind the best is given up
_HOPELESS = -5.0  # log odds below which a line is not tried on a rhyme

_Context: TypeAlias = tuple[int, int, int]
_State: TypeAlias = tuple[float, int, _Context, tuple[int, ...], tuple[int, ...]]
"""Score, next new label, last links, then the labels and links of the lines within reach, the last line first."""

Step: TypeAlias = tuple[list[_State], list[tuple[int, int]]]
"""The states kept after a line, and of each the (state before, label) it came by."""


@attrs.frozen(eq=False)
class Shape:
    """What schemes look like in one style.

    Args:
        links: (11, 11, 11, 10) nested; the log probability of a link after three links. A link is how many lines back
            the nearest line of the same rhyme is (9 for more), 0 if there is none.
        evidence: the weight of the log odds of pairs.
        prior: the weight of the shape.
        bias: added to the log odds of every pair.
        alone: the penalty of a line that rhymes with no other.
        reach: lines further apart are not compared.
    """

    links: Sequence[Sequence[Sequence[Sequence[float]]]]
    evidence: float
    prior: float
    bias: float
    alone: float
    reach: int


def links(scheme: Sequence[int]) -> list[int]:
    """How many lines back the nearest line of the same label is, 9 for more; 0 if there is none."""
    last: dict[int, int] = {}
    found = []
    for index, label in enumerate(scheme):
        found.append(min(index - last[label], 9) if label in last else 0)
        last[label] = index
    return found


def decode(odds: Sequence[Sequence[float]], shape: Shape, width: int = 4) -> list[int]:
    """The labels of the lines, from 0 in order of appearance.

    Args:
        odds: for each line the log odds that it rhymes with the line before it, the one before that, ...; at most
            ``shape.reach`` of them.
        shape: of the style.
        width: schemes kept in the search.
    """
    return trace(search(odds, shape, width=width), shape)


def search(
    odds: Sequence[Sequence[float]], shape: Shape, before: Sequence[Step] = (), width: int = 4
) -> tuple[Step, ...]:
    """The steps of the search for a scheme, one a line.

    Args:
        odds: of the lines, see :func:`decode`.
        shape: of the style.
        before: steps over the lines before these.
        width: schemes kept.
    """
    beam = before[-1][0] if before else [(0.0, 0, (START, START, START), (), ())]
    steps = list(before)
    for row in odds:
        grown = _options(beam, [value + shape.bias for value in row], shape)
        if len(grown) > 1:
            grown.sort(reverse=True)
            least = grown[0][0] - _FAR
            grown = [item for item in grown[:width] if item[0] > least]
        beam = [_grow(beam[parent], score, label, link, shape) for score, parent, label, link in grown]
        steps.append((beam, [(parent, label) for _, parent, label, _ in grown]))
    return tuple(steps)


def trace(steps: Sequence[Step], shape: Shape) -> list[int]:
    """The labels of the best scheme that a search has found."""
    if not steps:
        return []
    beam = steps[-1][0]
    best = max(range(len(beam)), key=lambda index: beam[index][0] - shape.alone * _count_alone(beam[index]))
    labels = []
    for _, step in reversed(steps):
        best, label = step[best]
        labels.append(label)
    return labels[::-1]


def _options(beam: Sequence[_State], values: Sequence[float], shape: Shape) -> list[tuple[float, int, int, int]]:
    """The (score, state, label, link) that the next line can take: a new label, or one within reach."""
    chain, weight, evidence = shape.links, shape.prior, shape.evidence
    values = values[: len(beam[0][3])]
    # The odds of a label are the sum over its lines: hopeless where they are hopeless for each of them.
    hopeful = [place for place, value in enumerate(values) if value > _HOPELESS]
    options = []
    for parent, (score, new, (one, two, three), recent, _) in enumerate(beam):
        prior = chain[one][two][three]
        options.append((score + weight * prior[0], parent, new, 0))
        if not hopeful:
            continue
        if len(set(recent)) == len(recent):
            sums = [(recent[place], values[place], place) for place in hopeful]
        else:
            labels = {recent[place] for place in hopeful}
            totals = dict.fromkeys(labels, 0.0)
            for label, value in zip(recent, values, strict=True):
                if label in labels:
                    totals[label] += value
            sums = [(label, total, recent.index(label)) for label, total in totals.items()]
        for label, total, place in sums:
            if total > _HOPELESS:
                link = place + 1 if place < 8 else 9
                options.append((score + evidence * total + weight * prior[link], parent, label, link))
    return options


def _grow(state: _State, score: float, label: int, link: int, shape: Shape) -> _State:
    """The state after a line, with the penalty for a line that leaves reach alone."""
    _, new, context, recent, links_ = state
    recent, links_ = (label, *recent), (link, *links_)
    if len(recent) > shape.reach:
        if links_[-1] == 0 and recent.count(recent[-1]) == 1:
            score -= shape.alone
        recent, links_ = recent[:-1], links_[:-1]
    return score, new + (link == 0), (context[1], context[2], link), recent, links_


def _count_alone(state: _State) -> int:
    """How many lines within reach rhyme with no other."""
    *_, recent, links_ = state
    return sum(link == 0 and recent.count(label) == 1 for label, link in zip(recent, links_, strict=True))


def letters(labels: Sequence[int]) -> tuple[str, ...]:
    """Labels as letters in order of appearance: A to Z, then AA, AB, ..."""
    numbers: dict[int, int] = {}
    return tuple(_letter(numbers.setdefault(label, len(numbers))) for label in labels)


def _letter(number: int) -> str:
    text = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        text = chr(65 + rest) + text
        number -= 1
    return text
