"""Pictures of a report as SVG without script: waveform, sections, loudness and deductions on one time axis; curves.

Colours come from ``currentColor`` and half-transparent hues, so that a picture reads well on light and on dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from musicengine.values._arrays import FloatArray
from musicengine.values._frame import clock, cost_text

if TYPE_CHECKING:
    from musicengine.values.hits import Curve, Reliability
    from musicengine.values.measures import LoudnessCurve
    from musicengine.values.music import Section
    from musicengine.values.reports import AudioReport
    from musicengine.values.scores import Deduction

__all__ = [
    "BAND",
    "GAP",
    "INK",
    "LEFT",
    "LETTER",
    "WARN",
    "WAVE",
    "WIDTH",
    "axis",
    "bands",
    "effects",
    "label",
    "place",
    "points",
    "reach",
    "reliability",
    "svg",
    "timeline",
    "trace",
    "waveform",
]

WIDTH = 960.0
LEFT = 58.0  # room for the labels of the axes
LETTER = 9.0  # the width of a letter where it is largest, on narrow pages
_POINTS = 480
BAND, WAVE, LOUDNESS, MARKS, AXIS, GAP = 22.0, 90.0, 90.0, 23.0, 20.0, 18.0


def timeline(audio: AudioReport, deductions: Sequence[Deduction]) -> str:
    """Sections, waveform, deductions and loudness over time; "" where there is nothing to draw."""
    if audio.waveform is None or not audio.duration_s:
        return ""
    placed = [item for item in deductions if item.start_s is not None and item.end_s is not None]
    top, parts = 0.0, []
    if audio.sections:
        parts.append(bands(audio.sections, audio.duration_s, top))
        top += BAND + GAP
    over = top
    parts.append(waveform(audio.waveform, top))
    top += WAVE + GAP
    if audio.loudness_curve is not None and audio.loudness is not None:
        target = audio.loudness.integrated_lufs
        if (curve := _loudness(audio.loudness_curve, target, audio.duration_s, top)) is not None:
            parts.append(curve)
            top += LOUDNESS + GAP
    parts += [_mark(item, row, over, top, audio.duration_s) for row, item in enumerate(placed)]
    top += len(placed) * MARKS
    parts.append(axis(audio.duration_s, top))
    return svg(WIDTH, top + AXIS, f"Waveform, sections and loudness over {clock(audio.duration_s)}", parts)


def reliability(found: Reliability) -> str:
    """Predicted probability against what happened: on the diagonal a model is honest; dots grow with their records."""
    size, edge = 240.0, 36.0
    share = np.sqrt(found.counts / max(float(found.counts.max(initial=0)), 1e-9))
    dots = "".join(
        f"<circle cx='{edge + x * size:.1f}' cy='{(1 - y) * size + 8:.1f}' r='{2 + 6 * s:.1f}' fill='{INK}' "
        f"fill-opacity='.75'><title>said {x:.0%}, was {y:.0%}, {n:.0f} records</title></circle>"
        for x, y, n, s in zip(found.predicted, found.observed, found.counts, share, strict=True)
    )
    labels = "".join(
        label(edge + tick * size, size + 22, f"{tick:.0%}", "middle")
        + label(edge - 5, (1 - tick) * size + 12, f"{tick:.0%}", "end")
        for tick in (0.0, 0.5, 1.0)
    )
    frame = (
        f"<rect x='{edge}' y='8' width='{size}' height='{size}' fill='none' stroke='currentColor' stroke-opacity='.3'/>"
        f"<line x1='{edge}' y1='{size + 8}' x2='{edge + size}' y2='8' stroke='currentColor' stroke-opacity='.4' "
        "stroke-dasharray='4 4'/>"
    )
    axes = label(edge + size / 2, size + 38, "predicted", "middle") + label(edge + 6, 22, "observed", "start")
    return svg(size + edge + 16, size + 44, "Reliability: predicted against observed", [frame, dots, labels, axes], 320)


def effects(curve: Curve, reach: float) -> str:
    """What one feature adds to the log-odds, between its 1 % and 99 % quantiles.

    Args:
        curve: to draw.
        reach: the largest effect of the vertical axis, the same for all curves of a model.
    """
    width, height = 150.0, 56.0
    low, high = min(curve.low, float(curve.knots[0])), max(curve.high, float(curve.knots[-1]))
    places = np.unique(np.clip(np.append(curve.knots, (curve.low, curve.high)), curve.low, curve.high))
    low, high = float(places[0]), float(places[-1])
    levels = np.interp(places, curve.knots, curve.effects)
    x = (places - low) / max(high - low, 1e-9) * width
    y = height / 2 - levels / max(reach, 1e-9) * (height / 2 - 3)
    zero = f"<line x1='0' x2='{width}' y1='{height / 2}' y2='{height / 2}' stroke='currentColor' stroke-opacity='.25'/>"
    line = f"<polyline points='{points(x, y)}' fill='none' stroke='{INK}' stroke-width='1.8'/>"
    return svg(width, height, f"Effect of {curve.feature} from {low:.3g} to {high:.3g}", [zero, line], 150)


INK = "hsl(210 75% 52%)"
WARN = "hsl(12 85% 55%)"


def svg(width: float, height: float, title: str, parts: Sequence[str], shown: float | None = None) -> str:
    """A picture, ``shown`` pixels wide; without, as wide as the page, and scrolled where that is too narrow to read."""
    size = f"width:{shown:.0f}px;max-width:100%" if shown else "width:100%"
    drawn = (
        f"<svg viewBox='0 0 {width:.0f} {height:.0f}' role='img' aria-label='{escape(title, quote=True)}' "
        f"style='{size};height:auto' font-family='system-ui,sans-serif'>{''.join(parts)}</svg>"
    )
    return drawn if shown else f"<div class='wide'>{drawn}</div>"


def label(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='11' text-anchor='{anchor}' fill='currentColor' "
        f"fill-opacity='.75'>{escape(text)}</text>"
    )


def place(seconds: float, duration_s: float) -> float:
    return LEFT + min(max(seconds / duration_s, 0.0), 1.0) * (WIDTH - LEFT)


def trace(x: np.ndarray, y: np.ndarray) -> str:
    """A line through points, with gaps where they are not finite."""
    path, pen = [], False
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        drawn = bool(np.isfinite(down))
        if drawn:
            path.append(f"{'L' if pen else 'M'}{across:.1f} {down:.1f}")
        pen = drawn
    return (
        f"<path d='{' '.join(path)}' fill='none' stroke='{INK}' stroke-width='1.8' stroke-linecap='round' "
        "stroke-linejoin='round'/>"
    )


def points(x: np.ndarray, y: np.ndarray) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def bands(sections: Sequence[Section], duration_s: float, top: float) -> str:
    """The form; repeated music has the same colour."""
    parts = []
    for section in sections:
        left, right = place(section.start_s, duration_s), place(section.end_s, duration_s)
        parts.append(
            f"<rect x='{left + 1:.1f}' y='{top}' width='{max(right - left - 2, 1):.1f}' height='{BAND}' rx='3' "
            f"fill='hsl({section.group * 67 % 360} 55% 50%)' fill-opacity='.35'>"
            f"<title>{escape(str(section))}</title></rect>"
        )
        fitting = section.label if right - left > LETTER * len(section.label) + 6 else ""
        parts.append(label(left + 6, top + 15, fitting, "start") if fitting else "")
    return "".join(parts)


def reach(peak: float) -> float:
    """The height of a waveform's axis: full scale, less for what is too quiet to be seen there."""
    return next((edge for edge in (0.01, 0.03, 0.1, 0.3) if 0 < peak <= edge), 1.0)


def waveform(outline: FloatArray, top: float, height: float | None = None) -> str:
    """The lowest and highest samples as one shape over an axis of ``height``, by default what suits the peak."""
    height = height or reach(float(np.abs(outline).max(initial=0)))
    middle, half = top + WAVE / 2, WAVE / 2
    x = LEFT + np.arange(outline.shape[1]) / max(outline.shape[1] - 1, 1) * (WIDTH - LEFT)
    low, high = (middle - half * np.clip(edge / height, -1, 1) for edge in outline)
    shape = points(np.append(x, x[::-1]), np.append(high - 0.4, low[::-1] + 0.4))
    return (
        f"<polygon points='{shape}' fill='{INK}' fill-opacity='.8'/>"
        f"<line x1='{LEFT}' x2='{WIDTH}' y1='{middle}' y2='{middle}' stroke='currentColor' stroke-opacity='.2'/>"
        + label(LEFT - 6, top + 10, f"{height:g}", "end")
        + label(LEFT - 6, middle + 4, "0", "end")
        + label(LEFT - 6, top + WAVE, f"−{height:g}", "end")
    )


def _loudness(curve: LoudnessCurve, integrated_lufs: float, duration_s: float, top: float) -> str | None:
    """Short-term loudness, momentary where the audio is shorter than 3 s, and the loudness of the whole."""
    short = bool(np.isfinite(curve.short_term_lufs).any())
    levels, window_s = (curve.short_term_lufs, 3.0) if short else (curve.momentary_lufs, 0.4)
    heard = np.isfinite(levels)
    if not heard.any():
        return None
    high = float(np.ceil(levels[heard].max() / 6) * 6)
    low = min(high - 24.0, high - 6)
    step = max(1, levels.size // _POINTS)
    floored = np.clip(np.where(heard, levels, low), low, high)  # silence lies on the floor
    shown = np.where(curve.times_s < window_s - 1e-3, np.nan, floored)[::step]  # no window has ended yet
    x = LEFT + np.minimum(curve.times_s[::step], duration_s) / duration_s * (WIDTH - LEFT)
    y = top + (high - shown) / (high - low) * LOUDNESS
    grid = "".join(
        f"<line x1='{LEFT}' x2='{WIDTH}' y1='{at:.1f}' y2='{at:.1f}' stroke='currentColor' stroke-opacity='.15'/>"
        + label(LEFT - 6, at + 4, f"{level:.0f}".replace("-", "−"), "end")
        for level in np.arange(high, low - 1, -12)
        for at in [top + (high - level) / (high - low) * LOUDNESS]
    )
    whole = ""
    if low <= integrated_lufs <= high:
        at = top + (high - integrated_lufs) / (high - low) * LOUDNESS
        whole = (
            f"<line x1='{LEFT}' x2='{WIDTH}' y1='{at:.1f}' y2='{at:.1f}' stroke='{INK}' stroke-dasharray='5 4' "
            f"stroke-opacity='.8'><title>{integrated_lufs:.1f} LUFS integrated</title></line>"
        )
    return grid + whole + trace(x, y) + label(LEFT, top - 4, "loudness, LUFS", "start")


def _mark(item: Deduction, row: int, over: float, under: float, duration_s: float) -> str:
    """Where a deduction applies: a tint over the pictures and a labelled bar under them."""
    left, right = place(item.start_s or 0.0, duration_s), place(item.end_s or 0.0, duration_s)
    wide = max(right - left, 2.0)
    y = under + row * MARKS
    anchor, at = ("end", right) if left > 0.7 * WIDTH else ("start", left)
    title = f"<title>{escape(str(item))}</title>"
    whole = wide > 0.95 * (WIDTH - LEFT)
    tint = (
        f"<rect x='{left:.1f}' y='{over}' width='{wide:.1f}' height='{under - over:.1f}' fill='{WARN}' "
        "fill-opacity='.13'/>"
    )
    return (
        f"<g>{title}{'' if whole else tint}"
        f"<rect x='{left:.1f}' y='{y:.1f}' width='{wide:.1f}' height='3' fill='{WARN}'/></g>"
        + label(at, y + 17, f"−{cost_text(item.points)} {item.rule}", anchor)
    )


def axis(duration_s: float, top: float) -> str:
    """Times every so often that at most a dozen labels stand side by side."""
    step = next((step for step in (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600) if duration_s / step <= 12), 1800)
    times = np.arange(0, duration_s - step / 3, step)
    said = clock if step >= 1 else "{:.1f} s".format
    return "".join(
        label(place(at, duration_s), top + 13, said(float(at)), "start" if at == 0 else "middle") for at in times
    )
