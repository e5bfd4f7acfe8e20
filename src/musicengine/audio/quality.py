"""A recording's quality as a score: 100 minus a ledger of deductions, each with its reason, place and fix.

What is measured elsewhere is handed in; what is not known costs nothing. The rules and where their targets come from
are in :mod:`musicengine.audio.rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from musicengine.audio.balance import find_contrast, find_imbalance
from musicengine.audio.chroma import CURVE_STEP_S, CURVE_WINDOW_S, Chroma
from musicengine.audio.faults import Pair, compare_channels, find_faults
from musicengine.audio.grid import find_break, is_steady
from musicengine.audio.loudness import measure_loudness
from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.rules import RULES, Finding
from musicengine.audio.spectrum import Survey, apart
from musicengine.audio.spectrum import survey as pass_once
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import FloatArray
from musicengine.values.measures import Loudness
from musicengine.values.music import Beats, Form, Section
from musicengine.values.scores import Score
from musicengine.values.sound import Audio

__all__ = ["score_quality"]

_SELDOM_OUT = 0.005  # of the time: fewer cancellations change nothing worth looking at both channels for
_LEAST_FOR_RANGE_S = 6.0  # two short-term windows
_LEAST_BARS = 8
_LEAST_FOR_REPETITION_S = 60.0
_PASSAGE_S = 4.0
_LEAST_TUNINGS = 3  # points of the curve, so that there is a usual one


def score_quality(
    audio: Audio,
    *,
    survey: Survey | None = None,
    loudness: Loudness | None = None,
    beats: Beats | None = None,
    form: Form | None = None,
    chroma: Chroma | None = None,
    low: Decimated | None = None,
    onsets: OnsetStrength | None = None,
) -> Score:
    """The score with its reasons.

    Args:
        audio: any audio.
        survey: of this audio, if it is known already.
        loudness: of this audio, if it is known already.
        beats: of this audio; None leaves the rule about tempo out.
        form: of this audio; None leaves the rules about form out.
        chroma: of this audio; None leaves the rule about tuning out.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
        onsets: of this audio; None leaves the tempo to be judged by the beats alone.
    """
    pair = compare_channels(audio)
    survey = _of_channels(audio, survey or pass_once(audio), pair)
    loudness = loudness or measure_loudness(audio)
    found = [
        *_find_levels(audio, loudness),
        *find_faults(audio, survey, loudness.integrated_lufs, low, pair),
        *find_imbalance(survey, audio.duration_s),
        *_find_unsteadiness(beats, onsets),
        *_find_form(survey, form),
        *_find_contrast(survey),
        *_find_detuning(chroma, audio.duration_s),
    ]
    return Score(
        [reason for name, finding in found if (reason := RULES[name].judge(finding))],
        judged=sum(RULES[name].cap for name, _ in found),
    )


def _of_channels(audio: Audio, survey: Survey, pair: Pair) -> Survey:
    """The survey, or where channels cancel in the mix, one of the mean of their powers at those times.

    That mean is the power of the middle and that of the sides together. What is out of polarity has a rule of its own;
    nothing else is to be judged by what is left in mono.
    """
    if pair.share < _SELDOM_OUT:
        return survey
    # Frames side by side are enough for levels over time, and take a quarter of the memory.
    middle, sides = survey.sparse, pass_once(audio, sparse=True, read=apart)
    out = pair.out_at(middle.times_s).astype(np.float32)[:, None]
    return attrs.evolve(middle, mel=middle.mel + out * sides.mel)


def _find_levels(audio: Audio, loudness: Loudness) -> Iterator[tuple[str, Finding]]:
    """Loudness, true peak and dynamics."""
    yield "loudness.target", Finding(loudness.integrated_lufs)
    yield "loudness.true_peak", Finding(loudness.true_peak_dbtp)
    if np.isfinite(loudness.integrated_lufs):
        yield "dynamics.peak_to_loudness", Finding(loudness.true_peak_dbtp - loudness.integrated_lufs)
        if audio.duration_s >= _LEAST_FOR_RANGE_S:
            yield "dynamics.range", Finding(loudness.range_lu)


def _find_unsteadiness(beats: Beats | None, onsets: OnsetStrength | None) -> Iterator[tuple[str, Finding]]:
    """The bar that is longest or shortest beside those around it, or after which the grid goes on shifted.

    Where no tempo is kept there is no grid that a bar could be off.
    """
    if beats is None or beats.downbeats_s.size < _LEAST_BARS or beats.confidence < 0.5:
        return
    if not is_steady(beats.times_s):
        yield "tempo.steadiness", Finding(0.0)
        return
    found = [_uneven_bar(beats.downbeats_s)]
    if onsets is not None and (broken := find_break(onsets, beats)):
        found.append(Finding(100 * abs(broken.shift) * broken.sure, broken.start_s, broken.end_s))
    yield "tempo.steadiness", max(found, key=lambda finding: finding.measured)


def _uneven_bar(downbeats_s: FloatArray) -> Finding:
    """The bar whose length differs most from the median of the bars around it; the outermost bars are left out."""
    lengths = np.diff(downbeats_s)
    around = np.lib.stride_tricks.sliding_window_view(lengths, 5)
    deviation = 100 * np.abs(lengths[2:-2] / np.median(around, axis=1) - 1)
    worst = int(np.argmax(deviation))
    return Finding(float(deviation[worst]), float(downbeats_s[worst + 2]), float(downbeats_s[worst + 3]))


def _find_detuning(chroma: Chroma | None, duration_s: float) -> Iterator[tuple[str, Finding]]:
    """How far the seconds that are tuned most differently lie from the usual tuning, in cents around the semitone."""
    if chroma is None or chroma.abstention is not None:
        return
    curve = chroma.tuning_curve
    if np.isfinite(curve).sum() < _LEAST_TUNINGS:
        return
    apart = np.abs((curve - np.nanmedian(curve) + 50) % 100 - 50)
    worst = float(np.nanmax(apart))
    beyond = np.flatnonzero(apart > RULES["tuning.steadiness"].good[1])
    if not beyond.size:
        yield "tuning.steadiness", Finding(worst)
        return
    end_s = min(float(beyond[-1]) * CURVE_STEP_S + CURVE_WINDOW_S, duration_s)
    yield "tuning.steadiness", Finding(worst, float(beyond[0]) * CURVE_STEP_S, end_s)


def _find_form(survey: Survey, form: Form | None) -> Iterator[tuple[str, Finding]]:
    """The lift of the chorus, and how long one waits for the song and for its chorus."""
    if form is None:
        return
    if form.sections[-1].end_s >= _LEAST_FOR_REPETITION_S:
        yield "form.repetition", Finding(100 * _recurring(form.sections))
    choruses = [section for section in form.sections if section.label == "chorus"]
    verses = [section for section in form.sections if section.label == "verse"]
    first = form.sections[0]
    yield "form.intro", Finding(first.end_s, 0.0, first.end_s) if first.label == "intro" else Finding(0.0)
    if choruses:
        yield "form.first_chorus", Finding(choruses[0].start_s, 0.0, choruses[0].start_s)
    if choruses and verses:
        lift = _level_db(survey, choruses) - _level_db(survey, verses)
        yield "form.chorus_lift", Finding(lift, choruses[0].start_s, choruses[0].end_s)


def _level_db(survey: Survey, sections: Sequence[Section]) -> float:
    """The mean power of these sections, dB."""
    times = survey.times_s
    inside = np.zeros(len(times), bool)
    for section in sections:
        inside |= (times >= section.start_s) & (times < section.end_s)
    power = float(survey.mel[inside].sum(axis=1).mean()) if inside.any() else 0.0
    return float(10 * np.log10(max(power, 1e-20)))


def _recurring(sections: Sequence[Section]) -> float:
    """The share of the time whose music is heard more than once."""
    times = Counter(section.group for section in sections)
    again = sum(section.end_s - section.start_s for section in sections if times[section.group] > 1)
    return again / max(sections[-1].end_s - sections[0].start_s, 1e-9)


def _find_contrast(survey: Survey) -> Iterator[tuple[str, Finding]]:
    """How far passages of four seconds lie from the mean of all, root mean square over time and octaves, dB."""
    contrast = find_contrast(survey, _PASSAGE_S)
    if contrast is not None:
        yield "form.contrast", Finding(contrast)
