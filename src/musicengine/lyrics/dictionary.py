"""The CMU Pronouncing Dictionary as the package carries it: looked up by binary search, never unpacked into objects.

Loaded on the first look-up. Words and phones stay two strings of bytes with the places where entries begin, about 3 MB,
instead of the 29 MB that a dict of them takes.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from functools import cache
from importlib import resources

import attrs
import numpy as np

from musicengine.dsp.types import Array

__all__ = ["Dictionary", "dictionary"]

_VARIANT = b"\xfe"


@attrs.frozen(eq=False)
class Dictionary:
    """Words and their phones.

    Args:
        symbols: the phones, ARPAbet with stress digits, by their number.
        words: all words, sorted, a line feed between them.
        word_starts: int32 (n + 1,), where each word begins.
        phones: all pronunciations in the order of the words, a byte a phone, 255 between entries.
        phone_starts: int32 (n + 1,), where each entry begins.
    """

    symbols: tuple[str, ...]
    words: bytes
    word_starts: Array
    phones: bytes
    phone_starts: Array

    def __len__(self) -> int:
        return len(self.word_starts) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self.words.decode().split("\n"))

    def word(self, index: int) -> str:
        """The word at a place."""
        return self.words[self.word_starts[index] : self.word_starts[index + 1] - 1].decode()

    def find(self, word: str) -> int:
        """The place of a lower-case word; -1 if it is not there."""
        wanted = word.encode()
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.words[self.word_starts[middle] : self.word_starts[middle + 1] - 1] < wanted:
                low = middle + 1
            else:
                high = middle
        found = low < len(self) and self.words[self.word_starts[low] : self.word_starts[low + 1] - 1] == wanted
        return low if found else -1

    def pronunciations(self, word: str) -> tuple[tuple[str, ...], ...]:
        """The phones of a lower-case word, the usual pronunciation first; empty if it is not there."""
        index = self.find(word)
        if index < 0:
            return ()
        entry = self.phones[self.phone_starts[index] : self.phone_starts[index + 1] - 1]
        return tuple(tuple(self.symbols[code] for code in variant) for variant in entry.split(_VARIANT))


@cache
def dictionary() -> Dictionary:
    """The dictionary, loaded once."""
    packed = resources.files("musicengine.lyrics").joinpath("data/cmudict.xz").read_bytes()
    symbols, words, phones = lzma.decompress(packed).split(b"\0", 2)
    return Dictionary(
        tuple(symbols.decode().split(" ")), words, _starts(words, ord("\n")), phones, _starts(phones, 255)
    )


def _starts(text: bytes, separator: int) -> Array:
    """Where entries begin, and where one more would."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == separator)
    return np.concatenate([[0], ends + 1, [len(text) + 1]]).astype(np.int32)
