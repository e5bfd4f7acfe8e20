"""Clipped crests: waves that were cut off at a level, wherever in a file and at whatever level.

What was clipped and then turned down, or lies below louder peaks elsewhere, is as flat as what stands at full scale.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["Plateau", "find_clipped"]

_PASSAGE_S = 0.05
_NEARBY = 20  # passages
_HELD = 256  # passages
_PLATEAU = 3  # samples
_CLIP_LEAST = 1e-3  # what is quieter is silence
_EQUAL = 1e-4
_STEP = 4e-3
_STEP_LEAST = 4 / 32_768  # what lies nearer may be equal by rounding to 16 bits


@attrs.frozen
class Plateau:
    """A clipped crest: a run of equal samples at the extreme of its passage.

    Args:
        channel: that it is in.
        start, end: from its first sample to behind its last.
        level: its magnitude.
    """

    channel: int
    start: int
    end: int
    level: float


def find_clipped(audio: Audio) -> list[Plateau]:
    """Every clipped crest, in order of channels and time.

    A passage of a twentieth of a second is clipped where the samples at its extreme are equal to 1e-4 of it and three
    or more in a row, run into with a step of 4e-3, and of four steps of 16 bits: the crest of a low note is as flat,
    but its neighbours are near.
    One such crest may be chance; where the wave is held at a level, others nearby are cut at the same one. Each passage
    is judged at an extreme of its own, so louder peaks elsewhere hide nothing.
    """
    size = max(_PLATEAU, round(_PASSAGE_S * audio.rate))
    found: list[Plateau] = []
    for number, channel in enumerate(audio.samples):
        near = [one for start in _flat_passages(channel, size) for one in _plateaus(number, channel, start, size)]
        found += [one for place, one in enumerate(near) if _has_company(near, place, audio.rate)]
    return found


def _flat_passages(channel: FloatArray, size: int) -> list[int]:
    """The starts of the passages whose extreme is flat, and of those within a second that are cut at the same level."""
    count = channel.size // size
    passages = channel[: count * size].reshape(count, size)
    chosen = np.zeros(count, bool)
    for extreme in (np.argmax, np.argmin) if count else ():
        # Some at a time: numpy copies what is read-only before it looks where its extremes are.
        parts = (passages[first : first + _HELD] for first in range(0, count, _HELD))
        places = np.concatenate([extreme(part, axis=1) for part in parts])
        at = np.minimum(places + np.arange(count) * size, channel.size - _PLATEAU)
        level = channel[at]
        flat = np.abs(level) > _CLIP_LEAST
        for step in range(1, _PLATEAU):
            flat &= np.abs(channel[at + step] - level) <= _EQUAL * np.abs(level)
        for place in np.flatnonzero(flat):
            near = slice(max(0, place - _NEARBY), place + _NEARBY + 1)
            chosen[near] |= np.abs(level[near] - level[place]) <= _EQUAL * abs(level[place])
    return [int(place) * size for place in np.flatnonzero(chosen)]


def _plateaus(number: int, channel: FloatArray, start: int, size: int) -> Iterator[Plateau]:
    """The plateaus at the extremes of one passage, upper and lower."""
    # One sample more on either side shows how a plateau at the edge is run into.
    first = max(start - 1, 0)
    part = channel[first : start + size + 1]
    for side in (part, -part):
        level = float(side[start - first :][:size].max())
        hot = np.r_[False, np.abs(side - level) <= _EQUAL * level, False]
        starts, ends = (np.flatnonzero(edge) for edge in (hot[1:] & ~hot[:-1], ~hot[1:] & hot[:-1]))
        for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
            beside = side[[max(begin - 1, 0), min(end, side.size - 1)]]
            if (
                end - begin >= _PLATEAU
                and level > _CLIP_LEAST
                and level - beside.min() > max(_STEP * level, _STEP_LEAST)
            ):
                yield Plateau(number, first + begin, first + end, level)


def _has_company(plateaus: list[Plateau], place: int, rate: int) -> bool:
    """Whether another plateau within a second is cut at the same level."""
    own = plateaus[place]
    return any(
        other is not own and abs(other.start - own.start) < rate and abs(other.level - own.level) <= _EQUAL * own.level
        for other in plateaus[max(0, place - 8) : place + 9]
    )
