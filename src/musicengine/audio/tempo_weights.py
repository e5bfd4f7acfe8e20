"""The weights of the tempo model, fitted by tools/fit_tempo.py: do not edit.

One a kind of evidence (see musicengine.audio.tempo), in nats.
"""

from __future__ import annotations

import numpy as np

__all__ = ["WEIGHTS"]

WEIGHTS = np.array([1.026, 0.001, 2.377, -1.443, 0.328, 5.153, -0.603, 3.084, 1.464, 6.334, 0.316, -3.354, -0.988])
WEIGHTS.flags.writeable = False
