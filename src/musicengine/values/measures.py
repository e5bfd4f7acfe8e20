"""What was measured of a sound: Loudness, LoudnessCurve, Timbre, Embedding, Separation."""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._arrays import Content, FloatArray, confidence, finite, floats, increasing, non_negative, shaped
from musicengine.values._value import Value

__all__ = ["Embedding", "Loudness", "LoudnessCurve", "SeparationQuality", "Timbre"]


def _levels(instance: object, attribute: attrs.Attribute[FloatArray], array: FloatArray) -> None:
    """Require levels in dB: numbers or minus infinity."""
    if not (array < np.inf).all():  # NaN is not below infinity either
        bad = array[~(array < np.inf)][0]
        raise InputError(f"{type(instance).__name__}.{attribute.name} must be levels below infinity, got {bad}")


@attrs.frozen(repr=False, slots=False)
class Loudness(Value):
    """Loudness after ITU-R BS.1770-5 and EBU Tech 3341 and 3342.

    A level that does not exist (silence, or audio shorter than its window) is minus infinity.

    Args:
        integrated_lufs: gated loudness of the whole.
        range_lu: loudness range (LRA).
        short_term_max_lufs: maximum over windows of 3 s.
        momentary_max_lufs: maximum over windows of 0.4 s.
        true_peak_dbtp: peak of the oversampled signal.
    """

    integrated_lufs: float = attrs.field(converter=float)
    range_lu: float = attrs.field(converter=float, validator=non_negative)
    short_term_max_lufs: float = attrs.field(converter=float)
    momentary_max_lufs: float = attrs.field(converter=float)
    true_peak_dbtp: float = attrs.field(converter=float)

    def __str__(self) -> str:
        return f"{self.integrated_lufs:.1f} LUFS, range {self.range_lu:.1f} LU, peak {self.true_peak_dbtp:.1f} dBTP"


@attrs.frozen(repr=False, slots=False)
class LoudnessCurve(Value):
    """Loudness over time, as a meter after EBU Tech 3341 shows it.

    Args:
        times_s: float32 (n,), where each window ends.
        momentary_lufs: float32 (n,), of the 0.4 s before; minus infinity in silence and before the first window ends.
        short_term_lufs: float32 (n,), of the 3 s before; minus infinity likewise.
    """

    times_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), increasing])
    momentary_lufs: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), _levels])
    short_term_lufs: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), _levels])

    def __attrs_post_init__(self) -> None:
        """Require one level of each kind a time."""
        if not self.times_s.size == self.momentary_lufs.size == self.short_term_lufs.size:
            raise InputError(
                f"LoudnessCurve has {self.times_s.size} times, but {self.momentary_lufs.size} momentary and "
                f"{self.short_term_lufs.size} short-term levels"
            )

    def _repr_html_(self) -> str:
        return _views.loudness(self)


@attrs.frozen(repr=False, slots=False)
class Timbre(Value):
    """The colour of the sound: means over frames.

    Args:
        centroid_hz: centre of gravity of the magnitude spectrum.
        bandwidth_hz: spread around the centroid.
        rolloff_hz: 85 % of the magnitude lies below it.
        flatness: geometric over arithmetic mean of the power, in [0, 1]: 1 is noise, 0 a tone.
        zero_crossing_rate: sign changes per sample, in [0, 1].
        flux: mean rise of the log-mel spectrum from frame to frame, dB.
        mfcc: float32 (20,), of the log-mel spectrum in dB.
        mfcc_delta: float32 (20,), mean absolute change of each per second.
        contrast_db: float32 (7,), peak over valley in octave bands.
        tonnetz: float32 (6,), tonal centroid (Harte, Sandler and Gasser 2006).
    """

    centroid_hz: float = attrs.field(converter=float, validator=non_negative)
    bandwidth_hz: float = attrs.field(converter=float, validator=non_negative)
    rolloff_hz: float = attrs.field(converter=float, validator=non_negative)
    flatness: float = attrs.field(converter=float, validator=confidence)
    zero_crossing_rate: float = attrs.field(converter=float, validator=confidence)
    flux: float = attrs.field(converter=float, validator=non_negative)
    mfcc: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped(20), finite])
    mfcc_delta: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped(20), finite])
    contrast_db: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped(7), finite])
    tonnetz: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped(6), finite])

    def __str__(self) -> str:
        return f"centroid {self.centroid_hz:.0f} Hz, rolloff {self.rolloff_hz:.0f} Hz, flatness {self.flatness:.3f}"


@attrs.frozen(repr=False, slots=False)
class Embedding(Value):
    """A track as a point: near points sound alike.

    Args:
        vector: float32 (128,), of length 1 (or all 0 for silence).
        space: name and version of the space; vectors of different spaces do not compare.
    """

    vector: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped(128), finite])
    space: str

    def similarity(self, other: Embedding) -> float:
        """The cosine of the angle between the two, in [-1, 1].

        Raises:
            InputError: the two lie in different spaces.
        """
        if self.space != other.space:
            raise InputError(f"embeddings of {self.space!r} and {other.space!r} do not compare")
        scale = float(np.linalg.norm(self.vector) * np.linalg.norm(other.vector))
        return min(1.0, max(-1.0, float(self.vector @ other.vector) / scale)) if scale else 0.0

    def __str__(self) -> str:
        return f"128 dimensions, {self.space}"

    def _repr_html_(self) -> str:
        return _views.embedding(self)


@attrs.frozen(repr=False, slots=False)
class SeparationQuality(Value):
    """How cleanly the mixture comes apart, estimated without reference.

    Args:
        vocals_share, drums_share, bass_share, other_share: each stem's part of the energy, adding up to 1.
        bleed: how much of the energy goes to other stems than the main one of its band and moment, in [0, 1]: 0 is
            clean, at 1 all four share everything alike.
        artefacts: how much of the energy moves between stems from moment to moment, in [0, 1]; 0 is smooth.
    """

    vocals_share: float = attrs.field(converter=float, validator=confidence)
    drums_share: float = attrs.field(converter=float, validator=confidence)
    bass_share: float = attrs.field(converter=float, validator=confidence)
    other_share: float = attrs.field(converter=float, validator=confidence)
    bleed: float = attrs.field(converter=float, validator=confidence)
    artefacts: float = attrs.field(converter=float, validator=confidence)

    def __str__(self) -> str:
        return (
            f"vocals {self.vocals_share:.0%}, drums {self.drums_share:.0%}, bass {self.bass_share:.0%}, "
            f"other {self.other_share:.0%} of the energy; {self.bleed:.0%} bleed"
        )
