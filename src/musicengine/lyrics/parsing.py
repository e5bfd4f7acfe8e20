"""Text of a lyric to lines, and back.

Read are section tags (``[Verse 1]``, ``[Chorus: Name]``, ``Chorus:``, ``**Hook**``), repeat marks (``(x2)``), LRC time
stamps and metadata, blank lines between stanzas, any line ending. Characters that cannot be seen (zero-width spaces,
marks of direction, control characters) are dropped. What is left is the words as they were written, curly quotes,
emoji and all; :func:`musicengine.lyrics.tokens.find_words` knows which of it are words.

``parse(format(lyrics)) == lyrics`` for every ``lyrics`` that ``parse`` makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

import attrs

from musicengine.errors import LyricsError
from musicengine.lyrics.tokens import is_noise
from musicengine.values.words import Line, Lyrics, Transcript

__all__ = ["MAX_CHARACTERS", "MAX_LINE", "MAX_LINES", "check_lines", "format", "parse", "read"]

MAX_CHARACTERS = 1_000_000
"""Characters of a lyric."""
MAX_LINES = 20_000
"""Lines of a lyric."""
MAX_LINE = 10_000
"""Characters of a line."""

_INVISIBLE: dict[int, str | None] = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,  # soft hyphen
        0x61C,  # marks of direction
        *range(0x200E, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0x200B,  # zero-width space, byte order mark
        0xFEFF,
        *range(0xFFF9, 0xFFFE),
    ]
)
_INVISIBLE[9] = " "  # a tab separates words

_NAMES = (
    r"(?:pre|post)?[- ]?(?:chorus|hook|refrain)|intro|outro|verse|bridge|interlude|instrumental|break(?:down)?|drop"
    r"|solo|skit|coda|build"
)
_MARK = r"[(\[]?(?:[x×]\s*\d{1,2}|\d{1,2}\s*[x×])[)\]]?"
_TAG = re.compile(r"\[([^\[\]]*)\]\s*(\(?[x×]\s*\d{1,2}\)?)?", re.IGNORECASE)
_TAG_BEFORE = re.compile(rf"\[(?:{_NAMES})(?:\s+\d{{1,3}})?(?:\s*:[^\[\]]*)?\](?=\s*\S)", re.IGNORECASE)
_HEADER = re.compile(
    rf"(?:#+\s*|\*\*|[({{<])?((?:{_NAMES})(?:\s+(?:(\d{{1,3}})|[ivx]{{1,4}}|[a-d]|one|two|three|four|five))?)"
    rf"((?:\s*{_MARK})*)\s*(?::?\*\*:?|[:)}}>])?",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?:{_NAMES})\s+\d{{1,3}}\s*(?:[-–—:]\s*\w.*|\([^()]*\):?)", re.IGNORECASE)  # "Verse 1 - Name"
_BARE = re.compile(
    r"(?:(?:(?:pre|post)[- ]?)?chorus|verse|hook|bridge|refrain|intro|outro|interlude|instrumental)"
    rf"(?:\s+(?:one|two|three|four|five))?((?:\s*{_MARK})*)",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\[(\d{1,3}):(\d{2})(?:[.:](\d{1,3}))?\]")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{2}(?:[.:]\d{1,3})?>")
_METADATA = re.compile(r"\[(ar|ti|al|au|by|re|ve|length|offset|tool|la|id)\s*:([^\[\]]*)\]", re.IGNORECASE)
_REPEAT = re.compile(r"[(\[]\s*(?:[xX×]\s*(\d{1,2})|(\d{1,2})\s*[xX×])\s*[)\]]$|(?:^|(?<=\s))[x×](\d{1,2})$")
_MARK_SIZE = 16  # characters of a repeat mark, the most
_PAGE = re.compile(  # what pages of lyrics put between the lines
    r"\d{0,4} ?Contributors?.{0,200}? Lyrics|You might also like|Get tickets as low as \$\d{1,5}"
    r"|See .{1,100}? Live(?=Get tickets)"
)
_EMBED = re.compile(r"\d+Embed\s*$")


def parse(text: str) -> Lyrics:
    """Read a lyric.

    Raises:
        LyricsError: the text has more than MAX_CHARACTERS characters, MAX_LINES lines, or a line of more than MAX_LINE.
    """
    if not isinstance(text, str):
        raise LyricsError(f"expected the text of a lyric, got {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise LyricsError(f"a lyric takes at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    reader = _Reader()
    rows = text.splitlines()
    while rows and rows[-1].strip() in ("", "Embed"):
        rows.pop()
    if rows:
        rows[-1] = _EMBED.sub("", rows[-1])
    for row in rows:
        reader.read(row)
    return Lyrics(reader.finish())


def format(lyrics: Lyrics) -> str:  # noqa: A001 - it is what it does
    """Write a lyric as text: tags before sections, a blank line between stanzas, repeat marks and LRC times."""
    rows: list[str] = []
    section, stanza = "", 0
    for index, line in enumerate(lyrics.lines):
        if index and line.stanza != stanza:
            rows.append("")
        if line.section != section:
            rows.append(f"[{line.section}]")
        section, stanza = line.section, line.stanza
        stamp = "" if line.start_s is None else _stamp(line.start_s)
        rows.append(f"{stamp}{line.text}{f' (x{line.repeat})' if line.repeat > 1 else ''}")
    return "\n".join(rows)


def read(lyrics: str | Lyrics | Transcript) -> Lyrics:
    """The lyric of a text, of a transcript (a line ends where the singer pauses), or as it is.

    Raises:
        LyricsError: it is above the limits of :func:`parse`, or no lyric at all.
    """
    if isinstance(lyrics, Transcript):
        return Lyrics(_phrases(lyrics))
    if isinstance(lyrics, Lyrics):
        if len(lyrics.lines) > MAX_LINES:
            raise LyricsError(f"a lyric takes at most {MAX_LINES:,} lines, got {len(lyrics.lines):,}")
        for line in lyrics.lines:
            _check_length(line.text)
        return lyrics
    return parse(lyrics)


def check_lines(lines: Iterable[str]) -> list[str]:
    """The lines as a list.

    Raises:
        LyricsError: one of them is no text.
    """
    found = list(lines)
    for at, line in enumerate(found):
        if not isinstance(line, str):
            raise LyricsError(f"expected lines of text, got {type(line).__name__} for line {at}: {line!r:.40}")
    return found


class _Reader:
    """Collects lines row by row."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.section = ""
        self.stanza = 0
        self.offset_s = 0.0
        self.unsorted = False

    def read(self, row: str) -> None:
        row = (row if row.isascii() and row.isprintable() else row.translate(_INVISIBLE)).strip()
        _check_length(row)
        if (rest := _off_page(row)) != row:
            if not rest:
                return
            row = rest
        times, row = self._times(row)
        while (before := _TAG_BEFORE.match(row)) and not _TAG.fullmatch(row):
            self._begin(before[0][1:-1].strip())
            more, row = self._times(row[before.end() :].lstrip())
            times += more
            if _REPEAT.fullmatch(row):
                return
        if not row:
            self._break()
        elif row[0] == "[" and (metadata := _METADATA.fullmatch(row)) and not times:
            if metadata[1].lower() == "offset":
                self.offset_s = _number(metadata[2]) / 1000
        elif (tag := _section(row)) is not None or (not times and (tag := self._heading(row)) is not None):
            self._begin(tag)
        else:
            self._add(row, times)

    def _heading(self, row: str) -> str | None:
        """The section that a row names by nothing but its name, which it does only where a stanza begins."""
        begins = not self.lines or self.lines[-1].stanza != self.stanza
        bare = _BARE.fullmatch(row) if row[0].isupper() else None
        return row.replace("[", "(").replace("]", ")") if bare and (begins or bare[1]) else None

    def finish(self) -> list[Line]:
        if self.unsorted and all(line.start_s is not None for line in self.lines):
            self.lines.sort(key=lambda line: line.start_s or 0.0)
            changes = [one.stanza != other.stanza for one, other in pairwise(self.lines)]
            numbers = accumulate(changes, initial=0)
            return [attrs.evolve(line, stanza=number) for line, number in zip(self.lines, numbers, strict=True)]
        return self.lines

    def _begin(self, section: str) -> None:
        self._break()
        self.section = section

    def _break(self) -> None:
        if self.lines and self.lines[-1].stanza == self.stanza:
            self.stanza += 1

    def _add(self, row: str, times: list[float]) -> None:
        repeat = 1
        while (row[-1] in ")]" or row[-1].isdigit()) and (mark := _REPEAT.search(row, max(0, len(row) - _MARK_SIZE))):
            repeat = min(max(1, int(mark[1] or mark[2] or mark[3])) * repeat, 99)
            row = row[: mark.start()].rstrip()
            if not row:
                if self.lines:
                    self.lines[-1] = attrs.evolve(self.lines[-1], repeat=repeat)
                return
            if (tag := _section(row)) is not None:
                self._begin(tag)
                return
        if len(self.lines) + max(len(times), 1) > MAX_LINES:
            raise LyricsError(f"a lyric takes at most {MAX_LINES:,} lines, got more")
        self.unsorted |= len(times) > 1
        stamps: list[float | None] = [*times] or [None]
        self.lines += [Line(row, self.section, self.stanza, time, repeat) for time in stamps]

    def _times(self, row: str) -> tuple[list[float], str]:
        if row[:1] != "[":
            return [], row
        times: list[float] = []
        while (match := _STAMP.match(row)) or (times and (match := _WORD_STAMP.match(row))):
            if match.re is _STAMP:
                times.append(round(max(0.0, _seconds(match) - self.offset_s), 3))
            row = row[match.end() :].lstrip()
        return times, " ".join(_WORD_STAMP.sub(" ", row).split()) if times and "<" in row else row


def _section(row: str) -> str | None:
    """The section that a row announces; None if the row is something else."""
    if row[0] == "[" and (tag := _TAG.fullmatch(row)):
        if _REPEAT.fullmatch(row) or _METADATA.fullmatch(f"[{tag[1]}]") or is_noise(tag[1]):
            return None
        return f"{tag[1].strip()} {tag[2] or ''}".strip() if tag[1].strip() else ""
    if row[0].isalpha() and _NAMED.fullmatch(row):
        return row.rstrip(":").replace("[", "(").replace("]", ")")
    if row[0] not in "#*({<" and row[-1] not in "*:)]}>" and not row[-1].isdigit():
        return None
    header = _HEADER.fullmatch(row)
    if header is None or (row == header[1] + header[3] and not header[2]):  # "Verse 1" is no line, "Drop" may be one
        return None
    return header[1] + header[3].replace("[", "(").replace("]", ")")


def _off_page(row: str) -> str:
    """The row without what its page put before a tag, or "" if that is all there is."""
    rest = row
    while page := _PAGE.match(rest):
        rest = rest[page.end() :].lstrip()
    return rest if not rest or rest[0] == "[" else row


def _check_length(row: str) -> None:
    if len(row) > MAX_LINE:
        raise LyricsError(f"a line takes at most {MAX_LINE:,} characters, got {len(row):,}: {row[:40]!r}...")


def _seconds(stamp: re.Match[str]) -> float:
    fraction = stamp[3] or "0"
    return int(stamp[1]) * 60 + int(stamp[2]) + float(f"0.{fraction}")


def _stamp(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    whole, milliseconds = divmod(milliseconds, 1000)
    fraction = f"{milliseconds:03d}" if milliseconds % 10 else f"{milliseconds // 10:02d}"
    return f"[{minutes:02d}:{whole:02d}.{fraction}]"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _phrases(transcript: Transcript) -> Iterator[Line]:
    """Cut a transcript at its pauses: those of 0.3 s or more, or before a word after 12."""
    words = transcript.words
    first = 0
    for index in range(1, len(words) + 1):
        if index == len(words) or words[index].start_s - words[index - 1].end_s >= 0.3 or index - first >= 12:
            text = " ".join(word.text for word in words[first:index]).strip()
            if text:
                yield Line(text, start_s=words[first].start_s)
            first = index
