"""How salient each pitch is at each time: the harmonics of a pitch, summed.

Conventions: pitches are octaves above 1 Hz, so that distances between them are intervals.

Method: the channels' mean is decimated to about 11 kHz and cut into frames of 93 ms, 20 ms apart. Magnitudes to the
power of 3/4, which brings weak partials forward, are summed over the harmonics of every pitch with weights that fall
off, less what lies between the harmonics (Klapuri, "Multiple fundamental frequency estimation by summing harmonic
amplitudes", ISMIR 2006; Salamon and Gómez, "Melody extraction from polyphonic music signals using pitch contour
characteristics", IEEE TASLP 2012). The strongest peaks of each frame are its candidates; each is then moved to the mean
of its interpolated partials, within a few cents of the truth.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.spectrum import lowered
from musicengine.dsp import spectra
from musicengine.dsp.frames import count_frames
from musicengine.dsp.products import Bands, banded, product_by_bands
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["CANDIDATES", "FRAME_S", "Candidates", "find_candidates"]

CANDIDATES = 6
FRAME_S = 1024 / 11_025
_HOP_S = 0.02
_HIGHEST_PARTIAL_HZ = 4000.0
_LOWEST_HZ, _HIGHEST_HZ = 38.0, 3900.0  # what lies above passes for its octave
_STEPS_PER_OCTAVE = 36
_HARMONICS, _DECAY, _WIDTH = 12, 0.82, 0.6  # the width in semitones to each side
_FLOOR, _FLOOR_BINS = 0.85, 20  # to each side
_LOW_HZ, _LOW_PENALTY = 110.0, 0.15  # an octave: leads are rarely low
_REFINING_HARMONICS = 4
_NEAR, _NEAR_BINS = 0.042, 0.8  # how far from its place a partial may lie: of its frequency (72 cents), and in bins
_COMB_GROUPS = 15  # of 16 pitches, as many as a processor multiplies at once
_SILENCE = 1e-5  # of the loudest partial of all: a frame without a louder one is silent


@attrs.frozen(eq=False)
class Candidates:
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


def find_candidates(audio: Audio, block_frames: int, low: Decimated | None = None) -> Candidates:
    """The strongest pitches of every frame.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
    """
    signal = lowered(audio) if low is None else low
    rate = audio.rate / signal.factor
    length = 64 * max(1, round(FRAME_S * rate / 64))
    hop = max(1, round(_HOP_S * rate))
    total = count_frames(signal.size, hop)
    pitches = np.zeros((total, CANDIDATES), np.float32)
    saliences = np.zeros((total, CANDIDATES), np.float32)
    clarity, loudest = np.zeros((2, total), np.float32)
    for first in range(0, total, block_frames):
        last = min(first + block_frames, total)
        start = first * hop - length // 2
        block = signal.read(start, start + (last - first - 1) * hop + length)
        magnitudes = spectra.magnitude(block, length, hop, int(_HIGHEST_PARTIAL_HZ * length / rate))
        part = slice(first, last)
        pitches[part], saliences[part], clarity[part] = _candidates(magnitudes, rate / length)
        loudest[part] = magnitudes.max(axis=1, initial=0)
    silent = loudest <= _SILENCE * loudest.max(initial=0)
    saliences[silent], clarity[silent] = 0, 0
    return Candidates(pitches, saliences, clarity, hop / rate)


def _candidates(magnitudes: FloatArray, bin_hz: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pitches, saliences and clarity of the strongest peaks of salience, as in :class:`Candidates`."""
    compressed = np.sqrt(magnitudes)
    compressed *= np.sqrt(compressed)
    comb = _comb(magnitudes.shape[1], bin_hz)
    salience = np.empty((len(compressed), comb[-1][2].stop), np.float32)
    product_by_bands(compressed, comb, salience)
    peaks = salience[:, 1:-1].copy()
    peaks *= (peaks > salience[:, :-2]) & (peaks >= salience[:, 2:]) & (peaks > 0)
    best = np.empty((len(peaks), CANDIDATES), np.int64)
    heights = np.empty((len(peaks), CANDIDATES), np.float32)
    rows = np.arange(len(peaks))
    for rank in range(CANDIDATES):
        best[:, rank] = peaks.argmax(axis=1)
        heights[:, rank] = peaks[rows, best[:, rank]]
        peaks[rows, best[:, rank]] = 0
    pitches = np.float32(np.log2(_LOWEST_HZ)) + (best + 1) * np.float32(1 / _STEPS_PER_OCTAVE)
    norm = np.sqrt(np.einsum("fb,fb->f", compressed, compressed)) + np.float32(1e-12)
    return _refine(pitches.astype(np.float32), magnitudes, bin_hz), heights, heights[:, 0] / norm


@lru_cache(maxsize=16)
def _comb(bins: int, bin_hz: float) -> Bands:
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
    return banded(comb.astype(np.float32), _COMB_GROUPS)


def _refine(pitches: FloatArray, magnitudes: FloatArray, bin_hz: float) -> FloatArray:
    """Each pitch moved to the mean of its partials, which count by their amplitude and their number."""
    frames, bins = magnitudes.shape
    flat = np.ascontiguousarray(magnitudes).ravel()
    rows = np.arange(frames)[:, None] * bins
    steps = np.array([-1, 0, 1])[:, None, None, None]
    harmonics = np.arange(1, _REFINING_HARMONICS + 1)[:, None, None]
    expected = np.exp2(pitches) * (harmonics / bin_hz).astype(np.float32)
    at = np.clip(np.rint(expected).astype(np.int64), 2, bins - 3)
    for _ in range(2):  # climb to the top
        before, here, after = flat.take(rows + at + steps)
        rising = after > here
        at += rising
        at -= (before > here) & ~rising
        np.clip(at, 2, bins - 3, out=at)
    around = flat.take(rows + at + steps)
    top = around[1]
    before, here, after = np.log(around + np.float32(1e-12))
    bend = before - 2 * here + after
    shift = np.clip(0.5 * (before - after) / np.minimum(bend, np.float32(-1e-6)), -0.5, 0.5)
    found = at + shift
    near = np.abs(found - expected) < np.maximum(_NEAR * expected, _NEAR_BINS)
    weights = top * harmonics * ((bend < 0) & near)
    total = (weights * np.log2(found / expected)).sum(axis=0)
    refined: FloatArray = (pitches + total / (weights.sum(axis=0) + 1e-12)).astype(np.float32)
    return refined
