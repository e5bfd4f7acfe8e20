"""The fitted constants of rhyme: weights of likeness and shapes of schemes by style, and what tells styles apart."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias

import attrs
import numpy as np

from musicengine.lyrics.likeness import Floats, Weights
from musicengine.lyrics.scheme import Shape

__all__ = ["STYLES", "Style", "StyleModel", "load_style", "load_verse"]

Style: TypeAlias = Literal["strict", "rap"]
STYLES: tuple[Style, ...] = ("strict", "rap")


@attrs.frozen(eq=False)
class StyleModel:
    """How one style rhymes.

    Args:
        weights: of the likeness of two ends.
        shape: of schemes.
    """

    weights: Weights
    shape: Shape


@lru_cache(maxsize=len(STYLES))
def load_style(style: Style) -> StyleModel:
    """The constants of a style, from ``data/rhyme.npz``."""
    with files("musicengine.lyrics").joinpath("data/rhyme.npz").open("rb") as file, np.load(file) as arrays:
        layers = [arrays[f"{style}_{field.name}"].astype(np.float32) for field in attrs.fields(Weights)]
        evidence, prior, bias, alone, reach = arrays[f"{style}_search"].tolist()
        chain = arrays[f"{style}_links"].astype(np.float64).tolist()
    return StyleModel(Weights(*layers), Shape(chain, evidence, prior, bias, alone, int(reach)))


@lru_cache(maxsize=1)
def load_verse() -> tuple[Floats, float]:
    """The weights of the features of ``verse`` and the bias; above zero is rap. From ``data/verse.npz``."""
    with files("musicengine.lyrics").joinpath("data/verse.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["weights"].astype(np.float32), float(arrays["bias"])
