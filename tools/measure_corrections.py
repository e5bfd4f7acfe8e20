"""Plant faults in annotated verse and count those that corrections answer.

    python tools/measure_corrections.py FOLDER [--each 40] [--show 6] [--seed 0]

FOLDER holds ``rhymedata.jsonl.gz`` and ``mcflow.jsonl.gz`` (see ``fit_rhyme.py``). A fault of each kind is planted in
one line of as many stanzas: a last word that rhymes with nothing, one that its rhyme has already, words too many, words
too few, a word said twice. Prints for each kind how many the score notices, how many of those get a correction of that
line, how many of these bring back the very word or line that was there, and by how much the score rises of what it
fell. Nobody can count how much sense a correction makes: ``--show`` prints some of each kind to be read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

from musicengine import lyrics
from musicengine.lyrics.rhyming_words import list_words

TOO_MANY = ("really very", "slowly and", "oh so very", "just really", "and so then")
ALIKE = 30  # words to choose another last word from, those most like it in kind
PLANTS = ("no rhyme", "same rhyme", "too long", "said twice", "too short", "doubled")


def stanzas(folder: Path, seed: int) -> Iterator[list[str]]:
    """Stanzas of four to twelve lines, poems and raps in turn."""
    with gzip.open(folder / "rhymedata.jsonl.gz", "rt") as file:
        poems = [row["lines"] for row in map(json.loads, file)]
    with gzip.open(folder / "mcflow.jsonl.gz", "rt") as file:
        raps = [[line["text"] for line in row["lines"]][:12] for row in map(json.loads, file)]
    rng = random.Random(seed)
    poems = [lines for lines in poems if 4 <= len(lines) <= 12]
    rng.shuffle(poems)
    rng.shuffle(raps)
    for poem, rap in zip(poems, raps * (len(poems) // len(raps) + 1), strict=False):
        yield poem
        yield rap


def plant(kind: str, lines: list[str], rng: random.Random) -> tuple[int, str] | None:
    """A line and its text with a fault; None where the stanza offers no place for it."""
    scheme = lyrics.find_rhyme_scheme(lines)
    paired = [at for at, name in enumerate(scheme) if scheme.count(name) > 1]
    if not paired:
        return None
    at = rng.choice(paired)
    words = lines[at].split(" ")
    if len(words) < 5 or not words[-1].strip(".,;:!?—-").isalpha():
        return None
    last = words[-1].strip(".,;:!?—-")
    middle = len(words) // 2
    if kind == "no rhyme":
        others = list_words(last.lower())
        if not others:
            return None
        words[-1] = words[-1].replace(last, rng.choice(others[:ALIKE]))
    elif kind == "same rhyme":
        other = next(line for line, name in enumerate(scheme) if name == scheme[at] and line != at)
        words[-1] = words[-1].replace(last, lines[other].split(" ")[-1].strip(".,;:!?—-"))
    elif kind == "too long":
        words.insert(middle, rng.choice(TOO_MANY))
    elif kind == "said twice":
        words.insert(middle, words[middle])
    elif kind == "too short":
        del words[1 : 1 + len(words) // 2]
    else:
        words[middle:middle] = words[middle - 2 : middle]
    return at, " ".join(words)


def main() -> None:
    """Plant, correct, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    source = stanzas(options.folder, options.seed)
    for kind in PLANTS:
        planted = noticed = answered = restored = 0
        shares = []
        while planted < options.each:
            lines = next(source)
            fault = plant(kind, lines, rng)
            if fault is None or fault[1] == lines[fault[0]]:
                continue
            line, text = fault
            before = lyrics.analyze("\n".join(lines))
            changed = [*lines[:line], text, *lines[line + 1 :]]
            report = lyrics.analyze("\n".join(changed))
            if before.score is None or report.score is None:
                continue
            planted += 1
            fall = before.score.value - report.score.value
            noticed += fall > 0
            found = next((item for item in report.corrections if item.line == line), None)
            if fall > 0 and found:
                answered += 1
                restored += found.after == lines[line]
                shares.append(min(1.0, found.gain / fall))
            if fall > 0 and noticed <= options.show:
                print(f"  {text!r}\n    -> {found.after if found else None!r}")
        share = sum(shares) / max(len(shares), 1)
        counts = f"planted {planted}, noticed {noticed}, corrected {answered}, as it was {restored}"
        print(f"{kind}: {counts}, back {share:.0%}")


if __name__ == "__main__":
    main()
