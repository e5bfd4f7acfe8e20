"""Tonality beside the field's reference libraries."""

from __future__ import annotations

import numpy as np
import pytest

from musicengine.audio.chords import _LABELS
from musicengine.audio.tonality import estimate_tuning
from musicengine.values.music import PITCH_CLASSES, Key
from musicengine.values.sound import Audio

RATE = 22_050
pytestmark = pytest.mark.oracle


def struck(pitches: list[float], duration_s: float = 2.0) -> np.ndarray:
    time = np.arange(round(duration_s * RATE)) / RATE
    frequencies = 440 * 2 ** ((np.array(pitches)[:, None] - 69) / 12)
    tones = sum(0.6**h * np.sin(2 * np.pi * h * frequencies * time).sum(axis=0) for h in range(1, 7))
    samples: np.ndarray = 0.05 * tones * np.exp(-time)
    return samples


def test_chord_labels_are_harte_labels() -> None:
    chord = pytest.importorskip("mir_eval").chord
    for label in _LABELS:
        root, semitones, _ = chord.encode(label)
        if label == "N":
            assert root == chord.NO_CHORD_ENCODED[0]
        else:
            assert root == PITCH_CLASSES.index(label.partition(":")[0])
            assert semitones[[0, 7]].all()


def test_key_names_are_those_of_mir_eval() -> None:
    key = pytest.importorskip("mir_eval").key
    for tonic in range(12):
        for mode in ("major", "minor"):
            assert key.weighted_score(str(Key(tonic, mode)), str(Key(tonic, mode))) == 1
    assert key.weighted_score(str(Key(0, "major")), str(Key(9, "minor"))) == pytest.approx(0.3)


@pytest.mark.parametrize("cents", [-40, -15, 0, 20, 35])
def test_tuning_agrees_with_librosa(cents: float) -> None:
    librosa = pytest.importorskip("librosa")
    shift = cents / 100
    chords = [[48, 64, 67, 72], [53, 65, 69, 72], [43, 62, 67, 71], [48, 64, 67, 72]]
    samples = np.concatenate([struck([pitch + shift for pitch in chord]) for chord in chords])
    theirs = 100 * librosa.estimate_tuning(y=samples, sr=RATE, resolution=0.01)
    ours = estimate_tuning(Audio(samples, RATE))
    assert ours == pytest.approx(cents, abs=1)
    assert ours == pytest.approx(theirs, abs=3)
