"""Everything that can be measured of a lyric, in one report."""

from __future__ import annotations

from collections.abc import Sequence

from musicengine.errors import LyricsError
from musicengine.lyrics.alignment import find_sung_syllables
from musicengine.lyrics.corrections import correct
from musicengine.lyrics.flow import describe_flow
from musicengine.lyrics.language import detect_language
from musicengine.lyrics.parsing import check_lines, read
from musicengine.lyrics.reading import Reading, hear_stanzas
from musicengine.lyrics.scheme import letters
from musicengine.lyrics.score import judge
from musicengine.lyrics.sounds import hear_lines
from musicengine.lyrics.syllables import Scansion
from musicengine.lyrics.themes import find_themes
from musicengine.lyrics.timing import measure_timing
from musicengine.lyrics.tokens import find_words, plain
from musicengine.lyrics.vocabulary import describe_vocabulary
from musicengine.values.lyrics import Correction, Flow, LyricsReport, ReportLine, Theme, Vocabulary
from musicengine.values.music import Beats
from musicengine.values.words import Line, Lyrics, Transcript

__all__ = ["analyze", "measure_flow", "measure_vocabulary", "name_themes", "suggest_corrections"]


def analyze(
    lyrics: str | Lyrics | Transcript, *, transcript: Transcript | None = None, beats: Beats | None = None
) -> LyricsReport:
    """Measure and judge a lyric.

    Args:
        lyrics: a text, a lyric, or a transcript (whose pauses end the lines).
        transcript: the words' times, if they are known; a transcript given as ``lyrics`` has them already.
        beats: of the music; with words' times, flow is measured on the grid as well.

    Returns:
        the report. Where the text is in no language that can be pronounced here, what needs sound is None and
        ``abstained`` says why.

    Raises:
        LyricsError: the lyric is above the limits of ``parse``.
    """
    lyric = read(lyrics)
    transcript = lyrics if isinstance(lyrics, Transcript) else transcript
    language = detect_language(lyric.text)
    if language != "en":
        return _structure(lyric, language)
    reading = _hear(lyric.lines)
    vocabulary = describe_vocabulary(reading.words, [line.repeat for line in lyric.lines], len(reading.sounds.vowels))
    themes = find_themes(reading.words)
    score = judge(reading)
    return LyricsReport(
        lines=[_line(line, heard) for line, heard in zip(lyric.lines, reading.sounds.heard, strict=True)],
        rhyme_scheme=_scheme(reading),
        rhymes=reading.rhymes,
        flow=_flow(reading, transcript, beats),
        vocabulary=vocabulary,
        themes=themes,
        score=score,
        corrections=correct(reading, score, [theme.name for theme in themes]),
        language=language,
        style=reading.style,
    )


def measure_flow(
    lyrics: str | Lyrics | Transcript | Sequence[str],
    *,
    transcript: Transcript | None = None,
    beats: Beats | None = None,
) -> Flow:
    """The flow of a lyric or of lines: from the text alone, or on the grid where words have times.

    Args:
        lyrics: a text, a lyric, a transcript, or lines of text.
        transcript: the words' times; a transcript given as ``lyrics`` has them already.
        beats: of the music; times without beats say nothing about the grid.

    Raises:
        LyricsError: the lyric is above the limits of ``parse``, or beats came without words that have times.
    """
    lyric = _read(lyrics)
    transcript = lyrics if isinstance(lyrics, Transcript) else transcript
    return _flow(_hear(lyric.lines), transcript, beats)


def measure_vocabulary(lyrics: str | Lyrics | Transcript | Sequence[str]) -> Vocabulary:
    """The vocabulary of a lyric or of lines.

    Raises:
        LyricsError: the lyric is above the limits of ``parse``.
    """
    lyric = _read(lyrics)
    english = detect_language(lyric.text) == "en"
    heard = hear_lines([line.text for line in lyric.lines]) if english else []
    syllables = sum(len(line.vowels) for line in heard) if english else None
    return describe_vocabulary(_spell(lyric), [line.repeat for line in lyric.lines], syllables)


def name_themes(lyrics: str | Lyrics | Transcript | Sequence[str]) -> tuple[Theme, ...]:
    """What a lyric is about, the weightiest theme first.

    Raises:
        LyricsError: the lyric is above the limits of ``parse``.
    """
    return find_themes(_spell(_read(lyrics)))


def suggest_corrections(lyrics: str | Lyrics | Transcript | Sequence[str]) -> tuple[Correction, ...]:
    """Changes of single lines that raise the score, each with its measured gain, the most gainful first.

    Raises:
        LyricsError: the lyric is above the limits of ``parse``.
    """
    lyric = _read(lyrics)
    if detect_language(lyric.text) != "en":
        return ()
    reading = _hear(lyric.lines)
    themes = [theme.name for theme in find_themes(reading.words)]
    return correct(reading, judge(reading), themes)


def _read(lyrics: str | Lyrics | Transcript | Sequence[str]) -> Lyrics:
    if isinstance(lyrics, (str, Lyrics, Transcript)):
        return read(lyrics)
    return read(Lyrics([Line(text) for text in check_lines(lyrics)]))


def _hear(lines: Sequence[Line]) -> Reading:
    return hear_stanzas(hear_lines([line.text for line in lines]), [line.stanza for line in lines])


def _flow(reading: Reading, transcript: Transcript | None, beats: Beats | None) -> Flow:
    timing = None
    if beats is not None:
        if transcript is None:
            raise LyricsError("flow on the beats takes words with times: pass transcript= with beats=")
        timing = measure_timing(find_sung_syllables(reading, transcript), beats, len(reading.starts))
    return describe_flow(reading.sounds, reading.starts.tolist(), reading.rhymes, timing)


def _scheme(reading: Reading) -> list[str]:
    """The labels as letters that start anew in every stanza."""
    return [letter for stanza in reading.stanzas for letter in letters([reading.labels[line] for line in stanza])]


def _line(line: Line, scansion: Scansion) -> ReportLine:
    return ReportLine(
        text=line.text,
        syllables=scansion.syllables,
        stresses=scansion.stresses,
        words=scansion.texts,
        syllable_words=scansion.syllable_words,
        section=line.section,
        stanza=line.stanza,
    )


def _spell(lyric: Lyrics) -> list[tuple[str, ...]]:
    return [tuple(plain(word.text).lower() for word in find_words(line.text)) for line in lyric.lines]


def _structure(lyric: Lyrics, language: str) -> LyricsReport:
    """What can be said of a lyric that cannot be pronounced here."""
    reason = f"only English is pronounced here, this is {language!r}"
    if language == "und":
        said = any(find_words(line.text) for line in lyric.lines)
        reason = "only English is pronounced here, this is no language known" if said else "there are no words"
    return LyricsReport(
        lines=[
            ReportLine(
                line.text, None, (), [w.text for w in find_words(line.text)], section=line.section, stanza=line.stanza
            )
            for line in lyric.lines
        ],
        vocabulary=describe_vocabulary(_spell(lyric), [line.repeat for line in lyric.lines], None),
        language=language,
        abstained=dict.fromkeys(("rhyme_scheme", "rhymes", "flow", "score", "style"), reason),
    )
