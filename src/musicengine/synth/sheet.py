"""The lead sheet that every player reads: key, form and chord changes."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

import attrs
import numpy as np

from musicengine.synth.form import Passage
from musicengine.synth.harmony import Sonority, sonority
from musicengine.synth.meters import COMMON, Meter
from musicengine.synth.patterns import Hit, bars
from musicengine.synth.styles import Genre
from musicengine.values.music import Key

__all__ = ["Change", "Event", "Sheet", "harmonize", "stream"]


class Event(NamedTuple):
    """A note in bars: where it starts, how long it is, its MIDI pitch and how hard it is played (0 to 1)."""

    at: float
    length: float
    pitch: int
    level: float


@attrs.frozen
class Change:
    """A chord with its place in bars."""

    at: float
    length: float
    chord: Sonority


@attrs.frozen
class Sheet:
    """What all players share.

    Args:
        genre, key, passages: as decided.
        changes: the chords, contiguous from bar 0.
        end: where the track ends, in bars.
        final: the bar of the closing chord, after the last passage; None for a track that is cut off.
        seed: of the brief.
        density: how many notes players add or leave out, -1 to 1.
        meter: how long a bar is.
    """

    genre: Genre
    key: Key
    passages: tuple[Passage, ...]
    changes: tuple[Change, ...]
    end: float
    final: int | None
    seed: int
    density: float = 0.0
    meter: Meter = COMMON

    @property
    def spare(self) -> int:
        """The beat that a bar of three leaves out: the third, or the second where the backbeat is on the third."""
        backbeat = [pattern for drum, pattern in self.genre.groove.verse if drum in ("snare", "clap", "rim")]
        half_time = backbeat and not any(hit.at in (0.25, 0.75) for bar in bars(backbeat[0]) for hit in bar)
        return 1 if half_time else 2

    def fit(self, pattern: str, *, flowing: bool = False) -> tuple[tuple[Hit, ...], ...]:
        """The hits of each bar of a pattern in the meter of the track."""
        return self.meter.fit(pattern, spare=self.spare, flowing=flowing)

    def changes_in(self, passage: Passage) -> tuple[Change, ...]:
        """The chords that start in a passage."""
        return tuple(change for change in self.changes if passage.start <= change.at < passage.end)

    def chord_at(self, bar: float) -> Sonority:
        """The chord that sounds at a place in bars."""
        return self.changes[max(0, bisect_right(self._starts, bar + 1e-9) - 1)].chord

    @cached_property
    def _starts(self) -> list[float]:
        return [change.at for change in self.changes]


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers of one player: another player's more or fewer do not change them."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(name.encode()),))))


def harmonize(
    genre: Genre,
    key: Key,
    passages: tuple[Passage, ...],
    *,
    end: float,
    final: int | None,
    seed: int,
    meter: Meter = COMMON,
) -> tuple[Change, ...]:
    """The chords of every passage: one progression for verses, one for choruses, a turn for the bridge."""
    pool = genre.major_progressions if key.mode == "major" else genre.minor_progressions
    rng = stream(seed, "harmony")
    verse, chorus, bridge = (pool[int(i)].split() for i in (*_two(rng, len(pool)), rng.integers(len(pool))))
    # A bridge sets out from the other side of its progression.
    bridge = bridge[2:] + bridge[:2]
    changes: list[Change] = []
    for passage in passages:
        numerals = {"chorus": chorus, "intro": chorus, "bridge": bridge}.get(passage.label, verse)
        changes += _passage(genre, key, passage, numerals, meter)
    if final is not None:
        tonic = sonority("I" if key.mode == "major" else "i", key.tonic, key.mode)
        changes.append(Change(float(final), end - final, tonic))
    return tuple(changes)


def _two(rng: np.random.Generator, size: int) -> tuple[int, int]:
    """Two different numbers below ``size`` where there are two."""
    first = int(rng.integers(size))
    return first, (first + 1 + int(rng.integers(size - 1))) % size if size > 1 else first


def _passage(genre: Genre, key: Key, passage: Passage, numerals: list[str], meter: Meter) -> list[Change]:
    """One passage's chords; its last bar leads home by the dominant where the genre does that."""
    step = meter.bars * genre.chord_bars if passage.bars >= 4 * meter.bars else min(genre.chord_bars, 1.0)
    count = max(1, int(np.ceil(passage.bars / step)))
    changes = []
    for i in range(count):
        at = passage.start + i * step
        numeral = numerals[i % len(numerals)]
        if genre.cadence and count >= 4 and i == count - 1:
            numeral = "V7" if numerals[-1].endswith("7") else "V"
        changes.append(Change(at, min(step, passage.end - at), sonority(numeral, key.tonic, key.mode)))
    return changes
