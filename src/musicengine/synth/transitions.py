"""What leads from one section into the next: risers and swells before a fuller section."""

from __future__ import annotations

from musicengine.synth.sheet import Event, Sheet

__all__ = ["build_bars", "play_riser"]

_MIDDLE_C = 60


def build_bars(sheet: Sheet, index: int) -> int:
    """The bars at the end of a passage that build up to a chorus after it: 2, 1, or 0 where none follows."""
    if not sheet.genre.groove.build or index + 1 >= len(sheet.passages):
        return 0
    passage, following = sheet.passages[index : index + 2]
    if following.label != "chorus" or passage.label == "chorus" or following.energy <= passage.energy:
        return 0
    return 2 if passage.bars >= 4 else int(passage.bars >= 2)


def play_riser(sheet: Sheet) -> list[Event]:
    """One swell of noise through every build, up to the downbeat."""
    events = []
    for index, passage in enumerate(sheet.passages):
        length = build_bars(sheet, index)
        if length:
            events.append(Event(float(passage.end - length), float(length), _MIDDLE_C, 0.8))
    return events
