"""How loud audio is: loudness, its range and its true peak, by ITU-R BS.1770-5 and EBU Tech 3341 and 3342.

* Every channel is K-weighted (BS.1770-5, Annex 1; :func:`musicengine.dsp.filters.k_weighting`). Its mean square over
  a window, summed over channels with their weights, is the power P; the loudness is -0.691 + 10 log10 P in LUFS.
* Integrated: windows of 400 ms every 100 ms; those above -70 LUFS, and of these the ones above their mean power less
  10 LU, are averaged as powers. An incomplete window at the end is not used.
* Momentary and short-term (EBU Tech 3341): windows of 400 ms and 3 s. Their maxima are taken every 10 ms.
* Range (EBU Tech 3342): the 10th to the 95th percentile of the short-term loudness every 100 ms, gated at -70 LUFS
  and at 20 LU below the mean power of what is left.
* True peak (BS.1770-5, Annex 2): 4 times oversampled, 2 times from 96 kHz, not at all from 192 kHz.

Channels weigh by their place, which follows from their number in the order of WAVE files: mono, L R, L R C,
L R Ls Rs, L R C Ls Rs, L R C LFE Ls Rs, L R C LFE Cs Ls Rs and L R C LFE Lb Rb Ls Rs. Surround channels between 60 and
120 degrees weigh 1.41, the LFE channel 0, all others 1; so does every channel of any other number. Mono is one channel.
Audio shorter than a window has no loudness of that kind: minus infinity, as silence. Below 16 kHz the bilinear
transform would bend the filter by up to 0.2 dB and more, so such audio is brought above that rate first; then no
rate strays from the response at 48 kHz by more than 0.07 dB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from musicengine.dsp.filters import biquads_from, k_weighting
from musicengine.dsp.resampling import resample
from musicengine.dsp.true_peak import true_peak
from musicengine.dsp.types import FloatArray
from musicengine.errors import InputError
from musicengine.values.measures import Loudness, LoudnessCurve
from musicengine.values.sound import Audio

__all__ = ["channel_weights", "hear_loudness", "loudness_curve", "measure_loudness"]

Powers: TypeAlias = npt.NDArray[np.float64]

_STEPS_PER_S = 100  # the grid of all windows
_STEP_100_MS = 10
_EVEN_STEPS = 32  # whole blocks of the filter, which is fastest on those
_MOMENTARY = 40
_SHORT_TERM = 300
_LOWEST_RATE = 16_000
_CONTEXT = 256  # samples before and after a piece that resampling it looks at, and more
_BLOCK = 1 << 19

_WEIGHTS: dict[int, tuple[float, ...]] = {
    4: (1, 1, 1.41, 1.41),
    5: (1, 1, 1, 1.41, 1.41),
    6: (1, 1, 1, 0, 1.41, 1.41),
    7: (1, 1, 1, 0, 1, 1.41, 1.41),
    8: (1, 1, 1, 0, 1, 1, 1.41, 1.41),
}


def measure_loudness(audio: Audio, *, weights: Sequence[float] | None = None, block: int = _BLOCK) -> Loudness:
    """Integrated loudness, range, maxima and true peak of the whole.

    Args:
        audio: of any rate, length and number of channels.
        weights: one for each channel; None takes those of the layout (see the module).
        block: samples worked on at a time; any number gives the same result.

    Returns:
        Levels are minus infinity where there are none: silence, everything below the gate, or audio shorter than the
        window. The range of audio shorter than 3 s is 0.

    Raises:
        InputError: the weights are not one number of 0 or more a channel.
    """
    return _measures(audio, *_energies(audio, weights, block))


def loudness_curve(audio: Audio, *, weights: Sequence[float] | None = None, block: int = _BLOCK) -> LoudnessCurve:
    """Momentary and short-term loudness every 100 ms, as a meter shows them: of the window that ends then.

    Args:
        audio: of any rate, length and number of channels.
        weights: one for each channel; None takes those of the layout (see the module).
        block: samples worked on at a time; any number gives the same result.

    Returns:
        Minus infinity in silence and before the first whole window.

    Raises:
        InputError: the weights are not one number of 0 or more a channel.
    """
    return _curve(*_energies(audio, weights, block))


def hear_loudness(audio: Audio) -> tuple[Loudness, LoudnessCurve]:
    """What :func:`measure_loudness` and :func:`loudness_curve` say, by one pass over the audio."""
    energies, ends = _energies(audio, None, _BLOCK)
    return _measures(audio, energies, ends), _curve(energies, ends)


def channel_weights(channels: int) -> tuple[float, ...]:
    """The weight of each channel of the usual layout of that many (BS.1770-5, table 3)."""
    return _WEIGHTS.get(channels, (1.0,) * channels)


def _measures(audio: Audio, energies: Powers, ends: npt.NDArray[np.int64]) -> Loudness:
    momentary, short_term = (_mean_squares(energies, ends, length) for length in (_MOMENTARY, _SHORT_TERM))
    return Loudness(
        integrated_lufs=_integrated(momentary[::_STEP_100_MS]),
        range_lu=_range(short_term[::_STEP_100_MS]),
        short_term_max_lufs=_lufs(short_term.max(initial=0)),
        momentary_max_lufs=_lufs(momentary.max(initial=0)),
        true_peak_dbtp=_true_peak_dbtp(audio),
    )


def _curve(energies: Powers, ends: npt.NDArray[np.int64]) -> LoudnessCurve:
    count = energies.size // _STEP_100_MS
    levels = np.full((2, count), -np.inf, np.float32)
    for level, length in zip(levels, (_MOMENTARY, _SHORT_TERM), strict=True):
        power = _mean_squares(energies, ends, length)[::_STEP_100_MS]
        if power.size:
            level[length // _STEP_100_MS - 1 :] = _levels(power)
    return LoudnessCurve(np.arange(1, count + 1) / 10, *levels)


def _energies(audio: Audio, weights: Sequence[float] | None, block: int) -> tuple[Powers, npt.NDArray[np.int64]]:
    """The weighted energy of every whole 10 ms, (m,), and the samples (m + 1,) between which they lie."""
    samples, rate = audio.samples, audio.rate
    gains = _checked_weights(weights, audio.channels)
    heard = gains > 0
    if not heard.all():
        samples, gains = samples[heard], gains[heard]
    times = max(1, -(-_LOWEST_RATE // rate))
    rate *= times
    count = samples.shape[1] * times * _STEPS_PER_S // rate
    ends = (np.arange(count + 1, dtype=np.int64) * rate + _STEPS_PER_S // 2) // _STEPS_PER_S
    ends = np.minimum(ends, samples.shape[1] * times)
    energies = np.zeros((len(samples), count))
    steps = block * _STEPS_PER_S // (max(len(samples), 1) * rate)
    steps = max(1, steps // _EVEN_STEPS * _EVEN_STEPS or steps)
    state = None
    for first in range(0, count, steps):
        inside = ends[first : first + steps + 1]
        piece = _upsampled(samples, int(inside[0]), int(inside[-1]), times)
        weighted, state = biquads_from(piece, k_weighting(rate), state)
        np.multiply(weighted, weighted, out=weighted)
        energies[:, first : first + steps] = np.add.reduceat(weighted, inside[:-1] - inside[0], axis=1)
    return gains @ energies, ends


def _upsampled(samples: FloatArray, start: int, end: int, times: int) -> FloatArray:
    """Samples ``start`` to ``end`` of the signal at ``times`` its rate."""
    if times == 1:
        return samples[:, start:end]
    first, last = max(start // times - _CONTEXT, 0), -(-end // times) + _CONTEXT
    return resample(samples[:, first:last], 1, times)[:, start - first * times : end - first * times]


def _checked_weights(weights: Sequence[float] | None, channels: int) -> Powers:
    if weights is None:
        return np.array(channel_weights(channels), np.float64)
    gains = np.array(weights, np.float64)
    if gains.shape != (channels,) or not (gains >= 0).all() or not np.isfinite(gains).all():
        raise InputError(f"weights must be one number of 0 or more for each of {channels} channels, got {weights!r}")
    return gains


def _mean_squares(energies: Powers, ends: npt.NDArray[np.int64], length: int) -> Powers:
    """The mean square over every window of ``length`` steps: (m - length + 1,), empty if there is none."""
    if energies.size < length:
        return np.zeros(0)
    return _sliding_sum(energies, length) / (ends[length:] - ends[:-length])


def _sliding_sum(values: Powers, length: int) -> Powers:
    """The sums of ``length`` values in a row, from sums of 1, 2, 4, ...: nothing is subtracted, so nothing cancels."""
    count = values.size - length + 1
    total, start, run = np.zeros(count), 0, values
    for bit in range(length.bit_length()):
        if length >> bit & 1:
            total += run[start : start + count]
            start += 1 << bit
        run = run[: run.size - (1 << bit)] + run[1 << bit :] if run.size > 1 << bit else run[:0]
    return total


def _integrated(power: Powers) -> float:
    """BS.1770-5, Annex 1, equations 4 to 7: the mean power of what passes both gates."""
    gated = power[_levels(power) > -70]
    if not gated.size:
        return -math.inf
    return _lufs(gated[_levels(gated) > _lufs(gated.mean()) - 10].mean())


def _range(power: Powers) -> float:
    """EBU Tech 3342: the spread of the short-term loudness without its quietest tenth and loudest twentieth."""
    gated = power[_levels(power) >= -70]
    if not gated.size:
        return 0.0
    levels = np.sort(_levels(gated))
    levels = levels[levels >= _lufs(gated.mean()) - 20]
    low, high = (levels[math.floor((levels.size - 1) * share + 0.5)] for share in (0.10, 0.95))
    return float(high - low)


def _levels(power: Powers) -> Powers:
    """Powers as LUFS (BS.1770-5, Annex 1, equation 2); 0 is minus infinity."""
    with np.errstate(divide="ignore"):
        levels: Powers = -0.691 + 10 * np.log10(power)
    return levels


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _true_peak_dbtp(audio: Audio) -> float:
    """The highest true peak of any channel, dB relative to full scale."""
    factor = 4 if audio.rate < 96_000 else 2 if audio.rate < 192_000 else 1
    peak = 0.0
    for channel in audio.samples:
        peak = true_peak(channel, factor, floor=peak)
    return 20 * math.log10(peak) if peak > 0 else -math.inf
