"""Which language a lyric is in: by its script, and by function words among languages of Latin script.

Words that several languages use share their vote. Enough to refuse phonetics politely, no more: a text whose words say
nothing is taken for English if it is in Latin script.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musicengine.lyrics.lexicon import load_lexicon

__all__ = ["detect_language"]

_SCRIPTS = (
    (0x0370, 0x03FF, "el"), (0x0400, 0x052F, "ru"), (0x0590, 0x05FF, "he"), (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"), (0x0E00, 0x0E7F, "th"), (0x1100, 0x11FF, "ko"), (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"), (0xAC00, 0xD7AF, "ko"),
)  # fmt: skip
_SAMPLE = 5000
_CLEAR = 1.5  # how many times the votes of English another language needs


def detect_language(words: Sequence[str]) -> str:
    """The ISO 639-1 code of words in lower case; "und" if there are none."""
    words = words[:_SAMPLE]
    if not words:
        return "und"
    scripts = Counter(_script(word) for word in words)
    if scripts.get("ja") and scripts["ja"] * 4 > scripts.get("zh", 0):
        scripts["ja"] += scripts.pop("zh", 0)
    script, count = scripts.most_common(1)[0]
    if script != "latin":
        return script if count * 2 > len(words) else "und"
    lists = load_lexicon().languages
    votes: Counter[str] = Counter()
    for word in words:
        for name in lists.get(word, ()):
            votes[name] += 1 / len(lists[word])  # type: ignore[assignment]  # shares of a vote
    if not votes:
        return "en"
    best, most = votes.most_common(1)[0]
    return best if best == "en" or (most >= 2 and most > _CLEAR * votes["en"]) else "en"


def _script(word: str) -> str:
    if word.isascii():
        return "latin"
    for letter in word:
        code = ord(letter)
        for first, last, language in _SCRIPTS:
            if first <= code <= last:
                return language
    return "latin"
