"""Faults of a recording, found second by second: clipping, clicks, silence, offset, noise, hum, polarity and width.

One pass over the samples reduces each second to a few numbers; the findings are read from those. A click is a single
sample whose second difference stands out of its surroundings (Godsill and Rayner, Digital Audio Restoration, 1998,
chapter 5, detect them the same way with a better predictor).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.clipping import Plateau, find_clipped
from musicengine.audio.mains import find_mains
from musicengine.audio.rules import RULES, Finding
from musicengine.audio.spectrum import Survey, mixed
from musicengine.dsp.equalizer import response_db
from musicengine.dsp.filters import k_weighting
from musicengine.dsp.products import inner, product
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.dsp.true_peak import block_max
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.sound import Audio

__all__ = ["SILENT", "Pair", "compare_channels", "find_clicks", "find_faults", "measure_width"]

SILENT = 1e-3
"""Magnitude below which a sample is silent: -60 dBFS."""

_WINDOW_S = 1.0
_CLICK_WINDOWS = 3  # looked at together
_PART_S = 0.05  # the channels are compared in every second, wherever it begins
_NEGATIVE = (0.0, -0.2)  # correlations from which seconds begin to be out of polarity, and are
_SELDOM = 0.04  # of the time: what is out of polarity counts in full from there on
_CLICK_RATIO = 20.0
_CLICK_LEAST = 0.02
_CLICK_BLOCK = 32  # that of block_max
_HISS_BANDS = 8  # from about 300 Hz up
_FLAT = (0.2, 0.4)  # spectral flatness: from pitches to noise
_PAUSE_DB = (-18.0, -22.0)  # from music to a pause
_PAUSE_S = 0.3
_LOWEST_RATE = 4000  # for the K-weighting


def find_faults(
    audio: Audio,
    survey: Survey,
    integrated_lufs: float,
    low: Decimated | None = None,
    pair: Pair | None = None,
) -> Iterator[tuple[str, Finding]]:
    """The name of each rule about faults, with what was found.

    Args:
        audio: any audio.
        survey: of this audio.
        integrated_lufs: its loudness, to which noise and hum are compared.
        low: the audio's own :func:`musicengine.audio.spectrum.lowered`, if there is one already.
        pair: its :func:`compare_channels`, if they are known already.
    """
    windows = _measure(audio)
    yield "clipping", _clipping(windows)
    yield "silence", _longest_silence(windows)
    yield "dc_offset", Finding(float(np.abs(windows.total.sum(axis=0) / windows.count).max()))
    yield "clicks", _clicks(windows)
    if audio.channels == 2 and (windows.peak >= SILENT).any():
        pair = compare_channels(audio) if pair is None else pair
        yield "stereo.correlation", _worst_correlation(pair, audio.duration_s)
        yield "stereo.width", measure_width(pair)
    if np.isfinite(integrated_lufs):
        yield "noise.floor", _noise_floor(survey, RULES["noise.floor"].good[1])
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
    """

    duration_s: float
    rate: int
    count: int
    peak: FloatArray
    total: Array
    clipped: Array
    clicks: Array

    def span(self, chosen: Array) -> tuple[float | None, float | None]:
        """From the start of the first of these windows to the end of the last."""
        if not chosen.size:
            return None, None
        return float(chosen[0] * _WINDOW_S), float(min((chosen[-1] + 1) * _WINDOW_S, self.duration_s))


@attrs.frozen(eq=False)
class Pair:
    """The channels of a stereo pair in the seconds that are heard; one begins at every twentieth of a second.

    Args:
        sums: float64 (seconds, 3), of left², right² and left·right.
        out: float64 (seconds,), how far each is out of polarity, in [0, 1].
        starts_s: float64 (seconds,).
    """

    sums: Array
    out: Array
    starts_s: Array

    @property
    def share(self) -> float:
        """How much of the time is out of polarity, in [0, 1]."""
        return float(self.out.mean()) if self.out.size else 0.0

    def narrowed(self, gain_db: float) -> Pair:
        """The pair with another level of the sides."""
        left, right, both = self.sums.T
        gain = 10 ** (gain_db / 20)
        middle, side, cross = left + right + 2 * both, gain**2 * (left + right - 2 * both), 2 * gain * (left - right)
        sums = np.stack([middle + side + cross, middle + side - cross, middle - side], axis=1) / 4
        return attrs.evolve(self, sums=sums, out=_out_of_polarity(sums))

    def out_at(self, times_s: Array) -> Array:
        """How far the channels are out of polarity around these times, in [0, 1]."""
        return np.interp(times_s, self.starts_s + _WINDOW_S / 2, self.out)


def compare_channels(audio: Audio) -> Pair:
    """The channels of a stereo pair, second by second; nothing of any other audio."""
    if audio.channels != 2:
        return Pair(np.zeros((0, 3)), np.zeros(0), np.zeros(0))
    products = _multiply(audio.samples, max(1, round(_PART_S * audio.rate)))
    length = min(round(_WINDOW_S / _PART_S), len(products))
    sums = np.cumsum(np.pad(products, ((1, 0), (0, 0))), axis=0)
    seconds = sums[length:] - sums[: len(sums) - length]
    left, right, _ = seconds.T
    heard = np.maximum(left, right) > SILENT**2 * audio.rate * _PART_S * length
    return Pair(seconds[heard], _out_of_polarity(seconds[heard]), np.flatnonzero(heard) * _PART_S)


def _out_of_polarity(sums: Array) -> Array:
    """How far each second is, in [0, 1], from its sums of left², right² and left·right."""
    left, right, both = sums.T
    correlation = both / np.sqrt(np.maximum(left * right, 1e-20))
    out: Array = np.clip((correlation - _NEGATIVE[0]) / (_NEGATIVE[1] - _NEGATIVE[0]), 0, 1)
    return out


def _multiply(samples: FloatArray, size: int) -> Array:
    """Sums of left², right² and left·right in parts of some samples, the last one shorter: float64 (parts, 3)."""
    whole = samples.shape[1] // size * size
    left, right = samples[:, :whole].reshape(2, -1, size)
    pairs = (left, left), (right, right), (left, right)
    sums = np.stack([np.einsum("pn,pn->p", one, other) for one, other in pairs], axis=1)
    last = [_products(samples[:, whole:])] if whole < samples.shape[1] else np.zeros((0, 3))
    return np.concatenate([sums, last], dtype=np.float64)


def _measure(audio: Audio) -> _Windows:
    size = round(_WINDOW_S * audio.rate)
    highest, lowest, total = (_second_by_second(reduced, audio.samples, size) for reduced in (np.max, np.min, np.sum))
    return _Windows(
        duration_s=audio.duration_s,
        rate=audio.rate,
        count=audio.samples.shape[1],
        peak=np.maximum(highest, -lowest),
        total=total.astype(np.float64),
        clipped=_clipped_per_window(find_clipped(audio), size, len(total)),
        clicks=np.bincount(find_clicks(audio) // size, minlength=len(total)),
    )


def _second_by_second(reduced: Callable[..., FloatArray], samples: FloatArray, size: int) -> FloatArray:
    """Each window of samples (channels, n), the last one shorter, reduced to a number: (windows, channels)."""
    whole = samples.shape[1] // size * size
    windows = reduced(samples[:, :whole].reshape(len(samples), -1, size), axis=2)
    rest = [reduced(samples[:, whole:], axis=1, keepdims=True)] if whole < samples.shape[1] else []
    return np.concatenate([windows, *rest], axis=1).T


def _clipped_per_window(plateaus: list[Plateau], size: int, count: int) -> IntArray:
    """Clipped samples in each window, all channels."""
    windows = np.array([one.start // size for one in plateaus], np.int64)
    lengths = [one.end - one.start for one in plateaus]
    return np.bincount(windows, weights=lengths, minlength=count).astype(np.int64)


def find_clicks(audio: Audio) -> IntArray:
    """The samples that click: those whose second difference stands 26 dB out of the milliseconds around them."""
    size = round(_WINDOW_S * audio.rate)
    end = -(-audio.samples.shape[1] // size) * size  # silence fills the last window
    starts = range(0, end, _CLICK_WINDOWS * size)
    parts = (mixed(audio, at, min(at + _CLICK_WINDOWS * size, end)).reshape(-1, size) for at in starts)
    return np.concatenate([at + _clicks_within(part) for at, part in zip(starts, parts, strict=True)])


def _clicks_within(windows: FloatArray) -> IntArray:
    """Places of clicks in windows (m, n) that follow one another, from the start of the first."""
    count = (windows.shape[1] - 2) // _CLICK_BLOCK
    if count < 5:
        return np.zeros(0, np.int64)
    slopes = np.diff(windows.reshape(-1))
    rough = np.zeros(windows.shape, np.float32)
    np.subtract(slopes[1:], slopes[:-1], out=rough.reshape(-1)[:-2])
    blocks = np.abs(rough[:, : count * _CLICK_BLOCK]).reshape(-1, _CLICK_BLOCK)
    highest = block_max(blocks.reshape(-1)).reshape(-1, count)
    usual = product(blocks, np.full(_CLICK_BLOCK, 1 / _CLICK_BLOCK, np.float32)).reshape(-1, count)
    # The roughness before and after, so that the attack of a drum, which goes on, is no click.
    around = np.maximum.reduce([usual[:, :-4], usual[:, 1:-3], usual[:, 3:-1], usual[:, 4:]])
    tops = highest[:, 2:-2]
    window, block = np.nonzero((tops > _CLICK_LEAST) & (tops > _CLICK_RATIO * np.maximum(around, 1e-5)))
    chosen = blocks[window * count + block + 2]
    few = (chosen > 0.25 * chosen.max(axis=1, keepdims=True, initial=0)).sum(axis=1) <= 4
    places = window * windows.shape[1] + (block + 2) * _CLICK_BLOCK + chosen.argmax(axis=1) + 1
    return np.asarray(places[few], np.int64)


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


def _worst_correlation(pair: Pair, duration_s: float) -> Finding:
    """The correlation of the channels over the seconds where it is negative; the nearer to what is good, the fewer."""
    left, right, both = pair.sums.T
    scale = np.sqrt(left * right)
    if not scale.sum():
        return Finding(1.0)
    overall = float(both.sum() / scale.sum())
    negative = float(pair.out @ both / max(float(pair.out @ scale), 1e-20))
    good = min(overall, RULES["stereo.correlation"].good[0])
    measured = good + min(1.0, pair.share / _SELDOM) * (negative - good) if negative < good else overall
    where = np.flatnonzero(pair.out > 0.5)
    if not where.size:
        return Finding(measured)
    start_s, end_s = pair.starts_s[where[[0, -1]]]
    return Finding(measured, float(start_s), min(float(end_s) + _WINDOW_S, duration_s))


def measure_width(pair: Pair) -> Finding:
    """The level of the side signal over that of the middle, dB; seconds out of polarity have a rule of their own."""
    left, right, both = (1 - pair.out) @ pair.sums
    middle, side = left + right + 2 * both, left + right - 2 * both
    if middle <= 0 or side <= 0:
        return Finding(-np.inf)
    return Finding(float(10 * np.log10(side / middle)))


def _noise_floor(survey: Survey, least: float) -> Finding:
    """The loudness of the quietest third of a second under that of all, where music pauses and what is left hisses.

    Music that never falls by 20 dB hides its noise floor, and a pause with pitches in it is still music: the less sure
    it is that this is noise, the nearer to what costs nothing.
    """
    power = product(survey.mel, _loudness_weights(survey.rate, survey.mel.shape[1]))
    count = min(max(1, round(_PAUSE_S * survey.frames_per_s)), power.size)
    sums = np.cumsum(np.pad(power, (1, 0)), dtype=np.float64)
    means = (sums[count:] - sums[:-count]) / count
    at = int(means.argmin())
    bands = np.maximum(survey.mel[at : at + count].mean(axis=0)[_HISS_BANDS:], 1e-20)
    flatness = float(np.exp(np.log(bands).mean()) / bands.mean())
    below = float(10 * np.log10(max(means[at], 1e-20) / max(sums[-1] / power.size, 1e-20)))
    sure = _share(flatness, _FLAT) * _share(below, _PAUSE_DB)
    if not sure or below <= least:
        return Finding(below if sure else -np.inf)
    start_s = at / survey.frames_per_s
    return Finding(least + sure * (below - least), start_s, start_s + count / survey.frames_per_s)


@lru_cache(maxsize=16)
def _loudness_weights(rate: int, bands: int) -> FloatArray:
    """What the mean power per Hz of each band adds to the loudness: its width, K-weighted (ITU-R BS.1770)."""
    centres_hz = mel_centres_hz(rate, bands)
    weighting = (
        sum(response_db(section, rate, centres_hz) for section in k_weighting(rate)) if rate >= _LOWEST_RATE else 0
    )
    weights = (np.gradient(centres_hz) * 10 ** (weighting / 10)).astype(np.float32)
    weights.flags.writeable = False
    return weights


def _share(value: float, ends: tuple[float, float]) -> float:
    """From 0 at one end to 1 at the other."""
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def _hum(power: float, integrated_lufs: float) -> Finding:
    """The level of the strongest mains series under the loudness: lines that stand out in every second."""
    return Finding(10 * np.log10(max(power, 1e-20)) - 0.691 - integrated_lufs)
