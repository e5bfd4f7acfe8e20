"""Plots of sound and of what was measured, on matplotlib axes (the ``plot`` extra).

Every function takes a value and the axes to draw on, and returns the axes; without axes it makes a figure. Times are in
seconds. Nothing is shown or saved here: that is for whoever holds the figure.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from musicengine.audio import compute_spectrogram
from musicengine.audio.loudness import loudness_curve
from musicengine.dsp.outlines import extremes
from musicengine.errors import InputError, MissingExtraError
from musicengine.values._arrays import FloatArray
from musicengine.values._frame import cost_text
from musicengine.values.hits import HitModel, Reliability
from musicengine.values.measures import LoudnessCurve
from musicengine.values.music import PITCH_CLASSES, Beats, Form, Harmony, Melody, PitchTrack, Section
from musicengine.values.reports import AudioReport, Report
from musicengine.values.scores import Score
from musicengine.values.sound import Audio, Spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "beats",
    "chroma",
    "ledger",
    "loudness",
    "melody",
    "pitch",
    "reliability",
    "spectrogram",
    "structure",
    "waveform",
]

_PARTS = 2_000
_FLOOR_DB = 80.0
_UNDER_LINES = 0.5  # over pictures, under curves
_GATE_LUFS = -70.0  # the absolute gate of ITU-R BS.1770: below it is silence


def waveform(audio: Audio, ax: Axes | None = None) -> Axes:
    """The lowest and highest sample of each moment."""
    ax = _axes(ax)
    low, high = extremes(_is(audio, Audio).samples, _PARTS)
    times = np.linspace(0, audio.duration_s, low.size)
    ax.fill_between(times, low, high, linewidth=0.5, color="C0")
    ax.set(xlim=(0, audio.duration_s), ylim=(-1.05, 1.05), xlabel="time, s", ylabel="amplitude")
    return ax


def spectrogram(sound: Audio | Spectrogram, ax: Axes | None = None) -> Axes:
    """Power in dB below the maximum, 80 dB of it, over time and frequency."""
    found = compute_spectrogram(sound) if isinstance(sound, Audio) else _is(sound, Spectrogram)
    ax = _axes(ax)
    level = 10 * np.log10(np.maximum(found.power, 1e-30) / max(float(found.power.max(initial=0)), 1e-30))
    mesh = ax.pcolormesh(
        found.times_s, found.frequencies_hz, level, vmin=-_FLOOR_DB, vmax=0, cmap="magma", shading="nearest"
    )
    mesh.set(rasterized=True, zorder=0)
    ax.set_yscale("symlog", linthresh=1000)
    ticks = [f for f in (100, 250, 500, 1000, 2000, 4000, 8000, 16000) if f <= found.frequencies_hz[-1]]
    ax.set_yticks(ticks, [f"{f / 1000:g}k" if f >= 1000 else str(f) for f in ticks])
    ax.set(xlabel="time, s", ylabel="frequency, Hz")
    return ax


def chroma(harmony: Harmony, ax: Axes | None = None) -> Axes:
    """The pitch classes, beat by beat."""
    ax = _axes(ax)
    columns = _is(harmony, Harmony).chroma
    if columns.shape[1]:
        extent = (0.5, columns.shape[1] + 0.5, -0.5, 11.5)
        ax.imshow(
            columns, origin="lower", aspect="auto", cmap="magma", vmin=0, vmax=1, extent=extent, interpolation="none"
        )
    ax.set_yticks(range(12), PITCH_CLASSES)
    ax.set(xlabel="beat", ylabel="pitch class")
    return ax


def beats(found: Beats, ax: Axes | None = None) -> Axes:
    """Lines where beats fall, strong ones where bars begin; on axes that hold a picture they lie over it."""
    ax = _axes(ax)
    empty = not ax.has_data()
    colour = "white" if _holds_a_heat_map(ax) else "C1"
    for times, width, alpha in ((_is(found, Beats).times_s, 0.7, 0.5), (found.downbeats_s, 1.6, 0.9)):
        ax.vlines(times, 0, 1, transform=ax.get_xaxis_transform(), color=colour, linewidth=width, alpha=alpha)
    if empty and len(found):
        ax.set(xlim=(0, float(found.times_s[-1]) * 1.02), ylim=(0, 1), yticks=[])
    ax.set_xlabel("time, s")
    return ax


def structure(form: Form | Sequence[Section], ax: Axes | None = None) -> Axes:
    """The sections as bands, repeated music in the same colour; on axes that hold a picture they lie over it."""
    ax = _axes(ax)
    sections = form.sections if isinstance(form, Form) else [_is(section, Section) for section in form]
    empty = not ax.has_data()
    for section in sections:
        colour, over = f"C{section.group % 10}", ax.get_xaxis_transform()
        ax.axvspan(section.start_s, section.end_s, color=colour, alpha=0.25, linewidth=0, zorder=_UNDER_LINES)
        middle, box = (
            (section.start_s + section.end_s) / 2,
            {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2},
        )
        ax.text(
            middle, 0.96, section.label, transform=over, ha="center", va="top", clip_on=True, color="black", bbox=box
        )
    for section in sections[1:]:
        ax.axvline(section.start_s, color="0.4", linewidth=0.8)
    if empty and sections:
        ax.set(xlim=(0, sections[-1].end_s), ylim=(0, 1), yticks=[])
    ax.set_xlabel("time, s")
    return ax


def pitch(track: PitchTrack, ax: Axes | None = None) -> Axes:
    """The pitch on a logarithmic scale, with gaps where there is none."""
    ax = _axes(ax)
    empty = not ax.has_data()
    ax.plot(_is(track, PitchTrack).times_s, track.frequencies_hz, linewidth=1.2)
    if np.isfinite(track.frequencies_hz).any():
        ax.set_yscale("log", base=2)
        low, high = np.nanmin(track.frequencies_hz), np.nanmax(track.frequencies_hz)
        octaves = [octave for octave in range(-1, 10) if low / 2 <= _octave_hz(octave) <= high * 2]
        ax.set_yticks([_octave_hz(octave) for octave in octaves], [f"C{octave}" for octave in octaves])
    _from_zero(ax, track.times_s, empty)
    ax.set(xlabel="time, s", ylabel="pitch")
    return ax


def melody(found: Melody, ax: Axes | None = None) -> Axes:
    """The notes as a piano roll; louder ones are darker."""
    ax = _axes(ax)
    empty = not ax.has_data()
    for note in _is(found, Melody).notes:
        width, alpha = note.end_s - note.start_s, 0.35 + 0.65 * note.velocity
        ax.barh(note.pitch, width, left=note.start_s, height=0.8, color="C0", alpha=alpha)
    _from_zero(ax, [note.end_s for note in found.notes], empty)
    ax.set(xlabel="time, s", ylabel="MIDI note")
    return ax


def loudness(sound: Audio | LoudnessCurve | AudioReport | Report, ax: Axes | None = None) -> Axes:
    """Momentary and short-term loudness; the loudness of the whole as a line, where it is known."""
    ax = _axes(ax)
    empty = not ax.has_data()
    measured = sound.audio if isinstance(sound, Report) else sound
    if isinstance(measured, Audio):
        measured = loudness_curve(measured)
    curve = measured.loudness_curve if isinstance(measured, AudioReport) else _is(measured, LoudnessCurve)
    if curve is None:
        raise InputError("the report holds no loudness over time: give the audio instead")
    for levels, name, width in ((curve.momentary_lufs, "momentary", 0.7), (curve.short_term_lufs, "short-term", 1.8)):
        ax.plot(curve.times_s, np.where(levels >= _GATE_LUFS, levels, np.nan), linewidth=width, label=name)
    if isinstance(measured, AudioReport) and measured.loudness is not None:
        whole = measured.loudness.integrated_lufs
        if np.isfinite(whole):
            ax.axhline(whole, color="0.4", linestyle="--", linewidth=1, label="integrated")
    _from_zero(ax, curve.times_s, empty)
    ax.set(xlabel="time, s", ylabel="loudness, LUFS")
    ax.legend(loc="lower right")
    return ax


def ledger(score: Score, ax: Axes | None = None) -> Axes:
    """What a score lost, from 100 down to its value, a step a reason."""
    ax = _axes(ax)
    left = 100.0
    names = []
    for at, item in enumerate(_is(score, Score).deductions):
        ax.barh(at, -item.points, left=left, color="C3", alpha=0.8)
        left -= item.points
        ax.text(left - 0.5, at, f"−{cost_text(item.points)}", ha="right", va="center")
        names.append(item.rule)
    ax.barh(len(names), score.value, color="C0", alpha=0.8)
    ax.text(score.value / 2, len(names), f"{score.value:.1f} of 100", ha="center", va="center", color="white")
    ax.set_yticks(range(len(names) + 1), [*names, "score"])
    ax.set(xlim=(0, 100), ylim=(max(len(names), 3) + 0.6, -0.6), xlabel="points")
    return ax


def reliability(found: Reliability | HitModel, ax: Axes | None = None) -> Axes:
    """Predicted probability against what happened; on the diagonal a model is honest."""
    ax = _axes(ax)
    held: Reliability = found.reliability if isinstance(found, HitModel) else _is(found, Reliability)
    share = held.counts / max(float(held.counts.max(initial=0)), 1e-9)
    ax.plot([0, 1], [0, 1], color="0.5", linestyle="--", linewidth=1)
    ax.plot(held.predicted, held.observed, color="C0", linewidth=1, alpha=0.5)
    ax.scatter(held.predicted, held.observed, s=15 + 100 * share, color="C0", zorder=3)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted", ylabel="observed", aspect="equal")
    return ax


def _from_zero(ax: Axes, times_s: Sequence[float] | FloatArray, empty: bool) -> None:
    """Time from the beginning to the last of these; axes that held something keep theirs."""
    if empty and len(times_s):
        ax.set_xlim(0, float(max(times_s)))


def _holds_a_heat_map(ax: Axes) -> bool:
    """Whether orange would be lost on what the axes hold."""
    return any(type(item).__name__ == "QuadMesh" for item in ax.collections) or bool(ax.images)


def _octave_hz(octave: int) -> float:
    return float(440 * 2.0 ** ((12 * (octave + 1) - 69) / 12))


def _is(value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, kind):
        raise InputError(f"this plot takes {kind.__name__}, got {type(value).__name__}")
    return value


def _axes(ax: Axes | None) -> Axes:
    """The axes, or those of a new figure."""
    try:
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError:
        raise MissingExtraError('plots need matplotlib: pip install "musicengine[plot]"') from None
    if ax is not None:
        return ax
    made: Axes = pyplot.subplots(figsize=(9, 3), layout="constrained")[1]
    return made
