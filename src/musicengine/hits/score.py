"""How typical a record is of those that charted, as a ledger of what sets it apart.

Each feature that the trends know may cost an equal share of 100 points. Between the quartiles of the charting records
it costs nothing; beyond them the cost rises linearly and is full at Tukey's fence, 1.5 interquartile ranges outside
(Tukey, Exploratory Data Analysis, 1977). What is missing costs nothing and widens the interval instead.

What this does not mean: from such features nobody can rank hits. Among songs that charted, features of this kind
separate the top ten from the rest barely better than chance ("Hit song science is not yet a science", Pachet and Roy,
ISMIR 2008), so a high score says "like many records that charted", not "likely to chart".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicengine.hits.features import extract_features
from musicengine.values.hits import Features, HitReport
from musicengine.values.reports import AudioReport, Report
from musicengine.values.scores import Deduction, Score
from musicengine.values.trends import Quantiles, Trends

__all__ = ["TYPICALITY", "predict"]

TYPICALITY = "typicality"
"""The name under which trends keep the quantiles of the score itself."""

_FENCE = 1.5
_FLOOR = 0.5
Record = Report | AudioReport | Features | Mapping[str, "float | None"]


def predict(record: Record, trends: Trends) -> HitReport:
    """How typical the record is.

    Args:
        record: a report, or features by name.
        trends: what is typical of a genre and era.
    """
    features = extract_features(record) if isinstance(record, (Report, AudioReport)) else record
    judged = {name: spread for name, spread in trends.features.items() if name != TYPICALITY}
    cap = 100 / max(1, len(judged))
    known = {name: float(value) for name in judged if (value := features.get(name)) is not None and np.isfinite(value)}
    costs = {name: cap * _distance(value, judged[name]) for name, value in known.items()}
    reasons = [_reason(name, known[name], judged[name], cost, trends) for name, cost in costs.items() if cost > 0]
    score = Score(reasons, judged=min(100.0, cap * len(known)))
    missing = sorted(set(judged) - set(known))
    sure = features.confidences if isinstance(features, Features) else {}
    doubt = {name: 1 - sure.get(name, 1.0) for name in known}
    low = score.value - cap * len(missing) - sum(doubt[name] * (cap - cost) for name, cost in costs.items())
    high = score.value + sum(doubt[name] * cost for name, cost in costs.items())
    typical = trends.features.get(TYPICALITY)
    return HitReport(
        score=score,
        low=max(0.0, low),
        high=min(100.0, high),
        percentile=typical.rank(score.value) if typical and not missing else None,
        genre=trends.genre,
        era=trends.era,
        missing=missing,
        abstained=_abstention(len(known), len(judged)),
        source=f"{trends.source} ({trends.dated})" if trends.dated else trends.source,
    )


def _distance(value: float, spread: Quantiles) -> float:
    """How far outside the quartiles, in [0, 1]: 1 is at Tukey's fence."""
    low, high = spread.at(0.25), spread.at(0.75)
    beyond = max(low - value, value - high, 0.0)
    reach = _FENCE * (high - low)
    return min(1.0, beyond / reach) if reach > 0 else float(beyond > 0)


def _reason(name: str, value: float, spread: Quantiles, cost: float, trends: Trends) -> Deduction:
    low, high = spread.at(0.25), spread.at(0.75)
    word, _, unit = name.rpartition("_")
    subject = (word or unit).replace("_", " ")
    return Deduction(
        rule=f"typical.{name}",
        points=cost,
        measured=value,
        target=low if value < low else high,
        unit=unit if word else "",
        fix=f"{'Raise' if value < low else 'Lower'} the {subject} if you want to sound like them.",
        source=f"middle half of {trends.source or 'the given records'}, {trends.era or 'all eras'}",
    )


def _abstention(known: int, judged: int) -> str:
    if not judged:
        return "the trends hold no features"
    return "" if known >= _FLOOR * judged else f"only {known} of {judged} features are known"
