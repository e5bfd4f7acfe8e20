from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from musicengine import Brief, MusicEngine
from musicengine.audio import beats, meter, onsets, rhythm, tempo
from musicengine.audio.spectrum import survey
from musicengine.dsp import paths, peaks, smoothing
from musicengine.values.music import Tempo, TempoCandidate
from musicengine.values.sound import Audio
from tests.rhythms import RATE, rock, share_near, strike


@pytest.mark.parametrize("bpm", [72, 90, 100, 120.5, 140, 170])
def test_tempo_and_beats_of_a_drum_pattern(bpm: float) -> None:
    audio, truth = rock(bpm, 20)
    found = rhythm.hear_rhythm(survey(audio))
    assert found.tempo is not None
    assert found.beats is not None
    readings = [found.tempo.bpm, *(other.bpm for other in found.tempo.alternatives)]
    assert any(reading == pytest.approx(bpm, rel=0.01) for reading in readings)
    known = rhythm.track_beats(audio, tempo=Tempo(bpm, 1.0))
    assert known is not None
    assert share_near(truth, known.times_s) > 0.95


def test_tempo_is_read_from_the_beats_not_from_a_grid_of_lags() -> None:
    for bpm in (118.3, 121.7, 126.4):
        found = rhythm.estimate_tempo(rock(bpm, 30)[0])
        assert found is not None
        assert found.bpm == pytest.approx(bpm, rel=0.002)


def test_probabilities_add_to_at_most_one() -> None:
    found = rhythm.estimate_tempo(rock(120, 20)[0])
    assert found is not None
    shares = [found.confidence, *(other.probability for other in found.alternatives)]
    assert sum(shares) <= 1 + 1e-6
    assert shares == sorted(shares, reverse=True)


def test_beats_follow_a_tempo_that_drifts() -> None:
    periods = 0.5 * 1.35 ** -np.linspace(0, 1, 60)
    truth: npt.NDArray[np.float64] = (0.3 + np.cumsum(periods)).astype(np.float64)
    audio = strike({"kick": truth[::2], "snare": truth[1::2]}, float(truth[-1]) + 0.3)
    found = rhythm.track_beats(audio)
    curve = rhythm.describe_rhythm(audio).tempo_curve
    assert found is not None
    assert share_near(truth, found.times_s) > 0.9
    assert curve[1, 0] == pytest.approx(120, rel=0.05)
    assert curve[1, -1] == pytest.approx(162, rel=0.05)


def test_beats_beyond_the_music_are_left_out() -> None:
    audio, truth = rock(120, 12)
    gap = np.zeros(3 * RATE, np.float32)
    found = rhythm.track_beats(Audio(np.concatenate([gap, audio.mono, gap]), RATE))
    assert found is not None
    assert found.times_s[0] > 2.9
    assert found.times_s[-1] < 15.1
    assert share_near(truth + 3, found.times_s) > 0.95


def test_onsets_lie_on_the_strokes() -> None:
    truth = np.array([0.5, 0.8, 1.3, 1.55, 2.2, 3.0, 3.4])
    found = rhythm.find_onsets(strike({"click": truth}, 4))
    assert found.dtype == np.float32
    assert found.size == truth.size
    assert np.abs(found - truth).max() < 0.015


@pytest.mark.parametrize("length", [3, 4])
def test_bars_begin_where_bass_and_harmony_move(length: int) -> None:
    count, period, first = 48, 0.5, 2
    truth = 0.4 + period * np.arange(count, dtype=np.float64)
    t = np.arange(round(25 * RATE)) / RATE
    bar = np.floor((t - truth[first]) / (length * period))
    pitch = np.choose((bar.astype(int)) % 4, [110.0, 146.83, 98.0, 164.81])
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    since = (t - truth[0]) % period
    chord = (np.sin(phase) + 0.5 * np.sin(3 * phase)) * np.exp(-since * 4) * (t > truth[0])
    drums = strike({"kick": truth[first::length], "hat": truth}, 25)
    found = rhythm.hear_rhythm(survey(Audio(drums.mono + 0.2 * chord.astype(np.float32), RATE)), bpm=120)
    assert found.beats is not None
    assert found.rhythm.meter == f"{length}/4"
    assert share_near(truth[first::length], found.beats.downbeats_s) > 0.85


def test_compound_meter_and_swing() -> None:
    truth = np.arange(0.3, 24.5, 0.6)
    thirds = np.arange(0.3, 24.5, 0.2)
    jig = strike({"kick": truth[::2], "snare": truth[1::2], "click": thirds}, 25)
    assert rhythm.describe_rhythm(jig, tempo=Tempo(100, 1)).meter == "6/8"
    for ratio in (0.5, 0.6, 0.667):
        swung = strike({"kick": truth[::2], "snare": truth[1::2], "click": truth + 0.6 * ratio}, 25)
        assert rhythm.describe_rhythm(swung, tempo=Tempo(100, 1)).swing == pytest.approx(ratio, abs=0.025)
    plain = strike({"kick": truth}, 25)
    assert rhythm.describe_rhythm(plain, tempo=Tempo(100, 1)).swing is None


def pattern_in(bars: float, meter: str) -> rhythm.Heard:
    """A pattern of eighths at 110 quarters (or dotted quarters) a minute."""
    eighth = 60 / 110 / (3 if meter == "6/8" else 2)
    count = {"4/4": 8, "3/4": 6, "6/8": 6, "7/8": 7}[meter]
    strong = {"4/4": (2, 6), "3/4": (2, 4), "6/8": (3,), "7/8": (2, 4)}[meter]
    ones = 0.3 + count * eighth * np.arange(bars)
    backs = np.sort(np.concatenate([ones + place * eighth for place in strong]))
    ticks = 0.3 + eighth * np.arange(bars * count)
    audio = strike({"kick": ones, "snare": backs, "hat": ticks}, float(ticks[-1]) + 0.5)
    return rhythm.hear_rhythm(survey(audio))


@pytest.mark.parametrize("meter", ["4/4", "3/4", "6/8", "7/8"])
def test_meter_of_patterns(meter: str) -> None:
    found = pattern_in(14, meter)
    assert found.tempo is not None
    assert found.beats is not None
    assert found.rhythm.meter == meter
    assert found.rhythm.meter_confidence is not None
    assert found.rhythm.meter_confidence > 0.8
    bar_s = {"4/4": 4, "3/4": 3, "6/8": 2, "7/8": 3.5}[meter] * 60 / 110
    gaps = np.diff(found.beats.downbeats_s)
    assert np.median(gaps) == pytest.approx(bar_s, rel=0.01)


def test_beats_of_seven_eighths_are_uneven() -> None:
    found = pattern_in(14, "7/8")
    assert found.tempo is not None
    assert found.beats is not None
    eighth = 30 / 110
    gaps = np.rint(np.diff(found.beats.times_s) / eighth).astype(int)
    assert sorted(set(gaps.tolist())) == [2, 3]
    assert np.mean(gaps == 3) == pytest.approx(1 / 3, abs=0.05)
    assert found.tempo.bpm == pytest.approx(110, rel=0.01)
    assert np.median(found.rhythm.tempo_curve[1]) == pytest.approx(110, rel=0.01)


def test_a_meter_without_evidence_is_unsure() -> None:
    even = strike({"kick": np.arange(0.3, 19.5, 0.5)}, 20)
    marked = pattern_in(14, "4/4").rhythm.meter_confidence
    unsure = rhythm.describe_rhythm(even).meter_confidence
    assert marked is not None
    assert unsure is not None
    assert unsure < 0.85 < marked


def test_bars_that_deny_the_beat_move_the_tempo() -> None:
    quarter = meter.Repetition(triple=0.3, septuple=-0.5, pulses=1, halves=0.2)
    seen = survey(rock(120, 20)[0])
    strength = onsets.measure_onset_strength(seen)
    times = np.arange(0.3, 19, 0.5, dtype=np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meter, "measure_repetition", lambda *_: quarter)
        bars = meter.find_bars(seen, strength, times)
        assert bars is not None
        assert bars.halved
        candidates = (TempoCandidate(120, 0.6), TempoCandidate(80, 0.2), TempoCandidate(240, 0.1))
        counted = rhythm._Counted(np.rint(times * strength.frames_per_s).astype(int), times, bars)
        _, ranked = rhythm._recount(seen, strength, counted, candidates)
    assert ranked[0].bpm == 80
    assert ranked[0].probability == pytest.approx(0.8 * bars.confidence)
    assert sum(other.probability for other in ranked) == pytest.approx(0.9)


@pytest.mark.parametrize("wanted", ["4/4", "3/4", "7/8"])
@pytest.mark.parametrize("genre", ["pop", "disco", "metal", "trap"])
def test_meter_of_generated_takes(genre: str, wanted: str) -> None:
    take = MusicEngine(cache=False).generate(Brief(genre=genre, meter=wanted, duration_s=24, seed=3))
    assert rhythm.describe_rhythm(take.audio).meter == wanted


def test_a_steady_beat_is_more_danceable_than_a_stumbling_one() -> None:
    rng = np.random.default_rng(2)
    truth = np.arange(0.3, 24.5, 0.5)
    steady = rhythm.describe_rhythm(strike({"kick": truth, "hat": truth + 0.25}, 25)).danceability
    loose = rhythm.describe_rhythm(strike({"kick": np.sort(truth + rng.normal(0, 0.06, truth.size))}, 25)).danceability
    assert steady is not None
    assert loose is not None
    assert steady > loose + 0.05


TIME = np.arange(20 * RATE) / RATE
NOISE = np.random.default_rng(5).normal(0, 0.1, TIME.size)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        ([0.5], "nothing begins"),
        (np.zeros(RATE * 5), "nothing begins"),
        (NOISE[: RATE // 10], "shorter than 2 s"),
        (NOISE, "no regular pulse"),
        (np.sin(2 * np.pi * 220 * TIME), "onsets"),
        (np.sin(2 * np.pi * 110 * TIME) + np.sin(2 * np.pi * 165.2 * TIME), "onsets"),
    ],
    ids=["one sample", "silence", "0.1 s", "noise", "sine", "drone"],
)
def test_audio_without_a_pulse_is_not_given_one(samples: np.ndarray, reason: str) -> None:
    audio = Audio(np.asarray(samples, np.float32), RATE)
    found = rhythm.hear_rhythm(survey(audio))
    assert found.abstention is not None
    assert reason in found.abstention
    assert found.tempo is None
    assert found.beats is None
    assert rhythm.estimate_tempo(audio) is None
    assert rhythm.track_beats(audio) is None
    assert rhythm.describe_rhythm(audio).meter is None


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000])
def test_every_rate_gives_the_same_tempo(rate: int) -> None:
    audio, truth = rock(110, 12, rate=rate)
    found = rhythm.hear_rhythm(survey(audio))
    assert found.tempo is not None
    assert found.beats is not None
    assert found.tempo.bpm == pytest.approx(110, rel=0.01)
    assert share_near(truth, found.beats.times_s) > 0.9


def test_channels_are_averaged() -> None:
    audio, _ = rock(120, 8)
    stereo = Audio(np.stack([audio.mono, np.zeros_like(audio.mono)]), RATE)
    assert rhythm.track_beats(stereo) == rhythm.track_beats(Audio(audio.mono / 2, RATE))


def test_long_audio_is_worked_on_in_stretches_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = survey(rock(128, 40)[0])
    whole = rhythm.hear_rhythm(seen)
    monkeypatch.setattr(onsets, "_BLOCK_FRAMES", 100)
    monkeypatch.setattr(tempo, "_BLOCK_WINDOWS", 2)
    monkeypatch.setattr(beats, "_BLOCK_WINDOWS", 3)
    parts = rhythm.hear_rhythm(seen)
    assert whole.beats is not None
    assert parts.beats is not None
    np.testing.assert_allclose(parts.beats.times_s, whole.beats.times_s, atol=1e-4)


def test_too_few_beats_have_no_bars() -> None:
    seen = survey(rock(100, 3)[0])
    assert meter.find_bars(seen, onsets.measure_onset_strength(seen), np.array([0.1, 0.7, 1.3], np.float32)) is None
    found = rhythm.hear_rhythm(seen, bpm=100)
    assert found.beats is not None
    assert found.beats.downbeats_s.size == 0
    assert found.rhythm.meter is None


def test_harmonic_change_tells_chords_from_a_drone() -> None:
    still = Audio(np.sin(2 * np.pi * 220 * TIME).astype(np.float32), RATE)
    pitch = np.where(TIME % 4 < 2, 220.0, 311.13)
    moving = Audio(np.sin(2 * np.pi * np.cumsum(pitch) / RATE).astype(np.float32), RATE)
    assert tempo.measure_harmonic_change(survey(still)) < 0.01
    assert tempo.measure_harmonic_change(survey(moving)) > 0.1
    assert tempo.measure_harmonic_change(survey(Audio(np.zeros(RATE, np.float32), RATE))) == 0


def test_beats_sit_on_the_stronger_half() -> None:
    curve = np.zeros(100, np.float32)
    curve[4::10] = 1
    weak, strong = np.arange(9, 100, 10), np.arange(4, 94, 10)
    assert beats._stronger_half(curve, weak).tolist() == list(range(14, 95, 10))
    assert beats._stronger_half(curve, strong) is strong
    assert beats._stronger_half(curve, strong[:1]).tolist() == [4]


def test_beat_period_needs_two_beats() -> None:
    assert beats.beat_period(np.array([1.0, 1.5], np.float32)) == pytest.approx(0.5)
    assert beats.beat_period(np.arange(10, dtype=np.float32)) == pytest.approx(1.0)


class TestPeaks:
    def test_a_peak_is_the_first_greatest_of_its_neighbours(self) -> None:
        curve = np.array([0, 2, 1, 3, 3, 0, 1, 0.2], np.float32)
        assert peaks.pick_peaks(curve, 1, 0.5).tolist() == [1, 3, 6]
        assert peaks.pick_peaks(curve, 2, 0.5).tolist() == [3]
        assert peaks.pick_peaks(curve, 1, 2.5).tolist() == [3]

    def test_reach_nothing_and_nothing_to_reach(self) -> None:
        assert peaks.pick_peaks(np.array([1, 0, 1], np.float32), 0, 0.5).tolist() == [0, 2]
        assert peaks.pick_peaks(np.zeros(0, np.float32), 3, 0.5).size == 0

    def test_between_samples_finds_the_top_of_a_parabola(self) -> None:
        x = np.arange(9, dtype=np.float32)
        curve = 5 - (x - 4.3) ** 2
        np.testing.assert_allclose(peaks.between_samples(curve, np.array([4])), [4.3], atol=1e-5)

    def test_ends_and_short_curves_stay(self) -> None:
        curve = np.array([3, 1, 2], np.float32)
        assert peaks.between_samples(curve, np.array([0, 2])).tolist() == [0, 2]
        assert peaks.between_samples(curve[:2], np.array([0])).tolist() == [0]


class TestSmoothing:
    def test_moving_mean_against_its_definition(self) -> None:
        curve = np.random.default_rng(0).normal(size=(2, 20)).astype(np.float32)
        expected = [[row[max(i - 3, 0) : i + 4].mean() for i in range(20)] for row in curve]
        np.testing.assert_allclose(smoothing.moving_mean(curve, 3), expected, atol=1e-5)

    def test_smooth_against_convolution(self) -> None:
        curve = np.random.default_rng(1).normal(size=30).astype(np.float32)
        window = np.hanning(7)[1:-1]
        expected = np.convolve(curve, window / window.sum(), "same")
        np.testing.assert_allclose(smoothing.smooth(curve, 2), expected, atol=1e-5)

    def test_standardized_curves_have_no_level_and_unit_deviation(self) -> None:
        curve = (7 + 3 * np.random.default_rng(2).normal(size=(1, 4000))).astype(np.float32)
        result = smoothing.standardize(curve, 200, np.zeros((1, 1), np.float32))
        assert abs(result.mean()) < 0.02
        assert result.std() == pytest.approx(1, abs=0.02)


class TestPulse:
    def best(self, salience: np.ndarray, stiffness: float = 0.1) -> np.ndarray:
        periods = np.arange(8, 13)
        scores = np.zeros((1, 5), np.float32)
        return paths.steadiest_pulse(
            salience.astype(np.float32), periods, scores, frames_per_score=salience.size, stiffness=stiffness
        )

    def test_finds_a_regular_pulse(self) -> None:
        salience = np.full(100, -0.1)
        salience[3::10] = 1
        assert self.best(salience).tolist() == list(range(3, 100, 10))

    def test_follows_a_changing_period(self) -> None:
        truth = np.cumsum([5, 9, 9, 10, 10, 11, 11, 12, 12, 11])
        salience = np.full(int(truth[-1]) + 5, -0.1)
        salience[truth] = 1
        assert self.best(salience, 0.2).tolist() == truth.tolist()

    def test_is_the_best_of_all_paths(self) -> None:
        rng = np.random.default_rng(3)
        salience = rng.normal(size=40)
        found = self.best(salience)

        def worth(path: list[int]) -> float:
            steps = np.diff(path)
            return float(salience[path].sum() - 0.5 * ((np.log(steps[1:] / steps[:-1]) / 0.1) ** 2).sum())

        def all_paths(path: list[int]) -> list[list[int]]:
            longer = [[*path, path[-1] + step] for step in range(8, 13) if path[-1] + step < 40]
            done = [path] if len(path) > 1 and path[-1] + (path[-1] - path[-2]) >= 40 else []
            return done + [end for start in longer for end in all_paths(start)]

        starts = [path for first in range(12) for path in all_paths([first]) if path[0] < path[1] - path[0]]
        assert worth(found.tolist()) >= max(map(worth, starts)) - 1e-4

    def test_favours_the_periods_that_score_in_their_stretch(self) -> None:
        scores = np.zeros((2, 5), np.float32)
        scores[0, 0] = scores[1, 4] = 5
        found = paths.steadiest_pulse(
            np.zeros(200, np.float32), np.arange(8, 13), scores, frames_per_score=100, stiffness=0.3
        )
        steps = np.diff(found)
        assert np.median(steps[: steps.size // 3]) == 8
        assert np.median(steps[-steps.size // 3 :]) == 12


def labelled() -> list[dict[str, Any]]:
    folder = os.environ.get("MUSICENGINE_DATA")
    if not folder:
        return []
    labels = [json.loads(path.read_text()) for path in sorted((Path(folder) / "audio").glob("*.json"))]
    return [label for label in labels if label["set"] == "real" and label.get("tempo") and label["audio"]]


@pytest.mark.skipif(not labelled(), reason="MUSICENGINE_DATA has no labelled clips")
def test_tempo_of_real_recordings() -> None:
    soundfile = pytest.importorskip("soundfile")
    ratios = []
    for label in labelled():
        path = Path(os.environ["MUSICENGINE_DATA"]) / "audio" / label["audio"]
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        found = rhythm.estimate_tempo(Audio(samples.T, rate))
        ratios.append(0.0 if found is None else found.bpm / label["tempo"])
    assert np.mean(np.abs(np.array(ratios) - 1) <= 0.04) >= 0.75
