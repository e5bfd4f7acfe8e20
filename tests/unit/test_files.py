from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicengine import files, wav
from musicengine.errors import (
    AudioError,
    FileError,
    FormatError,
    InputError,
    MissingExtraError,
    MusicEngineError,
    TruncatedFileWarning,
)
from musicengine.values.sound import Audio

TONE = Audio(np.sin(np.arange(2_000) / 10).reshape(2, 1_000) * 0.5, 22_050)
WAV = wav.encode(TONE.samples, TONE.rate, encoding="float32")


@pytest.fixture
def without_soundfile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)


def test_every_source_gives_the_same_audio(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(WAV)
    with path.open("rb") as file:
        sources: list[Any] = [path, str(path), WAV, bytearray(WAV), memoryview(WAV), io.BytesIO(WAV), file, TONE]
        for source in sources:
            assert files.load(source) == TONE
    assert files.load(TONE) is TONE
    assert files.load(TONE.samples, 22_050) == TONE
    assert files.load(TONE.samples.tolist(), 22_050.0).rate == 22_050
    assert files.load(TONE.samples[0].astype(np.float64), rate=22_050).channels == 1


def test_a_stream_that_cannot_seek_is_read_from_where_it_is() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert files.load(Pipe(WAV)) == TONE
    stream = io.BytesIO(b"head" + WAV)
    stream.read(4)
    assert files.load(stream) == TONE


def test_the_rate_is_never_changed() -> None:
    assert files.load(WAV, rate=22_050) == TONE
    with pytest.raises(AudioError, match=r"at 22050 Hz, not at 44100.*resample"):
        files.load(WAV, rate=44_100)


def test_samples_are_shared_not_copied_and_read_only() -> None:
    audio = files.load(WAV)
    assert not audio.samples.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        audio.samples[0, 0] = 1


@pytest.mark.parametrize(
    ("source", "rate", "error", "words"),
    [
        (np.zeros((2, 5)), None, AudioError, "needs its rate"),
        (np.zeros((2, 5), np.int16), 44_100, AudioError, "int16"),
        ([[0.0], [0.0, 1.0]], 44_100, AudioError, "expected samples"),
        (np.zeros((2, 0)), 44_100, AudioError, "at least one sample"),
        (np.zeros((65, 100)), 44_100, AudioError, "got 65"),
        (np.full(9, np.nan), 44_100, AudioError, "nan"),
        (np.full(9, np.inf), 44_100, AudioError, "inf"),
        (np.zeros(9), 0, AudioError, "got 0"),
        (np.zeros(9), 44_100.5, AudioError, "44100.5"),
        (np.zeros(9), 10**9, AudioError, "1000000000"),
        (42, None, InputError, "got int 42"),
        (None, None, InputError, "None"),
        ({}, None, InputError, "dict"),
        (b"", None, FileError, "empty"),
        (io.BytesIO(), None, FileError, "empty"),
        (io.StringIO("text"), None, InputError, "text mode"),
        (b"RIFF", None, FormatError, "known format|cannot be read"),
        (WAV[:20], None, FileError, "fmt chunk needs"),
        (wav.encode(np.zeros((1, 1), np.float32), 44_100)[:-2], None, FileError, "no samples"),
        (wav.encode(np.zeros((1, 5), np.float32), 999_999), None, AudioError, "999999"),
        (wav.encode(np.full((1, 5), np.nan, np.float32), 8_000, encoding="float32"), None, AudioError, "nan"),
        ("", None, FileError, "''"),
        ("a\0b", None, FileError, "expected the path"),
        ("missing/nowhere.wav", None, FileError, "there is no file 'missing/nowhere.wav'"),
        (".", None, FileError, "directory"),
    ],
)
def test_bad_sources_are_named(source: Any, rate: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        files.load(source, rate)
    assert isinstance(caught.value, MusicEngineError)


def test_a_closed_file_and_an_unreadable_one(tmp_path: Path) -> None:
    file = io.BytesIO(WAV)
    file.close()
    with pytest.raises(FileError, match="closed"):
        files.load(file)
    path = tmp_path / ("x" * 300 + ".wav")
    with pytest.raises(FileError, match="cannot read"):
        files.load(path)
    with pytest.raises(FileError, match="cannot write"):
        files.save(TONE, path)


def test_a_text_file_named_wav(tmp_path: Path, without_soundfile: None) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("dear diary, today I made a song")
    with pytest.raises(FormatError, match=r"notes\.wav.*b'dear diary, "):
        files.load(path)


def test_a_text_file_named_wav_with_soundfile(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    path = tmp_path / "notes.wav"
    path.write_text("dear diary, today I made a song")
    with pytest.raises(FormatError, match=r"notes\.wav.*b'dear diary, "):
        files.load(path)


def test_a_truncated_download_warns_where_it_was_loaded(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(WAV[: len(WAV) // 2])
    with pytest.warns(TruncatedFileWarning, match=r"cut\.wav.*promises 8000 bytes") as caught:
        audio = files.load(path)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(audio.samples, TONE.samples[:, : audio.samples.shape[1]])
    assert 400 < audio.samples.shape[1] < 500


@pytest.mark.parametrize("magic", [b"OggS", b"fLaC", b"ID3\x04", b"\xff\xfb\x90", b"FORM"])
def test_a_missing_extra_names_the_line_that_installs_it(magic: bytes, without_soundfile: None) -> None:
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[audio\]"'):
        files.load(magic + b"\0" * 100)
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[audio\]"'):
        files.save(TONE, "tone.flac")


def test_compressed_wav_without_the_extra(without_soundfile: None) -> None:
    law = bytearray(wav.encode(TONE.samples[:1], 8_000))
    law[20] = 7
    with pytest.raises(FormatError, match=r"mu-law.*musicengine\[audio\]"):
        files.load(bytes(law))


# Saving


@pytest.mark.parametrize("encoding", ["pcm16", "pcm24", "float32"])
def test_save_and_load(tmp_path: Path, encoding: wav.Encoding) -> None:
    path = files.save(TONE, tmp_path / "tone.wav", encoding=encoding)
    assert path == tmp_path / "tone.wav"
    loaded = files.load(path)
    assert loaded.rate == TONE.rate
    np.testing.assert_allclose(loaded.samples, TONE.samples, atol=2 / 32_768)
    assert os.listdir(tmp_path) == ["tone.wav"]


def test_a_failed_save_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.save(TONE, tmp_path / "tone.wav")
    before = path.read_bytes()

    def broken(*args: object, **kwargs: object) -> Iterator[bytes]:
        yield b"RIFF"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wav, "encode_blocks", broken)
    with pytest.raises(FileError, match=r"tone.wav.*No space left"):
        files.save(TONE, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["tone.wav"]


def test_bad_targets_are_named(tmp_path: Path) -> None:
    targets: list[tuple[Any, type[Exception], str]] = [
        (tmp_path / "no" / "tone.wav", FileError, "No such file"),
        (tmp_path / "tone", FormatError, "suffix"),
        ("", FileError, "path"),
        (42, FileError, "42"),
    ]
    for target, error, words in targets:
        with pytest.raises(error, match=words):
            files.save(TONE, target)
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(FileError, match="directory"):
        files.save(TONE, tmp_path / "folder.wav")
    with pytest.raises(FormatError, match="pcm8"):
        files.save(TONE, tmp_path / "a.wav", encoding="pcm8")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ndarray"):
        files.save(TONE.samples, tmp_path / "a.wav")  # type: ignore[arg-type]


# Other formats


@pytest.mark.parametrize(
    ("suffix", "tolerance"), [(".flac", 1e-4), (".aiff", 1e-4), (".ogg", 0.05), (".mp3", None), (".au", 1e-4)]
)
def test_other_formats(tmp_path: Path, suffix: str, tolerance: float | None) -> None:
    soundfile = pytest.importorskip("soundfile")
    if suffix == ".mp3" and "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile knows no MP3")
    audio = Audio(np.tile(TONE.samples, 200), 44_100)  # longer than a block
    path = files.save(audio, tmp_path / f"tone{suffix}")
    for source in (path, path.read_bytes()):
        loaded = files.load(source)
        assert (loaded.rate, loaded.channels) == (44_100, 2)
        if tolerance is not None:
            assert loaded.samples.shape == audio.samples.shape
            assert np.abs(loaded.samples - audio.samples).max() < tolerance * (10 if suffix == ".ogg" else 1)


def test_encodings_reach_formats_that_have_them(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    assert soundfile.info(files.save(TONE, tmp_path / "a.flac", encoding="pcm24")).subtype == "PCM_24"
    assert soundfile.info(files.save(TONE, tmp_path / "a.flac", encoding="float32")).subtype == "PCM_16"
    assert soundfile.info(files.save(TONE, tmp_path / "a.aiff", encoding="float32")).subtype == "FLOAT"
    with pytest.raises(FormatError, match=r"cannot write \.xyz files; known are .*\.flac"):
        files.save(TONE, tmp_path / "a.xyz")
    with pytest.raises(FileError, match="64 channels"):
        files.save(Audio(np.zeros((64, 10)), 44_100), tmp_path / "a.flac")


def test_mu_law_wav_with_the_extra() -> None:
    soundfile = pytest.importorskip("soundfile")
    file = io.BytesIO()
    soundfile.write(file, TONE.samples.T, 22_050, format="WAV", subtype="ULAW")
    np.testing.assert_allclose(files.load(file.getvalue()).samples, TONE.samples, atol=0.02)


@pytest.mark.parametrize("suffix", [".flac", ".ogg"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_damaged_files_of_other_formats(tmp_path: Path, suffix: str, share: float) -> None:
    pytest.importorskip("soundfile")
    noise = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, (2, 300_000)), 44_100)
    body = files.save(noise, tmp_path / f"noise{suffix}").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruncatedFileWarning)
        try:
            cut = files.load(body[: int(len(body) * share)])
        except FileError:
            assert share < 0.9
        else:
            assert cut.samples.shape[1] < 300_000


def test_other_formats_in_the_middle_of_a_stream(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    stream = io.BytesIO(b"before" + files.save(TONE, tmp_path / "a.flac").read_bytes())
    stream.seek(6)
    assert files.load(stream).samples.shape == TONE.samples.shape


def test_the_suffix_does_not_decide_what_a_file_is(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    path = files.save(TONE, tmp_path / "a.flac").rename(tmp_path / "a.raw")
    assert files.load(path).samples.shape == TONE.samples.shape


def test_other_formats_without_samples(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.aiff", np.zeros((0, 2)), 44_100)
    with pytest.raises(FileError, match="no samples"):
        files.load(tmp_path / "a.aiff")


def test_other_formats_that_end_early(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    noise = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, (2, 300_000)), 44_100)
    body = files.save(noise, tmp_path / "noise.flac").read_bytes()
    with pytest.warns(TruncatedFileWarning, match="could be read"):
        cut = files.load(body[: len(body) * 3 // 4])
    assert 150_000 < cut.samples.shape[1] < 230_000
    np.testing.assert_allclose(cut.samples, noise.samples[:, : cut.samples.shape[1]], atol=1e-4)


def test_the_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert files.save(TONE, "tone.WAV") == Path("tone.WAV")
    assert files.load("tone.WAV").rate == TONE.rate
