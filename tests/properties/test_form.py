"""What holds of structure, timbre and embedding for any audio."""

from __future__ import annotations

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio.embedding import embed
from musicengine.audio.spectrum import survey
from musicengine.audio.structure import find_form, find_sections
from musicengine.audio.timbre import describe_timbre
from musicengine.values.sound import Audio

rates = st.sampled_from([8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])


def sound(seed: int, seconds: float, rate: int, channels: int = 1) -> Audio:
    """Stretches of tones and noise of random length, level and colour."""
    generator = np.random.default_rng(seed)
    n = max(int(seconds * rate), 1)
    times = np.arange(n) / rate
    parts = np.zeros((channels, n))
    for start in np.sort(generator.uniform(0, seconds, 6)):
        hz, level = generator.uniform(80, 3000), generator.uniform(0.01, 0.2)
        parts[:, times >= start] = level * np.sin(2 * np.pi * hz * times[times >= start])
    return Audio(parts + generator.normal(0, 0.003, parts.shape), rate)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.floats(0.1, 60), rates)
def test_sections_cover_the_audio_without_gaps(seed: int, seconds: float, rate: int) -> None:
    audio = sound(seed, seconds, min(rate, 22_050) if seconds > 20 else rate)
    found = find_sections(audio)
    if found is None:
        assert audio.duration_s < 10
        return
    edges = [section.start_s for section in found] + [found[-1].end_s]
    assert edges[0] == 0
    assert edges[-1] == audio.duration_s
    assert [section.end_s for section in found] == edges[1:]
    assert sorted({section.group for section in found}) == list(range(max(s.group for s in found) + 1))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), st.sampled_from([2.0**-6, 0.5, 2.0]), st.booleans())
def test_gain_and_polarity_change_no_section_and_no_point(seed: int, gain: float, flip: bool) -> None:
    audio = sound(seed, 45, 8000)
    other = attrs.evolve(audio, samples=audio.samples * np.float32(-gain if flip else gain))
    assert find_form(other) == find_form(audio)
    assert embed(other).similarity(embed(audio)) > 0.9999


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), st.integers(1, 500))
def test_the_size_of_blocks_changes_no_section_and_no_point(seed: int, block: int) -> None:
    audio = sound(seed, 30, 8000)
    whole, parts = survey(audio), survey(audio, block_frames=block)
    assert find_form(audio, survey=whole) == find_form(audio, survey=parts)
    assert embed(audio, survey=whole) == embed(audio, survey=parts)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.floats(0.1, 2), rates, st.integers(1, 6))
def test_timbre_and_embedding_exist_for_all_audio(seed: int, seconds: float, rate: int, channels: int) -> None:
    audio = sound(seed, seconds, rate, channels)
    passed = survey(audio)
    timbre = describe_timbre(audio, survey=passed)
    assert 0 < timbre.centroid_hz < rate / 2
    assert 0 < timbre.rolloff_hz <= rate / 2
    assert abs(np.linalg.norm(embed(audio, survey=passed).vector) - 1) < 1e-5


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), rates)
def test_swapping_channels_and_polarity_leave_timbre(seed: int, rate: int) -> None:
    audio = sound(seed, 1, rate, 2)
    swapped = attrs.evolve(audio, samples=-audio.samples[::-1])
    one, other = describe_timbre(audio), describe_timbre(swapped)
    np.testing.assert_allclose(other.mfcc, one.mfcc, rtol=1e-4, atol=1e-3)
    assert abs(other.zero_crossing_rate - one.zero_crossing_rate) < 1e-4
