from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio.loudness import measure_loudness
from musicengine.dsp.types import Array
from musicengine.values.measures import Loudness
from musicengine.values.sound import Audio


def levels(measured: Loudness) -> Array:
    return np.array(
        [measured.integrated_lufs, measured.short_term_max_lufs, measured.momentary_max_lufs, measured.true_peak_dbtp]
    )


@st.composite
def music(draw: st.DrawFn) -> Audio:
    """Bursts of coloured noise on some channels, well above the absolute gate."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rate = draw(st.sampled_from([8_000, 11_025, 16_000, 22_050]))
    n = round(rate * draw(st.floats(3.1, 6)))
    noise = rng.standard_normal((draw(st.integers(1, 3)), n))
    envelope = 0.1 * np.interp(np.arange(n), np.linspace(0, n, 6), rng.uniform(0.3, 1, 6))
    return Audio(noise * envelope, rate)


@settings(max_examples=25, deadline=None)
@given(music(), st.floats(-20, 20))
def test_gain_moves_levels_by_itself_and_nothing_else(audio: Audio, gain_db: float) -> None:
    before = measure_loudness(audio)
    after = measure_loudness(Audio(audio.samples * np.float32(10 ** (gain_db / 20)), audio.rate))
    np.testing.assert_allclose(levels(after) - levels(before), gain_db, atol=1e-3)
    assert after.range_lu == pytest.approx(before.range_lu, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(music(), st.integers(1, 100_000))
def test_polarity_channel_order_and_block_change_nothing(audio: Audio, block: int) -> None:
    before = measure_loudness(audio)
    after = measure_loudness(Audio(-audio.samples[::-1], audio.rate), block=block)
    np.testing.assert_allclose(levels(after), levels(before), atol=1e-4)
    assert after.range_lu == pytest.approx(before.range_lu, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(music(), st.integers(1, 30))
def test_a_time_shift_in_steps_changes_no_maximum(audio: Audio, steps: int) -> None:
    silence = np.zeros((audio.channels, steps * audio.rate // 10), np.float32)
    if audio.rate % 100:  # windows move by whole samples only; other rates round their edges anew
        return
    before = measure_loudness(audio)
    after = measure_loudness(Audio(np.concatenate([silence, audio.samples], axis=1), audio.rate))
    # Below 16 kHz the signal is interpolated first, and what rings before its first sample is lost at time 0.
    np.testing.assert_allclose(levels(after)[2:], levels(before)[2:], atol=1e-4 if audio.rate >= 16_000 else 1e-3)
