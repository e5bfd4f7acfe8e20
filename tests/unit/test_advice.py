"""Advice is what was tried and helped; remedies change what they say and nothing else."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt
import pytest

from musicengine import Audio, Brief, MusicEngine, Report
from musicengine.audio import measure_loudness, score_quality
from musicengine.audio.faults import find_clicks
from musicengine.audio.mains import find_mains
from musicengine.audio.remedies import (
    equalise,
    find_remedy,
    flip_polarity,
    limit_peaks,
    narrow,
    notch_mains,
    rebuild_peaks,
    remove_clicks,
    remove_offset,
    set_gain,
    trim_silence,
)
from musicengine.dsp.declipping import declip
from musicengine.dsp.equalizer import bell, high_shelf, low_shelf, notch, response_db
from musicengine.flows.advise import advise, measure_again
from musicengine.values.measures import Loudness
from musicengine.values.scores import Deduction, Score

RATE = 44_100
Samples = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def engine() -> MusicEngine:
    return MusicEngine()


@pytest.fixture(scope="module")
def sound(engine: MusicEngine) -> Audio:
    return engine.generate(Brief("pop", genre="pop", bpm=100, key="C major", duration_s=20, seed=3)).audio


def hummed(x: Samples) -> Samples:
    t = np.arange(x.shape[1]) / RATE
    return x * np.float32(0.8) + sum(
        np.float32(level) * np.sin(2 * np.pi * 60 * k * t).astype(np.float32)
        for k, level in enumerate((0.02, 0.015, 0.01), 1)
    )


def clicked(x: Samples) -> Samples:
    for second in (4, 7, 12, 18):
        at = int(np.argmin(np.abs(x[0, second * RATE : (second + 1) * RATE]))) + second * RATE
        x[:, at] = 0.85
    return x


def clipped(x: Samples) -> Samples:
    x *= np.float32(0.8)
    x[:, 5 * RATE : 8 * RATE] = np.clip(3 * x[:, 5 * RATE : 8 * RATE], -0.75, 0.75)
    return x


def inverted(x: Samples) -> Samples:
    x[1] *= -1
    return x


FAULTS = {
    "loudness.target": lambda x: x * np.float32(0.2),
    "loudness.true_peak": lambda x: x * np.float32(1.3),
    "clipping": clipped,
    "clicks": clicked,
    "silence": lambda x: np.pad(x, ((0, 0), (3 * RATE, 4 * RATE))),
    "dc_offset": lambda x: x * np.float32(0.9) + np.float32(0.03),
    "noise.hum": hummed,
    "stereo.correlation": inverted,
}


@pytest.mark.parametrize("rule", FAULTS)
def test_the_top_advice_repairs_a_planted_fault(engine: MusicEngine, sound: Audio, rule: str) -> None:
    broken = Audio(FAULTS[rule](sound.samples.copy()), RATE)
    report = engine.analyze(broken)
    top = engine.advise(broken, report)[0]
    assert top.rule == rule
    (reason,) = [reason for reason in report.score.deductions if reason.rule == rule]
    remedy = find_remedy(broken, reason, measure_loudness(broken))
    assert remedy is not None
    after = score_quality(remedy.apply(broken))
    assert rule not in {reason.rule for reason in after.deductions}
    assert after.value == pytest.approx(report.score.value + top.gain, abs=0.2)


def test_advice_is_sorted_by_gain_for_its_effort_and_always_gains(engine: MusicEngine, sound: Audio) -> None:
    broken = Audio(np.pad(inverted(sound.samples * np.float32(0.2)), ((0, 0), (0, 5 * RATE))), RATE)
    found = engine.advise(broken)
    assert len(found) == 3
    worth = [advice.gain / advice.effort for advice in found]
    assert worth == sorted(worth, reverse=True)
    assert all(advice.gain > 0 for advice in found)
    assert engine.advise(broken) == found


def test_a_sound_without_deductions_gets_no_advice(engine: MusicEngine, sound: Audio) -> None:
    report = engine.analyze(sound)
    assert report.score.value > 99
    assert advise(sound, attrs.evolve(report.audio, quality=Score())) == ()


@pytest.mark.parametrize("samples", [np.zeros((2, RATE)), np.zeros((1, 3)), np.full((1, 99), 0.5)])
def test_silence_and_crumbs_are_no_error(engine: MusicEngine, samples: Samples) -> None:
    assert isinstance(engine.advise(Audio(samples, RATE)), tuple)


def test_advice_counts_what_a_trim_does_not_measure_again(engine: MusicEngine, sound: Audio) -> None:
    broken = Audio(np.pad(sound.samples, ((0, 0), (0, 9 * RATE))), RATE)
    report: Report = engine.analyze(broken)
    gain = {advice.rule: advice.gain for advice in advise(broken, report.audio)}["silence"]
    assert gain == pytest.approx(sum(r.points for r in report.score.deductions if r.rule == "silence"), abs=0.3)


def test_a_gain_stops_at_the_ceiling(sound: Audio) -> None:
    louder = set_gain(sound, 9)
    assert measure_loudness(louder).true_peak_dbtp < -1
    assert np.allclose(set_gain(sound, -6).samples, sound.samples * 10 ** (-6 / 20), atol=1e-6)


def test_a_limiter_leaves_what_is_below_its_ceiling(sound: Audio) -> None:
    quiet = set_gain(sound, -6)
    assert limit_peaks(quiet) is quiet


def test_a_filter_keeps_the_loudness_and_its_seconds(sound: Audio) -> None:
    quiet = set_gain(sound, -6)
    section = bell(RATE, 300, 0.9, -6)
    whole, part = equalise(quiet, section), equalise(quiet, section, 5, 10)
    before = measure_loudness(quiet).integrated_lufs
    assert measure_loudness(whole).integrated_lufs == pytest.approx(before, abs=0.3)
    assert np.array_equal(part.samples[:, : 4 * RATE], quiet.samples[:, : 4 * RATE])
    assert np.allclose(part.samples[:, 6 * RATE : 9 * RATE], whole.samples[:, 6 * RATE : 9 * RATE], atol=1e-6)


def test_small_remedies_do_what_they_say(sound: Audio) -> None:
    assert np.abs(remove_offset(Audio(sound.samples + np.float32(0.1), RATE)).samples.mean(axis=1)).max() < 1e-5
    assert np.array_equal(flip_polarity(sound).samples[1], -sound.samples[1])
    assert np.array_equal(flip_polarity(sound, 1, 2).samples[1, :RATE], sound.samples[1, :RATE])
    mono = narrow(sound, -120)
    assert np.allclose(mono.samples[0], mono.samples[1], atol=1e-5)
    assert find_mains(Audio(hummed(sound.samples.copy()), RATE))[0] == 60
    assert find_mains(notch_mains(Audio(hummed(sound.samples.copy()), RATE), 60))[1] == 0


def test_silence_is_cut_at_the_ends_and_shortened_within(sound: Audio) -> None:
    gap = np.zeros((2, 4 * RATE), np.float32)
    holed = Audio(np.concatenate([gap, sound.samples, gap, sound.samples, gap], axis=1), RATE)
    cut = trim_silence(holed, 2)
    assert 2 * sound.duration_s - 2 < cut.duration_s <= 2 * sound.duration_s + 1
    silence = Audio(gap, RATE)
    assert trim_silence(silence, 2) is silence


def test_clicks_are_found_and_drawn_anew(sound: Audio) -> None:
    broken = Audio(clicked(sound.samples.copy()), RATE)
    found = find_clicks(broken)
    assert len(found) == 4
    mended = remove_clicks(broken)
    assert np.abs(mended.samples[:, found] - sound.samples[:, found]).max() < 0.05
    untouched = np.setdiff1d(np.arange(sound.samples.shape[1]), found)
    assert np.array_equal(mended.samples[:, untouched], sound.samples[:, untouched])


def test_clipped_peaks_rise_again() -> None:
    wave = np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE).astype(np.float32)
    cut = np.clip(wave, -0.8, 0.8)
    drawn = declip(cut, 0.8)
    assert np.abs(drawn - wave).max() < 0.3 * np.abs(cut - wave).max()
    assert np.array_equal(declip(wave * np.float32(0.5), 0.8), wave * np.float32(0.5))
    rebuilt = rebuild_peaks(Audio(cut, RATE))
    assert measure_loudness(rebuilt).true_peak_dbtp < -1


def test_what_no_knob_answers_has_no_remedy(sound: Audio) -> None:
    loudness = measure_loudness(sound)
    reason = Deduction("form.intro", 1, 60.0, 25.0, "s", "Shorten it.")
    assert find_remedy(sound, reason, loudness) is None
    assert find_remedy(sound, Deduction("loudness.target", 1, -20.0, -16.0, "LUFS", ""), loudness) is not None
    silent = Loudness(-np.inf, 0, -np.inf, -np.inf, -np.inf)
    assert find_remedy(sound, Deduction("loudness.target", 1, -np.inf, -16.0, "LUFS", ""), silent) is None


def test_filters_have_the_gain_they_are_given() -> None:
    assert response_db(bell(RATE, 1000, 1, -6), RATE, 1000) == pytest.approx(-6, abs=1e-6)
    assert response_db(low_shelf(RATE, 200, 6), RATE, [1, 20_000]) == pytest.approx([6, 0], abs=0.01)
    assert response_db(high_shelf(RATE, 6000, -6), RATE, [1, 22_049]) == pytest.approx([0, -6], abs=0.01)
    assert response_db(notch(RATE, 50, 25), RATE, [50, 400]) == pytest.approx([-180, 0], abs=20)


def test_contrast_is_judged_once_where_the_length_changes(engine: MusicEngine) -> None:
    bar = engine.generate(Brief("techno", genre="techno", bpm=120, duration_s=10, seed=1)).audio.samples[:, : 2 * RATE]
    loop = Audio(np.hstack([np.zeros((2, 12 * RATE), np.float32), np.tile(bar, 10)]), RATE)
    report = engine.analyze(loop).audio
    silence = next(item for item in report.quality.deductions if item.rule == "silence")
    remedy = find_remedy(loop, silence, measure_loudness(loop))
    assert remedy is not None
    monotonous = Deduction("form.contrast", 1.0, 0.5, 1.5, "dB", "")
    report = attrs.evolve(report, quality=Score([silence, monotonous]))
    rules = [item.rule for item in measure_again(remedy, loop, report).deductions]
    assert "form.contrast" in rules
    assert len(rules) == len(set(rules))
