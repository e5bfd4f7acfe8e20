"""The notes of a voice or lead: where they begin and end, their pitch and their vibrato.

Conventions: pitches are MIDI note numbers (69 is 440 Hz), fractional; the extent of a vibrato goes from its mean to its
peak, in cents.

Method: a note is a stretch without a break in which the pitch, freed from vibrato, stays near one value. The pitch
averaged over a fifth of a second, one period of a slow vibrato, is followed; where it moves on by more than most of a
semitone a new note begins, at the steepest place of the step. Given the audio, a note that is struck again is two
notes: the level leaps up within it, which only tells something where one voice sounds alone. A vibrato is a sine of 4
to 9 Hz around the slow movement of the pitch that explains most of what is left of it (Prame, "Measurements of the
vibrato rate of ten singers", JASA 1994).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise

import numpy as np

from musicengine.audio.spectrum import mixed
from musicengine.dsp.peaks import pick_peaks
from musicengine.dsp.smoothing import moving_mean
from musicengine.dsp.types import Array, FloatArray
from musicengine.values.music import Melody, Note, PitchTrack
from musicengine.values.sound import Audio

__all__ = ["find_notes"]

_SMOOTH_S = 0.2
_NEW_NOTE = 0.7  # semitones
_SHORTEST_S = 0.06
_SHORTEST_VIBRATO_S = 0.35
_LEAP_DB, _LEAP_S = 6.0, 0.03  # a rise over so long to each side is a new attack
_ALONE = 0.7  # confidence of a track whose level is the voice's own
_BLOCK = 1000  # levels computed at a time
_VIBRATO_HZ = np.arange(4.0, 9.01, 0.1)
_LEAST_EXTENT_CENTS, _MOST_EXTENT_CENTS = 12.0, 250.0
_EXPLAINED = 0.5  # of the variance of the pitch around its slow movement


def find_notes(track: PitchTrack, *, audio: Audio | None = None) -> Melody:
    """The notes of a track, in order, and their range; no notes where nothing is voiced.

    Args:
        track: of a voice or lead, at equal steps of time (as from :func:`musicengine.audio.track_pitch`).
        audio: that the track is of.

    Returns:
        Notes at least 60 ms long. A note's velocity is its amplitude relative to the loudest note's; without audio it
        is the mean probability that the note is voiced.
    """
    if track.times_s.size < 2:
        return Melody()
    step_s = float(track.times_s[-1] - track.times_s[0]) / (track.times_s.size - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        pitches = 69 + 12 * np.log2(track.frequencies_hz.astype(np.float64) / 440)
    levels = None if audio is None else _levels_db(audio, track, step_s)
    attacks = [] if levels is None or track.confidence < _ALONE else _attacks(levels, step_s)
    shortest = round(_SHORTEST_S / step_s - 1e-6)
    spans = [
        span
        for start, stop in _stretches(pitches, step_s)
        for span in _struck(start, stop, attacks, shortest)
        if (span[1] - span[0]) * step_s >= _SHORTEST_S - 1e-6
    ]
    if not spans:
        return Melody()
    if levels is None:
        velocities = [float(track.voicing[start:stop].mean()) for start, stop in spans]
    else:
        peaks = np.array([levels[start:stop].max() for start, stop in spans])
        velocities = (10 ** ((peaks - peaks.max()) / 20)).tolist()
    notes = [
        _note(float(track.times_s[start]), pitches[start:stop], step_s, velocity)
        for (start, stop), velocity in zip(spans, velocities, strict=True)
    ]
    return Melody(notes=notes, lowest=min(n.pitch for n in notes), highest=max(n.pitch for n in notes))


def _levels_db(audio: Audio, track: PitchTrack, step_s: float) -> FloatArray:
    """The level around each time of the track (n,), in dB; -120 in silence."""
    edges = np.append(track.times_s, track.times_s[-1] + step_s).astype(np.float64) - step_s / 2
    places = np.rint(edges * audio.rate).astype(np.int64)
    power = np.empty(track.times_s.size, np.float32)
    for first in range(0, power.size, _BLOCK):
        last = min(first + _BLOCK, power.size)
        block = mixed(audio, int(places[first]), int(places[last]))
        starts = np.minimum(places[first:last] - places[first], max(block.size - 1, 0))
        power[first:last] = np.add.reduceat(block * block, starts) / np.maximum(np.diff(places[first : last + 1]), 1)
    level: FloatArray = 10 * np.log10(np.maximum(power, np.float32(1e-12)))
    return level


def _attacks(levels: FloatArray, step_s: float) -> list[int]:
    """Where the level leaps up: the steepest place of each leap."""
    reach = max(1, round(_LEAP_S / step_s))
    rise = np.zeros(levels.size, np.float32)
    rise[reach:-reach] = levels[2 * reach :] - levels[: -2 * reach]
    places: list[int] = pick_peaks(rise, reach, _LEAP_DB).tolist()
    return places


def _struck(start: int, stop: int, attacks: list[int], shortest: int) -> list[tuple[int, int]]:
    """A stretch of one pitch, cut where it is struck again."""
    inner = attacks[bisect_left(attacks, start + shortest) : bisect_right(attacks, stop - shortest)]
    return list(pairwise([start, *inner, stop]))


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


def _note(start_s: float, pitches: Array, step_s: float, velocity: float) -> Note:
    """The note of these pitches."""
    vibrato = _vibrato(pitches, step_s)
    return Note(
        start_s=start_s,
        end_s=start_s + pitches.size * step_s,
        pitch=max(_median(pitches), 0.0),
        velocity=velocity,
        vibrato_hz=vibrato[0] if vibrato else None,
        vibrato_cents=vibrato[1] if vibrato else None,
    )


def _median(values: Array) -> float:
    """The median; numpy's own takes its time for few values."""
    ordered = np.sort(values)
    return float(ordered[(values.size - 1) // 2] + ordered[values.size // 2]) / 2


def _vibrato(pitches: Array, step_s: float) -> tuple[float, float] | None:
    """Rate in Hz and extent in cents of the sine around a parabola that fits best; None without a vibrato."""
    if pitches.size * step_s < _SHORTEST_VIBRATO_S:
        return None
    trend = _trend(pitches.size)
    rest = pitches - trend @ (trend.T @ pitches)
    power = float(rest @ rest)
    if 100 * np.sqrt(2 * power / pitches.size) < _LEAST_EXTENT_CENTS:
        return None
    time = (np.arange(pitches.size) - (pitches.size - 1) / 2) * step_s
    # Sines of all rates: each is the one before, turned on by the difference of the rates.
    first, turn = np.exp(2j * np.pi * np.array([[_VIBRATO_HZ[0]], [_VIBRATO_HZ[1] - _VIBRATO_HZ[0]]]) * time)
    sines = np.multiply.accumulate(np.vstack([first, np.broadcast_to(turn, (_VIBRATO_HZ.size - 1, time.size))]))
    # About the middle of the note the real parts are even and the imaginary odd: each fits the rest on its own.
    parts = np.stack([np.real(sines), np.imag(sines)])  # (2, rates, n)
    along = parts @ trend
    powers = np.einsum("prn,prn->pr", parts, parts) - np.einsum("prk,prk->pr", along, along)
    products = parts @ rest  # the rest has no trend, so the trend of the parts adds nothing
    weights = products / powers
    explained = (weights * products).sum(axis=0)
    best = int(explained.argmax())
    extent = 100 * float(np.hypot(*weights[:, best]))
    steady = explained[best] > _EXPLAINED * power and 0 < best < _VIBRATO_HZ.size - 1
    if not steady or not _LEAST_EXTENT_CENTS <= extent <= _MOST_EXTENT_CENTS:
        return None
    return float(_VIBRATO_HZ[best]), extent


@lru_cache(maxsize=128)
def _trend(count: int) -> Array:
    """What a parabola over so many values is made of: three orthonormal columns (count, 3)."""
    time = np.arange(count) - (count - 1) / 2
    square = time * time
    trend = np.stack([np.ones_like(time), time, square - square.mean()], axis=1)  # orthogonal, time being symmetric
    trend /= np.sqrt(np.einsum("nk,nk->k", trend, trend))
    trend.flags.writeable = False
    return trend
