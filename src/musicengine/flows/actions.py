"""What a producer proposed is done: an action, the verb it stands for, and what the session remembers of it."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from musicengine.errors import InputError
from musicengine.flows.sessions import Sessions
from musicengine.values.conversation import (
    Action,
    AnalyzeLyrics,
    Generate,
    Heard,
    Produce,
    Refine,
    Session,
    WriteLyrics,
)
from musicengine.values.lyrics import LyricsReport
from musicengine.values.making import Brief, Message, Take
from musicengine.values.reports import Report
from musicengine.values.words import Lyrics

__all__ = ["Done", "Room", "execute"]

Done: TypeAlias = Take | Lyrics | LyricsReport
"""What an action gives: Generate and Refine a Take, Produce a Production, WriteLyrics Lyrics, AnalyzeLyrics a report."""


class Room(Protocol):
    """The verbs that actions need."""

    def generate(self, prompt: str | Brief, /) -> Take:
        """Make a take."""
        ...

    def analyze(self, sound: Take, /) -> Report:
        """Listen to it."""
        ...

    def analyze_lyrics(self, words: Lyrics, /) -> LyricsReport:
        """Read a lyric."""
        ...


def execute(action: Action, room: Room, sessions: Sessions, session: str | Session | None) -> Done:
    raise InputError(f"expected an action, got {type(action).__name__}")
