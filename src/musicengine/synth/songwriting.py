"""Writes lyrics: couplets that rhyme, in sections that fit the form, on a theme that the prompt or the mood names.

Lines come from :mod:`musicengine.synth.verses`; what they rhyme on is heard, not spelled: the sounds from the last
stressed vowel on. No line comes twice but those of the chorus, which returns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import attrs
import numpy as np

from musicengine.lyrics.lexicon import load_lexicon
from musicengine.lyrics.rhyming_words import rhyming_part
from musicengine.lyrics.sounds import spoken
from musicengine.lyrics.syllables import scan_all
from musicengine.lyrics.tokens import find_words
from musicengine.synth.form import Passage
from musicengine.synth.sheet import stream
from musicengine.synth.stanzas import SUNG
from musicengine.synth.verses import ANYWHERE, THEMES, Theme
from musicengine.values.making import Brief
from musicengine.values.words import Line, Lyrics

__all__ = ["choose_theme", "find_theme", "write_lyrics"]

_LINE_S = 2.4  # a line takes at least so long
_NAMES = {"verse": "Verse", "pre-chorus": "Pre-Chorus", "chorus": "Chorus", "bridge": "Bridge"}
_CHOICE = re.compile(r"\{([^{}]*)\}")


@attrs.frozen
class _Verse:
    """A line to choose: its text with choices, its syllables, what it ends on."""

    text: str
    syllables: int
    last: str
    rhyme: str


def find_theme(text: str) -> str:
    """The theme whose words the text has most of; "" if it has none of any."""
    words = re.findall(r"[a-z]+", text.lower())
    counts = [sum(not theme.words.isdisjoint({word, word.removesuffix("s")}) for word in words) for theme in THEMES]
    return THEMES[counts.index(max(counts))].name if max(counts) else ""


def choose_theme(brief: Brief) -> str:
    """The theme that the prompt names, else the one that suits the mood or genre, else one by the seed."""
    if named := find_theme(brief.prompt):
        return named
    asked = {(brief.mood or "").lower(), *re.findall(r"[a-z]+", (brief.genre or "").lower())}
    fitting = [theme.name for theme in THEMES if asked & (theme.moods | theme.words)]
    names = fitting or [theme.name for theme in THEMES]
    return names[int(stream(brief.seed, "theme").integers(len(names)))]


def write_lyrics(brief: Brief, passages: Sequence[Passage], bar_s: float) -> Lyrics:
    """Words for the sections that are sung, as many lines as they have room for.

    Args:
        brief: whose prompt, mood, genre and seed decide the theme and the words.
        passages: the form.
        bar_s: seconds a bar.

    Returns:
        Lines with their sections; a chorus is the same every time.
    """
    theme = next(theme for theme in THEMES if theme.name == choose_theme(brief))
    writer = _Writer(theme, stream(brief.seed, f"words {theme.name}"))
    size = next((bars for bars in (1, 2, 4) if bars * bar_s >= _LINE_S), 4)
    room = [max(1, passage.bars // size) for passage in passages]
    longest = max((n for n, passage in zip(room, passages, strict=True) if passage.label == "chorus"), default=0)
    chorus = writer.couplets(_bank(theme.hooks), min(longest, 4))
    lines: list[Line] = []
    stanza = 0
    for passage, count in zip(passages, room, strict=True):
        if passage.label not in SUNG:
            continue
        tag = _NAMES[passage.label] + (f" {passage.occurrence + 1}" if passage.label == "verse" else "")
        # A chorus that is cut short ends on a rhyme as well.
        whole = count if count >= len(chorus) else max(1, count - count % 2)
        own = chorus[:whole] if passage.label == "chorus" else writer.couplets(_bank(theme.verses), min(count, 8))
        lines += [Line(text, tag, stanza) for text in own]
        stanza += 1
    return Lyrics(lines)


class _Writer:
    """Chooses lines, none twice."""

    def __init__(self, theme: Theme, rng: np.random.Generator) -> None:
        self.theme = theme
        self.rng = rng
        self.written: set[str] = set()
        self.said: set[str] = set()

    def couplets(self, bank: tuple[_Verse, ...], count: int) -> list[str]:
        """So many lines, two and two on a rhyme; an odd one rhymes with the couplet before it."""
        lines: list[str] = []
        rhymes: set[str] = set()
        while len(lines) < count:
            size = 3 if count - len(lines) == 3 else min(2, count - len(lines))
            chosen = self._rhymed(bank, size, rhymes)
            if len(chosen) < size:
                bank = bank + _bank(ANYWHERE) if len(bank) < 40 else bank
                chosen = self._rhymed(bank, size, rhymes)
            if not chosen:
                self.written.clear()  # all has been said: begin again
                self.said.clear()
                rhymes.clear()
                chosen = self._rhymed(bank, size, rhymes) or self._rhymed(bank, 1, rhymes)
            rhymes.add(chosen[0].rhyme)
            lines += [self._filled(verse) for verse in chosen]
        return lines[:count]

    def _rhymed(self, bank: Sequence[_Verse], size: int, rhymes: set[str]) -> list[_Verse]:
        """Lines on one rhyme that has not been used in the section, with different last words; [] if there are none."""
        families: dict[str, list[_Verse]] = {}
        for verse in bank:
            if verse.text not in self.written and verse.rhyme not in rhymes:
                families.setdefault(verse.rhyme, []).append(verse)
        able = sorted(name for name, verses in families.items() if len({verse.last for verse in verses}) >= size)
        if not able:
            return []
        family = families[able[int(self.rng.integers(len(able)))]]
        order = [family[i] for i in self.rng.permutation(len(family)).tolist()]
        chosen: list[_Verse] = []
        while len(chosen) < size:
            left = [verse for verse in order if verse.last not in {other.last for other in chosen}]
            chosen.append(min(left, key=lambda verse: self._unfit(verse, chosen)))
        return chosen

    def _unfit(self, verse: _Verse, chosen: Sequence[_Verse]) -> float:
        """How badly a line follows those before it: another length, words that were said."""
        other = abs(verse.syllables - chosen[0].syllables) if chosen else 0.0
        echo = len(_content(verse.text) & (self.said | {word for line in chosen for word in _content(line.text)}))
        return other + 0.7 * echo

    def _filled(self, verse: _Verse) -> str:
        """The line with its choices made, words that were not said before first."""
        self.written.add(verse.text)
        text = verse.text
        while found := _CHOICE.search(text):
            options = found[1].split("|")
            fresh = [option for option in options if not _content(option) & self.said] or options
            chosen = fresh[int(self.rng.integers(len(fresh)))]
            text = text[: found.start()] + chosen + text[found.end() :]
        self.said |= _content(text)
        return text


@lru_cache(maxsize=32)
def _bank(texts: tuple[str, ...]) -> tuple[_Verse, ...]:
    """Lines with what there is to know of them."""
    plain = [_CHOICE.sub(lambda found: found[1].split("|")[0], text) for text in texts]
    verses = []
    for text, scansion in zip(texts, scan_all(plain), strict=True):
        last = scansion.words[-1].text.lower()
        verses.append(_Verse(text, scansion.syllables, last, rhyming_part(spoken(last)[0])))
    return tuple(verses)


@lru_cache(maxsize=1024)
def _content(text: str) -> frozenset[str]:
    """The words of a text that say something."""
    small = load_lexicon().function_words
    return frozenset(word for token in find_words(text) if (word := token.text.lower()) not in small)
