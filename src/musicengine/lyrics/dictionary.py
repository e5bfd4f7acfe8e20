"""The CMU Pronouncing Dictionary as the package carries it: looked up by binary search, never unpacked into objects.

Loaded on the first look-up. Words and phones stay two strings of bytes with the places where entries begin, about 3 MB,
instead of the 29 MB that a dict of them takes.
"""

from __future__ import annotations

import lzma
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from importlib import resources

import attrs
import numpy as np

__all__ = ["Dictionary", "dictionary"]

_VARIANT = b"\xfe"


@attrs.frozen(eq=False)
class Dictionary:
    """Words and their phones.

    Args:
        symbols: the phones, ARPAbet with stress digits, by their number.
        words: all words, sorted, a line feed between them.
        word_starts: int32 (n + 1,), where each word begins; a view, whose items are plain integers.
        phones: all pronunciations in the order of the words, a byte a phone, 255 between entries.
        phone_starts: int32 (n + 1,), where each entry begins.
    """

    symbols: tuple[str, ...]
    words: bytes
    word_starts: memoryview
    phones: bytes
    phone_starts: memoryview

    def __len__(self) -> int:
        return len(self.word_starts) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self.words.decode().split("\n"))

    def word(self, index: int) -> str:
        """The word at a place."""
        return self._entry(index).decode()

    def _entry(self, index: int) -> bytes:
        return self.words[self.word_starts[index] : self.word_starts[index + 1] - 1]

    def find(self, word: str) -> int:
        """The place of a lower-case word; -1 if it is not there."""
        wanted = word.encode()
        place = bisect_left(range(len(self)), wanted, key=self._entry)
        return place if place < len(self) and self._entry(place) == wanted else -1

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


def _starts(text: bytes, separator: int) -> memoryview:
    """Where entries begin, and where one more would."""
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == separator)
    return np.concatenate([[0], ends + 1, [len(text) + 1]]).astype(np.int32).data
