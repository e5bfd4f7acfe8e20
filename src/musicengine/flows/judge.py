"""How typical a record is, by what a trend source knows."""

from __future__ import annotations

from musicengine.errors import MusicEngineError
from musicengine.hits.score import predict
from musicengine.protocols import TrendSource
from musicengine.values.hits import HitReport
from musicengine.values.reports import AudioReport
from musicengine.values.scores import Score

__all__ = ["ERA", "judge_hit"]

ERA = "2010s"
"""The latest decade of the trends that come with the library; no figure is younger."""


def judge_hit(report: AudioReport, source: TrendSource, *, genre: str = "", era: str = ERA) -> HitReport:
    """How typical the record is, as part of a larger judgement.

    A trend source that fails costs its own answer and no more: the report then abstains and says why.
    """
    try:
        return predict(report, source.trends(genre, era))
    except MusicEngineError as error:
        return HitReport(score=Score(), low=0.0, high=100.0, genre=genre, era=era, abstained=str(error))
