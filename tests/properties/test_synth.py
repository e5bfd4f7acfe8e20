from __future__ import annotations

import contextlib
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.audio.loudness import measure_loudness
from musicengine.errors import BriefError
from musicengine.synth import Arrangement, compose, parse_brief, render
from musicengine.synth.form import LABELS, plan
from musicengine.synth.genres import all_genres
from musicengine.values.making import Brief
from musicengine.values.music import Key

keys = st.builds(Key, st.integers(0, 11), st.sampled_from(["major", "minor"]))
genres = st.sampled_from([genre.name for genre in all_genres()])


def briefs(longest_s: float) -> st.SearchStrategy[Brief]:
    return st.builds(
        Brief,
        genre=st.none() | genres | st.text(max_size=20),
        mood=st.none() | st.sampled_from(["sad", "happy", "dark", "energetic", "calm", "odd"]),
        bpm=st.none() | st.floats(30, 300),
        key=st.none() | keys,
        duration_s=st.floats(1, longest_s),
        sections=st.lists(st.sampled_from(sorted(LABELS)), max_size=8).map(tuple),
        instrumental=st.booleans(),
        seed=st.integers(0, 2**63 - 1),
    )


def check(arrangement: Arrangement) -> None:
    duration_s, brief = arrangement.duration_s, arrangement.brief
    assert brief.genre == arrangement.genre
    assert brief.bpm == arrangement.tempo.bpm
    assert brief.key == arrangement.key
    assert brief.duration_s == duration_s
    beats = arrangement.beats
    assert np.allclose(np.diff(beats.times_s), 60 / arrangement.tempo.bpm, atol=1e-3)
    assert set(beats.downbeats_s.tolist()) <= set(beats.times_s.tolist())
    assert beats.times_s[0] == 0
    assert beats.times_s[-1] < duration_s
    for spans in (arrangement.sections, arrangement.chords):
        times = [(span.start_s, span.end_s) for span in spans]
        assert times[0][0] == 0
        assert times[-1][1] == duration_s
        assert all(before[1] == after[0] for before, after in pairwise(times))
    assert brief.sections == tuple(section.label for section in arrangement.sections)
    for part in arrangement.parts:
        assert np.isfinite(part.starts_s).all()
        assert (part.starts_s >= 0).all()
        assert (np.diff(part.starts_s) >= 0).all()
        assert (part.durations_s > 0).all()
        assert (part.starts_s + part.durations_s <= duration_s * (1 + 1e-6) + 1e-4).all()
        assert ((part.velocities > 0) & (part.velocities <= 1)).all()
        assert ((part.pitches >= 12) & (part.pitches <= 120)).all()


@settings(deadline=None, max_examples=60)
@given(briefs(600))
def test_any_brief_becomes_a_consistent_arrangement(brief: Brief) -> None:
    check(compose(brief))


@settings(deadline=None, max_examples=25)
@given(briefs(12))
def test_any_brief_becomes_sound_at_its_level(brief: Brief) -> None:
    arrangement = compose(brief)
    rendered = render(arrangement)
    mix = rendered.mix
    assert mix.samples.shape == (2, round(arrangement.duration_s * 44_100))
    assert np.isfinite(mix.samples).all()
    assert np.array_equal(rendered.stems.mixture.samples, mix.samples)
    loudness = measure_loudness(mix)
    assert loudness.true_peak_dbtp <= -1
    assert abs(loudness.integrated_lufs + 14) <= 0.5


@settings(deadline=None, max_examples=10)
@given(briefs(5))
def test_the_same_brief_gives_the_same_bytes(brief: Brief) -> None:
    first, second = compose(brief), compose(brief)
    assert first == second
    assert render(first).mix.samples.tobytes() == render(second).mix.samples.tobytes()


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(sorted(LABELS)), min_size=1, max_size=30).map(tuple), st.integers(1, 800))
def test_any_plan_covers_its_bars(labels: tuple[str, ...], bars: int) -> None:
    passages = plan(labels, bars)
    assert passages[0].start == 0
    assert passages[-1].end == bars
    assert all(passage.bars >= 1 for passage in passages)
    assert all(a.end == b.start for a, b in pairwise(passages))


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=200))
def test_any_text_is_a_brief_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(BriefError):
        assert parse_brief(text).prompt == text


@settings(deadline=None, max_examples=100)
@given(genres, st.integers(60, 180), keys, st.integers(1, 600))
def test_what_is_written_is_understood(genre: str, bpm: int, key: Key, seconds: int) -> None:
    brief = parse_brief(f"{genre}, {bpm} bpm, {key}, {seconds} seconds")
    assert (brief.genre, brief.bpm, brief.key, brief.duration_s) == (genre, bpm, key, seconds)
    assert len(brief.understood) == 4
