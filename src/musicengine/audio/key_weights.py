"""The weights of the key model, fitted by tools/fit_key.py: do not edit.

Axes: mode (major, minor), evidence (see musicengine.audio.key), pitch class above the tonic; in nats.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["MINOR_BIAS", "WEIGHTS"]

MINOR_BIAS = -0.011
WEIGHTS: FloatArray = np.array(
    [
        [  # major
            [6.50, -4.43, 1.98, -3.94, 3.47, 1.40, -4.01, 6.83, -3.89, -0.23, -4.40, 0.73],  # treble
            [-0.19, 0.18, -0.41, 0.32, -0.05, 0.21, -0.01, -0.17, 0.11, -0.15, -0.21, 0.37],  # bass
            [0.20, -0.05, 0.37, 0.46, -0.18, -0.14, 0.02, -0.06, -0.08, -0.36, -0.03, -0.14],  # treble of the end
            [-0.10, 0.15, -0.34, 0.44, -0.11, 0.00, -0.08, 0.04, 0.06, -0.31, -0.13, 0.39],  # bass of the end
            [0.73, 0.01, -0.12, -0.00, 0.10, -0.39, -0.01, 0.10, 0.08, -0.46, -0.01, -0.01],  # treble of the beginning
            [0.37, -0.17, -0.24, 0.15, -0.20, 0.15, 0.04, -0.12, 0.35, -0.35, -0.20, 0.20],  # bass of the beginning
        ],
        [  # minor
            [6.53, -4.27, 1.88, 3.33, -4.18, 1.51, -4.10, 6.95, -0.11, -4.30, -2.81, -0.42],  # treble
            [0.42, 0.15, 0.02, -0.09, -0.18, -0.01, -0.01, -0.10, -0.04, -0.14, 0.11, -0.14],  # bass
            [-0.02, -0.02, 0.04, -0.26, -0.24, 0.14, 0.03, 0.05, 0.24, 0.08, -0.11, 0.06],  # treble of the end
            [0.03, -0.10, -0.11, -0.29, -0.15, 0.58, 0.18, 0.22, 0.11, -0.19, -0.10, -0.19],  # bass of the end
            [-0.09, -0.08, 0.15, 0.30, -0.14, 0.13, -0.18, 0.07, 0.07, -0.23, 0.02, -0.02],  # treble of the beginning
            [0.11, 0.29, -0.06, -0.26, -0.03, 0.11, 0.00, 0.02, -0.04, -0.11, 0.16, -0.19],  # bass of the beginning
        ],
    ],
    np.float32,
)
WEIGHTS.flags.writeable = False
