"""Laws that tonality keeps for any harmony."""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio.key import key_probabilities
from musicengine.audio.tonality import Chroma, compute_chroma, describe_harmony, estimate_key, find_chords
from musicengine.values.music import PITCH_CLASSES
from musicengine.values.sound import Audio

Song: TypeAlias = list[tuple[int, tuple[int, ...]]]

RATE = 11_025
STRIKE_S = 1.2
BEAT_S = 0.6

roots = st.integers(0, 11)
triads = st.tuples(roots, st.sampled_from([(0, 4, 7), (0, 3, 7)]))
songs = st.lists(triads, min_size=3, max_size=8, unique_by=lambda triad: triad[0])
few = settings(max_examples=15, deadline=None)


def render(song: Song, shift: float = 0.0) -> np.ndarray:
    """Struck chords with a bass, each with five overtones: (n,)."""
    time = np.arange(round(STRIKE_S * RATE)) / RATE
    strikes = []
    for root, intervals in song:
        pitches = np.array([36 + root, *(60 + (root + interval) % 12 for interval in intervals)]) + shift
        frequencies = 440 * 2 ** ((pitches - 69) / 12)
        partials = [0.7**h * np.sin(2 * np.pi * h * frequencies[:, None] * time).sum(axis=0) for h in range(1, 6)]
        strikes.append(0.05 * np.sum(partials, axis=0) * np.exp(-time))
    return np.concatenate(strikes)


def same(first: Chroma, second: Chroma) -> None:
    """The same but for rounding, which may tip single weak partials over the edge."""
    for one, other in zip(attrs.astuple(first), attrs.astuple(second), strict=True):
        difference = np.abs(np.subtract(one, other))
        assert difference.mean() <= 1e-3 * np.abs(one).max() + 1e-3
        assert difference.max() <= 0.05 * np.abs(one).max() + 0.05


@few
@given(songs, st.integers(-5, 6))
def test_transposing_the_music_transposes_key_and_chords(song: Song, shift: int) -> None:
    probabilities = []
    for steps in (0, shift):
        audio = Audio(render(song, steps), RATE)
        chroma = compute_chroma(audio)
        probabilities.append(np.roll(key_probabilities(chroma).reshape(2, 12), -steps, axis=1))
        chords = find_chords(audio, np.arange(2 * len(song)) * BEAT_S, chroma=chroma)
        assert chords is not None
        for index, (root, intervals) in enumerate(song):
            found = next(chord.label for chord in chords if chord.end_s > (index + 0.5) * STRIKE_S)
            quality = "maj" if intervals[1] == 4 else "min"
            assert found in (f"{PITCH_CLASSES[(root + steps) % 12]}:{quality}{seventh}" for seventh in ("", "7"))
    # Registers weigh differently, so that a key in doubt may tip over.
    before, after = probabilities
    assert before.max() < 0.95 or before.argmax() == after.argmax()


@few
@given(songs, st.floats(-40, 40))
def test_gain_changes_nothing(song: Song, gain_db: float) -> None:
    samples = render(song)
    same(compute_chroma(Audio(samples, RATE)), compute_chroma(Audio(samples * 10 ** (gain_db / 20), RATE)))


@few
@given(songs)
def test_polarity_and_channels_change_nothing(song: Song) -> None:
    samples = render(song)
    mono = compute_chroma(Audio(samples, RATE))
    same(mono, compute_chroma(Audio(-samples, RATE)))
    weights = np.array([0.3, 1.2, 2.0, 0.5, 1.0, 1.0])
    surround = weights[:, None] * samples
    same(mono, compute_chroma(Audio(surround, RATE)))
    same(mono, compute_chroma(Audio(surround[::-1], RATE)))


@few
@given(songs, st.integers(1, 40))
def test_the_size_of_the_blocks_changes_nothing(song: Song, block_frames: int) -> None:
    audio = Audio(render(song), RATE)
    same(compute_chroma(audio), compute_chroma(audio, block_frames=block_frames))


@few
@given(songs, st.integers(2, 8))
def test_silence_before_the_music_shifts_its_chords(song: Song, beats: int) -> None:
    samples = render(song)
    grid = np.arange(2 * len(song) + beats) * BEAT_S
    plain = find_chords(Audio(samples, RATE), grid[: 2 * len(song)])
    late = find_chords(Audio(np.concatenate([np.zeros(round(beats * BEAT_S * RATE)), samples]), RATE), grid)
    assert plain is not None
    assert late is not None
    assert late[0].label == "N"
    assert [chord.label for chord in late[1:]] == [chord.label for chord in plain]
    shifts = [one.start_s - other.start_s for one, other in zip(late[1:], plain, strict=True)]
    # A frame hears 190 ms ahead, so that the music may seem to begin a beat early.
    np.testing.assert_allclose(shifts[1:], beats * BEAT_S, atol=1e-6)
    assert shifts[0] in (pytest.approx(beats * BEAT_S), pytest.approx((beats - 1) * BEAT_S))


@few
@given(songs, st.floats(-45, 45))
def test_detuning_is_measured_and_heard_through(song: Song, cents: float) -> None:
    audio, detuned = (Audio(render(song, shift), RATE) for shift in (0.0, cents / 100))
    assert abs(compute_chroma(detuned).tuning_cents - cents) < 3
    first, second = estimate_key(audio), estimate_key(detuned)
    assert first is not None
    assert second is not None
    if first.confidence > 0.6:
        assert str(first) == str(second)


@few
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 30_000),
    st.integers(1, 6),
    st.integers(1000, 50_000),
)
def test_anything_gives_a_harmony_or_a_reason(seed: int, length: int, channels: int, rate: int) -> None:
    random = np.random.default_rng(seed)
    samples = random.normal(size=(channels, length)) * random.choice([0.0, 1e-6, 0.1, 3.0])
    audio = Audio(samples, rate)
    chroma = compute_chroma(audio)
    harmony = describe_harmony(audio, chroma=chroma)
    assert (harmony is None) == (chroma.abstention is not None) == (find_chords(audio, chroma=chroma) is None)
    assert np.isfinite(chroma.treble).all()
    assert np.isfinite(chroma.bass).all()
