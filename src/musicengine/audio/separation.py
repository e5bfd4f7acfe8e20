"""Separation of a mixture into vocals, drums, bass and all other sound.

Each bin of the short-time spectrum is shared out among the stems by soft masks in [0, 1] that depend on ratios only,
so gain, polarity and the order of the channels change nothing. The stems add up to the mixture: ``other`` is what the
first three leave. The masks rest on

- structure: drums are broad and brief, notes narrow and lasting. Medians of the spectrogram along frequency keep the
  former, medians along time the latter (Fitzgerald, "Harmonic/percussive separation using median filtering", 2010);
- band: lasting sound below some 250 Hz is the bass;
- melody: what lies on the harmonics of the predominant pitch is the voice or lead;
- position: in stereo a voice is in the middle, its power in the mean of the channels and not in their difference.

Conventions: frames of about 93 ms, twice that of :mod:`musicengine.audio.spectrum`, centred on multiples of half of
that. Masks are made on bands that are one bin wide at the bottom of the spectrum and grow upwards, block by block; they
take about 10 MB for every minute. Waveforms are made from them only when asked for.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.audio.pitch import track_pitch
from musicengine.audio.spectrum import frame_length, mixed
from musicengine.dsp import spectra
from musicengine.dsp.frames import frame, padded
from musicengine.dsp.medians import running_median
from musicengine.dsp.types import ComplexArray, FloatArray, IntArray
from musicengine.values.measures import SeparationQuality
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio, Stems

__all__ = ["Masks", "assess", "plan_separation", "render", "separate"]

_DISTANCES = (1, 3)
_REACH = sum(_DISTANCES) + 1  # frames that a mask sees to each side
_BLOCK_FRAMES = 256
_RENDER_FRAMES = 64
_BASS_HZ = 250.0
_SILENCE = 1e-20  # power relative to full scale at the peak
_FULL = 255  # the masks' whole number for 1


@attrs.frozen(eq=False)
class Masks:
    """How the spectrum is shared out, and what that says of the mixture.

    Args:
        length: samples in a frame; frames are centred on multiples of half of it.
        edges: int64 (bands + 1,), the first bin of each band, and the end.
        gains: uint8 (3, frames, bands), the parts of vocals, drums and bass in 255ths; the rest is other.
        energies: float64 (4,), of vocals, drums, bass and other.
        contested: energy that two stems or more claim.
        ragged: energy by which masks jump from frame to frame.
    """

    length: int
    edges: IntArray
    gains: npt.NDArray[np.uint8]
    energies: npt.NDArray[np.float64]
    contested: float
    ragged: float


def separate(audio: Audio, *, pitch: PitchTrack | None = None) -> Stems:
    """The mixture taken apart; the stems have its shape and rate and add up to it.

    Args:
        audio: of any rate, length and number of channels.
        pitch: the audio's own predominant pitch, if known.
    """
    return render(audio, plan_separation(audio, pitch=pitch))


def plan_separation(
    audio: Audio, *, pitch: PitchTrack | None = None, block_frames: int = _BLOCK_FRAMES
) -> Masks:
    """The masks alone, without waveforms.

    Args:
        audio: of any rate, length and number of channels.
        pitch: the audio's own predominant pitch, if known.
        block_frames: frames held at a time; any number gives the same result.
    """
    track = pitch if pitch is not None else track_pitch(audio)
    length = 2 * frame_length(audio.rate)
    edges = _edges(length // 2 + 1)
    total = 1 - (-audio.samples.shape[1] // (length // 2))
    gains = np.zeros((3, total, edges.size - 1), np.uint8)
    energies, sums = np.zeros(4), np.zeros(2)
    peak = max(float(audio.samples.max()), -float(audio.samples.min()))
    for first in range(0, total if peak > 0 else 0, block_frames):
        last = min(first + block_frames, total)
        power, centre = _band_powers(audio, length, first - _REACH, last + _REACH)
        power += np.float32(_SILENCE * peak**2)
        comb = _comb(track, audio.rate, length, first - _REACH, last + _REACH)
        found = _share_out(power, centre, comb, _centres(edges) * np.float32(audio.rate / length))
        inner = slice(_REACH, _REACH + last - first)
        gains[:, first:last] = np.rint(found[:, inner] * _FULL)
        _measure(power[inner], found[:, inner], energies, sums)
    return Masks(length, edges, gains, energies, float(sums[0]), float(sums[1]))


def assess(masks: Masks) -> SeparationQuality:
    """How cleanly the mixture comes apart, estimated without reference: shares of energy, bleed and artefacts."""
    total = float(masks.energies.sum())
    if total <= 0:
        return SeparationQuality(0, 0, 0, 1, 0, 0)
    shares = (float(energy / total) for energy in masks.energies)
    return SeparationQuality(*shares, min(1.0, masks.contested / total), min(1.0, masks.ragged / total))


def render(audio: Audio, masks: Masks, *, threads: int = 2) -> Stems:
    """The waveforms: short-time spectra times masks, transformed back; what is left of the mixture is other.

    Args:
        audio: the one that the masks were made for.
        masks: from :func:`plan_separation`.
        threads: how many stretches of the audio to work on at once.
    """
    samples, hop = audio.samples, masks.length // 2
    stems = np.empty((4, *samples.shape), np.float32)

    def fill(first: int) -> None:
        last = min(first + _RENDER_FRAMES, masks.gains.shape[1] - 1)
        gains = np.repeat(masks.gains[:, first : last + 1] * np.float32(1 / _FULL), np.diff(masks.edges), axis=2)
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
def _edges(bins: int) -> IntArray:
    """The first bin of each band and the end: one bin wide up to some 1 kHz, then a twelfth of an octave at most."""
    edges = [0]
    while edges[-1] < bins:
        edges.append(edges[-1] + max(1, edges[-1] // 48))
    edges[-1] = bins
    return np.array(edges)


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


def _band_powers(audio: Audio, length: int, first: int, last: int) -> tuple[FloatArray, FloatArray]:
    """Power in the bands, and how much of it is in the middle, of frames from ``first`` to before ``last``.

    Returns:
        two float32 (frames, bands): the power of the mean of the channels plus that of half the difference between the
        first two, and the part of the former in it.
    """
    hop = length // 2
    edges = _edges(hop + 1)
    start, end = (first - 1) * hop, last * hop
    middle = _band_sums(spectra.power(mixed(audio, start, end), length, hop), edges)
    if audio.channels == 1:
        return middle, np.ones_like(middle)
    apart = (padded(audio.samples[0], start, end) - padded(audio.samples[1], start, end)) * np.float32(0.5)
    power = middle + _band_sums(spectra.power(apart, length, hop), edges)
    return power, middle / np.maximum(power, np.float32(1e-30))


def _band_sums(power: FloatArray, edges: IntArray) -> FloatArray:
    """Sums of bins (frames, bins) between the edges: (frames, bands)."""
    return np.add.reduceat(power, edges[:-1], axis=1)


def _comb(track: PitchTrack, rate: int, length: int, first: int, last: int) -> FloatArray:
    """How near each band is to a harmonic of the pitch, in [0, 1], times the voicing: (frames, bands)."""
    edges = _edges(length // 2 + 1)
    times = np.arange(first, last) * (length / 2 / rate)
    at = np.clip(np.searchsorted(track.times_s, times), 0, max(track.times_s.size - 1, 0))
    if track.times_s.size == 0:
        return np.zeros((times.size, edges.size - 1), np.float32)
    pitch = track.frequencies_hz[at]
    bins = _centres(edges)
    pitch_bins = np.where(pitch > 0, pitch * np.float32(length / rate), np.float32(np.inf))[:, None]
    harmonic = np.maximum(np.rint(bins / pitch_bins), 1)
    harmonic *= np.where(np.isfinite(pitch_bins), pitch_bins, 0)
    width = 1.5 + 0.02 * bins + np.diff(edges) / 2
    near = np.maximum(1 - np.square((bins - harmonic) / width), 0)
    near[~(pitch > 0)] = 0
    result: FloatArray = near.astype(np.float32)
    return result


def _share_out(power: FloatArray, centre: FloatArray, comb: FloatArray, hz: FloatArray) -> FloatArray:
    """The parts of vocals, drums and bass in each band: float32 (3, frames, bands), adding up to 1 at most."""
    magnitude = np.sqrt(power)
    lasting = np.square(running_median(magnitude, _DISTANCES, 0))
    broad = np.square(running_median(magnitude, _DISTANCES, 1))
    drums = broad / (broad + lasting)
    low = 1 / (1 + (hz / np.float32(_BASS_HZ)) ** 6)
    tonal = 1 - drums
    vocals = tonal * comb * np.square(centre)
    bass = (tonal - vocals) * low
    return np.stack([vocals, drums, bass])


def _centres(edges: IntArray) -> FloatArray:
    """The middle of each band in bins: (bands,)."""
    return ((edges[:-1] + edges[1:] - 1) / 2).astype(np.float32)


def _measure(
    power: FloatArray, gains: FloatArray, energies: npt.NDArray[np.float64], sums: npt.NDArray[np.float64]
) -> None:
    """Add these frames to the energies of the stems and to what is contested and ragged."""
    parts = np.concatenate([gains, 1 - gains.sum(axis=0, keepdims=True)])
    energies += np.einsum("stb,tb->s", parts, power, dtype=np.float64)
    largest = parts.max(axis=0)
    sums[0] += float(np.vdot(1 - largest, power))
