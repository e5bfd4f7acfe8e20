"""The weights of the masks' evidence, fitted to mixtures with known stems.

Axes: stem (drums, bass, vocals; the rest is the reference), evidence (see musicengine.audio.masks) and the constant.
"""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray

__all__ = ["WEIGHTS"]

# fmt: off
WEIGHTS: FloatArray = np.array([
    [
        0.485, 0.189, 0.531, 0.092, -0.267, 0.498, 0.291, -0.087, 0.081, 0.110,
        -0.301, -0.691, -0.465, -0.493, 0.117, 1.604, 0.193, -0.493, -0.270, -0.277,
        -0.250, -0.114, -0.098, 0.006, 0.601, -0.304, -0.239, -0.302, -0.196, 0.006,
        0.057, 0.015, 0.100,
    ],
    [
        -0.486, 0.153, -0.077, 0.147, 0.150, -0.336, 0.546, -0.028, 0.377, 0.112,
        0.622, 0.699, 0.120, -0.560, -0.820, -0.601, 0.172, 0.040, 0.170, -0.322,
        -0.636, -0.681, -0.364, -0.050, -0.156, 0.611, 0.411, 0.286, 0.222, -0.307,
        -0.135, -0.015, -0.194,
    ],
    [
        -0.135, 0.557, 0.578, -0.158, -0.161, -0.384, 0.615, -0.026, -1.008, -0.543,
        -0.222, 0.432, 0.504, 0.661, 0.675, -0.540, -0.186, 0.483, 1.080, 1.516,
        1.494, 1.049, 0.521, 0.058, -0.309, -0.264, 0.489, 0.482, 0.040, 0.140,
        0.023, 0.002, 0.098,
    ],
], np.float32)
# fmt: on
WEIGHTS.flags.writeable = False
