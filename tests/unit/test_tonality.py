from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from musicengine.audio.chords import _confidence
from musicengine.audio.key import find_key_changes
from musicengine.audio.tonality import (
    compute_chroma,
    describe_harmony,
    estimate_key,
    estimate_tuning,
    find_chords,
)
from musicengine.errors import InputError
from musicengine.values.music import PITCH_CLASSES, Chord
from musicengine.values.sound import Audio

RATE = 22_050
BEAT_S = 0.6
TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10)}
MAJOR = ("C:maj", "A:min", "F:maj", "G:7", "C:maj", "F:maj", "G:maj", "C:maj")
MINOR = ("A:min", "D:min", "E:maj", "A:min", "F:maj", "D:min", "E:7", "A:min")


def note(pitch: float, duration_s: float, rate: int = RATE) -> np.ndarray:
    """A plucked note with six overtones."""
    time = np.arange(round(duration_s * rate)) / rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    partials = [0.7**h * np.sin(2 * np.pi * frequency * h * time) for h in range(1, 7) if frequency * h < 0.45 * rate]
    plucked: np.ndarray = 0.1 * np.sum(partials, axis=0) * np.exp(-1.5 * time)
    return plucked


def chord(label: str, shift: float = 0.0, duration_s: float = 4 * BEAT_S, rate: int = RATE) -> np.ndarray:
    """A bass note and a chord above it, struck every two beats; the bass alone has the root of a seventh."""
    if label == "N":
        return np.zeros(round(duration_s * rate))
    root, quality = label.split(":")
    low, intervals = 36 + PITCH_CLASSES.index(root), TRIADS[quality]
    pitches = [low, *(low + 24 + interval for interval in intervals[len(intervals) == 4 :])]
    strike = np.sum([note(pitch + shift, duration_s / 2, rate) for pitch in pitches], axis=0)
    return np.concatenate([strike, strike])


def progression(labels: tuple[str, ...], shift: float = 0.0, rate: int = RATE) -> Audio:
    return Audio(np.concatenate([chord(label, shift, rate=rate) for label in labels]), rate)


def beats_of(audio: Audio) -> np.ndarray:
    return np.arange(0, audio.duration_s, BEAT_S)


def labels_of(chords: tuple[Chord, ...] | None) -> list[str]:
    assert chords is not None
    return [found.label for found in chords]


@pytest.mark.parametrize("shift", range(12))
def test_a_cadence_has_its_key_in_every_transposition(shift: int) -> None:
    for labels, tonic, mode in ((MAJOR, 0, "major"), (MINOR, 9, "minor")):
        key = estimate_key(progression(labels, shift))
        assert key is not None
        assert (key.tonic, key.mode) == ((tonic + shift) % 12, mode)
        assert key.confidence > 0.5
        assert key.runner_up is not None
        assert key.runner_up.confidence <= key.confidence
        assert (key.runner_up.tonic, key.runner_up.mode) != (key.tonic, key.mode)


@pytest.mark.parametrize("cents", [-45, -30, -7, 0, 12, 30, 45])
def test_tuning_is_recovered_and_does_not_move_the_key(cents: int) -> None:
    audio = progression(MAJOR, cents / 100)
    assert estimate_tuning(audio) == pytest.approx(cents, abs=2)
    assert str(estimate_key(audio)) == "C major"


@pytest.mark.parametrize("rate", [4000, 8000, 11_025, 16_000, 32_000, 44_100, 48_000, 96_000, 192_000])
def test_the_key_and_the_chords_do_not_depend_on_the_rate(rate: int) -> None:
    audio = progression(MINOR[-4:], rate=rate)
    assert str(estimate_key(audio)) == "A minor"
    assert labels_of(find_chords(audio, beats_of(audio))) == list(MINOR[-4:])


def test_chords_are_found_on_the_beat() -> None:
    labels = ("C:maj", "E:min", "F:maj7", "G:7", "A:min", "D:min", "Bb:maj", "C:maj")
    audio = progression(labels)
    chords = find_chords(audio, beats_of(audio))
    assert labels_of(chords) == list(labels)
    assert chords is not None
    assert [found.start_s for found in chords] == pytest.approx(np.arange(8) * 4 * BEAT_S, abs=1e-6)
    assert np.mean([found.confidence for found in chords]) > 0.75


def test_the_confidence_of_a_chord_follows_its_lead_over_the_others() -> None:
    scores = np.zeros((2, 61), np.float32)
    unsure = _confidence(scores, 3)
    scores[:, 3] = np.log(60)  # as likely as all others together
    even = _confidence(scores, 3)
    scores[:, 3] += 2
    assert unsure < 0.01 < even < _confidence(scores, 3)
    assert even == pytest.approx(1 / (1 + np.exp(0.3)))
    assert _confidence(scores * 100, 3) <= 1


def test_chords_without_beats_change_near_the_truth() -> None:
    chords = find_chords(progression(MAJOR))
    assert chords is not None
    for wanted, time in zip(MAJOR, (np.arange(8) + 0.5) * 4 * BEAT_S, strict=True):
        assert next(found.label for found in chords if found.end_s > time) == wanted


def test_chords_cover_the_audio_without_gaps() -> None:
    audio = progression(MAJOR)
    for beats in (None, [], [1.0], [0.5, 1.1, 7.7, 400.0], beats_of(audio)):
        chords = find_chords(audio, beats)
        assert chords is not None
        assert chords[0].start_s == 0
        assert chords[-1].end_s == pytest.approx(audio.duration_s)
        for before, after in itertools.pairwise(chords):
            assert before.end_s == after.start_s
            assert before.label != after.label


def test_a_rest_and_a_stretch_of_noise_hold_no_chord() -> None:
    rest = progression(("C:maj", "F:maj", "N", "G:7", "C:maj"))
    assert labels_of(find_chords(rest, beats_of(rest))) == ["C:maj", "F:maj", "N", "G:7", "C:maj"]
    samples = rest.mono.copy()
    third = slice(round(8 * BEAT_S * RATE), round(12 * BEAT_S * RATE))
    samples[third] += 0.05 * np.random.default_rng(3).normal(size=third.stop - third.start)
    noisy = Audio(samples, RATE)
    chords = find_chords(noisy, beats_of(noisy))
    assert chords is not None
    assert next(found.label for found in chords if found.end_s > 10 * BEAT_S) == "N"


def test_a_key_change_is_found_where_it_happens() -> None:
    first, second = progression(MAJOR).mono, progression(MAJOR, 3).mono
    audio = Audio(np.concatenate([first, second]), RATE)
    harmony = describe_harmony(audio)
    assert harmony is not None
    assert [str(span.key) for span in harmony.keys] == ["C major", "Eb major"]
    assert harmony.keys[0].start_s == 0
    assert harmony.keys[0].end_s == harmony.keys[1].start_s == pytest.approx(first.size / RATE, abs=3)
    assert harmony.keys[1].end_s == audio.duration_s


def test_one_key_is_one_span_with_the_key_of_the_whole() -> None:
    audio = progression(MINOR)
    chroma = compute_chroma(audio)
    harmony = describe_harmony(audio, chroma=chroma)
    assert harmony is not None
    assert [(span.start_s, span.end_s, span.key) for span in harmony.keys] == [
        (0, audio.duration_s, estimate_key(audio, chroma=chroma))
    ]


def test_each_beat_has_the_chroma_of_its_chord() -> None:
    audio = progression(MAJOR)
    harmony = describe_harmony(audio, beats_of(audio))
    assert harmony is not None
    assert harmony.chroma.shape == (12, 32)
    assert harmony.chroma.max(axis=0) == pytest.approx(np.ones(32))
    for bar, label in enumerate(MAJOR):
        root, quality = label.split(":")
        members = {(PITCH_CLASSES.index(root) + interval) % 12 for interval in TRIADS[quality]}
        heard = harmony.chroma[:, 4 * bar + 1].argsort()[-len(members) :]
        assert {int(pitch) for pitch in heard} == members
    assert describe_harmony(audio, [], chroma=compute_chroma(audio)) is not None


@pytest.mark.parametrize("pitch", [48, 55, 60, 69, 76])
def test_overtones_are_not_taken_for_notes(pitch: int) -> None:
    profile = compute_chroma(Audio(note(pitch, 4.0), RATE)).treble.mean(axis=1)
    others = np.delete(profile, pitch % 12)
    assert others.max() < 0.5 * profile[pitch % 12]


def test_a_drone_has_a_key_of_low_confidence() -> None:
    key = estimate_key(Audio(np.tile(note(57, 1.0), 20), RATE))
    assert key is not None
    assert key.confidence < 0.8


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        (Audio(np.zeros(RATE * 5), RATE), "silence"),
        (Audio(np.full(RATE, 0.3), RATE), "silence"),
        (Audio(np.zeros(1), RATE), "silence"),
        (Audio(1e-7 * np.random.default_rng(1).normal(size=RATE), RATE), "silence"),
        (Audio(0.1 * np.random.default_rng(2).normal(size=(2, RATE * 20)), RATE), "no steady pitches"),
        (Audio(note(60, 0.1), RATE), "too short"),
    ],
)
def test_what_has_no_pitch_has_no_harmony(audio: Audio, reason: str) -> None:
    chroma = compute_chroma(audio)
    assert chroma.abstention is not None
    assert reason in chroma.abstention
    assert estimate_key(audio) is None
    assert find_chords(audio) is None
    assert find_key_changes(chroma, audio.duration_s) == ()
    assert describe_harmony(audio, [0.1]) is None
    assert estimate_tuning(audio) == 0


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("duration_s", [0.1, 0.5, 2.0])
def test_short_noise_is_not_mistaken_for_pitches(seed: int, duration_s: float) -> None:
    noise = np.random.default_rng(seed).normal(size=round(duration_s * RATE))
    assert estimate_key(Audio(0.1 * noise, RATE)) is None


@pytest.mark.parametrize("beats", [[1.0, 0.5], [0.0, np.nan], [[0.0, 1.0]], [1.0, 1.0]])
def test_beats_that_do_not_increase_are_refused(beats: list[float]) -> None:
    audio = progression(MAJOR[:2])
    for function in (find_chords, describe_harmony):
        with pytest.raises(InputError, match="beats must be"):
            function(audio, beats)


def test_frames_have_times_in_seconds() -> None:
    audio = progression(MAJOR)
    chroma = compute_chroma(audio)
    assert chroma.times_s[0] == 0
    assert chroma.times_s[-1] == pytest.approx(audio.duration_s, abs=chroma.hop_s)
    assert chroma.treble.shape == chroma.bass.shape == (12, chroma.times_s.size)


def test_an_average_between_times_weighs_frames_by_their_overlap() -> None:
    chroma = compute_chroma(progression(MAJOR))
    treble, bass, clarity = chroma.between(np.array([0.0, 1.5, 2.0]) * chroma.hop_s)
    wanted = (0.5 * chroma.treble[:, 0] + chroma.treble[:, 1]) / 1.5
    assert treble[:, 0] == pytest.approx(wanted, rel=1e-4)
    assert bass[:, 1] == pytest.approx(chroma.bass[:, 2], rel=1e-4)
    assert clarity[1] == pytest.approx(chroma.clarity[2], rel=1e-4)


def test_labelled_keys_are_recovered_at_the_stated_rate(labelled_data: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    hits: dict[str, list[bool]] = {"real": [], "rendered": []}
    for path in sorted((labelled_data / "audio").glob("*.json")):
        label = json.loads(path.read_text())
        if label.get("key") and label.get("audio"):
            samples, rate = soundfile.read(path.parent / label["audio"], dtype="float32", always_2d=True)
            key = estimate_key(Audio(samples.T, rate))
            wanted = label["key"].replace("G#", "Ab").replace("Db", "C#").replace("D#", "Eb").replace("A#", "Bb")
            hits["real" if label["set"] == "real" else "rendered"].append(str(key) == wanted)
    assert np.mean(hits["real"]) > 0.85
    assert np.mean(hits["rendered"]) > 0.85
