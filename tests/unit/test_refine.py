"""From deductions to edits of the brief."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from musicengine import (
    Audio,
    AudioReport,
    Brief,
    BriefError,
    Deduction,
    Edit,
    InputError,
    Key,
    Lyrics,
    MusicEngine,
    Report,
    Score,
    Take,
)
from musicengine.audio.rules import RULES, Finding
from musicengine.flows.judge import LYRICS_SHARE
from musicengine.flows.refine import refine, revise
from musicengine.flows.responses import RESPONSES
from musicengine.lyrics import parse
from musicengine.values.making import Capabilities

KNOBS = {response.knob for responses in RESPONSES.values() for response in responses}
LYRIC = """[Verse 1]
I count the cars below my window light
They leave like words I never get to write
I walk alone along the empty street
The the city moves in time with tired feet

[Verse 2]
I hear the rain come down against the glass
I wait for all the lonely hours to go
The clock is slow and every minute stays
And I am here with nothing left to know"""


def report(*findings: tuple[str, float]) -> Report:
    reasons = [RULES[rule].judge(Finding(measured)) for rule, measured in findings]
    score = Score([reason for reason in reasons if reason])
    return Report(audio=AudioReport(duration_s=20, rate=44_100, channels=2, quality=score), score=score)


def take(brief: Brief, **fields: Any) -> Take:
    return Take(Audio(np.zeros((2, 100)), 44_100), brief, **fields)


def test_nothing_lost_nothing_edited() -> None:
    assert refine(Brief("pop"), report()) == ()


@pytest.mark.parametrize("rule", sorted(RESPONSES))
@pytest.mark.parametrize("below", [True, False])
def test_a_knob_is_turned_towards_the_target(rule: str, below: bool) -> None:
    if not np.isfinite(RULES[rule].good[not below]):
        pytest.skip("no bound on this side")
    low, high = RULES[rule].good
    measured = low - 1.0 if below else high + 1.0
    edits = refine(Brief("pop", drift=0.03), report((rule, measured)))
    for edit in edits:
        assert edit.rule == rule
        assert edit.expected > 0
        if edit.field in KNOBS:
            (response,) = [item for item in RESPONSES[rule] if item.knob == edit.field]
            moved = response.slope * (float(edit.after) - float(edit.before))  # type: ignore[arg-type]
            assert (moved > 0) == below
            assert f"{measured:.3g}" in edit.reason


def test_edits_name_what_they_answer_and_make_the_brief() -> None:
    brief = Brief("pop", width=0.5)
    edits = refine(brief, report(("stereo.width", 4.0), ("form.intro", 40.0)))
    assert {edit.rule for edit in edits} == {"stereo.width", "form.intro"}
    edited = revise(brief, edits)
    assert edited.width < 0.5
    assert edited.intro_bars == 2
    assert attrs.evolve(edited, width=0.5, intro_bars=None) == brief


def test_a_field_is_edited_once() -> None:
    edits = refine(Brief("pop"), report(("balance.presence", -30.0), ("balance.air", -40.0), ("balance.mud", 11.0)))
    fields = [edit.field for edit in edits]
    assert len(fields) == len(set(fields))


def test_what_did_not_help_is_not_tried_again() -> None:
    found = report(("stereo.width", 4.0))
    fields: list[str] = []
    for _ in range(4):
        (edit,) = refine(Brief("pop"), found, tried=[("stereo.width", field) for field in fields])
        fields.append(edit.field)
    assert fields == ["width", "seed", "seed", "seed"]


def test_another_seed_is_the_last_resort_and_another_one_each_time() -> None:
    found = report(("clipping", 3.0))
    (first,) = refine(Brief("pop", seed=5), found)
    (second,) = refine(Brief("pop", seed=5), found, tried=[("clipping", "seed")])
    assert first.field == second.field == "seed"
    assert len({5, first.after, second.after}) == 3
    assert "another piece" in first.reason


def test_the_largest_seed_has_a_successor() -> None:
    brief = Brief("pop", seed=2**63 - 1)
    assert revise(brief, refine(brief, report(("clipping", 3.0)))).seed != brief.seed


def test_what_was_asked_for_is_kept() -> None:
    hum = report(("noise.hum", -30.0))
    free = take(Brief("", key=Key(7, "minor"), bpm=90))
    assert [edit.field for edit in refine(free, hum, wish=Brief("pop"))] == ["key"]
    for wish in (Brief("pop", key="G minor"), Brief("pop in G minor")):
        assert [edit.field for edit in refine(free, hum, wish=wish)] == ["seed"]
    asked = attrs.evolve(free, brief=attrs.evolve(free.brief, prompt="pop, G minor"))
    assert [edit.field for edit in refine(asked, hum)] == ["seed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("G minor", "F minor"), ("B major", "C major"), ("Bb minor", "C minor"), ("F# major", "F major")],
)
def test_a_key_whose_bass_is_in_the_way_moves_no_farther_than_needed(before: str, after: str) -> None:
    (edit,) = refine(take(Brief("", key=before)), report(("balance.mud", 9.0)), wish=Brief("pop"))
    assert (str(edit.before), str(edit.after)) == (str(Key.parse(before)), after)
    (edit,) = refine(take(Brief("", key=after)), report(("balance.mud", 9.0)), wish=Brief("pop"))
    assert edit.field == "seed"


def test_a_prompt_that_asks_for_the_impossible_is_no_obstacle() -> None:
    assert refine(take(Brief("pop at 2000 bpm")), report(("clipping", 3.0)))


def test_the_prompt_says_what_is_no_field() -> None:
    found = report(("stereo.width", 4.0), ("form.intro", 40.0))
    edits = refine(Brief("slow pop"), found, accepts=["prompt"])
    assert {edit.field for edit in edits} == {"prompt"}
    assert {edit.knob for edit in edits} == {"width", "intro_bars"}
    assert {edit.rule for edit in edits} == {"stereo.width", "form.intro"}
    prompt = revise(Brief("slow pop"), edits).prompt
    assert prompt.startswith("slow pop, ")
    assert "narrower" in prompt
    assert "short intro" in prompt


def test_a_generator_that_takes_nothing_gets_no_edits() -> None:
    assert refine(Brief("pop"), report(("stereo.width", 4.0)), accepts=[]) == ()


def test_a_full_prompt_is_left_alone() -> None:
    assert refine(Brief("x" * 10_000), report(("stereo.width", 4.0)), accepts=["prompt"]) == ()


def test_a_tempo_that_wanders_is_held() -> None:
    found = report(("tempo.steadiness", 12.0))
    (edit,) = refine(Brief("pop", drift=0.04), found)
    assert revise(Brief("pop", drift=0.04), [edit]).drift == 0
    assert [edit.field for edit in refine(Brief("pop"), found)] == ["seed"]


def test_the_chorus_gets_the_band() -> None:
    made = take(Brief("pop", sections=("verse", "chorus")))
    (edit,) = refine(made, report(("form.chorus_lift", -3.0)), wish=Brief("pop"))
    assert edit.field == "energy"
    quiet, loud = revise(made, [edit]).energy
    assert quiet < loud


def test_lines_are_rewritten_with_what_they_gain() -> None:
    made = take(Brief("pop"), lyrics=parse(LYRIC))
    judged = MusicEngine().analyze(made)
    assert judged.lyrics
    assert judged.lyrics.corrections
    edits = [edit for edit in refine(made, judged) if edit.field == "lyrics"]
    assert {edit.line for edit in edits} <= {found.line for found in judged.lyrics.corrections}
    edited = revise(made, edits)
    again = MusicEngine().analyze(attrs.evolve(made, lyrics=edited.lyrics))
    assert again.score.value > judged.score.value
    assert judged.lyrics.corrections[0].gain * LYRICS_SHARE == pytest.approx(
        max(edit.expected for edit in edits), rel=0.01
    )


def test_words_of_the_wish_are_kept() -> None:
    words = parse(LYRIC)
    made = take(Brief("pop", lyrics=words), lyrics=words)
    judged = MusicEngine().analyze(made)
    assert all(edit.field != "lyrics" for edit in refine(made, judged, wish=Brief("pop", lyrics=words)))


@pytest.mark.parametrize("line", [None, -1, 2, 10**9])
def test_a_line_that_is_not_there_is_refused(line: int | None) -> None:
    made = take(Brief("pop"), lyrics=Lyrics(parse("one\ntwo").lines))
    with pytest.raises(InputError, match="2 lines"):
        revise(made, [Edit("lyrics", "a", "b", "rhyme.broken", "", line=line)])


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="loudness"):
        revise(Brief("pop"), [Edit("loudness", 0, 1, "loudness.target", "")])


def test_an_edit_out_of_range_is_refused() -> None:
    with pytest.raises(BriefError, match="width"):
        revise(Brief("pop"), [Edit("width", 0, 7.0, "stereo.width", "")])


def test_measured_words_and_infinities_are_no_numbers_to_turn_knobs_by() -> None:
    odd = Deduction("stereo.width", 2, np.inf, 0, "dB", "Narrow it.")
    said = Deduction("stereo.width", 2, "wide", "narrow", "", "Narrow it.")
    for item in (odd, said):
        found = attrs.evolve(report(), score=Score([item]))
        assert [edit.field for edit in refine(Brief("pop"), found)] == ["seed"]


def test_edits_read_as_words() -> None:
    (edit,) = refine(Brief("pop", width=0.5), report(("stereo.width", 4.0)))
    assert str(edit).startswith("width: 0.5 → ")
    assert str(edit).endswith("for stereo.width")
    assert str(Edit("lyrics", "a", "b", "rhyme.weak", "", line=0)) == "lyrics line 1: a → b for rhyme.weak"
    assert str(Edit("energy", (), (0.5, 1.0), "r", "")) == "energy: () → (0.5 1) for r"
    assert str(Edit("prompt", "pop", "pop, wider", "r", "")) == "prompt: + 'wider' for r"
    assert str(Edit("intro_bars", None, 2, "r", "")) == "intro_bars: open → 2 for r"


def test_the_engine_refines_a_take() -> None:
    engine = MusicEngine()
    made = engine.generate("pop, 8 seconds")
    bad = report(("clipping", 4.0))
    again = engine.refine(made, bad)
    assert again.brief.seed != made.brief.seed
    assert again.audio != made.audio
    assert engine.refine(made, report()) is made


def test_the_engine_measures_what_it_is_to_refine() -> None:
    engine = MusicEngine()
    made = engine.generate("pop, 8 seconds")
    loud = attrs.evolve(made, audio=Audio(np.clip(made.audio.samples * 8, -1, 1), made.audio.rate))
    assert engine.refine(loud).brief != made.brief


def test_capabilities_say_what_goes_where() -> None:
    assert "prompt" in MusicEngine().generator.capabilities.accepts
    assert Capabilities().accepts == frozenset()
