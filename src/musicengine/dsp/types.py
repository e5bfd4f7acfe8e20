"""The array types that kernels take and give."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "ComplexArray", "FloatArray", "IntArray"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
"""An array of float32."""
ComplexArray: TypeAlias = npt.NDArray[np.complex64]
"""An array of complex64."""
IntArray: TypeAlias = npt.NDArray[np.int64]
"""An array of int64."""
Array: TypeAlias = npt.NDArray[Any]
"""An array of any type."""
