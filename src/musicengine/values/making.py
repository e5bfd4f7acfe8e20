"""What is asked for and what is made: Brief, Truth, Take, Credits, Job, Message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, get_args

import attrs

from musicengine.errors import BriefError, InputError
from musicengine.values import _frame, _views
from musicengine.values._arrays import non_negative
from musicengine.values._value import Value
from musicengine.values.music import Beats, Chord, Key, Section, Tempo
from musicengine.values.sound import Audio, Stems
from musicengine.values.words import Lyrics, Word

__all__ = [
    "MAX_DURATION_S",
    "MAX_PROMPT",
    "METERS",
    "Brief",
    "Capabilities",
    "Credits",
    "Job",
    "JobStatus",
    "Message",
    "Step",
    "Take",
    "Truth",
]

MAX_PROMPT = 10_000
"""The most characters of a prompt."""
MAX_DURATION_S = 600.0
"""The longest that can be asked for."""
MIN_DURATION_S = 1.0
MIN_BPM, MAX_BPM = 30.0, 300.0
METERS = ("4/4", "3/4", "6/8", "7/8")
"""The meters that can be asked for."""
_RANGES = {
    "drift": (0.0, 0.05),
    "brightness": (-1.0, 1.0),
    "density": (-1.0, 1.0),
    "dynamics": (-1.0, 1.0),
    "width": (-1.0, 1.0),
    "vocal_level_db": (-12.0, 12.0),
    "hook_repetition": (-1.0, 1.0),
}

JobStatus: TypeAlias = Literal[
    "ordered", "uncertain", "queued", "running", "partial", "succeeded", "failed", "cancelled", "expired"
]
"""Where a job stands: written down, perhaps sent, under way, or done in one of four ways."""
_STATUSES = get_args(JobStatus)


def _key(key: Key | str | None) -> Key | None:
    return Key.parse(key) if isinstance(key, str) else key


@attrs.frozen(repr=False, slots=False)
class Brief(Value):
    """What a track should be. A field that is None is left to the generator.

    Args:
        prompt: free text, at most 10,000 characters.
        genre: e.g. "disco"; a generator takes the nearest one it knows and says so in the take.
        mood: e.g. "warm".
        bpm: beats per minute, 30 to 300.
        key: a Key, or a text that names one.
        duration_s: seconds, 1 to 600.
        sections: labels in order, e.g. ("intro", "verse", "chorus").
        lyrics: words to sing.
        instrumental: True for no voice.
        meter: "4/4", "3/4", "6/8" or "7/8"; None lets the genre decide.
        drift: how far the tempo wanders from ``bpm``, as a share of it, 0 to 0.05.
        brightness, density, dynamics, width: production knobs from -1 to 1, on top of genre and mood; 0 leaves them.
            Dynamics is the contrast between loud and soft, width that between left and right.
        vocal_level_db: of the voice or lead against the rest, -12 to 12; 0 is the genre's own.
        energy: how much of the band plays in each section, in [0, 1], one number a section; () lets the form decide.
        intro_bars: how long the intro is, in bars; None lets the form decide, 0 leaves it out.
        hook_repetition: how often the hook returns, from -1 to 1; 0 is the genre's own.
        seed: same brief and seed, same take.
        understood: what ``musicengine.synth.parse_brief`` recognised in the prompt, one phrase each.

    Raises:
        BriefError: a field is out of range; the message repeats it.
    """

    prompt: str = ""
    genre: str | None = None
    mood: str | None = None
    bpm: float | None = None
    key: Key | None = attrs.field(default=None, converter=_key)
    duration_s: float | None = None
    sections: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])
    lyrics: Lyrics | None = None
    instrumental: bool = False
    meter: str | None = None
    drift: float = 0.0
    brightness: float = 0.0
    density: float = 0.0
    dynamics: float = 0.0
    width: float = 0.0
    vocal_level_db: float = 0.0
    energy: tuple[float, ...] = attrs.field(default=(), converter=tuple[float, ...])
    intro_bars: int | None = None
    hook_repetition: float = 0.0
    seed: int = 0
    understood: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...], eq=False)

    def __attrs_post_init__(self) -> None:
        """Require every field to be in its range."""
        if len(self.prompt) > MAX_PROMPT:
            raise BriefError(f"a prompt takes at most {MAX_PROMPT:,} characters, got {len(self.prompt):,}")
        if self.bpm is not None and not MIN_BPM <= self.bpm <= MAX_BPM:
            raise BriefError(f"Brief.bpm must lie from {MIN_BPM:g} to {MAX_BPM:g}, got {self.bpm!r}")
        if self.duration_s is not None and not MIN_DURATION_S <= self.duration_s <= MAX_DURATION_S:
            raise BriefError(
                f"Brief.duration_s must lie from {MIN_DURATION_S:g} to {MAX_DURATION_S:g}, got {self.duration_s!r}"
            )
        if len(self.sections) > 100:
            raise BriefError(f"Brief.sections takes at most 100 labels, got {len(self.sections):,}")
        if self.meter is not None and self.meter not in METERS:
            raise BriefError(f"Brief.meter must be one of {', '.join(METERS)}, got {self.meter!r}")
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise BriefError(f"Brief.{name} must lie from {low:g} to {high:g}, got {getattr(self, name)!r}")
        if not all(0 <= level <= 1 for level in self.energy):
            raise BriefError(f"Brief.energy takes numbers from 0 to 1, got {self.energy!r}")
        if self.energy and len(self.energy) != len(self.sections):
            raise BriefError(
                f"Brief.energy takes one number for each of the {len(self.sections)} sections, got {len(self.energy)}"
            )
        if self.intro_bars is not None and not 0 <= self.intro_bars <= 64:
            raise BriefError(f"Brief.intro_bars must lie from 0 to 64, got {self.intro_bars!r}")
        if not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise BriefError(f"Brief.seed must be a whole number from 0 to 2**63 - 1, got {self.seed!r}")

    def _repr_html_(self) -> str:
        return _views.brief(self)


@attrs.frozen(repr=False, slots=False)
class Truth(Value):
    """What is known about a take because it was written that way.

    Args:
        tempo: as written.
        beats: with the first of each bar.
        key: as written.
        chords: in order of time.
        sections: contiguous, covering the take.
        words: of the voice, with their times; empty without one.
        stems: what was mixed; None where the sound was left out.
    """

    tempo: Tempo
    beats: Beats
    key: Key
    chords: tuple[Chord, ...] = attrs.field(converter=tuple[Chord, ...])
    sections: tuple[Section, ...] = attrs.field(converter=tuple[Section, ...])
    words: tuple[Word, ...] = attrs.field(default=(), converter=tuple[Word, ...])
    stems: Stems | None = None


@attrs.frozen(repr=False, slots=False)
class Take(Value):
    """One generated track.

    Args:
        audio: the mix.
        brief: what was asked for, with every open field decided.
        lyrics: what is sung.
        truth: what is known about it; None from a live service.
        provenance: "stub" or "live:<backend>".
        notes: what the generator decided or could not do, one phrase each.
    """

    audio: Audio
    brief: Brief
    lyrics: Lyrics | None = None
    truth: Truth | None = None
    provenance: str = attrs.field(default="stub", eq=False)
    notes: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...], eq=False)

    def _repr_html_(self) -> str:
        return _views.take(self)


@attrs.frozen(repr=False, slots=False)
class Credits(Value):
    """An amount of a service's own currency."""

    amount: float = attrs.field(converter=float, validator=non_negative)
    unit: str = "credits"

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}".rstrip()


@attrs.frozen(repr=False, slots=False)
class Job(Value):
    """One order at a generator.

    Args:
        id: the generator's name for it; "" as long as it has none.
        brief: what was ordered.
        status: where it stands. A generator says "queued", "running", "partial" (a first take is there), "succeeded",
            "failed", "cancelled" or "expired". An engine adds what happens before: "ordered" is written down and not
            sent yet; "uncertain" may or may not have arrived, and is not sent again until somebody knows.
        progress: in [0, 1].
        cost: what it is charged; the estimate until the generator says.
        message: why it failed or what it waits for.
        order: the engine's name for it, known before it is sent; "" at the generator.
        generator: the class of the generator it was ordered at; "" at the generator.
    """

    id: str
    brief: Brief
    status: JobStatus = "queued"
    progress: float = 0.0
    cost: Credits = Credits(0)
    message: str = ""
    order: str = ""
    generator: str = ""

    def __attrs_post_init__(self) -> None:
        """Require a known status and a share of progress."""
        if self.status not in _STATUSES:
            raise InputError(f"Job.status must be one of {', '.join(_STATUSES)}, got {self.status!r}")
        if not 0 <= self.progress <= 1:
            raise InputError(f"Job.progress must lie in [0, 1], got {self.progress!r}")

    @property
    def done(self) -> bool:
        """Whether it will change no more."""
        return self.status in ("succeeded", "failed", "cancelled", "expired")


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen(repr=False, slots=False)
class Capabilities(Value):
    """What a generator can take and give.

    Args:
        accepts: the fields of a Brief it follows.
        takes_per_job: how many takes one order gives.
        max_duration_s: the longest take it makes.
        cancel: it has the verb ``cancel(job)``.
        stems: its takes come with stems.
        credits: its ``credits()`` knows what is left; otherwise nobody asks before an order.
        idempotent: its ``submit(brief, order=name)`` charges the same name once, however often it is sent.
        poll_s: seconds from the first look at a job to the second; each further wait is twice as long, 20 s at most.
    """

    accepts: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    takes_per_job: int = 1
    max_duration_s: float = MAX_DURATION_S
    cancel: bool = False
    stems: bool = False
    credits: bool = False
    idempotent: bool = False
    poll_s: float = 1.0


@attrs.frozen(repr=False, slots=False)
class Step(Value):
    """Progress of long work: ``done`` of ``total``, and the name of what was just done."""

    name: str
    done: int
    total: int


@attrs.frozen(repr=False, slots=False)
class Message(Value):
    """One turn of a conversation, in the shape that chat services share."""

    role: Literal["system", "user", "assistant"]
    content: str

    def __attrs_post_init__(self) -> None:
        """Require a known role."""
        if self.role not in ("system", "user", "assistant"):
            raise InputError(f'Message.role must be "system", "user" or "assistant", got {self.role!r}')

    def _repr_html_(self) -> str:
        return _frame.framed(_frame.bubbles([self]))
