"""The judgement of a track: the recording, its words, and how typical it is by what a trend source knows.

With words the score is a composite: its ledger holds the deductions of the recording at 70 % and those of the lyric at
30 % of their points, so the most that all rules can take is still 100 and every point keeps its reason. The shares are
a convention: people who judge songs weigh sound and music above words. Words that cannot be judged (another language)
cost nothing, and the recording counts in full.
"""

from __future__ import annotations

import attrs

from musicengine import lyrics
from musicengine.errors import LyricsError, MusicEngineError
from musicengine.hits.score import predict
from musicengine.protocols import TrendSource
from musicengine.values.hits import HitReport
from musicengine.values.lyrics import LyricsReport
from musicengine.values.making import Take
from musicengine.values.music import Beats
from musicengine.values.reports import AudioReport, Report
from musicengine.values.scores import Score
from musicengine.values.words import Lyrics, Transcript

__all__ = ["ERA", "LYRICS_SHARE", "judge", "judge_hit", "shares", "weigh"]

ERA = "2010s"
"""The latest decade of the trends that come with the library; no figure is younger."""

LYRICS_SHARE = 0.3
"""The share of the score that the lyric has where there is one."""

Words = str | Lyrics | Transcript


def judge(
    measured: AudioReport, source: TrendSource, *, words: Words | None = None, take: Take | None = None
) -> Report:
    """The report of a track.

    Args:
        measured: of its sound.
        source: of trends.
        words: of the track; None takes those of the take, if it has some.
        take: that the sound is from, whose words may have times.

    Raises:
        LyricsError: the words are above the limits of ``musicengine.lyrics.parse``.
    """
    read = _read(words, take, measured.beats)
    score = weigh(measured.quality, read.score if read else None)
    return Report(audio=measured, lyrics=read, hit=judge_hit(measured, source), score=score)


def shares(words: Score | None) -> tuple[float, float]:
    """What a point of the recording and a point of the lyric weigh in the score of the whole."""
    return (1.0, 0.0) if words is None else (1 - LYRICS_SHARE, LYRICS_SHARE)


def weigh(quality: Score, words: Score | None) -> Score:
    """The score of the whole: the recording's where there are no words, else both ledgers by their shares."""
    if words is None:
        return quality
    of_sound, of_words = shares(words)
    parts = ((quality, of_sound), (words, of_words))
    return Score(
        [attrs.evolve(item, points=item.points * share) for part, share in parts for item in part.deductions],
        judged=sum(part.judged * share for part, share in parts),
    )


def _read(words: Words | None, take: Take | None, beats: Beats | None) -> LyricsReport | None:
    """What the words say; None where there are none."""
    if words is not None:
        timed = isinstance(words, Transcript)
        return lyrics.analyze(words, beats=beats if timed else None) if _said(words) else None
    if take is None or take.lyrics is None or not _said(take.lyrics):
        return None
    times = take.truth.words if take.truth else ()
    if not times:
        return lyrics.analyze(take.lyrics)
    try:
        return lyrics.analyze(take.lyrics, transcript=Transcript(times), beats=beats)
    except LyricsError:  # the take was given other words than it sings: they have no place in time
        return lyrics.analyze(take.lyrics)


def _said(words: Words) -> bool:
    return bool((words if isinstance(words, str) else words.text).strip())


def judge_hit(report: AudioReport, source: TrendSource, *, genre: str = "", era: str = ERA) -> HitReport:
    """How typical the record is, as part of a larger judgement.

    A trend source that fails costs its own answer and no more: the report then abstains and says why.
    """
    try:
        return predict(report, source.trends(genre, era))
    except MusicEngineError as error:
        return HitReport(score=Score(judged=0), low=0.0, high=100.0, genre=genre, era=era, abstained=str(error))
