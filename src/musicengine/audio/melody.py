"""The notes of a pitch track: where each begins and ends, its pitch, its loudness and its vibrato; the range of all.

Conventions: pitches are MIDI note numbers with fractions, vibrato extent is from the mean to the peak in cents.

Method: medians over about a fifth of a second keep the steps between notes and remove vibrato; a note ends where that
curve leaves the note's own mean, where the track pauses, and, for one voice alone, where the level leaps up again. A
vibrato is a sinusoid of 4 to 8.5 Hz that explains most of the note's deviation from a straight line (Prame, JASA 96,
1994); its extent is corrected for the averaging within the frames that the track was read from.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from musicengine.audio.pitch import FRAME_S, HOP_S
from musicengine.audio.spectrum import mixed
from musicengine.dsp.medians import median_cascade
from musicengine.dsp.types import Array, FloatArray
from musicengine.values.music import Melody, Note, PitchTrack
from musicengine.values.sound import Audio

__all__ = ["find_notes"]

_STEADY = (1, 2, 3, 4)  # frames: medians of 0.2 s
_DEPARTURE = 0.6  # semitones from a note's mean that end it
_SHORTEST = 5  # frames
_LEAP_DB, _LEAP = 6.0, 3  # a rise over so many frames to each side is a new attack
_SURE = 0.5  # confidence of a track whose level is the note's own
_CYCLES = 2.0  # of a vibrato at least
_LEAST_CENTS = 8.0
_EXPLAINED = 0.5  # of the variance
_BLOCK_FRAMES = 1000


def find_notes(track: PitchTrack, *, audio: Audio | None = None) -> Melody:
    """The notes of a track.

    Args:
        track: with a frame every 10 ms.
        audio: that the track is of; without it all velocities are 1 and repeated notes may pass for one.
    """
    pitch = 69 + 12 * np.log2(track.frequencies_hz / np.float32(440))
    level = np.zeros(pitch.size, np.float32) if audio is None else _levels_db(audio, pitch.size)
    attacks = _attacks(level) if track.confidence >= _SURE else np.zeros(pitch.size, bool)
    spans = [span for run in _runs(np.isfinite(pitch)) for span in _split(pitch, attacks, *run)]
    loudest = max((float(level[first:last].max()) for first, last in spans), default=0.0)
    notes = tuple(_note(pitch[first:last], first, float(level[first:last].max()) - loudest) for first, last in spans)
    pitches = [note.pitch for note in notes]
    return Melody(notes, min(pitches, default=None), max(pitches, default=None))


def _levels_db(audio: Audio, frames: int) -> FloatArray:
    """The level around each frame, dB."""
    edges = np.rint((np.arange(frames + 1) - 0.5) * (HOP_S * audio.rate)).astype(np.int64)
    edges[0], edges[-1] = 0, max(audio.samples.shape[1], int(edges[-2]) + 1)
    power = np.empty(frames, np.float32)
    for first in range(0, frames, _BLOCK_FRAMES):
        last = min(first + _BLOCK_FRAMES, frames)
        block = mixed(audio, int(edges[first]), int(edges[last]))
        starts = edges[first:last] - edges[first]
        power[first:last] = np.add.reduceat(block * block, starts) / np.diff(edges[first : last + 1])
    level: FloatArray = 10 * np.log10(np.maximum(power, np.float32(1e-12)))
    return level


def _attacks(level: FloatArray) -> Array:
    """Where the level leaps up: bool (frames,), true at the steepest frame of each leap."""
    rise = np.zeros(level.size, np.float32)
    if level.size > 2 * _LEAP:
        rise[_LEAP:-_LEAP] = level[2 * _LEAP :] - level[: -2 * _LEAP]
    steepest = (rise >= np.roll(rise, 1)) & (rise > np.roll(rise, -1))
    return (rise > _LEAP_DB) & steepest


def _runs(mask: Array) -> list[tuple[int, int]]:
    """First and end of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _split(pitch: FloatArray, attacks: Array, first: int, last: int) -> Iterator[tuple[int, int]]:
    """First and end of each note of a run of pitched frames; what is too short to be one is left out."""
    steady = median_cascade(pitch[None, first:last], _STEADY, axis=1)[0].tolist()
    start, total = first, 0.0
    for frame, here in enumerate(steady, first):
        count = frame - start
        leaves = count > 0 and abs(here - total / count) > _DEPARTURE
        if leaves or (count >= _SHORTEST and attacks[frame]):
            if count >= _SHORTEST:
                yield start, frame
            start, total = frame, 0.0
        total += here
    if last - start >= _SHORTEST:
        yield start, last


def _note(pitch: FloatArray, first: int, level_db: float) -> Note:
    """The note of these frames; its level is relative to the loudest note."""
    rate_hz, cents = _vibrato(pitch) or (None, None)
    return Note(
        start_s=first * HOP_S,
        end_s=(first + pitch.size) * HOP_S,
        pitch=max(0.0, float(np.median(pitch))),
        velocity=float(10 ** (level_db / 20)),
        vibrato_hz=rate_hz,
        vibrato_cents=cents,
    )


def _vibrato(pitch: FloatArray) -> tuple[float, float] | None:
    """Rate in Hz and extent in cents, or None where the pitch does not swing."""
    rates = np.arange(4.0, 8.55, 0.1)
    n = pitch.size
    if n * HOP_S * rates[-1] < _CYCLES:
        return None
    window, waves = _analysis(n)
    line = np.arange(n) - (n - 1) / 2
    cents = 100 * (pitch - pitch.mean(dtype=np.float64))
    cents -= line * ((line @ cents) / (line @ line))
    weighted = window * cents
    power = np.abs(waves @ weighted)
    power[n * HOP_S * rates < _CYCLES] = 0
    best = int(power.argmax())
    amplitude = 2 * float(power[best]) / window.sum()
    variance = float(weighted @ cents) / window.sum()
    seen = rates[best] * FRAME_S  # cycles in a frame; the response of a Hann window there:
    extent = amplitude / (np.sinc(seen) / (1 - seen**2))
    if extent < _LEAST_CENTS or amplitude**2 / 2 < _EXPLAINED * variance:
        return None
    return float(rates[best]), float(extent)


@lru_cache(maxsize=64)
def _analysis(n: int) -> tuple[Array, Array]:
    """A Hann window (n,) and the waves (rates, n) that vibratos are compared with."""
    rates = np.arange(4.0, 8.55, 0.1)
    times = np.arange(n) * HOP_S
    return np.hanning(n + 2)[1:-1], np.exp(-2j * np.pi * rates[:, None] * times)
