"""Sound from files and into files: WAV by numpy alone, other formats by the ``audio`` extra (soundfile).

A rate is never changed on the way: :class:`Audio` carries the rate of its file, and whoever wants another asks
:func:`musicengine.dsp.resampling.resample`. Files are written beside their place and moved there when they are whole.
"""

from __future__ import annotations

import importlib
import io
import os
import secrets
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from musicengine import wav
from musicengine.errors import AudioError, FileError, FormatError, InputError, MissingExtraError, TruncatedFileWarning
from musicengine.values.making import Take
from musicengine.values.sound import Audio
from musicengine.wav import Encoding

__all__ = ["Encoding", "Sound", "Source", "load", "replacing", "save"]

Sound: TypeAlias = Audio | Take | str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""What verbs take where they need sound: anything :func:`load` reads that has its rate with it."""
Source: TypeAlias = Sound | npt.ArrayLike
"""What :func:`load` reads."""

_BLOCK = 1 << 16  # frames that pass through soundfile at a time; it crashes on one very long write of Ogg
_SUBTYPES = {"pcm16": "PCM_16", "pcm24": "PCM_24", "float32": "FLOAT"}
_MAGIC = {
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf2": "MP3",
    b"FORM": "AIFF",
    b"caff": "CAF",
    b"riff": "Wave64",
    b".snd": "AU",
    b"RIFX": "big-endian WAV",
}


def load(source: Source, rate: float | None = None) -> Audio:
    """Audio from wherever it is.

    Args:
        source: a path; the bytes of a file; a binary file; an array (n,) or (channels, n) of floats, or lists of
            them, with its ``rate``; an Audio, which is returned as it is; or a take, whose audio it is.
        rate: of an array, Hz. With any other source it is what the source must have.

    Returns:
        Samples and the rate they were taken at.

    Raises:
        FileError: nothing is there, it cannot be read, it is damaged, or it holds no samples.
        FormatError: it is in no format that can be read here.
        MissingExtraError: the format needs ``pip install "musicengine[audio]"``.
        AudioError: samples or a rate that cannot be audio, or a rate other than the one asked for.
        InputError: the source is none of these.

    Warns:
        TruncatedFileWarning: the file is shorter than it promises; the part that is there was read.
    """
    if isinstance(source, (list, tuple)) or hasattr(source, "__array__"):
        return _from_array(source, rate)
    if isinstance(source, (Audio, Take)):
        audio = source.audio if isinstance(source, Take) else source
    elif isinstance(source, (bytes, bytearray, memoryview)):
        audio = _read(io.BytesIO(source), f"{len(source)} bytes")
    elif isinstance(source, (str, os.PathLike)):
        audio = _from_path(source)
    elif hasattr(source, "read"):
        audio = _from_file(source)
    else:
        raise InputError(
            f"load takes a path, bytes, a binary file, an array with its rate, an Audio or a Take, got {_brief(source)}"
        )
    if rate is not None and rate != audio.rate:
        raise AudioError(f"the audio is at {audio.rate} Hz, not at {rate!r}; dsp.resampling.resample changes a rate")
    return audio


def save(audio: Audio, path: str | os.PathLike[str], *, encoding: Encoding = "pcm16") -> Path:
    """Write a file whose format follows from the suffix: .wav always; .flac, .ogg, .mp3 ... by the ``audio`` extra.

    Args:
        audio: the sound; PCM clips what lies beyond full scale.
        path: replaced at once if it exists, never left half written.
        encoding: "pcm16" (dithered in WAV), "pcm24" or "float32"; lossy formats have their own.

    Returns:
        The path.

    Raises:
        FileError: the place cannot be written to.
        FormatError: no such encoding, or no such format.
        MissingExtraError: the format needs ``pip install "musicengine[audio]"``.
    """
    if not isinstance(audio, Audio):
        raise InputError(f"save takes an Audio, got {_brief(audio)}")
    if encoding not in _SUBTYPES:
        raise FormatError(f"encoding must be one of {', '.join(map(repr, _SUBTYPES))}, got {encoding!r}")
    target = _path(path)
    suffix = target.suffix.lower()
    if not suffix:
        raise FormatError(f"the file name must say the format by its suffix, such as .wav, got {str(target)!r}")
    plain = suffix in (".wav", ".wave")
    soundfile = None if plain else _soundfile(f"writing {suffix} files")
    with replacing(target) as file:
        if soundfile is None:
            file.writelines(wav.encode_blocks(audio.samples, audio.rate, encoding=encoding))
        else:
            _write_by_soundfile(soundfile, audio, file, suffix[1:].upper(), encoding)
    return target


# Reading


def _from_array(source: Any, rate: float | None) -> Audio:
    try:
        samples = np.asarray(source)
    except ValueError as error:
        raise AudioError(f"expected samples (channels, n), got {_brief(source)}: {error}") from None
    if rate is None:
        raise AudioError(f"an array needs its rate: load(samples, rate=44100); got shape {samples.shape} without one")
    if samples.dtype.kind != "f":
        raise AudioError(
            f"samples must be floats with full scale 1, got {samples.dtype}; divide integers by their full scale"
        )
    return Audio(samples, rate)


def _path(path: str | os.PathLike[str]) -> Path:
    try:
        name = os.fspath(path)
    except TypeError:
        name = None
    if not isinstance(name, str) or not name or "\0" in name:
        raise FileError(f"expected the path of a file, got {path!r}")
    return Path(name)


def _from_path(path: str | os.PathLike[str]) -> Audio:
    place = _path(path)
    name = repr(str(place))
    if os.path.isdir(place):  # Path.is_dir raises on names that are too long
        raise FileError(f"expected a sound file, got the directory {name}")
    try:
        with place.open("rb") as file:
            return _read(file, name)
    except FileNotFoundError:
        raise FileError(f"there is no file {name}") from None
    except OSError as error:
        raise FileError(f"cannot read {name}: {error.strerror or error}") from error


def _from_file(file: Any) -> Audio:
    name = repr(getattr(file, "name", None) or type(file).__name__)
    try:
        seekable = file.seekable() if hasattr(file, "seekable") else False
        probe = file.read(0)
        if not isinstance(probe, bytes):
            raise InputError(f"load needs a file opened in binary mode, got {name} in text mode")
        return _read(file if seekable else io.BytesIO(file.read()), name)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise FileError(f"cannot read {name}: {error}") from error


def _read(file: BinaryIO, name: str) -> Audio:
    """Audio from a file that can seek, by whoever knows its format."""
    start = file.tell()
    head = file.read(12)
    file.seek(start)
    if not head:
        raise FileError(f"{name} is empty")
    try:
        if wav.is_wav(head):
            return _read_wav(file, name)
        return _read_by_soundfile(_soundfile(f"reading {name} ({_format_name(head, name)})"), file, name)
    except AudioError as error:
        raise AudioError(f"cannot use {name}: {error}") from error


def _read_wav(file: BinaryIO, name: str) -> Audio:
    """Audio from WAV; the rarer codecs that WAV can hold are left to soundfile."""
    start = file.tell()
    try:
        decoded = wav.decode(file)
    except FormatError as error:
        soundfile = _soundfile_if_there()
        if soundfile is None:
            raise FormatError(f'cannot read {name}: {error}; pip install "musicengine[audio]" reads more') from error
        file.seek(start)
        return _read_by_soundfile(soundfile, file, name)
    except FileError as error:
        raise FileError(f"cannot read {name}: {error}") from error
    if decoded.notes:
        _warn(f"{name} is cut short: {'; '.join(decoded.notes)}")
    return _handed_over(decoded.samples, decoded.rate)


def _format_name(head: bytes, name: str) -> str:
    """The format that a file of another kind than WAV seems to have."""
    known = next((label for magic, label in _MAGIC.items() if head.startswith(magic)), None)
    if known is None and _soundfile_if_there() is None:
        raise FormatError(f"{name} is no sound file of a known format: it begins with {head!r}")
    return known or "unknown format"


def _read_by_soundfile(soundfile: ModuleType, file: BinaryIO, name: str) -> Audio:
    """Audio from whatever libsndfile reads, block by block: a header's claim allocates nothing."""
    start = file.tell()
    head = file.read(12)
    file.seek(start)
    blocks: list[npt.NDArray[np.float32]] = []
    rate = promised = 0
    try:
        with soundfile.SoundFile(_FromHere(file)) as opened:
            rate, promised = int(opened.samplerate), int(opened.frames)
            while len(block := opened.read(_BLOCK, dtype="float32", always_2d=True)):
                blocks.append(block)
    except (RuntimeError, OSError, ValueError, MemoryError) as error:
        if not blocks:
            reason = getattr(error, "error_string", error)  # without the name of our own stream
            raise FormatError(f"{name} cannot be read, it begins with {head!r}: {reason}") from error
        promised = -1
    total = sum(map(len, blocks))
    if not total:
        raise FileError(f"{name} holds no samples")
    samples = np.empty((blocks[0].shape[1], total), np.float32)
    end = total
    while blocks:  # from the last, so that each is freed once it is copied
        block = blocks.pop()
        samples[:, end - len(block) : end] = block.T
        end -= len(block)
    if promised < 0 or promised > total:
        _warn(f"{name} is cut short: {total} samples could be read" + f" of {promised}" * (promised > 0))
    return _handed_over(samples, rate)


class _FromHere:
    """A file that begins where it is now and in which no seek fails: libsndfile cannot pass on what its calls raise."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._start = file.tell()
        self._end = file.seek(0, io.SEEK_END)
        file.seek(self._start)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._file.tell(), io.SEEK_END: self._end}[whence]
        return self._file.seek(min(max(base + offset, self._start), self._end)) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def _handed_over(samples: npt.NDArray[np.float32], rate: int) -> Audio:
    samples.flags.writeable = False  # read-only arrays are shared, not copied
    return Audio(samples, rate)


def _warn(message: str) -> None:
    warnings.warn(message, TruncatedFileWarning, stacklevel=_depth_of_caller())


def _depth_of_caller() -> int:
    """How many frames up the code lies that called into this module."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        depth, frame = depth + 1, frame.f_back
    return depth


def _soundfile_if_there() -> ModuleType | None:
    try:
        return importlib.import_module("soundfile")
    except (ImportError, OSError):  # OSError: the package is there, the library it wraps is not
        return None


def _soundfile(purpose: str) -> ModuleType:
    module = _soundfile_if_there()
    if module is None:
        raise MissingExtraError(f'{purpose} needs the audio extra: pip install "musicengine[audio]"')
    return module


def _brief(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"


# Writing


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file beside the target that takes its place if all goes well, and vanishes otherwise."""
    if os.path.isdir(target):
        raise FileError(f"cannot write {str(target)!r}: it is a directory")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("x+b") as file:
            yield file
        part.replace(target)
    except OSError as error:
        raise FileError(f"cannot write {str(target)!r}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # it is gone after the move, or never came to be
            part.unlink()


def _write_by_soundfile(soundfile: ModuleType, audio: Audio, file: BinaryIO, suffix: str, encoding: Encoding) -> None:
    """Write any other format, its samples as the encoding says where the format has that choice."""
    kind = {"AIF": "AIFF", "OGA": "OGG"}.get(suffix, suffix)
    subtype = _SUBTYPES[encoding]
    if not soundfile.check_format(kind):
        names = ", ".join(f".{name.lower()}" for name in soundfile.available_formats())
        raise FormatError(f"cannot write .{suffix.lower()} files; known are {names}")
    if not soundfile.check_format(kind, subtype):
        subtype = soundfile.default_subtype(kind)
    try:
        with soundfile.SoundFile(file, "w", audio.rate, audio.channels, subtype, format=kind) as opened:
            for first in range(0, audio.samples.shape[1], _BLOCK):
                opened.write(audio.samples[:, first : first + _BLOCK].T)
    except RuntimeError as error:
        raise FileError(f"cannot write {audio} as .{suffix.lower()}: {error}") from error
