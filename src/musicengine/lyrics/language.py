"""Which language a lyric is in: by its script, and by function words among languages of Latin script.

Words that several languages use share their vote. Enough to refuse phonetics politely, no more: a text in Latin script
whose words say nothing is taken for English if the dictionary has most of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from musicengine.lyrics.dictionary import dictionary
from musicengine.lyrics.lexicon import load_lexicon

__all__ = ["detect_language"]

_SCRIPTS = (
    (0x0370, 0x03FF, "el"), (0x0400, 0x052F, "ru"), (0x0590, 0x05FF, "he"), (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"), (0x0E00, 0x0E7F, "th"), (0x1100, 0x11FF, "ko"), (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"), (0xAC00, 0xD7AF, "ko"),
)  # fmt: skip
_SAMPLE = 20_000  # characters
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
_LEAST_VOTES = 2.0
_FEW_WORDS = 5  # less than that may be all names
_LEAST_LISTED = 0.7
_CLEAR = 1.5  # how many times the votes of English another language needs


def detect_language(text: str) -> str:
    """The ISO 639-1 code of a text; "und" if it has no words, or of a script that is not known here."""
    words = _WORD.findall(text[:_SAMPLE].lower().replace("’", "'"))
    if not words:
        return "en" if any(map(str.isdigit, text[:_SAMPLE])) else "und"
    script = "latin" if text.isascii() else _find_script(words)
    if script == "ru" and _UKRAINIAN.search(text[:_SAMPLE]):
        return "uk"
    return script if script != "latin" else _find_latin(words)


def _find_script(words: Sequence[str]) -> str:
    """The language of the script that most words are in, "latin" for Latin script."""
    scripts = Counter(_script(word) for word in words)
    if scripts["ja"] * 4 > scripts["zh"]:
        scripts["ja"] += scripts.pop("zh", 0)
    script, count = scripts.most_common(1)[0]
    return script if script == "latin" or count * 2 > len(words) else "und"


def _find_latin(words: Sequence[str]) -> str:
    """The language most of whose function words are there; said in a row ("la la la") they are sung for their sound."""
    lists = load_lexicon().languages
    votes: dict[str, float] = {}
    once = [
        word
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False)
        if word in lists and before != word != after
    ]
    for word, times in Counter(once).items():
        names = lists[word]
        for name in names:
            votes[name] = votes.get(name, 0.0) + times / len(names)
    best = max(votes, key=lambda name: votes[name], default="en")
    if best != "en" and votes[best] >= _LEAST_VOTES and votes[best] > _CLEAR * votes.get("en", 0.0):
        return best
    return "und" if not votes.get("en") and _is_strange(set(words)) else "en"


def _is_strange(words: Collection[str]) -> bool:
    """Whether the dictionary lacks so many of these words that they can hardly be English, names and slang and all."""
    listed = sum(bool(dictionary().pronunciations(word)) for word in words)
    return len(words) >= _FEW_WORDS and listed < _LEAST_LISTED * len(words)


def _script(word: str) -> str:
    if word.isascii():
        return "latin"
    found = {language for letter in word for first, last, language in _SCRIPTS if first <= ord(letter) <= last}
    return "ja" if "ja" in found else min(found, default="latin")
