"""Say of common words what they mean: write ``src/musicengine/lyrics/data/senses.npz``, for corrections.

    python tools/build_word_senses.py WORDNET FOLDER

WORDNET holds the ``index.*`` and ``data.*`` files of Princeton WordNet, FOLDER ``rhymedata.jsonl.gz`` and
``mcflow.jsonl.gz`` (see ``fit_rhyme.py``). Written of each word of ``words.npz``: its grammatical forms; a vector of
what kind of thing it is (its senses and all they fall under, weighted by how often WordNet's tagged texts use them,
reduced by singular value decomposition); and a vector of the company it keeps in verse (positive pointwise mutual
information within two lines, reduced likewise). Statistics, no text.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from musicengine.lyrics.lexicon import load_lexicon
from musicengine.lyrics.tokens import find_words, plain

DATA = Path(__file__).parents[1] / "src/musicengine/lyrics/data"
SIZE = 24  # dimensions of a vector
WINDOW = 2  # lines
RAP = 8  # how many words of old verse one of rap counts for
FADE = 0.8  # what a step up the hierarchy leaves of a sense's weight
NOUN, NOUNS, VERB, VERB_S, PAST, ING, ADJECTIVE, ADVERB = (1 << bit for bit in range(8))
IRREGULAR = """
be was were been|become became|begin began begun|bend bent|bet bet|bind bound|bite bit bitten|bleed bled|blow blew blown
break broke broken|breed bred|bring brought|build built|burn burnt burned|burst burst|buy bought|catch caught
choose chose chosen|cling clung|come came come|cost cost|creep crept|cut cut|deal dealt|dig dug|do did done
draw drew drawn|dream dreamt dreamed|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed
feel felt|fight fought|find found|fly flew flown|forget forgot forgotten|forgive forgave forgiven|freeze froze frozen
get got gotten|give gave given|go went gone|grind ground|grow grew grown|hang hung|have had|hear heard|hide hid hidden
hit hit|hold held|hurt hurt|keep kept|kneel knelt|know knew known|lay laid|lead led|leap leapt|learn learnt learned
leave left|lend lent|let let|lie lay lain|light lit|lose lost|make made|mean meant|meet met|pay paid|put put|quit quit
read read|rid rid|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said|see saw seen|seek sought
sell sold|send sent|set set|sew sewn|shake shook shaken|shed shed|shine shone|shoot shot|show showed shown|shrink shrank
shut shut|sing sang sung|sink sank sunk|sit sat|sleep slept|slide slid|speak spoke spoken|spend spent|spin spun
split split|spread spread|spring sprang sprung|stand stood|steal stole stolen|stick stuck|sting stung|strike struck
swear swore sworn|sweep swept|swim swam|swing swung|take took taken|teach taught|tear tore torn|tell told
think thought|throw threw thrown|wake woke woken|wear wore worn|weave wove|weep wept|win won|wind wound|write wrote
"""
PLURALS = {"men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth", "lives": "life",
           "leaves": "leaf", "knives": "knife", "wives": "wife", "wolves": "wolf", "thieves": "thief", "mice": "mouse",
           "halves": "half", "selves": "self", "shelves": "shelf", "loaves": "loaf", "geese": "goose"}  # fmt: skip


def main() -> None:
    """Read, reduce and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordnet", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    with np.load(DATA / "words.npz") as arrays:
        words = arrays["words"].tobytes().decode().split("\n")
    net = WordNet(arguments.wordnet)
    read = [dict(net.readings(word)) for word in words]
    forms = [sum(form for form, share in net.shares(found) if share >= 0.12) for found in read]
    kinds = reduced([net.kinds(found) for found in read])
    company = reduced(companies(arguments.folder, words), rare=False)
    np.savez_compressed(
        DATA / "senses.npz",
        forms=np.array(forms, np.uint8),
        kinds=np.round(kinds * 127).astype(np.int8),
        company=np.round(company * 127).astype(np.int8),
    )
    print(len(words), "words", (DATA / "senses.npz").stat().st_size, "bytes")


class WordNet:
    """Senses by lemma and part of speech, and what each falls under."""

    def __init__(self, folder: Path) -> None:
        self.senses: dict[tuple[str, str], list[str]] = {}
        self.above: dict[str, list[str]] = {}
        for part, letter in (("noun", "n"), ("verb", "v"), ("adj", "a"), ("adv", "r")):
            for row in (folder / f"index.{part}").read_text("latin-1").splitlines():
                if not row.startswith(" "):
                    cells = row.split()
                    count = int(cells[2])
                    self.senses[cells[0], letter] = [letter + offset for offset in cells[-count:]]
            for row in (folder / f"data.{part}").read_text("latin-1").splitlines():
                if not row.startswith(" "):
                    self.above[letter + row.split(" ", 1)[0]] = [
                        ("a" if target == "s" else target) + offset
                        for offset, target in re.findall(r" (?:@|@i|&|\\) (\d{8}) ([nvasr])", row)
                    ]
        self.used: Counter[tuple[str, str]] = Counter()
        for row in (folder / "index.sense").read_text("latin-1").splitlines():
            key, offset, _, count = row.split(" ")
            lemma, _, rest = key.partition("%")
            letter = "nvara"[int(rest[0]) - 1]
            self.used[lemma, letter + offset] += int(count)
        irregular = [row.split() for line in IRREGULAR.strip().splitlines() for row in line.split("|")]
        self.past = {form: base for base, *rest in irregular for form in rest}

    def readings(self, word: str) -> Iterator[tuple[tuple[int, str, str], None]]:
        """The (form, lemma, part of speech) that a word may be."""
        for form, lemma, letter in self._bases(word):
            if (lemma, letter) in self.senses:
                yield (form, lemma, letter), None

    def _bases(self, word: str) -> Iterator[tuple[int, str, str]]:
        yield from ((NOUN, word, "n"), (VERB, word, "v"), (ADJECTIVE, word, "a"), (ADVERB, word, "r"))
        if word in PLURALS:
            yield NOUNS, PLURALS[word], "n"
        if word in self.past:
            yield PAST, self.past[word], "v"
        endings = (("s", (NOUNS, "n"), (VERB_S, "v")), ("ed", (PAST, "v")), ("ing", (ING, "v")))
        for ending, *readings in endings:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > 1 and not word.endswith("ss"):
                doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
                other = stem.removesuffix("e") if ending == "s" else stem + "e"
                changed = re.sub("ie$" if ending == "s" else "i$", "y", stem)
                for base in dict.fromkeys((changed, stem, other, doubled)):
                    yield from ((form, base, letter) for form, letter in readings)

    def weight(self, lemma: str, sense: str) -> float:
        """How often a sense is used."""
        return self.used[lemma, sense] + 0.5

    def kinds(self, found: Mapping[tuple[int, str, str], None]) -> dict[str, float]:
        """What a word's senses are and fall under, with weights."""
        weights: dict[str, float] = defaultdict(float)
        for _, lemma, letter in found:
            for sense in self.senses[lemma, letter][:6]:
                for name, share in self._upward(sense):
                    weights[name] += share * self.weight(lemma, sense)
        total = sum(weights.values())
        return {name: weight / total for name, weight in weights.items()}

    def _upward(self, sense: str) -> Iterator[tuple[str, float]]:
        share, now, seen = 1.0, [sense], {sense}
        while now and share > 0.05:
            yield from ((one, share) for one in now)
            now = [one for below in now for one in self.above.get(below, ()) if one not in seen]
            seen.update(now)
            share *= FADE

    def shares(self, found: Mapping[tuple[int, str, str], None]) -> Iterator[tuple[int, float]]:
        """The share of each form among the readings of a word."""
        total: Counter[int] = Counter()
        for form, lemma, letter in found:
            total[form] += sum(self.weight(lemma, sense) for sense in self.senses[lemma, letter])
        for form, count in total.items():
            yield form, count / sum(total.values())


def companies(folder: Path, words: list[str]) -> list[dict[str, float]]:
    """Which words come near each word, by positive pointwise mutual information."""
    small = load_lexicon().function_words
    known = set(words) - small
    near: dict[str, Counter[str]] = defaultdict(Counter)
    for name, weight in (("rhymedata", 1), ("mcflow", RAP)):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt") as file:
            for row in map(json.loads, file):
                texts = row["lines"] if weight == 1 else [line["text"] for line in row["lines"]]
                lines = [[w for t in find_words(text) if (w := plain(t.text).lower()) in known] for text in texts]
                for at, line in enumerate(lines):
                    around = Counter(word for other in lines[max(0, at - WINDOW) : at + WINDOW + 1] for word in other)
                    for word in line:
                        for other, times in around.items():
                            if other != word:
                                near[word][other] += weight * times
    total = {word: sum(row.values()) for word, row in near.items()}
    every = sum(total.values())
    return [
        {
            other: value
            for other, times in near[word].items()
            if (value := np.log(times * every / (total[word] * max(total[other], 300)))) > 0 and times > 1
        }
        for word in words
    ]


def reduced(rows: list[dict[str, float]], *, rare: bool = True) -> np.ndarray:
    """Rows of weighted names as unit vectors of SIZE, rare names weighing more."""
    names = {name: place for place, name in enumerate(sorted({name for row in rows for name in row}))}
    table = np.zeros((len(rows), len(names)), np.float32)
    for at, row in enumerate(rows):
        for name, value in row.items():
            table[at, names[name]] = value
    shared = (table > 0).sum(axis=0)
    table = np.sqrt(table[:, shared > 1])
    if rare:
        table *= np.log(len(rows) / shared[shared > 1])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    values, axes = np.linalg.eigh(table @ table.T)
    found = axes[:, -SIZE:] * np.sqrt(np.maximum(values[-SIZE:], 0))
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


if __name__ == "__main__":
    main()
