"""Tracks made in rounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from musicengine import (
    Audio,
    AudioReport,
    BackendError,
    Brief,
    BriefError,
    Credits,
    CreditsError,
    Deduction,
    InputError,
    Job,
    MusicEngine,
    Production,
    Report,
    Round,
    Score,
    Step,
    Take,
    codec,
)
from musicengine.__main__ import main
from musicengine.backends.stub.generator import StubGenerator
from musicengine.flows.judge import LYRICS_SHARE, weigh
from musicengine.flows.produce import NOISE, Studio, produce
from musicengine.lyrics import parse
from musicengine.values.making import Capabilities


def scored(points: float) -> Report:
    """A report of a track that lost so many points."""
    reasons = [Deduction("clipping", points, 1.0, 0.0, "ms/s", "Do not.")] if points else []
    score = Score(reasons)
    return Report(audio=AudioReport(duration_s=1, rate=8000, channels=1, quality=score), score=score)


def take_of(brief: Brief, mark: float = 0.0) -> Take:
    return Take(Audio(np.full((1, 8), mark), 8000), brief)


def studio(lost: Sequence[float], *, price: float = 0.0, make: Callable[[Brief], Any] | None = None) -> Studio:
    """A studio whose takes lose these points, one after the other."""
    points = iter(lost)
    return Studio(
        make=make or (lambda brief: (take_of(brief),)),
        judge=lambda take: scored(next(points)),
        price=lambda brief: Credits(price),
    )


def test_only_what_rises_above_the_noise_is_kept() -> None:
    made = produce(studio([20, 20 - NOISE / 2, 10, 30, 5]), Brief("pop"), rounds=5)
    assert [item.kept for item in made.rounds] == [True, False, True, False, True]
    assert made.best is made.rounds[-1]
    assert made.stopped == "rounds"
    assert made.gain == pytest.approx(15)
    kept = [item.score for item in made.rounds if item.kept]
    assert all(after > before + NOISE for before, after in pairwise(kept))


def test_the_best_is_never_below_the_first() -> None:
    made = produce(studio([5, 50, 60]), Brief("pop"))
    assert made.best is made.rounds[0]
    assert made.gain == 0


def test_edits_start_from_the_best_round() -> None:
    made = produce(studio([20, 30, 25]), Brief("pop", seed=1))
    assert made.rounds[0].brief == Brief("pop", seed=1)
    assert made.rounds[0].edits == ()
    for item in made.rounds[1:]:
        (edit,) = item.edits
        assert (edit.field, edit.before, edit.rule) == ("seed", 1, "clipping")
        assert item.brief.seed == edit.after
    assert len({item.brief.seed for item in made.rounds}) == 3


@pytest.mark.parametrize(
    ("lost", "limits", "stopped", "count"),
    [
        ([20, 10, 5], {"target": 90}, "target", 2),
        ([20], {"target": 0}, "target", 1),
        ([0], {}, "target", 1),
        ([NOISE / 2], {}, "no expected gain", 1),
        ([20, 10], {"rounds": 2}, "rounds", 2),
        ([20], {"rounds": 1}, "rounds", 1),
    ],
)
def test_it_stops(lost: list[float], limits: dict[str, Any], stopped: str, count: int) -> None:
    made = produce(studio(lost), Brief("pop"), **limits)
    assert made.stopped == stopped
    assert len(made.rounds) == count


def test_the_budget_is_never_exceeded() -> None:
    made = produce(studio([20, 10, 5, 3], price=2), Brief("pop"), rounds=4, budget=5)
    assert made.stopped == "budget"
    assert made.cost == Credits(4)
    assert made.budget == Credits(5)
    assert len(made.rounds) == 2


def test_what_is_above_the_budget_is_not_ordered() -> None:
    orders: list[Brief] = []

    def make(brief: Brief) -> tuple[Take, ...]:
        orders.append(brief)
        return (take_of(brief),)

    with pytest.raises(CreditsError, match="2 credits"):
        produce(studio([20], price=2, make=make), Brief("pop"), budget=Credits(1.5))
    assert not orders


def test_a_budget_of_nothing_is_enough_for_what_is_free() -> None:
    assert produce(studio([20, 10, 5]), Brief("pop"), budget=0).stopped == "rounds"


def test_a_budget_in_another_currency_is_refused() -> None:
    with pytest.raises(InputError, match="euro"):
        produce(studio([20], price=1), Brief("pop"), budget=Credits(5, "euro"))


@pytest.mark.parametrize(
    "limits",
    [
        {"rounds": 0},
        {"rounds": -1},
        {"rounds": 10**6},
        {"rounds": 2.0},
        {"rounds": True},
        {"target": 101},
        {"target": -1},
        {"target": float("nan")},
        {"target": "85"},
        {"budget": -1},
        {"budget": float("nan")},
        {"budget": float("inf")},
        {"budget": "5"},
    ],
)
def test_numbers_out_of_range_are_refused_before_anything_is_made(limits: dict[str, Any]) -> None:
    (name, value), *_ = limits.items()
    with pytest.raises(InputError, match=name) as raised:
        produce(studio([]), Brief("pop"), **limits)
    assert repr(value) in str(raised.value)


def failing_after(count: int, error: Exception) -> Callable[[Brief], Any]:
    made = 0

    def make(brief: Brief) -> tuple[Take, ...]:
        nonlocal made
        made += 1
        if made > count:
            raise error
        return (take_of(brief),)

    return make


@pytest.mark.parametrize("error", [BackendError("service is down"), RuntimeError("unforeseen")])
def test_a_failure_in_the_middle_loses_no_round(error: Exception) -> None:
    made = produce(studio([20, 10], make=failing_after(2, error)), Brief("pop"), rounds=5)
    assert made.stopped == "failed"
    assert made.problem == f"{type(error).__name__}: {error}"
    assert [item.score for item in made.rounds] == [80, 90]
    assert str(error) in made.text


def test_a_failure_at_the_start_is_raised() -> None:
    with pytest.raises(BackendError, match="service is down"):
        produce(studio([], make=failing_after(0, BackendError("service is down"))), Brief("pop"))


@pytest.mark.parametrize("garbage", [None, (), "take", ("take",), [take_of(Brief("pop"))], 7])
def test_garbage_from_a_generator_is_named(garbage: Any) -> None:
    with pytest.raises(BackendError, match="expected one take"):
        produce(studio([], make=lambda brief: garbage), Brief("pop"))


def test_of_several_takes_the_best_is_chosen_and_the_others_kept() -> None:
    def make(brief: Brief) -> tuple[Take, ...]:
        return take_of(brief, 0.1), take_of(brief, 0.2), take_of(brief, 0.3)

    made = produce(studio([20, 5, 5], make=make), Brief("pop"), rounds=1)
    assert made.best.take == take_of(Brief("pop"), 0.2)
    assert made.best.others == (take_of(Brief("pop"), 0.1), take_of(Brief("pop"), 0.3))


def test_progress_is_told() -> None:
    steps: list[Step] = []
    produce(studio([20, 10, 5]), Brief("pop"), progress=steps.append)
    assert [step.done for step in steps] == [1, 2, 3, 4, 5, 6, 6]
    assert {step.total for step in steps} == {6}


def test_a_bar_is_cleared_when_it_stops_early() -> None:
    steps: list[Step] = []
    produce(studio([0]), Brief("pop"), progress=steps.append)
    assert (steps[-1].done, steps[-1].total) == (6, 6)


def test_a_production_starts_with_a_round_that_was_kept() -> None:
    dropped = Round(Brief("pop"), take_of(Brief("pop")), scored(5), kept=False)
    for rounds in ((), (dropped,)):
        with pytest.raises(InputError, match="one round at least"):
            Production(rounds, "rounds")


def test_a_production_reads_as_text_and_html() -> None:
    made = produce(studio([20, 10, 12]), Brief("pop <b>"))
    assert "90 of 100 after 3 rounds, +10.0: all rounds used" in made.text
    assert "Round 3     88 of 100  dropped" in made.text
    assert "seed: 0 → " in made.text
    assert "<td>best</td>" in made._repr_html_()
    assert "<script" not in made._repr_html_()


# With the engine


def test_one_line_produces() -> None:
    made = MusicEngine().produce("calm pop, 8 seconds", rounds=2)
    assert 1 <= len(made.rounds) <= 2
    assert made.best.take.audio.duration_s == pytest.approx(8, abs=0.01)
    assert made == MusicEngine().produce("calm pop, 8 seconds", rounds=2)


def test_a_report_of_a_round_is_that_of_its_take() -> None:
    engine = MusicEngine()
    made = engine.produce(Brief("pop", duration_s=8), rounds=1)
    assert made.best.report == engine.analyze(made.best.take)


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ("", BriefError),
        ("pop at 2000 bpm", BriefError),
        ("pop in H minor", BriefError),
        (7, InputError),
    ],
)
def test_what_cannot_be_is_refused(prompt: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        MusicEngine().produce(prompt)


def test_ten_thousand_sections_are_refused() -> None:
    with pytest.raises(BriefError, match="10,000"):
        MusicEngine().produce(Brief("pop", sections=("verse",) * 10_000))


def test_an_unknown_genre_becomes_the_nearest_and_says_so() -> None:
    made = MusicEngine().produce(Brief("", genre="diskko", duration_s=5), rounds=1)
    assert made.best.take.brief.genre == "disco"
    assert any("diskko" in note for note in made.best.take.notes)


def test_contradictions_go_to_the_letter_of_the_brief() -> None:
    made = MusicEngine().produce(Brief("fast techno, 180 bpm, A minor", bpm=60, key="C major", duration_s=6), rounds=1)
    assert made.best.take.brief.bpm == 60
    assert str(made.best.take.brief.key) == "C major"


@attrs.frozen
class Dear(StubGenerator):
    """A stub that charges, sells two takes a job, and knows prompts alone."""

    key: str = "sk-very-secret"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(accepts=["prompt"], takes_per_job=2)

    def estimate(self, brief: Brief, /) -> Credits:
        return Credits(10)

    def fetch(self, job: Job, /, *, progress: Any = None) -> tuple[Take, ...]:
        (take,) = super().fetch(job, progress=progress)
        clipped = np.clip(take.audio.samples * 8, -0.9, 0.9)
        worse = Audio(clipped, take.audio.rate)
        return (
            attrs.evolve(take, audio=worse, provenance="live:dear", truth=None),
            attrs.evolve(take, audio=Audio(clipped * 0.5, take.audio.rate), provenance="live:dear", truth=None),
        )


def test_a_generator_of_prompts_is_told_in_words_what_it_costs_is_counted() -> None:
    engine = MusicEngine(generator=Dear())
    made = engine.produce("pop, 8 seconds", rounds=2, budget=25)
    assert len(made.rounds) == 2
    assert made.cost == Credits(20)
    assert engine.produce("pop, 8 seconds", budget=15).stopped == "budget"
    assert {edit.field for edit in made.rounds[1].edits} == {"prompt"}
    assert made.rounds[1].brief.prompt.startswith("pop, 8 seconds, ")
    assert len(made.rounds[0].others) == 1


# The score of words and sound


def test_without_words_the_score_is_the_recording() -> None:
    engine = MusicEngine()
    report = engine.analyze(Audio(np.random.default_rng(0).normal(0, 0.3, (2, 44_100)), 44_100))
    assert report.lyrics is None
    assert report.score == report.audio.quality


def test_words_have_their_share_of_the_score() -> None:
    engine = MusicEngine()
    sound = Audio(np.random.default_rng(0).normal(0, 0.3, (2, 44_100)), 44_100)
    report = engine.analyze(sound, lyrics="I walk the the lonely street\nI walk and drag my feet\nAnd then it rains")
    assert report.lyrics
    assert report.lyrics.score
    lost = sum(item.points for item in report.score.deductions)
    assert report.score.value == 100 - lost
    parts = (1 - LYRICS_SHARE) * report.audio.quality.value + LYRICS_SHARE * report.lyrics.score.value
    assert report.score.value == pytest.approx(parts)
    rules = [item.rule for item in report.score.deductions]
    assert sorted(rules) == sorted(
        item.rule for score in (report.audio.quality, report.lyrics.score) for item in score.deductions
    )


def test_a_take_brings_its_own_words() -> None:
    engine = MusicEngine()
    made = attrs.evolve(engine.generate("pop, 5 seconds"), lyrics=parse("the the cat\nsat on a mat"))
    own = engine.analyze(made)
    assert own.lyrics
    assert [line.text for line in own.lyrics.lines] == ["the the cat", "sat on a mat"]
    assert "wording.repeated" in {reason.rule for reason in own.score.deductions}
    assert engine.analyze(made, lyrics="").lyrics is None
    given = engine.analyze(made, lyrics="a dog\non a log").lyrics
    assert given
    assert given.lines[0].text == "a dog"
    assert "Lyrics" in own.text
    assert "in line 1" in own.text
    assert "Lyrics" in own._repr_html_()


def test_words_in_another_language_cost_nothing() -> None:
    engine = MusicEngine()
    made = engine.generate("pop, 5 seconds")
    report = engine.analyze(made, lyrics="Ich gehe durch die Straßen und ich weiß nicht mehr wohin\nDie Nacht ist kalt")
    assert report.lyrics
    assert report.lyrics.score is None
    assert report.score == report.audio.quality


def test_the_most_that_can_be_lost_is_a_hundred() -> None:
    worst = Score([Deduction("a", 100, 1.0, 0.0, "", "")])
    assert weigh(worst, worst).value == pytest.approx(0)
    assert weigh(Score(), Score()).value == 100
    assert weigh(Score(judged=90), Score(judged=50)).judged == pytest.approx(0.7 * 90 + 0.3 * 50)


# Advice


def test_deep_advice_edits_the_brief_and_measures_again() -> None:
    engine = MusicEngine()
    made = engine.generate("hip-hop, 15 seconds")
    bad = attrs.evolve(made, audio=Audio(np.clip(made.audio.samples * 8, -0.9, 0.9), made.audio.rate))
    found = engine.advise(bad, deep=True)
    again = [item for item in found if item.action.startswith("Make it again with ")]
    assert again
    assert all(item.gain > 0 for item in found)
    worth = [item.gain / item.effort for item in found]
    assert worth == sorted(worth, reverse=True)
    score = engine.analyze(bad).score
    assert {item.rule for item in again} <= {item.rule for item in score.deductions}


def test_deep_advice_needs_a_take() -> None:
    engine = MusicEngine()
    made = engine.generate("pop, 5 seconds")
    with pytest.raises(InputError, match="Audio"):
        engine.advise(made.audio, deep=True)


def test_advice_on_lines_gains_what_it_says() -> None:
    engine = MusicEngine()
    text = "I walk the lonely road\nI carry a heavy load\nI look for every light\nI dream of you all day"
    made = attrs.evolve(engine.generate("pop, 5 seconds"), lyrics=parse(text))
    report = engine.analyze(made)
    (line,) = [item for item in engine.advise(made, report) if item.action.startswith("Sing line ")]
    assert report.lyrics
    fixed = text.splitlines()
    fixed[report.lyrics.corrections[0].line] = report.lyrics.corrections[0].after
    again = engine.analyze(attrs.evolve(made, lyrics=parse("\n".join(fixed))))
    assert again.score.value - report.score.value == pytest.approx(line.gain)


# On the command line


def test_the_command_produces(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["produce", "hip-hop, 8 seconds", "--rounds", "2", "--target", "99.5", "--keep", "kept.prod"]) == 0
    text = capsys.readouterr().out
    assert "Made hip-hop.wav: " in text
    assert "Round 1" in text
    assert "Score" in text
    again = MusicEngine().replay("kept.prod")
    assert again.same
    assert len(again.production.rounds) <= 2


def test_the_command_prints_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["produce", "pop, 5 seconds", "--rounds", "1", "--seed", "3", "--out", "x.wav", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["type"] == "Report"
    assert (
        codec.from_json(text) == MusicEngine().produce(Brief("pop", genre="pop", duration_s=5, seed=3)).rounds[0].report
    )


@pytest.mark.parametrize("option", [["--rounds", "0"], ["--target", "nan"], ["--budget", "-1"]])
def test_the_command_says_what_is_wrong(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["produce", "pop, 5 seconds", *option]) == 1
    assert option[0].strip("-") in capsys.readouterr().err


def test_the_word_alone_is_a_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["produce"]) == 0
    assert (tmp_path / "produce.wav").exists()
