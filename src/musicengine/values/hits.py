"""Hits: Features of a record, HitReport, Comparison, and models fitted to a catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np

from musicengine.errors import InputError
from musicengine.values import _report
from musicengine.values._arrays import Content, FloatArray, confidence, finite, floats, non_negative, shaped
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value
from musicengine.values.scores import Score

__all__ = ["Comparison", "Curve", "Features", "HitEstimate", "HitModel", "HitReport", "References", "Reliability"]


@attrs.frozen(repr=False, slots=False)
class Features(Value, Mapping[str, "float | None"]):
    """A record as numbers; it is a mapping, so that whatever takes features takes it or a plain dict.

    Args:
        values: by name, units in the names; None where the record does not say.
        confidences: in [0, 1], of the values that are not certain.
    """

    values_by_name: Mapping[str, float | None] = attrs.field(converter=read_only, eq=sorted_items)
    confidences: Mapping[str, float] = attrs.field(default={}, converter=read_only, eq=sorted_items)

    def __getitem__(self, name: str) -> float | None:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


@attrs.frozen(repr=False, slots=False, kw_only=True)
class HitReport(Value):
    """How typical a record is of those that charted. It is no chance of a hit: no such figure is known.

    Args:
        score: 100 minus what sets the record apart from most that charted; only what is known costs.
        low, high: where the score would lie if all that is missing or uncertain were known.
        percentile: share of charting records that score no higher, in [0, 1]; None if the trends do not say.
        genre, era: of the records it is compared with; "" for all.
        missing: features that the trends know and the record lacks.
        abstained: why the score says nothing; "" if it does.
        source: of the trends, with their date.
    """

    score: Score
    low: float = attrs.field(converter=float, validator=non_negative)
    high: float = attrs.field(converter=float, validator=non_negative)
    percentile: float | None = attrs.field(default=None, validator=confidence)
    genre: str = ""
    era: str = ""
    missing: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    abstained: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.score} typical of charting records of {self.era or 'all eras'} ({self.low:.0f}-{self.high:.0f})"

    def _repr_html_(self) -> str:
        return _report.hit_card(self)


@attrs.frozen(repr=False, slots=False)
class References(Value):
    """Tracks to compare with, as points of one space.

    Args:
        ids: one a track, all different.
        vectors: float32 (tracks, 128), each of length 1.
        space: of the embeddings.
    """

    ids: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    vectors: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("tracks", 128), finite])
    space: str

    def __attrs_post_init__(self) -> None:
        """Require one vector an id."""
        if len(self.ids) != len(self.vectors):
            raise InputError(f"References needs a vector an id, got {len(self.ids)} and {len(self.vectors)}")


@attrs.frozen(repr=False, slots=False)
class Comparison(Value):
    """How a track differs from a reference.

    Args:
        id: of the reference.
        similarity: of the embeddings, cosine in [-1, 1]; None if either has none.
        differences: one phrase each, the largest first.
    """

    id: str
    similarity: float | None
    differences: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])


@attrs.frozen(repr=False, slots=False)
class Curve(Value):
    """What one feature adds to the log-odds: straight lines between knots, constant beyond them.

    Args:
        feature: its name.
        knots: float32 (k,), increasing values of the feature.
        effects: float32 (k,), log-odds at the knots; on average 0 over the catalogue.
        spread: standard deviation of the effect over the catalogue: what is unknown when the feature is missing.
        low, high: 1 % and 99 % quantile of the feature in the catalogue: beyond them the curve is a guess.
    """

    feature: str
    knots: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("k"), finite])
    effects: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("k"), finite])
    spread: float = attrs.field(converter=float, validator=non_negative)
    low: float = attrs.field(converter=float)
    high: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        """Require as many effects as knots, and knots that increase."""
        if self.knots.size != self.effects.size or not self.knots.size or (np.diff(self.knots) <= 0).any():
            raise InputError(f"Curve of {self.feature!r} needs increasing knots and an effect each, got {self.knots}")

    def basis(self, value: float) -> FloatArray:
        """The weight of each knot at a value of the feature: float32 (k,), adding up to 1."""
        at = float(np.interp(value, self.knots, np.arange(self.knots.size)))
        weights: FloatArray = np.maximum(0, 1 - np.abs(np.arange(self.knots.size, dtype=np.float32) - at))
        return weights

    def __str__(self) -> str:
        return f"{self.feature} {self.effects.min():+.2f} to {self.effects.max():+.2f}"


@attrs.frozen(repr=False, slots=False)
class Reliability(Value):
    """How well predicted probabilities agree with what happened, measured on folds held out of the fit.

    Args:
        predicted: float32 (bins,), mean prediction of each bin.
        observed: float32 (bins,), share of positive outcomes in it.
        counts: float32 (bins,), records in it.
        auc: probability that a positive record is ranked above a negative one (0.5 is chance).
        brier: mean squared error of the probability.
        calibration_error: mean distance of predicted from observed, weighted by count (ECE, 15 bins of equal width).
    """

    predicted: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("bins"), finite])
    observed: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("bins"), finite])
    counts: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("bins"), finite])
    auc: float = attrs.field(converter=float, validator=confidence)
    brier: float = attrs.field(converter=float, validator=confidence)
    calibration_error: float = attrs.field(converter=float, validator=confidence)

    def __str__(self) -> str:
        return f"AUC {self.auc:.3f}, Brier {self.brier:.3f}, calibration error {self.calibration_error:.3f}"


@attrs.frozen(repr=False, slots=False)
class HitEstimate(Value):
    """What a calibrated model says of one record.

    Args:
        probability: of the outcome that the model was fitted to.
        low, high: 95 % interval.
        effects: log-odds that each known feature adds, by its name.
        missing: features the model knows and the record lacks.
        abstained: why the probability should not be used; "" if it may.
    """

    probability: float = attrs.field(converter=float, validator=confidence)
    low: float = attrs.field(converter=float, validator=confidence)
    high: float = attrs.field(converter=float, validator=confidence)
    effects: Mapping[str, float] = attrs.field(default={}, converter=read_only, eq=sorted_items)
    missing: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    abstained: str = ""


@attrs.frozen(repr=False, slots=False)
class HitModel(Value):
    """An additive model of an outcome, fitted by :func:`musicengine.hits.fit` to your own catalogue.

    Args:
        intercept: log-odds of an average record.
        curves: one a feature.
        covariance: float32 (p, p) of the knots' effects, intercept first (Laplace approximation).
        reliability: measured on held-out folds.
        records: how many it was fitted to.
        penalty: the ridge penalty that the folds chose.
    """

    intercept: float = attrs.field(converter=float)
    curves: tuple[Curve, ...] = attrs.field(converter=tuple[Curve, ...])
    covariance: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("p", "p"), finite])
    reliability: Reliability
    records: int
    penalty: float = attrs.field(converter=float, validator=non_negative)

    def __attrs_post_init__(self) -> None:
        """Require a covariance of the intercept and every knot."""
        size = 1 + sum(curve.knots.size for curve in self.curves)
        if self.covariance.shape != (size, size):
            raise InputError(f"HitModel.covariance must have the shape {(size, size)}, got {self.covariance.shape}")

    def predict(self, features: Mapping[str, float | None]) -> float:
        """The calibrated probability; features that are missing, None or NaN pull it towards the base rate."""
        return self.assess(features).probability

    def assess(self, features: Mapping[str, float | None]) -> HitEstimate:
        """The probability with its interval and its reasons."""
        weights, log_odds, unknown = [np.ones(1, np.float32)], self.intercept, 0.0
        effects, missing, outside = {}, [], []
        for curve in self.curves:
            value = features.get(curve.feature)
            if value is None or not np.isfinite(value):
                missing.append(curve.feature)
                unknown += curve.spread**2
                weights.append(np.zeros(curve.knots.size, np.float32))
                continue
            if not curve.low <= value <= curve.high:
                outside.append(curve.feature)
            basis = curve.basis(float(value))
            weights.append(basis)
            effects[curve.feature] = float(basis @ curve.effects)
            log_odds += effects[curve.feature]
        row = np.concatenate(weights)
        # The variance of what was fitted, and of what the missing features may have added.
        variance = max(0.0, float(row @ self.covariance @ row)) + unknown
        centre = log_odds / np.sqrt(1 + np.pi / 8 * variance)  # MacKay (1992): the mean of a logistic-normal
        reach = 1.96 * np.sqrt(variance)
        low, high = _logistic(log_odds - reach), _logistic(log_odds + reach)
        return HitEstimate(
            probability=_logistic(centre),
            low=min(low, _logistic(centre)),
            high=max(high, _logistic(centre)),
            effects=effects,
            missing=missing,
            abstained=_doubt(high - low, missing, outside),
        )

    def __str__(self) -> str:
        return f"{len(self.curves)} features, {self.records:,} records, {self.reliability}"

    def _repr_html_(self) -> str:
        return _report.model_card(self)


def _logistic(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -60, 60))))


def _doubt(width: float, missing: list[str], outside: list[str]) -> str:
    if width > 0.8:
        lacking = f"; missing: {', '.join(missing)}" if missing else ""
        return f"the interval is {width:.2f} wide, too little is known{lacking}"
    if len(outside) > 2:
        return f"outside what the catalogue holds: {', '.join(outside)}"
    return ""
