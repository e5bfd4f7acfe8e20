"""A report as a person reads it: a page of text for terminals, a card of HTML for notebooks and pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicengine.values.reports import AudioReport, Report
    from musicengine.values.scores import Deduction, Score

__all__ = ["card", "text"]

_BAR = 24


def text(report: Report) -> str:
    """The report as plain text, at most about 100 columns wide."""
    audio = report.audio
    lines = [f"{'Score':<11}{report.score.value:.0f} of 100   {_bar(report.score.value)}"]
    lines += [f"{name:<11}{fact}" for name, fact in facts(audio)]
    if report.score.deductions:
        lines += ["", "What it lost points for"]
        lines += [f"  {_reason(item)}" for item in report.score.deductions]
    return "\n".join(lines)


def card(report: Report) -> str:
    """The report as an HTML fragment that needs nothing from outside and reads well in light and dark."""
    audio = report.audio
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(fact)}</td></tr>" for name, fact in facts(audio))
    return (
        f"<div class='musicengine'><style>{_CSS}</style>"
        f"<p class='score'><b>{report.score.value:.0f}</b> of 100</p>"
        f"{_form(audio)}<table>{rows}</table>{_ledger(report.score)}</div>"
    )


def facts(audio: AudioReport) -> list[tuple[str, str]]:
    """Each measure's name and what was found, or why nothing was."""
    measured = [
        ("duration_s", "Sound", f"{clock(audio.duration_s)}, {_channels(audio.channels)}, {audio.rate} Hz"),
        ("tempo", "Tempo", _tempo(audio)),
        ("key", "Key", _key(audio)),
        ("chords", "Chords", _chords(audio)),
        ("loudness", "Loudness", str(audio.loudness)),
        ("timbre", "Timbre", str(audio.timbre)),
        ("melody", "Melody", _melody(audio)),
        ("sections", "Form", _sections(audio)),
    ]
    found = []
    for field, name, fact in measured:
        if getattr(audio, field) is not None:
            found.append((name, fact))
        elif field in audio.abstained:
            found.append((name, f"unknown: {audio.abstained[field]}"))
    return found


def clock(seconds: float) -> str:
    """Minutes and seconds, e.g. "2:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _bar(value: float) -> str:
    full = round(value / 100 * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")


def _tempo(audio: AudioReport) -> str:
    if audio.tempo is None:
        return ""
    others = ", ".join(f"{other.bpm:.0f}" for other in audio.tempo.alternatives[:2])
    meter = audio.rhythm.meter if audio.rhythm else None
    return (
        f"{audio.tempo.bpm:.1f} bpm"
        + (f", {meter}" if meter else "")
        + f"   {audio.tempo.confidence:.0%} sure"
        + (f", else {others}" if others else "")
    )


def _key(audio: AudioReport) -> str:
    if audio.key is None:
        return ""
    other = f", else {audio.key.runner_up}" if audio.key.runner_up else ""
    return f"{audio.key} ({audio.key.camelot})   {audio.key.confidence:.0%} sure{other}"


def _chords(audio: AudioReport) -> str:
    labels = [chord.label for chord in audio.chords or () if chord.label != "N"]
    shown = " ".join(labels[:10])
    return f"{shown} …" if len(labels) > 10 else shown or "none heard"


def _melody(audio: AudioReport) -> str:
    if audio.melody is None or not audio.melody.notes:
        return "no notes"
    return f"{len(audio.melody.notes)} notes"


def _sections(audio: AudioReport) -> str:
    return "  ".join(f"{section.label} {clock(section.start_s)}" for section in audio.sections or ())


def _reason(item: Deduction) -> str:
    where = f" at {clock(item.start_s)}-{clock(item.end_s)}" if item.start_s is not None and item.end_s else ""
    return f"{item}{where}. {item.fix}"


def _form(audio: AudioReport) -> str:
    """The sections as a band, repeated music in the same colour."""
    if not audio.sections:
        return ""
    band = "".join(
        f"<span style='flex:{section.end_s - section.start_s:.2f};--hue:{section.group * 67 % 360}' "
        f"title='{escape(str(section))}'>{escape(section.label)}</span>"
        for section in audio.sections
    )
    return f"<div class='form'>{band}</div>"


def _ledger(score: Score) -> str:
    if not score.deductions:
        return "<p>Nothing to complain about.</p>"
    rows = "".join(
        f"<tr><td>−{item.points:.1f}</td><td>{escape(item.rule)}</td>"
        f"<td>{escape(_reason(item).partition(': ')[2])}</td></tr>"
        for item in score.deductions
    )
    return f"<table><caption>What it lost points for</caption>{rows}</table>"


_CSS = (
    ".musicengine{font:14px/1.5 system-ui,sans-serif;max-width:60em;color-scheme:light dark}"
    ".musicengine table{border-collapse:collapse;margin:1em 0}"
    ".musicengine caption{text-align:left;font-weight:600}"
    ".musicengine th,.musicengine td{text-align:left;padding:.2em 1em .2em 0;vertical-align:top;"
    "border-bottom:1px solid #8884;background:none}"
    ".musicengine .score{font-size:1.2em;margin:.5em 0}.musicengine .score b{font-size:2.2em}"
    ".musicengine .form{display:flex;gap:2px}"
    ".musicengine .form span{overflow:hidden;white-space:nowrap;padding:.2em .4em;min-width:0;"
    "background:hsl(var(--hue) 55% 50% / .35)}"
)
