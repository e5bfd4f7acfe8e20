"""The weights of the key model, fitted by tools/fit_key.py: do not edit.

Axes: mode (major, minor), evidence (see musicengine.audio.key), pitch class above the tonic; in nats.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["MINOR_BIAS", "WEIGHTS"]

MINOR_BIAS = 0.023
WEIGHTS: FloatArray = np.array(
    [
        [  # major
            [6.46, -4.46, 1.99, -3.95, 3.51, 1.40, -3.99, 6.83, -3.88, -0.22, -4.42, 0.74],  # treble
            [-0.21, 0.15, -0.38, 0.31, 0.00, 0.20, -0.02, -0.15, 0.18, -0.15, -0.25, 0.33],  # bass
            [0.21, -0.09, 0.38, 0.44, -0.12, -0.16, 0.01, -0.07, -0.03, -0.38, -0.04, -0.14],  # treble of the end
            [-0.11, 0.19, -0.33, 0.44, -0.12, 0.01, -0.08, 0.04, 0.07, -0.32, -0.14, 0.35],  # bass of the end
            [0.69, -0.00, -0.10, 0.05, 0.07, -0.38, -0.00, 0.11, 0.07, -0.47, -0.03, -0.01],  # treble of the beginning
            [0.42, -0.20, -0.21, 0.15, -0.20, 0.15, 0.00, -0.13, 0.41, -0.38, -0.18, 0.17],  # bass of the beginning
        ],
        [  # minor
            [6.53, -4.26, 1.90, 3.36, -4.19, 1.49, -4.08, 6.95, -0.12, -4.31, -2.84, -0.43],  # treble
            [0.40, 0.15, -0.04, -0.08, -0.15, -0.02, 0.04, -0.06, -0.07, -0.13, 0.11, -0.15],  # bass
            [0.01, 0.02, 0.02, -0.22, -0.24, 0.07, 0.01, 0.05, 0.24, 0.08, -0.10, 0.06],  # treble of the end
            [0.04, -0.12, -0.12, -0.35, -0.17, 0.56, 0.16, 0.23, 0.09, -0.13, -0.05, -0.13],  # bass of the end
            [-0.03, -0.08, 0.14, 0.26, -0.16, 0.11, -0.14, 0.10, 0.08, -0.23, 0.01, -0.06],  # treble of the beginning
            [0.11, 0.24, -0.12, -0.24, -0.07, 0.09, 0.04, 0.08, -0.05, -0.07, 0.16, -0.18],  # bass of the beginning
        ],
    ],
    np.float32,
)
WEIGHTS.flags.writeable = False
