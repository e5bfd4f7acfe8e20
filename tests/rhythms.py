"""Drum patterns with known beats, for the tests and benchmarks of rhythm."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from musicengine.values.sound import Audio

Times: TypeAlias = npt.NDArray[np.float64]

RATE = 22_050


def hit(kind: str, rate: int, rng: np.random.Generator) -> Times:
    """One stroke of "kick", "snare", "hat" or "click", a tenth of a second long."""
    t = np.arange(rate // 10) / rate
    if kind == "kick":
        thump: Times = np.sin(2 * np.pi * (55 * t + 2 * (1 - np.exp(-t * 40)))) * np.exp(-t * 30)
        return thump
    noise = rng.normal(size=t.size)
    if kind == "snare":
        return 0.5 * noise * np.exp(-t * 35) + 0.4 * np.sin(2 * np.pi * 190 * t) * np.exp(-t * 40)
    bright: Times = np.diff(noise, prepend=0.0)
    return {"hat": 0.15, "click": 0.6}[kind] * bright * np.exp(-t * 90)


def strike(times: dict[str, Times], duration_s: float, *, rate: int = RATE, seed: int = 0) -> Audio:
    """Audio with strokes of each kind at the given times."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(duration_s * rate) + rate // 5)
    for kind, places in times.items():
        stroke = hit(kind, rate, rng)
        for place in places:
            start = round(place * rate)
            out[start : start + stroke.size] += stroke[: max(0, out.size - start)]
    return Audio((0.5 * out[: round(duration_s * rate)]).astype(np.float32), rate)


def rock(bpm: float, duration_s: float, *, start_s: float = 0.3, rate: int = RATE) -> tuple[Audio, Times]:
    """Kick on 1 and 3, snare on 2 and 4, hats in eighths, with its beats in seconds."""
    beats = np.arange(start_s, duration_s - 0.15, 60 / bpm)
    hats = np.arange(start_s, duration_s - 0.15, 30 / bpm)
    return strike({"kick": beats[::2], "snare": beats[1::2], "hat": hats}, duration_s, rate=rate), beats


def share_near(beats: npt.NDArray[Any], found: npt.NDArray[Any], tolerance_s: float = 0.05) -> float:
    """The F-measure of found times against true ones within a tolerance."""
    near = np.abs(np.subtract.outer(beats, found)) <= tolerance_s
    return float(2 * near.any(axis=1).sum() / (beats.size + found.size))
