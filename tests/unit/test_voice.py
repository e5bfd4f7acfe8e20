from __future__ import annotations

from itertools import pairwise

import attrs
import numpy as np
import pytest

from musicengine import Audio, Brief
from musicengine.audio import measure_loudness, track_pitch
from musicengine.dsp.formants import DIPHTHONGS, VOWELS, Tract, formants, response
from musicengine.dsp.phonemes import PHONES, split_syllables
from musicengine.lyrics import parse, pronounce
from musicengine.lyrics.sounds import CONSONANTS
from musicengine.lyrics.sounds import VOWELS as NAMES
from musicengine.synth import compose, make
from musicengine.synth.articulation import articulate
from musicengine.synth.stanzas import form_of, section_label
from musicengine.synth.voice import sing
from musicengine.values.making import Take

RATE = 44_100
WORDS = parse(
    """[Verse 1]
Walking down the avenue at three in the morning
Nobody else around to hear the sirens calling

[Chorus]
Take me home, take me home
Where the river runs alone (x2)

[Verse 2]
Now the years have gone and I'm a different man
"""
)


def find_formants(signal: np.ndarray, rate: float) -> list[float]:
    """The frequencies of narrow resonances, by linear prediction."""
    flat = np.diff(signal) * np.hanning(signal.size - 1)
    order = 12
    lags = np.correlate(flat, flat, "full")[flat.size - 1 : flat.size + order]
    matrix = lags[np.abs(np.subtract.outer(np.arange(order), np.arange(order)))] + np.eye(order) * lags[0] * 1e-7
    roots = np.roots([1, *-np.linalg.solve(matrix, lags[1:])])
    roots = roots[roots.imag > 0]
    found = np.angle(roots) * rate / (2 * np.pi)
    return sorted(found[(-np.log(np.abs(roots)) * rate / np.pi < 400) & (found > 150)].tolist())


def sung(phones: tuple[str, ...], pitch: float, tract: Tract = "man", seconds: float = 1.0) -> np.ndarray:
    return sing(
        [0.2], [0.2 + seconds], [pitch], [1.0], [phones], count=round((seconds + 0.6) * RATE), rate=RATE, tract=tract
    )


@pytest.mark.parametrize(("tract", "pitch"), [("man", 43), ("woman", 50)])
@pytest.mark.parametrize("vowel", VOWELS)
def test_a_sung_vowel_has_the_formants_of_the_table(vowel: str, tract: Tract, pitch: int) -> None:
    part = sung((vowel + "1",), pitch, tract)[int(0.45 * RATE) : int(0.6 * RATE)]
    spectrum = np.fft.rfft(part)[: int(5500 * part.size / RATE)]  # to 11 kHz
    signal = np.fft.irfft(spectrum)
    found = find_formants(signal, RATE * signal.size / part.size)
    first, second, _ = VOWELS[vowel][tract == "woman"]
    # F1 can be told as exactly as harmonics lie dense.
    assert found[0] == pytest.approx(first, abs=40)
    assert found[1] == pytest.approx(second, rel=0.05)


def test_a_diphthong_glides_from_one_vowel_to_the_other() -> None:
    signal = sung(("AY1",), 43)

    def second(start_s: float) -> float:
        part = signal[int(start_s * RATE) : int((start_s + 0.1) * RATE)]
        low = np.fft.irfft(np.fft.rfft(part)[: int(5500 * part.size / RATE)])
        return find_formants(low, RATE * low.size / part.size)[1]

    assert second(0.4) == pytest.approx(formants("AA", "man")[1], rel=0.1)
    assert second(1.1) > 1.3 * second(0.4)


@pytest.mark.parametrize("pitch", [45, 57, 64, 72])
def test_the_voice_sings_the_pitch(pitch: int) -> None:
    track = track_pitch(Audio(sung(("AA1",), pitch), RATE))
    inside = (track.times_s > 0.4) & (track.times_s < 1.1)
    found = 69 + 12 * np.log2(track.frequencies_hz[inside] / 440)
    assert np.nanmedian(found) == pytest.approx(pitch, abs=0.15)
    assert 0.1 < np.nanstd(found) < 0.5  # vibrato


def test_the_vowel_lands_on_the_note_and_noise_comes_before() -> None:
    signal = sung(("S", "AA1"), 57)
    power = np.abs(np.fft.rfft(signal[: RATE // 50 * 50].reshape(-1, RATE // 50) * np.hanning(RATE // 50), axis=1)) ** 2
    hz = np.fft.rfftfreq(RATE // 50, 1 / RATE)
    low, high = power[:, hz < 1500].sum(axis=1), power[:, hz > 4000].sum(axis=1)
    assert high[6:9].min() > 10 * low[6:9].max()  # 120 to 180 ms
    assert low[12:20].min() > 10 * high[12:20].max()  # from 240 ms on


def test_every_phone_of_the_dictionary_can_be_sung() -> None:
    assert set(CONSONANTS) - {"-"} == set(PHONES)
    assert set(NAMES) >= {*VOWELS, *DIPHTHONGS}
    for phone in PHONES:
        signal = sung((phone, "AA1", phone), 55, "woman", 0.5)
        assert np.isfinite(signal).all()
        assert signal.any()


@pytest.mark.parametrize(
    ("word", "count", "second"),
    [("river", 2, "V"), ("extra", 2, "S"), ("morning", 2, "N"), ("avenue", 3, "AH0"), ("singing", 2, "IH0")],
)
def test_syllables_begin_as_english_allows(word: str, count: int, second: str) -> None:
    parts = split_syllables(pronounce(word).phones)
    assert len(parts) == count
    assert sum(parts, ()) == pronounce(word).phones
    if second != "AH0":
        assert parts[1][0] == second or parts[1][0] == "K"
    assert split_syllables(("HH", "M")) == ()


def test_sounds_never_overlap() -> None:
    rng = np.random.default_rng(1)
    syllables = [
        part
        for word in ("strengths", "asked", "twelve", "squirrels")
        for part in split_syllables(pronounce(word).phones)
    ] * 9
    starts = np.cumsum(rng.uniform(0.02, 0.5, len(syllables)))
    segments = articulate(starts.tolist(), (starts + rng.uniform(0.02, 0.6, starts.size)).tolist(), syllables)
    assert all(segment.end_s >= segment.start_s - 1e-9 for segment in segments)
    assert all(b.start_s >= a.end_s - 1e-9 for a, b in pairwise(segments))
    vowels = [segment for segment in segments if segment.vowel]
    assert [segment.start_s for segment in vowels[1:]] == pytest.approx(starts[1:].tolist())


def test_a_tract_without_formants_below_is_flat_at_zero() -> None:
    targets = np.array([formants("AA", "man")], np.float32)
    assert abs(response(np.full((1, 1), 1e-3, np.float32), targets, "man")[0, 0]) == pytest.approx(1, abs=1e-3)
    with pytest.raises(KeyError):
        formants("QQ", "man")


@pytest.fixture(scope="module")
def take() -> Take:
    return make(Brief(genre="pop", lyrics=WORDS, seed=3))


def test_lyrics_are_sung_in_their_sections(take: Take) -> None:
    assert take.truth is not None
    labels = [section.label for section in take.truth.sections]
    assert [label for label in labels if label not in ("intro", "outro")] == ["verse", "chorus", "verse"]
    assert take.lyrics is not None
    assert {line.text for line in WORDS.lines} == {line.text for line in take.lyrics.lines}
    first = take.truth.words[0]
    verse = next(section for section in take.truth.sections if section.label == "verse")
    assert verse.start_s - 0.2 < first.start_s < verse.start_s + 2
    assert take.notes == ()


def test_word_times_are_those_of_the_sound(take: Take) -> None:
    assert take.truth is not None
    assert take.truth.stems is not None
    words, voice = take.truth.words, take.truth.stems.vocals
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(words))
    hop = voice.rate // 100
    level = np.abs(voice.mono[: voice.mono.size // hop * hop]).reshape(-1, hop).max(axis=1)
    during = [level[round(word.start_s * 100) + 2 : round(word.end_s * 100)].max() for word in words]
    assert min(during) > 0.25 * np.median(during)
    # Before the first word there is breath and nothing else.
    assert level[: int(words[0].start_s * 100) - 40].max(initial=0) < 0.01 * max(during)


def test_a_note_a_syllable(take: Take) -> None:
    part = compose(Brief(genre="pop", lyrics=WORDS, seed=3)).parts[0]
    assert part.stem == "vocals"
    assert len(part.syllables) == len(part)
    assert np.all(np.diff(part.starts_s) > 0.05)
    assert take.truth is not None
    assert sum(bool(syllable.word) for syllable in part.syllables) == len(take.truth.words)
    assert part.pitches.min() >= 45
    assert part.pitches.max() <= 77


def test_same_brief_same_bytes(take: Take) -> None:
    again = make(Brief(genre="pop", lyrics=WORDS, seed=3))
    assert again.audio == take.audio
    assert again.truth == take.truth
    assert make(attrs.evolve(take.brief)).audio == take.audio


def test_a_written_song_can_be_sung_again() -> None:
    take = make(Brief(genre="disco", duration_s=20, seed=8))
    assert take.brief.lyrics is not None
    assert make(take.brief).audio == take.audio


def test_the_mix_keeps_its_level_and_the_voice_is_heard(take: Take) -> None:
    loudness = measure_loudness(take.audio)
    assert loudness.integrated_lufs == pytest.approx(-14, abs=0.3)
    assert loudness.true_peak_dbtp <= -1
    assert take.truth is not None
    assert take.truth.stems is not None
    assert -22 < measure_loudness(take.truth.stems.vocals).integrated_lufs < -14
    assert take.truth.stems.mixture == take.audio


@pytest.mark.parametrize(("genre", "sings"), [("disco", True), ("folk", True), ("lo-fi", False), ("techno", False)])
def test_genres_that_are_sung_sing(genre: str, sings: bool) -> None:
    arrangement = compose(Brief(genre=genre, duration_s=20))
    assert bool(arrangement.words) == sings
    assert (arrangement.lyrics is not None) == sings
    assert not compose(Brief(genre=genre, duration_s=20, instrumental=True)).words


def test_a_genre_without_voice_sings_given_words() -> None:
    assert compose(Brief(genre="techno", duration_s=20, lyrics=parse("Dance with me until the morning"))).words


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Ich liebe dich und du bist nicht bei mir, und die Nacht ist so lang", "lyrics in 'de', only English"),
        ("", "no words in the lyrics"),
        ("♪♪♪", "no words in the lyrics"),
    ],
)
def test_what_cannot_be_sung_is_sung_on_ah(text: str, note: str) -> None:
    arrangement = compose(Brief(genre="pop", duration_s=10, lyrics=parse(text)))
    assert note in arrangement.notes[-1]
    assert not arrangement.words
    assert arrangement.parts[0].stem == "vocals"
    assert {syllable.phones for syllable in arrangement.parts[0].syllables} == {("AA1",)}


def test_lines_without_room_are_named() -> None:
    arrangement = compose(
        Brief(genre="pop", duration_s=8, bpm=120, lyrics=parse("\n".join(f"We sing line {i}" for i in range(50))))
    )
    assert arrangement.notes
    assert "of 50 lines of the lyrics" in arrangement.notes[-1]
    assert arrangement.words


def test_too_few_words_leave_room() -> None:
    arrangement = compose(
        Brief(genre="pop", duration_s=60, lyrics=parse("[Chorus]\nSing it again"), sections=("verse", "chorus"))
    )
    chorus = arrangement.sections[1]
    assert all(word.start_s >= chorus.start_s - 0.3 for word in arrangement.words)
    assert len(arrangement.words) % 3 == 0


@pytest.mark.parametrize(
    "text", ["la " * 3000, "yeah\n" * 3000, "[Solo]\nhey hey", "a" * 900, "supercalifragilisticexpialidocious " * 30]
)
def test_odd_lyrics_are_sung_somehow(text: str) -> None:
    arrangement = compose(Brief(genre="rock", duration_s=12, lyrics=parse(text)))
    assert all(0 <= word.start_s <= word.end_s <= 12 for word in arrangement.words)


@pytest.mark.parametrize("bpm", [30.0, 300.0])
@pytest.mark.parametrize("seconds", [1.0, 3.0, 40.0])
def test_extreme_tempi_and_lengths(bpm: float, seconds: float) -> None:
    take = make(Brief(genre="pop", bpm=bpm, duration_s=seconds, lyrics=WORDS))
    assert take.truth is not None
    assert np.isfinite(take.audio.samples).all()
    assert all(word.end_s <= seconds + 1e-6 for word in take.truth.words)


def test_tags_are_read() -> None:
    assert [section_label(tag) for tag in ("Verse 2", "Chorus: Ann", "Hook", "Pre-Chorus", "Coda", "Ann", "")] == [
        "verse", "chorus", "chorus", "pre-chorus", "outro", "", "",
    ]  # fmt: skip
    assert form_of(WORDS, 40) == ("intro", "verse", "chorus", "verse", "outro")
    assert form_of(WORDS, 9) == ("verse", "chorus")
    assert form_of(parse("just a line"), 40) == ()
