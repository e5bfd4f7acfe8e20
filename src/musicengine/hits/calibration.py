"""Fit a small additive model to a catalogue of your own: which of your records had the outcome, and how sure is that.

Each feature's effect on the log-odds is piecewise linear between knots at its quantiles (its own values, if it has few)
and is kept smooth by a ridge penalty on the steps between knots (a generalised additive model, Hastie and Tibshirani
1986, with the P-spline penalty of Eilers and Marx 1996). The penalty is chosen, and AUC, Brier score and calibration
error are measured, on folds held out of the fit; records of one group, e.g. one artist, stay in one fold. The fit runs
in blocks of rows, so memory does not grow with the catalogue beyond the feature table itself. Each fit starts from one
that is near it, so it settles in two or three passes, and the penalty of a large catalogue is chosen on 100,000 of its
records; the figures come from all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.errors import InputError
from musicengine.values.hits import Curve, HitModel, Reliability

__all__ = ["fit", "measure_reliability"]

Table = npt.NDArray[np.float64]

_PENALTIES = (0.3, 3.0, 30.0, 300.0)
_KNOTS = 12
_FEW = 12
_BLOCK = 8_192
_SAMPLE = 100_000  # records are enough to choose a penalty by
_BINS = 15
_STEPS = 25
_SETTLED = 1e-4  # of the log-odds
_SHORT_STEP = 0.3  # of the log-odds: what one Newton step reaches to the third digit
_LEAST = 10


def fit(
    features: Mapping[str, npt.ArrayLike] | Sequence[Mapping[str, float | None]],
    outcomes: npt.ArrayLike,
    *,
    groups: Sequence[object] | None = None,
    folds: int = 5,
    seed: int = 0,
) -> HitModel:
    """The model that predicts the outcome from the features.

    Args:
        features: one mapping a record, or one column a feature; None and NaN are missing values.
        outcomes: one a record, True or 1 for the outcome.
        groups: records of one group are never both fitted to and measured on.
        folds: how many parts the catalogue is cut into.
        seed: of the cut.

    Returns:
        The model, with its figures from held-out folds.

    Raises:
        InputError: the lengths differ, there are fewer than ten records of either outcome or fewer groups than folds,
            or no feature varies.
    """
    names, table = _table(features)
    wanted = _outcomes(outcomes, len(table))
    if folds < 2:
        raise InputError(f"fit needs two folds at least, got {folds}")
    fold = _folds(len(table), groups, folds, seed)
    design = _Design.of(names, table)
    if not design.columns:
        raise InputError("no feature varies, so none can tell outcomes apart")
    part = np.random.default_rng(seed).permutation(len(table))[:_SAMPLE] if len(table) > _SAMPLE else slice(None)
    penalty, start, held = _chosen(design, table[part], wanted[part], fold[part])
    weights, covariance = _solve(design, table, wanted, penalty, start=start)
    if len(held) < len(table):
        held = _held_out(design, table, wanted, fold, penalty, weights)
    return _model(design, table, weights, covariance, measure_reliability(wanted, held), penalty)


def measure_reliability(outcomes: npt.ArrayLike, predicted: npt.ArrayLike) -> Reliability:
    """How well probabilities agree with outcomes.

    Args:
        outcomes: (n,) 0 or 1, both of them present.
        predicted: (n,) in [0, 1].
    """
    wanted, probability = np.asarray(outcomes, float), np.asarray(predicted, float)
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    kept = counts > 0
    means = np.bincount(bins, probability, _BINS)[kept] / counts[kept]
    shares = np.bincount(bins, wanted, _BINS)[kept] / counts[kept]
    return Reliability(
        predicted=means,
        observed=shares,
        counts=counts[kept],
        auc=_auc(wanted, probability),
        brier=float(np.mean((probability - wanted) ** 2)),
        calibration_error=float(np.abs(means - shares) @ counts[kept] / len(wanted)),
    )


@attrs.frozen
class _Column:
    """One feature's knots and how its steps are penalised."""

    name: str
    index: int
    knots: Table
    few: bool

    def basis(self, values: Table) -> Table:
        """Weights of the knots (n, k); rows of zeros for missing values."""
        known = np.isfinite(values)
        at = np.interp(np.where(known, values, self.knots[0]), self.knots, np.arange(len(self.knots)))
        left = np.minimum(at.astype(int), len(self.knots) - 2)
        rows, weights = np.arange(len(values)), np.zeros((len(values), len(self.knots)))
        weights[rows, left], weights[rows, left + 1] = 1 - (at - left), at - left
        weights[~known] = 0
        return weights

    def penalty(self) -> Table:
        """On the steps from knot to knot; on the effects themselves, where values are few and may be categories."""
        size = len(self.knots)
        level = np.eye(size)
        steps = np.diff(level, axis=0)
        return level if self.few else steps.T @ steps + 0.01 * level


@attrs.frozen
class _Design:
    """How rows of features become rows of a linear model."""

    columns: tuple[_Column, ...]
    centre: Table

    @classmethod
    def of(cls, names: Sequence[str], table: Table) -> _Design:
        columns = tuple(
            column for index, name in enumerate(names) if (column := _column(name, index, table[:, index])) is not None
        )
        total = np.zeros(sum(len(column.knots) for column in columns))
        for block in _blocks(len(table)):
            for part, column in cls(columns, total)._parts():
                total[part] += column.basis(table[block, column.index]).sum(axis=0)
        for part, column in cls(columns, total)._parts():
            total[part] /= max(1, np.isfinite(table[:, column.index]).sum())
        return cls(columns, total)

    def rows(self, table: Table) -> Table:
        """The intercept and the centred basis (n, 1 + knots); a missing value adds nothing."""
        out = np.ones((len(table), 1 + len(self.centre)))
        for part, column in self._parts():
            values = table[:, column.index]
            out[:, 1:][:, part] = column.basis(values) - self.centre[part] * np.isfinite(values)[:, None]
        return out

    def ridge(self, penalty: float) -> Table:
        """The ridge matrix; the intercept is free but for a trifle that keeps it regular."""
        out = np.zeros((1 + len(self.centre),) * 2)
        for part, column in self._parts():
            out[1:, 1:][part, part] = penalty * column.penalty()
        return out + 1e-6 * np.eye(len(out))

    def _parts(self) -> Iterator[tuple[slice, _Column]]:
        start = 0
        for column in self.columns:
            yield slice(start, start + len(column.knots)), column
            start += len(column.knots)


def _table(features: Mapping[str, npt.ArrayLike] | Sequence[Mapping[str, float | None]]) -> tuple[list[str], Table]:
    """Names and the table (records, features), NaN where a value is missing."""
    try:
        if isinstance(features, Mapping):
            names = sorted(features)
            columns = [np.asarray(features[name], dtype=float) for name in names]
        else:
            names = sorted({name for record in features for name in record})
            columns = [np.array([record.get(name) for record in features], dtype=float) for name in names]
        table = np.stack(columns, axis=1) if columns else np.zeros((0, 0))
    except (TypeError, ValueError) as error:
        raise InputError(f"features must be numbers, None or NaN, in columns of one length: {error}") from error
    if table.ndim != 2 or not table.size:
        raise InputError("fit needs at least one record with at least one feature, got none")
    table[~np.isfinite(table)] = np.nan  # the table is our own copy
    return names, table


def _outcomes(outcomes: npt.ArrayLike, count: int) -> Table:
    wanted = np.asarray(outcomes, dtype=float)
    if wanted.shape != (count,) or not np.isin(wanted, (0, 1)).all():
        raise InputError(f"fit needs an outcome of 0 or 1 for each of {count} records, got shape {wanted.shape}")
    least = int(min(wanted.sum(), count - wanted.sum()))
    if least < _LEAST:
        raise InputError(f"fit needs {_LEAST} records of either outcome at least, got {least}")
    return wanted


def _folds(count: int, groups: Sequence[object] | None, folds: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold for each record, the same for all of a group."""
    if groups is None:
        member = np.arange(count)
    elif len(groups) != count:
        raise InputError(f"fit needs one group a record, got {len(groups)} for {count} records")
    else:
        member = np.unique(np.array([str(group) for group in groups]), return_inverse=True)[1]
    kinds = int(member.max()) + 1
    if kinds < folds:
        raise InputError(f"fit needs at least as many groups as folds, got {kinds} groups and {folds} folds")
    order = np.random.default_rng(seed).permutation(kinds)
    return (order % folds)[member]


def _column(name: str, index: int, values: Table) -> _Column | None:
    """The knots of one feature; None if it does not vary."""
    known = values[np.isfinite(values)]
    distinct = np.unique(known)
    if len(distinct) < 2:
        return None
    few = len(distinct) <= _FEW
    knots = distinct if few else np.unique(np.quantile(known, np.linspace(0, 1, _KNOTS)).astype(np.float32))
    if len(knots) < 2:  # nearly all values are one
        knots = np.array([distinct[0], distinct[-1]])
    return _Column(name, index, knots.astype(float), few)


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, _BLOCK):
        yield slice(start, start + _BLOCK)


def _solve(
    design: _Design,
    table: Table,
    wanted: Table,
    penalty: float,
    *,
    used: npt.NDArray[np.bool_] | None = None,
    start: Table,
) -> tuple[Table, Table]:
    """The effects and their covariance, by iteratively reweighted least squares.

    Args:
        design: of the columns.
        table: (records, features).
        wanted: (records,).
        penalty: on the effects.
        used: (records,) which of them to fit to; None for all.
        start: effects that are near.
    """
    ridge = design.ridge(penalty)
    weights, hessian = start.copy(), ridge
    for _ in range(_STEPS):
        slope, bend = _slopes(design, table, wanted, weights, used)
        hessian = ridge + bend
        step = np.linalg.solve(hessian, slope - ridge @ weights)
        weights += step * min(1.0, 5 / max(np.abs(step).max(), 1e-12))  # separable outcomes must not run away
        if np.abs(step).max() < _SETTLED:
            break
    return weights, np.asarray(np.linalg.inv(hessian), float)


def _slopes(
    design: _Design, table: Table, wanted: Table, weights: Table, used: npt.NDArray[np.bool_] | None
) -> tuple[Table, Table]:
    """The gradient (p,) of the log-likelihood and its negative second derivatives (p, p), over the records used."""
    gradient, hessian = np.zeros(len(weights)), np.zeros((len(weights),) * 2)
    for block in _blocks(len(table)):
        kept = slice(None) if used is None else used[block]
        rows = design.rows(table[block][kept])
        probability = _logistic(rows @ weights)
        gradient += rows.T @ (wanted[block][kept] - probability)
        hessian += (rows * (probability * (1 - probability))[:, None]).T @ rows
    return gradient, hessian


def _chosen(design: _Design, table: Table, wanted: Table, fold: npt.NDArray[np.int64]) -> tuple[float, Table, Table]:
    """The penalty whose held-out probabilities are the best, the effects with it, and those probabilities."""
    found, start = [], np.zeros(1 + len(design.centre))
    for penalty in sorted(_PENALTIES, reverse=True):
        start, _ = _solve(design, table, wanted, penalty, start=start)
        held = _held_out(design, table, wanted, fold, penalty, start)
        found.append((_log_loss(wanted, held), penalty, start, held))
    _, penalty, start, held = min(found, key=lambda candidate: candidate[:2])
    return penalty, start, held


def _held_out(
    design: _Design, table: Table, wanted: Table, fold: npt.NDArray[np.int64], penalty: float, start: Table
) -> Table:
    """For every record, the probability by the fit that did not see it.

    From the fit to all, one Newton step leads to the fit without a fold, so one pass serves all folds. Where that step
    is a long one, as with few records, more follow.
    """
    ridge, folds = design.ridge(penalty), np.unique(fold)
    slopes = {index: _slopes(design, table, wanted, start, fold == index) for index in folds}
    slope, bend = (sum(parts[at] for parts in slopes.values()) for at in (0, 1))
    probability = np.full(len(table), wanted.mean())
    for index, (own_slope, own_bend) in slopes.items():
        out = fold == index
        if len(np.unique(wanted[~out])) < 2:
            continue
        step = np.linalg.solve(ridge + bend - own_bend, slope - own_slope - ridge @ start)
        weights = start + step
        if np.abs(step).max() > _SHORT_STEP:
            weights, _ = _solve(design, table, wanted, penalty, used=~out, start=start)
        for block in _blocks(len(table)):
            part = out[block]
            probability[block][part] = _logistic(design.rows(table[block][part]) @ weights)
    return probability


def _model(
    design: _Design, table: Table, weights: Table, covariance: Table, reliability: Reliability, penalty: float
) -> HitModel:
    curves, intercept = [], float(weights[0])
    for part, column in design._parts():
        known = table[np.isfinite(table[:, column.index]), column.index]
        effects = weights[1:][part]
        effects = effects - design.centre[part] @ effects
        spread = float(np.std(np.interp(known, column.knots, effects)))
        low, high = np.quantile(known, [0.01, 0.99])
        curves.append(Curve(column.name, column.knots, effects, spread, low, high))
    # Seen from uncentred knots: each effect less the column's mean effect.
    shift = np.eye(len(weights))
    for part, _ in design._parts():
        shift[1:, 1:][part, part] -= design.centre[part][None, :]
    return HitModel(intercept, curves, shift @ covariance @ shift.T, reliability, len(table), penalty)


def _logistic(log_odds: Table) -> Table:
    return 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))


def _log_loss(wanted: Table, probability: Table) -> float:
    clipped = np.clip(probability, 1e-9, 1 - 1e-9)
    return float(-np.mean(wanted * np.log(clipped) + (1 - wanted) * np.log(1 - clipped)))


def _auc(wanted: Table, probability: Table) -> float:
    """The Mann-Whitney statistic, ties counting half."""
    _, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = wanted.sum()
    return float((ranks[wanted > 0].sum() - positive * (positive + 1) / 2) / (positive * (len(wanted) - positive)))
