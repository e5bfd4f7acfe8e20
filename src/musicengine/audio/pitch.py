"""The fundamental frequency of a voice or lead over time, alone or above an accompaniment.

Conventions: a frequency every 10 ms, NaN where nothing leads; pitches inside this module are octaves above 1 Hz.

Method: each frame has a few candidates, the peaks of harmonic salience (:mod:`musicengine.audio.salience`). Viterbi's
algorithm chooses among them, and silence, the path that is salient and moves little. One method serves both a solo and
a lead in a mixture; what differs is how much sounds when the lead does not, and the threshold follows that.
"""

from __future__ import annotations

import numpy as np

from musicengine.audio.salience import CANDIDATES, FRAME_S, Candidates, find_candidates
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.dsp.viterbi import best_path
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

__all__ = ["track_pitch"]

_STEP_S = 0.01
# Whether something leads.
_NOISE, _CLEAR = 0.3, 0.45  # clarity
_LEAST_VOICED, _MOST_VOICED = 0.08, 0.45  # the threshold, of the salience of loud notes
_ABOVE = 1.3  # times the background
# What the path costs, in the salience of a loud note.
_MOVE_COST, _LONGEST_MOVE = 0.3, 2.0  # an octave; octaves
_TURN_COST = 0.15  # to start or to end
# How sure it is.
_UNHEARD, _HEARD, _STEEPNESS, _MIDDLE = 0.08, 0.94, 5.0, 1.06  # of voicing, by salience over the threshold
_SURE, _RIVALRY_WEIGHT, _LEAP_WEIGHT = 3.8, 4.6, 14.0
_LEAST_SURE = 0.05  # a track that is less likely right is none: noise and drums reach 0.02
_RELATED = 0.06  # octaves
# How it moves between frames.
_JOINED = 1.5 / 12  # octaves in a frame; a greater step is a leap
_KERNEL_VARIANCE = 0.0262  # of the averaging in a Hann window, of its squared length


def track_pitch(audio: Audio, *, block_frames: int = 384, low: Decimated | None = None) -> PitchTrack:
    """The pitch of the voice or lead every 10 ms.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
    """
    found = find_candidates(audio, block_frames, low)
    relative, threshold = _weigh(found)
    path = _follow(found.pitches, relative, threshold)
    confidence = _confidence(found, path)
    if confidence < _LEAST_SURE:
        confidence, path, relative = 0.0, np.full_like(path, CANDIDATES), np.zeros_like(relative)
    voiced = path < CANDIDATES
    rows, chosen = np.arange(len(path)), np.where(voiced, path, 0)
    pitches = np.where(voiced, found.pitches[rows, chosen], np.nan)
    voicing = _probability(relative[rows, chosen] / np.float32(threshold))
    return _on_the_grid(_sharpen(pitches, found.hop_s), voicing, found.hop_s, audio.duration_s, confidence)


def _probability(margin: FloatArray) -> FloatArray:
    """How likely something leads (frames,), given salience over the threshold; 0 in silence.

    Fitted to labelled clips, in which even the clearest pitch has a small chance to be no melody.
    """
    probable = _UNHEARD + (_HEARD - _UNHEARD) / (1 + np.exp(-_STEEPNESS * (margin - _MIDDLE)))
    return np.where(margin > 0, probable, 0).astype(np.float32)


def _confidence(found: Candidates, path: IntArray) -> float:
    """How large a part of the track is right, in [0, 1], from its rivals and its leaps; 0 without a pitch.

    Logistic regression on labelled clips.
    """
    rows = np.flatnonzero(path < CANDIDATES)
    if not rows.size:
        return 0.0
    pitches, saliences = found.pitches[rows], found.saliences[rows]
    every = np.arange(rows.size)
    leads, strengths = pitches[every, path[rows]], saliences[every, path[rows]]
    rivalry = float((_rivals(pitches, saliences, leads) / strengths).mean())
    leaps = float((np.abs(np.diff(leads)) > _JOINED / 2).mean()) if rows.size > 1 else 0.0
    return float(1 / (1 + np.exp(_RIVALRY_WEIGHT * rivalry + _LEAP_WEIGHT * leaps - _SURE)))


def _rivals(pitches: FloatArray, saliences: FloatArray, leads: FloatArray) -> FloatArray:
    """How salient the strongest candidate of each frame is that is no octave, fifth or twelfth from the lead."""
    distances = np.abs(pitches - leads[:, None])
    related = distances < np.float32(_RELATED)
    for interval in np.log2((1.5, 2, 3, 4)).astype(np.float32):
        related |= np.abs(distances - interval) < np.float32(_RELATED)
    strongest: FloatArray = np.where(related, np.float32(0), saliences).max(axis=1)
    return strongest


def _weigh(found: Candidates) -> tuple[FloatArray, float]:
    """Saliences relative to those of loud notes, less in noise, and the threshold above which something leads.

    The threshold rises with what sounds when nothing leads: little between the notes of a solo, the accompaniment in a
    mixture. The least salient tenth of all frames that sound tells which, unless even the strongest rivals of the lead
    are weaker: then those frames are soft notes of a solo.
    """
    sounding = found.saliences[:, 0] > 0
    if not sounding.any():
        return found.saliences, 1.0
    pitches, saliences = found.pitches[sounding], found.saliences[sounding]
    background, loud = np.percentile(saliences[:, 0], (10, 90))
    background = min(background, np.percentile(_rivals(pitches, saliences, pitches[:, 0]), 90))
    clear = np.clip((found.clarity - _NOISE) / (_CLEAR - _NOISE), 0, 1)
    relative = found.saliences * (clear / loud).astype(np.float32)[:, None]
    return relative, min(_LEAST_VOICED + _ABOVE * float(background / loud), _MOST_VOICED)


def _follow(pitches: FloatArray, saliences: FloatArray, threshold: float) -> IntArray:
    """The candidate of each frame (frames,); one more than the last where nothing leads."""
    frames, count = pitches.shape
    scores = np.full((frames, count + 1), threshold, np.float32)
    scores[:, :count] = np.where(saliences > 0, saliences, -1e3)
    moves = np.full((frames - 1, count + 1, count + 1), -_TURN_COST, np.float32)
    distance = np.abs(pitches[:-1, :, None] - pitches[1:, None, :])
    moves[:, :count, :count] = -_MOVE_COST * np.minimum(distance, _LONGEST_MOVE)
    moves[:, count, count] = 0
    return best_path(scores, moves)


def _sharpen(pitches: Array, hop_s: float) -> Array:
    """Undo, up to about 8 Hz, the averaging of a pitch that moves within a frame, so that vibrato keeps its extent.

    The peak of a spectrum lies at the mean of the frequency under a kernel whose variance is
    integral(t^4 w) / 3 integral(t^2 w) for a window w, 0.0262 of the squared length for Hann's. To first order taking
    half of that of the second derivative away undoes it.
    """
    if len(pitches) < 3:
        return pitches
    bend = pitches[:-2] - 2 * pitches[1:-1] + pitches[2:]
    steady = np.abs(np.diff(pitches)) < _JOINED
    amount = 0.5 * _KERNEL_VARIANCE * (FRAME_S / hop_s) ** 2
    sharpened = pitches.copy()
    sharpened[1:-1] -= np.where(steady[:-1] & steady[1:], amount * bend, 0)
    return sharpened


def _on_the_grid(pitches: Array, voicing: Array, hop_s: float, duration_s: float, sure: float) -> PitchTrack:
    """The track every 10 ms: cubic between frames (Catmull-Rom), the nearer frame's where the pitch leaps or ends."""
    times = np.arange(int(duration_s / _STEP_S + 1e-6) + 1) * _STEP_S
    last = len(pitches) - 1
    places = np.minimum(times / hop_s, last)
    left = np.minimum(places.astype(np.int64), max(last - 1, 0))
    right = np.minimum(left + 1, last)
    part = places - left
    steps = np.concatenate([[np.nan], np.diff(pitches), [np.nan]])
    steps[~(np.abs(steps) < _JOINED)] = np.nan
    before, after = steps[:-1], steps[1:]
    slopes = np.where(np.isnan(before), after, np.where(np.isnan(after), before, 0.5 * (before + after)))
    step, rise, fall = after[left], slopes[left], slopes[right]
    curve = part * (rise + part * (3 * step - 2 * rise - fall + part * (rise + fall - 2 * step)))
    nearest = np.where(part > 0.5, pitches[right], pitches[left])
    between = np.where(np.isnan(step), nearest, pitches[left] + curve)
    return PitchTrack(
        times_s=times,
        frequencies_hz=np.exp2(between),
        voicing=np.interp(places, np.arange(last + 1), voicing),
        confidence=sure,
    )
