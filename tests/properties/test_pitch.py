"""Laws that pitch keeps for any melody."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio import find_notes, track_pitch
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio
from tests.unit.test_pitch import tone

RATE = 22_050

few = settings(max_examples=15, deadline=None)
tunes = st.lists(st.integers(48, 84), min_size=2, max_size=5)


def sing(tune: list[int], rate: int = RATE) -> np.ndarray:
    """Notes of a third of a second with soft noise, (n,)."""
    hz = 440 * 2 ** ((np.repeat(tune, rate // 3) - 69) / 12)
    return tone(hz, rate) + 1e-3 * np.random.default_rng(0).normal(size=hz.size)


def same(one: PitchTrack, other: PitchTrack, *, agreeing: float = 0.98) -> None:
    """Both tracks agree within 3 cents nearly everywhere: on the edge of a note a frame may fall to either side."""
    assert one.times_s.size == other.times_s.size
    silent = np.isnan(one.frequencies_hz) & np.isnan(other.frequencies_hz)
    distance = np.abs(1200 * np.log2(one.frequencies_hz / other.frequencies_hz))
    assert not silent.all()
    assert ((distance < 3) | silent).mean() > agreeing
    assert one.confidence == pytest.approx(other.confidence, abs=0.02)


@few
@given(
    st.floats(80, 400),
    st.floats(1.2, 4),
    st.sampled_from([8000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000]),
    st.integers(1, 12),
)
def test_a_sweep_is_followed_within_ten_cents(low_hz: float, ratio: float, rate: int, harmonics: int) -> None:
    time = np.arange(2 * rate) / rate
    truth = low_hz * ratio ** (time / 2)
    track = track_pitch(Audio(tone(truth, rate, harmonics), rate))
    inner = slice(10, 190)
    expected = low_hz * ratio ** (track.times_s[inner] / 2)
    assert np.isfinite(track.frequencies_hz[inner]).mean() > 0.9
    found = 1200 * np.log2(track.frequencies_hz[inner] / expected)
    assert np.nanmax(np.abs(found)) < 10


@few
@given(st.floats(110, 660), st.floats(4.5, 7.5), st.floats(20, 60))
def test_vibrato_is_recovered(hz: float, rate_hz: float, extent: float) -> None:
    time = np.arange(2 * RATE) / RATE
    wave = tone(hz * 2 ** (extent / 1200 * np.sin(2 * np.pi * rate_hz * time)), RATE)
    (note,) = find_notes(track_pitch(Audio(wave, RATE))).notes
    assert note.pitch == pytest.approx(69 + 12 * np.log2(hz / 440), abs=0.1)
    assert note.vibrato_hz == pytest.approx(rate_hz, abs=0.5)
    assert note.vibrato_cents == pytest.approx(extent, rel=0.15)


@few
@given(tunes, st.floats(-40, 12), st.sampled_from([-1, 1]))
def test_gain_and_polarity_change_nothing(tune: list[int], gain_db: float, sign: int) -> None:
    wave = sing(tune)
    same(track_pitch(Audio(wave, RATE)), track_pitch(Audio(sign * 10 ** (gain_db / 20) * wave, RATE)))


@few
@given(tunes, st.integers(1, 40))
def test_silence_before_shifts_the_track(tune: list[int], steps: int) -> None:
    wave = sing(tune)
    shifted = track_pitch(Audio(np.concatenate([np.zeros(steps * 441), wave]), RATE))
    plain = track_pitch(Audio(wave, RATE))
    shifted_steps = 2 * steps  # 441 samples are two steps of 10 ms
    cut = PitchTrack(
        plain.times_s,
        shifted.frequencies_hz[shifted_steps:][: plain.times_s.size],
        shifted.voicing[shifted_steps:][: plain.times_s.size],
        confidence=shifted.confidence,
    )
    same(plain, cut, agreeing=0.85)  # frames do not fall on the same samples, which moves the edges of notes


@few
@given(tunes, st.integers(1, 400))
def test_the_size_of_blocks_changes_nothing(tune: list[int], block_frames: int) -> None:
    audio = Audio(sing(tune), RATE)
    same(track_pitch(audio), track_pitch(audio, block_frames=block_frames))


@few
@given(tunes, st.integers(2, 6))
def test_the_number_of_equal_channels_changes_nothing(tune: list[int], channels: int) -> None:
    wave = sing(tune)
    same(track_pitch(Audio(wave, RATE)), track_pitch(Audio(np.tile(wave, (channels, 1)), RATE)))


@few
@given(st.sampled_from([8000, 11_025, 32_000, 44_100, 96_000, 192_000]), st.floats(0.02, 0.3), st.integers(1, 6))
def test_any_rate_length_and_number_of_channels_is_taken(rate: int, duration_s: float, channels: int) -> None:
    wave = tone(np.full(max(1, round(duration_s * rate)), 300.0), rate)
    track = track_pitch(Audio(np.tile(wave, (channels, 1)), rate))
    assert track.times_s.size == int(wave.size / rate * 100 + 1e-6) + 1
    assert np.isfinite(track.frequencies_hz).mean() > 0.5
    assert np.nanmedian(track.frequencies_hz) == pytest.approx(300, rel=0.02)
    find_notes(track)
