"""Numbers as they are said: "24/7" is twenty-four seven, "$100" a hundred dollars, "808" eight oh eight.

``read_number`` gives words that the dictionary knows. Years from 1100 to 1999 and 2010 to 2099 are read in pairs, as
are other numbers of four digits that end in hundreds; three digits with a nought in the middle, or with more than one
digit behind the first, are read the way area codes, drum machines and penal codes are ("eight oh eight", "one
eighty-seven"); larger ones and those with commas in full, up to trillions, and then digit by digit.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["read_number"]

_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ("", "thousand", "million", "billion", "trillion")
_MONEY = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen"}
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SUFFIXES = {
    "k": ["k"], "m": ["million"], "mm": ["millimeter"], "g": ["g"], "%": ["percent"], "x": ["times"], "am": ["a.", "m"],
    "pm": ["p", "m"], "mph": ["m", "p", "h"], "bpm": ["b", "p", "m"], "kg": ["kilos"], "lb": ["pound"],
    "lbs": ["pounds"], "oz": ["ounce"], "ft": ["foot"], "v": ["v"], "cc": ["c", "c"], "¢": ["cents"],
}  # fmt: skip
_NUMBER = re.compile(r"([#$£€¥]?)'?(\.?\d+(?:[.,:/]\d+)*)([a-z%¢]*)(?:'?(s)?)", re.ASCII)
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)


def read_number(token: str) -> list[str] | None:
    """The words of a number with its signs and endings; None if the token is not one.

    Args:
        token: plain and in lower case: "24/7", "$1,000", "1st", "90s", "#1", "9mm".
    """
    if token.isdecimal() and token.isascii():
        return _said(token)
    match = _NUMBER.fullmatch(token)
    if match is None:
        return None
    sign, digits, ending, plural = match.groups()
    if ending not in ("", "s", "st", "nd", "rd", "th") and ending not in _SUFFIXES:
        return None
    words = _read(digits.removesuffix(":00"), money=sign in _MONEY)
    if ending in ("st", "nd", "rd", "th"):
        words[-1] = _ordinal(words[-1])
    elif ending == "s" or plural:
        words[-1] = _plural(words[-1])
    elif ending in _SUFFIXES:
        words += _SUFFIXES[ending]
    if sign in _MONEY and "." not in digits:
        words.append(_MONEY[sign] + ("" if words in (["one"], ["a"]) or sign == "¥" else "s"))
    return ["number", *words] if sign == "#" else words


def _read(digits: str, *, money: bool) -> list[str]:
    """Digits with the signs inside them."""
    if _COMMAS.fullmatch(digits):
        digits = digits.replace(",", "")
        return _whole(digits) if "." not in digits else _read(digits, money=money)
    parts = re.split(r"[,:/]", digits)
    if len(parts) > 1:
        return [word for part in parts for word in _read(part, money=money)]
    if digits.count(".") > 1:  # a version or a date: "one point two point three"
        groups = [_said(part) for part in digits.split(".") if part]
        return [word for group in groups for word in ("point", *group)][1:]
    whole, point, fraction = digits.partition(".")
    if not point:
        return _whole(whole) if money else _said(whole)
    if money and whole and len(fraction) == 2:
        return _whole(whole) + _said(fraction)
    if not whole:
        return _said(fraction)
    return [*_whole(whole), "point", *(_ONES[int(digit)] for digit in fraction)]


def _said(digits: str) -> list[str]:
    """A bare number, in the way its length suggests."""
    if digits.startswith("0") or len(digits) > 13:
        return ["oh" if digit == "0" and len(digits) > 1 else _ONES[int(digit)] for digit in digits]
    if len(digits) == 3 and len(set(digits)) == 1:
        return [_ONES[int(digit)] for digit in digits]
    if len(digits) == 3 and digits[1:] != "00":
        return [_ONES[int(digits[0])], *(_pair(digits[1:]))]
    if len(digits) == 4 and digits[1:] != "000" and digits[:3] != "200":
        return [*_whole(digits[:2]), *(["hundred"] if digits[2:] == "00" else _pair(digits[2:]))]
    return _whole(digits)


def _pair(digits: str) -> list[str]:
    """Two digits behind others: "oh eight", "eighty seven"."""
    return ["oh", _ONES[int(digits[1])]] if digits[0] == "0" else _whole(digits)


def _whole(digits: str) -> list[str]:
    """A cardinal number in full; one hundred and one thousand with "a"."""
    number = int(digits[:40])
    if number >= 1000 ** len(_SCALES):
        return [_ONES[int(digit)] for digit in digits]
    if number in (100, 1000, 1_000_000):
        return ["a", {100: "hundred", 1000: "thousand", 1_000_000: "million"}[number]]
    if number < 1000:
        return [*_below_thousand(number)] or ["zero"]
    words: list[str] = []
    for power in range(len(_SCALES) - 1, -1, -1):
        group, number = divmod(number, 1000**power)
        if group:
            words += [*_below_thousand(group), *([_SCALES[power]] if power else [])]
    return words


@lru_cache(1 << 10)
def _below_thousand(number: int) -> tuple[str, ...]:
    """A cardinal number from 1 to 999."""
    hundreds, rest = divmod(number, 100)
    words = [_ONES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        words.append(_TENS[rest // 10])
        rest %= 10
    return (*words, _ONES[rest]) if rest else tuple(words)


def _ordinal(word: str) -> str:
    """A cardinal word as an ordinal."""
    if word in _ORDINALS:
        return _ORDINALS[word]
    return word[:-1] + "ieth" if word.endswith("y") else word + "th"


def _plural(word: str) -> str:
    """A number word in the plural: nineties, sixes."""
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("x") else "s")
