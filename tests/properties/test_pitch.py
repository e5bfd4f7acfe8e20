from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicengine.audio.melody import find_notes
from musicengine.audio.pitch import track_pitch
from musicengine.audio.separation import plan_separation, separate
from musicengine.values.sound import Audio
from tests.voices import RATE, cents, steady, tune

melodies = st.lists(st.integers(45, 84), min_size=3, max_size=8)
anything = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 3), st.integers(1, 9_000)), elements=st.floats(-1, 1, width=32)
)


@settings(max_examples=15, deadline=None)
@given(melodies, st.floats(-40, 20))
def test_gain_changes_nothing(notes: list[int], gain_db: float) -> None:
    plain = tune(notes, 0.3)
    louder = Audio(plain.samples * np.float32(10 ** (gain_db / 20)), RATE)
    one, other = track_pitch(plain), track_pitch(louder)
    assert np.mean(np.isfinite(one.frequencies_hz) == np.isfinite(other.frequencies_hz)) > 0.99
    assert np.nanmedian(np.abs(cents(one.contour_hz, other.contour_hz))) < 0.1
    assert abs(one.confidence - other.confidence) < 0.01
    for (_, mine), (_, theirs) in zip(separate(plain), separate(louder), strict=True):
        scaled = mine.samples * np.float32(10 ** (gain_db / 20))
        assert np.abs(scaled - theirs.samples).max() < 1e-2 * np.abs(louder.samples).max()


@settings(max_examples=15, deadline=None)
@given(melodies)
def test_polarity_and_channel_swap_change_nothing(notes: list[int]) -> None:
    sound = tune(notes, 0.3).samples[0]
    one = Audio(np.stack([sound, 0.5 * sound]), RATE)
    other = Audio(-one.samples[::-1], RATE)
    assert track_pitch(one) == track_pitch(other)
    for (_, mine), (_, theirs) in zip(separate(one), separate(other), strict=True):
        assert np.abs(mine.samples + theirs.samples[::-1]).max() < 1e-5


@settings(max_examples=15, deadline=None)
@given(melodies, st.integers(1, 100))
def test_a_time_shift_shifts_the_track(notes: list[int], frames: int) -> None:
    audio = tune(notes, 0.3)
    later = Audio(np.pad(audio.samples, ((0, 0), (round(frames * 0.02 * RATE), 0))), RATE)
    one, other = track_pitch(audio), track_pitch(later)
    moved = other.frequencies_hz[2 * frames :][: one.times_s.size]
    same = np.isfinite(one.frequencies_hz) == np.isfinite(moved)
    assert same.mean() > 0.97
    assert np.nanmedian(np.abs(cents(moved, one.frequencies_hz))) < 2


@settings(max_examples=20, deadline=None)
@given(st.floats(50, 2000), st.sampled_from([8_000, 16_000, 22_050, 32_000, 44_100, 96_000]))
def test_tones_are_found_within_ten_cents(hz: float, rate: int) -> None:
    track = track_pitch(steady(hz, 0.8, rate))
    assert np.abs(cents(track.frequencies_hz[15:-15], hz)).max() < 10


@settings(max_examples=40, deadline=None)
@given(anything, st.sampled_from([1_000, 8_000, RATE, 44_100]))
def test_any_audio_gives_a_track_and_stems_that_add_up(samples: np.ndarray, rate: int) -> None:
    audio = Audio(samples, rate)
    track = track_pitch(audio)
    assert track.voicing.min() >= 0
    assert track.voicing.max() <= 1
    assert np.isfinite(track.contour_hz[np.isfinite(track.frequencies_hz)]).all()
    for note in find_notes(track, audio=audio).notes:
        assert note.end_s > note.start_s
    plan = plan_separation(audio, pitch=track)
    assert (plan.quality is None) == (plan.abstention is not None)
    assert np.abs(separate(audio, plan=plan).mixture.samples - samples).max() < 1e-5
