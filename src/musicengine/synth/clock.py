"""Musical time to seconds: a steady tempo, or one that wanders smoothly around its mean.

A wandering tempo is the asked one times ``1 + drift * w``, where w is the sum of two slow sines over the track with
whole numbers of periods, so that the mean over the track is exactly the asked one; times are its integral in closed
form.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from musicengine.synth.sheet import stream

__all__ = ["Clock"]

_SLOW_S, _SLOWER_S = 11.0, 25.0


@attrs.frozen(slots=False)
class Clock:
    """Seconds of places in bars.

    Args:
        bar_s: mean length of a bar.
        end: length of the track in bars.
        drift: how far the tempo wanders, as a share of it.
        seed: of the brief.
    """

    bar_s: float
    end: float
    drift: float = 0.0
    seed: int = 0

    def seconds(self, bars: np.ndarray) -> np.ndarray:
        """Seconds from the start: float64, the shape of ``bars``."""
        place = np.asarray(bars, np.float64)
        if not self.drift:
            return place * self.bar_s
        late = np.zeros_like(place)
        for turns, share, phase in self._waves:
            angle = 2 * np.pi * turns / self.end
            late += share / angle * (np.cos(phase) - np.cos(angle * place + phase))
        result: np.ndarray = self.bar_s * (place + self.drift * late)
        return result

    @cached_property
    def _waves(self) -> tuple[tuple[int, float, float], ...]:
        """Periods a track, share and phase of each sine; together they just reach 1."""
        length_s = self.end * self.bar_s
        slow = max(1, round(length_s / _SLOWER_S))
        turns = (slow, max(slow + 1, round(length_s / _SLOW_S)))
        shares, phases = (0.65, 0.35), stream(self.seed, "drift").random(2) * 2 * np.pi
        grid = np.linspace(0, 1, 512)
        wave = sum(s * np.sin(2 * np.pi * t * grid + p) for t, s, p in zip(turns, shares, phases, strict=True))
        top = float(np.abs(wave).max())
        return tuple((t, s / top, float(p)) for t, s, p in zip(turns, shares, phases, strict=True))
