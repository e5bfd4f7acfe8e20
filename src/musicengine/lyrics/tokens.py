"""The words of a line and where they stand: what counts as a word, and its plain spelling.

What stands in square brackets is a direction ("[laughs]") and no word of the line; in parentheses or asterisks it is
one if it says what is heard ("(laughs)", "*sighs*", "(guitar solo)").
A word is a run of letters, digits and marks, joined by single apostrophes, hyphens, and the points, commas, colons and
slashes inside numbers and initials ("y'all", "AK-47", "24/7", "10,000", "M.I.A."). Quotes, emoji, dashes, control and
zero-width characters are never words. One pass of a regular expression that cannot backtrack, so linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Token", "find_words", "is_noise", "plain", "split_words"]

_QUOTES = "'’‘ʼ`´′＇"
_HYPHENS = "‐‑"
_HIDDEN = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069"
_SEPARATORS = (
    r"""\s\x00-\x1f\x7f-\xa0!"#%&()*+,./:;<=>?@\[\\\]^_{|}~¡¦§«¬¯°¶·¸»¿"""
    r"\u2010-\u205f\u2065\u206a-\u206f\u2190-\u2bff\u3000-\u303f\ufe00-\ufe0f\uff01-\uff0f"
    r"،؛؟۔।॥\U0001f000-\U0001faff\U000e0000-\U000e01ff"
)
_CHAR = rf"[^{_SEPARATORS}{_QUOTES}\-{_HYPHENS}]"
_NOISES = (
    "laugh(?:s|ter|ing)|sigh(?:s|ing)|cough(?:s|ing)|chuckl(?:es|ing)|giggl(?:es|ing)|gasps|groans|sniffs|sobs"
    "|clears (?:his |her )?throat|inaudible|unintelligible|indistinct|applause|(?:crowd )?cheer(?:s|ing)|gunshots?"
    "|phone rings|record scratch(?:es)?|music (?:fades|plays|playing)|fades? out"
)
_PASSAGES = (
    "instrumental(?: break| solo| outro)?|(?:guitar|piano|drum|sax(?:ophone)?|bass|synth|harmonica|violin) solo|spoken"
    "|whispered|ad-libs?|repeat (?:chorus|hook|verse|refrain|to fade|until fade)"
)
_STARS = r"|\*(?=\*)"  # f***


def _word(stars: str) -> str:
    """The pattern of a word, which asterisks may end."""
    return (
        rf"(?:[{_QUOTES}#]|\.(?=\d))?"  # 'bout, #1, .45
        rf"{_CHAR}++(?:{_CHAR}++"
        rf"|[{_QUOTES}{_HYPHENS}*-](?={_CHAR})"  # y'all, AK-47, sh*t
        rf"{stars}|[{_QUOTES}](?=[{_QUOTES}]{_CHAR})"
        r"|(?<=\d)[.,:/](?=\d)"  # 24/7
        r"|(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)"  # M.I.A
        r"|(?<=\d)[%\"](?!\w)"
        rf")*(?:[{_QUOTES}](?![{_QUOTES}\w]))?"  # runnin'
    )


_TOKEN = re.compile(
    rf"(?<!\*){_word(_STARS)}|{_word('')}"  # **so** is no such word
    r"|&"
    r"|\[[^\[\]]*\]"  # consumed whole, and no word
    rf"|[(*](?i:{_NOISES}|{_PASSAGES})[)*]"
)
_NOISE = re.compile(_NOISES, re.IGNORECASE)
_PLAIN = str.maketrans(
    dict.fromkeys(_QUOTES, "'")
    | dict.fromkeys(_HYPHENS, "-")
    | {
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "ð": "th",
    }
    | {"ı": "i", "þ": "th", "½": " 1/2"}
)
_UNSEEN = re.compile(f"[{_HIDDEN}\u0300-\u036f]")


class Token(NamedTuple):
    """A word of a line.

    Attributes:
        text: as written.
        start: the place of its first character in the line.
        end: the place after its last.
    """

    text: str
    start: int
    end: int


def find_words(line: str) -> list[Token]:
    """The words of a line, in order."""
    found = [_unquoted(Token(match[0], *match.span())) for match in _TOKEN.finditer(line)]
    return [word for word in found if _is_word(word.text)]


def split_words(line: str) -> list[str]:
    """The texts of the words of a line, in order."""
    found = [text for text in _TOKEN.findall(line) if text[0].isalnum() or _is_word(text)]
    if line.isascii() and "'" not in line:
        return found
    return [_unquoted(Token(text, 0, 0)).text for text in found]


def _unquoted(word: Token) -> Token:
    """A word without the quotes around it; a single apostrophe, before it or behind, is its own."""
    if word.text[0] in _QUOTES and word.text[-1] in _QUOTES and len(word.text) > 2:
        return Token(word.text[1:-1], word.start + 1, word.end - 1)
    return word


def _is_word(text: str) -> bool:
    return text[0].isalnum() or text == "&" or (text[0] not in "[(*" and any(map(str.isalnum, text)))


def is_noise(text: str) -> bool:
    """Whether a text names a sound that is no part of the song: "laughs", "inaudible"."""
    return bool(_NOISE.fullmatch(text.strip()))


def plain(word: str) -> str:
    """The word in plain letters: straight apostrophes and hyphens, no accents, no hidden characters."""
    return word if word.isascii() else _bare(word)


@lru_cache(1 << 12)
def _bare(word: str) -> str:
    bare = _UNSEEN.sub("", unicodedata.normalize("NFKD", word.translate(_PLAIN)))
    return unicodedata.normalize("NFC", bare).strip()
