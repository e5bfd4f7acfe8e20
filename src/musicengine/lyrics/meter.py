"""How well lines keep a foot: the share of syllables whose stress is as the foot, repeated along the line, wants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["fit_feet"]


def fit_feet(
    stressed: npt.NDArray[np.bool_], sizes: npt.NDArray[np.int64], feet: Sequence[Sequence[int]]
) -> npt.NDArray[np.float64]:
    """The share of the syllables of each line that fit each foot, (feet, lines).

    Args:
        stressed: (n,) of the lines' syllables, line after line.
        sizes: (lines,) syllables of each line, one or more.
        feet: 1 for a stress, 0 for none: (0, 1) is an iamb.
    """
    starts = np.cumsum(sizes) - sizes
    place = np.arange(len(stressed)) - np.repeat(starts, sizes)
    wanted = np.array([np.asarray(foot, bool)[place % len(foot)] for foot in feet])
    return np.add.reduceat(wanted == stressed, starts, axis=1, dtype=np.int64) / sizes
