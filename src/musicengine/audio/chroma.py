"""Which notes sound when: tuning, note salience and pitch-class profiles (chroma).

Conventions: pitches are MIDI note numbers (69 is A4), pitch class 0 is C, tuning is in cents away from A4 = 440 Hz.

Method: the channels' mean is decimated to about 5.5 kHz and cut into frames of 370 ms, long enough to part semitones
from about 60 Hz up. Only spectral peaks are kept, each at its interpolated frequency (Gómez 2006). Their offsets from
the equal-tempered grid, averaged as angles, give the tuning. On the tuned grid each frame is freed from its noise
floor, whitened by the long-term spectral envelope, compressed, and explained as a non-negative sum of harmonic notes,
which keeps overtones from passing for notes (after Mauch and Dixon, "Approximate note transcription for the improved
identification of difficult chords", ISMIR 2010). High notes fold into the treble chroma, low ones into the bass chroma.

How closely the peaks agree with one grid of semitones tells music with pitches from noise, drums and speech: frame by
frame in ``clarity``, over all in the mean resultant length of those angles, ``coherence``.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.audio.spectrum import lowered
from musicengine.dsp import spectra
from musicengine.dsp.frames import count_frames
from musicengine.dsp.products import product
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.sound import Audio

__all__ = ["CURVE_STEP_S", "CURVE_WINDOW_S", "Chroma", "compute_chroma", "estimate_tuning"]

_RATE_HZ = 5512.5
_FRAME_S = 2048 / _RATE_HZ
_LOWEST_HZ, _HIGHEST_HZ = 28.0, 2200.0
_LOWEST_NOTE, _NOTES = 24, 77
_PEAK_FLOOR = 0.01  # of the loudest partial of the frame
_SILENCE = 1e-5  # amplitude of the loudest partial, -100 dBFS
_OVERTONES, _DECAY = 8, 0.5
_ITERATIONS = 20
_CACHED_FRAMES = 1024  # at a time, so that they stay in the cache of the processor
_CLEAR = 0.2  # clarity that a fifth of the frames must reach: drums and noise rarely do, music nearly always
_SIGNIFICANT = 7.0  # Rayleigh test: less than one in a thousand for partials at random
_OVERLAP = 4  # frames that hold the same sample
_TUNED_PITCH = 39.5  # below 80 Hz a bin is wider than a semitone
_COHERENT = 0.25  # of partials that tell a tuning
_PAUSE = 0.1  # of the usual amplitude: what is quieter tells none
CURVE_WINDOW_S, CURVE_STEP_S = 4.0, 2.0
"""How long a point of the tuning curve looks, and how far the points are apart."""


@attrs.frozen(eq=False)
class Chroma:
    """The pitch classes of every frame.

    Args:
        treble: float32 (12, frames), 0 or more: the salience of each pitch class in the middle and high register.
        bass: float32 (12, frames): the same below about 150 Hz.
        clarity: float32 (frames,): how well the partials of a frame agree with the tuned grid of semitones, from 0 for
            noise and silence to 1.
        hop_s: seconds from frame to frame; frame 0 is centred on time 0.
        tuning_cents: where A4 lies, in cents above 440 Hz, in [-50, 50].
        coherence: how well the partials agree with one grid of semitones, in [0, 1]: near 0 for noise.
        partials: how many independent partials that coherence rests on, loud ones counting most; 0 for silence.
        tuning_curve: float32 (n,): the tuning in cents of four seconds from every other second on, relative to
            ``tuning_cents`` and from -50 to 50; NaN where too little is heard to tell.
    """

    treble: FloatArray
    bass: FloatArray
    clarity: FloatArray
    hop_s: float
    tuning_cents: float
    coherence: float
    partials: float
    tuning_curve: FloatArray

    @property
    def times_s(self) -> FloatArray:
        """The centre of each frame."""
        return (np.arange(self.treble.shape[1]) * self.hop_s).astype(np.float32)

    @cached_property
    def abstention(self) -> str | None:
        """Why nothing can be said about key and chords; None where it can."""
        if self.partials == 0:
            return "silence"
        if np.percentile(self.clarity[self.treble.any(axis=0)], 80) < _CLEAR:
            return "no steady pitches, as in noise, drums or speech"
        if self.partials * self.coherence**2 < _SIGNIFICANT:
            return "too short or too little pitched to tell pitches from noise"
        return None

    def between(self, edges_s: Array) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Treble, bass (12, n - 1) and clarity (n - 1,) averaged between each time and the next.

        A frame stands for the hop around its centre, so that intervals of any length have an average.
        """
        frames = self.treble.shape[1]
        edges = np.clip(np.asarray(edges_s) / self.hop_s + 0.5, 0, frames)
        sums = np.zeros((25, frames + 1))
        np.cumsum(np.concatenate([self.treble, self.bass, self.clarity[None]]), axis=1, out=sums[:, 1:])
        at = np.minimum(edges.astype(np.int64), frames - 1)
        totals = sums[:, at] + (sums[:, at + 1] - sums[:, at]) * (edges - at)
        means = np.maximum(np.diff(totals, axis=1) / np.maximum(np.diff(edges), 1e-6), 0).astype(np.float32)
        return means[:12], means[12:24], means[24]


@attrs.frozen(eq=False)
class _Block:
    """The spectral peaks of some frames in a row: the frame, the pitch (MIDI, fractional) and the amplitude of each."""

    frames: npt.NDArray[np.int32]
    pitches: FloatArray
    amplitudes: FloatArray

    def above(self, amplitude: float) -> _Block:
        """The peaks that are louder."""
        louder = self.amplitudes > amplitude
        return _Block(self.frames[louder], self.pitches[louder], self.amplitudes[louder])


@attrs.frozen(eq=False)
class _Partials:
    """All spectral peaks, block by block: of an hour there are millions."""

    blocks: list[_Block]
    total_frames: int
    hop_s: float


def compute_chroma(audio: Audio, *, block_frames: int = 128, low: Decimated | None = None) -> Chroma:
    """The chroma of any audio; all zeros where nothing is pitched.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames transformed at a time; any number gives the same result.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
    """
    low = lowered(audio) if low is None else low
    partials = _find_partials(low, audio.rate / low.factor, block_frames)
    directions = _directions(partials)
    offset, coherence, independent = _tuning(directions)
    notes = _explain(_whiten(_grid(partials, offset)))
    treble, bass = _folds()
    return Chroma(
        treble=product(treble, notes.T),
        bass=product(bass, notes.T),
        clarity=_clarity(partials, offset),
        hop_s=partials.hop_s,
        tuning_cents=100 * offset,
        coherence=coherence,
        partials=independent,
        tuning_curve=_tuning_curve(directions, offset, partials.hop_s),
    )


def estimate_tuning(audio: Audio, *, chroma: Chroma | None = None) -> float:
    """Where A4 lies, in cents above 440 Hz, in [-50, 50]; 0 where nothing is pitched.

    Args:
        audio: any audio.
        chroma: of this audio, if it is known already.
    """
    chroma = compute_chroma(audio) if chroma is None else chroma
    return 0.0 if chroma.abstention else chroma.tuning_cents


def _find_partials(low: Decimated, low_rate: float, block_frames: int) -> _Partials:
    """All spectral peaks between 28 Hz and 2.2 kHz that stand out of their frame."""
    factor = max(1, round(low_rate / _RATE_HZ))
    signal, rate = Decimated(low.read, low.size, factor), low_rate / factor
    length = 64 * max(1, round(_FRAME_S * rate / 64))
    hop = length // 4
    total = count_frames(signal.size, hop)
    blocks: list[_Block] = []
    for first in range(0, total, block_frames):
        last = min(first + block_frames, total)
        start = first * hop - length // 2
        samples = signal.read(start, start + (last - first - 1) * hop + length)
        frames, bins, amplitudes = _peaks(spectra.power(samples, length, hop), length / rate)
        pitches = 69 + 12 * np.log2(bins * np.float32(rate / length / 440))
        blocks.append(_Block((frames + first).astype(np.int32), pitches, amplitudes))
    loudest = max(float(block.amplitudes.max(initial=0)) for block in blocks)
    inaudible = _PEAK_FLOOR / 10 * loudest if loudest > _SILENCE else loudest
    return _Partials([block.above(inaudible) for block in blocks], total, hop / rate)


def _peaks(power: FloatArray, length_s: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """Frame, fractional bin and amplitude of the local maxima of power (frames, bins).

    A parabola through the logarithms of three bins finds the top of a Hann-windowed partial within 2 % of a bin.
    """
    low = max(1, int(_LOWEST_HZ * length_s))
    high = min(power.shape[1] - 1, int(_HIGHEST_HZ * length_s))
    centre = power[:, low:high]
    mask = centre > power[:, low - 1 : high - 1]
    mask &= centre >= power[:, low + 1 : high + 1]
    mask &= centre > np.maximum(_PEAK_FLOOR**2 * centre.max(axis=1, keepdims=True, initial=0), 1e-30)
    frames = np.repeat(np.arange(len(mask)), np.count_nonzero(mask, axis=1))
    bins = np.flatnonzero(mask) - frames * mask.shape[1] + low
    at = frames * power.shape[1] + bins
    flat = power.reshape(-1)
    before, top, after = (np.log(np.maximum(flat[at + step], 1e-30)) for step in (-1, 0, 1))
    shift = np.clip(0.5 * (before - after) / np.minimum(before - 2 * top + after, -1e-6), -0.5, 0.5)
    # A Hann window halves the amplitude of a partial and splits it over two sides: 4 undoes both.
    amplitudes = 4 * np.exp(0.5 * (top - 0.25 * (before - after) * shift))
    return frames, (bins + shift).astype(np.float32), amplitudes


def _directions(partials: _Partials) -> Array:
    """The partials of each frame on the circle of a semitone: sums of x, y, amplitude and its square (4, frames)."""
    result = np.zeros((4, partials.total_frames))
    for block in partials.blocks:
        heard = block.pitches > _TUNED_PITCH
        weights, pitches = block.amplitudes[heard], block.pitches[heard]
        angles = np.float32(2 * np.pi) * (pitches - np.floor(pitches))
        columns = np.stack([weights * np.cos(angles), weights * np.sin(angles), weights, weights * weights])
        _add_up(columns, block.frames[heard], result)
    return result


def _add_up(columns: FloatArray, frames: npt.NDArray[np.int32], sums: Array) -> None:
    """Put the sums of columns (k, n) over the values of each frame into (k, frames); frames (n,) do not decrease."""
    starts = np.flatnonzero(np.diff(frames, prepend=-1))
    if starts.size:
        sums[:, frames[starts]] = np.add.reduceat(columns, starts, axis=1)


def _tuning(directions: Array) -> tuple[float, float, float]:
    """The common offset from the grid of A4 = 440 Hz in semitones, the mean resultant length, and what it rests on.

    The last is the effective number of independent partials, (sum w)^2 / sum w^2 over the overlap of the frames.
    """
    x, y, total, squares = (float(column) for column in directions.sum(axis=1))
    if total <= 0:
        return 0.0, 0.0, 0.0
    return float(np.arctan2(y, x) / (2 * np.pi)), float(np.hypot(x, y) / total), total**2 / squares / _OVERLAP


def _tuning_curve(directions: Array, offset: float, hop_s: float) -> FloatArray:
    """The tuning of each window of four seconds relative to the offset, in cents; NaN where it is not sure: (n,).

    It is sure where the partials agree by the Rayleigh test far better than partials at random do.
    """
    frames = directions.shape[1]
    window = max(1, round(CURVE_WINDOW_S / hop_s))
    count = int(max(0, frames - window) * hop_s / CURVE_STEP_S) + 1
    starts = np.rint(np.arange(count) * (CURVE_STEP_S / hop_s)).astype(np.int64)
    sums = np.cumsum(np.pad(directions, ((0, 0), (1, 0))), axis=1)
    x, y, total, squares = sums[:, np.minimum(starts + window, frames)] - sums[:, starts]
    total, squares = np.maximum(total, 1e-12), np.maximum(squares, 1e-20)
    coherence = np.hypot(x, y) / total
    sure = (coherence > _COHERENT) & (total**2 / squares / _OVERLAP * coherence**2 > 2 * _SIGNIFICANT)
    sure &= total > _PAUSE * np.median(total)
    cents = (np.arctan2(y, x) * (50 / np.pi) - 100 * offset + 50) % 100 - 50
    return np.where(sure, cents, np.nan).astype(np.float32)


def _clarity(partials: _Partials, offset: float) -> FloatArray:
    """How well the partials of each frame agree with the tuned grid (frames,), in [0, 1]."""
    sums = np.zeros((2, partials.total_frames))
    for block in partials.blocks:
        agreement = np.cos((2 * np.pi) * (block.pitches - np.float32(offset))) * block.amplitudes
        _add_up(np.stack([agreement, block.amplitudes]), block.frames, sums)
    agreeing, total = sums
    clarity: FloatArray = np.clip(agreeing / np.maximum(total, 1e-12), 0, 1).astype(np.float32)
    return clarity


def _grid(partials: _Partials, offset: float) -> FloatArray:
    """The partials on the tuned grid of semitones (frames, notes); those between two notes count least."""
    grid = np.zeros((partials.total_frames, _NOTES), np.float32)
    for block in partials.blocks:
        pitches = block.pitches - np.float32(offset)
        nearest = np.rint(pitches)
        weights = block.amplitudes * np.cos(np.pi * (pitches - nearest)) ** 2
        notes = nearest.astype(np.int64) - _LOWEST_NOTE
        inside = (notes >= 0) & (notes < _NOTES)
        at = block.frames[inside] * _NOTES + notes[inside]
        first = at.min(initial=grid.size)
        sums = np.bincount(at - first, weights[inside])
        grid.reshape(-1)[first : first + sums.size] += sums
    return grid


def _whiten(grid: FloatArray) -> FloatArray:
    """What stands out of the grid, evened out over pitch, as square roots.

    From every frame half the mean of the half octave to either side is taken away, which leaves less of drums and
    noise; then the long-term envelope over pitch, three octaves wide, is divided out.
    """
    prominent = np.maximum(grid - product(grid, _noise_floor()), 0)
    envelope = _smoother() @ prominent.mean(axis=0)
    whitened: FloatArray = np.sqrt(prominent / np.maximum(envelope + 0.05 * envelope.max(), 1e-12))
    return whitened


def _explain(grid: FloatArray) -> FloatArray:
    """Non-negative note activations (frames, notes) whose harmonics add up to the grid.

    Multiplicative updates for least squares (Lee and Seung 2001) on a fixed dictionary.
    """
    dictionary = _dictionary()
    gram = product(dictionary, dictionary.T)
    notes = product(grid, dictionary.T)
    for first in range(0, len(notes), _CACHED_FRAMES):
        block = notes[first : first + _CACHED_FRAMES]
        wanted, explained = block.copy(), np.empty_like(block)
        for _ in range(_ITERATIONS):
            product(block, gram, explained)
            explained += np.float32(1e-9)
            block *= np.divide(wanted, explained, out=explained)
    return notes


@lru_cache(maxsize=1)
def _dictionary() -> FloatArray:
    """Note spectra on the grid of semitones (notes, bins): eight harmonics, each half of the one before."""
    spectrum = np.zeros((_NOTES, _NOTES), np.float32)
    for harmonic in range(1, _OVERTONES + 1):
        interval = 12 * np.log2(harmonic)
        step = round(interval)
        gain = _DECAY ** (harmonic - 1) * np.cos(np.pi * (interval - step)) ** 2
        spectrum += np.float32(gain) * np.eye(_NOTES, k=step, dtype=np.float32)
    spectrum.flags.writeable = False
    return spectrum


@lru_cache(maxsize=1)
def _noise_floor() -> FloatArray:
    """Half the mean over six semitones to either side, as a matrix (notes, notes) to multiply the grid by."""
    near = np.abs(np.subtract.outer(np.arange(_NOTES), np.arange(_NOTES))) <= 6
    means: FloatArray = (0.5 * near / near.sum(axis=0)).astype(np.float32)
    means.flags.writeable = False
    return means


@lru_cache(maxsize=1)
def _smoother() -> FloatArray:
    """A Hann-shaped average over 18 semitones to either side (notes, notes)."""
    distance = np.abs(np.subtract.outer(np.arange(_NOTES), np.arange(_NOTES)))
    weights = np.where(distance < 19, np.cos(np.pi * distance / 38) ** 2, 0)
    smoother: FloatArray = (weights / 19).astype(np.float32)
    smoother.flags.writeable = False
    return smoother


@lru_cache(maxsize=1)
def _folds() -> tuple[FloatArray, FloatArray]:
    """How notes fold into pitch classes, (12, notes) for the treble and for the bass."""
    midi = np.arange(_NOTES) + _LOWEST_NOTE
    classes = (np.arange(12)[:, None] == midi % 12).astype(np.float32)
    treble = (classes * np.exp(-0.5 * ((midi - 64) / 14) ** 2)).astype(np.float32)
    bass = (classes / (1 + np.exp((midi - 50) / 2))).astype(np.float32)
    for fold in (treble, bass):
        fold.flags.writeable = False
    return treble, bass
