"""Drums: sines that fall in pitch, bands of noise that die away, and clusters that ring like metal."""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.dsp.types import FloatArray
from musicengine.synth.instruments import noise_band

__all__ = ["KITS", "Kit", "hit", "pan"]


@attrs.frozen
class Kit:
    """A drum set.

    Args:
        kick_hz, kick_from_hz, kick_s: where the kick's pitch ends and starts, and its time constant of decay.
        click: noise at its start.
        snare_hz, snare_s: the snare's shell, and the decay of its wires.
        wires: their level.
        dull: corner of all noise in Hz.
        hat_s: decay of the closed hat.
        metal: how metallic hats and cymbals are, from 0 to 1.
        gains_db: of kick, snare, hats and cymbals.
    """

    kick_hz: float = 52
    kick_from_hz: float = 170
    kick_s: float = 0.13
    click: float = 0.35
    snare_hz: float = 190
    snare_s: float = 0.11
    wires: float = 1.0
    dull: float = 15_000
    hat_s: float = 0.035
    metal: float = 0.4
    gains_db: tuple[float, float, float, float] = (-2.5, -2.0, -8.0, -9.5)


KITS = {
    "studio": Kit(),
    "rock": Kit(kick_hz=58, kick_from_hz=140, kick_s=0.12, click=0.6, snare_hz=175, snare_s=0.15, hat_s=0.05),
    "909": Kit(kick_hz=48, kick_from_hz=230, kick_s=0.16, click=0.4, snare_s=0.13, hat_s=0.04, metal=0.7),
    "808": Kit(kick_hz=46, kick_from_hz=120, kick_s=0.18, click=0.2, snare_hz=210, snare_s=0.1, hat_s=0.03, metal=0.8),
    "dusty": Kit(
        kick_hz=60, kick_from_hz=130, kick_s=0.11, click=0.25, snare_hz=200, snare_s=0.1, dull=6500, hat_s=0.04
    ),
    "soft": Kit(kick_hz=56, kick_from_hz=110, kick_s=0.14, click=0.1, wires=0.7, snare_s=0.12, dull=9000),
    "brush": Kit(kick_hz=62, kick_from_hz=100, kick_s=0.1, click=0.1, wires=0.8, snare_s=0.14, dull=10_000, metal=0.6),
}

_PANS = {
    36: 0.0,
    37: 0.15,
    38: 0.05,
    39: -0.05,
    42: 0.3,
    44: 0.3,
    46: 0.3,
    45: -0.4,
    47: -0.05,
    50: 0.3,
    49: -0.45,
    51: 0.4,
    70: -0.35,
}
#: What hats and cymbals gain in a bright mix.
_BRIGHT_DB = 4.0
_METAL_HZ = (2050.0, 3070.0, 3690.0, 4130.0, 5430.0, 8010.0)


def pan(drum: int) -> float:
    """Where a drum stands, from -1 (left) to 1 (right)."""
    return _PANS.get(drum, 0.0)


@lru_cache(maxsize=128)
def hit(kit_name: str, drum: int, rate: int, brightness: float = 0.0) -> FloatArray:
    """One hit at full velocity: float32 (n,), read-only.

    Args:
        kit_name: a name of ``KITS``.
        drum: a General MIDI percussion key.
        rate: Hz.
        brightness: from -1 to 1: treble and level of what is noise.
    """
    plain = KITS[kit_name]
    kit = attrs.evolve(
        plain,
        dull=plain.dull * 2 ** min(0.0, brightness),
        click=plain.click * 2**brightness,
        wires=plain.wires * 2 ** (0.3 * brightness),
    )
    kick_db, snare_db, hat_db, cymbal_db = kit.gains_db
    hat_db, cymbal_db = hat_db + _BRIGHT_DB * brightness, cymbal_db + _BRIGHT_DB * brightness
    sounds = {
        36: lambda: _kick(kit, rate, kick_db),
        37: lambda: _tone(rate, (420.0, 1750.0), 0.018, snare_db - 6),
        38: lambda: _snare(kit, rate, snare_db),
        39: lambda: _clap(kit, rate, snare_db + 2),
        42: lambda: _metal(kit, rate, kit.hat_s, 7000, hat_db),
        44: lambda: _metal(kit, rate, kit.hat_s * 0.8, 6000, hat_db - 2),
        46: lambda: _metal(kit, rate, 0.16, 6500, hat_db - 1),
        45: lambda: _tom(rate, 95.0, snare_db - 1.5),
        47: lambda: _tom(rate, 130.0, snare_db - 1.5),
        50: lambda: _tom(rate, 175.0, snare_db - 1.5),
        49: lambda: _metal(kit, rate, 0.55, 3500, cymbal_db - 2),
        51: lambda: _metal(kit, rate, 0.28, 4500, cymbal_db - 3),
        70: lambda: _shaker(kit, rate, hat_db + 4),
    }
    sound = sounds[drum]()
    n = sound.size
    sound[n - n // 8 :] *= np.linspace(1, 0, n // 8, dtype=np.float32)
    sound.flags.writeable = False
    return sound


def _times(seconds: float, rate: int) -> FloatArray:
    return np.arange(max(int(seconds * rate), 32), dtype=np.float32) / np.float32(rate)


def _gain(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))


def _decay(t: FloatArray, time_s: float) -> FloatArray:
    falling: FloatArray = np.exp(t * np.float32(-1 / time_s))
    return falling


def _noise(low_hz: float, high_hz: float, t: FloatArray, rate: int) -> FloatArray:
    top = 0.45 * rate
    return noise_band(min(low_hz, top / 2), min(high_hz, top), t.size / rate + 0.001, rate)[: t.size]


def _kick(kit: Kit, rate: int, db: float) -> FloatArray:
    t = _times(kit.kick_s * 4, rate)
    sweep_s = 0.03
    turns = kit.kick_hz * t + (kit.kick_from_hz - kit.kick_hz) * sweep_s * (1 - _decay(t, sweep_s))
    body = np.sin(2 * np.pi * turns) * _decay(t, kit.kick_s) * np.minimum(t * 1000, 1)
    click = _noise(1200, 6000, t, rate) * _decay(t, 0.006) * np.float32(2 * kit.click)
    body = np.tanh(1.6 * body) * 0.8
    # The falling pitch leaves an offset, which goes.
    decay = _decay(t, kit.kick_s) * np.minimum(t * 1000, 1)
    body -= decay * (body.mean() / decay.mean())
    sound: FloatArray = (body + click).astype(np.float32) * _gain(db)
    return sound


def _snare(kit: Kit, rate: int, db: float) -> FloatArray:
    t = _times(kit.snare_s * 4.5, rate)
    shell = np.sin(2 * np.pi * kit.snare_hz * (t + 0.003 * (1 - _decay(t, 0.01)))) * _decay(t, 0.07)
    ring = np.sin(2 * np.pi * kit.snare_hz * 1.78 * t) * _decay(t, 0.04) * 0.5
    wires = _noise(900, kit.dull * 0.7, t, rate) * (_decay(t, kit.snare_s) + _decay(t, 0.012)) * (2.2 * kit.wires)
    sound: FloatArray = np.tanh((shell + ring) * 0.5 + wires).astype(np.float32) * _gain(db)
    return sound


def _clap(kit: Kit, rate: int, db: float) -> FloatArray:
    t = _times(0.35, rate)
    envelope = _decay(t, 0.07) * np.float32(0.6)
    for start_s in (0.0, 0.011, 0.023):
        since = t - np.float32(start_s)
        envelope += np.where(since >= 0, _decay(np.maximum(since, 0), 0.006), 0)
    return (_noise(900, min(kit.dull, 5000), t, rate) * envelope * _gain(db + 5)).astype(np.float32, copy=False)


def _tone(rate: int, frequencies: tuple[float, ...], time_s: float, db: float) -> FloatArray:
    t = _times(time_s * 6, rate)
    sound = np.zeros(t.size, np.float32)
    for hz in frequencies:
        sound += np.sin(np.float32(2 * np.pi * hz) * t)
    sound *= _decay(t, time_s) * _gain(db)
    return sound


def _tom(rate: int, hz: float, db: float) -> FloatArray:
    t = _times(0.5, rate)
    turns = hz * t + 0.6 * hz * 0.04 * (1 - _decay(t, 0.04))
    sound = np.sin(2 * np.pi * turns) * _decay(t, 0.13) + _noise(300, 3000, t, rate) * _decay(t, 0.03)
    return sound.astype(np.float32) * _gain(db)


def _metal(kit: Kit, rate: int, time_s: float, low_hz: float, db: float) -> FloatArray:
    t = _times(min(time_s * 5, 2.0), rate)
    noise = _noise(low_hz, kit.dull, t, rate)
    shimmer = np.zeros(t.size, np.float32)
    for hz in _METAL_HZ:
        if hz * 2.1 < rate / 2:
            shimmer += np.sin(np.float32(2 * np.pi * hz * 1.6) * t + 3 * np.sin(np.float32(2 * np.pi * hz * 0.73) * t))
    shimmer *= np.float32(0.05 * kit.metal)
    shimmer += noise * np.float32(1.6)
    shimmer *= _decay(t, time_s) + _decay(t, time_s / 6) * np.float32(0.8)
    shimmer *= _gain(db)
    return shimmer


def _shaker(kit: Kit, rate: int, db: float) -> FloatArray:
    t = _times(0.14, rate)
    swell = np.minimum(t / np.float32(0.02), 1) * _decay(t, 0.035)
    sound: FloatArray = _noise(4500, kit.dull, t, rate) * swell.astype(np.float32) * _gain(db + 3)
    return sound
