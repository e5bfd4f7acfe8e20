"""Letters to sounds for words that the dictionary does not hold.

Every letter says a chunk of no, one or two phones, named by a small convolutional network from the letters around it:
an embedding, dilated residual convolutions, and one linear layer. ``tools/train_letters.py`` trained it
on the CMU dictionary, prints its accuracy on words kept out, and stored its weights as int8 with a scale a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import IO

import attrs
import numpy as np

from musicengine.dsp.types import Array, FloatArray

__all__ = ["DILATIONS", "KERNEL", "LETTERS", "LetterModel", "load_model", "model", "pronounce_letters"]

LETTERS = "'abcdefghijklmnopqrstuvwxyz"
KERNEL = 3
DILATIONS = (1, 1, 2, 2, 4, 1)
_STEPS = np.arange(KERNEL) - KERNEL // 2
_GAP = " " * (KERNEL // 2 * max(DILATIONS))
_BATCH = 4096


@attrs.frozen(eq=False)
class LetterModel:
    """The network's weights.

    Args:
        chunks: what a letter may say.
        primary: (chunks,) bool, which of them hold the primary stress.
        embed: (letters + 1, width); row 0, for no letter, is 0.
        layers: (kernel * width, width) and bias (width,) each.
        last: (width, chunks) and bias (chunks,).
    """

    chunks: tuple[tuple[str, ...], ...]
    primary: Array
    embed: FloatArray
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    last: tuple[FloatArray, FloatArray]


@cache
def model() -> LetterModel:
    """The trained model, loaded once."""
    with resources.files("musicengine.lyrics").joinpath("data/letters.npz").open("rb") as file:
        return load_model(file)


def load_model(file: IO[bytes]) -> LetterModel:
    """A model that ``tools/train_letters.py`` stored."""
    with np.load(file, allow_pickle=False) as stored:
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
    primary = np.array([any(phone[-1] == "1" for phone in chunk) for chunk in chunks])
    return LetterModel(chunks, primary, embed, layers, weights["last"])


def pronounce_letters(words: Sequence[str], network: LetterModel | None = None) -> list[tuple[str, ...]]:
    """The phones of each word, ARPAbet with stress digits, exactly one of them primary.

    Args:
        words: of the letters a to z and apostrophes, at least one each.
        network: the model to ask instead of the package's own.
    """
    if not words:
        return []
    network = network or model()
    found: list[tuple[str, ...]] = []
    batch: list[str] = []
    letters = 0
    for word in words:
        batch.append(word)
        letters += len(word)
        if letters > _BATCH:
            found += _read(network, batch)
            batch, letters = [], 0
    return found + _read(network, batch) if batch else found


def _read(network: LetterModel, words: list[str]) -> list[tuple[str, ...]]:
    """The phones of a few words, all their letters in one sequence with gaps that the network cannot see across."""
    text = _GAP.join(["", *words, ""])
    codes = np.array([LETTERS.find(letter) + 1 for letter in text])
    inside = np.flatnonzero(codes)
    x = network.embed[codes]
    for dilation, (weights, bias) in zip(DILATIONS, network.layers, strict=True):
        around = x[inside[:, None] + dilation * _STEPS].reshape(len(inside), -1)
        x[inside] += np.maximum(around @ weights + bias, 0)
    weights, bias = network.last
    chunks = _stressed_once(network, x[inside] @ weights + bias, np.cumsum(codes == 0)[inside])
    said = np.full(len(text), -1)
    said[inside] = chunks
    return _joined(network, said.tolist(), words)


def _stressed_once(network: LetterModel, scores: FloatArray, words: Array) -> Array:
    """The best chunk of each letter under the condition that a word has one primary stress.

    Args:
        network: the model.
        scores: (letters, chunks).
        words: of each letter, the number of its word, never falling.
    """
    plain: Array = np.argmax(np.where(network.primary, -np.inf, scores), axis=1)
    stressed: Array = np.argmax(np.where(network.primary, scores, -np.inf), axis=1)
    rows = np.arange(len(scores))
    gain = scores[rows, stressed] - scores[rows, plain]
    order = np.lexsort((-gain, words))  # word by word, the letter that gains most from the stress first
    best = order[np.flatnonzero(np.diff(words[order], prepend=-1))]
    plain[best] = stressed[best]
    return plain


def _joined(network: LetterModel, chunks: list[int], words: list[str]) -> list[tuple[str, ...]]:
    """The phones of words that lie between gaps."""
    found = []
    start = len(_GAP)
    for word in words:
        said = chunks[start : start + len(word)]
        found.append(tuple(phone for chunk in said if chunk >= 0 for phone in network.chunks[chunk]))
        start += len(word) + len(_GAP)
    return found
