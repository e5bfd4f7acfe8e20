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
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.dsp.viterbi import best_path
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

__all__ = ["track_pitch"]

_STEP_S = 0.01
_RATE_HZ = 11_025
_FRAME_S = 1024 / _RATE_HZ
_HIGHEST_PARTIAL_HZ = 4000.0
_LOWEST_HZ, _HIGHEST_HZ = 38.0, 2200.0
_STEPS_PER_OCTAVE = 36
_HARMONICS, _DECAY, _WIDTH = 12, 0.82, 0.6  # the width in semitones to each side
_FLOOR, _FLOOR_BINS = 0.85, 20  # to each side
_LOW_HZ, _LOW_PENALTY = 110.0, 0.15  # an octave: leads are rarely low
_CANDIDATES = 6
_REFINING_HARMONICS = 4
_NEAR, _NEAR_BINS = 0.042, 0.8  # how far from its place a partial may lie: of its frequency (72 cents), and in bins
_SILENCE = 1e-5  # amplitude of the loudest partial, -100 dBFS
_MOVE_COST, _LONGEST_MOVE = 0.3, 2.0  # an octave; octaves
_JOINED = 1.5 / 12  # octaves: a smaller step is no leap
_KERNEL_VARIANCE = 0.0262
_UNHEARD, _HEARD, _STEEPNESS, _MIDDLE = 0.08, 0.94, 5.0, 1.06
_RELATED = 0.06  # octaves
_SURE, _RIVALRY_WEIGHT, _LEAP_WEIGHT = 3.8, 4.6, 14.0
_TURN_COST = 0.15  # for starting and ending
_NOISE, _CLEAR = 0.3, 0.45  # clarity
_LEAST_VOICED, _MOST_VOICED = 0.08, 0.45  # of the salience of loud notes
_ABOVE = 1.3  # times the background


@attrs.frozen(eq=False)
class _Candidates:
    """The most salient pitches of each frame, strongest first.

    Args:
        pitches: float32 (frames, candidates), octaves above 1 Hz.
        saliences: float32 (frames, candidates), 0 where a frame has fewer.
        clarity: float32 (frames,), the first salience over the norm of the spectrum it was summed from: about 0.3 for
            noise, 0.65 for a sine, 1.3 for a sawtooth.
        hop_s: seconds from frame to frame; frame 0 is centred on time 0.
    """

    pitches: FloatArray
    saliences: FloatArray
    clarity: FloatArray
    hop_s: float


def track_pitch(audio: Audio, *, block_frames: int = 256) -> PitchTrack:
    """The pitch of the voice or lead every 10 ms.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
    """
    found = _find_candidates(audio, block_frames)
    relative, threshold = _weigh(found)
    path = _follow(found.pitches, relative, threshold)
    voiced = path < _CANDIDATES
    rows, chosen = np.arange(len(path)), np.where(voiced, path, 0)
    pitches = np.where(voiced, found.pitches[rows, chosen], np.nan)
    voicing = _probability(relative[rows, chosen] / np.float32(threshold))
    confidence = _confidence(found, path)
    return _on_the_grid(_sharpen(pitches, found.hop_s), voicing, found.hop_s, audio.duration_s, confidence)


def _probability(margin: FloatArray) -> FloatArray:
    """How likely something leads (frames,), given salience over the threshold; 0 in silence.

    Fitted to labelled clips, in which even the clearest pitch has a small chance to be no melody.
    """
    probable = _UNHEARD + (_HEARD - _UNHEARD) / (1 + np.exp(-_STEEPNESS * (margin - _MIDDLE)))
    result: FloatArray = np.where(margin > 0, probable, 0).astype(np.float32)
    return result


def _confidence(found: _Candidates, path: IntArray) -> float:
    """How large a part of the track is right, in [0, 1], from its rivals and its leaps; 0 without a pitch.

    A rival is a candidate that no octave or fifth explains as a harmonic relative. Logistic regression on labelled clips.
    """
    rows = np.flatnonzero(path < _CANDIDATES)
    if not rows.size:
        return 0.0
    pitches, saliences = found.pitches[rows], found.saliences[rows]
    every = np.arange(rows.size)
    leads, strengths = pitches[every, path[rows]], saliences[every, path[rows]]
    distances = np.abs(pitches - leads[:, None])[..., None]
    related = (np.abs(distances - np.log2((1, 1.5, 2, 3, 4))) < _RELATED).any(axis=2)
    rivalry = float((np.where(related, 0, saliences).max(axis=1) / strengths).mean())
    leaps = float((np.abs(np.diff(leads)) > _JOINED / 2).mean()) if rows.size > 1 else 0.0
    return float(1 / (1 + np.exp(_RIVALRY_WEIGHT * rivalry + _LEAP_WEIGHT * leaps - _SURE)))


def _weigh(found: _Candidates) -> tuple[FloatArray, float]:
    """Saliences relative to those of loud notes, less in noise, and the threshold above which something leads.

    The threshold rises with what sounds when nothing leads: little between the notes of a solo, the accompaniment in a
    mixture. The least salient tenth of all frames that sound tells which.
    """
    sounding = found.saliences[found.saliences[:, 0] > 0, 0]
    if not sounding.size:
        return found.saliences, 1.0
    background, loud = np.percentile(sounding, (10, 90))
    clear = np.clip((found.clarity - _NOISE) / (_CLEAR - _NOISE), 0, 1)
    relative: FloatArray = found.saliences * (clear / np.float32(loud))[:, None]
    return relative, min(_LEAST_VOICED + _ABOVE * float(background / loud), _MOST_VOICED)


def _find_candidates(audio: Audio, block_frames: int) -> _Candidates:
    """The strongest pitches of every frame, block by block."""
    factor = max(1, round(audio.rate / _RATE_HZ))
    signal, rate = decimated(audio, factor), audio.rate / factor
    length = 64 * max(1, round(_FRAME_S * rate / 64))
    hop = max(1, round(2 * _STEP_S * rate))
    total = count_frames(signal.size, hop)
    pitches = np.zeros((total, _CANDIDATES), np.float32)
    saliences = np.zeros((total, _CANDIDATES), np.float32)
    clarity = np.zeros(total, np.float32)
    for first in range(0, total, block_frames):
        last = min(first + block_frames, total)
        start = first * hop - length // 2
        block = padded(signal, start, start + (last - first - 1) * hop + length)
        magnitudes = spectra.magnitude(block, length, hop)[:, : int(_HIGHEST_PARTIAL_HZ * length / rate)]
        part = slice(first, last)
        pitches[part], saliences[part], clarity[part] = _candidates(magnitudes, rate / length)
    return _Candidates(pitches, saliences, clarity, hop / rate)


def _candidates(magnitudes: FloatArray, bin_hz: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pitches, saliences and clarity of the strongest peaks of salience, as in :class:`_Candidates`."""
    compressed = np.sqrt(magnitudes)
    compressed *= np.sqrt(compressed)
    compressed[magnitudes.max(axis=1, initial=0) < _SILENCE / 4] = 0
    salience = compressed @ _comb(magnitudes.shape[1], bin_hz)
    peaks = salience[:, 1:-1].copy()
    peaks *= (peaks > salience[:, :-2]) & (peaks >= salience[:, 2:]) & (peaks > 0)
    best = np.empty((len(peaks), _CANDIDATES), np.int64)
    heights = np.empty((len(peaks), _CANDIDATES), np.float32)
    rows = np.arange(len(peaks))
    for rank in range(_CANDIDATES):
        best[:, rank] = peaks.argmax(axis=1)
        heights[:, rank] = peaks[rows, best[:, rank]]
        peaks[rows, best[:, rank]] = 0
    pitches = np.float32(np.log2(_LOWEST_HZ)) + (best + 1) * np.float32(1 / _STEPS_PER_OCTAVE)
    norm = np.sqrt(np.einsum("fb,fb->f", compressed, compressed)) + np.float32(1e-12)
    return _refine(pitches.astype(np.float32), magnitudes, bin_hz), heights, heights[:, 0] / norm


@lru_cache(maxsize=16)
def _comb(bins: int, bin_hz: float) -> FloatArray:
    """What each bin adds to the salience of each pitch (bins, pitches): triangles around the harmonics.

    Most of the mean of each bin's neighbourhood is taken away, which does to the comb, once, what taking a noise floor
    away would do to every frame, and leaves valleys between the harmonics (Camacho and Harris, JASA 2008).
    """
    count = int(np.log2(_HIGHEST_HZ / _LOWEST_HZ) * _STEPS_PER_OCTAVE) + 1
    pitches_hz = _LOWEST_HZ * 2 ** (np.arange(count) / _STEPS_PER_OCTAVE)
    bins_hz = np.arange(bins)[:, None] * bin_hz
    comb = np.zeros((bins, count))
    for harmonic in range(1, _HARMONICS + 1):
        centres = harmonic * pitches_hz
        widths = np.maximum(centres * (2 ** (_WIDTH / 12) - 1), bin_hz)
        comb += _DECAY ** (harmonic - 1) * np.maximum(0, 1 - np.abs(bins_hz - centres) / widths)
    near = np.abs(np.arange(bins)[:, None] - np.arange(bins)) <= _FLOOR_BINS
    comb -= _FLOOR * (near / near.sum(axis=1, keepdims=True)) @ comb
    comb *= 1 - _LOW_PENALTY * np.maximum(np.log2(_LOW_HZ / pitches_hz), 0)
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
        near = np.abs(place - expected) < np.maximum(_NEAR * expected, _NEAR_BINS)
        weight = flat[rows + at] * harmonic * ((bend < 0) & near)
        total += weight * offset
        weights += weight
    refined: FloatArray = (pitches + total / weights).astype(np.float32)
    return refined


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
    steady = (np.abs(np.diff(pitches)) < _JOINED)
    amount = 0.5 * _KERNEL_VARIANCE * (_FRAME_S / hop_s) ** 2
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
