"""How the spectrum of a recording is balanced between bass, middle and treble.

The long-term mean power per Hz in six bands, compared with what popular recordings show on the whole: about 5 dB less
per octave from 100 Hz up (Pestana, Ma, Reiss, Barbosa and Black, AES 135, 2013).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from musicengine.audio.rules import RULES, Finding
from musicengine.audio.spectrum import Survey
from musicengine.dsp.products import product
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.dsp.types import Array

__all__ = ["BANDS_HZ", "find_contrast", "find_imbalance"]

BANDS_HZ = (60.0, 200.0, 500.0, 2000.0, 6000.0, 16_000.0)
"""Edges of bass, low middle, middle, presence and air."""

_SPAN_S = 3.0
_SLACK_S = 0.05
_SPANS_AT_A_TIME = 32  # that overlap, so that it hardly matters where the first begins
_SILENT = 1e-12
_SONES = 0.3  # loudness goes with that power of the power (Stevens, Psychological Review 1955)
_LEAST_BASS_DB = 14.5  # above the middle
_LEAST_PASSAGES = 2.0  # beside one another, from start to start
_FADED_DB = (-33.0, -27.0)  # below the loudest span: a fade or a tail counts less and less
_UNHEARD_DB = (-43.0, -37.0)  # below the strongest octave


def find_imbalance(survey: Survey, duration_s: float) -> Iterator[tuple[str, Finding]]:
    """The name of each rule about balance, with what was found; nothing for silence.

    Args:
        survey: of the audio; bands above half its rate are left out.
        duration_s: of the audio.
    """
    power, weights, starts_s = _spans(survey, BANDS_HZ, _SPAN_S)
    if not weights.size:
        return
    levels = _decibels(power)
    bass, _, middle, presence, air = _decibels(np.average(power, axis=0, weights=weights))
    yield "balance.low_end", Finding(float(bass - middle))
    prominence = _mud(levels[:, 0], levels[:, 1], levels[:, 2])
    sones = weights * power.sum(axis=1) ** _SONES
    yield "balance.mud", _located(prominence, sones, starts_s, duration_s)
    if survey.rate >= 2 * BANDS_HZ[4]:
        yield "balance.presence", Finding(float(presence - middle))
    if survey.rate >= 2 * BANDS_HZ[5]:
        yield "balance.air", Finding(float(air - presence))


def _mud(bass: Array, low_middle: Array, middle: Array) -> Array:
    """How far the low middle stands above the mean of its neighbours, dB.

    A bass that is missing has a rule of its own, and does not make mud of what is there.
    """
    expected: Array = np.maximum(bass, middle + _LEAST_BASS_DB)
    return low_middle - (expected + middle) / 2


def find_contrast(survey: Survey, span_s: float) -> float | None:
    """How far passages lie from the mean of all, root mean square over time and octaves, dB; None of few.

    Octaves from 62.5 Hz up, by their mean power per Hz; those that are hardly heard beside the strongest do not count.

    Args:
        survey: of the audio.
        span_s: how long a passage is.
    """
    edges = tuple(62.5 * 2**octave for octave in range(9) if 62.5 * 2**octave <= survey.rate / 2)
    power, weights, starts_s = _spans(survey, edges, span_s)
    if weights.size < 2 or weights.sum() * (starts_s[1] - starts_s[0]) < _LEAST_PASSAGES * span_s:
        return None
    levels = _decibels(power)
    apart = levels - np.average(levels, axis=0, weights=weights)
    pink = _decibels(power.mean(axis=0) * np.asarray(edges[:-1]))
    variances = np.average(apart**2, axis=0, weights=weights)
    return float(np.sqrt(np.average(variances, weights=_ramp(pink - pink.max(), _UNHEARD_DB))))


def _spans(survey: Survey, edges_hz: Sequence[float], span_s: float) -> tuple[Array, Array, Array]:
    """Mean power per Hz between the edges (spans, bands) in spans that are heard, their weights, and where they start.

    Spans of that length begin some 32 times in each; audio that is shorter is one span.
    """
    edges = np.asarray(edges_hz)
    centres = mel_centres_hz(survey.rate, survey.mel.shape[1])
    member = (centres[:, None] >= edges[:-1]) & (centres[:, None] < edges[1:])
    bands = product(survey.mel, (member / np.maximum(member.sum(axis=0), 1)).astype(np.float32))
    length = min(round(span_s * survey.frames_per_s), len(bands))
    starts = np.arange(0, len(bands) - length + 1, max(1, length // _SPANS_AT_A_TIME))
    sums = np.concatenate([np.zeros((1, edges.size - 1)), np.cumsum(bands, axis=0, dtype=np.float64)])
    power: Array = (sums[starts + length] - sums[starts]) / max(length, 1)
    total = power.sum(axis=1)
    weights = np.where(total > _SILENT, _ramp(_decibels(total / max(total.max(initial=0.0), _SILENT)), _FADED_DB), 0.0)
    heard = weights > 0
    return power[heard], weights[heard], starts[heard] / survey.frames_per_s


def _decibels(power: Array) -> Array:
    """Power in dB, at least -200."""
    result: Array = 10 * np.log10(np.maximum(power, 1e-20))
    return result


def _ramp(values: Array, ends: tuple[float, float]) -> Array:
    """From 0 at one end to 1 at the other."""
    return np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1)


def _located(prominence: Array, weights: Array, starts_s: Array, duration_s: float) -> Finding:
    """The root mean square of the ratios in all spans, dB, and where the rule is broken if that is not everywhere.

    That mean leans to the largest, so mud that comes and goes is heard; the louder a span, the more it counts. Its
    place is told by spans side by side.
    """
    measured = float(5 * np.log10(np.average(10 ** (prominence / 5), weights=weights)))
    beside = np.arange(0, starts_s[-1] + _SLACK_S, _SPAN_S) - _SLACK_S
    tiles = np.minimum(np.searchsorted(starts_s, beside), starts_s.size - 1)
    beyond = np.flatnonzero(prominence[tiles] > RULES["balance.mud"].good[1])
    if beyond.size in (0, tiles.size):
        return Finding(measured)
    start_s, end_s = starts_s[tiles[beyond[[0, -1]]]]
    return Finding(measured, float(start_s), min(duration_s, float(end_s) + _SPAN_S))
