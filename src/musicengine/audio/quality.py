"""A recording's technical quality as a score: 100 minus a ledger of deductions.

Each rule has a band of values that cost nothing and a value at which it costs all its points; in between the cost
rises linearly, so a worse measurement never scores better. The points of all rules add up to 100. Targets come from
the standards that each rule names; where practice is a convention and no standard, the rule says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from musicengine.audio.loudness import measure_loudness
from musicengine.dsp.types import Array, FloatArray
from musicengine.values.measures import Loudness
from musicengine.values.scores import Deduction, Score
from musicengine.values.sound import Audio

__all__ = ["RULES", "Rule", "score_quality"]


@attrs.frozen
class Rule:
    """What a measurement should be.

    Args:
        name: as deductions quote it.
        cap: the most points it can cost.
        unit: of the measurement.
        good: the lowest and highest value that cost nothing; infinite where there is no such bound.
        bad: the values below and above that cost the cap.
        fix: what to do about a value that is too low or too high.
        source: of the target.
    """

    name: str
    cap: float
    unit: str
    good: tuple[float, float]
    bad: tuple[float, float]
    fix: tuple[str, str]
    source: str

    def judge(self, measured: float, start_s: float | None = None, end_s: float | None = None) -> Deduction | None:
        """What the measurement costs; None if nothing."""
        low, high = self.good
        if low <= measured <= high:
            return None
        below = measured < low
        target, worst = (low, self.bad[0]) if below else (high, self.bad[1])
        share = min(1.0, (measured - target) / (worst - target)) if np.isfinite(measured) else 1.0
        return Deduction(
            rule=self.name,
            points=self.cap * share,
            measured=float(measured),
            target=target,
            unit=self.unit,
            fix=self.fix[not below],
            start_s=start_s,
            end_s=end_s,
            source=self.source,
        )


_ANY = float("inf")
LOUDNESS = Rule(
    "loudness.target",
    15,
    "LUFS",
    good=(-16, -9),
    bad=(-30, -3),
    fix=("Raise the level, with a limiter if peaks are in the way.", "Lower the level, services will do it anyway."),
    source="AES TD1008 (2021) and the normalisation levels of streaming services, -16 to -14 LUFS",
)
TRUE_PEAK = Rule(
    "loudness.true_peak",
    10,
    "dBTP",
    good=(-_ANY, -1),
    bad=(-_ANY, 2),
    fix=("", "Lower the level or limit true peaks to -1 dBTP, or lossy encoding will clip."),
    source="EBU R 128 (2023), maximum true peak -1 dBTP",
)
CLIPPING = Rule(
    "clipping",
    20,
    "ms/s",
    good=(0, 0.05),
    bad=(0, 5),
    fix=("", "Go back to the mix and lower the level before whatever clips."),
    source="convention: runs of three or more samples at the same extreme",
)
PEAK_TO_LOUDNESS = Rule(
    "dynamics.peak_to_loudness",
    15,
    "LU",
    good=(8, 22),
    bad=(3, 35),
    fix=("Limit and compress less.", "Compress a little, or peaks will keep the level low."),
    source="EBU Tech 3341, PLR; convention: masters below 8 LU sound crushed",
)
RANGE = Rule(
    "dynamics.range",
    5,
    "LU",
    good=(1.5, 15),
    bad=(0, 30),
    fix=("Let the sections differ more in level.", "Even out the sections' levels."),
    source="EBU Tech 3342, LRA; convention for music listened to on the move",
)
SILENCE = Rule(
    "silence",
    10,
    "s",
    good=(0, 2),
    bad=(0, 10),
    fix=("", "Trim it."),
    source="convention: at most two seconds below -60 dBFS at a stretch",
)
OFFSET = Rule(
    "dc_offset",
    5,
    "of full scale",
    good=(0, 0.002),
    bad=(0, 0.05),
    fix=("", "High-pass at 20 Hz."),
    source="convention: below -54 dBFS",
)
CORRELATION = Rule(
    "stereo.correlation",
    20,
    "",
    good=(-0.1, 1),
    bad=(-0.9, 1),
    fix=("Check the polarity of one channel; in mono this part cancels out.", ""),
    source="convention: IEC 60268-18 correlation meters warn below 0",
)
RULES = (LOUDNESS, TRUE_PEAK, CLIPPING, PEAK_TO_LOUDNESS, RANGE, SILENCE, OFFSET, CORRELATION)

_SILENT = 1e-3  # -60 dBFS
_WINDOW_S = 1.0


def score_quality(audio: Audio, *, loudness: Loudness | None = None) -> Score:
    """The score with its reasons.

    Args:
        audio: any audio.
        loudness: of this audio, if it is known already.
    """
    measured = loudness or measure_loudness(audio)
    return Score([found for found in _deductions(audio, measured) if found])


def _deductions(audio: Audio, loudness: Loudness) -> Iterator[Deduction | None]:
    yield LOUDNESS.judge(loudness.integrated_lufs)
    yield TRUE_PEAK.judge(loudness.true_peak_dbtp)
    if np.isfinite(loudness.integrated_lufs):
        yield PEAK_TO_LOUDNESS.judge(loudness.true_peak_dbtp - loudness.integrated_lufs)
        if audio.duration_s >= 6:  # two short-term windows: less has no range to speak of
            yield RANGE.judge(loudness.range_lu)
    windows = _Windows.measure(audio)
    yield CLIPPING.judge(*windows.clipping())
    yield SILENCE.judge(*windows.longest_silence())
    yield OFFSET.judge(windows.offset())
    if audio.channels == 2:
        yield CORRELATION.judge(*windows.worst_correlation())


@attrs.frozen
class _Windows:
    """What is measured second by second: rows are windows, columns channels.

    Args:
        duration_s: of the audio; the last window may be shorter than the others.
        peak: float32 (windows, channels).
        total: float64 (windows, channels), sums of samples.
        clipped: int (windows,), samples in clipped runs, all channels.
        product: float64 (windows, 3), sums of left², right² and left·right; zeros unless stereo.
        count: samples of one channel.
        rate: of the audio.
    """

    duration_s: float
    peak: FloatArray
    total: Array
    clipped: Array
    product: Array
    count: int
    rate: int

    @classmethod
    def measure(cls, audio: Audio) -> _Windows:
        """One pass over the samples."""
        size = round(_WINDOW_S * audio.rate)
        parts = [audio.samples[:, at : at + size] for at in range(0, audio.samples.shape[1], size)]
        extreme = float(np.abs(audio.samples).max())
        stereo = audio.channels == 2
        return cls(
            duration_s=audio.duration_s,
            peak=np.array([np.maximum(part.max(axis=1), -part.min(axis=1)) for part in parts], np.float32),
            total=np.array([part.sum(axis=1, dtype=np.float64) for part in parts]),
            clipped=np.array([_clipped(part, extreme) for part in parts]),
            product=np.array([_products(part) for part in parts]) if stereo else np.zeros((len(parts), 3)),
            count=audio.samples.shape[1],
            rate=audio.rate,
        )

    def clipping(self) -> tuple[float, float | None, float | None]:
        """Milliseconds of clipping per second, and where it begins and ends."""
        per_second = float(self.clipped.sum()) * 1000 / self.peak.shape[1] / self.count
        return per_second, *self._span(np.flatnonzero(self.clipped))

    def longest_silence(self) -> tuple[float, float | None, float | None]:
        """The longest stretch of silent windows."""
        silent = np.r_[False, (self.peak < _SILENT).all(axis=1), False]
        starts, ends = np.flatnonzero(silent[1:] & ~silent[:-1]), np.flatnonzero(~silent[1:] & silent[:-1])
        if not starts.size:
            return 0.0, None, None
        longest = int(np.argmax(ends - starts))
        start_s, end_s = self._span(np.arange(starts[longest], ends[longest]))
        return (end_s or 0.0) - (start_s or 0.0), start_s, end_s

    def offset(self) -> float:
        """The largest mean of a channel."""
        return float(np.abs(self.total.sum(axis=0) / self.count).max())

    def worst_correlation(self) -> tuple[float, float | None, float | None]:
        """The correlation of the channels over the windows of negative correlation; of all, if there are none."""
        left, right, both = self.product.T
        scale = np.sqrt(left * right)
        heard = scale > (_SILENT**2) * _WINDOW_S * self.rate
        if not heard.any():
            return 1.0, None, None
        negative = heard & (both < CORRELATION.good[0] * scale)
        chosen = negative if negative.sum() > 0.02 * heard.sum() else heard
        correlation = float(both[chosen].sum() / scale[chosen].sum())
        return correlation, *(self._span(np.flatnonzero(chosen)) if chosen is negative else (None, None))

    def _span(self, windows: Array) -> tuple[float | None, float | None]:
        """From the start of the first of these windows to the end of the last."""
        if not windows.size:
            return None, None
        return float(windows[0] * _WINDOW_S), float(min((windows[-1] + 1) * _WINDOW_S, self.duration_s))


def _clipped(part: FloatArray, extreme: float) -> int:
    """How many samples lie on plateaus at the file's extreme level.

    A plateau is three or more samples within 1e-4 of the extreme that the wave runs into with a step of more than
    1e-3: the crest of a low note is as flat, but its neighbours are near.
    """
    level = min(extreme, 1.0) * 0.9999
    magnitude = np.abs(part)
    if level < 0.25 or magnitude.max() < level:
        return 0
    hot = np.pad(magnitude >= level, ((0, 0), (1, 1)))
    starts, ends = (np.flatnonzero(edge) for edge in (hot[:, 1:] & ~hot[:, :-1], ~hot[:, 1:] & hot[:, :-1]))
    lengths = ends - starts
    near = np.pad(magnitude, ((0, 0), (1, 1)), constant_values=level)
    step = level - np.minimum(near[:, :-1].ravel()[starts], near[:, 1:].ravel()[ends])
    return int(lengths[(lengths >= 3) & (step > 1e-3)].sum())


def _products(part: FloatArray) -> tuple[float, float, float]:
    left, right = part
    return float(left @ left), float(right @ right), float(left @ right)
