from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicengine.audio import rhythm
from musicengine.audio.spectrum import survey
from musicengine.values.sound import Audio
from tests.rhythms import RATE, rock, share_near

tempos = st.floats(80, 160)


def heard(samples: npt.NDArray[np.float32], bpm: float | None = None) -> rhythm.Heard:
    return rhythm.hear_rhythm(survey(Audio(samples, RATE)), bpm=bpm)


@settings(max_examples=15, deadline=None)
@given(tempos, st.floats(-40, 20))
def test_gain_changes_nothing(bpm: float, gain_db: float) -> None:
    audio, _ = rock(bpm, 10)
    plain, louder = heard(audio.mono), heard(audio.mono * np.float32(10 ** (gain_db / 20)))
    assert plain.tempo is not None
    assert louder.tempo is not None
    assert plain.beats is not None
    assert louder.beats is not None
    assert abs(louder.tempo.bpm / plain.tempo.bpm - 1) < 1e-3
    assert share_near(plain.beats.times_s, louder.beats.times_s, 0.005) == 1


@settings(max_examples=10, deadline=None)
@given(tempos)
def test_polarity_changes_nothing(bpm: float) -> None:
    audio, _ = rock(bpm, 10)
    plain, inverted = heard(audio.mono), heard(-audio.mono)
    assert plain.tempo == inverted.tempo
    assert plain.beats == inverted.beats
    assert plain.rhythm == inverted.rhythm


@settings(max_examples=15, deadline=None)
@given(tempos, st.integers(0, 400))
def test_a_time_shift_shifts_times(bpm: float, hops: int) -> None:
    audio, _ = rock(bpm, 12)
    shift_s = hops * survey(audio).hop / RATE
    shifted = np.concatenate([np.zeros(round(shift_s * RATE), np.float32), audio.mono])
    plain, later = heard(audio.mono, bpm), heard(shifted, bpm)
    assert plain.beats is not None
    assert later.beats is not None
    near = np.abs(np.subtract.outer(plain.beats.times_s + shift_s, later.beats.times_s)).min(axis=1)
    assert np.mean(near < 0.02) > 0.9


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.float32, st.integers(1, 12_000), elements=st.floats(-1, 1, width=32)), st.sampled_from([2_000, RATE])
)
def test_any_audio_gives_a_result_or_a_reason(samples: npt.NDArray[np.float32], rate: int) -> None:
    found = rhythm.hear_rhythm(survey(Audio(samples, rate)))
    assert (found.tempo is None) == (found.beats is None) == (found.abstention is not None)
    if found.beats is not None:
        assert found.beats.times_s[0] >= 0
