"""How much of each point of a spectrogram belongs to the drums, the bass, the lead and the rest.

Conventions: spectrograms are (frames, bands); bands are single bins up to 1.4 kHz and wider above. Masks are those of
drums, bass and vocals, in this order, in [0, 1]; what they leave of 1 is the rest.

Method: what lasts and what is sudden is told by medians along time and along frequency (Fitzgerald, DAFx 2010), attacks
by the change over a few frames, pitched parts by how near a point lies to a harmonic of the lead's or the bass's
fundamental. Their logarithms are the evidence of a softmax; how much each counts depends on the frequency, and is
fitted to mixtures with known stems.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio.mask_weights import CONSTANTS, CORNERS_HZ, FRAME_WEIGHTS, POINT_WEIGHTS
from musicengine.dsp.medians import median_cascade
from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["MARGIN", "Bands", "Evidence", "gather_evidence", "masks_of"]

MARGIN = 32  # frames to either side that masks depend on
_LASTING = (1, 2, 3, 4)  # frames, about 0.25 s to either side
_LONGER = (6, 8)  # and on top of these
_SPREAD = (1, 2, 3, 4)  # bands
_LAG = 2  # frames: half of one
_FLOOR = 1e-3  # of the loudest band of a block's frames; below it nothing is told apart
_FINE_HZ = 1378.0
_WIDTH = 2.0  # bins from a harmonic to where nothing of it is left
_HARMONICS = 40


@attrs.frozen
class Bands:
    """How the bins of a spectrum are summed into bands.

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

    def power(self, magnitude: FloatArray) -> FloatArray:
        """The mean power of each band: (frames, bins) to (frames, bands)."""
        square = np.square(magnitude)
        parts = []
        for first, last, width in _stretches(self.length, self.rate):
            part = square[:, first:last]
            for _ in range(width.bit_length() - 1):
                part = part[:, ::2] + part[:, 1::2]
            parts.append(part * np.float32(1 / width) if width > 1 else part)
        return np.concatenate(parts, axis=1)

    @property
    def widths(self) -> IntArray:
        """How many bins each band has."""
        widths: IntArray = np.diff(self.starts)
        return widths


@lru_cache(maxsize=8)
def _stretches(length: int, rate: float) -> tuple[tuple[int, int, int], ...]:
    """First bin, end and width of the bands of each stretch; a few bins at the top are left out."""
    fine = max(32, int(_FINE_HZ * length / rate) // 32 * 32)
    end = length // 2 + 1
    stretches = []
    first = 0
    for last, width in ((fine, 1), (2 * fine, 2), (4 * fine, 4), (end, 16)):
        last = min(last, end)
        last -= (last - first) % width
        if last > first:
            stretches.append((first, last, width))
            first = last
    return tuple(stretches)


@lru_cache(maxsize=8)
def _starts(length: int, rate: float) -> IntArray:
    stretches = _stretches(length, rate)
    return np.concatenate([np.arange(*stretch) for stretch in stretches] + [np.array([stretches[-1][1]])])


@lru_cache(maxsize=8)
def corners(length: int, rate: float) -> FloatArray:
    """How near each band lies to each corner of a piecewise linear function of log frequency: (corners, bands)."""
    starts = _starts(length, rate)
    hz = np.maximum(0.5 * (starts[:-1] + starts[1:] - 1), 0.5) * rate / length
    rows = np.eye(len(CORNERS_HZ))
    return np.array([np.interp(np.log2(hz), np.log2(CORNERS_HZ), row) for row in rows], np.float32)


@attrs.frozen(eq=False)
class Evidence:
    """What speaks for and against each stem.

    Args:
        points: float32 (frames, bands) each: suddenness, standing out of what lasts and of what lasts longer, rise,
            fall (all natural logarithms of ratios), nearness to the lead's and to the bass's harmonics.
        frames: float32 (frames, 6): suddenness of the treble, excess of the bass and of the treble, rise of the treble,
            whether there is a lead, whether there is a bass.
    """

    points: tuple[FloatArray, ...]
    frames: FloatArray


def gather_evidence(power: FloatArray, bands: Bands, lead_hz: FloatArray, bass_hz: FloatArray) -> Evidence:
    """The evidence in a stretch of a spectrogram.

    Args:
        power: (frames, bands).
        bands: its bands.
        lead_hz, bass_hz: (frames,), NaN where there is none.
    """
    level = np.log(np.maximum(power, np.float32(1e-20)))
    level *= np.float32(0.5)
    lasting = median_cascade(level, _LASTING, axis=0)
    longer = median_cascade(lasting, _LONGER, axis=0)
    sudden = median_cascade(level, _SPREAD, axis=1)
    sudden -= lasting
    rise = np.zeros_like(level)
    np.subtract(level[_LAG:], level[:-_LAG], out=rise[_LAG:])
    fall = np.zeros_like(level)
    np.subtract(level[:-_LAG], level[_LAG:], out=fall[:-_LAG])
    points = (sudden, level - lasting, level - longer, rise, fall, *(near(bands, hz) for hz in (lead_hz, bass_hz)))
    share = corners(bands.length, bands.rate)
    low, high = (part.sum(axis=0) / max(float(part.sum()), 1e-9) for part in (share[:2], share[-3:]))
    means = [sudden @ high, points[2] @ low, points[2] @ high, rise @ high]
    told = [np.isfinite(hz).astype(np.float32) for hz in (lead_hz, bass_hz)]
    return Evidence(points, np.stack(means + told, axis=1))


def near(bands: Bands, pitch_hz: FloatArray) -> FloatArray:
    """How near each band lies to a harmonic: float32 (frames, bands), 1 on it, 0 two bins away or without pitch."""
    starts = bands.starts
    centre = (0.5 * (starts[:-1] + starts[1:] - 1)).astype(np.float32)
    out = np.zeros((pitch_hz.size, centre.size), np.float32)
    voiced = np.flatnonzero(np.isfinite(pitch_hz))
    spacing = (pitch_hz[voiced] * np.float32(bands.length / bands.rate))[:, None]
    order = centre / spacing
    nearest = np.clip(np.rint(order), 1, _HARMONICS)
    order -= nearest
    np.abs(order, out=order)
    order *= spacing * np.float32(-1 / _WIDTH)
    order += 1
    out[voiced] = np.maximum(order, 0, out=order)
    return out


def masks_of(evidence: Evidence, bands: Bands) -> FloatArray:
    """The masks (3, frames, bands) of drums, bass and vocals."""
    slopes, constants = _slopes(bands.length, bands.rate)
    logits = np.empty((3, *evidence.points[0].shape), np.float32)
    part = np.empty_like(logits[0])
    for logit, slope, constant, weights in zip(logits, slopes, constants, FRAME_WEIGHTS, strict=True):
        np.add((evidence.frames @ weights)[:, None], constant, out=logit)
        for points, factor in zip(evidence.points, slope, strict=True):
            np.multiply(points, factor, out=part)
            logit += part
    np.minimum(logits, 30, out=logits)
    np.exp(logits, out=logits)
    total = logits.sum(axis=0)
    total += 1
    logits /= total
    return logits


@lru_cache(maxsize=8)
def _slopes(length: int, rate: float) -> tuple[FloatArray, FloatArray]:
    """The weights of the points (3, kinds, bands) and the constants (3, bands) at the frequency of each band."""
    share = corners(length, rate)
    return POINT_WEIGHTS @ share, CONSTANTS @ share
