"""The notes of a voice or lead: where they begin and end, their pitch and their vibrato.

Conventions: pitches are MIDI note numbers (69 is 440 Hz), fractional; the extent of a vibrato goes from its mean to its
peak, in cents.

Method: a note is a stretch without a break in which the pitch, freed from vibrato, stays near one value. The pitch
averaged over a fifth of a second, one period of a slow vibrato, is followed; where it moves on by more than most of a
semitone a new note begins, at the steepest place of the step. A vibrato is a sine of 4 to 9 Hz around the slow movement
of the pitch that explains most of what is left of it (Prame, "Measurements of the vibrato rate of ten singers", JASA
1994).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from musicengine.dsp.smoothing import moving_mean
from musicengine.dsp.types import Array
from musicengine.values.music import Melody, Note, PitchTrack

__all__ = ["find_notes"]

_SMOOTH_S = 0.2
_NEW_NOTE = 0.7  # semitones
_SHORTEST_S = 0.06
_SHORTEST_VIBRATO_S = 0.35
_VIBRATO_HZ = np.arange(4.0, 9.01, 0.1)
_LEAST_EXTENT_CENTS, _MOST_EXTENT_CENTS = 12.0, 250.0
_EXPLAINED = 0.5  # of the variance of the pitch around its slow movement


def find_notes(track: PitchTrack) -> Melody:
    """The notes of a track, in order, and their range; no notes where nothing is voiced.

    Args:
        track: of a voice or lead, at equal steps of time (as from :func:`musicengine.audio.track_pitch`).

    Returns:
        Notes at least 60 ms long. A note's velocity is the mean probability that it is voiced.
    """
    if track.times_s.size < 2:
        return Melody()
    step_s = float(track.times_s[-1] - track.times_s[0]) / (track.times_s.size - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        pitches = 69 + 12 * np.log2(track.frequencies_hz.astype(np.float64) / 440)
    notes = []
    for start, stop in _stretches(pitches, step_s):
        if (stop - start) * step_s >= _SHORTEST_S - 1e-6:
            notes.append(_note(track, pitches[start:stop], start, step_s))
    if not notes:
        return Melody()
    return Melody(notes=notes, lowest=min(n.pitch for n in notes), highest=max(n.pitch for n in notes))


def _stretches(pitches: Array, step_s: float) -> list[tuple[int, int]]:
    """First place and end of each stretch of one note."""
    voiced = np.isfinite(pitches)
    leaps = np.zeros(pitches.size, bool)
    leaps[1:] = np.abs(np.diff(np.nan_to_num(pitches))) > 1
    edges = np.flatnonzero(
        np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)) | np.append(leaps, False)
    )
    result = []
    for start, stop in pairwise(edges.tolist()):
        if voiced[start]:
            cuts = _cuts(pitches[start:stop], max(1, round(_SMOOTH_S / step_s / 2)))
            bounds = [0, *cuts, stop - start]
            result += [(start + a, start + b) for a, b in pairwise(bounds)]
    return result


def _cuts(pitches: Array, reach: int) -> list[int]:
    """Where in an unbroken stretch one note glides into another."""
    if np.ptp(pitches) < _NEW_NOTE:
        return []
    smooth = moving_mean(pitches, reach)
    speed = np.abs(np.gradient(moving_mean(pitches, max(1, reach // 5))))
    cuts: list[int] = [0]
    count, total = 0, 0.0
    for place, pitch in enumerate(smooth.tolist()):
        if count and abs(pitch - total / count) > _NEW_NOTE:
            first = max(cuts[-1] + 1, place - 2 * reach)
            cuts.append(first + int(speed[first : max(place, first) + 1].argmax()))
            count, total = 0, 0.0
        count, total = count + 1, total + pitch
    return cuts[1:]


def _note(track: PitchTrack, pitches: Array, start: int, step_s: float) -> Note:
    """The note at these places."""
    vibrato = _vibrato(pitches, step_s)
    first = float(track.times_s[start])
    return Note(
        start_s=first,
        end_s=first + pitches.size * step_s,
        pitch=max(float(np.median(pitches)), 0.0),
        velocity=float(track.voicing[start : start + pitches.size].mean()),
        vibrato_hz=vibrato[0] if vibrato else None,
        vibrato_cents=vibrato[1] if vibrato else None,
    )


def _vibrato(pitches: Array, step_s: float) -> tuple[float, float] | None:
    """Rate in Hz and extent in cents of the sine around a parabola that fits best; None without a vibrato."""
    time = np.arange(pitches.size) * step_s
    if pitches.size * step_s < _SHORTEST_VIBRATO_S:
        return None
    trend, _ = np.linalg.qr(np.vander(time, 3))
    rest = pitches - trend @ (trend.T @ pitches)
    if 100 * np.sqrt(2) * rest.std() < _LEAST_EXTENT_CENTS:
        return None
    phases = 2 * np.pi * _VIBRATO_HZ[:, None] * time
    parts = np.stack([np.cos(phases), np.sin(phases)], axis=2)  # (rates, n, 2)
    parts -= trend @ (trend.T @ parts)
    grams = np.swapaxes(parts, 1, 2) @ parts
    products = np.swapaxes(parts, 1, 2) @ rest
    weights = np.linalg.solve(grams, products[..., None])[..., 0]
    explained = np.einsum("rk,rk->r", weights, products)
    best = int(explained.argmax())
    extent = 100 * float(np.hypot(*weights[best]))
    steady = explained[best] > _EXPLAINED * float(rest @ rest) and 0 < best < _VIBRATO_HZ.size - 1
    if not steady or not _LEAST_EXTENT_CENTS <= extent <= _MOST_EXTENT_CENTS:
        return None
    return float(_VIBRATO_HZ[best]), extent
