"""Separation of a mixture into vocals, drums, bass and all other sound.

Each bin of the short-time spectrum is shared out among the stems by soft masks in [0, 1] that depend on ratios only,
so gain and polarity change nothing. The stems add up to the mixture: ``other`` is what the first three leave.

A small network (one hidden layer, the same for all bands and frames) turns the cues of :mod:`musicengine.audio.cues`
into masks: structure over time and frequency, the harmonics of the lead's and of the bass's pitch, the band, and what
the drums do in the same frame. Another hidden layer sees the outline of all of the spectrum: it tells the first what
kind of frame this is, and adds to the odds of drums and bass, whose sounds vary less than voices do. Both were fitted
to the signal-to-distortion ratio (Le Roux et al., "SDR: half-baked or well done?", 2019) of rendered mixtures with
known parts; ``tools/fit_separation.py`` fits them. In stereo the voice gets only what is in the middle: its power lies
in the mean of the channels and not in their difference.

Conventions: frames of about 93 ms, twice that of :mod:`musicengine.audio.spectrum`, centred on multiples of half of
that. Masks are made on bands that are one bin wide at the bottom of the spectrum and grow upwards, block by block; they
take about 2 MB for every minute. Waveforms are made from them only when asked for.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.audio.cues import REACH, Cues, Grid, find_cues, outline_points
from musicengine.audio.pitch import track_pitch
from musicengine.audio.spectrum import apart, frame_length, mixed
from musicengine.dsp import spectra
from musicengine.dsp.frames import frame, padded
from musicengine.dsp.products import product
from musicengine.dsp.types import ComplexArray, FloatArray
from musicengine.values.measures import SeparationQuality
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio, Stems

__all__ = ["Masks", "assess", "plan_separation", "render", "separate"]

_BLOCK_FRAMES = 336
_CACHED_FRAMES = 32
_STRETCH_FRAMES = 4096  # whose levels are held, so that blocks need not hear them twice
_TRANSFORMED_FRAMES = 32
_RENDER_FRAMES = 64
_DRAWN = slice(1, 3)  # the stems that the outline of the spectrum tells: drums and bass
_SILENCE = 1e-12  # power relative to full scale at the peak
_FULL = 255  # the masks' whole number for 1


@attrs.frozen(eq=False)
class Masks:
    """How the spectrum is shared out.

    Args:
        length: samples in a frame; frames are centred on multiples of half of it.
        edges: the first bin of each band, and the end; bins above go with the last band.
        gains: uint8 (3, frames, bands), the parts of vocals, drums and bass in 255ths; the rest is other.
        levels: float16 (frames, bands), natural logarithm of the bands' root mean square amplitude.
    """

    length: int
    edges: tuple[int, ...]
    gains: npt.NDArray[np.uint8]
    levels: npt.NDArray[np.float16]


def separate(audio: Audio, *, pitch: PitchTrack | None = None) -> Stems:
    """The mixture taken apart; the stems have its shape and rate and add up to it.

    Args:
        audio: of any rate, length and number of channels.
        pitch: the audio's own predominant pitch, if known.
    """
    return render(audio, plan_separation(audio, pitch=pitch))


def plan_separation(
    audio: Audio, *, pitch: PitchTrack | None = None, block_frames: int = _BLOCK_FRAMES, threads: int = 2
) -> Masks:
    """The masks alone, without waveforms.

    Args:
        audio: of any rate, length and number of channels.
        pitch: the audio's own predominant pitch, if known.
        block_frames: frames at most that each thread works on at a time; any number gives the same result.
        threads: how many blocks to work on at once.
    """
    length = 2 * frame_length(audio.rate)
    grid = Grid(length // 2 + 1, audio.rate / length)
    total = 1 - (-audio.samples.shape[1] // (length // 2))
    gains = np.zeros((3, total, len(grid.widths)), np.uint8)
    kept = np.full(gains.shape[1:], -np.inf, np.float16)
    masks = Masks(length, grid.edges, gains, kept)
    peak = max(float(audio.samples.max()), -float(audio.samples.min()))
    if peak <= 0:
        return masks
    track = pitch if pitch is not None else track_pitch(audio)
    pitch_hz, voicing = _pitches(track, total, length / 2 / audio.rate)

    def hear(block: slice) -> tuple[FloatArray, FloatArray | None]:
        power, middle = _band_powers(audio, grid, length, block.start, block.stop)
        levels = np.log(power + np.float32(_SILENCE * peak**2))
        levels *= np.float32(0.5)
        return levels, middle

    def fill(block: slice, levels: FloatArray, middle: FloatArray | None) -> None:
        parts = _share_out(find_cues(levels, pitch_hz[block], voicing[block], grid), grid)
        inner = slice(REACH, len(levels) - REACH)
        if middle is not None:
            parts[:, 0] *= np.square(middle[inner])
        parts *= np.float32(_FULL)
        parts += np.float32(0.5)  # to round, not to cut off
        gains[:, block] = np.moveaxis(parts, 1, 0)
        kept[block] = levels[inner]

    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, total, _STRETCH_FRAMES):
            last = min(first + _STRETCH_FRAMES, total)
            heard = list(pool.map(hear, _blocks(first - REACH, last + REACH, block_frames, threads)))
            levels = np.concatenate([part for part, _ in heard])
            middles = [part for _, part in heard if part is not None]
            middle = np.concatenate(middles) if middles else None
            blocks = _blocks(first, last, block_frames, threads)
            around = [slice(block.start - first, block.stop - first + 2 * REACH) for block in blocks]
            pieces = ((levels[near], None if middle is None else middle[near]) for near in around)
            list(pool.map(lambda block, piece: fill(block, *piece), blocks, pieces))
    return masks


def _blocks(first: int, last: int, most: int, threads: int) -> list[slice]:
    """The frames from ``first`` to before ``last`` in blocks of at most so many, as many for each thread."""
    count = -(-(last - first) // (most * threads)) * threads
    size = -(-(last - first) // count)
    return [slice(at, min(at + size, last)) for at in range(first, last, size)]


def assess(masks: Masks) -> SeparationQuality:
    """How cleanly the mixture comes apart, estimated without reference.

    Bleed is the energy that does not go to the stem that gets most of its band and frame, artefacts the part of the
    energy that moves between stems from frame to frame; both are scaled to [0, 1].
    """
    energies, bleed, moved, steady = np.zeros(4), 0.0, 0.0, 0.0
    widths = np.diff(masks.edges).astype(np.float32)
    for first in range(0, len(masks.levels), _BLOCK_FRAMES):
        amplitude = np.exp(masks.levels[first : first + _BLOCK_FRAMES + 1].astype(np.float32))
        parts = _parts(masks.gains[:, first : first + _BLOCK_FRAMES + 1])
        kept = slice(0, _BLOCK_FRAMES)
        power = np.square(amplitude[kept]) * widths
        energies += np.einsum("stb,tb->s", parts[:, kept], power)
        bleed += float(np.vdot(1 - parts[:, kept].max(axis=0), power))
        lasting = amplitude[1:] * amplitude[:-1] * widths
        moved += float(np.vdot(np.abs(np.diff(parts, axis=1)).sum(axis=0), lasting)) / 2
        steady += float(lasting.sum())
    total = float(energies.sum())
    if total <= 0:
        return SeparationQuality(0, 0, 0, 1, 0, 0)
    vocals, drums, bass, other = (float(energy / total) for energy in energies)
    artefacts = min(1.0, moved / steady) if steady else 0.0
    return SeparationQuality(vocals, drums, bass, other, min(1.0, bleed / total * 4 / 3), artefacts)


def _parts(gains: npt.NDArray[np.uint8]) -> FloatArray:
    """The parts of all four stems in [0, 1]: float32 (4, frames, bands)."""
    parts = np.empty((4, *gains.shape[1:]), np.float32)
    np.multiply(gains, np.float32(1 / _FULL), out=parts[:3])
    np.maximum(1 - parts[:3].sum(axis=0), 0, out=parts[3])
    return parts


def render(audio: Audio, masks: Masks, *, threads: int = 2) -> Stems:
    """The waveforms: short-time spectra times masks, transformed back; what is left of the mixture is other.

    Args:
        audio: the one that the masks were made for.
        masks: from :func:`plan_separation`.
        threads: how many stretches of the audio to work on at once.
    """
    samples, hop = audio.samples, masks.length // 2
    stems = np.empty((4, *samples.shape), np.float32)
    widths = np.diff((*masks.edges[:-1], hop + 1))

    def fill(first: int) -> None:
        last = min(first + _RENDER_FRAMES, masks.gains.shape[1] - 1)
        gains = np.repeat(masks.gains[:, first : last + 1] * np.float32(1 / _FULL), widths, axis=2)
        here = slice(first * hop, last * hop)
        for channel, signal in enumerate(samples):
            spectrum = _transform(padded(signal, (first - 1) * hop, (last + 1) * hop), masks.length)
            parts = stems[:, channel, here]
            for part, gain in zip(parts[:3], gains, strict=True):
                part[:] = _inverse(spectrum * gain)[: part.size]
            np.add(parts[0], parts[1], out=parts[3])
            parts[3] += parts[2]
            np.subtract(signal[here], parts[3], out=parts[3])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, range(0, masks.gains.shape[1] - 1, _RENDER_FRAMES)))
    return Stems(*(Audio(stem, audio.rate) for stem in stems))


@lru_cache(maxsize=8)
def _sine(length: int) -> FloatArray:
    """The root of the Hann window (length,): applied before and after, halves of frames add up to 1."""
    window: FloatArray = np.sin(np.pi * np.arange(length) / length).astype(np.float32)
    window.flags.writeable = False
    return window


def _transform(signal: FloatArray, length: int) -> ComplexArray:
    """The spectra of frames that overlap by half: complex64 (frames, length // 2 + 1)."""
    spectrum = np.fft.rfft(frame(signal, length, length // 2) * _sine(length), norm="forward")
    return spectrum.astype(np.complex64, copy=False)


def _inverse(spectrum: ComplexArray) -> FloatArray:
    """The samples between the centres of the first frame and the last."""
    length = 2 * (spectrum.shape[1] - 1)
    frames = np.fft.irfft(spectrum, length, norm="forward").astype(np.float32, copy=False)
    frames *= _sine(length)
    result: FloatArray = (frames[:-1, length // 2 :] + frames[1:, : length // 2]).reshape(-1)
    return result


def _band_powers(audio: Audio, grid: Grid, length: int, first: int, last: int) -> tuple[FloatArray, FloatArray | None]:
    """Mean power of the bins of each band, and how much of it is in the middle, of frames ``first`` to before ``last``.

    Returns:
        two float32 (frames, bands): the power of the mean of the channels plus that of half the difference between the
        first two, and the part of the former in it (None for mono).
    """
    hop = length // 2
    power = _band_means(mixed(audio, (first - 1) * hop, last * hop), grid, hop)
    if audio.channels == 1:
        return power, None
    # How wide a sound is changes slowly: every other frame, each side by side with the next, tells it of two.
    even = first - first % 2
    start, end = (even - 1) * hop, (last - 1 + (last - even) % 2) * hop
    sides = _band_means(apart(audio, start, end), grid, length)
    both = power + sides.repeat(2, axis=0)[first - even :][: last - first]
    middle = np.zeros_like(both)
    np.divide(power, both, out=middle, where=both > 0)
    return both, middle


def _band_means(signal: FloatArray, grid: Grid, step: int) -> FloatArray:
    """Mean power of the bins of each band, of all frames of the signal, ``step`` samples apart: (frames, bands)."""
    length = 2 * (grid.bins - 1)
    result = np.empty(((signal.size - length) // step + 1, len(grid.widths)), np.float32)
    *first_bins, bins = grid.edges
    single = int(np.argmax(grid.widths > 1))  # bands at the bottom, of one bin each: nothing to add up
    for first in range(0, len(result), _TRANSFORMED_FRAMES):  # few at a time, so that they stay in the cache
        rows = result[first : first + _TRANSFORMED_FRAMES]
        power = spectra.power(signal[first * step : (first + len(rows) - 1) * step + length], length, step, bins)
        rows[:, :single] = power[:, :single]
        np.add.reduceat(power, first_bins[single:], axis=1, out=rows[:, single:])
    result /= grid.widths
    return result


def _pitches(track: PitchTrack, frames: int, hop_s: float) -> tuple[FloatArray, FloatArray]:
    """The lead's pitch in Hz and its voicing at each frame, both (frames,); 0 where there is none."""
    if track.times_s.size == 0:
        return np.zeros(frames, np.float32), np.zeros(frames, np.float32)
    between = (track.times_s[1:] + track.times_s[:-1]) / 2
    nearest = np.searchsorted(between, np.arange(frames) * hop_s)
    pitch_hz = np.nan_to_num(track.frequencies_hz[nearest])
    return pitch_hz, np.where(pitch_hz > 0, track.voicing[nearest], 0).astype(np.float32)


def _share_out(cues: Cues, grid: Grid) -> FloatArray:
    """The parts of vocals, drums and bass in each band: float32 (frames, 3, bands), adding up to 1 at most."""
    weights, points = _weights(), outline_points(grid)
    frames, count, bands = cues.local.shape
    result = np.empty((frames, 3, bands), np.float32)
    # One product makes the hidden units: the bands' cues count as local ones, the frames' as weights of a cue of 1.
    given = np.empty((_CACHED_FRAMES, count + len(cues.band) + 1, bands), np.float32)
    given[:, count:-1], given[:, -1] = cues.band, 1
    factors = np.empty((_CACHED_FRAMES, weights.bias.size, given.shape[1]), np.float32)
    factors[:, :, :-1] = np.concatenate([weights.local, weights.band]).T
    kinds, drawn = _from_outline(cues.outline)
    of_frames = np.einsum("tc,ch->th", cues.frame, weights.frame) + weights.bias + kinds
    units = np.empty((_CACHED_FRAMES, weights.bias.size, bands), np.float32)
    # Frame by frame, so that rounding does not depend on the block; few at a time, so that they stay in the cache.
    for first in range(0, frames, _CACHED_FRAMES):
        piece = slice(first, min(first + _CACHED_FRAMES, frames))
        rows = slice(0, piece.stop - first)
        given[rows, :count] = cues.local[piece]
        factors[rows, :, -1] = of_frames[piece]
        hidden = np.matmul(factors[rows], given[rows], out=units[rows])
        np.maximum(hidden, 0, out=hidden)
        logits = weights.output.T @ hidden
        logits += weights.output_bias[:, None]
        logits[:, _DRAWN] += drawn[piece].take(points, axis=2)
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits, out=logits)
        np.divide(odds[:, :3], odds.sum(axis=1, keepdims=True), out=result[piece])
    return result


def _from_outline(outline: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What the outline adds to the hidden units and to the logits of drums and bass at its points.

    Returns:
        float32 (frames, units) and (frames, 2, points).
    """
    weights, frames = _weights(), len(outline)
    # Whole pieces, so that rounding does not depend on the block.
    rows = np.pad(outline, ((0, -frames % _CACHED_FRAMES), (0, 0)))
    hidden = product(rows, weights.outline)
    hidden += weights.outline_bias
    np.maximum(hidden, 0, out=hidden)
    return product(hidden, weights.kind)[:frames], product(hidden, weights.shape)[:frames].reshape(frames, 2, -1)


@attrs.frozen(eq=False)
class _Weights:
    """Of the network: from cues to hidden units of each band and of the outline, from those to the stems' logits."""

    local: FloatArray
    frame: FloatArray
    band: FloatArray
    bias: FloatArray
    output: FloatArray
    output_bias: FloatArray
    outline: FloatArray
    outline_bias: FloatArray
    kind: FloatArray
    shape: FloatArray


@lru_cache(maxsize=1)
def _weights() -> _Weights:
    with (files("musicengine.audio") / "separation.npz").open("rb") as file, np.load(file) as stored:
        return _Weights(*(stored[field.name].astype(np.float32) for field in attrs.fields(_Weights)))
