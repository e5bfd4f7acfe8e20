from __future__ import annotations

import pytest

from musicengine.lyrics.tokens import find_words, plain


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("... !? — 🔥🔥 \u200b", []),
        ("hello, world", ["hello", "world"]),
        ("y'all'd've said so", ["y'all'd've", "said", "so"]),
        ("I’m runnin’ ‘round", ["I’m", "runnin’", "‘round"]),
        ("24/7 on the AK-47, $100 a pop", ["24/7", "on", "the", "AK-47", "$100", "a", "pop"]),
        ("10,000 at 10:30, 3.5 grams", ["10,000", "at", "10:30", "3.5", "grams"]),
        ("M.I.A. and D.R.E.", ["M.I.A", "and", "D.R.E"]),
        ("wait--what? stop...go", ["wait", "what", "stop", "go"]),
        ("and/or (yeah)", ["and", "or", "yeah"]),
        ("R&B & soul", ["R", "&", "B", "&", "soul"]),
        ("f**k this sh*t", ["f**k", "this", "sh*t"]),
        ("*smiles*", ["smiles"]),
        ("mother-in-law - no", ["mother-in-law", "no"]),
        ("fire🔥fire", ["fire", "fire"]),
        ("you\u2014me", ["you", "me"]),
        ("日本 語 привет, мир", ["日本", "語", "привет", "мир"]),
        ("cafe\u0301 na\u00efve", ["cafe\u0301", "na\u00efve"]),
        ("zero\u200bwidth", ["zero\u200bwidth"]),
        ("#1 for $5%", ["#1", "for", "$5%"]),
        ("a\tb\r\nc\x00d", ["a", "b", "c", "d"]),
    ],
)
def test_words_of_a_line(line: str, words: list[str]) -> None:
    found = find_words(line)
    assert [word.text for word in found] == words
    assert [line[word.start : word.end] for word in found] == words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("naïve", "naive"),
        ("I’m", "I'm"),
        ("Ω", "Ω"),
        ("ＡＢＣ", "ABC"),
        ("ß", "ss"),
        ("a\u200bb", "ab"),
        ("x‑y", "x-y"),
    ],
)
def test_plain_spelling(word: str, expected: str) -> None:
    assert plain(word) == expected


@pytest.mark.parametrize("piece", ["a", "'", "-", ".", "1.", "1,", "*", "a'", "''a", "a.", "$", "&", "日", "\u0301"])
def test_long_lines_take_no_time(piece: str) -> None:
    line = piece * 200_000
    assert all(line[word.start : word.end] == word.text for word in find_words(line))
