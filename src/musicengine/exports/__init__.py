"""What was measured, known or heard, in the formats that others read.

``save`` chooses the format by the suffix; each format has a function of its own, too, which gives its text or bytes.
"""

from __future__ import annotations

from musicengine.exports.jams import to_jams
from musicengine.exports.midi import to_midi
from musicengine.exports.musicxml import to_musicxml
from musicengine.exports.pages import to_html
from musicengine.exports.saving import save
from musicengine.exports.tables import to_csv, to_frame
from musicengine.exports.tags import Tags, describe, read_tags, write_tags
from musicengine.exports.timed_text import from_lrc, from_srt, from_vtt, to_lrc, to_srt, to_vtt

__all__ = [
    "Tags",
    "describe",
    "from_lrc",
    "from_srt",
    "from_vtt",
    "read_tags",
    "save",
    "to_csv",
    "to_frame",
    "to_html",
    "to_jams",
    "to_lrc",
    "to_midi",
    "to_musicxml",
    "to_srt",
    "to_vtt",
    "write_tags",
]
