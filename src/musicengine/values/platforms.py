"""What listening services do to the level of a recording: Platform, Playback."""

from __future__ import annotations

import attrs

from musicengine.values._value import Value

__all__ = ["Platform", "Playback"]


@attrs.frozen(repr=False, slots=False)
class Platform(Value):
    """How a service evens out loudness.

    Args:
        name: of the service.
        target_lufs: the integrated loudness that it plays at.
        turns_up: whether it raises what is quieter; all of them lower what is louder.
        ceiling_dbtp: the true peak that raising stops at.
        as_of: the year that this is known for; services change it without notice.
        source: where it is published.
    """

    name: str
    target_lufs: float = attrs.field(converter=float)
    turns_up: bool
    ceiling_dbtp: float = attrs.field(converter=float)
    as_of: str
    source: str


@attrs.frozen(repr=False, slots=False)
class Playback(Value):
    """What a service makes of one recording.

    Args:
        platform: its name.
        gain_db: by how much it raises (or, below 0, lowers) the recording.
        loudness_lufs: the integrated loudness that is heard.
        short_lu: by how much that misses the service's target; 0 where it is met.
    """

    platform: str
    gain_db: float = attrs.field(converter=float)
    loudness_lufs: float = attrs.field(converter=float)
    short_lu: float = attrs.field(converter=float)

    def __str__(self) -> str:
        return f"{self.platform} {self.gain_db:+.1f} dB"
