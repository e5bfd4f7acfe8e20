from __future__ import annotations

import numpy as np
import pytest

from musicengine.errors import AudioError, BriefError, InputError, MusicEngineError
from musicengine.values.making import Brief
from musicengine.values.measures import Embedding
from musicengine.values.music import Beats, Key, PitchTrack, Section, Tempo
from musicengine.values.scores import Deduction, Score
from musicengine.values.sound import Audio, Stems
from musicengine.values.words import Word

RATE = 44_100


def test_audio_keeps_what_it_is_given() -> None:
    audio = Audio(np.ones((2, RATE)) * [[0.5], [-0.25]], RATE)
    assert (audio.channels, audio.rate, audio.duration_s) == (2, RATE, 1.0)
    assert audio.samples.dtype == np.float32
    assert audio.mono.tolist() == [0.125] * RATE
    assert Audio([0.0, 1.0], 8000).channels == 1


def test_audio_does_not_change_when_its_source_does() -> None:
    source = np.zeros((1, 4), np.float32)
    audio = Audio(source, RATE)
    source[:] = 1
    assert not audio.samples.any()
    with pytest.raises(ValueError, match="read-only"):
        audio.samples[0, 0] = 1


def test_arrays_are_aligned_so_that_equal_ones_have_equal_sums() -> None:
    content = np.linspace(-1, 1, 1000, dtype=np.float32)
    shifted = np.frombuffer(memoryview(b"?" + content.tobytes())[1:], np.float32)
    assert not shifted.flags.aligned
    audio = Audio(shifted, 8000)
    assert audio.samples.flags.aligned
    assert audio == Audio(content, 8000)


def test_audio_takes_over_a_read_only_array_without_a_copy() -> None:
    source = np.zeros((1, 4), np.float32)
    source.flags.writeable = False
    assert np.shares_memory(Audio(source, RATE).samples, source)


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        ([], RATE, "at least one sample"),
        (np.zeros((2, 0)), RATE, "at least one sample"),
        (np.zeros((0, 5)), RATE, "1 to 64 channels, got 0"),
        (np.zeros((65, 100)), RATE, "1 to 64 channels, got 65"),
        (np.zeros((1000, 2)), RATE, "did you mean samples.T"),
        (np.zeros((2, 2, 2)), RATE, r"shape \(channels, n\), got \(2, 2, 2\)"),
        ([0, np.nan], RATE, r"finite, got nan at index \(0, 1\)"),
        ([0, np.inf], RATE, "finite, got inf"),
        ("noise", RATE, "expected an array of numbers, got 'noise'"),
        ([0.0], 0, "rate must be a whole number of Hz from 1000 to 768000, got 0"),
        ([0.0], -44_100, "got -44100"),
        ([0.0], 44_100.5, r"got 44100\.5"),
        ([0.0], 10**9, "got 1000000000"),
        ([0.0], None, "got None"),
        ([0.0], float("nan"), "got nan"),
    ],
)
def test_what_cannot_be_audio_is_refused(samples: object, rate: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Audio(samples, rate)  # type: ignore[arg-type]


def test_finite_samples_are_not_refused_for_being_large() -> None:
    assert Audio([3e30, -3e30], RATE).channels == 1


def test_clip_cuts_to_what_is_there() -> None:
    audio = Audio(np.arange(10), 1000)
    assert audio.clip(0.002, 0.005).samples.tolist() == [[2, 3, 4]]
    assert audio.clip(-1, 99) == audio
    with pytest.raises(AudioError, match=r"no audio from 5 s to 6 s in 0\.010 s"):
        audio.clip(5, 6)


def test_equality_and_digest_look_at_the_content() -> None:
    one, same, other = (Audio(np.array([0.1, 0.2 + step]), RATE) for step in (0, 0, 1e-4))
    assert one == same
    assert one.digest == same.digest
    assert hash(one) == hash(same)
    assert one != other
    assert one.digest != other.digest
    assert one != Audio(one.samples, 48_000)


def test_stems_add_up_and_share_a_shape() -> None:
    parts = [Audio(np.full((2, 3), level), RATE) for level in (0.1, 0.2, 0.3, 0.4)]
    assert np.allclose(Stems(*parts).mixture.samples, 1.0)
    assert [name for name, _ in Stems(*parts)] == ["vocals", "drums", "bass", "other"]
    with pytest.raises(InputError, match="one shape and rate"):
        Stems(parts[0], parts[1], parts[2], Audio(np.zeros((2, 4)), RATE))


@pytest.mark.parametrize(
    ("text", "name", "camelot", "open_key"),
    [
        ("C", "C major", "8B", "1d"),
        ("A minor", "A minor", "8A", "1m"),
        ("a minor", "A minor", "8A", "1m"),
        ("F# minor", "F# minor", "11A", "4m"),
        ("Bbm", "Bb minor", "3A", "8m"),
        ("bb minor", "Bb minor", "3A", "8m"),
        ("Db:maj", "C# major", "3B", "8d"),
        ("F sharp minor", "F# minor", "11A", "4m"),
        ("G♯ min", "Ab minor", "1A", "6m"),
        ("CM", "C major", "8B", "1d"),
        ("12B", "E major", "12B", "5d"),
        ("1a", "Ab minor", "1A", "6m"),
    ],
)
def test_keys_are_read_in_the_usual_notations(text: str, name: str, camelot: str, open_key: str) -> None:
    key = Key.parse(text)
    assert (str(key), key.camelot, key.open_key) == (name, camelot, open_key)


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_a_key_reads_back_what_it_writes(tonic: int, mode: str) -> None:
    key = Key(tonic, mode)
    assert Key.parse(str(key)) == Key.parse(key.camelot) == key


@pytest.mark.parametrize("text", ["H minor", "", "minor", "13A", "0B", "C# lydian", "A" * 1000, None, 7])
def test_what_names_no_key_is_refused(text: object) -> None:
    with pytest.raises(InputError, match="expected a key"):
        Key.parse(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Key(12, "major"), r"0 \(C\) to 11 \(B\), got 12"),
        (lambda: Key(0, "lydian"), "'lydian'"),
        (lambda: Key(0, "major", 1.5), r"Key\.confidence must lie in \[0, 1\], got 1\.5"),
        (lambda: Tempo(0, 0.5), r"Tempo\.bpm must be more than 0, got 0\.0"),
        (lambda: Tempo(float("nan"), 0.5), "got nan"),
        (lambda: Beats([1, 0.5], [], 1), r"must increase from 0 or later, got \[1\.0, 0\.5\]"),
        (lambda: Beats([-1.0], [], 1), r"got \[-1\.0\]"),
        (lambda: PitchTrack([0, 1], [440], [1, 1]), r"one length, got \(2, 1, 2\)"),
        (lambda: Section(2, 2, "verse"), r"end after it starts, got 2\.0 s to 2\.0 s"),
        (lambda: Word("la", 2, 1), "'la' must not end before"),
        (lambda: Embedding(np.zeros(3), "x"), r"shape \(128\), got \(3,\)"),
        (lambda: Brief(bpm=900), r"Brief\.bpm must lie from 30 to 300, got 900"),
        (lambda: Brief(duration_s=-1), "got -1"),
        (lambda: Brief("x" * 100_000), "at most 10,000 characters, got 100,000"),
        (lambda: Brief(sections=["verse"] * 10_000), "at most 100 labels, got 10,000"),
        (lambda: Brief(seed=-1), "got -1"),
        (lambda: Brief(key="H minor"), "'H minor'"),
        (lambda: Score([Deduction("r", 101, 0, 0, "", "")]), "got 101"),
        (lambda: Score([Deduction("r", 40, 0, 0, "", "")], judged=39), "from the 40 points deducted to 100, got 39"),
        (lambda: Score(judged=101), "got 101"),
    ],
)
def test_broken_contracts_are_refused_by_name_and_value(make: object, message: str) -> None:
    with pytest.raises(MusicEngineError, match=message):
        make()  # type: ignore[operator]


def test_a_brief_out_of_range_is_a_brief_error() -> None:
    with pytest.raises(BriefError):
        Brief(bpm=-5)


def test_a_score_is_a_hundred_minus_its_reasons_heaviest_first() -> None:
    score = Score([Deduction(f"r{points}", points, 1, 0, "", "") for points in (1, 5, 2.5)])
    assert score.value == 91.5
    assert [reason.points for reason in score.deductions] == [5, 2.5, 1]


def test_a_score_of_which_little_was_judged_says_so() -> None:
    assert str(Score(judged=49)) == "100/100 (49 judged)"
    assert str(Score(judged=60)) == str(Score()) == "100/100"


def test_what_costs_anything_is_shown_as_more_than_nothing() -> None:
    assert str(Deduction("r", 0.01, 2.0, 1.0, "dB", "")) == "-<0.1 r: 2 dB (target 1)"


def test_embeddings_compare_within_their_space() -> None:
    x, y = np.eye(128)[0], np.eye(128)[1]
    assert Embedding(x, "a").similarity(Embedding(x + y, "a")) == pytest.approx(2**-0.5)
    assert Embedding(x * 0, "a").similarity(Embedding(x, "a")) == 0
    with pytest.raises(InputError, match="do not compare"):
        Embedding(x, "a").similarity(Embedding(x, "b"))


def test_what_is_derived_is_computed_once() -> None:
    audio = Audio(np.zeros((2, 100)), 8000)
    assert audio.mono is audio.mono
    assert audio.digest is audio.digest
    assert "equal" in (type(audio).digest.__doc__ or "")
