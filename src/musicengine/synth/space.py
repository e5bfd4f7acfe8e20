"""A room: convolution with decaying stereo noise, at a quarter of the rate, block by block (overlap-add).

Real rooms swallow treble first; so do these: above about 5 kHz they return nothing, and the transforms cost a quarter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import numpy as np

from musicengine.dsp.products import product
from musicengine.dsp.types import ComplexArray, FloatArray

__all__ = ["reverberate"]

#: Transforms of these sizes are fast (small prime factors), and their rows do not crowd the same lines of a cache.
_SIZES = (50_000, 60_000, 100_000, 200_000)
_LONGEST = 1 << 15
#: Periods of the lower rate that are raised together: a matrix as small as that is multiplied fastest.
_RAISED = 8
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
    lowered = rate // factor
    length = min(int((room_s * 1.1 + _PREDELAY_S) * lowered), _LONGEST)
    signal = _lowered(bus, factor)
    signal *= np.float32(gain)
    size = min(_SIZES, key=lambda size: -(-signal.size // (2 * (size - length))) * size)
    answer = _convolved(signal, _room(lowered, room_s, length, size), length)
    for channel, of_room in zip(bus, answer, strict=True):
        _add_raised(channel, of_room, factor)


def _convolved(signal: FloatArray, room: ComplexArray, length: int) -> FloatArray:
    """A signal (n,) in a room of that length, whose spectrum is (2, size): float32 (2, n)."""
    size = room.shape[1]
    step = size - length
    answer = np.zeros((2, signal.size), np.float32)
    pair, spectrum = np.empty((2, size), np.complex64)
    # Transforms of single precision stay in it; numpy's annotations know the double one alone.
    of_pair, of_spectrum = cast("Any", pair), cast("Any", spectrum)
    for start in range(0, signal.size, 2 * step):
        both = signal[start : start + 2 * step]
        if not both.any():
            continue
        # Two blocks share a transform: one is the real part, one the imaginary, and a real room keeps them apart.
        pair[:] = 0
        pair.real[: both[:step].size], pair.imag[: both[step:].size] = both[:step], both[step:]
        np.fft.fft(pair, norm="forward", out=of_spectrum)
        for channel, of_room in zip(answer, room, strict=True):
            np.multiply(spectrum, of_room, out=pair)
            np.fft.ifft(pair, out=of_pair)
            for at, heard in ((start, pair.real), (start + step, pair.imag)):
                place = channel[at : at + size]
                place += heard[: place.size]
    return answer


@lru_cache(maxsize=16)
def _room(rate: int, room_s: float, length: int, size: int) -> ComplexArray:
    """The spectrum (2, size) of a room of energy 1 that is ``length`` samples long."""
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
    spectrum = np.fft.fft(response, size) * size
    # A room's low end is mud in a mix.
    frequencies = np.abs(np.fft.fftfreq(size, 1 / rate))
    spectrum *= 1 / np.sqrt(1 + (220 / np.maximum(frequencies, 1)) ** 4) / np.sqrt(1 + (frequencies / 5500) ** 4)
    return spectrum.astype(np.complex64)


def _smooth(noise: np.ndarray, width: int) -> np.ndarray:
    kernel = np.hanning(width + 2)[1:-1]
    return np.stack([np.convolve(row, kernel / np.sqrt(np.sum(kernel**2)), "same") for row in noise])


def _lowered(bus: FloatArray, factor: int) -> FloatArray:
    """The mean of both channels at a lower rate, each sample a triangle over two periods: (n / factor,)."""
    n = bus.shape[1]
    count = n // factor + 1
    ramp = ((np.arange(factor) + 0.5) / (2 * factor**2)).astype(np.float32)
    sums = np.zeros(count + 1, np.float32)
    both = np.empty(_PIECE * factor, np.float32)
    for start in range(0, count, _PIECE):
        left, right = bus[:, start * factor : (start + _PIECE) * factor]
        np.add(left, right, out=both[: left.size])
        both[left.size :] = 0
        periods = both.reshape(-1, factor)[: count - start]
        # Each period rises towards the sample at its end, and falls from the one before.
        sums[start + 1 :][: len(periods)] += product(periods, ramp)
        sums[start:][: len(periods)] += product(periods, ramp[::-1].copy())
    return sums[1:]


def _add_raised(channel: FloatArray, signal: FloatArray, factor: int) -> None:
    """Add a signal of a lower rate to a channel (n,): a windowed sinc of six samples, piece by piece, in the cache."""
    raiser = _raiser(factor)
    width = _RAISED * factor
    count = -(-channel.size // width)
    padded = np.zeros(count * _RAISED + _TAPS, np.float32)
    known = signal[: count * _RAISED + _TAPS // 2]
    padded[_TAPS // 2 - 1 : _TAPS // 2 - 1 + known.size] = known
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(raiser))[::_RAISED]
    for start in range(0, count, _PIECE // _RAISED):
        place = channel[start * width : start * width + _PIECE * factor]
        some = np.ascontiguousarray(windows[start : start + _PIECE // _RAISED])
        place += product(some, raiser).reshape(-1)[: place.size]


@lru_cache(maxsize=4)
def _raiser(factor: int) -> FloatArray:
    """A matrix that makes eight periods of samples of eight and their neighbours: (8 + 5, 8 * factor)."""
    places = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - np.arange(factor) / factor
    kernel = np.sinc(places) * np.cos(np.pi * places / (_TAPS + 1)) ** 2
    kernel /= kernel.sum(axis=0)
    matrix = np.zeros((_RAISED + _TAPS - 1, _RAISED * factor), np.float32)
    for period in range(_RAISED):
        matrix[period : period + _TAPS, period * factor : (period + 1) * factor] = kernel
    return matrix
