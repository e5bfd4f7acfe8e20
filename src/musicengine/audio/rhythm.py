"""Everything rhythmic of a piece: onsets, tempo, beats, bars, swing, danceability.

The work is done once in :func:`hear_rhythm`; the other functions each give a part of it. Where the audio has no
pulse (silence, a drone, noise, less than two seconds) ``Heard.abstention`` holds the reason; tempo and beats are None.

Danceability is the geometric mean of how steady the pulse is, how marked, and how near its tempo lies to what people
dance to: a transparent index in [0, 1] after the components that Streich and Herrera (AES 2005) discuss, not a trained
model.
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio import beats as pulse
from musicengine.audio import meter, tempo
from musicengine.audio.onsets import OnsetStrength, find_onsets, measure_onset_strength, pick_onsets
from musicengine.audio.spectrum import Survey
from musicengine.audio.spectrum import survey as make_survey
from musicengine.dsp.types import FloatArray, IntArray
from musicengine.values.music import Beats, Rhythm, Tempo, TempoCandidate
from musicengine.values.sound import Audio

__all__ = ["Heard", "describe_rhythm", "estimate_tempo", "find_onsets", "hear_rhythm", "track_beats"]

_LEAST_S = 2.0
_LEAST_ONSETS = 4
_NOISE_PERIODICITY = 0.6  # the most that one second of noise or speech repeats by chance; falls with the square root
_DANCE_BPM, _DANCE_OCTAVES = 118.0, 0.45
_UNSTEADY = 0.1  # deviation of the time between beats, as a share of it
_SAME = 0.03  # tempos nearer than this are one
_MARKED = 1.5  # onset strength on the beat


@attrs.frozen(eq=False)
class Heard:
    """What :func:`hear_rhythm` found; tempo and beats are None exactly where ``abstention`` gives a reason.

    The onset strength is what they were found in, for whoever looks closer.
    """

    tempo: Tempo | None
    beats: Beats | None
    rhythm: Rhythm
    abstention: str | None = None
    strength: OnsetStrength | None = None


def hear_rhythm(survey: Survey, *, bpm: float | None = None) -> Heard:
    """Tempo, beats and rhythm in one go.

    Args:
        survey: of the audio.
        bpm: the tempo, where it is known; otherwise it is estimated.
    """
    strength = measure_onset_strength(survey)
    onsets = pick_onsets(strength)
    periodicity = tempo.measure_periodicity(strength)
    reason = _why_not(strength, onsets, periodicity)
    if reason is not None:
        return Heard(None, None, Rhythm(onsets), reason)
    evidence = tempo.gather_evidence(periodicity, strength.frames_per_s, tempo.measure_harmonic_change(survey))
    candidates = tempo.rank_tempos(evidence)
    counted = _count(survey, strength, candidates[0].bpm if bpm is None else bpm)
    if bpm is None:
        counted, candidates = _recount(survey, strength, counted, candidates)
    frames, times, bars = counted.frames, counted.times_s, counted.bars
    if frames.size < 2:
        return Heard(None, None, Rhythm(onsets), "too short for a beat")
    pulses = 1 if bars is None or bpm is not None else bars.pulses
    period = pulses * pulse.beat_period(times)
    confidence = candidates[0].probability if bpm is None else 1.0
    found = Tempo(60 / period, confidence, candidates[1:] if bpm is None else candidates)
    return Heard(
        found,
        Beats(
            times if bars is None else bars.beats_s,
            times[:0] if bars is None else bars.downbeats_s,
            _beat_confidence(strength, frames, found),
        ),
        Rhythm(
            onsets,
            meter=None if bars is None else bars.meter,
            meter_confidence=None if bars is None else bars.confidence,
            tempo_curve=_tempo_curve(times, pulses),
            swing=meter.measure_swing(meter.beat_profile(strength.total, strength.frames_per_s, times)),
            danceability=_danceability(strength, frames, found),
        ),
        strength=strength,
    )


@attrs.frozen(eq=False)
class _Counted:
    """A pulse in frames and in seconds, with its bars; None of those where there are too few beats."""

    frames: IntArray
    times_s: FloatArray
    bars: meter.Bars | None


def _count(survey: Survey, strength: OnsetStrength, bpm: float) -> _Counted:
    """The pulse at about ``bpm``."""
    frames = _audible(survey, pulse.follow_pulse(strength, bpm))
    times = pulse.refine(strength, frames)
    return _Counted(frames, times, meter.find_bars(survey, strength, times))


def _recount(
    survey: Survey, strength: OnsetStrength, counted: _Counted, candidates: tuple[TempoCandidate, ...]
) -> tuple[_Counted, tuple[TempoCandidate, ...]]:
    """The same, or another tempo where the bars deny that the first candidate is the beat.

    It takes over what the first and it were worth, as far as the bars are sure. Of two, that nearer to usual tempos is
    the right one.
    """
    bars, bpm = counted.bars, candidates[0].bpm
    if bars is None or not (bars.halved or bars.pulses > 1):
        return counted, candidates
    levels = (2.0, 2 / 3) if bars.halved else (1 / bars.pulses,)
    right = min((level * bpm for level in levels), key=lambda other: abs(np.log(other / tempo.USUAL_BPM)))
    same = [other for other in candidates[1:] if abs(other.bpm / right - 1) < _SAME]
    shared = sum(other.probability for other in (candidates[0], *same))
    doubted = TempoCandidate(bpm, shared * (1 - bars.confidence))
    others = (doubted, *(other for other in candidates[1:] if other not in same))
    ranked = (TempoCandidate(right, shared * bars.confidence), *sorted(others, key=lambda other: -other.probability))
    return (_count(survey, strength, right) if bars.halved else counted), ranked


def estimate_tempo(audio: Audio, *, survey: Survey | None = None) -> Tempo | None:
    """The tempo that a listener would tap, with its confidence and the other readings; None where there is no pulse.

    Args:
        audio: any audio; channels are averaged.
        survey: the audio's own, if there is one already.
    """
    return hear_rhythm(survey if survey is not None else make_survey(audio, timbre=False)).tempo


def track_beats(audio: Audio, *, survey: Survey | None = None, tempo: Tempo | None = None) -> Beats | None:
    """Beats and downbeats; None where there is no pulse.

    Args:
        audio: any audio; channels are averaged.
        survey: the audio's own, if there is one already.
        tempo: where it is known; beats are then sought near it.
    """
    found = survey if survey is not None else make_survey(audio, timbre=False)
    return hear_rhythm(found, bpm=None if tempo is None else tempo.bpm).beats


def describe_rhythm(audio: Audio, *, survey: Survey | None = None, tempo: Tempo | None = None) -> Rhythm:
    """Onsets, meter, tempo curve, swing and danceability; parts that the audio cannot answer are None or empty.

    Args:
        audio: any audio; channels are averaged.
        survey: the audio's own, if there is one already.
        tempo: where it is known.
    """
    found = survey if survey is not None else make_survey(audio, timbre=False)
    return hear_rhythm(found, bpm=None if tempo is None else tempo.bpm).rhythm


def _why_not(strength: OnsetStrength, onsets: FloatArray, periodicity: FloatArray) -> str | None:
    """Why this audio has no tempo; None if it has one."""
    if not strength.changing:
        return "nothing begins or changes: silence or a steady sound"
    if strength.total.size < _LEAST_S * strength.frames_per_s:
        return f"shorter than {_LEAST_S:g} s"
    if onsets.size < _LEAST_ONSETS:
        return f"only {onsets.size} onsets"
    chance = min(0.2, _NOISE_PERIODICITY * (strength.frames_per_s / strength.total.size) ** 0.5)
    first, last = (round(60 / bpm * strength.frames_per_s) for bpm in (240, 40))
    if float(periodicity[first : last + 1].max(initial=0.0)) < chance:
        return "no regular pulse"
    return None


def _audible(survey: Survey, frames: IntArray) -> IntArray:
    """The beats from the first to the last sound: those before and after are only a count."""
    level = survey.mel.sum(axis=1)
    loud = np.flatnonzero(level > 1e-6 * level.max())
    slack = round(0.1 * survey.frames_per_s)
    kept: IntArray = frames[(frames >= loud[0] - slack) & (frames <= loud[-1] + slack)]
    return kept


def _beat_confidence(strength: OnsetStrength, frames: IntArray, found: Tempo) -> float:
    """The F-measure (70 ms) to expect, by least squares on labelled clips: sure tempo, beats on onsets, even beats."""
    times = np.diff(frames)
    struck = float((strength.total[frames] > pulse.STRUCK).mean())
    return float(np.clip(0.4 + 0.35 * found.confidence + 0.2 * struck - 0.4 * times.std() / times.mean(), 0, 1))


def _tempo_curve(times: FloatArray, pulses: float) -> FloatArray:
    """Times between beats of ``pulses`` and the tempo there, over stretches of up to four of them: float32 (2, n)."""
    span = min(4, times.size - 1)
    middle = (times[span:] + times[:-span]) / 2
    return np.stack([middle, np.float32(60 * span / pulses) / (times[span:] - times[:-span])])


def _danceability(strength: OnsetStrength, frames: IntArray, found: Tempo) -> float:
    """The geometric mean of how steady, how marked and how near to 118 bpm the pulse is, each in [0, 1]."""
    times = np.diff(frames)
    steady = float(np.exp(-((times.std() / times.mean() / _UNSTEADY) ** 2)))
    marked = float(np.clip(strength.total[frames].mean() / _MARKED, 0, 1))
    usual = float(np.exp(-0.5 * (np.log2(found.bpm / _DANCE_BPM) / _DANCE_OCTAVES) ** 2))
    return float(np.cbrt(steady * marked * usual))
