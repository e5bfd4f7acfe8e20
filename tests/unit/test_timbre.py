"""The shared pass over the spectrum and the timbre of sounds whose colour is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from musicengine.audio import timbre
from musicengine.audio.spectrum import SHAPE_STEP, frame_length, mixed, survey
from musicengine.dsp import shape, spectra
from musicengine.values.sound import Audio

RATE = 44_100


def tone(hz: float, seconds: float = 1.0, rate: int = RATE) -> Audio:
    return Audio(0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate), rate)


def noise(seconds: float = 1.0, rate: int = RATE, channels: int = 1) -> Audio:
    return Audio(np.random.default_rng(0).normal(0, 0.1, (channels, int(seconds * rate))), rate)


def test_a_tone_has_its_frequency_as_centroid_and_rolloff() -> None:
    found = timbre.describe_timbre(tone(1000, 3))
    assert found.centroid_hz == pytest.approx(1000, rel=0.05)
    assert found.rolloff_hz == pytest.approx(1000, abs=RATE / 2048 * 2)
    assert found.flatness < 0.01
    assert found.zero_crossing_rate == pytest.approx(2 * 1000 / RATE, rel=0.01)


def test_noise_is_flat_and_a_tone_is_not() -> None:
    assert timbre.describe_timbre(noise()).flatness > 0.5
    assert timbre.describe_timbre(noise()).centroid_hz == pytest.approx(RATE / 4, rel=0.02)


def test_a_steady_tone_has_less_flux_than_a_pulsing_one() -> None:
    steady = tone(440, 3)
    pulsing = Audio(steady.samples * (np.arange(3 * RATE) % (RATE // 4) < RATE // 8), RATE)
    assert timbre.describe_timbre(steady).flux < 0.2 * timbre.describe_timbre(pulsing).flux


def test_silence_has_no_centroid_and_is_flat() -> None:
    found = timbre.describe_timbre(Audio(np.zeros(RATE), RATE))
    assert (found.centroid_hz, found.bandwidth_hz, found.rolloff_hz, found.zero_crossing_rate) == (0, 0, 0, 0)
    assert found.flatness == pytest.approx(1)
    assert not found.tonnetz.any()
    assert not found.contrast_db.any()
    assert not found.mfcc_delta.any()


@pytest.mark.parametrize("samples", [1, 300, 2049])
def test_the_shortest_audio_has_a_timbre(samples: int) -> None:
    found = timbre.describe_timbre(Audio(np.full(samples, 0.1), RATE))
    assert np.isfinite(found.mfcc).all()
    assert found.flux >= 0


def test_a_given_survey_is_used() -> None:
    passed = survey(tone(440))
    assert timbre.describe_timbre(tone(440), survey=passed) == timbre.describe_timbre(tone(440))
    assert timbre.describe_timbre(tone(440), survey=survey(noise())).flatness > 0.5


def test_contrast_is_high_where_a_band_holds_a_tone_among_silence() -> None:
    found = timbre.describe_timbre(Audio(tone(1000).samples + noise().samples * 0.01, RATE)).contrast_db
    assert np.argmax(found) == 3  # 800 to 1600 Hz


def test_bands_above_half_the_rate_have_no_contrast() -> None:
    found = timbre.describe_timbre(noise(rate=8000)).contrast_db
    assert (found[:6] > 0).all()
    assert found[6] == 0


def test_long_audio_is_described_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = timbre.describe_timbre(noise(2))
    monkeypatch.setattr(timbre, "_BLOCK_FRAMES", 7)
    monkeypatch.setattr(timbre, "_BLOCK_SAMPLES", 1000)
    parts = timbre.describe_timbre(noise(2))
    assert parts.zero_crossing_rate == whole.zero_crossing_rate
    assert parts.flux == pytest.approx(whole.flux, rel=1e-5)
    np.testing.assert_allclose(parts.mfcc, whole.mfcc, rtol=1e-4, atol=1e-4)


def test_zero_crossings_are_counted_frame_by_frame() -> None:
    samples = noise(0.31).mono
    padded = np.pad(samples, 1024, mode="edge")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::512]
    rate = np.mean((frames[:, 1:] < 0) != (frames[:, :-1] < 0)) * 2047 / 2048
    assert timbre.describe_timbre(Audio(samples, RATE)).zero_crossing_rate == pytest.approx(rate, rel=2e-3)


def test_frame_lengths_are_the_power_of_two_nearest_to_46_ms() -> None:
    assert [frame_length(rate) for rate in (8000, 22_050, 44_100, 48_000, 96_000, 192_000)] == [
        512, 1024, 2048, 2048, 4096, 8192,
    ]  # fmt: skip


def test_a_survey_has_a_row_for_every_frame() -> None:
    passed = survey(noise(1.01))
    frames = 1 + int(1.01 * RATE) // 512
    assert passed.mel.shape == (frames, 128)
    assert passed.chroma.shape == (frames, 12)
    assert passed.shape.shape == (-(-frames // SHAPE_STEP), shape.COLUMNS)
    assert passed.times_s[1] == pytest.approx(512 / RATE)


@pytest.mark.parametrize(("block", "threads"), [(1, 1), (7, 1), (64, 1), (10_000, 1), (13, 2)])
def test_block_size_and_threads_change_nothing(block: int, threads: int) -> None:
    audio = noise(0.9, channels=2)
    whole, parts = survey(audio), survey(audio, block_frames=block, threads=threads)
    np.testing.assert_array_equal(parts.mel, whole.mel)
    np.testing.assert_array_equal(parts.chroma, whole.chroma)
    np.testing.assert_array_equal(parts.shape, whole.shape)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_averaged_piece_by_piece(channels: int) -> None:
    audio = noise(0.1, channels=channels)
    expected = np.pad(audio.mono, (5, 7))[: 1005 + 0]
    np.testing.assert_allclose(mixed(audio, -5, 1000), expected, atol=1e-7)


def test_chroma_finds_the_pitch_class() -> None:
    for midi in (60, 64, 69, 71):
        passed = survey(tone(440 * 2 ** ((midi - 69) / 12)))
        assert passed.chroma.mean(axis=0).argmax() == midi % 12


def test_mel_power_is_the_filterbank_in_pieces() -> None:
    power = np.random.default_rng(0).uniform(0, 1, (5, 1025)).astype(np.float32)
    out = np.empty((5, 128), np.float32)
    spectra.mel_power(power, RATE, 2048, out)
    np.testing.assert_allclose(out, power @ spectra.mel_filters(RATE, 2048, 128), rtol=1e-4)


def brute_rolloff(magnitude: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    running = np.cumsum(magnitude.astype(np.float64), axis=1)
    first: npt.NDArray[np.int64] = np.argmax(running >= 0.85 * running[:, -1:], axis=1)
    return first


def test_moments_and_rolloff_are_those_of_all_bins() -> None:
    magnitude = np.random.default_rng(0).uniform(0, 1, (20, 1025)).astype(np.float32) ** 4
    magnitude[3, :-1] = 0  # all at half the rate
    found = shape.moments_and_rolloff(magnitude)
    bins = np.arange(1025)
    centroid = magnitude @ bins / magnitude.sum(axis=1)
    spread = np.sqrt(np.sum(magnitude * (bins - centroid[:, None]) ** 2, axis=1) / magnitude.sum(axis=1))
    np.testing.assert_allclose(found[:, 0], centroid, rtol=1e-5)
    np.testing.assert_allclose(found[:, 1], spread, rtol=1e-4, atol=1e-3)
    assert np.abs(found[:, 2] - brute_rolloff(magnitude)).max() <= 1
    assert (found[:, 2] == brute_rolloff(magnitude)).mean() >= 0.9


def test_flatness_is_the_ratio_of_means() -> None:
    magnitude = np.random.default_rng(0).uniform(1e-3, 1, (5, 65)).astype(np.float32)
    power = magnitude.astype(np.float64) ** 2
    expected = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    np.testing.assert_allclose(shape.flatness(magnitude, 1), expected, rtol=1e-4)
