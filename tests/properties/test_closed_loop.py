"""What the composer wrote, the analyzers find: for any brief."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicengine import Brief, Key, MusicEngine
from musicengine.synth.genres import all_genres

GENRES = [genre.name for genre in all_genres()]
ENGINE = MusicEngine()

briefs = st.builds(
    Brief,
    prompt=st.just("closed loop"),
    genre=st.sampled_from(GENRES),
    bpm=st.integers(60, 180).map(float),
    key=st.builds(Key, st.integers(0, 11), st.sampled_from(["major", "minor"])),
    duration_s=st.just(20.0),
    seed=st.integers(0, 2**31),
)


@settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
@given(brief=briefs)
def test_tempo_is_named_and_loudness_is_right(brief: Brief) -> None:
    take = ENGINE.generate(brief)
    report = ENGINE.analyze(take.audio).audio
    assert take.truth is not None
    assert take.truth.tempo.bpm == brief.bpm
    assert report.tempo is not None
    named = np.array([report.tempo.bpm, *(other.bpm for other in report.tempo.alternatives)])
    assert (np.abs(named - brief.bpm) <= 0.02 * brief.bpm).any()
    assert report.loudness is not None
    assert report.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert report.loudness.true_peak_dbtp <= -0.99


def test_the_key_is_found_or_a_neighbour_of_it() -> None:
    near = []
    for index, genre in enumerate(GENRES * 2):
        asked = Key(index * 7 % 12, "minor" if index % 2 else "major")
        brief = Brief("closed loop", genre=genre, bpm=80.0 + 4 * index, key=asked, duration_s=20, seed=index)
        found = ENGINE.analyze(ENGINE.generate(brief).audio).audio.key
        steps = None if found is None else (found.tonic - asked.tonic) % 12
        same_mode = found is not None and found.mode == asked.mode
        relative = 9 if asked.mode == "major" else 3
        near.append(steps in (0, 5, 7) if same_mode else steps == relative)
    assert np.mean(near) >= 0.9
