"""Faults of a recording, found second by second: clipping, clicks, silence, offset, noise, hum, polarity and width.

One pass over the samples reduces each second to a few numbers; the findings are read from those. A click is a single
sample whose second difference stands out of its surroundings (Godsill and Rayner, Digital Audio Restoration, 1998,
chapter 5, detect them the same way with a better predictor).
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from musicengine.audio.clipping import Plateau, find_clipped
from musicengine.audio.mains import find_mains
from musicengine.audio.rules import Finding
from musicengine.audio.spectrum import Survey, mixed
from musicengine.dsp.products import inner, product
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.true_peak import block_max
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.sound import Audio

__all__ = ["SILENT", "cancels", "find_clicks", "find_faults", "multiply_channels"]

SILENT = 1e-3
"""Magnitude below which a sample is silent: -60 dBFS."""

_WINDOW_S = 1.0
_NEGATIVE = -0.1
_SELDOM = 0.02  # of the seconds
_CLICK_RATIO = 20.0
_CLICK_LEAST = 0.02
_CLICK_BLOCK = 32  # that of block_max
_HISS_BANDS = 8  # from about 300 Hz up
_PAUSE_DB = -20.0


def find_faults(
    audio: Audio,
    survey: Survey,
    integrated_lufs: float,
    low: Decimated | None = None,
    products: Array | None = None,
) -> Iterator[tuple[str, Finding]]:
    """The name of each rule about faults, with what was found.

    Args:
        audio: any audio.
        survey: of this audio.
        integrated_lufs: its loudness, to which noise and hum are compared.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
        products: its :func:`multiply_channels`, if they are known already.
    """
    windows = _measure(audio, multiply_channels(audio) if products is None else products)
    yield "clipping", _clipping(windows)
    yield "silence", _longest_silence(windows)
    yield "dc_offset", Finding(float(np.abs(windows.total.sum(axis=0) / windows.count).max()))
    yield "clicks", _clicks(windows)
    if audio.channels == 2 and (windows.peak >= SILENT).any():
        yield "stereo.correlation", _worst_correlation(windows)
        yield "stereo.width", _width(windows)
    if np.isfinite(integrated_lufs):
        yield "noise.floor", _noise_floor(survey)
        yield "noise.hum", _hum(find_mains(audio, low=low)[1], integrated_lufs)


@attrs.frozen(eq=False)
class _Windows:
    """What is measured second by second; rows are windows.

    Args:
        duration_s: of the audio; the last window may be shorter than the others.
        rate: of the audio.
        count: samples of one channel.
        peak: float32 (windows, channels).
        total: float64 (windows, channels), sums of samples.
        clipped: int (windows,), samples on clipped plateaus, all channels.
        clicks: int (windows,).
        product: as :func:`multiply_channels`.
    """

    duration_s: float
    rate: int
    count: int
    peak: FloatArray
    total: Array
    clipped: Array
    clicks: Array
    product: Array

    def span(self, chosen: Array) -> tuple[float | None, float | None]:
        """From the start of the first of these windows to the end of the last."""
        if not chosen.size:
            return None, None
        return float(chosen[0] * _WINDOW_S), float(min((chosen[-1] + 1) * _WINDOW_S, self.duration_s))


def _seconds(audio: Audio) -> list[FloatArray]:
    size = round(_WINDOW_S * audio.rate)
    return [audio.samples[:, at : at + size] for at in range(0, audio.samples.shape[1], size)]


def multiply_channels(audio: Audio) -> Array:
    """Sums of left², right² and left·right, second by second: float64 (seconds, 3), zeros unless stereo."""
    parts = _seconds(audio)
    return np.array([_products(part) for part in parts]) if audio.channels == 2 else np.zeros((len(parts), 3))


def _measure(audio: Audio, products: Array) -> _Windows:
    size, parts = round(_WINDOW_S * audio.rate), _seconds(audio)
    peak = np.array([np.maximum(part.max(axis=1), -part.min(axis=1)) for part in parts], np.float32)
    return _Windows(
        duration_s=audio.duration_s,
        rate=audio.rate,
        count=audio.samples.shape[1],
        peak=peak,
        total=np.array([part.sum(axis=1) for part in parts], np.float64),
        clipped=_clipped_per_window(find_clipped(audio), size, len(parts)),
        clicks=np.bincount(find_clicks(audio) // size, minlength=len(parts)),
        product=products,
    )


def _clipped_per_window(plateaus: list[Plateau], size: int, count: int) -> IntArray:
    """Clipped samples in each window, all channels."""
    windows = np.array([one.start // size for one in plateaus], np.int64)
    lengths = [one.end - one.start for one in plateaus]
    return np.bincount(windows, weights=lengths, minlength=count).astype(np.int64)


def find_clicks(audio: Audio) -> IntArray:
    """The samples that click: those whose second difference stands 26 dB out of the milliseconds around them."""
    size = round(_WINDOW_S * audio.rate)
    starts = range(0, audio.samples.shape[1], size)
    return np.concatenate([at + _clicks_within(mixed(audio, at, at + size)) for at in starts])


def _clicks_within(signal: FloatArray) -> IntArray:
    """Places of clicks in a window."""
    rough = np.abs(signal[2:] - 2 * signal[1:-1] + signal[:-2])
    blocks = rough[: rough.size // _CLICK_BLOCK * _CLICK_BLOCK].reshape(-1, _CLICK_BLOCK)
    if len(blocks) < 5:
        return np.zeros(0, np.int64)
    highest = block_max(blocks.reshape(-1))
    usual = product(blocks, np.full(_CLICK_BLOCK, 1 / _CLICK_BLOCK, np.float32))
    # The roughness before and after, so that the attack of a drum, which goes on, is no click.
    around = np.maximum.reduce([usual[:-4], usual[1:-3], usual[3:-1], usual[4:]])
    isolated = (highest[2:-2] > _CLICK_LEAST) & (highest[2:-2] > _CLICK_RATIO * np.maximum(around, 1e-5))
    chosen = np.flatnonzero(isolated) + 2
    few = (blocks[chosen] > 0.25 * highest[chosen, None]).sum(axis=1) <= 4
    chosen = chosen[few]
    return np.asarray(chosen * _CLICK_BLOCK + blocks[chosen].argmax(axis=1) + 1, np.int64)


def _products(part: FloatArray) -> tuple[float, float, float]:
    left, right = part
    return inner(left, left), inner(right, right), inner(left, right)


def _clipping(windows: _Windows) -> Finding:
    """Milliseconds of clipping per second, and where it begins and ends."""
    per_second = float(windows.clipped.sum()) * 1000 / windows.peak.shape[1] / windows.count
    return Finding(per_second, *windows.span(np.flatnonzero(windows.clipped)))


def _clicks(windows: _Windows) -> Finding:
    """Clicks per minute, and where they begin and end."""
    found = float(windows.clicks.sum())
    return Finding(found * 60 / max(windows.duration_s, 60.0), *windows.span(np.flatnonzero(windows.clicks)))


def _longest_silence(windows: _Windows) -> Finding:
    """The longest stretch of silent windows, seconds."""
    silent = np.r_[False, (windows.peak < SILENT).all(axis=1), False]
    starts, ends = np.flatnonzero(silent[1:] & ~silent[:-1]), np.flatnonzero(~silent[1:] & silent[:-1])
    if not starts.size:
        return Finding(0.0)
    longest = int(np.argmax(ends - starts))
    start_s, end_s = windows.span(np.arange(starts[longest], ends[longest]))
    return Finding((end_s or 0.0) - (start_s or 0.0), start_s, end_s)


def cancels(products: Array, rate: int) -> bool:
    """Whether the channels of a stereo pair cancel in the mix, on the whole or in a noticeable part of the seconds.

    Args:
        products: of :func:`multiply_channels`.
        rate: of the audio.
    """
    heard, negative = _polarity(products, rate)
    return bool(negative.sum() > _SELDOM * heard.sum())


def _polarity(products: Array, rate: int) -> tuple[Array, Array]:
    """The seconds that are heard, and those of them whose channels are out of polarity."""
    left, right, both = products.T
    heard = np.maximum(left, right) > SILENT**2 * rate
    return heard, heard & (both < _NEGATIVE * np.sqrt(left * right))


def _worst_correlation(windows: _Windows) -> Finding:
    """The channels' correlation over the windows where it is negative; over all, if those are hardly any."""
    left, right, both = windows.product.T
    scale = np.sqrt(left * right)
    heard, negative = _polarity(windows.product, windows.rate)
    heard &= scale > 0
    if not heard.any():
        return Finding(1.0)
    if negative.sum() <= _SELDOM * heard.sum():
        return Finding(float(both[heard].sum() / scale[heard].sum()))
    return Finding(float(both[negative].sum() / scale[negative].sum()), *windows.span(np.flatnonzero(negative)))


def _width(windows: _Windows) -> Finding:
    """The level of the side signal over that of the middle, dB; seconds out of polarity have a rule of their own."""
    heard, negative = _polarity(windows.product, windows.rate)
    left, right, both = windows.product[heard & ~negative].sum(axis=0)
    middle, side = left + right + 2 * both, left + right - 2 * both
    if middle <= 0 or side <= 0:
        return Finding(-np.inf)
    return Finding(float(10 * np.log10(side / middle)))


def _noise_floor(survey: Survey) -> Finding:
    """The level of the quietest twentieth of the frames under the mean, where the music pauses and what is left hisses.

    Music that never falls by 20 dB hides its noise floor, and a pause with pitches in it is still music.
    """
    level = survey.mel.sum(axis=1)
    quiet = level <= np.quantile(level, 0.05)
    bands = survey.mel[quiet].mean(axis=0)[_HISS_BANDS:]
    flatness = np.exp(np.log(np.maximum(bands, 1e-20)).mean()) / max(float(bands.mean()), 1e-20)
    below = float(10 * np.log10(max(float(level[quiet].mean()), 1e-20) / max(float(level.mean()), 1e-20)))
    return Finding(below if below < _PAUSE_DB and flatness > 0.3 else -np.inf)


def _hum(power: float, integrated_lufs: float) -> Finding:
    """The level of the strongest mains series under the loudness: lines that stand out in every second."""
    return Finding(10 * np.log10(max(power, 1e-20)) - 0.691 - integrated_lufs)
