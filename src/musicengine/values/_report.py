"""A report as a person reads it: a page of text for terminals, a card of HTML for notebooks and pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from musicengine.values import _chart, _frame
from musicengine.values._frame import clock, framed, judged_text, ledger, points, reason, score_text

if TYPE_CHECKING:
    from musicengine.values.hits import HitModel, HitReport
    from musicengine.values.reports import AudioReport, Report
    from musicengine.values.scores import Score

__all__ = ["card", "clock", "facts", "hit_card", "model_card", "text"]

_BAR = 24


def text(report: Report) -> str:
    """The report as plain text, at most about 100 columns wide."""
    audio = report.audio
    score = f"{score_text(report.score.value)} of 100{judged_text(report.score)}"
    lines = [f"{'Score':<11}{score}   {_bar(report.score.value)}"]
    lines += [f"{name:<11}{fact}" for name, fact in [*facts(audio), *_words(report)]]
    if report.score.deductions:
        lines += ["", "What it lost points for"]
        lines += [f"  {reason(item)}" for item in report.score.deductions]
    if report.hit:
        lines += ["", *_hit_text(report.hit)]
    return "\n".join(lines)


def card(report: Report) -> str:
    """The report as an HTML fragment that needs nothing from outside and reads well in light and dark."""
    audio = report.audio
    return framed(
        points(report.score.value, judged_text(report.score)),
        _picture(audio, report.score),
        _frame.facts([*facts(audio), *_words(report)]),
        ledger(report.score, "What it lost points for"),
        _hit(report.hit) if report.hit else "",
    )


def _words(report: Report) -> list[tuple[str, str]]:
    """What the words are, where there are some."""
    if report.lyrics is None:
        return []
    themes = ", ".join(theme.name for theme in report.lyrics.themes[:3])
    return [("Lyrics", f"{report.lyrics}{f', about {themes}' if themes else ''}")]


def hit_card(hit: HitReport) -> str:
    """A hit report as an HTML fragment."""
    return framed(_hit(hit))


def model_card(model: HitModel) -> str:
    """A fitted model as an HTML fragment: its figures, its reliability plot and the effect of every feature."""
    reach = max((float(np.abs(curve.effects).max()) for curve in model.curves), default=1.0)
    ordered = sorted(model.curves, key=lambda curve: -curve.spread)
    rows = "".join(
        f"<tr><th>{escape(curve.feature)}</th><td>{_chart.effects(curve, reach)}</td>"
        f"<td>{_number(curve.low)} to {_number(curve.high)}</td>"
        f"<td>{curve.effects.min():+.2f} to {curve.effects.max():+.2f}</td></tr>"
        for curve in ordered
    )
    return framed(
        f"<p class='score'><b>AUC {model.reliability.auc:.2f}</b> on records held out of the fit</p>"
        f"<p>{escape(str(model.reliability))}; fitted to {model.records:,} records.</p>"
        f"{_chart.reliability(model.reliability)}"
        f"<table><caption>What each feature adds to the log-odds</caption>"
        f"<tr><th>Feature</th><th>Effect</th><th>From, to</th><th>Log-odds</th></tr>{rows}</table>"
    )


def _hit_text(hit: HitReport) -> list[str]:
    if hit.abstained:
        return [f"{'Typicality':<11}no answer: {hit.abstained}"]
    return [f"{'Typicality':<11}{hit}", *(f"  {reason(item)}" for item in hit.score.deductions)]


def facts(audio: AudioReport) -> list[tuple[str, str]]:
    """Each measure's name and what was found, or why nothing was."""
    measured = [
        ("duration_s", "Sound", f"{clock(audio.duration_s)}, {_channels(audio.channels)}, {audio.rate} Hz"),
        ("tempo", "Tempo", _tempo(audio)),
        ("key", "Key", _key(audio)),
        ("chords", "Chords", _chords(audio)),
        ("loudness", "Loudness", str(audio.loudness)),
        ("playback", "Played at", _playback(audio)),
        ("timbre", "Timbre", str(audio.timbre)),
        ("melody", "Melody", _melody(audio)),
        ("separation", "Stems", str(audio.separation)),
        ("sections", "Form", _sections(audio)),
    ]
    found = []
    for field, name, fact in measured:
        if getattr(audio, field) not in (None, ()):
            found.append((name, fact))
        elif field in audio.abstained:
            found.append((name, f"unknown: {audio.abstained[field]}"))
    return found


def _bar(value: float) -> str:
    full = round(value / 100 * _BAR)
    return "█" * full + "░" * (_BAR - full)


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")


def _playback(audio: AudioReport) -> str:
    """The services by what they do to the level, the strongest first."""
    names: dict[str, list[str]] = {}
    for each in sorted(audio.playback, key=lambda each: -abs(each.gain_db)):
        gain = f"{each.gain_db:+.1f} dB" if abs(each.gain_db) >= 0.05 else "as it is"
        names.setdefault(gain, []).append(each.platform)
    return "; ".join(f"{gain} {', '.join(services)}" for gain, services in names.items())


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


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _picture(audio: AudioReport, score: Score) -> str:
    """The time line; the sections alone, where there is no waveform."""
    return _chart.timeline(audio, score.deductions) or _form(audio)


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


def _hit(hit: HitReport) -> str:
    """The score as a bar with its interval, what it is compared with, and the ledger."""
    era = " ".join(filter(None, (hit.genre, f"of the {hit.era}" if hit.era else "of all eras")))
    title = f"How typical it is of charting records {era}"
    if hit.abstained:
        return f"<h3>{escape(title)}</h3><p>No answer: {escape(hit.abstained)}.</p>"
    rank = f"; {hit.percentile:.0%} of them score no higher" if hit.percentile is not None else ""
    missing = f" Not known: {escape(', '.join(hit.missing))}." if hit.missing else ""
    bar = (
        f"<div class='meter'><i style='left:{hit.low:.1f}%;width:{max(hit.high - hit.low, 0.6):.1f}%'></i>"
        f"<b style='left:{hit.score.value:.1f}%'></b></div>"
    )
    return (
        f"<h3>{escape(title)}</h3>"
        f"{points(hit.score.value, f', between {score_text(hit.low)} and {score_text(hit.high)}{rank}')}{bar}"
        f"<p>This is likeness, not the chance of a hit, which nobody can tell from such features.{missing}</p>"
        f"{ledger(hit.score, 'What sets it apart')}<p class='source'>{escape(hit.source)}</p>"
    )
