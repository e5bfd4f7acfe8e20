"""Sound as arrays: Audio, Spectrogram, Stems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import attrs
import numpy as np
import numpy.typing as npt

from musicengine._cached import cached
from musicengine.errors import AudioError, InputError
from musicengine.values import _views
from musicengine.values._arrays import Content, FloatArray, finite, floats, frozen, shaped
from musicengine.values._value import Value

__all__ = ["MAX_CHANNELS", "MAX_RATE", "MIN_RATE", "Audio", "Spectrogram", "Stems"]

MIN_RATE = 1_000
"""The lowest rate that audio may have, in Hz."""
MAX_RATE = 768_000
"""The highest rate that audio may have, in Hz."""
MAX_CHANNELS = 64
"""The most channels that audio may have."""


def _samples(values: npt.ArrayLike) -> FloatArray:
    """Samples as (channels, n); one dimension means one channel."""
    array = floats(values)
    return array[np.newaxis] if array.ndim == 1 else array


def _whole_rate(value: float) -> int:
    """A sample rate as an int; anything else is left for the validator to name."""
    try:
        return int(value) if int(value) == value else value  # type: ignore[return-value]
    except (TypeError, ValueError, OverflowError):
        return value  # type: ignore[return-value]


def _check_samples(audio: Audio, attribute: attrs.Attribute[FloatArray], samples: FloatArray) -> None:
    channels, n = samples.shape
    if n == 0:
        raise AudioError("Audio needs at least one sample, got an array of shape " + repr(samples.shape))
    if not 1 <= channels <= MAX_CHANNELS:
        hint = "; did you mean samples.T? Time is the last axis" if channels > n else ""
        raise AudioError(f"Audio takes 1 to {MAX_CHANNELS} channels, got {channels} (shape {samples.shape}){hint}")
    try:
        finite(audio, attribute, samples)
    except InputError as error:
        raise AudioError(str(error)) from None


def _check_rate(audio: Audio, attribute: attrs.Attribute[int], rate: object) -> None:
    if not isinstance(rate, int) or not MIN_RATE <= rate <= MAX_RATE:
        raise AudioError(f"Audio.rate must be a whole number of Hz from {MIN_RATE} to {MAX_RATE}, got {rate!r}")


@attrs.frozen(repr=False, slots=False)
class Audio(Value):
    """A piece of sound: samples and the rate they were taken at.

    Args:
        samples: float32 (channels, n), full scale is [-1, 1]; an array (n,) means one channel. At least one
            sample, at most 64 channels, no NaN or infinity. Samples beyond full scale are kept as they are.
        rate: samples per second, a whole number from 1,000 to 768,000.

    Raises:
        AudioError: the samples or the rate break this contract.
    """

    samples: FloatArray = attrs.field(
        converter=_samples, eq=Content, validator=[shaped("channels", "n"), _check_samples]
    )
    rate: int = attrs.field(converter=_whole_rate, validator=_check_rate)

    @property
    def channels(self) -> int:
        """The number of channels."""
        return int(self.samples.shape[0])

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return float(self.samples.shape[1] / self.rate)

    @cached
    def mono(self) -> FloatArray:
        """The mean of the channels, float32 (n,), read-only."""
        if self.channels == 1:
            return frozen(self.samples[0])
        mixed = self.samples.sum(axis=0, dtype=np.float32)
        mixed *= np.float32(1 / self.channels)
        return frozen(mixed)

    def clip(self, start_s: float, end_s: float) -> Self:
        """The part from ``start_s`` to ``end_s``, cut to what is there.

        Raises:
            AudioError: nothing of this audio lies between the two.
        """
        start, end = (round(min(max(s, 0.0), self.duration_s) * self.rate) for s in (start_s, end_s))
        if start >= end:
            raise AudioError(f"no audio from {start_s} s to {end_s} s in {self.duration_s:.3f} s")
        return attrs.evolve(self, samples=self.samples[:, start:end])

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.duration_s:.2f} s, {channels}, {self.rate} Hz"

    def _repr_html_(self) -> str:
        return _views.audio(self)


@attrs.frozen(repr=False, slots=False)
class Spectrogram(Value):
    """Power over time and frequency.

    Args:
        power: float32 (bins, frames), power per bin, 0 or more.
        frequencies_hz: float32 (bins,), the centre of each bin.
        times_s: float32 (frames,), the centre of each frame.
    """

    power: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("bins", "frames"), finite])
    frequencies_hz: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("bins"), finite])
    times_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("frames"), finite])

    def __attrs_post_init__(self) -> None:
        """Require one frequency a row and one time a column."""
        if self.power.shape != (self.frequencies_hz.size, self.times_s.size):
            raise AudioError(
                f"Spectrogram.power has shape {self.power.shape}, but there are {self.frequencies_hz.size} "
                f"frequencies and {self.times_s.size} times"
            )

    def _repr_html_(self) -> str:
        return _views.spectrogram(self)


@attrs.frozen(repr=False, slots=False)
class Stems(Value):
    """A mixture taken apart; the four parts add up to it, and have its shape and rate.

    Args:
        vocals: the voice or lead.
        drums: all that is struck.
        bass: the lowest voice.
        other: the rest.
        provenance: who took it apart.
    """

    vocals: Audio
    drums: Audio
    bass: Audio
    other: Audio
    provenance: str = attrs.field(default="measured", eq=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Require four parts of one shape and rate."""
        shapes = {(part.samples.shape, part.rate) for _, part in self}
        if len(shapes) != 1:
            raise AudioError(f"Stems must share one shape and rate, got {sorted(shapes)}")

    def __iter__(self) -> Iterator[tuple[str, Audio]]:
        """Each name with its audio."""
        for name in ("vocals", "drums", "bass", "other"):
            yield name, getattr(self, name)

    @property
    def mixture(self) -> Audio:
        """The sum of the four parts."""
        total = self.vocals.samples + self.drums.samples + self.bass.samples + self.other.samples
        return Audio(frozen(total), self.vocals.rate)

    def _repr_html_(self) -> str:
        return _views.stems(self)
