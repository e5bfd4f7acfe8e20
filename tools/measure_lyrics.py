"""Measure schemes and rhymed syllables of lyrics against annotations.

    python tools/measure_lyrics.py FOLDER

FOLDER holds ``rhymedata.jsonl.gz`` and ``mcflow.jsonl.gz`` (see ``fit_rhyme.py``). Prints, for each style, the
F of pairs of lines of poems (all pairs of a stanza) and of raps (at most four lines apart), the share of stanzas whose
whole scheme is right, and how well the syllables that take part in any rhyme agree with annotated rap (of lines
whose number of syllables agrees).
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
from pathlib import Path

import numpy as np

from musicengine.lyrics.flow import find_rhymed
from musicengine.lyrics.reading import hear_stanzas
from musicengine.lyrics.rhyme import find_rhyme_scheme
from musicengine.lyrics.sounds import hear_lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    poems, raps = load(folder, "rhymedata"), load(folder, "mcflow")
    for style in ("auto", "strict", "rap"):
        counts, exact = np.zeros(3, int), 0
        for poem in poems:
            found, gold = find_rhyme_scheme(poem["lines"], style=style), poem["scheme"]
            right = True
            for i, j in itertools.combinations(range(len(gold)), 2):
                right &= count(counts, gold[i] == gold[j], found[i] == found[j])
            exact += right
        print(f"{style}: poems F {f_measure(counts):.4f}, whole schemes {exact / len(poems):.4f} of {len(poems)}")
        counts[:] = 0
        for rap in raps:
            found = find_rhyme_scheme([line["text"] for line in rap["lines"]], style=style)
            gold = [end_classes(line) for line in rap["lines"]]
            for i, j in itertools.combinations(range(len(gold)), 2):
                if j - i <= 4:
                    count(counts, bool(gold[i] & gold[j]), found[i] == found[j])
        print(f"{style}: rap F {f_measure(counts):.4f} of {len(raps)} verses")
    counts[:] = 0
    for rap in raps:
        reading = hear_stanzas(hear_lines([line["text"] for line in rap["lines"]]), [0] * len(rap["lines"]), "rap")
        rhymed = np.split(find_rhymed(reading.sounds, reading.rhymes), reading.sounds.first[1:-1])
        for line, marks in zip(rap["lines"], rhymed, strict=True):
            if len(marks) == len(line["syl"]):
                for syllable, mark in zip(line["syl"], marks.tolist(), strict=True):
                    count(counts, bool(syllable[5]), mark)
    hits, wrong, missed = counts.tolist()
    precision, recall = hits / (hits + wrong), hits / (hits + missed)
    print(f"rhymed syllables: precision {precision:.3f}, recall {recall:.3f}, F {f_measure(counts):.3f}")


def load(folder: Path, name: str) -> list[dict]:
    """The rows of a corpus."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(row) for row in file]


def count(counts: np.ndarray, truth: bool, guess: bool) -> bool:
    """Add a decision to hits, wrong ones and missed ones; whether it is right."""
    counts += [truth and guess, guess and not truth, truth and not guess]
    return truth == guess


def f_measure(counts: np.ndarray) -> float:
    """The harmonic mean of precision and recall."""
    hits, wrong, missed = counts.tolist()
    return 2 * hits / max(2 * hits + wrong + missed, 1)


def end_classes(line: dict) -> set[str]:
    """The rhyme classes of the last annotated syllable among a line's last three."""
    for syllable in reversed(line["syl"][-3:]):
        if syllable[5]:
            return {part.strip("()").upper() for part in syllable[5].split() if part.strip("()")}
    return set()


if __name__ == "__main__":
    main()
