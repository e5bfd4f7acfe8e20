"""The form: which sections, and how many bars each, so that a track fills its duration.

Sections are whole phrases where there is room: multiples of four bars, or of two, or single bars in a short track.
"""

from __future__ import annotations

import attrs

__all__ = ["LABELS", "Passage", "opened", "plan", "usual"]

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


def usual(bars: int, hook: float = 0.0) -> tuple[str, ...]:
    """The sections that a track of so many bars usually has.

    Args:
        bars: of four beats.
        hook: how often the chorus returns, from -1 to 1. From a half up it also opens and is sung twice at the end,
            from a half down it comes once.
    """
    for longest, labels in _USUAL:
        if bars <= longest:
            return _hooked(labels, hook)
    *most, last = _USUAL[-1][1]
    rounds = max(0, (bars - 60) // 24)
    return _hooked((*most[:5], *_LONG * rounds, *most[5:], last), hook)


def _hooked(labels: tuple[str, ...], hook: float) -> tuple[str, ...]:
    """The form with more choruses or fewer."""
    if "chorus" not in labels or len(labels) < 3:
        return labels
    if hook >= 0.5:
        opening = int(labels[0] == "intro")
        closing = len(labels) - labels[::-1].index("chorus")
        again = ("chorus",) if len(labels) > 4 else ()
        return (*labels[:opening], "chorus", *labels[opening:closing], *again, *labels[closing:])
    if hook <= -0.5:
        last = len(labels) - 1 - labels[::-1].index("chorus")
        return tuple("instrumental" if label == "chorus" and i != last else label for i, label in enumerate(labels))
    return labels


def opened(labels: tuple[str, ...], intro_bars: int | None) -> tuple[str, ...]:
    """The sections with an intro where bars are asked for it, without one where none are."""
    if intro_bars is None:
        return labels
    body = labels[1:] if labels and labels[0] == "intro" else labels
    return ("intro", *body) if intro_bars else body or ("verse",)


def plan(
    labels: tuple[str, ...],
    bars: int,
    *,
    energy: tuple[float, ...] = (),
    intro_bars: int | None = None,
    hook: float = 0.0,
) -> tuple[Passage, ...]:
    """The passages: contiguous, from bar 0 to ``bars``, at least one bar each.

    Labels that find no room are left out from the end.

    Args:
        labels: of the sections in order.
        bars: to fill.
        energy: of each section, in [0, 1]; () leaves it to their labels.
        intro_bars: of an intro that comes first, as far as every other section keeps a bar; None shares it out.
        hook: gives choruses more room, or less, from -1 to 1.
    """
    labels = labels[:bars]
    unit = next(unit for unit in (4, 2, 1) if bars // unit >= 2 * len(labels) or unit == 1)
    weights = [LABELS[label] * (2 ** (0.6 * hook) if label == "chorus" else 1) for label in labels]
    if intro_bars and labels[0] == "intro" and len(labels) > 1:
        first = min(intro_bars, bars - len(labels) + 1)
        rest = bars - first
        unit = next(unit for unit in (4, 2, 1) if rest // unit >= 2 * (len(labels) - 1) or unit == 1)
        lengths = [first, *_share(weights[1:], rest, unit)]
    else:
        lengths = _share(weights, bars, unit)
    passages: list[Passage] = []
    start = 0
    for i, (label, length) in enumerate(zip(labels, lengths, strict=True)):
        before = sum(passage.label == label for passage in passages)
        # A section that comes again comes a little fuller.
        level = energy[i] if energy else min(1.0, _ENERGY[label] + 0.05 * min(before, 2))
        passages.append(Passage(label, start, length, level, before))
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
