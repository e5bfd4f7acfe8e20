from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from musicengine.errors import LyricsError
from musicengine.lyrics import syllables
from musicengine.lyrics.syllables import count_syllables, scan, scan_all


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("...", 0), ("🔥", 0), ("hello", 2), ("24/7", 5), ("motherfuckers", 4), ("skibidi", 3), ("日本", 0),
        ("The quick brown fox", 4), ("every little thing", 5),
    ],
)  # fmt: skip
def test_syllables_of_words_and_texts(text: str, count: int) -> None:
    assert count_syllables(text) == count


def test_a_line_and_its_parts() -> None:
    found = scan("I pass out, last route")
    assert [word.text for word in found.words] == ["I", "pass", "out", "last", "route"]
    assert found.phones == ("AY1", "P", "AE1", "S", "AW1", "T", "L", "AE1", "S", "T", "R", "UW1", "T")
    assert found.word_starts == (0, 1, 4, 6, 10, 13)
    assert found.nuclei == (0, 2, 4, 7, 11)
    assert found.syllable_words == (0, 1, 2, 3, 4)
    assert found.syllables == 5
    assert found.stresses[1::2] == (True, True)


def test_function_words_lose_their_stress() -> None:
    found = scan("the cat is on the mat")
    assert found.stresses == (False, True, False, True, False, True)
    assert scan("beautiful morning").stresses == (True, False, False, True, False)


def test_because_is_short_inside_a_line() -> None:
    assert scan("because I said").syllables == 3
    assert scan("just because").syllables == 3
    assert count_syllables("because") == 2


def test_gonna_is_short_behind_i_am() -> None:
    assert scan("I'm gonna").syllables == scan("I’m gonna").syllables == 2
    assert scan("we gonna").syllables == 3
    assert scan("gonna").syllables == 2


def test_many_lines_are_each_line() -> None:
    lines = ["hello world", "", "skibidi rizzler", "日本", "24/7!"]
    together = scan_all(lines)
    for line, found in zip(lines, together, strict=True):
        alone = scan(line)
        assert (found.text, found.phones, found.stresses) == (line, alone.phones, alone.stresses)
        assert found.word_starts == alone.word_starts
    assert scan_all([]) == ()


def test_a_line_of_a_hundred_thousand_words_is_scanned() -> None:
    found = scan("never mind " * 50_000)
    assert found.syllables == 150_000
    assert len(found.words) == 100_000


def test_texts_above_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syllables, "MAX_CHARACTERS", 10)
    with pytest.raises(LyricsError, match="at most 10 characters, got 11"):
        scan_all(["12345", "123456"])
    with pytest.raises(LyricsError, match="at most 10 characters, got 11"):
        count_syllables("12345 12345")


def test_rap_lines_against_their_transcription(labelled_data: Path) -> None:
    with gzip.open(labelled_data / "lyrics" / "mcflow.jsonl.gz", "rt") as file:
        lines = [line for text in file for line in json.loads(text)["lines"]]
    exact = near = right = marks = 0
    for line, found in zip(lines, scan_all([line["text"] for line in lines]), strict=True):
        off = abs(found.syllables - len(line["syl"]))
        exact, near = exact + (off == 0), near + (off <= 1)
        if off == 0:
            pairs = [(a, b[3] > 0) for a, b in zip(found.stresses, line["syl"], strict=True) if b[3] is not None]
            right, marks = right + sum(a == b for a, b in pairs), marks + len(pairs)
    assert exact / len(lines) >= 0.92
    assert near / len(lines) >= 0.99
    assert right / marks >= 0.83
