"""The sections of a lyric and those of a form: which lines are sung where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musicengine.synth.form import Passage
from musicengine.values.words import Line, Lyrics

__all__ = ["SUNG", "form_of", "match_sections", "section_label", "singing_s"]

SUNG = ("verse", "pre-chorus", "chorus", "bridge")
"""Sections that have words where nothing else is said."""

_NAMES = {
    "verse": "verse", "pre-chorus": "pre-chorus", "prechorus": "pre-chorus", "pre chorus": "pre-chorus",
    "chorus": "chorus", "hook": "chorus", "refrain": "chorus", "drop": "chorus", "post-chorus": "chorus",
    "bridge": "bridge", "middle eight": "bridge", "intro": "intro", "outro": "outro", "coda": "outro",
    "break": "break", "breakdown": "break", "interlude": "break", "instrumental": "instrumental",
    "solo": "instrumental",
}  # fmt: skip
_LINE_S = 2.4  # a line of lyrics takes at least so long where there is time
_LEAST_BARS = 4  # of a section, where the lyrics decide the form


def section_label(tag: str) -> str:
    """The form's name of a section tag: "Verse 2" and "Verse 2: Ann" are a verse; "" for a name that means none."""
    name = tag.partition(":")[0].strip().lower().rstrip("0123456789ivx .()×")
    return _NAMES.get(name, _NAMES.get(tag.partition(":")[0].strip().lower(), ""))


def form_of(lyrics: Lyrics, bars: int) -> tuple[str, ...]:
    """The sections that a lyric's tags name, as many as have room in so many bars; () where none are named."""
    labels = tuple(label for label, _ in _blocks(lyrics) if label)
    if not set(labels) & set(SUNG):
        return ()
    room = max(1, bars // _LEAST_BARS)
    if len(labels) + 2 <= room:
        labels = (
            *(() if labels[0] == "intro" else ("intro",)),
            *labels,
            *(() if labels[-1] == "outro" else ("outro",)),
        )
    return labels[: min(room, 100)]


def singing_s(lyrics: Lyrics, bar_s: float) -> float:
    """How long it takes to sing a lyric at an easy pace, with an intro and an outro."""
    size = next((bars for bars in (1, 2, 4) if bars * bar_s >= _LINE_S), 4)
    return (sum(len(lines) for _, lines in _blocks(lyrics)) * size + 2 * _LEAST_BARS) * bar_s


def match_sections(passages: Sequence[Passage], lyrics: Lyrics) -> Iterator[tuple[Passage, list[Line]]]:
    """The lines of each passage: those of its name, in turn, the last again; stanzas in order where none are named."""
    blocks = _blocks(lyrics)
    by_label: dict[str, list[list[Line]]] = {}
    for label, lines in blocks:
        by_label.setdefault(label, []).append(lines)
    named = any(passage.label in by_label for passage in passages)
    turn = 0
    for passage in passages:
        own = by_label.get(passage.label, []) if named else []
        if own:
            yield passage, own[min(passage.occurrence, len(own) - 1)]
        elif not named and passage.label in SUNG and blocks:
            yield passage, blocks[turn % len(blocks)][1]
            turn += 1


def _blocks(lyrics: Lyrics) -> list[tuple[str, list[Line]]]:
    """Stanzas with their section's label; those under one tag are one."""
    blocks: list[tuple[str, list[Line]]] = []
    before: Line | None = None
    for line in lyrics.lines:
        tagged = section_label(line.section)
        same = before is not None and line.section == before.section and (tagged or line.stanza == before.stanza)
        # A tag that comes again after an empty line begins its section anew.
        if not same or before is None or (tagged and line.stanza > before.stanza and blocks[-1][0] == "chorus"):
            blocks.append((tagged, []))
        blocks[-1][1].extend([line] * min(line.repeat, 8))
        before = line
    return blocks
