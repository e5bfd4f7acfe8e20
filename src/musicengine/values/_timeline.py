"""What happens when, as rows over one time axis: waveform, sections, chords, beats, notes, curves, heat maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.dsp.outlines import extremes
from musicengine.values import _chart
from musicengine.values._chart import INK, LEFT, LETTER, WARN, WAVE, WIDTH, label, place, svg, trace
from musicengine.values._frame import clock, score_text
from musicengine.values._picture import image

if TYPE_CHECKING:
    from musicengine.values.music import Beats, Note, Section
    from musicengine.values.sound import Audio

__all__ = ["Row", "Span", "beats", "curve", "heat", "notes", "scores", "sections", "spans", "stack", "wave"]

_POINTS = 1_500  # of one curve: enough for the width of a page
_MARKS = 1_200  # ticks and notes drawn one by one
_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
Numbers: TypeAlias = npt.NDArray[np.floating]
Span: TypeAlias = tuple[float, float, str]


@attrs.frozen
class Row:
    """One row: its height, and how it is drawn at a top for a duration."""

    height: float
    draw: Callable[[float, float], str]


def stack(duration_s: float, rows: Iterable[Row], title: str) -> str:
    """Rows one under the other over one time axis; "" where there is nothing to draw."""
    if not duration_s > 0:
        return ""
    parts, top = [], 8.0
    for row in rows:
        parts.append(row.draw(top, duration_s))
        top += row.height + _chart.GAP
    if not parts:
        return ""
    parts.append(_chart.axis(duration_s, top - 6))
    return svg(WIDTH, top + 12, title, parts)


def wave(audio: Audio, height: float | None = None) -> Row:
    """The waveform over an axis of ``height``, by default full scale or what suits a quieter peak."""
    return Row(WAVE, lambda top, _: _chart.waveform(extremes(audio.samples, 600), top, height))


def sections(parts: Sequence[Section]) -> Row:
    """The form; repeated music has the same colour."""
    return Row(_chart.BAND, lambda top, duration_s: _chart.bands(parts, duration_s, top))


def spans(parts: Sequence[Span], name: str = "") -> Row:
    """Labelled stretches of time, the same label in the same colour."""
    hues = {text: index * 137 % 360 for index, text in enumerate(dict.fromkeys(text for *_, text in parts))}

    def draw(top: float, duration_s: float) -> str:
        drawn = [label(LEFT - 6, top + 14, name, "end")] if name else []
        for start, end, text in parts[:_MARKS]:
            left, wide = place(start, duration_s), place(end, duration_s) - place(start, duration_s)
            drawn.append(
                f"<rect x='{left:.1f}' y='{top}' width='{max(wide - 1, 0.8):.1f}' height='20' rx='2' "
                f"fill='hsl({hues[text]} 55% 50%)' fill-opacity='.3'><title>{escape(text)} {start:.2f}-{end:.2f} s"
                "</title></rect>"
            )
            if wide > LETTER * len(text) + 4:
                drawn.append(label(left + 4, top + 14, text, "start"))
        return "".join(drawn)

    return Row(20, draw)


def beats(found: Beats) -> Row:
    """A tick a beat, a tall one where a bar begins."""

    def draw(top: float, duration_s: float) -> str:
        ticks = _ticks(found.times_s, top + 9, 9, duration_s, ".5") + _ticks(found.downbeats_s, top, 18, duration_s)
        return ticks + label(LEFT - 6, top + 14, "beats", "end")

    return Row(18, draw)


def _ticks(times_s: Numbers, top: float, height: float, duration_s: float, opacity: str = "1") -> str:
    path = "".join(f"M{place(float(at), duration_s):.1f} {top}v{height}" for at in times_s[:_MARKS])
    return f"<path d='{path}' stroke='{INK}' stroke-width='1.5' stroke-opacity='{opacity}' fill='none'/>"


def notes(played: Sequence[Note]) -> Row:
    """Notes as bars in pitch and time."""
    low = min((note.pitch for note in played), default=60.0) - 1
    high = max((note.pitch for note in played), default=72.0) + 1
    height = 150.0

    def draw(top: float, duration_s: float) -> str:
        def level(pitch: float) -> float:
            return top + (high - pitch) / (high - low) * height

        bars = "".join(
            f"<rect x='{place(note.start_s, duration_s):.1f}' y='{level(note.pitch) - 2:.1f}' height='4' rx='2' "
            f"width='{max(place(note.end_s, duration_s) - place(note.start_s, duration_s), 1.5):.1f}' fill='{INK}' "
            f"fill-opacity='{0.35 + 0.65 * note.velocity:.2f}'/>"
            for note in played[:_MARKS]
        )
        octaves = [pitch for pitch in range(int(np.ceil(low)), int(high) + 1) if pitch % 12 == 0]
        marked = octaves or [round((low + high) / 2)]
        return _grid([(level(pitch), pitch_name(pitch)) for pitch in marked]) + bars

    return Row(height, draw)


def pitch_name(pitch: float) -> str:
    """The nearest note's name in scientific pitch notation: 60 is C4."""
    whole = round(pitch)
    return f"{_NAMES[whole % 12]}{whole // 12 - 1}"


def curve(times_s: Numbers, levels: Numbers, marks: Sequence[tuple[float, str]], name: str = "") -> Row:
    """A curve with gaps where it is not finite; ``marks`` are the levels of the axis, which span it at least."""
    height, title = 130.0, 18.0 if name else 0.0
    finite = levels[np.isfinite(levels)]
    edges = [level for level, _ in marks] + ([float(finite.min()), float(finite.max())] if finite.size else [])
    low, high = min(edges), max(edges)
    step = max(1, -(-levels.size // _POINTS))

    def draw(top: float, duration_s: float) -> str:
        def level(value: float) -> float:
            return top + title + (high - value) / max(high - low, 1e-9) * height

        across = np.array([place(at, duration_s) for at in times_s[::step].tolist()])
        down = np.array([level(value) for value in levels[::step].tolist()])
        return (
            _grid([(level(value), text) for value, text in marks])
            + trace(across, down)
            + label(LEFT, top + 8, name, "start")
        )

    return Row(height + title, draw)


def heat(levels: Numbers, marks: Sequence[tuple[float, str]], height: float = 180.0) -> Row:
    """A matrix (rows, columns) of levels in [0, 1] over all of the time; ``marks`` are places in [0, 1] from below."""

    def draw(top: float, _: float) -> str:
        places = "".join(label(LEFT - 6, top + (1 - at) * height + 4, text, "end") for at, text in marks)
        return image(levels, LEFT, top, WIDTH - LEFT, height) + places

    return Row(height, draw)


def scores(values: Sequence[float], target: float | None = None) -> str:
    """Scores of round after round, and the target as a dashed line, over the tens that hold them."""
    if not values:
        return ""
    width, height, left, right = 480.0, 130.0, 34.0, 400.0
    low = max(10.0 * (min(*values, 100 if target is None else target, 95) // 10), 0.0)
    step = (right - left - 20) / max(len(values) - 1, 1)

    def down(value: float) -> float:
        return 12 + (100 - value) / (100 - low) * height

    places = [(left + 20 + index * step, down(value)) for index, value in enumerate(values)]
    dots = "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{INK}'><title>round {index}: {value:.1f}</title></circle>"
        + label(x, y - 8 if y > 30 else y + 18, score_text(value), "middle")
        + label(x, height + 30, str(index), "middle")
        for index, ((x, y), value) in enumerate(zip(places, values, strict=True), 1)
    )
    grid = "".join(
        f"<line x1='{left}' x2='{right}' y1='{down(at):.1f}' y2='{down(at):.1f}' stroke='currentColor' "
        "stroke-opacity='.15'/>" + label(left - 6, down(at) + 4, f"{at:g}", "end")
        for at in (low, (low + 100) / 2, 100)
    )
    goal = ""
    if target is not None:
        goal = (
            f"<line x1='{left}' x2='{right}' y1='{down(target):.1f}' y2='{down(target):.1f}' stroke='{WARN}' "
            "stroke-dasharray='5 4'/>" + label(right + 6, down(target) + 4, f"target {target:g}", "start")
        )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    drawn = f"<polyline points='{line}' fill='none' stroke='{INK}' stroke-width='1.8'/>"
    name = label(right + 6, height + 30, "round", "start")
    title = f"Scores: {', '.join(map(score_text, values))}"
    return svg(width, height + 36, title, [grid, goal, drawn, dots, name], width)


def _grid(marks: Iterable[tuple[float, str]]) -> str:
    return "".join(
        f"<line x1='{LEFT}' x2='{WIDTH}' y1='{at:.1f}' y2='{at:.1f}' stroke='currentColor' stroke-opacity='.15'/>"
        + label(LEFT - 6, at + 4, text, "end")
        for at, text in marks
    )


def duration_text(duration_s: float) -> str:
    """A duration for titles, e.g. "2:05"."""
    return clock(duration_s) if duration_s >= 10 else f"{duration_s:.1f} s"
