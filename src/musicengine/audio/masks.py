"""How much of each point of a spectrogram belongs to the drums, the bass, the lead and the rest.

Conventions: spectrograms are (bands, frames); bands are single bins up to 2.7 kHz and wider above. Stems are ordered
drums, bass, vocals, other; their masks lie in [0, 1] and add up to 1.

Method: what lasts and what is sudden is told by medians along time and along frequency (Fitzgerald, DAFx 2010), pitched
parts by how near a point lies to a harmonic of the lead's or the bass's fundamental. Logarithms of these ratios are the
evidence of a softmax whose weights are fitted to mixtures with known stems.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.mask_weights import WEIGHTS
from musicengine.dsp.medians import median_cascade
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["EVIDENCE", "MARGIN", "STEMS", "Bands", "banded", "evidence", "nearness", "shares"]

STEMS = ("drums", "bass", "vocals", "other")
_LASTING = (1, 1, 2, 2, 3, 3)  # frames
_LONG = (1, 2, 4, 6)
_SPREAD = (1, 1, 2, 2, 3, 3)  # bands
MARGIN = 32  # frames to either side that masks depend on
_CORNERS_HZ = (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0)
_WIDTH = 2.0  # bins
_HARMONICS = 40
EVIDENCE = 4 + 4 + 3 * len(_CORNERS_HZ)


@attrs.frozen
class Bands:
    """How bins are summed into bands.

    Args:
        length: samples in a frame.
        rate: Hz.
    """

    length: int
    rate: float

    @property
    def starts(self) -> IntArray:
        """The first bin of each band, and the end of the last."""
        return _starts(self.length, self.rate)

    @property
    def bins(self) -> FloatArray:
        """The centre of each band, in bins, (bands, 1)."""
        starts = self.starts
        result: FloatArray = (0.5 * (starts[:-1] + starts[1:] - 1)).astype(np.float32)[:, None]
        return result

    @property
    def corners(self) -> FloatArray:
        """How near each band lies to each of the corners of a piecewise linear function: (corners, bands)."""
        return _corners(self.length, self.rate)


@lru_cache(maxsize=8)
def _starts(length: int, rate: float) -> IntArray:
    fine = int(2756 * length / rate) // 8 * 8
    end = length // 2 + 1
    edges = np.concatenate(
        [np.arange(0, min(fine, end)), np.arange(fine, min(2 * fine, end), 2), np.arange(2 * fine, end, 8)]
    )
    return np.append(edges[edges < end], end)


@lru_cache(maxsize=8)
def _corners(length: int, rate: float) -> FloatArray:
    starts = _starts(length, rate)
    octave = np.log2(np.maximum(0.5 * (starts[:-1] + starts[1:] - 1), 0.5) * rate / length)
    eye = np.eye(len(_CORNERS_HZ))
    return np.array([np.interp(octave, np.log2(_CORNERS_HZ), row) for row in eye], np.float32)


def evidence(magnitude: FloatArray, bands: Bands, lead_hz: FloatArray, bass_hz: FloatArray) -> FloatArray:
    """What speaks for each stem: float32 (EVIDENCE, bands, frames).

    Args:
        magnitude: (bands, frames), the root of each band's mean power.
        bands: its bands.
        lead_hz, bass_hz: (frames,), NaN where there is none.
    """
    magnitude = np.maximum(magnitude, 1e-9)
    lasting = median_cascade(magnitude, _LASTING, axis=1)
    long = median_cascade(magnitude, _LONG, axis=1)
    sudden = median_cascade(magnitude, _SPREAD, axis=0)
    out = np.empty((EVIDENCE, *magnitude.shape), np.float32)
    here, a, b, c = (np.log(part) for part in (magnitude, lasting, long, sudden))
    np.subtract(c, a, out=out[0])
    np.subtract(here, a, out=out[1])
    np.subtract(here, b, out=out[2])
    corner = bands.corners[:, :, None]
    high = corner[5:].sum(axis=0)
    low = corner[:2].sum(axis=0)
    out[3] = (out[0] * high).sum(axis=0) / high.sum()
    out[4] = (out[2] * low).sum(axis=0) / low.sum()
    out[5] = (out[2] * high).sum(axis=0) / high.sum()
    lead, bass = nearness(bands, lead_hz), nearness(bands, bass_hz)
    out[6] = np.isfinite(lead_hz)
    out[7] = np.isfinite(bass_hz)
    n = len(corner)
    out[8 : 8 + n] = corner
    out[8 + n : 8 + 2 * n] = corner * lead
    out[8 + 2 * n :] = corner * bass
    return out


def nearness(bands: Bands, pitch_hz: FloatArray) -> FloatArray:
    """How near each band lies to a harmonic: float32 (bands, frames), 1 on it, 0 two bins away or without pitch."""
    spacing = np.where(np.isfinite(pitch_hz), pitch_hz, 1e9).astype(np.float32) * np.float32(bands.length / bands.rate)
    order = bands.bins / spacing
    nearest = np.rint(order)
    distance = np.abs(order - nearest) * spacing
    result = np.maximum(1 - distance * np.float32(1 / _WIDTH), 0)
    result *= (nearest >= 1) & (nearest <= _HARMONICS)
    return result


def banded(magnitude: FloatArray, bands: Bands) -> FloatArray:
    """The root of the mean power of each band: (bins, frames) to (bands, frames)."""
    power = np.square(magnitude)
    starts = bands.starts
    result: FloatArray = np.add.reduceat(power, starts[:-1], axis=0)
    result *= (1 / np.diff(starts)).astype(np.float32)[:, None]
    return np.sqrt(result, out=result)


def shares(evidence: FloatArray) -> FloatArray:
    """The masks (3, bands, frames) of drums, bass and vocals; what they leave of 1 is the rest."""
    flat = evidence.reshape(len(evidence), -1)
    logits = WEIGHTS[:, :-1] @ flat
    logits += WEIGHTS[:, -1:]
    np.exp(np.minimum(logits, 30, out=logits), out=logits)
    logits /= 1 + logits.sum(axis=0)
    return logits.reshape(-1, *evidence.shape[1:])
