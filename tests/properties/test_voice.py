from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musicengine import Brief
from musicengine.dsp.phonemes import PHONES, is_vowel, split_syllables
from musicengine.lyrics import parse
from musicengine.synth import compose
from musicengine.synth.articulation import articulate

CONSONANTS = st.sampled_from(sorted(PHONES))
SYLLABLES = st.tuples(
    st.lists(CONSONANTS, max_size=3), st.sampled_from(["AA1", "IY0", "OW2"]), st.lists(CONSONANTS, max_size=4)
)
WORDS = st.lists(
    st.sampled_from(["la", "river", "strengths", "I", "every", "é", "♪", "don't", "24/7", "x"]), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SYLLABLES, st.floats(0.02, 2), st.floats(0, 1)), min_size=1, max_size=20))
def test_sounds_are_in_order_and_vowels_on_their_notes(
    notes: list[tuple[tuple[list[str], str, list[str]], float, float]],
) -> None:
    starts = (0.5 + np.cumsum([step for _, step, _ in notes])).tolist()
    ends = [start + length for start, (_, _, length) in zip(starts, notes, strict=True)]
    syllables = [(*onset, vowel, *coda) for (onset, vowel, coda), _, _ in notes]
    segments = articulate(starts, ends, syllables)
    assert len(segments) == sum(map(len, syllables))
    assert all(segment.end_s >= segment.start_s - 1e-9 for segment in segments)
    assert all(later.start_s >= earlier.end_s - 1e-9 for earlier, later in pairwise(segments))
    assert [segment.start_s for segment in segments if segment.vowel][1:] == starts[1:]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(CONSONANTS, st.sampled_from(["AA1", "IH0", "ER0"])), max_size=12))
def test_syllables_are_the_word(phones: list[str]) -> None:
    parts = split_syllables(tuple(phones))
    assert len(parts) == sum(map(is_vowel, phones))
    if parts:
        assert [phone for part in parts for phone in part] == phones
        assert all(sum(map(is_vowel, part)) == 1 for part in parts)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "[Verse 1]\n", "[Chorus]\n", "[Solo]\n"]), WORDS), max_size=8),
    st.floats(1, 40),
    st.floats(30, 300),
    st.sampled_from(["4/4", "3/4", "6/8", "7/8"]),
    st.floats(0, 0.05),
)
@example([("", ["la", "river", "river", "river", "24/7"])], 1.0, 105.0, "6/8", 0.0)
def test_any_words_in_any_form(
    lines: list[tuple[str, list[str]]], seconds: float, bpm: float, meter: str, drift: float
) -> None:
    text = "\n".join(tag + " ".join(words) for tag, words in lines)
    arrangement = compose(Brief(genre="pop", lyrics=parse(text), duration_s=seconds, bpm=bpm, meter=meter, drift=drift))
    assert all(0 <= word.start_s <= word.end_s <= seconds + 1e-4 for word in arrangement.words)
    assert all(later.start_s >= earlier.end_s - 1e-6 for earlier, later in pairwise(arrangement.words))
    assert np.all(np.diff(arrangement.parts[0].starts_s) >= 0)
