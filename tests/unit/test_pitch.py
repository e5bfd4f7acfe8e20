from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from musicengine.audio.melody import find_notes
from musicengine.audio.pitch import find_pitch_candidates, track_bass, track_pitch
from musicengine.dsp import pitch as kernels
from musicengine.dsp.medians import median_cascade
from musicengine.dsp.viterbi import best_candidates
from musicengine.errors import InputError
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio
from tests.voices import RATE, cents, steady, tune, voice


@pytest.mark.parametrize("hz", [55.0, 82.4, 110.0, 196.0, 440.0, 987.8, 1975.5])
@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 192_000])
def test_a_tone_is_found_within_ten_cents(hz: float, rate: int) -> None:
    track = track_pitch(steady(hz, 1.0, rate))
    inner = track.frequencies_hz[15:-15]
    assert np.isfinite(inner).all()
    assert np.abs(cents(inner, hz)).max() < 10
    assert track.confidence > 0.9


def test_a_sine_without_harmonics_is_followed_through_a_sweep() -> None:
    hz = 110 * 2 ** np.linspace(0, 3.5, 6 * RATE)
    audio = Audio(0.3 * np.sin(2 * np.pi * np.cumsum(hz) / RATE), RATE)
    track = track_pitch(audio)
    wanted = np.interp(track.times_s, np.arange(hz.size) / RATE, hz)
    assert np.abs(cents(track.frequencies_hz, wanted))[15:-15].max() < 10


def test_frames_are_ten_milliseconds_apart() -> None:
    track = track_pitch(steady(220, 1.234))
    assert track.times_s.size == 124
    assert track.times_s[-1] == pytest.approx(1.23)


@pytest.mark.parametrize(
    "audio",
    [Audio(np.zeros(RATE), RATE), Audio(np.full(RATE, 0.25), RATE), Audio(np.zeros(1), RATE), Audio([[0.0] * 50] * 6, RATE)],
)
def test_silence_has_no_pitch(audio: Audio) -> None:
    track = track_pitch(audio)
    assert np.isnan(track.frequencies_hz).all()
    assert np.isnan(track.contour_hz).all()
    assert not track.voicing.any()
    assert track.confidence == 0
    assert find_notes(track, audio=audio).notes == ()
    assert np.isnan(track_bass(find_pitch_candidates(audio), track.times_s)).all()


def test_noise_is_not_sure_of_its_pitch() -> None:
    noise = Audio(0.1 * np.random.default_rng(0).normal(size=5 * RATE), RATE)
    assert track_pitch(noise).confidence < 0.1


def test_pauses_are_unvoiced() -> None:
    track = track_pitch(tune([60, 64, 67], 0.5, gap_s=0.5))
    voiced = np.isfinite(track.frequencies_hz)
    assert voiced[10:40].all()
    assert not voiced[62:90].any()
    assert np.isfinite(track.contour_hz).all()


@pytest.mark.parametrize("duration_s", [0.01, 0.1, 0.3])
def test_short_clips_have_tracks(duration_s: float) -> None:
    track = track_pitch(steady(330, duration_s))
    assert track.times_s.size == 1 + int(duration_s * 100 + 1e-6)


@pytest.mark.parametrize("block", [7, 64, 1000])
def test_the_size_of_blocks_changes_nothing(block: int) -> None:
    audio = tune([57, 60, 64, 69, 72, 62], 0.3)
    one, other = (track_pitch(audio, candidates=find_pitch_candidates(audio, block_frames=n)) for n in (256, block))
    assert one == other


def test_the_louder_voice_in_front_is_followed() -> None:
    lead = np.concatenate([np.full(RATE, 440.0), np.full(RATE, 587.3), np.full(RATE, 523.3)])
    backing = sum(voice(np.full(lead.size, hz)) for hz in (110.0, 138.6, 164.8))
    track = track_pitch(Audio(voice(lead) + 0.3 * backing, RATE))
    wanted = np.interp(track.times_s, np.arange(lead.size) / RATE, lead)
    assert np.mean(np.abs(cents(track.contour_hz, wanted)) < 50) > 0.9


def test_the_bass_is_followed() -> None:
    bass = np.concatenate([np.full(RATE, 55.0), np.full(RATE, 82.4), np.full(RATE, 73.4)])
    lead = 0.4 * voice(np.full(bass.size, 660.0))
    audio = Audio(voice(bass) + lead, RATE)
    times = (np.arange(300) * 0.01).astype(np.float32)
    found = track_bass(find_pitch_candidates(audio), times)
    wanted = bass[(times * RATE).astype(int)]
    assert np.mean(np.abs(cents(found, wanted)) < 50) > 0.9


# ------------------------------------------------------------------------------------------------------------ notes


def test_notes_are_found_with_pitch_times_and_range() -> None:
    written = [60.0, 62.0, 64.0, 65.0, 67.0, 64.0]
    audio = tune(written, 0.4)
    melody = find_notes(track_pitch(audio), audio=audio)
    assert [round(note.pitch) for note in melody.notes] == written
    for index, note in enumerate(melody.notes):
        assert note.start_s == pytest.approx(0.45 * index, abs=0.06)
        assert note.end_s == pytest.approx(0.45 * index + 0.4, abs=0.06)
        assert note.vibrato_hz is None
        assert note.velocity > 0.8
    assert melody.lowest == pytest.approx(60, abs=0.1)
    assert melody.highest == pytest.approx(67, abs=0.1)


def test_slurred_notes_are_parted_where_the_pitch_steps() -> None:
    hz = 440 * 2 ** ((np.repeat([57.0, 59.0, 60.0], RATE // 2) - 69) / 12)
    melody = find_notes(track_pitch(Audio(voice(hz), RATE)))
    assert [round(note.pitch) for note in melody.notes] == [57, 59, 60]
    assert melody.notes[1].start_s == pytest.approx(0.5, abs=0.04)


def test_a_repeated_note_is_two_notes_to_those_who_hear_the_level() -> None:
    audio = tune([64, 64], 0.5, gap_s=0.03)
    assert len(find_notes(track_pitch(audio), audio=audio).notes) == 2


def test_quiet_notes_have_low_velocity() -> None:
    loud, quiet = tune([60], 0.5).samples, 0.25 * tune([67], 0.5).samples
    audio = Audio(np.concatenate([loud, quiet], axis=1), RATE)
    first, second = find_notes(track_pitch(audio), audio=audio).notes
    assert first.velocity == pytest.approx(1, abs=0.01)
    assert second.velocity == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("rate_hz", [4.8, 6.0, 7.5])
@pytest.mark.parametrize("extent", [25.0, 60.0])
def test_vibrato_is_recovered(rate_hz: float, extent: float) -> None:
    t = np.arange(2 * RATE) / RATE
    hz = 440 * 2 ** (extent * np.sin(2 * np.pi * rate_hz * t) / 1200)
    (note,) = find_notes(track_pitch(Audio(voice(hz), RATE))).notes
    assert note.vibrato_hz == pytest.approx(rate_hz, abs=0.2)
    assert note.vibrato_cents == pytest.approx(extent, rel=0.2)


def test_a_steady_note_has_no_vibrato() -> None:
    (note,) = find_notes(track_pitch(steady(330, 2.0))).notes
    assert note.vibrato_hz is None
    assert note.vibrato_cents is None


# ---------------------------------------------------------------------------------------------------------- kernels


def test_a_track_needs_arrays_of_one_length() -> None:
    with pytest.raises(InputError, match="of one length"):
        PitchTrack([0.0, 0.01], [220.0, 221.0], [1.0, 1.0], contour_hz=[220.0])
    assert PitchTrack([0.0], [220.0], [1.0]).contour_hz.tolist() == [220.0]


def test_the_best_path_pays_for_moves_only_where_they_are_worth_it() -> None:
    scores = np.tile(np.array([1.0, 0.9], np.float32), (6, 1))
    scores[3] = [0.0, 0.9]
    places = np.tile(np.array([0.0, 1.0], np.float32), (6, 1))
    rest = np.full(6, -10, np.float32)
    assert best_candidates(scores, places, rest, move_cost=0.1).tolist() == [0, 0, 0, 1, 0, 0]
    assert best_candidates(scores, places, rest, move_cost=0.3).tolist() == [1] * 6
    assert best_candidates(scores, places, rest, move_cost=5.0, longest_move=0.02).tolist() == [0, 0, 0, 1, 0, 0]


def test_the_best_path_rests_where_nothing_is_worth_it() -> None:
    scores = np.array([1, 1, 0.2, 1, 1, 0, 0, 0], np.float32)[:, None]
    nowhere = np.zeros_like(scores)
    rest = np.full(8, 0.5, np.float32)
    assert best_candidates(scores, nowhere, rest, switch_cost=0.1).tolist() == [0, 0, -1, 0, 0, -1, -1, -1]
    assert best_candidates(scores, nowhere, rest, switch_cost=0.4).tolist() == [0, 0, 0, 0, 0, -1, -1, -1]


def test_stretches_solved_side_by_side_give_the_path_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    scores, places = (rng.random((3000, 5)).astype(np.float32) for _ in range(2))
    rest = np.full(3000, 0.6, np.float32)
    costs = {"move_cost": 1.5, "longest_move": 0.5, "switch_cost": 0.3}
    parted = best_candidates(scores, places, rest, **costs)
    monkeypatch.setattr("musicengine.dsp.viterbi._STRETCH", 5000)
    whole = best_candidates(scores, places, rest, **costs)
    assert np.mean(parted == whole) > 0.999


def test_medians_remove_what_is_short_and_keep_steps() -> None:
    curve = np.zeros((1, 40), np.float32)
    curve[0, 5] = 1
    curve[0, 20:] = 1
    wanted = curve.copy()
    wanted[0, 5] = 0
    assert median_cascade(curve, (1, 2, 3), axis=1).tolist() == wanted.tolist()
    assert median_cascade(curve.T, (1, 2, 3), axis=0).T.tolist() == wanted.tolist()
    assert median_cascade(curve[:, :2], (1, 2), axis=1).tolist() == curve[:, :2].tolist()


def test_the_octave_above_is_less_salient_than_the_pitch() -> None:
    grid = kernels.PitchGrid(50.0, 48, 240, 300)
    spectrum = np.zeros((300, 1), np.float32)
    for harmonic in range(1, 9):
        spectrum[round(48 * np.log2(2 * harmonic))] = 1  # of 100 Hz
    found = kernels.salience(spectrum, grid, harmonics=8, decay=0.8, between=0.3)[:, 0]
    assert found.argmax() == 48
    assert found[96] < 0.75 * found[48]
    assert found[0] < 0.75 * found[48]


def test_labelled_pitches_are_found_at_the_stated_rate(labelled_data: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    found: dict[str, list[float]] = {"real": [], "rendered": [], "mixed": []}
    for path in sorted((labelled_data / "audio").glob("*.json")):
        label = json.loads(path.read_text())
        if not (label.get("f0") and label.get("audio")):
            continue
        samples, rate = soundfile.read(path.parent / label["audio"], dtype="float32", always_2d=True)
        track = track_pitch(Audio(samples.T, rate))
        times, hz = (np.array(label["f0"][name]) for name in ("times", "hz"))
        nearest = np.minimum(np.rint(times * 100).astype(int), track.times_s.size - 1)
        near = np.abs(cents(track.contour_hz[nearest][hz > 0], hz[hz > 0])) < 50
        kind = "mixed" if not label["f0"]["mono"] else "real" if label["set"] == "real" else "rendered"
        found[kind].append(float(near.mean()))
    assert np.mean(found["real"]) > 0.97
    assert np.mean(found["rendered"]) > 0.86
    assert np.mean(found["mixed"]) > 0.7
