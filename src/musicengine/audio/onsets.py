"""Where notes and hits begin.

The onset strength is the rise of the logarithmic mel spectrum (spectral flux; Böck and Widmer, DAFx 2013, without the
maximum filter), averaged within octave bands. Each octave is brought to a common scale by its own moving mean and
deviation, so that a quiet bass drum counts as much as a loud cymbal: the sum over octaves then peaks where several
registers start together, which is where beats fall (Klapuri, Eronen and Astola, IEEE TASLP 2006).

Onsets are local maxima of the sum (Böck, Krebs and Schedl, ISMIR 2012). Times are frames' centres, refined between
frames by a parabola; they lie within about 10 ms of the attack.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.spectrum import MEL_BANDS, Survey
from musicengine.audio.spectrum import survey as make_survey
from musicengine.dsp import peaks, smoothing, spectra
from musicengine.dsp.products import product
from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["OnsetStrength", "find_onsets", "measure_onset_strength", "pick_onsets"]

_EDGES_HZ = (100, 200, 400, 800, 1600, 3200, 6400)
_GAIN = 10.0  # mean power becomes log(1 + 10): loud parts are compressed, quiet ones are not
_LAG = 2  # frames: half the length of a frame
_SMOOTH_S = 0.035
_LOCAL_S = 3.0  # to each side
_BLOCK_FRAMES = 4096
_LEAST_RISE = 1e-3  # in the units of the logarithm; what steady tones do
_ONSET_THRESHOLD = 0.5
_ONSET_REACH_S = 0.035


@attrs.frozen(eq=False)
class OnsetStrength:
    """How much starts when.

    Args:
        bands: float32 (octaves, frames), each with a local mean of about 0 and deviation of about 1.
        total: float32 (frames,), their mean.
        frames_per_s: frames in a second; frame i is centred at i / frames_per_s.
        changing: whether anything ever rises; False of silence and of tones that never change.
    """

    bands: FloatArray
    total: FloatArray
    frames_per_s: float
    changing: bool


def measure_onset_strength(survey: Survey) -> OnsetStrength:
    """The onset strength of a survey."""
    flux = _flux(survey)
    per_s = survey.frames_per_s
    flux = smoothing.smooth(flux, max(1, round(_SMOOTH_S * per_s) - 1))
    deviation = flux.std(axis=1, keepdims=True)
    floor = np.maximum(0.1 * deviation, 0.02 * deviation.max()) + np.float32(_LEAST_RISE)
    reach = round(_LOCAL_S * per_s)
    bands = np.stack([smoothing.standardize(one, reach, least) for one, least in zip(flux, floor, strict=True)])
    changing = bool(deviation.max() > 2 * _LEAST_RISE)
    return OnsetStrength(bands, bands.mean(axis=0), per_s, changing)


def find_onsets(audio: Audio, *, survey: Survey | None = None) -> FloatArray:
    """When notes and hits begin: float32 (n,) seconds, increasing.

    Args:
        audio: any audio; channels are averaged.
        survey: the audio's own, if there is one already.
    """
    found = survey if survey is not None else make_survey(audio, timbre=False)
    return pick_onsets(measure_onset_strength(found))


def pick_onsets(strength: OnsetStrength) -> FloatArray:
    """The peaks of the onset strength: float32 (n,) seconds, increasing."""
    if not strength.changing:
        return np.zeros(0, np.float32)
    reach = max(1, round(_ONSET_REACH_S * strength.frames_per_s))
    found = peaks.pick_peaks(strength.total, reach, _ONSET_THRESHOLD)
    times: FloatArray = peaks.between_samples(strength.total, found) / np.float32(strength.frames_per_s)
    result: FloatArray = np.maximum(times, 0)
    return result


def _flux(survey: Survey) -> FloatArray:
    """The mean rise within octaves, (octaves, frames), by blocks; the result does not depend on their size."""
    mel = survey.mel
    mean = float(mel.mean(dtype=np.float64)) if mel.size else 0.0
    octaves = _octaves(survey.rate, survey.length)
    flux = np.zeros((octaves.shape[1], len(mel)), np.float32)
    if mean <= 0:
        return flux
    gain = np.float32(_GAIN / mean)
    for first in range(0, len(mel) - _LAG, _BLOCK_FRAMES):
        last = min(first + _BLOCK_FRAMES, len(mel) - _LAG)
        level: FloatArray = (mel[first : last + _LAG] * gain).astype(np.float32, copy=False)
        np.log1p(level, out=level)
        rise = level[_LAG:] - level[:-_LAG]
        np.maximum(rise, 0, out=rise)
        flux[:, first + _LAG // 2 : last + _LAG // 2] = product(rise, octaves).T
    return flux


@lru_cache(maxsize=16)
def _octaves(rate: int, length: int) -> FloatArray:
    """Which mel bands each octave averages: float32 (mel bands, octaves); octaves above half the rate are left out."""
    filters = spectra.mel_filters(rate, length, MEL_BANDS)
    centres = (np.arange(len(filters)) @ filters) / np.maximum(filters.sum(axis=0), 1e-12) * (rate / length)
    octave = np.searchsorted(_EDGES_HZ, centres)
    members: FloatArray = (octave[:, None] == np.unique(octave)).astype(np.float32)
    members /= members.sum(axis=0)
    members.flags.writeable = False
    return members
