"""The whole report: what analyzers share, and that sharing changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from musicengine import Audio, Brief, MusicEngine, Step
from musicengine.audio import (
    analyze,
    assess,
    compute_chroma,
    find_notes,
    measure_loudness,
    plan_separation,
    track_pitch,
)
from musicengine.audio.mains import find_mains
from musicengine.audio.spectrum import apart, lowered, mixed, survey


@pytest.fixture(scope="module")
def song() -> Audio:
    return MusicEngine().generate(Brief("pop", genre="pop", duration_s=12, seed=3)).audio


def test_the_report_tells_what_each_stem_has(song: Audio) -> None:
    report = analyze(song)
    assert report.separation == assess(plan_separation(song, pitch=track_pitch(song)))
    assert report.separation is not None
    assert report.separation.drums_share > 0.05
    assert "separation" not in report.abstained


def test_silence_has_no_stems() -> None:
    report = analyze(Audio(np.zeros((2, 44_100), np.float32), 44_100))
    assert report.separation is None
    assert report.abstained["separation"] == "silence"


def test_the_page_says_what_each_stem_has(song: Audio) -> None:
    report = MusicEngine().analyze(song)
    assert report.audio.separation is not None
    assert f"Stems      {report.audio.separation}" in report.text
    assert str(report.audio.separation) in report._repr_html_()


def test_one_thread_and_two_report_the_same(song: Audio) -> None:
    told: list[Step] = []
    assert analyze(song, threads=1, progress=told.append) == analyze(song)
    assert [step.done for step in told] == list(range(1, told[0].total + 1))


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (48_000, 2), (22_050, 1), (8_000, 1), (96_000, 2)])
def test_measures_alone_are_those_of_the_report(song: Audio, rate: int, channels: int) -> None:
    audio = Audio(song.samples[:channels], rate)
    report = analyze(audio)
    assert report.harmony is None or report.harmony.tuning_cents == compute_chroma(audio).tuning_cents
    pitch = track_pitch(audio)
    assert report.pitch == (pitch if pitch.confidence else None)
    assert report.melody == (find_notes(pitch, audio=audio) if pitch.confidence else None)
    assert report.loudness == measure_loudness(audio)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_hum_is_found_at_every_rate(rate: int) -> None:
    time = np.arange(8 * rate) / rate
    harmonics = np.arange(1, 4)[:, None]
    audio = Audio((np.sin(2 * np.pi * 60 * harmonics * time) * (0.01 / harmonics)).sum(axis=0), rate)
    low = lowered(audio, keep=True)
    mains_hz, power = find_mains(audio, low=low)
    assert mains_hz == 60
    assert power == pytest.approx(0.5e-4 * (1 + 1 / 4 + 1 / 9), rel=0.05)
    assert find_mains(audio) == (mains_hz, power)


def test_a_survey_without_timbre_is_the_same_otherwise(song: Audio) -> None:
    whole, part = survey(song), survey(song, timbre=False)
    assert np.array_equal(whole.mel, part.mel)
    assert np.array_equal(whole.chroma, part.chroma)
    assert whole.shape.size > 0
    assert part.shape.size == 0


def test_the_mean_of_two_channels_and_half_their_difference_have_the_power_of_both() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, (2, 1000)).astype(np.float32)
    audio = Audio(samples, 44_100)
    middle, sides = (read(audio, -100, 1100) for read in (mixed, apart))
    np.testing.assert_allclose((middle**2 + sides**2)[100:-100], (samples**2).mean(axis=0), atol=1e-7)
    assert not (middle + sides)[np.r_[:100, 1100:1200]].any()
