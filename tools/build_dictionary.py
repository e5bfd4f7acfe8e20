"""Pack the CMU Pronouncing Dictionary into the file that the package carries.

    python tools/build_dictionary.py cmudict.dict src/musicengine/lyrics/data/cmudict.xz

``cmudict.dict`` is the dictionary's own data file (BSD-2-Clause, Carnegie Mellon University). Words are sorted and
joined by line feeds; their pronunciations follow in the same order, one byte a phone, joined by 255, variants of one
word by 254. Both texts are one LZMA stream with the phone symbols in front.
"""

from __future__ import annotations

import lzma
import re
import sys
from pathlib import Path

FILTERS = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 22}
]


def read(path: Path) -> dict[str, list[list[str]]]:
    """The pronunciations of each word, the usual one first."""
    entries: dict[str, list[list[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.partition("#")[0].split()
        entries.setdefault(re.sub(r"\(\d+\)$", "", word), []).append(phones)
    return entries


def pack(entries: dict[str, list[list[str]]]) -> bytes:
    """Symbols, words and phones as one stream."""
    words = sorted(entries)
    symbols = sorted({phone for variants in entries.values() for phones in variants for phone in phones})
    code = {symbol: number for number, symbol in enumerate(symbols)}
    phones = b"\xff".join(b"\xfe".join(bytes(map(code.__getitem__, each)) for each in entries[word]) for word in words)
    text = b"\0".join([" ".join(symbols).encode(), "\n".join(words).encode()])
    return lzma.compress(text + b"\0" + phones, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=FILTERS)


def main() -> None:
    """Read, pack, write, and say how large it is."""
    source, target = map(Path, sys.argv[1:3])
    packed = pack(read(source))
    target.write_bytes(packed)
    print(f"{target}: {len(packed):,} bytes")


if __name__ == "__main__":
    main()
