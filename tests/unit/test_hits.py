from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from pathlib import Path

import attrs
import numpy as np
import pytest

from musicengine import codec
from musicengine.errors import InputError
from musicengine.hits import calibration
from musicengine.hits.calibration import fit, measure_reliability
from musicengine.hits.comparison import compare, nearest
from musicengine.hits.score import TYPICALITY, predict
from musicengine.hits.trends import mine_trends, parse_records
from musicengine.values.hits import Features, References
from musicengine.values.measures import Embedding, Loudness
from musicengine.values.music import Form, Section, Tempo
from musicengine.values.reports import AudioReport
from musicengine.values.scores import Score
from musicengine.values.trends import Quantiles, Trends

LEVELS = (0.25, 0.5, 0.75)


def catalogue(count: int = 1500, seed: int = 3) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Records whose outcome depends on energy (a hill) and mode, and on nothing else."""
    rng = np.random.default_rng(seed)
    columns = {"energy": rng.uniform(0, 1, count), "mode": rng.integers(0, 2, count), "noise": rng.normal(size=count)}
    log_odds = 3 - 16 * (columns["energy"] - 0.6) ** 2 + columns["mode"] - 1.5
    return columns, rng.uniform(size=count) < 1 / (1 + np.exp(-log_odds))


class TestFit:
    def test_finds_the_shape_of_an_effect(self) -> None:
        model = fit(*catalogue())
        curve = {curve.feature: curve for curve in model.curves}["energy"]
        assert 0.45 < curve.knots[np.argmax(curve.effects)] < 0.75
        noise = {curve.feature: curve for curve in model.curves}["noise"]
        assert noise.spread < 0.35 * curve.spread

    def test_is_calibrated_on_records_it_has_not_seen(self) -> None:
        columns, outcomes = catalogue(6000, seed=9)
        model = fit(*catalogue(3000))
        records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        seen = measure_reliability(outcomes, [model.predict(record) for record in records])
        assert seen.calibration_error < 0.04
        assert abs(seen.auc - model.reliability.auc) < 0.03

    def test_rows_and_columns_give_the_same_model(self) -> None:
        columns, outcomes = catalogue(300)
        rows = [dict(zip(columns, map(float, row), strict=True)) for row in zip(*columns.values(), strict=True)]
        assert fit(rows, outcomes) == fit(columns, outcomes)

    def test_a_missing_feature_widens_the_interval_and_pulls_to_the_base_rate(self) -> None:
        columns, outcomes = catalogue()
        model = fit(columns, outcomes)
        whole = model.assess({"energy": 0.6, "mode": 1, "noise": 0.0})
        part = model.assess({"mode": 1, "energy": float("nan")})
        assert part.high - part.low > whole.high - whole.low
        assert part.missing == ("energy", "noise")
        assert abs(part.probability - outcomes.mean()) < abs(whole.probability - outcomes.mean())
        assert "too little is known" in model.assess({}).abstained

    def test_what_lies_outside_the_catalogue_is_said(self) -> None:
        model = fit(*catalogue())
        assert "outside what the catalogue holds" in model.assess({"energy": 9, "mode": 7, "noise": 99}).abstained

    def test_goes_through_json(self) -> None:
        model = fit(*catalogue(300))
        assert codec.from_json(codec.to_json(model)) == model

    def test_contradictory_outcomes_give_the_base_rate(self) -> None:
        columns = {"energy": np.repeat(np.linspace(0, 1, 100), 2)}
        model = fit(columns, np.tile([0, 1], 100))
        assert model.predict({"energy": 0.3}) == pytest.approx(0.5, abs=0.05)

    def test_perfectly_separable_outcomes_stay_finite(self) -> None:
        columns = {"energy": np.linspace(0, 1, 200)}
        model = fit(columns, columns["energy"] > 0.5)
        assert model.predict({"energy": 0.1}) < 0.1 < 0.9 < model.predict({"energy": 0.9})

    def test_groups_stay_together(self) -> None:
        # The group decides the outcome and the feature names the group: only grouped folds see through it.
        group = np.arange(400) // 10
        outcomes = np.random.default_rng(0).integers(0, 2, 40)[group]
        columns = {"group": group.astype(float) + np.random.default_rng(1).normal(0, 0.01, 400)}
        grouped = fit(columns, outcomes, groups=group.tolist()).reliability.auc
        assert grouped < fit(columns, outcomes).reliability.auc - 0.1

    @pytest.mark.parametrize(
        ("features", "outcomes", "message"),
        [
            ([], [], "at least one record"),
            ([{"a": 1}], [1], "10 records of either outcome at least, got 0"),
            ([{"a": 1}] * 30, [0, 1] * 15, "no feature varies"),
            ([{"a": "x"}] * 30, [0, 1] * 15, "must be numbers"),
            ({"a": [1, 2], "b": [1]}, [0, 1], "columns of one length"),
            ([{"a": 1}] * 30, [0, 1, 2] * 10, "an outcome of 0 or 1"),
            ([{"a": 1}] * 30, [0, 1], "for each of 30 records"),
        ],
    )
    def test_refuses_what_cannot_be_fitted(self, features: object, outcomes: list[int], message: str) -> None:
        with pytest.raises(InputError, match=message):
            fit(features, outcomes)  # type: ignore[arg-type]

    def test_memory_grows_no_faster_than_the_table(self) -> None:
        def peak(count: int) -> int:
            columns, outcomes = catalogue(count)
            tracemalloc.start()
            fit(columns, outcomes, folds=2)
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return found

        row = 3 * 8  # three features in float64
        assert peak(120_000) - peak(40_000) < 12 * row * 80_000

    def test_a_large_catalogue_chooses_its_penalty_on_a_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        columns, outcomes = catalogue(3000)
        whole = fit(columns, outcomes)
        monkeypatch.setattr(calibration, "_SAMPLE", 1000)
        part = fit(columns, outcomes)
        assert part.records == whole.records == 3000
        assert part.reliability.counts.sum() == 3000
        assert part.reliability.auc == pytest.approx(whole.reliability.auc, abs=0.01)

    def test_reaches_the_published_figures(self, labelled_data: Path) -> None:
        with gzip.open(labelled_data / "hits" / "songs.jsonl.gz", "rt") as lines:
            songs = [json.loads(line) for line in lines]
        model = fit([song["f"] for song in songs], [song["y"] for song in songs])
        assert model.reliability.auc >= 0.84
        assert model.reliability.calibration_error <= 0.02


class TestTypicality:
    TEMPO, DURATION = Quantiles(LEVELS, (100, 120, 140)), Quantiles(LEVELS, (195, 216, 239))
    TRENDS = Trends("", "2010s", {"tempo_bpm": TEMPO, "duration_s": DURATION})

    def test_the_middle_half_costs_nothing(self) -> None:
        assert predict({"tempo_bpm": 139, "duration_s": 200}, self.TRENDS).score.value == 100

    def test_a_feature_costs_its_share_at_the_fence(self) -> None:
        report = predict({"tempo_bpm": 140 + 60, "duration_s": 200}, self.TRENDS)
        (reason,) = report.score.deductions
        assert (reason.points, reason.measured, reason.target, reason.unit) == (50, 200, 140, "bpm")
        assert reason.fix.startswith("Lower the tempo")

    def test_further_is_never_better(self) -> None:
        scores = [predict({"tempo_bpm": bpm, "duration_s": 200}, self.TRENDS).score.value for bpm in range(120, 260, 3)]
        assert all(later <= earlier for earlier, later in itertools.pairwise(scores))

    def test_what_is_missing_widens_the_interval_and_costs_nothing(self) -> None:
        whole, part = (
            predict({"tempo_bpm": 120, "duration_s": 200}, self.TRENDS),
            predict({"tempo_bpm": 120}, self.TRENDS),
        )
        assert (whole.low, whole.high) == (100, 100)
        assert (part.score.value, part.low, part.high) == (100, 50, 100)
        assert part.missing == ("duration_s",)
        assert "only 0 of 2" in predict({}, self.TRENDS).abstained

    def test_an_uncertain_tempo_widens_the_interval_both_ways(self) -> None:
        features = Features({"tempo_bpm": 155.0, "duration_s": 200.0}, {"tempo_bpm": 0.6})
        report = predict(features, self.TRENDS)
        assert report.low < report.score.value < report.high

    def test_a_report_is_read_directly(self) -> None:
        report = AudioReport(
            duration_s=200, rate=44_100, channels=2, quality=Score(), tempo=Tempo(170, 1.0),
            form=Form([Section(0, 30, "verse"), Section(30, 200, "chorus")], [0.0]),
        )  # fmt: skip
        assert predict(report, self.TRENDS).score.deductions[0].measured == 170


class TestTrends:
    def test_quantiles_are_those_of_the_records(self) -> None:
        trends = mine_trends([{"tempo_bpm": float(bpm)} for bpm in range(101)], era="1990s")
        assert trends.features["tempo_bpm"].values == pytest.approx((5, 25, 50, 75, 95))
        assert trends.features["tempo_bpm"].count == 101

    def test_half_of_the_records_score_at_most_the_median(self) -> None:
        records = [{"tempo_bpm": float(v)} for v in np.random.default_rng(0).normal(120, 20, 400)]
        trends = mine_trends(records)
        percentiles = [predict(record, trends).percentile for record in records]
        own = [predict(record, trends).score.value for record in records]
        found = trends.features[TYPICALITY]
        assert found.values == pytest.approx(np.quantile(own, found.levels), abs=1e-3)
        assert 0.3 < np.mean([p for p in percentiles if p is not None]) < 0.8

    def test_text_of_both_kinds_is_read(self) -> None:
        csv = "title,tempo_bpm,duration_s\nA,120,200\nB,,180\n"
        found = [{"tempo_bpm": 120.0, "duration_s": 200.0}, {"tempo_bpm": None, "duration_s": 180.0}]
        assert list(parse_records(csv)) == found
        assert list(parse_records(json.dumps(found))) == found

    @pytest.mark.parametrize("records", [[], [{}], [{"tempo_bpm": float("nan")}]])
    def test_nothing_gives_no_trends(self, records: list[dict[str, float | None]]) -> None:
        with pytest.raises(InputError, match="at least one record"):
            mine_trends(records)

    @pytest.mark.parametrize("text", ["[1, 2]", "[{", '["a"]'])
    def test_other_text_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="expected CSV"):
            parse_records(text)


class TestComparison:
    def test_the_nearest_come_first(self) -> None:
        vectors = np.random.default_rng(0).normal(size=(50, 128))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        references = References([str(i) for i in range(50)], vectors, "s")
        found = nearest(Embedding(vectors[7], "s"), references, count=3)
        assert found[0].id == "7"
        assert found[0].similarity == pytest.approx(1, abs=1e-5)
        assert [m.similarity for m in found] == sorted((m.similarity for m in found), reverse=True)
        assert len(nearest(Embedding(vectors[7], "s"), references, count=99)) == 50

    def test_other_spaces_and_counts_are_refused(self) -> None:
        references = References([], np.zeros((0, 128)), "s")
        assert nearest(Embedding(np.zeros(128), "s"), references) == ()
        with pytest.raises(InputError, match="do not compare"):
            nearest(Embedding(np.zeros(128), "t"), references)
        with pytest.raises(InputError, match="1 or more, got 0"):
            nearest(Embedding(np.zeros(128), "s"), references, count=0)

    def test_differences_are_said_in_words_largest_first(self) -> None:
        base = AudioReport(
            duration_s=200, rate=44_100, channels=2, quality=Score(), tempo=Tempo(120, 1),
            loudness=Loudness(-14, 5, -12, -11, -1),
            form=Form([Section(0, 40, "verse"), Section(40, 200, "chorus")], [0.0]),
        )  # fmt: skip
        other = attrs.evolve(base, tempo=Tempo(90, 1), loudness=Loudness(-16, 5, -14, -13, -1), duration_s=203)
        with pytest.raises(InputError, match=r"references by name.*got AudioReport"):
            compare(base, other)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"report\.audio, got Score"):
            compare(base, {"other": Score()})  # type: ignore[dict-item]
        (found,) = compare(base, {"other": other})
        assert found.differences == ("30 bpm faster", "2 LU louder")
        assert found.similarity is None
