"""A room: convolution with decaying stereo noise, at a quarter of the rate, block by block (overlap-add).

Real rooms swallow treble first; so do these: above about 5 kHz they return nothing, and the transforms cost a quarter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.products import product
from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = ["reverberate"]

_FFT = 1 << 16
#: About the rate at which rooms are computed.
_ROOM_HZ = 11_025
_TAPS = 6
_PREDELAY_S = 0.018
_PIECE = 1 << 12


def reverberate(bus: FloatArray, rate: int, *, room_s: float, gain: float) -> None:
    """Add a room's answer to a stereo signal, in place.

    Args:
        bus: float32 (2, n); the room hears the mean of both channels.
        rate: Hz.
        room_s: reverberation time: until it is 60 dB quieter.
        gain: of the answer; with 1 it is about as loud as the signal.
    """
    factor = max(1, round(rate / _ROOM_HZ))
    room, length = _room(rate // factor, room_s)
    signal = _lowered(bus, factor)
    signal *= np.float32(gain)
    answer = np.zeros((2, signal.size + _FFT), np.float32)
    block = np.zeros(_FFT, np.float32)
    step = _FFT - length
    for start in range(0, signal.size, step):
        piece = signal[start : start + step]
        if not piece.any():
            continue
        block[: piece.size], block[piece.size :] = piece, 0
        spectrum = np.fft.rfft(block, norm="forward")
        answer[:, start : start + _FFT] += np.fft.irfft(spectrum * room)
    for channel, of_room in zip(bus, answer, strict=True):
        _add_raised(channel, of_room, factor)


@lru_cache(maxsize=8)
def _room(rate: int, room_s: float) -> tuple[ComplexArray, int]:
    """The spectrum (2, bins) of a room of energy 1 and its length in samples."""
    length = min(int((room_s * 1.1 + _PREDELAY_S) * rate), _FFT // 2)
    rng = np.random.Generator(np.random.PCG64(20))
    t = np.arange(length) / rate
    bright = rng.standard_normal((2, length)) * np.exp(-t * (6.9 / (room_s * 0.55)))
    dark = _smooth(rng.standard_normal((2, length)), 6) * np.exp(-t * (6.9 / room_s)) * 1.5
    response = bright * 0.6 + dark
    delay = int(_PREDELAY_S * rate)
    response = np.roll(response, delay, axis=1)
    response[:, :delay] = 0
    response -= response.mean(axis=1, keepdims=True)
    response /= np.sqrt(np.sum(response**2, axis=1, keepdims=True))
    # The forward transform of the signal was divided by its length; that is put right here.
    spectrum = np.fft.rfft(response, _FFT) * _FFT
    # A room's low end is mud in a mix.
    frequencies = np.fft.rfftfreq(_FFT, 1 / rate)
    spectrum *= 1 / np.sqrt(1 + (220 / np.maximum(frequencies, 1)) ** 4) / np.sqrt(1 + (frequencies / 5500) ** 4)
    return spectrum.astype(np.complex64), length


def _smooth(noise: np.ndarray, width: int) -> np.ndarray:
    kernel = np.hanning(width + 2)[1:-1]
    return np.stack([np.convolve(row, kernel / np.sqrt(np.sum(kernel**2)), "same") for row in noise])


def _lowered(bus: FloatArray, factor: int) -> FloatArray:
    """The mean of both channels at a lower rate, each sample a triangle over two periods: (n / factor,)."""
    n = bus.shape[1]
    padded = np.zeros(n + 2 * factor - n % factor, np.float32)
    np.add(bus[0], bus[1], out=padded[:n])
    periods = padded.reshape(-1, factor)
    ramp = ((np.arange(factor) + 0.5) / (2 * factor**2)).astype(np.float32)
    signal: FloatArray = product(periods, ramp)[:-1]
    signal += product(periods, ramp[::-1].copy())[1:]
    return signal


def _add_raised(channel: FloatArray, signal: FloatArray, factor: int) -> None:
    """Add a signal of a lower rate to a channel (n,): a windowed sinc of six samples, piece by piece, in the cache."""
    places = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - np.arange(factor) / factor
    kernel = np.sinc(places) * np.cos(np.pi * places / (_TAPS + 1)) ** 2
    kernel = (kernel / kernel.sum(axis=0)).astype(np.float32)
    padded = np.concatenate([np.zeros(_TAPS // 2 - 1, np.float32), signal])
    windows = np.lib.stride_tricks.sliding_window_view(padded, _TAPS)
    for start in range(0, -(-channel.size // factor), _PIECE):
        place = channel[start * factor : (start + _PIECE) * factor]
        place += product(windows[start : start + _PIECE], kernel).reshape(-1)[: place.size]
