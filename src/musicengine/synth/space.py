"""A room: convolution with decaying stereo noise, at a quarter of the rate, block by block (overlap-add).

Real rooms swallow treble first; so do these: above about 5 kHz they return nothing, and the transforms cost a quarter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = ["reverberate"]

_FFT = 1 << 16
#: Rooms are computed at half this rate or above.
_ENOUGH_HZ = 22_000
_PREDELAY_S = 0.018
_PIECE = 1 << 13


def reverberate(bus: FloatArray, rate: int, *, room_s: float, gain: float) -> None:
    """Add a room's answer to a stereo signal, in place.

    Args:
        bus: float32 (2, n); the room hears the mean of both channels.
        rate: Hz.
        room_s: reverberation time: until it is 60 dB quieter.
        gain: of the answer; with 1 it is about as loud as the signal.
    """
    signal = bus[0] + bus[1]
    signal *= np.float32(0.5 * gain)
    sizes: list[int] = []
    while rate >= _ENOUGH_HZ:
        sizes.append(signal.size)
        signal, rate = _halved(signal), rate // 2
    room, length = _room(rate, room_s)
    answer = np.zeros((2, signal.size + _FFT), np.float32)
    step = _FFT - length
    block = np.zeros(_FFT, np.float32)
    for start in range(0, signal.size, step):
        piece = signal[start : start + step]
        block[: piece.size], block[piece.size :] = piece, 0
        spectrum = np.fft.rfft(block, norm="forward")
        answer[:, start : start + _FFT] += np.fft.irfft(spectrum * room)
    for size in sizes[:0:-1]:
        # A few samples more than needed, for the next filter.
        doubled = np.zeros((2, size + 8), np.float32)
        _add_doubled(doubled, answer)
        answer = doubled
    if sizes:
        _add_doubled(bus, answer)
    else:
        bus += answer[:, : bus.shape[1]]


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


def _halved(signal: FloatArray) -> FloatArray:
    """Every second sample after a half-band filter (-1 0 9 16 9 0 -1) / 32."""
    padded = np.zeros(signal.size + 8 + signal.size % 2, np.float32)
    padded[4 : 4 + signal.size] = signal
    even, odd = padded[0::2], padded[1::2]
    count = (signal.size + 1) // 2
    out = even[2 : 2 + count] * np.float32(16 / 32)
    out += (odd[1 : 1 + count] + odd[2 : 2 + count]) * np.float32(9 / 32)
    out -= (odd[0:count] + odd[3 : 3 + count]) * np.float32(1 / 32)
    return out


def _add_doubled(bus: FloatArray, signal: FloatArray) -> None:
    """Add a signal of half the rate, the samples between by (-1 9 9 -1) / 16; piece by piece, to stay in the cache."""
    count = (bus.shape[1] + 1) // 2
    for start in range(0, count, _PIECE):
        stop = min(start + _PIECE, count)
        between = signal[:, start:stop] + signal[:, start + 1 : stop + 1]
        between *= np.float32(9 / 16)
        first = 0 if start else 1
        outer = signal[:, start - 1 + first : stop - 1] + signal[:, start + 2 + first : stop + 2]
        outer *= np.float32(1 / 16)
        between[:, first:] -= outer
        even, odd = bus[:, 2 * start : 2 * stop : 2], bus[:, 2 * start + 1 : 2 * stop : 2]
        even += signal[:, start:stop]
        odd += between[:, : odd.shape[1]]
