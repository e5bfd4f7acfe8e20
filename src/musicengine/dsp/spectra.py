"""Short-time spectra and the filterbanks that sum them into bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.frames import frame
from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = ["hann", "mel_filters", "power", "transform"]


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


def power(signal: FloatArray, length: int, hop: int) -> FloatArray:
    """The squared magnitude of :func:`transform`: float32 (frames, length // 2 + 1)."""
    spectrum = transform(signal, length, hop)
    parts = spectrum.view(np.float32).reshape(*spectrum.shape, 2)
    result: FloatArray = np.einsum("fbc,fbc->fb", parts, parts)
    return result


@lru_cache(maxsize=16)
def mel_filters(rate: int, length: int, bands: int) -> FloatArray:
    """Triangular mel filters of equal area (length // 2 + 1, bands): ``power @ mel_filters`` are the band powers.

    The Slaney mel scale, 0 Hz to half the rate, each triangle divided by its width (as in the Auditory Toolbox).
    """
    edges = _mel_to_hz(np.linspace(0, _hz_to_mel(rate / 2), bands + 2))
    bins = np.arange(length // 2 + 1) * (rate / length)
    rising = (bins[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins[:, None]) / np.diff(edges)[1:]
    filters: FloatArray = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    filters *= (2 / (edges[2:] - edges[:-2])).astype(np.float32)
    filters.flags.writeable = False
    return filters


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
