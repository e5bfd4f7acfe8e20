"""Count common words in annotated verse and write ``src/musicengine/lyrics/data/words.npz``, for corrections.

    python tools/build_rhyming_words.py FOLDER

FOLDER holds ``rhymedata.jsonl.gz`` and ``mcflow.jsonl.gz`` (see ``fit_rhyme.py``). Kept are words of the dictionary
that are common enough, neither strong nor archaic. Written of each: its rhyming part, stresses, frequency, and after
which classes of words it comes; statistics, no text.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from musicengine.lyrics.dictionary import dictionary
from musicengine.lyrics.lexicon import look_up
from musicengine.lyrics.rhyming_words import CLASSES, classify, rhyming_part
from musicengine.lyrics.sounds import spoken
from musicengine.lyrics.tokens import find_words, plain
from musicengine.lyrics.verse import LITERARY

OUTPUT = Path(__file__).parents[1] / "src/musicengine/lyrics/data/words.npz"
LEAST = 10  # weighted occurrences
RAP = 8  # how many words of old verse one of rap counts for


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    counts: Counter[str] = Counter()
    after: dict[str, Counter[int]] = defaultdict(Counter)
    for name, weight in (("rhymedata", 1), ("mcflow", RAP)):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt") as file:
            for row in map(json.loads, file):
                for line in row["lines"]:
                    words = [plain(token.text).lower() for token in find_words(line if weight == 1 else line["text"])]
                    for before, word in zip(["", *words], words, strict=False):
                        counts[word] += weight
                        after[word][classify(before)] += weight
    known = dictionary().pronunciations
    chosen = sorted(
        word
        for word, count in counts.items()
        if count >= LEAST and word.isalpha() and len(word) > 1 and known(word) and spoken(word)
        and word not in LITERARY and not look_up(word).explicit
    )  # fmt: skip
    total = np.array([[after[word][kind] for kind in range(CLASSES)] for word in chosen], float)
    base = total.sum(0) / total.sum()
    lift = np.log((total + 5 * base) / (total.sum(1, keepdims=True) + 5) / base)
    ways = [spoken(word)[0] for word in chosen]
    np.savez_compressed(
        OUTPUT,
        words=np.frombuffer("\n".join(chosen).encode(), np.uint8),
        parts=np.frombuffer("\n".join(map(rhyming_part, ways)).encode(), np.uint8),
        stresses=np.frombuffer("\n".join("".join(str(min(s, 1)) for s in way[1]) for way in ways).encode(), np.uint8),
        frequency=np.round(np.log2([counts[word] for word in chosen]) * 8).astype(np.uint8),
        after=np.clip(np.round(lift * 16), -127, 127).astype(np.int8),
    )
    print(len(chosen), "words", OUTPUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
