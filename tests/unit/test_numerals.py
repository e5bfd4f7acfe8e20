from __future__ import annotations

import pytest

from musicengine.lyrics.numerals import read_number
from musicengine.lyrics.pronunciation import pronounce


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("0", "zero"), ("7", "seven"), ("13", "thirteen"), ("24/7", "twenty four seven"), ("$100", "a hundred dollars"),
        ("$1", "one dollar"), ("$5,000", "five thousand dollars"), ("$2.50", "two fifty"), ("£20", "twenty pounds"),
        ("€1", "one euro"), ("¥1", "one yen"), ("1999", "nineteen ninety nine"), ("2000", "two thousand"),
        ("2001", "two thousand one"), ("2015", "twenty fifteen"), ("1800", "eighteen hundred"),
        ("1905", "nineteen oh five"), ("1000", "a thousand"), ("3000", "three thousand"), ("808", "eight oh eight"),
        ("911", "nine eleven"), ("187", "one eighty seven"), ("213", "two thirteen"), ("300", "three hundred"),
        ("100", "a hundred"), ("10,000", "ten thousand"), ("1,000,000", "a million"), ("1,234.5",
        "one thousand two hundred thirty four point five"), ("3.5", "three point five"), (".45", "forty five"),
        ("007", "oh oh seven"), ("9/11", "nine eleven"), ("10:30", "ten thirty"), ("1st", "first"), ("2nd", "second"),
        ("3rd", "third"), ("20th", "twentieth"), ("21st", "twenty first"), ("4th", "fourth"), ("90s", "nineties"),
        ("'90s", "nineties"), ("80's", "eighties"), ("6s", "sixes"), ("#1", "number one"), ("9mm", "nine millimeter"),
        ("100k", "a hundred k"), ("5%", "five percent"), ("666", "six six six"), ("$1.5m", "one point five million"),
        ("12:00am", "twelve a. m"), ("99¢", "ninety nine cents"), ("12345", "twelve thousand three hundred forty five"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_said(token: str, words: str) -> None:
    assert read_number(token) == words.split()


@pytest.mark.parametrize("token", ["", "one", "2pac", "4ever", "1-2", "$", "#", "12,", "1..2", "٣", "mp3", "s"])
def test_not_numbers(token: str) -> None:
    assert read_number(token) is None


@pytest.mark.parametrize("digits", ["1" * 16, "9" * 40, "0" * 100, "5" * 1000])
def test_endless_numbers_are_read_digit_by_digit(digits: str) -> None:
    words = read_number(digits)
    assert words is not None
    assert len(words) == len(digits)


@pytest.mark.parametrize("number", [*range(1, 2200, 7), 12_345, 999_999, 10**9, 10**14 + 1])
def test_every_number_can_be_said(number: int) -> None:
    for token in (f"{number}", f"${number}", f"{number:,}", f"{number}s", f"{number}th", f"{number}%"):
        said = pronounce(token)
        assert said.source == "rule", token
        assert said.syllables > 0
