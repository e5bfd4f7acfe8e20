"""The embedding of sounds that are alike and of sounds that are not."""

from __future__ import annotations

import numpy as np
import pytest

from musicengine.audio import embedding
from musicengine.audio.spectrum import survey
from musicengine.values.sound import Audio

RATE = 22_050


def piece(seed: int, seconds: float = 12, rate: int = RATE) -> Audio:
    """A repeated figure of plucked notes with a colour, a tempo and a set of pitches of its own."""
    generator = np.random.default_rng(seed)
    step_s, decay, brightness = generator.uniform(0.15, 0.4), generator.uniform(2, 12), generator.uniform(0.5, 2)
    pitches = generator.integers(45, 75, 8)
    times = np.arange(int(seconds * rate)) / rate
    step, phase = np.divmod(times, step_s)
    hz = 440 * 2 ** ((pitches[step.astype(int) % 8] - 69) / 12)
    partials = [np.sin(2 * np.pi * hz * k * phase) / k**brightness for k in range(1, 8)]
    return Audio(0.1 * np.exp(-decay * phase) * np.sum(partials, axis=0), rate)


def test_a_point_has_128_dimensions_and_length_1() -> None:
    point = embedding.embed(piece(0))
    assert point.vector.shape == (128,)
    assert np.linalg.norm(point.vector) == pytest.approx(1, abs=1e-6)
    assert point.space == embedding.SPACE


def test_the_same_audio_is_the_same_point() -> None:
    assert embedding.embed(piece(0)) == embedding.embed(piece(0))
    assert embedding.embed(piece(0), survey=survey(piece(0))) == embedding.embed(piece(0))


def test_silence_is_no_point() -> None:
    assert not embedding.embed(Audio(np.zeros(RATE), RATE)).vector.any()


@pytest.mark.parametrize("samples", [1, 100, RATE // 10])
def test_the_shortest_audio_has_a_point(samples: int) -> None:
    point = embedding.embed(Audio(np.random.default_rng(0).normal(0, 0.1, samples), RATE))
    assert np.linalg.norm(point.vector) == pytest.approx(1, abs=1e-6)


def test_two_halves_of_a_piece_find_each_other() -> None:
    halves = [piece(seed).clip(start, start + 6) for seed in range(8) for start in (0, 6)]
    points = np.array([embedding.embed(half).vector for half in halves])
    similarity = points @ points.T
    np.fill_diagonal(similarity, -1)
    assert (similarity.argmax(axis=1) == np.arange(16) ^ 1).mean() >= 0.9


def test_the_rate_hardly_moves_a_point() -> None:
    low, high, other = (embedding.embed(audio) for audio in (piece(0), piece(0, rate=44_100), piece(1)))
    assert low.similarity(high) > 0.7
    assert low.similarity(high) > low.similarity(other) + 0.3


def test_features_have_one_name_each_in_the_constants() -> None:
    mean, projection = embedding._constants()
    assert mean.shape == (embedding.FEATURES,)
    assert projection.shape == (embedding.FEATURES, 128)
    assert embedding.describe(survey(piece(0))).shape == (embedding.FEATURES,)


def test_transposition_leaves_the_harmony_features() -> None:
    chroma = np.random.default_rng(0).uniform(0, 1, (50, 12)).astype(np.float32)
    np.testing.assert_allclose(embedding._harmony(chroma), embedding._harmony(np.roll(chroma, 5, axis=1)), rtol=1e-5)


def test_the_echo_of_a_pulse_peaks_at_its_period() -> None:
    levels = np.zeros((1000, 48), np.float32)
    levels[::50] = 10  # every 0.5 s at 100 frames a second
    echo = embedding._echo(levels, 100)
    lags = embedding._LAGS_S
    assert lags[np.argmax(echo)] <= 0.5 <= lags[np.argmax(echo) + 1]


def test_modulation_peaks_at_the_rate_of_a_tremolo() -> None:
    times = np.arange(2000)[:, None] / 100
    levels = np.repeat(10 * np.sin(2 * np.pi * 4 * times), 48, axis=1).astype(np.float32)
    found = embedding._modulation_db(levels, 100)
    edges = embedding._MODULATION_HZ
    strongest = int(found[:, -1].argmax())
    assert edges[strongest] <= 4 <= edges[strongest + 1]
