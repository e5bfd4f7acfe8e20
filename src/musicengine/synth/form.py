"""The form: which sections, and how many bars each, so that a track fills its duration.

Sections are whole phrases where there is room: multiples of four bars, or of two, or single bars in a short track.
"""

from __future__ import annotations

import attrs

__all__ = ["LABELS", "Passage", "plan", "usual"]

#: What a section can be, and its weight when bars are shared out.
LABELS = {
    "intro": 0.5,
    "verse": 1.0,
    "pre-chorus": 0.5,
    "chorus": 1.0,
    "bridge": 0.75,
    "break": 0.5,
    "instrumental": 0.75,
    "outro": 0.5,
}

#: How much of the band plays, in [0, 1].
_ENERGY = {
    "intro": 0.4,
    "verse": 0.65,
    "pre-chorus": 0.75,
    "chorus": 1.0,
    "bridge": 0.6,
    "break": 0.3,
    "instrumental": 0.85,
    "outro": 0.5,
}

_USUAL = (
    (3, ("chorus",)),
    (7, ("verse", "chorus")),
    (13, ("intro", "verse", "chorus")),
    (22, ("intro", "verse", "chorus", "outro")),
    (38, ("intro", "verse", "chorus", "verse", "chorus", "outro")),
    (80, ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")),
)
_LONG = ("verse", "chorus")


@attrs.frozen
class Passage:
    """One section in bars.

    Args:
        label: one of ``LABELS``.
        start, bars: where it starts and how long it is.
        energy: how much of the band plays, in [0, 1].
        occurrence: 0 for the first section of its label, 1 for the second, ...
    """

    label: str
    start: int
    bars: int
    energy: float
    occurrence: int

    @property
    def end(self) -> int:
        """The bar after its last one."""
        return self.start + self.bars


def usual(bars: int) -> tuple[str, ...]:
    """The sections that a track of so many bars usually has."""
    for longest, labels in _USUAL:
        if bars <= longest:
            return labels
    *most, last = _USUAL[-1][1]
    rounds = max(0, (bars - 60) // 24)
    return (*most[:5], *_LONG * rounds, *most[5:], last)


def plan(labels: tuple[str, ...], bars: int) -> tuple[Passage, ...]:
    """The passages: contiguous, from bar 0 to ``bars``, at least one bar each.

    Labels that find no room are left out from the end.
    """
    labels = labels[:bars]
    unit = next(unit for unit in (4, 2, 1) if bars // unit >= 2 * len(labels) or unit == 1)
    lengths = _share([LABELS[label] for label in labels], bars, unit)
    passages: list[Passage] = []
    start = 0
    for label, length in zip(labels, lengths, strict=True):
        before = sum(passage.label == label for passage in passages)
        # A section that comes again comes a little fuller.
        energy = min(1.0, _ENERGY[label] + 0.07 * before)
        passages.append(Passage(label, start, length, energy, before))
        start += length
    return tuple(passages)


def _share(weights: list[float], bars: int, unit: int) -> list[int]:
    """Whole units by largest remainder, one at least each; bars that are left go to the last of the lightest sections.

    An intro or outro bears an odd bar better than a verse.
    """
    units = bars // unit
    ideal = [weight * units / sum(weights) for weight in weights]
    shares = [max(1, int(part)) for part in ideal]
    while sum(shares) > units:
        shares[max(range(len(shares)), key=lambda i: (shares[i] > 1, shares[i] - ideal[i]))] -= 1
    while sum(shares) < units:
        shares[max(range(len(shares)), key=lambda i: (round(ideal[i] - shares[i], 6), i))] += 1
    lengths = [share * unit for share in shares]
    lengths[min(range(len(lengths)), key=lambda i: (weights[i], -i))] += bars - sum(lengths)
    return lengths
