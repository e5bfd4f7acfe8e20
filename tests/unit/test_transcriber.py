from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from musicengine import Audio, BackendError, Brief, LyricsError, MusicEngine, Take
from musicengine.audio import Spoken, align_words

ENGINE = MusicEngine()


def made(genre: str, seed: int) -> Take:
    return ENGINE.generate(Brief(genre=genre, duration_s=20, seed=seed))


@pytest.fixture(scope="module")
def take() -> Take:
    return made("pop", 5)


def test_words_of_a_take_are_found_in_its_sound(take: Take) -> None:
    errors = []
    for song in (take, made("rock", 7), made("hip-hop", 9), made("ballad", 11)):
        assert song.truth is not None
        found = ENGINE.transcribe(song)
        assert [word.text for word in found.words] == [word.text for word in song.truth.words]
        assert found.provenance == "measured"
        errors += [abs(a.start_s - b.start_s) for a, b in zip(found.words, song.truth.words, strict=True)]
    assert np.median(errors) < 0.04
    assert np.mean(np.array(errors) < 0.1) > 0.75


def test_times_come_from_the_audio_not_from_the_truth(take: Take) -> None:
    shift = round(0.5 * take.audio.rate)
    later = Audio(np.pad(take.audio.samples, ((0, 0), (shift, 0))), take.audio.rate)
    found, moved = (ENGINE.transcribe(audio, take.lyrics).words for audio in (take.audio, later))
    steps = [b.start_s - a.start_s for a, b in zip(found, moved, strict=True)]
    assert np.median(steps) == pytest.approx(0.5, abs=0.02)


def test_words_are_in_order_and_inside(take: Take) -> None:
    words = ENGINE.transcribe(take).words
    assert all(a.end_s <= b.start_s + 0.02 for a, b in pairwise(words))
    assert all(0 <= word.start_s <= word.end_s <= take.audio.duration_s for word in words)


def test_words_of_another_song_are_not_believed(take: Take) -> None:
    def belief(words: object) -> float:
        return float(np.mean([word.confidence for word in words.words]))  # type: ignore[attr-defined]

    own, alien = ENGINE.transcribe(take), ENGINE.transcribe(take, made("rock", 7).lyrics)
    assert belief(own) > 0.5
    assert belief(alien) < 0.4


def test_text_and_repeats_are_taken(take: Take) -> None:
    found = ENGINE.transcribe(take.audio, "[Chorus]\nTake me home (x2)\nNow").words
    assert [word.text for word in found] == ["Take", "me", "home", "Take", "me", "home", "Now"]


def test_without_words_it_says_what_it_needs(take: Take) -> None:
    with pytest.raises(BackendError, match="live transcriber"):
        ENGINE.transcribe(take.audio)


@pytest.mark.parametrize("words", ["", "   ", "♪ ♪", "你好 世界"])
def test_no_english_words_are_refused(take: Take, words: str) -> None:
    with pytest.raises(LyricsError, match="only words in English"):
        ENGINE.transcribe(take.audio, words)


def test_another_language_is_refused(take: Take) -> None:
    with pytest.raises(LyricsError, match="'de'"):
        ENGINE.transcribe(take.audio, "Ich liebe dich und du bist nicht bei mir, und die Nacht ist so lang")


def test_more_words_than_can_be_sung_are_refused(take: Take) -> None:
    with pytest.raises(LyricsError, match=r"10,000 words cannot be sung in 5 s"):
        ENGINE.transcribe(
            take.audio.clip(0, 5), "\n".join(["hello there my good old friend now"] * 1428 + ["one two three four"])
        )
    with pytest.raises(LyricsError, match="at most 20,000"):
        ENGINE.transcribe(take.audio, "\n".join(["yeah " * 60] * 400))


def test_silence_has_no_words() -> None:
    assert ENGINE.transcribe(Audio(np.zeros((2, 44_100)), 44_100), "hello my friend").words == ()


def test_noise_is_not_believed() -> None:
    noise = np.random.default_rng(0).standard_normal((1, 5 * 22_050)) * 0.1
    words = ENGINE.transcribe(Audio(noise, 22_050), "hello my old friend, the night is coming down").words
    assert len(words) == 9
    assert np.mean([word.confidence for word in words]) < 0.4


@pytest.mark.parametrize(("rate", "seconds"), [(8000, 3.0), (96_000, 1.0), (44_100, 0.3)])
def test_any_rate_and_length(rate: int, seconds: float) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(int(rate * seconds)) / rate)
    words = ENGINE.transcribe(Audio(tone, rate), "oh my").words
    assert [word.text for word in words] == ["oh", "my"]


def test_a_word_without_phones_gets_no_time() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(22_050) / 22_050)
    found = align_words(Audio(tone, 22_050), [Spoken(("AA1",), True), Spoken(()), Spoken(("M", "IY1"))])
    assert len(found) == 3
    assert found[1][2] == 0.0
    assert align_words(Audio(tone, 22_050), [Spoken(())]) == [(0.0, 0.0, 0.0)]
