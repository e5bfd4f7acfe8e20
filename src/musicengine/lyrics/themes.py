"""What a lyric is about: the themes whose words come up, with the words that show them.

A theme counts its words; a word that is a list of several shares itself among them. A theme is named from two different
words on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from musicengine.lyrics.lexicon import look_up
from musicengine.values.lyrics import Theme

__all__ = ["find_themes"]

_LEAST_WORDS = 2
_MOST_THEMES = 5
_LEAST_WEIGHT = 0.05


def find_themes(lines: Sequence[Sequence[str]]) -> tuple[Theme, ...]:
    """The themes of lines of words in lower case, the weightiest first; at most five."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    weights: dict[str, float] = defaultdict(float)
    for word, times in Counter(word for line in lines for word in line).items():
        names = look_up(word).themes
        for name in names:
            counts[name][word] += times
            weights[name] += times / len(names)
    shown = {name: weight for name, weight in weights.items() if len(counts[name]) >= _LEAST_WORDS}
    total = sum(shown.values())
    ranked = sorted(shown.items(), key=lambda item: (-item[1], item[0]))[:_MOST_THEMES]
    return tuple(
        Theme(name, weight / total, [word for word, _ in counts[name].most_common(8)])
        for name, weight in ranked
        if weight / total >= _LEAST_WEIGHT
    )
