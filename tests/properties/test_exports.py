"""Exports of any value: a file or an error of ours, and words that come back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicengine import AudioReport, Report, Transcript, Truth, Word, exports
from musicengine.errors import InputError
from tests.strategies import EVERY

letters = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="<>[]&"), min_size=1, max_size=8)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Words one after the other, on whole hundredths of a second."""
    at, words = 0, []
    for text in draw(st.lists(letters, min_size=1, max_size=30)):
        start = at + draw(st.integers(0, 500_000) | st.integers(0, 40))
        at = start + draw(st.integers(1, 200))
        words.append(Word(text.replace("-->", "x"), start / 100, at / 100))
    return Transcript(tuple(words))


@given(transcripts())
@settings(deadline=None)
def test_words_come_back_from_every_format_that_times_them(heard: Transcript) -> None:
    for read in (
        exports.from_lrc(exports.to_lrc(heard, words=True)),
        exports.from_vtt(exports.to_vtt(heard, words=True)),
    ):
        assert [word.text for word in read.words] == [word.text for word in heard.words]
        for found, word in zip(read.words, heard.words, strict=True):
            assert (found.start_s, found.end_s) == pytest.approx((word.start_s, word.end_s), abs=0.001)
    assert exports.from_srt(exports.to_srt(heard)).text == heard.text


@given(st.text(max_size=300) | st.from_regex(r"(\[\d+:\d\d\.\d\d\](<\d+:\d\d\.\d\d>|a| ){0,6}\n){1,4}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (exports.from_lrc, exports.from_srt, exports.from_vtt):
        try:
            words = read(text).words
        except InputError:
            continue
        assert all(word.start_s <= word.end_s for word in words)


@pytest.mark.parametrize("kind", [AudioReport, Report, Truth])
def test_any_annotations_are_written_or_refused(kind: type[Any]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(EVERY[kind])
    def write(value: Any) -> None:
        assert json.loads(exports.to_jams(value))["file_metadata"]["jams_version"] == "0.3.4"
        try:
            content = exports.to_midi(value)
        except InputError:
            return
        assert content[:4] == b"MThd"
        assert content.count(b"MTrk") >= int.from_bytes(content[10:12], "big")

    write()
