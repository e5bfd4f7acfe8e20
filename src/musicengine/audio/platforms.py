"""What listening services will do to the level of a recording.

A service measures the integrated loudness (ITU-R BS.1770) and applies one gain to the whole recording. The table is
dated and a default only: hand in your own, services change theirs. Spotify and the EBU publish what they do, and TIDAL
told a journal; the figures of the others are those that the trade measures and repeats, and whether they raise quiet
recordings is the least certain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from musicengine.values.measures import Loudness
from musicengine.values.platforms import Platform, Playback

__all__ = ["PLATFORMS", "predict_playback"]

PLATFORMS = (
    Platform(
        "Spotify", -14, True, -1, "2025", "published: Spotify for Artists, 'Loudness normalization', normal level"
    ),
    Platform("Apple Music", -16, True, -1, "2022", "trade: Production Expert on Sound Check; Apple gives no figure"),
    Platform("YouTube", -14, False, -1, "2022", "trade: what its 'stats for nerds' show; YouTube gives no figure"),
    Platform(
        "TIDAL", -14, False, -1, "2022", "told by TIDAL to MeterPlugs (2016); the same in Production Expert (2022)"
    ),
    Platform("Amazon Music", -14, False, -2, "2022", "trade: Production Expert (2022), APU on the ceiling"),
    Platform("Deezer", -15, False, -1, "2022", "trade: Production Expert (2022)"),
    Platform("EBU broadcast", -23, True, -1, "2020", "published: EBU R 128 version 4.0 (August 2020)"),
)
"""The services known here, with the year and the source of what they do."""


def predict_playback(loudness: Loudness, *, platforms: Iterable[Platform] = PLATFORMS) -> tuple[Playback, ...]:
    """What each service makes of a recording of this loudness; nothing for silence, which has none.

    Args:
        loudness: of the whole recording.
        platforms: the services to ask about.
    """
    if not math.isfinite(loudness.integrated_lufs):
        return ()
    return tuple(_play(loudness, platform) for platform in platforms)


def _play(loudness: Loudness, platform: Platform) -> Playback:
    wanted = platform.target_lufs - loudness.integrated_lufs
    gain = min(wanted, max(platform.ceiling_dbtp - loudness.true_peak_dbtp, 0.0)) if platform.turns_up else wanted
    if wanted > 0 and not platform.turns_up:
        gain = 0.0
    return Playback(platform.name, gain, loudness.integrated_lufs + gain, max(wanted - gain, 0.0))
