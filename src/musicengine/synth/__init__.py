"""A brief becomes an arrangement, an arrangement becomes sound.

``parse_brief`` reads a prompt, ``compose`` decides every note, ``render`` plays them, ``truth`` says what was written.
All four are pure: the same brief and seed give the same bytes.
"""

from __future__ import annotations

from musicengine.synth.arrangement import Arrangement, Part, compose
from musicengine.synth.briefs import parse_brief
from musicengine.synth.genres import find_genre
from musicengine.synth.mix import Rendered, make, render, truth
from musicengine.synth.styles import Genre

__all__ = [
    "Arrangement",
    "Genre",
    "Part",
    "Rendered",
    "compose",
    "find_genre",
    "make",
    "parse_brief",
    "render",
    "truth",
]
