"""The fundamental frequency of a voice or lead over time, alone or above an accompaniment.

Conventions: a frequency every 10 ms, NaN where nothing leads; pitches inside this module are octaves above 1 Hz.

Method: the channels' mean is decimated to about 11 kHz and cut into frames of 93 ms. Compressed magnitudes, freed from
the local floor, are summed over the harmonics of every pitch (salience; after Salamon and Gómez, "Melody extraction
from polyphonic music signals using pitch contour characteristics", IEEE TASLP 2012, and Klapuri, "Multiple fundamental
frequency estimation by summing harmonic amplitudes", ISMIR 2006). The strongest peaks of each frame are candidates,
each set to the mean of its interpolated partials; Viterbi's algorithm chooses among them and silence the path that is
salient and moves little.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.spectrum import decimated
from musicengine.dsp import spectra
from musicengine.dsp.frames import count_frames, padded
from musicengine.dsp.types import FloatArray, IntArray
from musicengine.dsp.viterbi import best_path
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

__all__ = ["track_pitch"]

_STEP_S = 0.01
_RATE_HZ = 11_025
_FRAME_S = 1024 / _RATE_HZ
_HIGHEST_PARTIAL_HZ = 4000.0
_LOWEST_HZ, _HIGHEST_HZ = 82.0, 1760.0
_STEPS_PER_OCTAVE = 36
_HARMONICS, _DECAY, _WIDTH = 10, 0.8, 0.6  # the width in semitones to each side
_FLOOR_BINS = 20  # to each side
_CANDIDATES = 6
_REFINING_HARMONICS = 4
_SILENCE = 1e-5  # amplitude of the loudest partial, -100 dBFS
_MOVE_COST, _LONGEST_MOVE = 0.3, 2.0  # an octave; octaves
_TURN_COST = 0.15  # for starting and ending
_VOICED = 0.45


@attrs.frozen(eq=False)
class _Candidates:
    """The most salient pitches of each frame: octaves above 1 Hz and salience, both float32 (frames, candidates)."""

    pitches: FloatArray
    saliences: FloatArray
    hop_s: float


def track_pitch(audio: Audio, *, block_frames: int = 256) -> PitchTrack:
    """The pitch of the voice or lead every 10 ms.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
    """
    found = _find_candidates(audio, block_frames)
    level = float(np.percentile(found.saliences[:, 0], 90))
    if level <= 0:
        level = float(found.saliences.max(initial=0)) or 1.0
    relative = found.saliences / np.float32(level)
    path = _follow(found.pitches, relative)
    voiced = path < _CANDIDATES
    rows, chosen = np.arange(len(path)), np.where(voiced, path, 0)
    pitches = np.where(voiced, found.pitches[rows, chosen], np.nan)
    voicing = np.clip(relative[rows, chosen] / (2 * _VOICED), 0, 1)
    confidence = float(voicing[voiced].mean()) if voiced.any() else 0.0
    return _on_the_grid(pitches, voicing, found.hop_s, audio.duration_s, confidence)


def _find_candidates(audio: Audio, block_frames: int) -> _Candidates:
    """The strongest pitches of every frame, block by block."""
    factor = max(1, round(audio.rate / _RATE_HZ))
    signal, rate = decimated(audio, factor), audio.rate / factor
    length = 64 * max(1, round(_FRAME_S * rate / 64))
    hop = max(1, round(2 * _STEP_S * rate))
    total = count_frames(signal.size, hop)
    pitches = np.zeros((total, _CANDIDATES), np.float32)
    saliences = np.zeros((total, _CANDIDATES), np.float32)
    for first in range(0, total, block_frames):
        last = min(first + block_frames, total)
        start = first * hop - length // 2
        block = padded(signal, start, start + (last - first - 1) * hop + length)
        magnitudes = spectra.magnitude(block, length, hop)[:, : int(_HIGHEST_PARTIAL_HZ * length / rate)]
        pitches[first:last], saliences[first:last] = _candidates(magnitudes, rate / length)
    return _Candidates(pitches, saliences, hop / rate)


def _candidates(magnitudes: FloatArray, bin_hz: float) -> tuple[FloatArray, FloatArray]:
    """Pitches and saliences (frames, candidates) of the strongest peaks of salience; 0 where there are fewer."""
    compressed = np.sqrt(magnitudes * np.sqrt(magnitudes))
    compressed[magnitudes.max(axis=1) < _SILENCE / 4] = 0
    compressed -= _floor(compressed)
    np.maximum(compressed, 0, out=compressed)
    salience = compressed @ _comb(magnitudes.shape[1], bin_hz)
    inner = salience[:, 1:-1]
    peaks = np.where((inner > salience[:, :-2]) & (inner >= salience[:, 2:]), inner, 0)
    best = np.argpartition(peaks, -_CANDIDATES, axis=1)[:, -_CANDIDATES:]
    heights = np.take_along_axis(peaks, best, axis=1)
    order = np.argsort(-heights, axis=1)
    best, heights = np.take_along_axis(best, order, axis=1), np.take_along_axis(heights, order, axis=1)
    pitches = np.float32(np.log2(_LOWEST_HZ)) + (best + 1) * np.float32(1 / _STEPS_PER_OCTAVE)
    return _refine(pitches, magnitudes, bin_hz), heights


def _floor(compressed: FloatArray) -> FloatArray:
    """The mean of each bin's neighbourhood (frames, bins)."""
    reach = _FLOOR_BINS
    sums = np.cumsum(np.pad(compressed, ((0, 0), (reach + 1, reach)), mode="edge"), axis=1)
    result: FloatArray = (sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) * np.float32(1 / (2 * reach + 1))
    return result


@lru_cache(maxsize=16)
def _comb(bins: int, bin_hz: float) -> FloatArray:
    """What each bin adds to the salience of each pitch (bins, pitches): triangles around the harmonics."""
    count = int(np.log2(_HIGHEST_HZ / _LOWEST_HZ) * _STEPS_PER_OCTAVE) + 1
    pitches_hz = _LOWEST_HZ * 2 ** (np.arange(count) / _STEPS_PER_OCTAVE)
    bins_hz = np.arange(bins)[:, None] * bin_hz
    comb = np.zeros((bins, count))
    for harmonic in range(1, _HARMONICS + 1):
        centres = harmonic * pitches_hz
        widths = np.maximum(centres * (2 ** (_WIDTH / 12) - 1), bin_hz)
        comb += _DECAY ** (harmonic - 1) * np.maximum(0, 1 - np.abs(bins_hz - centres) / widths)
    result: FloatArray = comb.astype(np.float32)
    result.flags.writeable = False
    return result


def _refine(pitches: FloatArray, magnitudes: FloatArray, bin_hz: float) -> FloatArray:
    """Each pitch moved to the mean of its partials, which count by their amplitude and their number."""
    frames, bins = magnitudes.shape
    flat = magnitudes.ravel()
    rows = np.arange(frames)[:, None] * bins
    total, weights = np.zeros_like(pitches), np.full_like(pitches, 1e-12)
    for harmonic in range(1, _REFINING_HARMONICS + 1):
        expected = np.exp2(pitches) * np.float32(harmonic / bin_hz)
        at = np.clip(np.rint(expected).astype(np.int64), 2, bins - 3)
        for _ in range(2):  # climb to the top
            here = flat[rows + at]
            at += np.where(flat[rows + at + 1] > here, 1, np.where(flat[rows + at - 1] > here, -1, 0))
            np.clip(at, 2, bins - 3, out=at)
        before, here, after = (np.log(flat[rows + at + step] + 1e-12) for step in (-1, 0, 1))
        bend = before - 2 * here + after
        shift = np.clip(0.5 * (before - after) / np.minimum(bend, -1e-6), -0.5, 0.5)
        place = at + shift
        offset = np.log2(place / expected)
        weight = flat[rows + at] * harmonic * ((bend < 0) & (np.abs(offset) < 0.06))
        total += weight * offset
        weights += weight
    refined: FloatArray = (pitches + total / weights).astype(np.float32)
    return refined


def _follow(pitches: FloatArray, saliences: FloatArray) -> IntArray:
    """The candidate of each frame (frames,); one more than the last where nothing leads."""
    frames, count = pitches.shape
    scores = np.full((frames, count + 1), _VOICED, np.float32)
    scores[:, :count] = np.where(saliences > 0, saliences, -1e3)
    moves = np.full((frames - 1, count + 1, count + 1), -_TURN_COST, np.float32)
    distance = np.abs(pitches[:-1, :, None] - pitches[1:, None, :])
    moves[:, :count, :count] = -_MOVE_COST * np.minimum(distance, _LONGEST_MOVE)
    moves[:, count, count] = 0
    return best_path(scores, moves)


def _on_the_grid(pitches: FloatArray, voicing: FloatArray, hop_s: float, duration_s: float, sure: float) -> PitchTrack:
    """The track every 10 ms, between frames on a line unless the pitch leaps or falls silent."""
    times = np.arange(int(duration_s / _STEP_S + 1e-6) + 1) * _STEP_S
    places = np.minimum(times / hop_s, len(pitches) - 1)
    left = np.minimum(places.astype(np.int64), max(len(pitches) - 2, 0))
    right = np.minimum(left + 1, len(pitches) - 1)
    part = places - left
    nearest = np.where(part > 0.5, pitches[right], pitches[left])
    joined = np.abs(pitches[right] - pitches[left]) < 1 / 12
    between = np.where(joined, pitches[left] + part * (pitches[right] - pitches[left]), nearest)
    return PitchTrack(
        times_s=times,
        frequencies_hz=np.exp2(between),
        voicing=np.interp(places, np.arange(len(voicing)), voicing),
        confidence=sure,
    )
