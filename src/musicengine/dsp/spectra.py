"""Short-time spectra and the filterbanks that sum them into bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.frames import frame
from musicengine.dsp.products import Bands, banded, product_by_bands
from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = [
    "chroma_filters",
    "hann",
    "magnitude",
    "mel_centres_hz",
    "mel_filters",
    "mel_frequencies",
    "mel_power",
    "power",
    "transform",
]


_CACHED_SAMPLES = 2**17  # a transform of so many samples and its input take 1 MB


@lru_cache(maxsize=32)
def hann(length: int) -> FloatArray:
    """The periodic Hann window (length,), read-only."""
    window: FloatArray = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    window.flags.writeable = False
    return window


def transform(signal: FloatArray, length: int, hop: int) -> ComplexArray:
    """The short-time Fourier transform divided by ``length``: complex64 (frames, length // 2 + 1), Hann window.

    ``norm="forward"`` keeps numpy in float32 (its default scales in float64), which is several times faster; whoever
    needs the unscaled transform multiplies by ``length``.
    """
    return np.fft.rfft(frame(signal, length, hop) * hann(length), norm="forward").astype(np.complex64, copy=False)


def magnitude(signal: FloatArray, length: int, hop: int, bins: int | None = None) -> FloatArray:
    """The magnitude of the first ``bins`` bins of :func:`transform`, or of all: float32 (frames, bins).

    The transform is taken of few frames at a time, so that it never leaves the processor's cache.
    """
    frames = frame(signal, length, hop)
    step = max(1, _CACHED_SAMPLES // length)
    every = length // 2 + 1
    out = np.empty((len(frames), every if bins is None else min(bins, every)), np.float32)
    windowed = np.empty((step, length), np.float32)
    spectrum = np.empty((step, every), np.complex64)
    for first in range(0, len(frames), step):
        part = frames[first : first + step]
        count = len(part)
        np.multiply(part, hann(length), out=windowed[:count])
        np.fft.rfft(windowed[:count], norm="forward", out=spectrum[:count])  # type: ignore[arg-type]  # takes any complex
        np.abs(spectrum[:count, : out.shape[1]], out=out[first : first + count])
    return out


def power(signal: FloatArray, length: int, hop: int, bins: int | None = None) -> FloatArray:
    """The square of :func:`magnitude`: float32 (frames, bins)."""
    result = magnitude(signal, length, hop, bins)
    return np.square(result, out=result)


@lru_cache(maxsize=16)
def mel_filters(rate: int, length: int, bands: int) -> FloatArray:
    """Triangular mel filters of equal area (length // 2 + 1, bands): ``power @ mel_filters`` are the band powers.

    The Slaney mel scale, 0 Hz to half the rate, each triangle divided by its width (as in the Auditory Toolbox).
    """
    edges = mel_frequencies(0, rate / 2, bands + 2)
    bins = np.arange(length // 2 + 1) * (rate / length)
    rising = (bins[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins[:, None]) / np.diff(edges)[1:]
    filters: FloatArray = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    filters *= (2 / (edges[2:] - edges[:-2])).astype(np.float32)
    filters.flags.writeable = False
    return filters


@lru_cache(maxsize=16)
def mel_centres_hz(rate: int, bands: int) -> FloatArray:
    """The frequency at the top of each triangle of :func:`mel_filters`: (bands,)."""
    centres: FloatArray = _mel_to_hz(np.linspace(0, _hz_to_mel(rate / 2), bands + 2))[1:-1].astype(np.float32)
    centres.flags.writeable = False
    return centres


def mel_power(power: FloatArray, rate: int, length: int, out: FloatArray) -> None:
    """Sum ``power`` (frames, length // 2 + 1) into mel bands, in ``out`` (frames, bands).

    Every band overlaps few bins, so bands are taken by groups that share a stretch of the spectrum.
    """
    product_by_bands(power, _mel_groups(rate, length, out.shape[1]), out)


@lru_cache(maxsize=16)
def _mel_groups(rate: int, length: int, bands: int) -> Bands:
    return banded(mel_filters(rate, length, bands), 8)


@lru_cache(maxsize=16)
def chroma_filters(rate: int, length: int) -> FloatArray:
    """Pitch-class filters (length // 2 + 1, 12), C first: ``power @ chroma_filters`` are the pitch classes' powers.

    Gaussian bumps around each pitch class of A4 = 440 Hz, one semitone or one bin wide, whichever is wider; registers
    weighted by a Gaussian of two octaves around 880 Hz (Ellis, "Chroma feature analysis and synthesis", 2007).
    """
    semitones = 12 * np.log2(np.arange(1, length // 2 + 2) * (rate / length) / 27.5)  # above A0
    semitones = np.concatenate(([semitones[0] - 18], semitones))  # 0 Hz has no pitch; put it out of the way
    width = np.maximum(np.diff(semitones), 1)[:, None]
    distance = (semitones[:-1, None] - np.arange(12) + 6) % 12 - 6
    bumps = np.exp(-0.5 * (2 * distance / width) ** 2)
    bumps /= np.linalg.norm(bumps, axis=1, keepdims=True)
    register = np.exp(-0.5 * ((semitones[:-1, None] / 12 - 5) / 2) ** 2)
    filters: FloatArray = np.roll(bumps * register, -3, axis=1).astype(np.float32)
    filters.flags.writeable = False
    return filters


def mel_frequencies(low_hz: float, high_hz: float, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Frequencies (count,) in Hz that are equally spaced on Slaney's mel scale."""
    return _mel_to_hz(np.linspace(_hz_to_mel(low_hz), _hz_to_mel(high_hz), count))


_LINEAR_HZ_PER_MEL = 200 / 3
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27


def _hz_to_mel(hz: float) -> float:
    """Slaney's scale: linear up to 1 kHz, logarithmic above."""
    if hz < _BREAK_HZ:
        return hz / _LINEAR_HZ_PER_MEL
    return float(_BREAK_HZ / _LINEAR_HZ_PER_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mel: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    break_mel = _BREAK_HZ / _LINEAR_HZ_PER_MEL
    return np.where(mel < break_mel, mel * _LINEAR_HZ_PER_MEL, _BREAK_HZ * np.exp(_LOG_STEP * (mel - break_mel)))
