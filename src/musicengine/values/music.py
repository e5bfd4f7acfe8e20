"""Music as heard or written: Tempo, Beats, Rhythm, Key, Chord, Harmony, PitchTrack, Note, Melody, Section, Form."""

from __future__ import annotations

import re

import attrs
import numpy as np

from musicengine.errors import InputError
from musicengine.values import _views
from musicengine.values._arrays import (
    Content,
    FloatArray,
    above,
    confidence,
    finite,
    floats,
    increasing,
    non_negative,
    shaped,
)
from musicengine.values._value import Value

__all__ = [
    "PITCH_CLASSES",
    "Beats",
    "Chord",
    "Form",
    "Harmony",
    "Key",
    "KeySpan",
    "Melody",
    "Note",
    "PitchTrack",
    "Rhythm",
    "Section",
    "Tempo",
    "TempoCandidate",
]

PITCH_CLASSES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""The pitch classes from 0 to 11 as they are spelled here."""
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_KEY = re.compile(
    r"(?P<letter>[A-G])\s?(?P<accidental>[#♯b♭]|-?sharp|-?flat)?[\s:-]*(?P<mode>major|minor|maj|min|M|m)?",
)


@attrs.frozen(repr=False, slots=False)
class TempoCandidate(Value):
    """One tempo that the audio could have.

    Args:
        bpm: beats per minute.
        probability: how likely this is the tempo that a listener would tap, in [0, 1].
    """

    bpm: float = attrs.field(converter=float, validator=above(0))
    probability: float = attrs.field(converter=float, validator=confidence)


@attrs.frozen(repr=False, slots=False)
class Tempo(Value):
    """How fast the music goes.

    Args:
        bpm: beats per minute.
        confidence: the probability that ``bpm`` is the tempo that a listener would tap, in [0, 1].
        alternatives: other readings (double, half, ...), most probable first.
    """

    bpm: float = attrs.field(converter=float, validator=above(0))
    confidence: float = attrs.field(converter=float, validator=confidence)
    alternatives: tuple[TempoCandidate, ...] = attrs.field(default=(), converter=tuple[TempoCandidate, ...])

    def __str__(self) -> str:
        return f"{self.bpm:.1f} bpm"


@attrs.frozen(repr=False, slots=False)
class Beats(Value):
    """Where the beats fall.

    Args:
        times_s: float32 (n,), increasing.
        downbeats_s: float32 (m,), increasing: the first beats of the bars.
        confidence: the share of right beats to expect (F-measure within 70 ms), in [0, 1].
    """

    times_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), increasing])
    downbeats_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), increasing])
    confidence: float = attrs.field(converter=float, validator=confidence)

    def __len__(self) -> int:
        return int(self.times_s.size)

    @property
    def bars(self) -> tuple[int, ...]:
        """The number of each beat's bar, from 1; 0 before the first downbeat."""
        return tuple(np.searchsorted(self.downbeats_s, self.times_s + 1e-3).tolist())

    @property
    def positions(self) -> tuple[int, ...]:
        """The place of each beat in its bar, from 1; 0 before the first downbeat."""
        places: list[int] = []
        bars = self.bars
        for at, bar in enumerate(bars):
            following = at > 0 and bars[at - 1] == bar
            places.append(0 if bar == 0 else places[-1] + 1 if following else 1)
        return tuple(places)

    def __str__(self) -> str:
        return f"{self.times_s.size} beats, {self.downbeats_s.size} bars"

    def _repr_html_(self) -> str:
        return _views.beats(self)


@attrs.frozen(repr=False, slots=False)
class Rhythm(Value):
    """The rhythm around the beat.

    Args:
        onsets_s: float32 (n,), increasing: where notes and hits begin.
        meter: time signature, "4/4" (or 2/4, which sounds the same), "3/4", "6/8" or "7/8"; None where bars cannot be
            told.
        tempo_curve: float32 (2, n): times in seconds and the tempo there in bpm.
        swing: how late the off-beat eighth falls: 0.5 straight, 0.667 triplet swing; None if there are none.
        danceability: in [0, 1].
        meter_confidence: the probability that the meter is right, in [0, 1]; None without a meter.
    """

    onsets_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), increasing])
    meter: str | None = None
    tempo_curve: FloatArray = attrs.field(
        default=np.zeros((2, 0), np.float32), converter=floats, eq=Content, validator=[shaped(2, "n"), finite]
    )
    swing: float | None = attrs.field(default=None, validator=confidence)
    danceability: float | None = attrs.field(default=None, validator=confidence)
    meter_confidence: float | None = attrs.field(default=None, validator=confidence)

    def _repr_html_(self) -> str:
        return _views.rhythm(self)


def _check_tonic(_: object, attribute: object, tonic: int) -> None:
    if isinstance(tonic, bool) or tonic not in range(12):
        raise InputError(f"Key.tonic must be a whole number from 0 (C) to 11 (B), got {tonic!r}")


def _check_mode(_: object, attribute: object, mode: str) -> None:
    if mode not in ("major", "minor"):
        raise InputError(f'Key.mode must be "major" or "minor", got {mode!r}')


@attrs.frozen(repr=False, slots=False)
class Key(Value):
    """A major or minor key.

    Args:
        tonic: pitch class, 0 (C) to 11 (B).
        mode: "major" or "minor".
        confidence: in [0, 1].
        runner_up: the second best key, without a runner-up of its own.
    """

    tonic: int = attrs.field(validator=_check_tonic)
    mode: str = attrs.field(validator=_check_mode)
    confidence: float = attrs.field(default=1.0, converter=float, validator=confidence)
    runner_up: Key | None = None

    @classmethod
    def parse(cls, text: str) -> Key:
        """The key that a text such as ``"F# minor"``, ``"Bbm"``, ``"C"`` or ``"8A"`` names.

        Raises:
            InputError: the text names no key.
        """
        text = text.strip() if isinstance(text, str) else text
        if not isinstance(text, str) or len(text) > 40:
            raise InputError(f"expected a key such as 'F# minor', got {str(text)[:40]!r}")
        camelot = re.fullmatch(r"(1[0-2]|[1-9])([ABab])", text)
        if camelot:
            fifths = (int(camelot[1]) - 8) % 12
            major = camelot[2] in "Bb"
            return cls(tonic=(fifths * 7 + (0 if major else 9)) % 12, mode="major" if major else "minor")
        found = _KEY.fullmatch(text[:1].upper() + _lower_words(text[1:]))
        if not found:
            raise InputError(f"expected a key such as 'F# minor', 'Bbm' or '8A', got {text!r}")
        shift = {"#": 1, "♯": 1, "s": 1, "b": -1, "♭": -1, "f": -1}.get((found["accidental"] or " ").lstrip("-")[0], 0)
        minor = found["mode"] in ("minor", "min", "m")
        return cls(tonic=(_LETTERS[found["letter"]] + shift) % 12, mode="minor" if minor else "major")

    @property
    def camelot(self) -> str:
        """The position on the Camelot wheel: "8B" is C major, "8A" is A minor."""
        letter, number = self._wheel()
        return f"{(number + 7) % 12 + 1}{letter}"

    @property
    def open_key(self) -> str:
        """The position in Open Key notation: "1d" is C major, "1m" is A minor."""
        letter, number = self._wheel()
        return f"{number % 12 + 1}{'d' if letter == 'B' else 'm'}"

    def _wheel(self) -> tuple[str, int]:
        """Mode letter and steps of a fifth from C major or A minor."""
        major = self.mode == "major"
        return ("B" if major else "A"), ((self.tonic - (0 if major else 9)) * 7) % 12

    def __str__(self) -> str:
        return f"{PITCH_CLASSES[self.tonic]} {self.mode}"


def _lower_words(text: str) -> str:
    """Lower-case words, but not the single M that means major."""
    return re.sub(r"[A-Za-z]{2,}", lambda found: found[0].lower(), text)


@attrs.frozen(repr=False, slots=False)
class KeySpan(Value):
    """A stretch of time in one key."""

    start_s: float = attrs.field(converter=float, validator=non_negative)
    end_s: float = attrs.field(converter=float, validator=non_negative)
    key: Key


@attrs.frozen(repr=False, slots=False)
class Chord(Value):
    """A chord with its place in time.

    Args:
        start_s, end_s: seconds.
        label: Harte notation: "C:maj", "A:min", "G:7", "N" for no chord (Harte et al., ISMIR 2005).
        confidence: in [0, 1].
    """

    start_s: float = attrs.field(converter=float, validator=non_negative)
    end_s: float = attrs.field(converter=float, validator=non_negative)
    label: str
    confidence: float = attrs.field(default=1.0, converter=float, validator=confidence)

    def __str__(self) -> str:
        return f"{self.label} {self.start_s:.2f}-{self.end_s:.2f} s"


@attrs.frozen(repr=False, slots=False)
class Harmony(Value):
    """The harmony around the key.

    Args:
        tuning_cents: how far the music's A4 lies from 440 Hz, in cents, in [-50, 50].
        keys: the keys in order of time, contiguous; one span where the key never changes.
        chroma: float32 (12, n): the pitch-class profile of each beat, each column's maximum 1 (or all 0).
    """

    tuning_cents: float = attrs.field(converter=float)
    keys: tuple[KeySpan, ...] = attrs.field(default=(), converter=tuple[KeySpan, ...])
    chroma: FloatArray = attrs.field(
        default=np.zeros((12, 0), np.float32),
        converter=floats,
        eq=Content,
        validator=[shaped(12, "n"), finite],
    )

    def _repr_html_(self) -> str:
        return _views.harmony(self)


@attrs.frozen(repr=False, slots=False)
class PitchTrack(Value):
    """The fundamental frequency of a voice or lead over time.

    Args:
        times_s: float32 (n,), increasing.
        frequencies_hz: float32 (n,), NaN where unvoiced.
        voicing: float32 (n,): probability that there is a pitch, in [0, 1].
        confidence: how sure the whole track is, in [0, 1]: low for a mixture without a clear lead.
    """

    times_s: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), increasing])
    frequencies_hz: FloatArray = attrs.field(converter=floats, eq=Content, validator=shaped("n"))
    voicing: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), finite])
    confidence: float = attrs.field(default=1.0, converter=float, validator=confidence)

    def __attrs_post_init__(self) -> None:
        """Require three arrays of one length."""
        if not self.times_s.size == self.frequencies_hz.size == self.voicing.size:
            sizes = (self.times_s.size, self.frequencies_hz.size, self.voicing.size)
            raise InputError(f"PitchTrack needs times, frequencies and voicing of one length, got {sizes}")

    def __str__(self) -> str:
        voiced = np.isfinite(self.frequencies_hz)
        if not voiced.any():
            return "no pitch"
        return f"median {np.median(self.frequencies_hz[voiced]):.0f} Hz, {voiced.mean():.0%} voiced"

    def _repr_html_(self) -> str:
        return _views.pitch(self)


@attrs.frozen(repr=False, slots=False)
class Note(Value):
    """One note.

    Args:
        start_s, end_s: seconds.
        pitch: MIDI note number, fractional where the note is off the equal-tempered grid (69 is 440 Hz).
        velocity: loudness in [0, 1].
        vibrato_hz: rate of the vibrato; None without one.
        vibrato_cents: its extent, from the mean to the peak; None without one.
    """

    start_s: float = attrs.field(converter=float, validator=non_negative)
    end_s: float = attrs.field(converter=float, validator=non_negative)
    pitch: float = attrs.field(converter=float, validator=non_negative)
    velocity: float = attrs.field(default=1.0, converter=float, validator=confidence)
    vibrato_hz: float | None = attrs.field(default=None, validator=non_negative)
    vibrato_cents: float | None = attrs.field(default=None, validator=non_negative)


@attrs.frozen(repr=False, slots=False)
class Melody(Value):
    """The notes of a voice or lead and their range.

    Args:
        notes: in order of time.
        lowest, highest: MIDI note numbers of the range; None without notes.
    """

    notes: tuple[Note, ...] = attrs.field(default=(), converter=tuple[Note, ...])
    lowest: float | None = None
    highest: float | None = None

    def _repr_html_(self) -> str:
        return _views.melody(self)


@attrs.frozen(repr=False, slots=False)
class Section(Value):
    """A part of the form.

    Args:
        start_s, end_s: seconds.
        label: "intro", "verse", "pre-chorus", "chorus", "bridge", "break", "instrumental" or "outro".
        confidence: in [0, 1].
        group: sections with the same number repeat the same music.
    """

    start_s: float = attrs.field(converter=float, validator=non_negative)
    end_s: float = attrs.field(converter=float, validator=non_negative)
    label: str
    confidence: float = attrs.field(default=1.0, converter=float, validator=confidence)
    group: int = 0

    def __attrs_post_init__(self) -> None:
        """Require a section that ends after it starts."""
        if self.end_s <= self.start_s:
            raise InputError(f"Section must end after it starts, got {self.start_s} s to {self.end_s} s")

    def __str__(self) -> str:
        return f"{self.label} {self.start_s:.1f}-{self.end_s:.1f} s"


@attrs.frozen(repr=False, slots=False)
class Form(Value):
    """The form of a piece.

    Args:
        sections: contiguous, in order, covering the piece from 0 to its end.
        energy_db: float32 (n,): the energy of each second, re the loudest second, at least -70.
        energy_step_s: seconds from one energy to the next.
    """

    sections: tuple[Section, ...] = attrs.field(converter=tuple[Section, ...])
    energy_db: FloatArray = attrs.field(converter=floats, eq=Content, validator=[shaped("n"), finite])
    energy_step_s: float = attrs.field(default=1.0, converter=float, validator=above(0))

    @property
    def first_chorus_s(self) -> float | None:
        """Where the first chorus starts; None without one."""
        return next((section.start_s for section in self.sections if section.label == "chorus"), None)

    def __str__(self) -> str:
        return " ".join(section.label for section in self.sections)

    def _repr_html_(self) -> str:
        return _views.form(self)
