"""The weights of the tempo model, fitted by tools/fit_tempo.py: do not edit.

One a kind of evidence (see musicengine.audio.tempo), in nats.
"""

from __future__ import annotations

import numpy as np

__all__ = ["WEIGHTS"]

WEIGHTS = np.array([1.347, -1.656, 2.148, -1.006, -0.955, 4.686, -0.700, 0.686, 2.960, 6.004, -1.019, -2.286, 1.353])
WEIGHTS.flags.writeable = False
