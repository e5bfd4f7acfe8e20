"""Letters to sounds for words that the dictionary does not hold.

Every letter says a chunk of no, one or two phones, named by a small convolutional network from the letters around it:
an embedding, residual convolutions with growing dilation, and one linear layer. ``tools/train_letters.py`` trained it
on the CMU dictionary, prints its accuracy on words kept out, and stored its weights as int8 with a scale a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import attrs
import numpy as np

from musicengine.dsp.types import Array, FloatArray

__all__ = ["DILATIONS", "KERNEL", "LETTERS", "model", "pronounce_letters"]

LETTERS = "'abcdefghijklmnopqrstuvwxyz"
KERNEL = 5
DILATIONS = (1, 1, 2, 3)
_REACH = KERNEL // 2 * max(DILATIONS)


@attrs.frozen(eq=False)
class _Model:
    """The network's weights.

    Args:
        chunks: what a letter may say.
        embed: (letters + 1, width); row 0, for no letter, is 0.
        layers: (kernel * width, width) and bias (width,) each.
        last: (width, chunks) and bias (chunks,).
    """

    chunks: tuple[tuple[str, ...], ...]
    embed: FloatArray
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    last: tuple[FloatArray, FloatArray]


@cache
def model() -> _Model:
    """The trained model, loaded once."""
    with (
        resources.files("musicengine.lyrics").joinpath("data/letters.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        matrices = {
            name.removesuffix("_scale"): stored[name.removesuffix("_scale")].astype(np.float32) * stored[name]
            for name in stored.files
            if name.endswith("_scale")
        }
        embed = matrices.pop("embed")
        embed[0] = 0
        weights = {name: (matrix, stored[f"{name}_bias"]) for name, matrix in matrices.items()}
        chunks = tuple(tuple(str(chunk).split()) for chunk in stored["chunks"])
    layers = tuple(weights[f"layer{index}"] for index in range(len(DILATIONS)))
    return _Model(chunks, embed, layers, weights["last"])


def pronounce_letters(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The phones of each word, ARPAbet with stress digits.

    Args:
        words: of the letters a to z and apostrophes; anything else is silent.
    """
    if not words:
        return []
    network = model()
    codes = _codes(words)
    inside = (codes > 0)[:, _REACH:-_REACH, None]
    x = network.embed[codes]
    for dilation, (weights, bias) in zip(DILATIONS, network.layers, strict=True):
        length = codes.shape[1] - 2 * _REACH
        around = [
            x[:, _REACH + step * dilation : _REACH + step * dilation + length]
            for step in range(-(KERNEL // 2), KERNEL // 2 + 1)
        ]
        x = x.copy()
        x[:, _REACH:-_REACH] = (
            around[KERNEL // 2] + np.maximum(np.concatenate(around, axis=2) @ weights + bias, 0)
        ) * inside
    weights, bias = network.last
    best = np.argmax(x[:, _REACH:-_REACH] @ weights + bias, axis=2)
    return [_joined(network, row[: len(word)]) for row, word in zip(best, words, strict=True)]


def _codes(words: Sequence[str]) -> Array:
    """Numbers of the letters (words, longest + margins); 0 for none."""
    codes = np.zeros((len(words), max(map(len, words)) + 2 * _REACH), np.int64)
    for row, word in enumerate(words):
        codes[row, _REACH : _REACH + len(word)] = [LETTERS.find(letter) + 1 for letter in word]
    return codes


def _joined(network: _Model, chunks: Array) -> tuple[str, ...]:
    """The phones of a word, with exactly one primary stress if it has vowels."""
    phones = [phone for chunk in chunks for phone in network.chunks[chunk]]
    vowels = [at for at, phone in enumerate(phones) if phone[-1].isdigit()]
    stressed = [at for at in vowels if phones[at][-1] == "1"]
    if vowels and not stressed:
        phones[vowels[0]] = phones[vowels[0]][:-1] + "1"
    for at in stressed[:-1]:
        phones[at] = phones[at][:-1] + "2"
    return tuple(phones)
