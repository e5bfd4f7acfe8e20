"""Words with their times: LRC, enhanced LRC, SubRip (SRT) and WebVTT, written and read.

Lines are those of the lyric where one is given, else those between the singer's pauses. LRC counts in hundredths of a
second, the others in thousandths. Formats that hold a time for each word (enhanced LRC; WebVTT with its time stamps,
W3C Recommendation 2019) give it back; where a format only times lines, the words share their line's time by length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import pairwise
from typing import TypeAlias

import attrs

from musicengine.errors import InputError
from musicengine.lyrics.parsing import read
from musicengine.values.making import Take
from musicengine.values.words import Lyrics, Transcript, Word

__all__ = ["Timed", "from_lrc", "from_srt", "from_vtt", "to_lrc", "to_srt", "to_vtt"]

Timed: TypeAlias = "Transcript | Lyrics | Take"
"""What has times: a transcript, a lyric whose lines have them, a take whose words are known."""

_LAST_S = 4.0  # how long a line is shown that has neither words with times nor a line after it
_TIMES = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})")
_LINE_STAMP = re.compile(r"\[(\d+):(\d{2}(?:[.:]\d{1,3})?)\]")
_WORD_STAMP = re.compile(r"<(\d+):(\d{2}(?:[.:]\d{1,3})?)>")
_CUE_STAMP = re.compile(r"<(?:(\d+):)?(\d{2}):(\d{2}\.\d{3})>")
_MARKUP = re.compile(r"</?(?:b|i|u|s|font)\b[^<>]*>|\{\\an?\d\}", re.IGNORECASE)


@attrs.frozen
class _Cue:
    """A line on show: from when to when, and its words; a word is None in its times where only the line has them."""

    start_s: float
    end_s: float
    words: tuple[Word, ...]
    text: str


def to_lrc(subject: Timed, lyrics: Lyrics | None = None, *, words: bool = False) -> str:
    """Lines with their times; enhanced LRC, a time before each word, if ``words``.

    Args:
        subject: what has times.
        lyrics: its lines, if it has none of its own.
        words: write the time of each word; one that overlaps the next is cut there.

    Raises:
        InputError: nothing in it has a time.
    """
    rows = []
    for cue in _cues(subject, lyrics):
        stamp = f"[{_minutes(cue.start_s)}]"
        rows.append(stamp + (_stamped(cue.words, _minutes, str) if words and cue.words else _one_line(cue.text)))
    return "\n".join(rows) + "\n"


def to_srt(subject: Timed, lyrics: Lyrics | None = None) -> str:
    """Numbered lines with start and end.

    Raises:
        InputError: nothing in it has a time.
    """
    cues = _cues(subject, lyrics)
    return "\n".join(
        f"{number}\n{_hours(cue.start_s, ',')} --> {_hours(cue.end_s, ',')}\n{_one_line(cue.text)}\n"
        for number, cue in enumerate(cues, 1)
    )


def to_vtt(subject: Timed, lyrics: Lyrics | None = None, *, words: bool = False) -> str:
    """Lines with start and end; a time stamp before each word, if ``words``.

    Raises:
        InputError: nothing in it has a time.
    """
    rows = ["WEBVTT\n"]
    for cue in _cues(subject, lyrics):
        timed = _stamped(cue.words, lambda at: _hours(at, "."), _escaped)
        text = timed if words and cue.words else _escaped(cue.text)
        rows.append(f"{_hours(cue.start_s, '.')} --> {_hours(cue.end_s, '.')}\n{text}\n")
    return "\n".join(rows)


def from_lrc(text: str) -> Transcript:
    """The words of LRC, plain or enhanced.

    Raises:
        InputError: no line of it has a time.
    """
    lines = []
    for row in text.splitlines():
        times, rest = [], row.strip().lstrip("\ufeff")
        while found := _LINE_STAMP.match(rest):
            times.append(int(found[1]) * 60 + float(found[2].replace(":", ".")))
            rest = rest[found.end() :].lstrip()
        lines += [(time, rest) for time in times]
    lines.sort(key=lambda line: line[0])
    ends = [start for start, _ in lines[1:]] + [lines[-1][0] + _LAST_S] if lines else []
    return _transcript(
        [_lrc_words(start, max(start, end), rest) for (start, rest), end in zip(lines, ends, strict=True)], "LRC", text
    )


def from_srt(text: str) -> Transcript:
    """The words of a SubRip file.

    Raises:
        InputError: it has no cue.
    """
    return _transcript([_spread(a, b, _MARKUP.sub("", line)) for a, b, line in _blocks(text)], "SRT", text)


def from_vtt(text: str) -> Transcript:
    """The words of a WebVTT file.

    Raises:
        InputError: it has no cue.
    """
    return _transcript([_vtt_words(a, b, line) for a, b, line in _blocks(text)], "WebVTT", text)


# Lines


def _cues(subject: Timed, lyrics: Lyrics | None) -> Sequence[_Cue]:
    if isinstance(subject, Take):
        if subject.truth is None:
            raise InputError("the words of this take have no times: transcribe its audio")
        return _cues(Transcript(subject.truth.words), lyrics or subject.lyrics)
    if isinstance(subject, Lyrics):
        cues = _of_lyrics(subject)
    elif isinstance(subject, Transcript):
        cues = [_cue(words) for words in _lines(subject, lyrics)]
    else:
        raise InputError(f"expected a Transcript, a Lyrics or a Take, got {type(subject).__name__}")
    if not cues:
        raise InputError("there are no words with times to write")
    return cues


def _of_lyrics(lyrics: Lyrics) -> list[_Cue]:
    timed = sorted((line.start_s, line.text) for line in lyrics.lines if line.start_s is not None)
    ends = [start for start, _ in timed[1:]] + [timed[-1][0] + _LAST_S] if timed else []
    return [_Cue(start, end, (), text) for (start, text), end in zip(timed, ends, strict=True)]


def _cue(words: Sequence[Word]) -> _Cue:
    return _Cue(words[0].start_s, max(word.end_s for word in words), tuple(words), " ".join(w.text for w in words))


def _lines(transcript: Transcript, lyrics: Lyrics | None) -> Iterator[Sequence[Word]]:
    """The words line by line: those of the lyric where it has the same words, else those between pauses."""
    words = sorted((word for word in transcript.words if word.text.strip()), key=lambda word: word.start_s)
    whole = Transcript(tuple(attrs.evolve(word, text=_one_line(word.text)) for word in words))
    counts = [len(line.text.split()) for line in lyrics.lines for _ in range(line.repeat)] if lyrics else []
    if sum(counts) != sum(len(word.text.split()) for word in whole.words):
        counts = [len(line.text.split()) for line in read(whole).lines]
    at = 0
    for count in counts:
        taken, line = 0, []
        while taken < count and at < len(whole.words):
            taken += len(whole.words[at].text.split())
            line.append(whole.words[at])
            at += 1
        if line:
            yield line


def _stamped(words: Sequence[Word], stamp: Callable[[float], str], said: Callable[[str], str]) -> str:
    """Each word after its start; its end only where the next does not follow at once."""
    parts = []
    for word, following in pairwise((*words, None)):
        assert word is not None
        parts.append(f"<{stamp(word.start_s)}>{said(word.text)}")
        if following is None or following.start_s > word.end_s:
            parts.append(f"<{stamp(word.end_s)}>")
    return " ".join(parts)


# Reading


def _transcript(lines: Sequence[Sequence[Word]], name: str, text: str) -> Transcript:
    if not lines:
        raise InputError(f"expected {name} text with times, got {text[:40]!r}")
    return Transcript(tuple(word for line in lines for word in line))


def _blocks(text: str) -> Iterator[tuple[float, float, str]]:
    """Start, end and text of each cue, on one line."""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        rows = block.strip("\n").split("\n")
        for at, row in enumerate(rows):
            if found := _TIMES.match(row.strip()):
                start, end = _clock(*found.groups()[:4]), _clock(*found.groups()[4:])
                yield start, max(start, end), " ".join(rows[at + 1 :])
                break


def _clock(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000


def _lrc_words(start: float, end: float, rest: str) -> list[Word]:
    return _between(start, end, rest, _WORD_STAMP, lambda m: int(m[1]) * 60 + float(m[2].replace(":", ".")))


def _vtt_words(start: float, end: float, rest: str) -> list[Word]:
    plain = re.sub(r"<(?![\d:.]+>)[^<>]*>", "", rest)
    words = _between(start, end, plain, _CUE_STAMP, lambda m: int(m[1] or 0) * 3600 + int(m[2]) * 60 + float(m[3]))
    return [attrs.evolve(word, text=unescape(word.text)) for word in words]


def _between(
    start: float, end: float, rest: str, stamp: re.Pattern[str], seconds: Callable[[re.Match[str]], float]
) -> list[Word]:
    """Words between time stamps; a stamp without words after it ends the word before it."""
    marks = list(stamp.finditer(rest))
    edges = [start, *(seconds(mark) for mark in marks), max([end, *(seconds(mark) for mark in marks[-1:])])]
    texts = [rest[: marks[0].start()] if marks else rest]
    texts += [rest[mark.end() : nxt.start() if nxt else None] for mark, nxt in pairwise((*marks, None)) if mark]
    pieces = zip(texts, pairwise(edges), strict=True)
    return [word for text, (a, b) in pieces for word in _spread(a, max(a, b), text)]


def _spread(start: float, end: float, text: str) -> list[Word]:
    """The words of a line, which share its time by their length."""
    words = text.split()
    total = sum(map(len, words)) or 1
    spread, at = [], start
    for word in words:
        until = min(end, at + (end - start) * len(word) / total)
        spread.append(Word(word, at, until))
        at = until
    return spread


# Writing


def _minutes(seconds: float) -> str:
    minutes, hundredths = divmod(round(seconds * 100), 6000)
    return f"{minutes:02d}:{hundredths // 100:02d}.{hundredths % 100:02d}"


def _hours(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{point}{thousandths:03d}"


def _one_line(text: str) -> str:
    return " ".join(text.replace("-->", "→").split())


def _escaped(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
