from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from musicengine.audio import find_notes, track_pitch
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio

RATE = 44_100


def tone(frequencies: np.ndarray, rate: int = RATE, harmonics: int = 8, decay: float = 0.6) -> np.ndarray:
    """A tone that follows its frequency (n,): each harmonic ``decay`` of the one before."""
    phase = 2 * np.pi * np.cumsum(frequencies) / rate
    partials = (decay**h * np.sin((h + 1) * phase) * ((h + 1) * frequencies < 0.45 * rate) for h in range(harmonics))
    wave: np.ndarray = 0.2 * sum(partials, np.zeros(frequencies.size))
    return wave


def melody(pitches: list[int], note_s: float = 0.5) -> np.ndarray:
    return tone(440 * 2 ** ((np.repeat(pitches, round(note_s * RATE)) - 69) / 12))


def cents(track: PitchTrack, hz: float) -> np.ndarray:
    return 1200 * np.log2(track.frequencies_hz.astype(np.float64) / hz)


def test_a_track_has_a_value_every_ten_milliseconds() -> None:
    track = track_pitch(Audio(tone(np.full(RATE, 220.0)), RATE))
    np.testing.assert_allclose(track.times_s, np.arange(101) * 0.01, atol=1e-5)


@pytest.mark.parametrize("harmonics", [1, 6, 20])
@pytest.mark.parametrize("hz", [41.2, 55, 110, 220, 440, 987.8, 2093, 2637, 3520])
def test_steady_tones_are_found_within_ten_cents(hz: float, harmonics: int) -> None:
    track = track_pitch(Audio(tone(np.full(RATE, hz), harmonics=harmonics, decay=0.8), RATE))
    assert np.abs(cents(track, hz)[10:-10]).max() < 10  # not NaN either


def test_silence_has_no_pitch() -> None:
    track = track_pitch(Audio(np.zeros((2, RATE)), RATE))
    assert np.isnan(track.frequencies_hz).all()
    assert track.confidence == 0
    assert not track.voicing.any()
    assert find_notes(track).notes == ()


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_noise_is_mostly_unvoiced_and_never_trusted(slope: float) -> None:
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=5 * RATE))
    noise = np.fft.irfft(spectrum / (np.fft.rfftfreq(5 * RATE, 1 / RATE) + 20) ** slope)
    track = track_pitch(Audio(0.1 * noise / noise.std(), RATE))
    assert np.isfinite(track.frequencies_hz).mean() < 0.1
    assert track.confidence < 0.1


def test_a_lead_is_followed_above_its_accompaniment() -> None:
    lead = melody([76, 79, 77, 74, 76, 72])
    chords = sum(melody([note] * 6) for note in (48, 55, 60, 64))
    track = track_pitch(Audio(lead + 0.2 * np.asarray(chords), RATE))
    truth = np.repeat([76, 79, 77, 74, 76, 72], 50)
    found = 69 + 12 * np.log2(track.frequencies_hz[:300] / 440)
    assert (np.abs(found - truth) < 0.5).mean() > 0.9


def test_a_solo_is_surer_than_a_mixture_of_equals() -> None:
    random = np.random.default_rng(3)
    voices = [melody(list(random.integers(60, 84, 12)), 0.25) for _ in range(4)]
    alone = track_pitch(Audio(voices[0], RATE)).confidence
    together = track_pitch(Audio(np.sum(voices, axis=0), RATE)).confidence
    assert alone > 0.85
    assert together < alone - 0.15


def test_pauses_are_unvoiced() -> None:
    note = tone(np.full(RATE // 2, 330.0))
    track = track_pitch(Audio(np.concatenate([note, np.zeros(RATE // 2), note]), RATE))
    assert np.isnan(track.frequencies_hz[58:93]).all()
    assert np.isfinite(track.frequencies_hz[2:45]).all()


def test_soft_notes_of_a_solo_are_heard() -> None:
    wave = np.concatenate([melody([60, 64]), 0.2 * melody([67, 65])])
    track = track_pitch(Audio(wave, RATE))
    assert np.isfinite(track.frequencies_hz[110:195]).all()


def test_notes_have_their_pitches_and_times() -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    found = find_notes(track_pitch(Audio(melody(scale), RATE)))
    np.testing.assert_allclose([note.pitch for note in found.notes], scale, atol=0.05)
    np.testing.assert_allclose([note.start_s for note in found.notes], np.arange(8) / 2, atol=0.03)
    assert [note.vibrato_hz for note in found.notes] == [None] * 8
    assert (found.lowest, found.highest) == pytest.approx((60, 72), abs=0.05)


def test_repeated_notes_part_where_the_voice_stops() -> None:
    note = np.concatenate([tone(np.full(RATE // 3, 440.0)), np.zeros(RATE // 6)])
    found = find_notes(track_pitch(Audio(np.tile(note, 4), RATE)))
    assert [round(note.pitch) for note in found.notes] == [69] * 4


def struck(pitches: list[int], gap_s: float = 0.03) -> np.ndarray:
    """Notes of half a second, each with a fast attack and a short gap after it."""
    n, gap = RATE // 2, round(gap_s * RATE)
    shape = np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.01 * RATE))
    return np.concatenate(
        [np.pad(shape * tone(np.full(n, 440 * 2 ** ((pitch - 69) / 12))), (0, gap)) for pitch in pitches]
    )


def test_a_note_struck_again_is_two_notes_to_who_hears_the_level() -> None:
    audio = Audio(struck([64, 64, 67]), RATE)
    found = find_notes(track_pitch(audio), audio=audio)
    assert [round(note.pitch) for note in found.notes] == [64, 64, 67]
    np.testing.assert_allclose([note.start_s for note in found.notes], [0, 0.53, 1.06], atol=0.04)


def test_attacks_of_others_part_no_notes() -> None:
    audio = Audio(struck([64, 64]), RATE)
    track = track_pitch(audio)
    unsure = PitchTrack(track.times_s, track.frequencies_hz, track.voicing, confidence=0.3)
    assert len(find_notes(unsure, audio=audio).notes) == len(find_notes(unsure).notes)


@pytest.mark.parametrize("channels", [1, 2])
def test_velocity_is_the_amplitude_re_the_loudest_note(channels: int) -> None:
    wave = np.concatenate([struck([60], 0.2), 0.25 * struck([67], 0.2)])
    audio = Audio(np.tile(wave, (channels, 1)), RATE)
    first, second = find_notes(track_pitch(audio), audio=audio).notes
    assert first.velocity == pytest.approx(1)
    assert second.velocity == pytest.approx(0.25, abs=0.02)


def test_a_track_of_one_value_has_no_notes() -> None:
    assert find_notes(PitchTrack([0], [440], [1])).notes == ()


def test_a_glide_is_no_vibrato() -> None:
    time = np.arange(RATE) / RATE
    found = find_notes(track_pitch(Audio(tone(300 * 2 ** (time / 30)), RATE)))
    assert [note.vibrato_hz for note in found.notes] == [None]


@pytest.mark.skipif("MUSICENGINE_DATA" not in os.environ, reason="needs labelled clips")
def test_labelled_solos_are_followed() -> None:
    soundfile = pytest.importorskip("soundfile")
    folder = Path(os.environ["MUSICENGINE_DATA"], "audio")
    right = []
    for path in sorted(folder.glob("folk_*.json"))[:3]:
        label = json.loads(path.read_text())
        samples, rate = soundfile.read(folder / label["audio"], dtype="float32", always_2d=True)
        track = track_pitch(Audio(samples.T, rate))
        times, hz = np.array(label["f0"]["times"]), np.array(label["f0"]["hz"])
        found = track.frequencies_hz[np.minimum(np.rint(times * 100).astype(int), track.times_s.size - 1)]
        sung = hz > 0
        right.append((np.abs(12 * np.log2(found[sung] / hz[sung])) < 0.5).mean())
    assert np.mean(right) > 0.9
