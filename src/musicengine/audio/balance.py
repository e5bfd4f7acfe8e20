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

__all__ = ["BANDS_HZ", "find_imbalance", "octave_levels_db"]

BANDS_HZ = (60.0, 200.0, 500.0, 2000.0, 6000.0, 16_000.0)
"""Edges of bass, low middle, middle, presence and air."""

_SPAN_S = 3.0
_OVERLAP = 4
_SILENT = 1e-12
_LEAST_BASS_DB = 14.5  # above the middle
_FADED = 1e-3  # of the loudest span: what is quieter is a fade or a tail


def find_imbalance(survey: Survey, duration_s: float) -> Iterator[tuple[str, Finding]]:
    """The name of each rule about balance, with what was found; nothing for silence.

    Args:
        survey: of the audio; bands above half its rate are left out.
        duration_s: of the audio.
    """
    levels, starts_s = _levels_db(survey)
    if not levels.size:
        return
    bass, _, middle, presence, air = 10 * np.log10(np.mean(10 ** (levels / 10), axis=0))
    yield "balance.low_end", Finding(float(bass - middle))
    prominence = _mud(levels[:, 0], levels[:, 1], levels[:, 2])
    yield "balance.mud", _located(prominence, starts_s, duration_s)
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


def _levels_db(survey: Survey) -> tuple[Array, Array]:
    """Mean power per Hz of each band, dB (spans, 5), in each span of three seconds that is heard, and its start."""
    power, starts_s = _powers(survey, BANDS_HZ, _SPAN_S)
    total = power.sum(axis=1)
    heard = (total > _SILENT) & (total > _FADED * total.max())
    return 10 * np.log10(np.maximum(power[heard], 1e-20)), starts_s[heard]


def octave_levels_db(survey: Survey, span_s: float) -> Array:
    """Mean power per Hz in octaves from 62.5 Hz up, dB (spans, octaves), in each whole span that is heard.

    Spans overlap by three quarters, so that it matters little where the first begins. Octaves whose whole power lies
    40 dB below that of the strongest, and so is hardly heard, are left out.
    """
    edges = tuple(62.5 * 2**octave for octave in range(9) if 62.5 * 2**octave <= survey.rate / 2)
    quarters, _ = _powers(survey, edges, span_s / _OVERLAP)
    quarters = quarters[: max(1, int(len(survey.mel) / survey.frames_per_s / (span_s / _OVERLAP)))]
    count = max(1, len(quarters) - _OVERLAP + 1)
    power: Array = np.stack([quarters[at : at + _OVERLAP].mean(axis=0) for at in range(count)])
    total = power.sum(axis=1)
    power = power[(total > _SILENT) & (total > _FADED * total.max())]
    pink = power.mean(axis=0) * np.asarray(edges[:-1]) if len(power) else np.zeros(len(edges) - 1)
    levels: Array = 10 * np.log10(np.maximum(power[:, pink > 1e-4 * pink.max(initial=0.0)], 1e-20))
    return levels


def _powers(survey: Survey, edges_hz: Sequence[float], span_s: float) -> tuple[Array, Array]:
    """Mean power per Hz between the edges (spans, bands), and where each span starts in seconds."""
    edges = np.asarray(edges_hz)
    centres = mel_centres_hz(survey.rate, survey.mel.shape[1])
    member = (centres[:, None] >= edges[:-1]) & (centres[:, None] < edges[1:])
    weights = member / np.maximum(member.sum(axis=0), 1)
    bands = product(survey.mel, weights.astype(np.float32))
    step = max(1, round(span_s * survey.frames_per_s))
    starts = np.arange(0, len(bands), step)
    power: Array = np.add.reduceat(bands, starts, axis=0) / np.diff(np.r_[starts, len(bands)])[:, None]
    return power, starts / survey.frames_per_s


def _located(prominence: Array, starts_s: Array, duration_s: float) -> Finding:
    """The root mean square of the ratios in all spans, dB, and where the rule is broken if that is not everywhere.

    That mean rises with every span and leans to the largest, so mud that comes and goes is heard, and more of it never
    measures less.
    """
    measured = float(5 * np.log10(np.mean(10 ** (prominence / 5))))
    beyond = np.flatnonzero(prominence > RULES["balance.mud"].good[1])
    if beyond.size in (0, prominence.size):
        return Finding(measured)
    end_s = min(duration_s, float(starts_s[beyond[-1]]) + _SPAN_S)
    return Finding(measured, float(starts_s[beyond[0]]), end_s)
