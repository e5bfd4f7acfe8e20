"""Timbre against librosa, frame by frame where both measure the same frames and as means otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from musicengine.audio.spectrum import SHAPE_STEP, survey
from musicengine.audio.timbre import describe_timbre
from musicengine.values.sound import Audio

librosa = pytest.importorskip("librosa")
pytestmark = pytest.mark.oracle

Samples = npt.NDArray[np.float32]


def noise(rate: int) -> Samples:
    return np.random.default_rng(0).normal(0, 0.1, 5 * rate).astype(np.float32)


def chords(rate: int) -> Samples:
    """Four decaying partials over a floor of noise, struck twice a second."""
    times = np.arange(5 * rate) / rate
    tone = sum(np.sin(2 * np.pi * hz * times) for hz in (220, 277.2, 330, 440)) * np.exp(-(times % 0.5) * 4)
    return (0.1 * tone + 0.01 * noise(rate)).astype(np.float32)


@pytest.fixture(params=[(noise, 44_100), (chords, 44_100), (chords, 22_050), (noise, 48_000)], ids=str, scope="module")
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The sound, our survey and timbre, and librosa's spectrum with the same frames."""
    make, rate = request.param
    audio = Audio(make(rate), rate)
    passed = survey(audio)
    frames = {"n_fft": passed.length, "hop_length": passed.hop, "pad_mode": "constant"}
    magnitude = np.abs(librosa.stft(audio.mono, **frames))
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=magnitude**2, sr=rate))
    return {
        "audio": audio,
        "survey": passed,
        "timbre": describe_timbre(audio, survey=passed),
        "S": magnitude,
        "mel": mel,
    }


def test_moments_rolloff_and_flatness_of_each_fourth_frame(case: dict[str, Any]) -> None:
    feature, rate = librosa.feature, case["audio"].rate
    theirs = [
        feature.spectral_centroid(S=case["S"], sr=rate),
        feature.spectral_bandwidth(S=case["S"], sr=rate),
        feature.spectral_rolloff(S=case["S"], sr=rate),
    ]
    for column, expected in enumerate(theirs):
        np.testing.assert_allclose(case["survey"].shape[:, column], expected[0, ::SHAPE_STEP], rtol=1e-3)
    flatness = feature.spectral_flatness(S=case["S"])[0, ::SHAPE_STEP]
    np.testing.assert_allclose(case["survey"].shape[:, 3], flatness, atol=1e-3)


def test_contrast_of_each_fourth_frame(case: dict[str, Any]) -> None:
    expected = librosa.feature.spectral_contrast(S=case["S"], sr=case["audio"].rate)[:, ::SHAPE_STEP].T
    shape = case["survey"].shape
    np.testing.assert_allclose(shape[:, 4:11] - shape[:, 11:], expected, atol=0.01)


def test_means_of_shape(case: dict[str, Any]) -> None:
    feature, rate, timbre = librosa.feature, case["audio"].rate, case["timbre"]
    assert timbre.centroid_hz == pytest.approx(feature.spectral_centroid(S=case["S"], sr=rate).mean(), rel=0.01)
    assert timbre.bandwidth_hz == pytest.approx(feature.spectral_bandwidth(S=case["S"], sr=rate).mean(), rel=0.01)
    assert timbre.rolloff_hz == pytest.approx(feature.spectral_rolloff(S=case["S"], sr=rate).mean(), rel=0.02)
    assert timbre.flatness == pytest.approx(feature.spectral_flatness(S=case["S"]).mean(), rel=0.05)
    contrast = feature.spectral_contrast(S=case["S"], sr=rate).mean(axis=1)
    np.testing.assert_allclose(timbre.contrast_db, contrast, atol=0.5)


def test_mfcc_and_deltas(case: dict[str, Any]) -> None:
    expected = librosa.feature.mfcc(S=case["mel"], n_mfcc=20)
    np.testing.assert_allclose(case["timbre"].mfcc, expected.mean(axis=1), atol=0.01)
    deltas = np.abs(librosa.feature.delta(expected)).mean(axis=1) * case["survey"].frames_per_s
    np.testing.assert_allclose(case["timbre"].mfcc_delta, deltas, atol=0.01)


def test_flux(case: dict[str, Any]) -> None:
    strength = librosa.onset.onset_strength(S=case["mel"], sr=case["audio"].rate, center=False)[1:]
    assert case["timbre"].flux == pytest.approx(strength.mean(), abs=1e-3)


def test_zero_crossing_rate(case: dict[str, Any]) -> None:
    passed = case["survey"]
    rates = librosa.feature.zero_crossing_rate(
        case["audio"].mono, frame_length=passed.length, hop_length=passed.hop, center=True
    )
    assert case["timbre"].zero_crossing_rate == pytest.approx(rates.mean(), abs=1e-3)


def test_tonnetz(case: dict[str, Any]) -> None:
    chroma = librosa.feature.chroma_stft(S=case["S"] ** 2, sr=case["audio"].rate, tuning=0)
    np.testing.assert_allclose(case["timbre"].tonnetz, librosa.feature.tonnetz(chroma=chroma).mean(axis=1), atol=1e-4)


def test_mel_bands(case: dict[str, Any]) -> None:
    passed = case["survey"]
    expected = librosa.feature.melspectrogram(S=case["S"] ** 2, sr=case["audio"].rate).T
    np.testing.assert_allclose(passed.mel * passed.length**2, expected, rtol=1e-3, atol=1e-6 * expected.max())
