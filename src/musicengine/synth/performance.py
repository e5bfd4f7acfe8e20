"""Players: written events become notes in seconds, with swing, a human's timing and touch, and louder full sections."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from musicengine.synth.clock import Clock
from musicengine.synth.sheet import Event, Sheet, stream
from musicengine.synth.singing import Syllable
from musicengine.values._arrays import Content, FloatArray, floats
from musicengine.values._value import Value

__all__ = ["Part", "Performer"]

#: How much softer than a full section one without energy is played, in dB.
_CONTRAST_DB = 5.0
#: The renderer's law: twice the velocity is 9 dB louder.
_VELOCITY_POWER = 1.5
_USUAL_VELOCITY = 0.75


@attrs.frozen(repr=False, slots=False)
class Part(Value):
    """What one player plays.

    Args:
        name: e.g. "drums", "bass", "lead", "piano".
        stem: "vocals", "drums", "bass" or "other".
        patch: what it sounds like, a name of ``musicengine.synth.patches`` or a drum kit.
        starts_s, durations_s: float32 (n,), in order of time.
        pitches: float32 (n,), MIDI note numbers; General MIDI percussion keys for drums.
        velocities: float32 (n,), in (0, 1].
        level_db, pan: in the mix; pan from -1 (left) to 1 (right).
        wet: whether it gets reverb.
        echo_s: how much later its echo comes from the other side; 0 for none.
        syllables: what a singer sings on each note; () for instruments.
    """

    name: str
    stem: str
    patch: str
    starts_s: FloatArray = attrs.field(converter=floats, eq=Content)
    durations_s: FloatArray = attrs.field(converter=floats, eq=Content)
    pitches: FloatArray = attrs.field(converter=floats, eq=Content)
    velocities: FloatArray = attrs.field(converter=floats, eq=Content)
    level_db: float = 0.0
    pan: float = 0.0
    wet: bool = True
    echo_s: float = 0.0
    syllables: tuple[Syllable, ...] = ()

    def __len__(self) -> int:
        return int(self.starts_s.size)


@attrs.frozen(slots=False)
class Performer:
    """Plays what is on the sheet.

    Args:
        sheet, clock: what to play, and when.
        dynamics: contrast of loud and soft, from -1 to 1.
    """

    sheet: Sheet
    clock: Clock
    dynamics: float = 0.0

    def part(
        self,
        name: str,
        stem: str,
        patch: str,
        events: list[Event],
        *,
        level_db: float,
        pan: float = 0.0,
        wet: bool = True,
        looseness: float = 1.0,
        strum_ms: float = 0.0,
        echo_s: float = 0.0,
        syllables: Sequence[Syllable] = (),
    ) -> Part:
        """One player's part: events in bars become notes in seconds."""
        table = np.array(events, np.float64).reshape(-1, 4)
        rng = stream(self.sheet.seed, f"performance {name}")
        starts = self.clock.seconds(self._swung(table[:, 0]))
        ends = self.clock.seconds(self._swung(table[:, 0] + table[:, 1]))
        # Tones of one chord share their lateness, so that it stays a chord.
        _, chord = np.unique(table[:, 0], return_inverse=True)
        late_s = rng.normal(0, self.sheet.genre.loose_ms * looseness / 1000, chord.max(initial=-1) + 1)
        bound = 2.5 * self.sheet.genre.loose_ms * looseness / 1000
        spread = _strum(chord) * strum_ms / 1000
        starts = np.maximum(0, starts + np.clip(late_s, -bound, bound)[chord] + spread)
        touch = 1 + 0.06 * np.clip(rng.normal(size=len(table)), -2, 2)
        end_s = float(self.clock.seconds(np.array(self.sheet.end)))
        ends = np.minimum(ends, end_s)
        heard = (starts < end_s - 0.02) & (ends > starts + 0.01)
        order = np.argsort(starts[heard], kind="stable")
        velocities = np.clip(self._played(table[:, 0], table[:, 3]) * touch, 0.05, 1)
        return Part(
            name,
            stem,
            patch,
            starts[heard][order],
            (ends - starts)[heard][order],
            table[:, 2][heard][order],
            velocities[heard][order],
            level_db=level_db,
            pan=pan,
            wet=wet,
            echo_s=echo_s,
            syllables=tuple(syllables[i] for i in np.flatnonzero(heard)[order]) if syllables else (),
        )

    def _played(self, at: np.ndarray, levels: np.ndarray) -> np.ndarray:
        """Velocities: accents by the contrast that is wanted, sections by their energy."""
        passages = self.sheet.passages
        section = np.searchsorted([passage.start for passage in passages], at + 1e-6, side="right") - 1
        energy = np.array([passage.energy for passage in passages])[section]
        gain_db = _CONTRAST_DB * (1 + 0.9 * self.dynamics) * (energy - 1)
        accented = _USUAL_VELOCITY * (levels / _USUAL_VELOCITY) ** (1 + 0.6 * self.dynamics)
        result: np.ndarray = accented * 10 ** (gain_db / (20 * _VELOCITY_POWER))
        return result

    def _swung(self, at: np.ndarray) -> np.ndarray:
        """Places in bars with the second of each pair of steps moved late, in meters whose beats have pairs."""
        genre, meter = self.sheet.genre, self.sheet.meter
        pairs = genre.swing_steps / 32 * meter.steps
        if meter.bars > 1 or pairs % 1:
            return at
        whole = np.floor(at * pairs + 1e-9)
        part = np.maximum(at * pairs - whole, 0)
        swung = np.where(part < 0.5, part * 2 * genre.swing, genre.swing + (part - 0.5) * 2 * (1 - genre.swing))
        result: np.ndarray = (whole + swung) / pairs
        return result


def _strum(chord: np.ndarray) -> np.ndarray:
    """The place of each tone in its chord, 0 for the first to 1 for a fourth."""
    starts = np.flatnonzero(np.diff(chord, prepend=-1))
    lengths = np.diff(np.append(starts, chord.size))
    result: np.ndarray = (np.arange(chord.size) - np.repeat(starts, lengths)) / 3
    return result
