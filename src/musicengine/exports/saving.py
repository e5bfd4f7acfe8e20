"""One verb for all formats: the suffix of the file decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from musicengine import codec
from musicengine.errors import FormatError
from musicengine.exports.jams import to_jams
from musicengine.exports.midi import to_midi
from musicengine.exports.musicxml import to_musicxml
from musicengine.exports.pages import to_html
from musicengine.exports.tables import to_csv
from musicengine.exports.timed_text import to_lrc, to_srt, to_vtt
from musicengine.files import replacing

__all__ = ["save"]

_WRITERS: Mapping[str, Callable[[Any], str | bytes]] = MappingProxyType(
    {
        ".json": codec.to_json,
        ".jams": to_jams,
        ".mid": to_midi,
        ".midi": to_midi,
        ".lrc": to_lrc,
        ".srt": to_srt,
        ".vtt": to_vtt,
        ".csv": to_csv,
        ".musicxml": to_musicxml,
        ".html": to_html,
    }
)


def save(subject: Any, path: str | os.PathLike[str]) -> Path:
    """Write a value in the format that the suffix names.

    Args:
        subject: a report, a take or a transcript; what each format takes, its function says.
        path: ends in .json, .jams, .mid, .midi, .lrc, .srt, .vtt, .csv, .musicxml or .html; replaced at once if it
            exists, never left half written.

    Returns:
        The path.

    Raises:
        FormatError: no format has that suffix.
        FileError: the place cannot be written to.
        InputError: the subject holds nothing that the format could say.
        MissingExtraError: the format needs a package that is not installed.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise FormatError(f"expected a file that ends in {', '.join(_WRITERS)}, got {str(target)!r}")
    content = writer(subject)
    with replacing(target) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
    return target
