from __future__ import annotations

import attrs
import numpy as np
import pytest

from musicengine.audio.loudness import measure_loudness
from musicengine.errors import BriefError
from musicengine.synth import Arrangement, compose, find_genre, genres, make, parse_brief, render, truth
from musicengine.synth.drumming import DRUMS
from musicengine.synth.drums import KITS, hit
from musicengine.synth.form import LABELS, plan, usual
from musicengine.synth.genres import all_genres
from musicengine.synth.harmony import nearest, scale, sonority, voice
from musicengine.synth.instruments import frequency, play
from musicengine.synth.patches import PATCHES
from musicengine.synth.patterns import bars
from musicengine.synth.space import reverberate
from musicengine.values.making import Brief
from musicengine.values.music import Key

NAMES = [genre.name for genre in all_genres()]


def pitch_of(samples: np.ndarray, rate: int) -> float:
    """The strongest frequency between 40 and 2000 Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size), 1 << 17))
    frequencies = np.fft.rfftfreq(1 << 17, 1 / rate)
    inside = (frequencies > 40) & (frequencies < 2000)
    return float(frequencies[inside][np.argmax(spectrum[inside])])


# Patterns


def test_a_pattern_is_read_step_by_step() -> None:
    (first, second) = bars("X-.g|1---")
    assert [(hit.at, hit.length, hit.symbol) for hit in first] == [(0, 0.5, "X"), (0.75, 0.25, "g")]
    assert [(hit.at, hit.length, hit.symbol) for hit in second] == [(0, 1, "1")]
    assert first[0].level > second[0].level > first[1].level


# Harmony


@pytest.mark.parametrize(
    ("numeral", "key", "label"),
    [
        ("I", "C", "C:maj"),
        ("vi", "C", "A:min"),
        ("V7", "A minor", "E:7"),
        ("VI", "A minor", "F:maj"),
        ("bVII", "D", "C:maj"),
        ("ii7", "Bb", "C:min7"),
        ("i9", "F# minor", "F#:min9"),
        ("Imaj7", "Eb", "Eb:maj7"),
    ],
)
def test_numerals_name_chords(numeral: str, key: str, label: str) -> None:
    found = Key.parse(key)
    assert sonority(numeral, found.tonic, found.mode).label == label


def test_an_unknown_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="'VIII'"):
        sonority("VIII", 0, "major")


def test_voices_move_little() -> None:
    c, f = sonority("I", 0, "major"), sonority("IV", 0, "major")
    before = voice(c, None, 60, 3)
    after = voice(f, before, 60, 3)
    assert {pitch % 12 for pitch in after} == {5, 9, 0}
    assert max(min(abs(a - b) for b in before) for a in after) <= 2


def test_two_voices_are_root_and_fifth() -> None:
    assert {pitch % 12 for pitch in voice(sonority("i", 9, "minor"), None, 50, 2)} == {9, 4}


def test_nearest_tone_of_a_chord() -> None:
    assert nearest(61, (0, 4, 7)) == 60
    assert nearest(66, (0, 4, 7)) == 67


@pytest.mark.parametrize("genre", all_genres(), ids=lambda genre: genre.name)
def test_every_progression_is_spelled_right_and_begins_at_home(genre) -> None:  # type: ignore[no-untyped-def]
    for mode, pool in (("major", genre.major_progressions), ("minor", genre.minor_progressions)):
        assert pool
        for progression in pool:
            chords = [sonority(numeral, 0, mode) for numeral in progression.split()]
            assert len(chords) == 4
            assert 0 in {chord.root for chord in chords}


# Form


def test_a_form_fills_its_bars() -> None:
    passages = plan(("intro", "verse", "chorus", "outro"), 16)
    assert [(passage.label, passage.start, passage.bars) for passage in passages] == [
        ("intro", 0, 2),
        ("verse", 2, 6),
        ("chorus", 8, 6),
        ("outro", 14, 2),
    ]


def test_sections_without_room_are_left_out() -> None:
    assert [passage.label for passage in plan(("intro", "verse", "chorus"), 2)] == ["intro", "verse"]


def test_a_long_track_has_more_rounds() -> None:
    assert usual(2) == ("chorus",)
    assert usual(200).count("chorus") > usual(60).count("chorus")
    assert set(usual(300)) <= set(LABELS)


# Genres


def test_genres_have_sounds_and_names_of_their_own() -> None:
    assert len(NAMES) >= 12
    aliases = [alias for genre in all_genres() for alias in (genre.name, *genre.aliases)]
    assert len(aliases) == len(set(aliases))
    for genre in all_genres():
        assert genre.groove.kit in KITS
        assert {genre.bass.patch, genre.lead.patch, *(layer.patch for layer in genre.layers)} <= set(PATCHES)
        assert {drum for lanes in (genre.groove.verse, genre.groove.chorus) for drum, _ in lanes} <= set(DRUMS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Deep House", "house"),
        ("lofi", "lo-fi"),
        ("hip hop", "hip-hop"),
        ("discoo", "disco"),
        ("zydeco", "folk"),
        ("Garage-Rock", "rock"),
        ("psychedelic trap", "trap"),
        ("qwertz", "pop"),
        (None, "pop"),
    ],
)
def test_a_genre_is_found_by_any_of_its_names_or_the_nearest_is_taken(text: str | None, name: str) -> None:
    assert find_genre(text)[0].name == name


def test_an_unknown_genre_is_said_so() -> None:
    assert compose(Brief(genre="qwertz", duration_s=2)).notes == ("no genre 'qwertz' here, pop is the nearest",)
    assert compose(Brief("a fast polka", duration_s=2)).notes == ("no genre 'polka' here, folk is the nearest",)
    assert parse_brief("a fast polka").understood[0] == "genre polka (the nearest here is folk)"


def test_what_is_not_played_is_near_to_something_that_is() -> None:
    assert not set(genres._relatives()) & set(genres._names())
    assert all(find_genre(name)[1] and find_genre(name)[0] is near for name, near in genres._relatives().items())


# Arrangements


def test_open_fields_are_decided_in_the_manner_of_the_genre() -> None:
    brief = compose(Brief(genre="disco", seed=3)).brief
    assert brief.bpm is not None
    assert 112 <= brief.bpm <= 124
    assert brief.key is not None
    assert brief.duration_s == 30
    assert brief.sections == ("intro", "verse", "chorus", "outro")


def test_what_the_brief_says_is_done() -> None:
    wanted = Brief(
        genre="rock", bpm=133, key="Bb minor", duration_s=20, sections=("verse", "chorus"), instrumental=True, seed=5
    )
    arrangement = compose(wanted)
    assert arrangement.tempo.bpm == 133
    assert str(arrangement.key) == "Bb minor"
    assert [section.label for section in arrangement.sections] == ["verse", "chorus"]
    assert not [part for part in arrangement.parts if part.stem == "vocals"]
    assert np.diff(arrangement.beats.times_s) == pytest.approx(60 / 133, abs=1e-4)
    assert arrangement.beats.downbeats_s == pytest.approx(arrangement.beats.times_s[::4])


def test_a_prompt_that_nobody_parsed_is_parsed() -> None:
    arrangement = compose(Brief("sad techno in F minor, 8 seconds", bpm=131))
    assert (arrangement.genre, str(arrangement.key), arrangement.tempo.bpm) == ("techno", "F minor", 131)
    assert arrangement.duration_s == 8


def test_a_section_that_no_form_has_is_refused() -> None:
    with pytest.raises(BriefError, match="'fugue'"):
        compose(Brief(sections=("verse", "fugue")))


def test_more_sections_than_bars_is_noted() -> None:
    arrangement = compose(Brief(bpm=60, duration_s=9, sections=("verse", "chorus") * 3))
    assert len(arrangement.sections) < 6
    assert "of 6 sections" in arrangement.notes[0]


def test_asking_for_sections_gives_them_time() -> None:
    assert len(compose(Brief(genre="ballad", sections=("intro", "verse", "chorus", "bridge", "outro"))).sections) == 5


def test_another_seed_is_another_piece() -> None:
    first, second = (compose(Brief(genre="pop", bpm=100, key="C", seed=seed)) for seed in (1, 2))
    assert first.parts[0] != second.parts[0]
    assert first == compose(Brief(genre="pop", bpm=100, key="C", seed=1))


def test_players_do_not_change_each_other() -> None:
    sung = compose(Brief(genre="pop", bpm=100, key="C", seed=4))
    played = compose(Brief(genre="pop", bpm=100, key="C", seed=4, instrumental=True))
    others = [[part for part in made.parts[1:] if part.name != "double"] for made in (sung, played)]
    assert others[0] == others[1]  # a double plays the melody along


def test_a_pop_chorus_is_denser_and_higher_than_its_verse() -> None:
    arrangement = compose(Brief(genre="pop", sections=("verse", "chorus"), duration_s=40, seed=2))
    verse, chorus = arrangement.sections
    counts = [
        sum(
            int(((part.starts_s >= section.start_s) & (part.starts_s < section.end_s)).sum())
            for part in arrangement.parts
        )
        / (section.end_s - section.start_s)
        for section in (verse, chorus)
    ]
    assert counts[1] > counts[0]
    lead = arrangement.parts[0]
    heights = [lead.pitches[(lead.starts_s >= s.start_s) & (lead.starts_s < s.end_s)].mean() for s in (verse, chorus)]
    assert heights[1] > heights[0]


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_last_chord_is_home_and_the_melody_keeps_to_the_scale(mode: str) -> None:
    key = Key(7, mode)
    for seed in range(5):
        arrangement = compose(Brief(genre="pop", key=key, seed=seed))
        assert arrangement.chords[-1].label == f"G:{'maj' if mode == 'major' else 'min'}"
        lead = arrangement.parts[0].pitches.astype(int) % 12
        outside = np.mean([pitch not in scale(key) for pitch in lead.tolist()])
        # The leading tone of a minor key's dominant is all that lies outside.
        assert outside < (0.01 if mode == "major" else 0.15)


# Sound


@pytest.mark.parametrize("name", sorted(name for name, patch in PATCHES.items() if patch.manner != "sweep"))
def test_every_patch_plays_in_tune(name: str) -> None:
    pitch = 45 if "bass" in name else 69
    patch = attrs.evolve(PATCHES[name], vibrato_cents=0, drop_cents=0)
    sound = play(patch, pitch, 0.8, 22_050)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert 0.01 < np.abs(sound).max() < 2
    # Some harmonic of the note is the strongest partial.
    ratio = pitch_of(sound[0], 22_050) / frequency(pitch)
    assert ratio == pytest.approx(round(ratio), abs=0.02 * round(ratio)) or "bell" in name


@pytest.mark.parametrize("kit", sorted(KITS))
@pytest.mark.parametrize("drum", sorted(DRUMS))
def test_every_drum_of_every_kit_sounds_and_ends(kit: str, drum: str) -> None:
    sound = hit(kit, DRUMS[drum], 44_100)
    assert np.isfinite(sound).all()
    assert 0.02 < np.abs(sound).max() < 1.5
    assert abs(sound[-1]) < 1e-3


def test_a_room_answers_later_and_wider() -> None:
    click = np.zeros((2, 44_100), np.float32)
    click[:, 100] = 1
    answer = click.copy()
    reverberate(answer, 44_100, room_s=1.0, gain=1.0)
    answer -= click
    assert np.abs(answer[:, :500]).max() < 0.05 * np.abs(answer).max()
    first, last = (np.sum(answer[:, a:b] ** 2) for a, b in ((900, 10_000), (30_000, 44_100)))
    assert first > 30 * last
    assert abs(float(np.asarray(np.corrcoef(answer))[0, 1])) < 0.5


@pytest.fixture(scope="module")
def arrangement() -> Arrangement:
    return compose(Brief(genre="disco", bpm=118, key="A minor", duration_s=12.34567, seed=1))


def test_stems_add_up_to_the_mix_and_the_truth_is_what_was_written(arrangement: Arrangement) -> None:
    rendered = render(arrangement)
    assert rendered.mix.samples.shape == (2, round(12.34567 * 44_100))
    assert np.array_equal(rendered.stems.mixture.samples, rendered.mix.samples)
    known = truth(arrangement, rendered.stems)
    assert (known.tempo, known.key, known.chords) == (arrangement.tempo, arrangement.key, arrangement.chords)
    assert known.stems is rendered.stems
    assert truth(arrangement).stems is None


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_any_rate_gives_the_same_piece(arrangement: Arrangement, rate: int) -> None:
    mix = render(arrangement, rate=rate).mix
    assert mix.samples.shape[1] == round(12.34567 * rate)
    assert measure_loudness(mix).integrated_lufs == pytest.approx(-14, abs=0.5)


@pytest.mark.parametrize("genre", NAMES)
def test_every_genre_sounds_and_meets_its_level(genre: str) -> None:
    take = make(Brief(genre=genre, duration_s=12, seed=7))
    loudness = measure_loudness(take.audio)
    assert loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert loudness.true_peak_dbtp <= -1
    left, right = take.audio.samples
    assert abs(float(np.mean(left))) < 1e-3
    assert 0.05 < np.corrcoef(left, right)[0, 1] < 0.995
    assert take.truth is not None
    assert take.truth.stems is not None
    for name in ("drums", "bass", "other"):
        assert np.abs(getattr(take.truth.stems, name).samples).max() > 0.01


def test_the_kick_pushes_the_rest_down() -> None:
    written = compose(Brief(genre="house", bpm=120, duration_s=10, seed=1))
    pad = np.abs(render(written).stems.other.samples).mean(axis=0)
    beats = written.beats.times_s[4:12]
    on = np.mean([pad[int(t * 44_100) : int((t + 0.06) * 44_100)].mean() for t in beats])
    off = np.mean([pad[int((t + 0.3) * 44_100) : int((t + 0.36) * 44_100)].mean() for t in beats])
    assert off > 1.3 * on


def test_a_room_with_gain_one_is_about_as_loud_as_its_signal() -> None:
    rng = np.random.default_rng(0)
    # What a room answers to: middles, not the low end and the air.
    spectrum = np.fft.rfft(rng.standard_normal(88_200))
    frequencies = np.fft.rfftfreq(88_200, 1 / 44_100)
    middles = np.fft.irfft(np.where((frequencies > 400) & (frequencies < 3000), spectrum, 0)).astype(np.float32)
    bus = np.stack([middles, middles])
    answer = bus.copy()
    reverberate(answer, 44_100, room_s=0.5, gain=1.0)
    answer -= bus
    assert np.std(answer) == pytest.approx(np.std(bus), rel=0.6)
