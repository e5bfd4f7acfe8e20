"""Letters to sounds for words that the dictionary does not hold.

Every letter says a chunk of no, one or two phones, named by a small convolutional network from the letters around it:
an embedding, dilated residual convolutions, and one linear layer. Half-way the network sees its own guesses, so that
neighbouring letters agree on one pronunciation (self-conditioning: Nozaki and Komatsu, "Relaxing the conditional
independence assumption of CTC-based ASR by conditioning on intermediate predictions", Interspeech 2021). Among the
chunks of a word, the best that hold exactly one primary stress are taken. ``tools/train_letters.py`` trained it on the
CMU dictionary, prints its accuracy on words kept out, and stores its weights as small integers with a scale a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import IO

import attrs
import numpy as np

from musicengine.dsp.types import Array, FloatArray

__all__ = ["LETTERS", "LetterModel", "load_model", "model", "pronounce_letters"]

LETTERS = "'abcdefghijklmnopqrstuvwxyz"
_BATCH = 4096


@attrs.frozen(eq=False)
class LetterModel:
    """The network's weights.

    Args:
        chunks: what a letter may say.
        primary: (chunks,) bool, which of them hold the primary stress.
        dilations: of each layer, how many letters apart the three are that it sees.
        fed_back: the layers behind which the network sees its own guesses.
        embed: (letters + 1, width); row 0, for no letter, is 0.
        layers: (3 * width, width) and bias (width,) each.
        last: (width, chunks) and bias (chunks,).
        back: (chunks, width), what a guess adds to the following layers' input.
    """

    chunks: tuple[tuple[str, ...], ...]
    primary: Array
    dilations: tuple[int, ...]
    fed_back: tuple[int, ...]
    embed: FloatArray
    layers: tuple[tuple[FloatArray, FloatArray], ...]
    last: tuple[FloatArray, FloatArray]
    back: FloatArray

    def scores(self, states: FloatArray) -> FloatArray:
        """How likely each chunk is, as logarithms with an offset: (letters, chunks) of (letters, width)."""
        weights, bias = self.last
        return states @ weights + bias


@cache
def model() -> LetterModel:
    """The trained model, loaded once."""
    with resources.files("musicengine.lyrics").joinpath("data/letters.npz").open("rb") as file:
        return load_model(file)


def load_model(file: IO[bytes]) -> LetterModel:
    """A model that ``tools/train_letters.py`` stored."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = dict(stored)
    matrices = {
        name: arrays[name] * scale for key, scale in arrays.items() if (name := key.removesuffix("_scale")) != key
    }
    matrices["embed"][0] = 0
    chunks = tuple(tuple(str(chunk).split()) for chunk in arrays["chunks"])
    dilations = tuple(arrays["dilations"].tolist())
    return LetterModel(
        chunks=chunks,
        primary=np.array([any(phone[-1] == "1" for phone in chunk) for chunk in chunks]),
        dilations=dilations,
        fed_back=tuple(arrays["fed_back"].tolist()),
        embed=matrices["embed"],
        layers=tuple((matrices[f"layer{at}"], arrays[f"layer{at}_bias"]) for at in range(len(dilations))),
        last=(matrices["last"], arrays["last_bias"]),
        back=matrices["back"],
    )


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
    gap = " " * max(network.dilations)
    text = gap.join(["", *words, ""])
    codes = np.array([LETTERS.find(letter) + 1 for letter in text])
    inside = np.flatnonzero(codes)
    x = network.embed[codes]
    for index, (dilation, (weights, bias)) in enumerate(zip(network.dilations, network.layers, strict=True)):
        around = x[inside[:, None] + np.array([-dilation, 0, dilation])].reshape(len(inside), -1)
        x[inside] += np.maximum(around @ weights + bias, 0)
        if index in network.fed_back:
            x[inside] += _shares(network.scores(x[inside])) @ network.back
    chunks = _stressed_once(network, network.scores(x[inside]), np.cumsum(codes == 0)[inside])
    said = np.full(len(text), -1)
    said[inside] = chunks
    return _joined(network, said.tolist(), words, len(gap))


def _shares(scores: FloatArray) -> FloatArray:
    """Scores as probabilities that add up to 1 (softmax)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


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


def _joined(network: LetterModel, chunks: list[int], words: list[str], gap: int) -> list[tuple[str, ...]]:
    """The phones of words that lie between gaps."""
    found = []
    start = gap
    for word in words:
        said = chunks[start : start + len(word)]
        found.append(tuple(phone for chunk in said if chunk >= 0 for phone in network.chunks[chunk]))
        start += len(word) + gap
    return found
