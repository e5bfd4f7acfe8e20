"""The weights of the key model, fitted by tools/fit_key.py: do not edit.

Axes: mode (major, minor), evidence (see musicengine.audio.key), pitch class above the tonic; in nats.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["MINOR_BIAS", "WEIGHTS"]

MINOR_BIAS = -0.060
WEIGHTS: FloatArray = np.array(
    [
        [  # major
            [6.42, -4.47, 2.00, -3.93, 3.51, 1.31, -3.96, 6.87, -3.88, -0.22, -4.46, 0.81],  # treble
            [-0.33, 0.19, -0.27, 0.31, -0.02, 0.05, 0.02, -0.11, 0.12, -0.17, -0.11, 0.33],  # bass
            [0.18, -0.07, 0.31, 0.48, -0.15, -0.23, 0.07, -0.07, -0.00, -0.34, -0.07, -0.09],  # treble of the end
            [-0.06, 0.19, -0.31, 0.43, -0.11, -0.08, -0.08, 0.10, 0.12, -0.30, -0.12, 0.22],  # bass of the end
            [0.75, -0.03, -0.07, 0.07, 0.10, -0.54, -0.00, 0.22, 0.09, -0.56, -0.05, 0.03],  # treble of the beginning
            [0.24, -0.21, -0.19, 0.16, -0.27, 0.16, 0.05, -0.13, 0.31, -0.26, -0.10, 0.24],  # bass of the beginning
        ],
        [  # minor
            [6.49, -4.28, 1.94, 3.36, -4.26, 1.47, -4.07, 7.02, -0.16, -4.27, -2.82, -0.41],  # treble
            [0.40, 0.13, -0.01, -0.11, -0.13, -0.02, 0.05, -0.11, -0.06, -0.08, 0.06, -0.11],  # bass
            [0.05, -0.05, 0.07, -0.20, -0.25, 0.10, 0.01, 0.09, 0.23, 0.05, -0.13, 0.03],  # treble of the end
            [0.02, -0.16, -0.14, -0.29, -0.10, 0.53, 0.20, 0.21, 0.08, -0.10, -0.14, -0.09],  # bass of the end
            [-0.03, -0.09, 0.23, 0.28, -0.21, 0.09, -0.14, 0.10, 0.04, -0.18, -0.01, -0.08],  # treble of the beginning
            [0.11, 0.30, -0.09, -0.26, -0.03, 0.08, 0.03, 0.08, -0.06, -0.04, 0.14, -0.26],  # bass of the beginning
        ],
    ],
    np.float32,
)
WEIGHTS.flags.writeable = False
