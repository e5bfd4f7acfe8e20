"""How the spectrum of a recording is balanced between bass, middle and treble.

The long-term mean power per Hz in six bands, compared with what popular recordings show on the whole: about 5 dB less
per octave from 100 Hz up (Pestana, Ma, Reiss, Barbosa and Black, AES 135, 2013).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from musicengine.audio.rules import RULES, Finding
from musicengine.audio.spectrum import Survey
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.dsp.types import Array

__all__ = ["BANDS_HZ", "find_imbalance"]

BANDS_HZ = (60.0, 200.0, 500.0, 2000.0, 6000.0, 16_000.0)
"""Edges of bass, low middle, middle, presence and air."""

_SPAN_S = 3.0
_SILENT_DB = -40.0  # under the loudest span


def find_imbalance(survey: Survey) -> Iterator[tuple[str, Finding]]:
    """The name of each rule about balance, with what was found; nothing for silence.

    Args:
        survey: of the audio; bands above half its rate are left out.
    """
    levels = _levels_db(survey)
    if not levels.size:
        return
    bass, low_middle, middle, presence, air = np.log10(np.mean(10 ** (levels / 10), axis=0)) * 10
    yield "balance.low_end", Finding(float(bass - middle))
    prominence = levels[:, 1] - (levels[:, 0] + levels[:, 2]) / 2
    yield "balance.mud", _located(float(low_middle - (bass + middle) / 2), prominence)
    if survey.rate >= 2 * BANDS_HZ[4]:
        yield "balance.presence", Finding(float(presence - middle))
    if survey.rate >= 2 * BANDS_HZ[5]:
        yield "balance.air", Finding(float(air - presence))


def _levels_db(survey: Survey) -> Array:
    """Mean power per Hz of each band in each span of three seconds that is not silent: (spans, 5), dB."""
    centres = mel_centres_hz(survey.rate, survey.mel.shape[1])
    member = (centres[:, None] >= BANDS_HZ[:-1]) & (centres[:, None] < BANDS_HZ[1:])
    weights = member / np.maximum(member.sum(axis=0), 1)
    bands = survey.mel @ weights.astype(np.float32)
    step = max(1, round(_SPAN_S * survey.frames_per_s))
    starts = np.arange(0, len(bands), step)
    power = np.add.reduceat(bands, starts, axis=0) / np.diff(np.r_[starts, len(bands)])[:, None]
    levels = 10 * np.log10(np.maximum(power, 1e-20))
    loudest = levels.max()
    return np.asarray(levels if loudest > -120 else levels[:0])


def _located(measured: float, prominence: Array) -> Finding:
    """The measurement with the spans that are beyond the rule, if they are not all of them."""
    beyond = np.flatnonzero(prominence > RULES["balance.mud"].good[1])
    if beyond.size in (0, prominence.size):
        return Finding(measured)
    # A bump that is there for part of the time is judged by how it sounds then.
    return Finding(float(prominence[beyond].mean()), float(beyond[0] * _SPAN_S), float((beyond[-1] + 1) * _SPAN_S))
