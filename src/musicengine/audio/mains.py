"""Mains hum: steady narrow lines at 50 or 60 Hz and their multiples, in the pauses of music and under it.

Two looks at the decimated signal, by spectra of one second and of eight. Where the music pauses, whatever every second
has is left: a low quantile over time. Under music a line is told by its stillness: eight seconds resolve an eighth of
a hertz, and no note holds its level in all of them.
"""

from __future__ import annotations

import numpy as np

from musicengine.audio.spectrum import lowered
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import Array, FloatArray
from musicengine.values.sound import Audio

__all__ = ["find_mains"]

_LOW_RATE = 1000
_MAINS_HZ = (50.0, 60.0)
_STEADY_S = 8.0
_QUICK = 50
_HARMONICS = 8
_LINE_DB = 6.0
_HELD_DB = 3.0


def find_mains(audio: Audio, *, low: Decimated | None = None) -> tuple[float, float]:
    """The mains frequency whose harmonics are the stronger, Hz, and their power; 0 if there are none.

    Args:
        audio: any audio.
        low: the mean of its channels at a lower rate, if it is known already.
    """
    low = lowered(audio) if low is None else low
    factor = max(1, audio.rate // low.factor // _LOW_RATE)
    slow, rate = Decimated(low.read, low.size, factor), audio.rate / low.factor / factor
    signal = slow.read(0, slow.size)
    if signal.size < 4 * round(rate):
        return _MAINS_HZ[0], 0.0
    powers, widths = zip(
        *(_stretches(signal, _quick(length_s * rate), rate) for length_s in (1.0, _STEADY_S)), strict=True
    )
    steady = np.quantile(powers[0], 0.05, axis=0)
    least, most = np.quantile(powers[1], (0.05, 0.95), axis=0)
    found = {hz: max(_line(steady, hz, widths[0]), _still(least, most, hz, widths[1])) for hz in _MAINS_HZ}
    return max(found.items(), key=lambda item: item[1])


def _quick(size: float) -> int:
    """Nearly as many samples, but a number that a fast Fourier transform divides well."""
    return max(1, round(size) // _QUICK) * _QUICK


def _stretches(signal: FloatArray, size: int, rate: float) -> tuple[Array, float]:
    """The power spectra of stretches of a signal, over the whole of it, and the width of their bins in Hz."""
    size = min(size, signal.size)
    starts = np.linspace(0, signal.size - size, -(-signal.size // size)).astype(int)
    cut = np.stack([signal[start : start + size] for start in starts])
    cut *= np.hanning(size).astype(np.float32)
    power: Array = np.abs(np.fft.rfft(cut, norm="forward")) ** 2 * np.float32(2 * 8 / 3)
    return power, rate / size


def _line(steady: Array, mains_hz: float, width_hz: float) -> float:
    """The power of the first four multiples of a mains frequency, if at least two stand 15 dB out of their sides.

    The mains keep their frequency within half a percent; a bass note beside it, or a multiple of that, is music.
    """
    total, lines = 0.0, 0
    for harmonic in range(1, 5):
        at = round(harmonic * mains_hz / width_hz)
        if at + 9 >= len(steady):
            break
        beside = np.r_[steady[at - 9 : at - 3], steady[at + 4 : at + 10]]
        height = float(steady[at - 1 : at + 2].sum())
        off_hz = abs(int(steady[at - 3 : at + 4].argmax()) - 3) * width_hz
        if off_hz <= max(0.5, 0.005 * harmonic * mains_hz) and height > 32 * float(np.median(beside)) * 3:
            total, lines = total + height, lines + 1
    return total if lines >= 2 else 0.0


def _still(steady: Array, most: Array, mains_hz: float, width_hz: float) -> float:
    """The power of the first eight multiples of a mains frequency, if at least two are lines.

    A line stands :data:`_LINE_DB` out of everything that is up to 3 Hz beside it and keeps its level. No tone of an
    instrument is held so still, and a bar that is played again and again has lines side by side. The mains keep their
    frequency within a quarter of a percent; a bass note beside it, or a multiple of that, is music.
    """
    total, lines = 0.0, 0
    for harmonic in range(1, _HARMONICS + 1):
        hz = harmonic * mains_hz
        reach = max(width_hz, 0.0025 * hz)
        first, last = round((hz - reach) / width_hz), round((hz + reach) / width_hz)
        if last + round(3.5 / width_hz) >= len(steady):
            break
        at = first + int(steady[first : last + 1].argmax())
        skirt, far = round(0.5 / width_hz), round(3 / width_hz)
        beside = np.r_[steady[at - far : at - skirt + 1], steady[at + skirt : at + far + 1]]
        held = most[at] < 10 ** (_HELD_DB / 10) * steady[at]
        if held and steady[at] > 10 ** (_LINE_DB / 10) * float(beside.max()):
            total, lines = total + float(steady[at - 2 : at + 3].sum()) * 2 / 3, lines + 1
    return total if lines >= 2 else 0.0
