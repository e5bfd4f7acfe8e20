"""Sections of songs whose form is known, and the kernels behind them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from musicengine.audio import sections, structure
from musicengine.audio.spectrum import survey
from musicengine.dsp import segmentation
from musicengine.values.music import Beats, Form, Section
from musicengine.values.sound import Audio

RATE = 8000
BEAT_S = 0.5
SECTION_BEATS = 32
CHORDS = {"A": (0, 9, 5, 7), "B": (5, 4, 2, 0), "C": (1, 3, 8, 10)}
LOUDNESS = {"A": 0.05, "B": 0.2, "C": 0.06}
PARTIALS = {"A": 2, "B": 6, "C": 3}


def song(form: str, seed: int = 0) -> Audio:
    """Sections of 16 s: four chords of two bars each, struck on every beat, in each section's own colour."""
    generator = np.random.default_rng(seed)
    beats = [_beat(section, beat) for section in form for beat in range(SECTION_BEATS)]
    samples = np.concatenate(beats)
    return Audio(samples + generator.normal(0, 1e-3, samples.size).astype(np.float32), RATE)


def _beat(section: str, beat: int) -> npt.NDArray[np.float32]:
    times = np.arange(int(BEAT_S * RATE)) / RATE
    root = CHORDS[section][beat // 8 % 4]
    strength = LOUDNESS[section] * (1.5 if beat % 4 == 0 else 1)
    notes = [
        np.sin(2 * np.pi * 220 * 2 ** ((root + step) / 12) * partial * times) / partial
        for step in (0, 4, 7)
        for partial in range(1, PARTIALS[section] + 1)
    ]
    sound: npt.NDArray[np.float32] = (strength * np.exp(-4 * times) * np.sum(notes, axis=0)).astype(np.float32)
    return sound


@pytest.fixture(scope="module")
def known() -> Form:
    form = structure.find_form(song("ABABCB"))
    assert form is not None
    return form


def test_boundaries_of_a_known_form(known: Form) -> None:
    starts = [section.start_s for section in known.sections[1:]]
    np.testing.assert_allclose(starts, np.arange(1, 6) * SECTION_BEATS * BEAT_S, atol=0.5)


def test_groups_of_a_known_form(known: Form) -> None:
    assert [section.group for section in known.sections] == [0, 1, 0, 1, 2, 1]


def test_labels_of_a_known_form(known: Form) -> None:
    assert [section.label for section in known.sections] == ["verse", "chorus", "verse", "chorus", "break", "chorus"]
    assert known.first_chorus_s == pytest.approx(16, abs=0.5)
    assert str(known) == "verse chorus verse chorus break chorus"


def test_energy_is_that_of_each_second_re_the_loudest(known: Form) -> None:
    assert known.energy_step_s == 1
    assert known.energy_db.max() == 0
    verse, chorus = known.energy_db[4:12].mean(), known.energy_db[20:28].mean()
    assert 10 < chorus - verse < 16  # the choruses are four times as strong: 12 dB and their overtones
    assert abs(len(known.energy_db) - 96) <= 1


def test_sections_are_those_of_the_form(known: Form) -> None:
    assert structure.find_sections(song("ABABCB")) == known.sections


def test_gain_changes_no_boundary(known: Form) -> None:
    quiet = structure.find_sections(Audio(song("ABABCB").samples * 0.03, RATE))
    assert quiet is not None
    same = [(round(s.start_s, 6), s.label, s.group) for s in known.sections]
    assert [(round(s.start_s, 6), s.label, s.group) for s in quiet] == same


def test_given_beats_and_downbeats_are_the_grid() -> None:
    audio = song("ABAB")
    beats = np.arange(128) * BEAT_S
    found = structure.find_sections(audio, beats=Beats(beats, beats[::4], 1.0))
    assert found is not None
    assert {section.start_s % (4 * BEAT_S) for section in found} == {0.0}


@pytest.mark.parametrize("samples", [np.zeros(20 * RATE), np.random.default_rng(0).normal(0, 0.1, 5 * RATE)])
def test_silence_and_short_audio_have_no_form(samples: npt.NDArray[np.float64]) -> None:
    assert structure.find_form(Audio(samples, RATE)) is None
    assert structure.find_sections(Audio(samples, RATE)) is None


def test_a_phrase_is_one_section_that_claims_nothing() -> None:
    found = structure.find_sections(song("A"))
    assert found is not None
    assert [(s.start_s, s.end_s, s.label, s.confidence, s.group) for s in found] == [(0, 16, "verse", 0, 0)]


def test_long_audio_is_seen_in_a_bounded_number_of_cells() -> None:
    audio = Audio(np.tile(song("AB").samples, 45), RATE)
    beats = np.arange(int(audio.duration_s / 0.25)) * 0.25
    passed = survey(audio)
    grid = structure._grid(passed, structure._levels_db(passed), Beats(beats, [], 1.0), audio.duration_s)
    assert 512 <= len(grid) - 1 <= 1025
    found = structure.find_sections(audio, survey=passed, beats=Beats(beats, [], 1.0))
    assert found is not None
    assert found[-1].end_s == audio.duration_s
    assert 40 <= len(found) <= 140


def test_confidence_grows_with_the_evidence(known: Form) -> None:
    blurred = structure.find_sections(Audio(np.random.default_rng(1).normal(0, 0.1, 96 * RATE), RATE))
    assert blurred is not None
    assert np.mean([s.confidence for s in known.sections]) > np.mean([s.confidence for s in blurred])


def test_intro_bridge_and_outro() -> None:
    names = sections.name(
        np.array([0, 1, 2, 1, 2, 3, 2, 4]), np.full(8, 16.0), np.array([-9.0, -6, 0, -6, 0, -6, 0, -12])
    )
    assert names == ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")


def test_music_that_frames_the_piece_is_intro_and_outro() -> None:
    names = sections.name(np.array([0, 1, 2, 1, 2, 0]), np.full(6, 16.0), np.array([-6.0, -6, 0, -6, 0, -6]))
    assert names == ("intro", "verse", "chorus", "verse", "chorus", "outro")


def test_of_music_as_loud_the_chorus_is_the_more_frequent() -> None:
    names = sections.name(np.array([0, 1, 2, 1, 2, 2]), np.full(6, 16.0), np.array([-9.0, 0, -1, 0, -1, -1]))
    assert names == ("intro", "verse", "chorus", "verse", "chorus", "chorus")


def test_what_alone_repeats_and_is_louder_is_the_chorus() -> None:
    groups, lengths = np.array([0, 1, 2, 3, 2, 4, 2, 5]), np.full(8, 16.0)
    names = sections.name(groups, lengths, np.array([-9.0, -5, -2, -5, -2, -5, -2, -9]))
    assert [at for at, label in enumerate(names) if label == "chorus"] == [2, 4, 6]
    assert names[5] == "bridge"
    assert "chorus" not in sections.name(groups, lengths, np.array([-9.0, -3, -2, -3, -2, -3, -2, -9]))
    assert "chorus" not in sections.name(np.array([0, 1, 1, 2]), np.full(4, 16.0), np.array([-9.0, 0, 0, -9]))


def test_pre_chorus_leads_to_the_chorus() -> None:
    names = sections.name(np.array([0, 1, 2, 0, 1, 2]), np.full(6, 16.0), np.array([-6.0, -4, 0, -6, -4, 0]))
    assert names == ("verse", "pre-chorus", "chorus", "verse", "pre-chorus", "chorus")


def test_a_quiet_beginning_that_returns_is_instrumental() -> None:
    names = sections.name(
        np.array([0, 1, 1, 2, 0, 1, 1, 2]), np.full(8, 16.0), np.array([-12.0, -6, -6, 0, -12, -6, -6, 0])
    )
    assert names[0] == "intro"
    assert names[4] == "instrumental"


def test_every_name_is_a_known_label() -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        count = int(generator.integers(1, 12))
        groups = segmentation.join_alike(generator.uniform(0, 1, (count, count)), 0.9)
        assert set(sections.name(groups, generator.uniform(5, 30, count), generator.uniform(-20, 0, count))) <= set(
            sections.LABELS
        )


def test_contrast_novelty_is_the_sum_under_a_checkerboard() -> None:
    features = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    reach = 3
    bell = np.exp(-0.5 * ((np.arange(reach) + 0.5) / (reach / 2)) ** 2)
    signed = np.concatenate((-bell[::-1], bell))
    kernel = np.outer(signed, signed)
    similarity = features @ features.T
    expected = [(similarity[i - 3 : i + 3, i - 3 : i + 3] * kernel).sum() for i in range(3, 9)]
    np.testing.assert_allclose(segmentation.contrast_novelty(features, reach)[3:9], expected, rtol=1e-4)


def test_recurrence_novelty_peaks_where_a_repetition_begins() -> None:
    generator = np.random.default_rng(0)
    theme = generator.normal(size=(40, 12)).astype(np.float32)
    rest = generator.normal(size=(40, 12)).astype(np.float32)
    novelty = segmentation.recurrence_novelty(np.concatenate((theme, rest, theme)), 5, 0.04, 4.0)
    assert abs(int(np.argmax(novelty[60:100])) + 60 - 80) <= 1


def test_best_cuts_are_the_best_of_all() -> None:
    gain = np.random.default_rng(0).normal(size=8)

    def worth(lengths: npt.NDArray[np.int64], begins: bool, ends: bool) -> npt.NDArray[np.float64]:
        values: npt.NDArray[np.float64] = -0.3 * np.abs(lengths - 3.0) + 0.1 * begins + 0.2 * ends
        return values

    def total(cuts: tuple[int, ...]) -> float:
        runs = [worth(np.array([b - a]), a == 0, b == 8)[0] for a, b in pairwise((0, *cuts, 8))]
        return float(sum(runs) + sum(gain[cut] for cut in cuts))

    every = [tuple(i + 1 for i in range(7) if mask >> i & 1) for mask in range(128)]
    best = max(every, key=total)
    assert segmentation.best_cuts(gain, worth, 8).tolist() == [0, *best, 8]


def test_alike_passages_join_by_average_linkage() -> None:
    similarity = np.array([[1, 0.2, 0.9, 0.1], [0.2, 1, 0.1, 0.8], [0.9, 0.1, 1, 0.2], [0.1, 0.8, 0.2, 1]])
    assert segmentation.join_alike(similarity, 0.5).tolist() == [0, 1, 0, 1]
    assert segmentation.join_alike(similarity, 0.95).tolist() == [0, 1, 2, 3]
    assert segmentation.join_alike(similarity, 0.1).tolist() == [0, 0, 0, 0]


def test_a_shifted_passage_is_alike() -> None:
    theme = np.random.default_rng(0).normal(size=(24, 12)).astype(np.float32)
    features = np.concatenate((theme, theme[2:], theme[:2]))
    assert segmentation.passage_similarity(features, np.array([0, 24, 48]), 3)[0, 1] > 0.9
    assert segmentation.passage_similarity(features, np.array([0, 24, 48]), 3, slack=0)[0, 1] < 0.5


@pytest.mark.skipif("MUSICENGINE_DATA" not in os.environ, reason="needs labelled songs")
def test_boundaries_of_labelled_songs() -> None:
    """The mean share of labelled starts within 3 s of a boundary, over songs with sections."""
    import json

    soundfile = pytest.importorskip("soundfile")
    hits = []
    for path in sorted(Path(os.environ["MUSICENGINE_DATA"], "audio").glob("*_full.json"))[:4]:
        label = json.loads(path.read_text())
        samples, rate = soundfile.read(path.parent / label["audio"], dtype="float32", always_2d=True)
        found = structure.find_sections(Audio(samples.T, rate))
        assert found is not None
        wanted = np.array([start for start, *_ in label["sections"][1:]])
        hits.append((np.abs(wanted[:, None] - [s.start_s for s in found]).min(axis=1) < 3).mean())
    assert np.mean(hits) > 0.7


def test_sections_of_the_form_are_sections(known: Form) -> None:
    assert all(isinstance(section, Section) for section in known.sections)
