"""The fundamental frequency of a voice or lead, alone or in a mixture.

Conventions: frames are centred on multiples of 10 ms; frequencies are in Hz, NaN where nothing is pitched.

Method: the channels' mean is decimated to about 11 kHz and cut into Hann-windowed frames of 93 ms. In the compressed
spectrum, freed from its local mean, the salience of each pitch from 40 Hz to 2.3 kHz is the sum over its harmonics less
the sum half-way between them (see :mod:`musicengine.dsp.pitch`). A few peaks of each frame are the candidates that
Viterbi's algorithm joins to a line, which may pause where nothing is salient (after Boersma 1993 for one voice, and
Salamon and Gómez, IEEE TASLP 20, 2012, for melodies). How much of the power the strongest pitch's harmonics explain
tells one voice from a mixture: there the line leans to the register where leads lie, and must stand out more. At last
the frequency is read from the harmonics themselves, each interpolated between the bins.
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

__all__ = ["HOP_S", "PitchCandidates", "find_pitch_candidates", "track_bass", "track_pitch"]

HOP_S = 0.01
_RATE_HZ = 11_025.0
_FRAME_S = 1024 / _RATE_HZ
_LOWEST_HZ, _HIGHEST_HZ, _TOP_HZ = 40.0, 2300.0, 5000.0
_PER_OCTAVE = 48
_EXPONENT = 0.5  # compression of the magnitude
_SMOOTH_BINS = 21
_HARMONICS, _DECAY, _BETWEEN = 8, 0.8, 0.3
_CANDIDATES = 6
_BLOCK_FRAMES = 256
_SILENCE = 1e-5  # amplitude of a partial, -100 dBFS
_MOVE_COST, _LONGEST_MOVE, _SWITCH_COST = 3.0, 1.0, 0.5  # of an octave; in octaves; of starting or ending
_ALONE = (0.35, 0.0)  # salience that a pitch needs, and how much the register counts: for one voice
_MIXED = (0.6, 0.07)  # and in a mixture
_REGISTER_HZ = 440.0
_EXPLAINED = (0.75, 0.9)  # share of the power at the strongest pitch's harmonics: a mixture, one voice
_BASS_HZ, _BASS_TOP_HZ, _BASS_CANDIDATES, _BASS_LEAN, _BASS_THRESHOLD = 80.0, 260.0, 4, 0.1, 0.35
_REFINED = 5  # harmonics that the frequency is read from


@attrs.frozen(eq=False)
class PitchCandidates:
    """What pitches may sound in each frame, the most salient first; frame i is centred at i * 10 ms.

    Args:
        octaves: float32 (k, frames), each candidate's octaves above 1 Hz.
        saliences: float32 (k, frames), -inf where there are fewer candidates.
        bass_octaves, bass_saliences: float32 (k', frames), the same of the register of the bass.
        explained: float32 (frames,), the share of power at the harmonics of the first candidate, in [0, 1].
        level: float32 (frames,), the largest magnitude.
    """

    octaves: FloatArray
    saliences: FloatArray
    bass_octaves: FloatArray
    bass_saliences: FloatArray
    explained: FloatArray
    level: FloatArray


def track_pitch(audio: Audio, *, candidates: PitchCandidates | None = None) -> PitchTrack:
    """The pitch of the voice or lead every 10 ms.

    Args:
        audio: any audio; channels are averaged.
        candidates: of this audio, if they are known already.
    """
    return _join(find_pitch_candidates(audio) if candidates is None else candidates)


def track_bass(candidates: PitchCandidates) -> FloatArray:
    """The pitch of the lowest voice: float32 (frames,) in Hz every 10 ms, NaN where there is none."""
    real = np.isfinite(candidates.bass_saliences)
    frames = np.arange(real.shape[1])
    if float(candidates.level.max(initial=0)) < _SILENCE or not real.any():
        return np.full(frames.size, np.nan, np.float32)
    salience = np.where(real, candidates.bass_saliences, 0)
    salience /= _high(salience[0])
    scores = salience - np.float32(_BASS_LEAN) * (candidates.bass_octaves - np.float32(np.log2(_BASS_HZ)))
    scores[~real] = -1
    must = np.full(frames.size, -np.inf, np.float32)
    line = best_candidates(scores.T, candidates.bass_octaves.T, must, move_cost=_MOVE_COST, longest_move=_LONGEST_MOVE)
    pitch = np.exp2(candidates.bass_octaves[line, frames])
    result: FloatArray = np.where(salience[line, frames] > _BASS_THRESHOLD, pitch, np.float32(np.nan))
    return result


def find_pitch_candidates(audio: Audio, *, block_frames: int = _BLOCK_FRAMES) -> PitchCandidates:
    """The most salient pitches of every frame.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
    """
    factor = max(1, round(audio.rate / _RATE_HZ))
    signal, rate = decimated(audio, factor), audio.rate / factor
    length = 32 * max(1, round(_FRAME_S * rate / 32))
    total = 1 + int(audio.duration_s / HOP_S + 1e-6)
    centres = np.round(np.arange(total) * (HOP_S * rate)).astype(np.int64)
    grid = _grid(rate)
    parts = []
    for first in range(0, total, block_frames):
        at = centres[first : first + block_frames]
        start = int(at[0]) - length // 2
        block = padded(signal, start, int(at[-1]) - length // 2 + length)
        frames = np.lib.stride_tricks.sliding_window_view(block, length)[at - at[0]]
        parts.append(_measure(frames, rate, grid))
    return PitchCandidates(*(np.concatenate(column, axis=-1) for column in zip(*parts, strict=True)))


def _grid(rate: float) -> kernels.PitchGrid:
    """Pitches that a signal of this rate can hold."""
    top = min(_TOP_HZ, 0.45 * rate)
    pitches = max(3, int(_PER_OCTAVE * np.log2(min(_HIGHEST_HZ, top) / _LOWEST_HZ)))
    return kernels.PitchGrid(_LOWEST_HZ, _PER_OCTAVE, pitches, int(_PER_OCTAVE * np.log2(top / _LOWEST_HZ)) + 1)


def _measure(frames: FloatArray, rate: float, grid: kernels.PitchGrid) -> tuple[FloatArray, ...]:
    """The columns of :class:`PitchCandidates`."""
    length = frames.shape[1]
    used = int(grid.hz(grid.steps) * length / rate) + 3
    spectrum = np.fft.rfft(frames * hann(length), norm="forward")[:, :used]
    magnitude = np.ascontiguousarray(np.abs(spectrum).T)
    on_grid = kernels.on_grid(kernels.flattened(magnitude, _EXPONENT, _SMOOTH_BINS), length / rate, grid)
    salience = kernels.salience(on_grid, grid, harmonics=_HARMONICS, decay=_DECAY, between=_BETWEEN)
    where, heights = kernels.strongest(salience, _CANDIDATES)
    pitches = _refined(magnitude, grid.hz(kernels.tops(salience, where)), length / rate)
    low = salience[: int(grid.per_octave * np.log2(_BASS_TOP_HZ / grid.lowest_hz))]
    bass_where, bass_heights = kernels.strongest(low, _BASS_CANDIDATES)
    return (
        np.log2(pitches),
        heights,
        np.log2(grid.hz(kernels.tops(low, bass_where))),
        bass_heights,
        _explained(magnitude, pitches[0], length / rate),
        magnitude.max(axis=0),
    )


def _refined(magnitude: FloatArray, pitches: FloatArray, length_s: float) -> FloatArray:
    """Pitches (k, frames) read from their harmonics: the mean of each harmonic's peak over its number, by amplitude."""
    frames = np.arange(magnitude.shape[1])
    total = np.full(pitches.shape, 1e-20, np.float32)
    mean = total * pitches
    for harmonic in range(1, _REFINED + 1):
        near = np.rint(pitches * np.float32(harmonic * length_s)).astype(np.int64)
        inside = (near >= 2) & (near < len(magnitude) - 2)
        near = np.clip(near, 2, len(magnitude) - 3)
        around = [magnitude[near + step, frames] for step in (-2, -1, 0, 1, 2)]
        left = (around[1] >= around[2]) & (around[1] >= around[0])
        right = (around[3] >= around[2]) & (around[3] >= around[4]) & ~left
        before = np.where(left, around[0], np.where(right, around[2], around[1]))
        here = np.where(left, around[1], np.where(right, around[3], around[2]))
        after = np.where(left, around[2], np.where(right, around[4], around[3]))
        before, here, after = (np.log(np.maximum(part, 1e-20)) for part in (before, here, after))
        bend = before - 2 * here + after
        peak = inside & (bend < -0.05) & (here >= before) & (here >= after)
        shift = np.clip(0.5 * (before - after) / np.minimum(bend, np.float32(-0.05)), -0.5, 0.5)
        found = (near - left + right + shift) / np.float32(harmonic * length_s)
        weight = np.where(peak & (np.abs(found / pitches - 1) < 0.03), np.exp(here) * harmonic, 0)
        mean += weight * found
        total += weight
    result: FloatArray = (mean / total).astype(np.float32)
    return result


def _explained(magnitude: FloatArray, pitch: FloatArray, length_s: float) -> FloatArray:
    """The share of each frame's power that lies within a bin and a half of the harmonics of its pitch."""
    power = magnitude * magnitude
    frames = np.arange(len(pitch))
    harmonics = np.arange(1, 13)[:, None]
    near = np.rint(pitch * np.float32(length_s) * harmonics).astype(np.int64)
    inside = near < len(power) - 1
    near = np.minimum(near, len(power) - 2)
    at = sum(power[near + step, frames] for step in (-1, 0, 1)) * inside
    result: FloatArray = np.minimum(at.sum(axis=0) / np.maximum(power.sum(axis=0), 1e-30), 1)
    return result


def _join(found: PitchCandidates) -> PitchTrack:
    """The best line through the candidates, and where it is heard."""
    total = found.octaves.shape[1]
    times = (np.arange(total) * HOP_S).astype(np.float32)
    silent = np.zeros(total, np.float32)
    real = np.isfinite(found.saliences)
    if float(found.level.max(initial=0)) < _SILENCE or not real.any():
        return PitchTrack(times, np.full(total, np.nan, np.float32), silent, confidence=0.0)
    salience = np.where(real, found.saliences, 0)
    alone = _soleness(found.explained, salience[0])
    threshold, lean = (alone * a + (1 - alone) * b for a, b in zip(_ALONE, _MIXED, strict=True))
    scores = salience / _high(salience[0]) * _register(found.octaves, lean)
    scores[~real] = -1
    line = best_candidates(
        scores.T, found.octaves.T, np.full(total, -np.inf, np.float32), move_cost=_MOVE_COST, longest_move=_LONGEST_MOVE
    )
    frames = np.arange(total)
    height = salience[line, frames]
    height /= _high(height)
    heard = best_candidates(
        height[:, None], silent[:, None], np.full(total, threshold, np.float32), switch_cost=_SWITCH_COST
    )
    contour = np.exp2(found.octaves[line, frames])
    return PitchTrack(
        times_s=times,
        frequencies_hz=np.where(heard >= 0, contour, np.nan),
        voicing=height / (height + np.float32(threshold)),
        confidence=alone,
        contour_hz=contour,
    )


def _soleness(explained: FloatArray, salience: FloatArray) -> float:
    """How surely there is one voice and nothing else, in [0, 1]."""
    audible = salience > 0.3 * _high(salience)
    share = float(np.median(explained[audible])) if audible.any() else 0.0
    return float(np.clip((share - _EXPLAINED[0]) / (_EXPLAINED[1] - _EXPLAINED[0]), 0, 1))


def _high(values: FloatArray) -> np.float32:
    """What is high among the values: the scale of a clip whatever its gain."""
    return np.float32(max(float(np.percentile(values, 90)), 1e-20))


def _register(octaves: FloatArray, lean: float) -> FloatArray:
    """The weight of pitches for lying where leads lie."""
    away = octaves - np.float32(np.log2(_REGISTER_HZ))
    return 1 - np.float32(lean) * np.minimum(away * away, 4)
