"""Tags inside sound files by mutagen (``tags`` extra): ID3 in MP3, WAV and AIFF, Vorbis comments in FLAC and Ogg.

WAV files get two more chunks, which need no extra: the broadcast extension with the loudness that was measured, and
iXML with tempo and key.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from musicengine.errors import FileError, FormatError, InputError, MissingExtraError
from musicengine.exports.bext import pack_bext, unpack_bext
from musicengine.exports.ixml import pack_ixml
from musicengine.exports.riff import read_chunk, rewrite
from musicengine.files import replacing
from musicengine.values.making import Take
from musicengine.values.measures import Loudness
from musicengine.values.reports import AudioReport, Report

__all__ = ["Tags", "describe", "read_tags", "write_tags"]

_ID3 = (".mp3", ".wav", ".aif", ".aiff")
_VORBIS = (".flac", ".ogg", ".oga", ".opus")
_FRAMES: Mapping[str, str] = MappingProxyType(
    {
        "title": "TIT2",
        "artist": "TPE1",
        "album": "TALB",
        "genre": "TCON",
        "date": "TDRC",
        "bpm": "TBPM",
        "key": "TKEY",
    }
)
_SHORT_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@attrs.frozen
class Tags:
    """What a sound file says of itself; "" and None are not written.

    Args:
        title, artist, album, genre: text.
        date: ISO 8601, e.g. "2024" or "2024-05-17".
        bpm: beats per minute.
        key: as DJ software and ID3 write it, e.g. "F#m".
        comment: text.
        lyrics: text.
        loudness: for the broadcast extension and iXML of WAV files.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    date: str = ""
    bpm: float | None = None
    key: str = ""
    comment: str = ""
    lyrics: str = ""
    loudness: Loudness | None = None


def describe(subject: Report | AudioReport | Take, *, title: str = "", artist: str = "") -> Tags:
    """The tags that a report or a take speaks for: tempo, key, genre, lyrics, loudness, score.

    Raises:
        InputError: it is neither.
    """
    if isinstance(subject, Report):
        return attrs.evolve(describe(subject.audio, title=title, artist=artist), comment=f"Score {subject.score}")
    if isinstance(subject, AudioReport):
        tempo, key = subject.tempo, subject.key
        return Tags(
            title, artist, bpm=tempo.bpm if tempo else None, key=_short(key) if key else "", loudness=subject.loudness
        )
    if isinstance(subject, Take):
        brief, lyrics = subject.brief, subject.lyrics
        return Tags(
            title or brief.prompt[:100],
            artist,
            genre=brief.genre or "",
            bpm=brief.bpm,
            key=_short(brief.key) if brief.key else "",
            comment=f"Generated ({subject.provenance})",
            lyrics=lyrics.text if lyrics else "",
        )
    raise InputError(f"expected a Report, an AudioReport or a Take, got {type(subject).__name__}")


def write_tags(path: str | os.PathLike[str], tags: Tags) -> Path:
    """Write tags into a file; other tags it has stay.

    Args:
        path: of an MP3, WAV, AIFF, FLAC, Ogg or Opus file; it is replaced at once, never left half written.
        tags: to write.

    Raises:
        FormatError: the format has no tags that are known here, or the file is not what its suffix says.
        FileError: it cannot be read or written.
        MissingExtraError: mutagen is not installed; the chunks of a WAV file are written all the same.
    """
    place = _checked(path)
    if place.suffix.lower() == ".wav":
        _write_broadcast(place, tags)
    mutagen = _mutagen()
    try:
        with place.open("rb") as source:
            content = source.read()
        with replacing(place) as file:
            file.write(content)
            file.seek(0)
            _write(mutagen, place.suffix.lower(), file, tags)
    except mutagen.MutagenError as error:
        raise FormatError(f"cannot write tags into {str(place)!r}: {error}") from error
    except FileNotFoundError:
        raise FileError(f"there is no file {str(place)!r}") from None
    except OSError as error:
        raise FileError(f"cannot read {str(place)!r}: {error.strerror or error}") from error
    return place


def read_tags(path: str | os.PathLike[str]) -> Tags:
    """The tags of a file; all empty where it has none.

    Raises:
        FormatError: the format has no tags that are known here, or the file is not what its suffix says.
        FileError: it cannot be read.
        MissingExtraError: mutagen is not installed.
    """
    place = _checked(path)
    mutagen = _mutagen()
    try:
        opened = mutagen.File(str(place))
        broadcast = None
        if place.suffix.lower() == ".wav":
            with place.open("rb") as file:
                broadcast = unpack_bext(read_chunk(file, b"bext"))
    except mutagen.MutagenError as error:
        if isinstance(error.args[0] if error.args else None, FileNotFoundError):
            raise FileError(f"there is no file {str(place)!r}") from None
        raise FormatError(f"cannot read the tags of {str(place)!r}: {error}") from error
    if opened is None:
        raise FormatError(f"{str(place)!r} is no sound file with tags")
    found = _from_id3(opened.tags) if place.suffix.lower() in _ID3 else _from_vorbis(opened.tags)
    return attrs.evolve(found, loudness=broadcast[1] if broadcast else None)


def _checked(path: str | os.PathLike[str]) -> Path:
    place = Path(path)
    if place.suffix.lower() not in _ID3 + _VORBIS:
        raise FormatError(f"tags are written into {', '.join(_ID3 + _VORBIS)} files, got {str(place)!r}")
    return place


def _mutagen() -> Any:
    try:
        return importlib.import_module("mutagen")
    except ImportError:
        raise MissingExtraError('tags need mutagen: pip install "musicengine[tags]"') from None


def _write_broadcast(place: Path, tags: Tags) -> None:
    description = ", ".join(filter(None, (tags.title, tags.artist, tags.comment)))
    try:
        with place.open("rb") as source, replacing(place) as target:
            before = read_chunk(source, b"bext")
            chunks = {
                b"bext": pack_bext(
                    before, description=description, originator=tags.artist, date=tags.date, loudness=tags.loudness
                )
            }
            source.seek(0)
            if facts := pack_ixml(
                read_chunk(source, b"iXML"), project=tags.album, note=tags.comment, music=_music(tags)
            ):
                chunks[b"iXML"] = facts
            source.seek(0)
            rewrite(source, target, chunks)
    except FileNotFoundError:
        raise FileError(f"there is no file {str(place)!r}") from None


def _music(tags: Tags) -> dict[str, str]:
    """What iXML says of music: the names and the order of the schema, the tempo in whole beats."""
    levels = tags.loudness
    named = {"loudness": "integrated_lufs", "loudnessRange": "range_lu", "maxPeak": "true_peak_dbtp"}
    measured = {name: getattr(levels, field) for name, field in named.items()} if levels else {}
    return {
        "originationDate": tags.date if len(tags.date) == len("2024-05-17") else "",
        **{name: f"{level:.2f}" for name, level in measured.items() if math.isfinite(level)},
        "artist": tags.artist,
        "songTitle": tags.title,
        "genre": tags.genre,
        "tempo": "" if tags.bpm is None else f"{tags.bpm:.0f}",
        "inKey": tags.key,
    }


def _write(mutagen: Any, suffix: str, file: Any, tags: Tags) -> None:
    name = {".mp3": "mp3.MP3", ".wav": "wave.WAVE", ".aif": "aiff.AIFF", ".aiff": "aiff.AIFF"}.get(suffix)
    if name is None:
        opened = mutagen.File(file)
        if opened is None:
            raise FormatError(f"the file is no {suffix} file")
        _to_vorbis(opened, tags)
    else:
        module, kind = name.split(".")
        opened = getattr(importlib.import_module(f"mutagen.{module}"), kind)(file)
        if opened.tags is None:
            opened.add_tags()
        _to_id3(opened.tags, tags)
    file.seek(0)
    opened.save(file)


def _texts(tags: Tags) -> dict[str, str]:
    named = {name: getattr(tags, name) for name in _FRAMES if name != "bpm"}
    bpm = "" if tags.bpm is None else f"{tags.bpm:.2f}".rstrip("0").rstrip(".")
    return {name: text for name, text in (named | {"bpm": bpm}).items() if text}


def _to_id3(frames: Any, tags: Tags) -> None:
    id3 = importlib.import_module("mutagen.id3")
    for name, text in _texts(tags).items():
        frames.setall(_FRAMES[name], [getattr(id3, _FRAMES[name])(encoding=3, text=text)])
    if tags.comment:
        frames.setall("COMM::eng", [id3.COMM(encoding=3, lang="eng", desc="", text=tags.comment)])
    if tags.lyrics:
        frames.setall("USLT::eng", [id3.USLT(encoding=3, lang="eng", desc="", text=tags.lyrics)])


def _from_id3(frames: Any) -> Tags:
    if frames is None:
        return Tags()
    found = {name: str(frames[frame]) for name, frame in _FRAMES.items() if frame in frames}
    comment, lyrics = (next((str(item) for item in frames.getall(kind)), "") for kind in ("COMM", "USLT"))
    return _tags(found, comment, lyrics)


def _to_vorbis(opened: Any, tags: Tags) -> None:
    if opened.tags is None:
        opened.add_tags()
    comments: Any = opened.tags
    for name, text in _texts(tags).items():
        comments["initialkey" if name == "key" else name] = text
    for name, text in (("comment", tags.comment), ("lyrics", tags.lyrics)):
        if text:
            comments[name] = text


def _from_vorbis(comments: Any) -> Tags:
    found = {name.lower(): values[0] for name, values in (comments or {}).items() if values}
    found["key"] = found.get("initialkey", "")
    named = {name: found[name] for name in _FRAMES if name in found}
    return _tags(named, found.get("comment", ""), found.get("lyrics", ""))


def _tags(found: dict[str, str], comment: str, lyrics: str) -> Tags:
    bpm = None
    with suppress(ValueError):
        bpm = float(found.pop("bpm", ""))
    texts: dict[str, Any] = dict(found)
    return Tags(**texts, bpm=bpm, comment=comment, lyrics=lyrics)


def _short(key: Any) -> str:
    return _SHORT_NAMES[key.tonic] + ("m" if key.mode == "minor" else "")
