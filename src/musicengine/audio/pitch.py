"""The fundamental frequency of a voice or lead, alone or in a mixture.

Conventions: tracks have a frame every 10 ms, the first at 0; frequencies are in Hz, NaN where nothing is pitched.

Method: the channels' mean is decimated to about 11 kHz and cut into Hann-windowed frames of 93 ms, 20 ms apart. In the
compressed spectrum, freed from its local mean, the salience of each pitch from 40 Hz to 2.3 kHz is the sum over its
harmonics less the sum half-way between them (see :mod:`musicengine.dsp.pitch`). A few peaks of each frame are the
candidates that Viterbi's algorithm joins to a line; a second pass tells where that line is heard (after Boersma 1993
for one voice, and Salamon and Gómez, IEEE TASLP 20, 2012, for melodies). How much of the power the strongest pitch's
harmonics explain tells one voice from a mixture: there the line leans to the register where leads lie, and must stand
out more. Frequencies are read from the harmonics themselves, interpolated between the bins.
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio.spectrum import decimated
from musicengine.dsp import pitch as kernels
from musicengine.dsp.frames import padded
from musicengine.dsp.spectra import hann
from musicengine.dsp.types import FloatArray
from musicengine.dsp.viterbi import best_candidates
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

__all__ = ["FRAME_S", "HOP_S", "PitchCandidates", "find_pitch_candidates", "track_bass", "track_pitch"]

HOP_S = 0.01
_STEP_S = 0.02  # from frame to frame: a fifth of a frame
_RATE_HZ = 11_025.0
FRAME_S = 1024 / _RATE_HZ
_LOWEST_HZ, _HIGHEST_HZ, _TOP_HZ = 40.0, 2300.0, 5000.0
_PER_OCTAVE = 48
_HARMONICS, _DECAY, _BETWEEN = 8, 0.8, 0.3
_CANDIDATES = 6
_BLOCK_FRAMES = 256
_SILENCE = 1e-6  # magnitude of a partial in a transform divided by its length: -108 dBFS
_MOVE_COST, _LONGEST_MOVE, _SWITCH_COST = 1.5, 1.0, 0.25  # of an octave; in octaves; of starting or ending
_ALONE = (0.35, 0.0)  # salience that a pitch needs, and how much the register counts: for one voice
_MIXED = (0.6, 0.07)  # and in a mixture
_REGISTER_HZ = 440.0
_EXPLAINED = (0.75, 0.9)  # share of the power at the strongest pitch's harmonics: a mixture, one voice
_EXPLAINING, _REFINING = 12, 4  # harmonics
_BASS_HZ, _BASS_TOP_HZ, _BASS_CANDIDATES, _BASS_LEAN, _BASS_THRESHOLD = 80.0, 260.0, 4, 0.1, 0.35
_NONE = np.float32(-1e3)  # what is worth too little to be taken


@attrs.frozen(eq=False)
class PitchCandidates:
    """What pitches may sound in each frame, the most salient first; frame i is centred at i * 20 ms.

    Args:
        octaves: float32 (k, frames), each candidate's octaves above 1 Hz.
        saliences: float32 (k, frames), -inf where there are fewer candidates.
        bass_octaves, bass_saliences: float32 (k', frames), the same of the register of the bass.
        explained: float32 (frames,), the share of power at the harmonics of the first candidate, in [0, 1].
        level: float32 (frames,), the largest magnitude.
        duration_s: of the audio.
    """

    octaves: FloatArray
    saliences: FloatArray
    bass_octaves: FloatArray
    bass_saliences: FloatArray
    explained: FloatArray
    level: FloatArray
    duration_s: float

    @property
    def silent(self) -> bool:
        """Whether nothing is pitched at all."""
        return bool(self.level.max() < _SILENCE) or not np.isfinite(self.saliences).any()


def track_pitch(audio: Audio, *, candidates: PitchCandidates | None = None) -> PitchTrack:
    """The pitch of the voice or lead every 10 ms.

    The track's confidence is near 1 where one voice sounds alone; in a mixture it says how clearly the line stands out.

    Args:
        audio: any audio; channels are averaged.
        candidates: of this audio, if they are known already.
    """
    found = find_pitch_candidates(audio) if candidates is None else candidates
    times = np.arange(1 + int(found.duration_s / HOP_S + 1e-6)) * HOP_S
    if found.silent:
        return PitchTrack(times, np.full(times.size, np.nan), np.zeros(times.size), confidence=0.0)
    alone = _soleness(found)
    threshold, lean = (alone * a + (1 - alone) * b for a, b in zip(_ALONE, _MIXED, strict=True))
    salience = _heights(found.saliences)
    octaves, height = _line(salience, salience * _register(found.octaves, lean), found.octaves)
    nowhere = np.zeros((height.size, 1), np.float32)
    rest = np.full(height.size, threshold, np.float32)
    heard = best_candidates(height[:, None], nowhere, rest, switch_cost=_SWITCH_COST) >= 0
    contour = np.exp2(_between_frames(octaves, times))
    nearest = np.minimum(np.rint(times / _STEP_S).astype(np.int64), height.size - 1)
    return PitchTrack(
        times_s=times,
        frequencies_hz=np.where(heard[nearest], contour, np.nan),
        voicing=(height / (height + np.float32(threshold)))[nearest],
        confidence=alone,
        contour_hz=contour,
    )


def track_bass(candidates: PitchCandidates, times_s: FloatArray) -> FloatArray:
    """The pitch of the lowest voice at these times: float32 (n,) in Hz, NaN where there is none."""
    if candidates.silent or not np.isfinite(candidates.bass_saliences).any():
        return np.full(len(times_s), np.nan, np.float32)
    salience = _heights(candidates.bass_saliences)
    lean = np.float32(_BASS_LEAN) * (candidates.bass_octaves - np.float32(np.log2(_BASS_HZ)))
    octaves, height = _line(salience, salience - lean, candidates.bass_octaves)
    nearest = np.minimum(np.rint(times_s / _STEP_S).astype(np.int64), height.size - 1)
    heard = height[nearest] > _BASS_THRESHOLD
    result: FloatArray = np.where(heard, np.exp2(octaves[nearest]), np.float32(np.nan))
    return result


def find_pitch_candidates(audio: Audio, *, block_frames: int = _BLOCK_FRAMES) -> PitchCandidates:
    """The most salient pitches of every frame.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
    """
    factor = max(1, round(audio.rate / _RATE_HZ))
    signal, rate = decimated(audio, factor), audio.rate / factor
    length = 32 * max(1, round(FRAME_S * rate / 32))
    total = 1 + int(np.ceil(audio.duration_s / _STEP_S))
    centres = np.rint(np.arange(total) * (_STEP_S * rate)).astype(np.int64)
    grid = _grid(rate)
    parts = []
    for first in range(0, total, block_frames):
        at = centres[first : first + block_frames]
        start = int(at[0]) - length // 2
        block = padded(signal, start, int(at[-1]) - length // 2 + length)
        frames = np.lib.stride_tricks.sliding_window_view(block, length)[at - at[0]]
        parts.append(_measure(frames, rate, grid))
    columns = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    return PitchCandidates(*columns, duration_s=audio.duration_s)


def _grid(rate: float) -> kernels.PitchGrid:
    """The pitches that a signal of this rate can hold."""
    top = min(_TOP_HZ, 0.45 * rate)
    pitches = int(_PER_OCTAVE * np.log2(min(_HIGHEST_HZ, top) / _LOWEST_HZ))
    return kernels.PitchGrid(_LOWEST_HZ, _PER_OCTAVE, pitches, int(_PER_OCTAVE * np.log2(top / _LOWEST_HZ)) + 1)


def _measure(frames: FloatArray, rate: float, grid: kernels.PitchGrid) -> tuple[FloatArray, ...]:
    """The columns of :class:`PitchCandidates` for frames (frames, length)."""
    length = frames.shape[1]
    length_s = length / rate
    used = int(grid.hz(np.array(grid.steps)) * length_s) + 3
    frames *= hann(length)
    magnitude = np.ascontiguousarray(np.abs(np.fft.rfft(frames, norm="forward")[:, :used]).T)
    spectrum = kernels.on_grid(kernels.flattened(np.sqrt(magnitude)), length_s, grid)
    salience = kernels.salience(spectrum, grid, harmonics=_HARMONICS, decay=_DECAY, between=_BETWEEN)
    where, heights = kernels.strongest(salience, _CANDIDATES)
    pitches = grid.hz(kernels.tops(salience, where))
    pitches = kernels.from_harmonics(magnitude, pitches, length_s, _REFINING)
    low = salience[: int(grid.per_octave * np.log2(_BASS_TOP_HZ / grid.lowest_hz))]
    bass_where, bass_heights = kernels.strongest(low, _BASS_CANDIDATES)
    return (
        np.log2(pitches),
        heights,
        np.log2(grid.hz(kernels.tops(low, bass_where))),
        bass_heights,
        kernels.share_at_harmonics(magnitude, pitches[0], length_s, _EXPLAINING),
        magnitude.max(axis=0),
    )


def _heights(saliences: FloatArray) -> FloatArray:
    """Saliences on the scale of the clip, whatever its gain; very low where there is no candidate."""
    real = np.isfinite(saliences)
    scale = _high(np.where(real[0], saliences[0], 0))
    return np.where(real, saliences / scale, _NONE)


def _high(values: FloatArray) -> np.float32:
    """What is high among the values."""
    return np.float32(max(float(np.percentile(values, 90)), 1e-20))


def _line(salience: FloatArray, scores: FloatArray, octaves: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The octaves (frames,) of the best line through the candidates (k, frames), and how salient it is."""
    must = np.full(scores.shape[1], 100 * _NONE, np.float32)
    line = best_candidates(scores.T, octaves.T, must, move_cost=_MOVE_COST, longest_move=_LONGEST_MOVE)
    frames = np.arange(line.size)
    height = np.maximum(salience[line, frames], 0)
    return octaves[line, frames], height / _high(height)


def _soleness(found: PitchCandidates) -> float:
    """How surely there is one voice and nothing else, in [0, 1]."""
    first = np.where(np.isfinite(found.saliences[0]), found.saliences[0], 0)
    audible = first > 0.3 * _high(first)
    share = float(np.median(found.explained[audible])) if audible.any() else 0.0
    return float(np.clip((share - _EXPLAINED[0]) / (_EXPLAINED[1] - _EXPLAINED[0]), 0, 1))


def _register(octaves: FloatArray, lean: float) -> FloatArray:
    """The weight of pitches for lying where leads lie."""
    away = octaves - np.float32(np.log2(_REGISTER_HZ))
    weight: FloatArray = 1 - np.float32(lean) * np.minimum(away * away, 4)
    return weight


def _between_frames(octaves: FloatArray, times: FloatArray) -> FloatArray:
    """The line at other times: between frames that belong together half-way, else as in the nearer frame."""
    at = np.minimum(times / _STEP_S, octaves.size - 1)
    low = np.minimum(at.astype(np.int64), max(octaves.size - 2, 0))
    high = np.minimum(low + 1, octaves.size - 1)
    part = (at - low).astype(np.float32)
    leap = np.abs(octaves[high] - octaves[low]) > 1 / 18
    part = np.where(leap, np.rint(part), part)
    result: FloatArray = octaves[low] + part * (octaves[high] - octaves[low])
    return result
