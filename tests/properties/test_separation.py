from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio.separation import assess, plan_separation, separate
from musicengine.values.sound import Audio, Stems

RATES = [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]


def music(seed: int, rate: int, channels: int, duration_s: float) -> Audio:
    """Tones that begin and end at random, above noise that comes in bursts."""
    random = np.random.default_rng(seed)
    time = np.arange(max(1, round(rate * duration_s))) / rate
    total = 0.02 * random.normal(size=(channels, time.size)) * (np.sin(2 * np.pi * 3 * time) > 0.7)
    for pitch_hz in 55 * 2 ** (random.integers(0, 48, 4) / 12):
        on = np.abs(time - random.uniform(0, duration_s)) < duration_s / 3
        total = total + 0.1 * random.uniform(size=(channels, 1)) * on * np.sin(2 * np.pi * pitch_hz * time)
    return Audio(total, rate)


audios = st.builds(
    music,
    st.integers(0, 1000),
    st.sampled_from(RATES),
    st.sampled_from([1, 2, 6]),
    st.sampled_from([0.1, 0.5, 1.5]),
)


def apart(one: Stems, other: Stems) -> float:
    """The largest difference of a sample, relative to the mixture's loudest."""
    loudest = float(np.abs(one.mixture.samples).max()) or 1.0
    pairs = zip(one, other, strict=True)
    return max(float(np.abs(a.samples - b.samples).max()) for (_, a), (_, b) in pairs) / loudest


@settings(max_examples=25, deadline=None)
@given(audios)
def test_the_stems_add_up_and_have_the_shape_of_the_mixture(audio: Audio) -> None:
    stems = separate(audio)
    assert all(stem.samples.shape == audio.samples.shape and stem.rate == audio.rate for _, stem in stems)
    np.testing.assert_allclose(stems.mixture.samples, audio.samples, atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(audios, st.floats(-40, 12))
def test_gain_moves_all_stems_alike(audio: Audio, gain_db: float) -> None:
    gain = 10 ** (gain_db / 20)
    scaled = separate(Audio(audio.samples * gain, audio.rate))
    back = Stems(*(Audio(stem.samples / gain, stem.rate) for _, stem in scaled))
    assert apart(separate(audio), back) < 0.01


@settings(max_examples=10, deadline=None)
@given(audios)
def test_polarity_turns_all_stems(audio: Audio) -> None:
    turned = separate(Audio(-audio.samples, audio.rate))
    assert apart(separate(audio), Stems(*(Audio(-stem.samples, stem.rate) for _, stem in turned))) < 1e-6


@settings(max_examples=10, deadline=None)
@given(audios.filter(lambda audio: audio.channels == 2))
def test_swapped_channels_swap_the_stems(audio: Audio) -> None:
    swapped = separate(Audio(audio.samples[::-1], audio.rate))
    assert apart(separate(audio), Stems(*(Audio(stem.samples[::-1], stem.rate) for _, stem in swapped))) < 1e-6


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(RATES), st.sampled_from([1, 2, 6]), st.integers(1, 20_000))
def test_silence_stays_silent(rate: int, channels: int, count: int) -> None:
    stems = separate(Audio(np.zeros((channels, count)), rate))
    assert not any(stem.samples.any() for _, stem in stems)


@settings(max_examples=10, deadline=None)
@given(audios)
def test_the_same_audio_gives_the_same_stems(audio: Audio) -> None:
    assert separate(audio) == separate(Audio(audio.samples.copy(), audio.rate))


@settings(max_examples=10, deadline=None)
@given(audios)
def test_quality_is_a_share_of_the_whole(audio: Audio) -> None:
    quality = assess(plan_separation(audio))
    shares = (quality.vocals_share, quality.drums_share, quality.bass_share, quality.other_share)
    assert sum(shares) == pytest.approx(1)
