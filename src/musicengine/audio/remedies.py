"""Changes to the audio that answer a deduction: level, limiter, equaliser, polarity, width, trim, restoration.

Each remedy is a pure function from audio to audio of the same rate. :func:`find_remedy` chooses the one that answers a
deduction and sets it by what was measured. Whether it helps is for a new measurement to say. Where a remedy raises
peaks it ends in a limiter at -1.25 dBTP, below the -1 dBTP that EBU R 128 asks for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from musicengine.audio.balance import find_imbalance
from musicengine.audio.clipping import find_clipped
from musicengine.audio.faults import SILENT, compare_channels, find_clicks, measure_width
from musicengine.audio.mains import find_mains
from musicengine.audio.rules import RULES
from musicengine.audio.spectrum import Survey, survey
from musicengine.dsp.declipping import declip
from musicengine.dsp.equalizer import Section, bell, high_shelf, low_shelf, notch, response_db
from musicengine.dsp.filters import biquads, k_weighting
from musicengine.dsp.limiter import limit
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.dsp.types import FloatArray
from musicengine.values._arrays import frozen
from musicengine.values.measures import Loudness
from musicengine.values.scores import Deduction
from musicengine.values.sound import Audio

__all__ = [
    "Remedy",
    "effort_of",
    "equalise",
    "find_remedy",
    "flip_polarity",
    "limit_peaks",
    "narrow",
    "notch_mains",
    "rebuild_peaks",
    "remove_clicks",
    "remove_offset",
    "set_gain",
    "trim_silence",
]

CEILING = 10 ** (-1.25 / 20)
_TARGET_LUFS = -14.0
_MARGIN_DB = 1.0
_MOST_DB = 18
_LOWEST_RATE = 4000  # for the K-weighting
_FADE_S = 0.02
_STEP_S = 0.05
_LEFT_S = 0.5  # of a pause that is cut


@attrs.frozen
class Remedy:
    """A change that answers a deduction.

    Args:
        rule: the deduction's rule.
        action: what is done, one imperative sentence with its settings.
        effort: 1 (a knob) to 5 (a new recording).
        apply: the change.
        keeps_loudness: the change cannot move any measure of loudness or peaks.
    """

    rule: str
    action: str
    effort: int
    apply: Callable[[Audio], Audio]
    keeps_loudness: bool = False


def find_remedy(audio: Audio, reason: Deduction, loudness: Loudness) -> Remedy | None:
    """What answers a deduction; None if no change to the audio does.

    Args:
        audio: to improve.
        reason: of its quality score.
        loudness: of the audio.
    """
    effort, make = _REMEDIES.get(reason.rule, (0, None))
    made = make(audio, reason, loudness) if make and isinstance(reason.measured, float) else None
    if made is None:
        return None
    # Loudness adds up the channels' energies, so polarity does not enter.
    return Remedy(reason.rule, made[0], effort, made[1], keeps_loudness=reason.rule == "stereo.correlation")


def effort_of(rule: str) -> int | None:
    """How much work the remedy of a rule is, from 1 to 5; None if there is none."""
    return _REMEDIES[rule][0] if rule in _REMEDIES else None


def set_gain(audio: Audio, gain_db: float) -> Audio:
    """Raise or lower the level, with the limiter in the way of peaks."""
    return _changed(audio, limit(audio.samples * np.float32(10 ** (gain_db / 20)), CEILING))


def limit_peaks(audio: Audio, ceiling: float = CEILING) -> Audio:
    """Hold true peaks at a ceiling (linear)."""
    return _changed(audio, limit(audio.samples, ceiling))


def equalise(audio: Audio, section: Section, start_s: float | None = None, end_s: float | None = None) -> Audio:
    """Filter, everywhere or from one second to another, cross-faded at both ends; then as loud as before."""
    filtered = biquads(audio.samples, [section])
    filtered *= np.float32(np.sqrt(_power(audio.samples, audio.rate) / max(_power(filtered, audio.rate), 1e-12)))
    if start_s is not None and end_s is not None:
        filtered = _within(audio, filtered, start_s, end_s)
    return _changed(audio, limit(filtered, CEILING))


def remove_offset(audio: Audio) -> Audio:
    """Take the mean out of each channel."""
    return _changed(audio, audio.samples - audio.samples.mean(axis=1, keepdims=True, dtype=np.float64).astype("f4"))


def notch_mains(audio: Audio, mains_hz: float, harmonics: int = 4) -> Audio:
    """Take a mains frequency and its harmonics out, a few Hz wide."""
    sections = [notch(audio.rate, hz, hz / 2) for hz in mains_hz * np.arange(1, harmonics + 1)]
    return _changed(audio, biquads(audio.samples, sections))


def flip_polarity(audio: Audio, start_s: float | None = None, end_s: float | None = None) -> Audio:
    """Turn the second channel upside down, everywhere or from one second to another."""
    samples = audio.samples.copy()
    at, to = (None if s is None else round(s * audio.rate) for s in (start_s, end_s))
    samples[1, at:to] *= -1
    return _changed(audio, samples)


def narrow(audio: Audio, gain_db: float) -> Audio:
    """Change the level of the side signal of a stereo pair."""
    left, right = audio.samples
    middle, side = (left + right) / 2, (left - right) * np.float32(10 ** (gain_db / 20) / 2)
    return _changed(audio, limit(np.stack([middle + side, middle - side]), CEILING))


def trim_silence(audio: Audio, longest_s: float) -> Audio:
    """Cut silence at either end, and of longer pauses all but half a second; the audio itself if it is all silent."""
    step = max(1, round(_STEP_S * audio.rate))
    length = audio.samples.shape[1]
    starts = np.arange(0, length, step)
    silent = np.array([np.abs(audio.samples[:, at : at + step]).max() < SILENT for at in starts])
    if silent.all():
        return audio
    keep = np.ones(length, bool)
    for first, last in _runs(silent):
        outer = first == 0 or last == silent.size
        if outer or (last - first) * _STEP_S > longest_s:
            cut_from = first * step + (0 if first == 0 else round(_LEFT_S / 2 * audio.rate))
            cut_to = min(last * step, length) - (0 if last == silent.size else round(_LEFT_S / 2 * audio.rate))
            keep[cut_from : max(cut_from, cut_to)] = False
    return _changed(audio, audio.samples[:, keep])


def remove_clicks(audio: Audio) -> Audio:
    """Draw single clicked samples anew, by the cubic through two samples on either side."""
    at = find_clicks(audio)
    at = at[(at >= 2) & (at < audio.samples.shape[1] - 2)]
    samples = audio.samples.copy()
    samples[:, at] = (4 * (samples[:, at - 1] + samples[:, at + 1]) - samples[:, at - 2] - samples[:, at + 2]) / 6
    return _changed(audio, samples)


def rebuild_peaks(audio: Audio) -> Audio:
    """Draw clipped peaks anew, by cubics that leave and enter as the wave does, and limit them."""
    samples = audio.samples.copy()
    for one in find_clipped(audio):
        around = slice(max(0, one.start - 4), one.end + 4)
        samples[one.channel, around] = declip(samples[one.channel, around], one.level)
    return _changed(audio, limit(samples, CEILING))


def _changed(audio: Audio, samples: FloatArray) -> Audio:
    if samples is audio.samples:
        return audio
    return Audio(frozen(np.ascontiguousarray(samples, np.float32)), audio.rate)


def _power(samples: FloatArray, rate: int) -> float:
    """The K-weighted power of one second in eight: enough to see how a filter changes the loudness."""
    length = min(rate, samples.shape[1])
    parts = np.stack([samples[:, at : at + length] for at in range(0, samples.shape[1] - length + 1, 8 * rate)])
    weighted = biquads(parts, k_weighting(rate)) if rate >= _LOWEST_RATE else parts
    return float(np.vdot(weighted, weighted))


def _within(audio: Audio, changed: FloatArray, start_s: float, end_s: float) -> FloatArray:
    """The changed samples from one second to another, the old ones elsewhere."""
    times = np.arange(audio.samples.shape[1], dtype=np.float32) / np.float32(audio.rate)
    share = np.clip(np.minimum(times - start_s, end_s - times) / _FADE_S + 0.5, 0, 1).astype(np.float32)
    return np.asarray(audio.samples + share * (changed - audio.samples), np.float32)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and end of each run of True."""
    padded = np.r_[False, flags, False]
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


Made = tuple[str, Callable[[Audio], Audio]]


def _level(audio: Audio, reason: Deduction, loudness: Loudness) -> Made | None:
    if not np.isfinite(loudness.integrated_lufs):
        return None
    gain = _TARGET_LUFS - loudness.integrated_lufs
    peak = loudness.true_peak_dbtp + gain
    limiter = ", with a limiter at -1 dBTP" if peak > -1 else ""
    return (
        f"Change the level by {gain:+.1f} dB to {_TARGET_LUFS:.0f} LUFS{limiter}.",
        partial(set_gain, gain_db=gain),
    )


def _peaks(audio: Audio, reason: Deduction, loudness: Loudness) -> Made | None:
    if loudness.integrated_lufs > RULES["loudness.target"].good[1]:
        return _level(audio, reason, loudness)
    return "Limit true peaks to -1 dBTP.", limit_peaks


def _crest(audio: Audio, reason: Deduction, loudness: Loudness) -> Made | None:
    """Peaks that stand too far out are limited; what was squashed stays so."""
    if loudness.true_peak_dbtp - loudness.integrated_lufs < RULES["dynamics.peak_to_loudness"].good[1]:
        return None
    ceiling_db = loudness.integrated_lufs + RULES["dynamics.peak_to_loudness"].good[1] - _MARGIN_DB
    return (
        f"Limit true peaks to {ceiling_db:.1f} dBTP.",
        partial(limit_peaks, ceiling=10 ** (ceiling_db / 20)),
    )


def _offset(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    return "Remove the DC offset.", remove_offset


def _trim(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    longest_s = RULES["silence"].good[1] - 0.1
    return "Trim the silence.", partial(trim_silence, longest_s=longest_s)


def _hum(audio: Audio, reason: Deduction, loudness: Loudness) -> Made | None:
    mains_hz, _ = find_mains(audio)
    harmonics = min(4, int(audio.rate / 2 / mains_hz) - 1)
    if harmonics < 1:
        return None
    return (
        f"Notch {mains_hz:.0f} Hz and its harmonics.",
        partial(notch_mains, mains_hz=mains_hz, harmonics=harmonics),
    )


def _polarity(audio: Audio, reason: Deduction, loudness: Loudness) -> Made | None:
    spans = reason.start_s is not None and reason.end_s is not None
    whole = not spans or (reason.end_s or 0) - (reason.start_s or 0) > 0.9 * audio.duration_s
    if whole:
        return "Flip the polarity of the right channel.", flip_polarity
    return (
        f"Flip the polarity of the right channel from {reason.start_s:.0f} to {reason.end_s:.0f} s.",
        partial(flip_polarity, start_s=reason.start_s, end_s=reason.end_s),
    )


def _width(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    """The smallest change after which the rule will find nothing; seconds that were out of polarity count then."""
    pair, high = compare_channels(audio), RULES["stereo.width"].good[1]

    def enough(gain_db: float) -> bool:
        return measure_width(pair.narrowed(-gain_db)).measured <= high - _MARGIN_DB / 2

    steps = np.arange(1, 2 * _MOST_DB) / 2
    gain_db = -float(steps[min(bisect_left(steps, True, key=enough), steps.size - 1)])
    return f"Lower the sides by {-gain_db:.1f} dB.", partial(narrow, gain_db=gain_db)


def _clicks(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    return "Redraw the clicked samples.", remove_clicks


def _clipping(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    return "Rebuild the clipped peaks (the mix before the clipping would sound better).", rebuild_peaks


Filter = Callable[[int, float], Section]

_TREBLE: tuple[str, Filter] = ("above 2 kHz", lambda rate, db: high_shelf(rate, 2000, db))
_FILTERS: dict[str, tuple[tuple[str, Filter], ...]] = {
    "balance.low_end": (("below 200 Hz", lambda rate, db: low_shelf(rate, 220, db)),),
    "balance.mud": (("around 300 Hz", lambda rate, db: bell(rate, 300, 0.9, db)),),
    "balance.presence": (("around 3.5 kHz", lambda rate, db: bell(rate, 3500, 0.9, db)), _TREBLE),
    "balance.air": (("above 6 kHz", lambda rate, db: high_shelf(rate, 6500, db)),),
}
"""Words and filters for each rule about balance."""


def _balance(audio: Audio, reason: Deduction, loudness: Loudness) -> Made:
    """Of the filters that answer a deduction, each as strong as it must be, the one that leaves the best balance."""
    sign = 1.0 if float(reason.target) > float(reason.measured) else -1.0
    bands = survey(audio, sparse=True)
    found = []
    for words, make in _FILTERS[reason.rule]:
        gain_db = sign * _smallest_gain(audio, bands, reason, make, sign)
        section = make(audio.rate, gain_db)
        cost = sum(
            float(RULES[rule].cost(np.array(at))) for rule, at in _foreseen(audio, bands, reason, section).items()
        )
        found.append((cost, words, gain_db, section))
    _, words, gain_db, section = min(found, key=lambda each: each[0])
    change = partial(equalise, section=section, start_s=reason.start_s, end_s=reason.end_s)
    return f"{'Raise' if sign > 0 else 'Cut'} {words} by {abs(gain_db):.0f} dB{_when(reason)}.", change


def _smallest_gain(audio: Audio, bands: Survey, reason: Deduction, make: Filter, sign: float) -> float:
    """The smallest gain after which the rule will find nothing, dB; the largest that is sane, if none does."""
    low, high = RULES[reason.rule].good

    def enough(gain_db: int) -> bool:
        measured = _foreseen(audio, bands, reason, make(audio.rate, sign * gain_db)).get(reason.rule, low)
        # One-sided, so that the gains that are enough are all those from some gain on.
        return measured >= low + _MARGIN_DB / 2 if sign > 0 else measured <= high - _MARGIN_DB / 2

    return float(min(1 + bisect_left(range(1, _MOST_DB), True, key=enough), _MOST_DB))


def _foreseen(audio: Audio, bands: Survey, reason: Deduction, section: Section) -> dict[str, float]:
    """What the rules about balance will measure after a filter in the seconds of a deduction.

    A filter multiplies the power of each band by its response.
    """
    times = bands.times_s[:, None]
    inside = (times >= (reason.start_s or 0.0)) & (times < (reason.end_s or np.inf))
    response = 10 ** (response_db(section, audio.rate, mel_centres_hz(audio.rate, bands.mel.shape[1])) / 10)
    filtered = np.where(inside, bands.mel * response.astype(np.float32), bands.mel)
    found = find_imbalance(attrs.evolve(bands, mel=filtered), audio.duration_s)
    return {rule: finding.measured for rule, finding in found}


def _when(reason: Deduction) -> str:
    if reason.start_s is None or reason.end_s is None:
        return ""
    return f" from {reason.start_s:.0f} to {reason.end_s:.0f} s"


_REMEDIES: dict[str, tuple[int, Callable[[Audio, Deduction, Loudness], Made | None]]] = {
    "loudness.target": (1, _level),
    "loudness.true_peak": (1, _peaks),
    "dynamics.peak_to_loudness": (1, _crest),
    "clipping": (2, _clipping),
    "clicks": (2, _clicks),
    "silence": (1, _trim),
    "dc_offset": (1, _offset),
    "noise.hum": (2, _hum),
    "stereo.correlation": (1, _polarity),
    "stereo.width": (1, _width),
    **dict.fromkeys(_FILTERS, (2, _balance)),
}
"""The effort and the maker of the remedy of each rule that has one."""
