from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from musicengine.audio.cues import REACH, Grid, find_cues, outline_points
from musicengine.audio.separation import Masks, assess, plan_separation, render, separate
from musicengine.dsp.medians import running_median
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

RATE = 22_050
DATA = Path(os.environ.get("MUSICENGINE_DATA", "missing")) / "audio"

Samples = npt.NDArray[np.float32]


def tone(frequency_hz: float, duration_s: float = 4.0, harmonics: int = 6) -> Samples:
    time = np.arange(round(RATE * duration_s)) / RATE
    parts = [0.6**h * np.sin(2 * np.pi * h * frequency_hz * time) for h in range(1, harmonics + 1)]
    return np.asarray(0.2 * sum(parts), np.float32)


def hits(duration_s: float = 4.0, every_s: float = 0.5) -> Samples:
    """Bursts of noise that fade in 30 ms."""
    time = np.arange(round(RATE * duration_s)) / RATE
    noise = np.random.default_rng(0).normal(size=time.size)
    return (0.5 * noise * np.exp(-(time % every_s) / 0.03)).astype(np.float32)


def gain_db(wanted: Samples, got: Samples, mixture: Samples) -> float:
    """How far the scale-invariant signal-to-distortion ratio lies above the mixture's."""

    def ratio_db(estimate: Samples) -> float:
        target = (estimate @ wanted) / (wanted @ wanted) * wanted
        return float(10 * np.log10((target @ target) / ((estimate - target) @ (estimate - target))))

    return ratio_db(got) - ratio_db(mixture)


def song() -> tuple[dict[str, Samples], Audio]:
    parts = {"drums": hits(), "bass": tone(55, harmonics=3), "other": tone(660) + tone(880)}
    return parts, Audio(sum(parts.values()), RATE)


def test_the_cascade_is_a_median_where_all_values_fit_in_three() -> None:
    values = np.random.default_rng(0).normal(size=(9, 7)).astype(np.float32)
    expected = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    np.testing.assert_array_equal(running_median(values, (1,), 0)[1:-1], expected)
    np.testing.assert_array_equal(running_median(values.T, (1,), 1), running_median(values, (1,), 0).T)


def test_the_cascade_takes_out_what_is_brief() -> None:
    values = np.ones((40, 2), np.float32)
    values[20:22] = 9
    np.testing.assert_array_equal(running_median(values, (1, 3), 0), np.ones((40, 2)))
    values[14:26] = 9
    assert running_median(values, (1, 3), 0)[20, 0] == 9


def test_drums_and_bass_come_out_of_a_simple_song() -> None:
    parts, mixture = song()
    stems = separate(mixture)
    assert gain_db(parts["drums"], stems.drums.mono, mixture.mono) > 5
    assert gain_db(parts["bass"], stems.bass.mono, mixture.mono) > 5


def test_what_lies_on_the_given_pitch_is_the_voice() -> None:
    times, gains, missed_of_found = np.arange(400) / 100, [], []
    off_it = PitchTrack(times, np.full(400, np.nan), np.zeros(400))
    for pitch_hz in (250, 300, 400, 500, 600, 700):
        on_it = PitchTrack(times, np.full(400, pitch_hz), np.ones(400))
        for rest_hz in (110, 140, 180, 220):
            voice = tone(pitch_hz, harmonics=10)
            mixture = Audio(voice + 0.5 * tone(rest_hz), RATE)
            found, missed = (separate(mixture, pitch=pitch).vocals.mono for pitch in (on_it, off_it))
            gains.append(gain_db(voice, found, mixture.mono))
            missed_of_found.append((missed @ missed) / (found @ found))
    assert np.mean(gains) > 4
    assert np.mean(missed_of_found) < 0.5


def test_a_voice_at_the_side_is_not_the_lead() -> None:
    voice = tone(500, harmonics=10)
    times = np.arange(400) / 100
    pitch = PitchTrack(times, np.full(400, 500.0), np.ones(400))
    middle = separate(Audio(np.stack([voice, voice]), RATE), pitch=pitch).vocals.samples
    side = separate(Audio(np.stack([voice, 0 * voice]), RATE), pitch=pitch).vocals.samples
    assert np.vdot(side, side) / np.vdot(voice, voice) < 0.5 * np.vdot(middle, middle) / np.vdot(voice, voice) / 2


def test_a_pitch_track_without_frames_means_no_pitch() -> None:
    _, mixture = song()
    none = PitchTrack(np.zeros(0), np.zeros(0), np.zeros(0))
    never = PitchTrack([0.0], [np.nan], [0.0])
    np.testing.assert_array_equal(
        plan_separation(mixture, pitch=none).gains, plan_separation(mixture, pitch=never).gains
    )


def test_the_masks_do_not_depend_on_the_size_of_the_blocks() -> None:
    _, mixture = song()
    whole = plan_separation(mixture, block_frames=10_000)
    for block_frames in (1, 64, 100):
        pieces = plan_separation(mixture, block_frames=block_frames)
        np.testing.assert_array_equal(pieces.gains, whole.gains)
        np.testing.assert_array_equal(pieces.levels, whole.levels)


def test_the_waveforms_do_not_depend_on_the_number_of_threads() -> None:
    _, mixture = song()
    masks = plan_separation(mixture)
    assert render(mixture, masks, threads=1) == render(mixture, masks, threads=3)


def test_the_outline_is_the_same_whatever_the_rate_beyond_what_it_draws() -> None:
    random = np.random.default_rng(0)
    levels = random.normal(-3, 1, (2 * REACH + 5, 300)).astype(np.float32)
    none = np.zeros(5, np.float32)
    outlines = []
    for rate in (RATE, 2 * RATE):
        grid = Grid(2048 * rate // RATE // 2 + 1, RATE / 2048)
        known = levels[:, : len(grid.hz)].copy()
        known[:, 192:] = -9
        outlines.append(find_cues(known, none, none, grid).outline)
    np.testing.assert_allclose(outlines[0], outlines[1], atol=1e-5)


def test_the_outline_is_measured_from_the_loudest_around() -> None:
    grid = Grid(1025, RATE / 2048)
    levels = np.full((2 * REACH + 3, len(grid.hz)), -2, np.float32)
    levels[0, 5] = 1  # seen from the first of the three frames alone
    none = np.zeros(3, np.float32)
    outline = find_cues(levels, none, none, grid).outline
    np.testing.assert_array_equal(outline[0], np.full(outline.shape[1], -3))
    np.testing.assert_array_equal(outline[1], np.zeros(outline.shape[1]))


def test_the_points_of_the_outline_rise_with_the_bands() -> None:
    for bins, bin_hz in ((1025, 10.77), (2049, 11.72), (33, 15.6)):
        points = outline_points(Grid(bins, bin_hz))
        assert points[0] == 0
        assert (np.diff(points) >= 0).all()


def test_masks_of_all_or_nothing_pass_all_or_nothing() -> None:
    _, mixture = song()
    masks = plan_separation(mixture)
    gains = np.zeros_like(masks.gains)
    gains[1] = 255
    stems = render(mixture, Masks(masks.length, masks.edges, gains, masks.levels))
    np.testing.assert_allclose(stems.drums.samples, mixture.samples, atol=1e-6)
    assert not stems.vocals.samples.any()
    np.testing.assert_allclose(stems.other.samples, 0, atol=1e-6)


def test_quality_of_masks_that_are_known() -> None:
    edges, levels = (0, 1, 2), np.zeros((4, 2), np.float16)
    gains = np.zeros((3, 4, 2), np.uint8)
    gains[1, :, 0] = 255  # drums have the lower band, other the upper
    clean = assess(Masks(2, edges, gains, levels))
    assert (clean.drums_share, clean.other_share, clean.bleed, clean.artefacts) == (0.5, 0.5, 0, 0)
    gains[1, ::2, 0] = 0  # now drums and other take turns
    assert assess(Masks(2, edges, gains, levels)).artefacts == pytest.approx(0.5)
    shared = assess(Masks(2, edges, np.full_like(gains, 64), levels))
    assert shared.bleed == pytest.approx(1, abs=0.01)
    assert shared.vocals_share == pytest.approx(0.25, abs=0.01)


def test_silence_is_all_other_and_clean() -> None:
    quality = assess(plan_separation(Audio(np.zeros((2, 8000)), 8000)))
    assert (quality.other_share, quality.bleed, quality.artefacts) == (1, 0, 0)


def test_quality_is_the_same_for_long_and_short_blocks() -> None:
    parts, _ = song()
    long = Audio(np.tile(sum(parts.values()), 5), RATE)
    quality = assess(plan_separation(long))
    shares = (quality.vocals_share, quality.drums_share, quality.bass_share, quality.other_share)
    assert sum(shares) == pytest.approx(1)
    assert quality.bleed > 0
    assert quality.artefacts > 0


@pytest.mark.skipif(not DATA.is_dir(), reason="MUSICENGINE_DATA names no folder of labelled clips")
def test_labelled_mixtures_gain() -> None:
    soundfile = pytest.importorskip("soundfile")
    gains: dict[str, list[float]] = {"drums": [], "bass": [], "voice": []}
    for path in sorted(DATA.glob("*.json")):
        stems = json.loads(path.read_text()).get("stems")
        if not stems:
            continue
        parts = {name: soundfile.read(DATA / file, dtype="float32")[0] for name, file in stems.items()}
        shortest = min(map(len, parts.values()))
        parts = {name: part[:shortest] for name, part in parts.items()}
        mixture = Audio(sum(parts.values()), RATE)
        found = separate(mixture)
        for name, stem in (("drums", "drums"), ("bass", "bass"), ("vocals", "voice"), ("melody", "voice")):
            if name in parts and parts[name] @ parts[name] > 0.03 * (mixture.mono @ mixture.mono):
                got = found.vocals if stem == "voice" else getattr(found, stem)
                gains[stem].append(gain_db(parts[name], got.mono, mixture.mono))
    means = {name: np.mean(values) for name, values in gains.items()}
    assert means["drums"] > 8
    assert means["bass"] > 4
    assert means["voice"] > 5


@pytest.mark.parametrize("rate", [1_000, 1_500, 2_000, 192_000])
def test_rates_beyond_those_of_music_are_taken(rate: int) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 110 * np.arange(rate) / rate)
    mixture = Audio(np.stack([tone, 0.5 * tone]), rate)
    stems = separate(mixture)
    assert np.abs(stems.mixture.samples - mixture.samples).max() < 1e-5
    assert stems.bass.rate == rate
