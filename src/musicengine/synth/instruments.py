"""Plays a note of a patch.

Tones are read from wavetables (one period, band-limited, made in the spectral domain) with a 32-bit phase that
wraps by itself; a bright and a dark table cross-fade, which is what a closing filter sounds like. Bells and electric
pianos are frequency modulation (Chowning, 1973). Pads, strings and choirs are one long loop in which every harmonic
is a band with random phases, the sound of many players (Nasca's PADsynth).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from musicengine.dsp.types import FloatArray
from musicengine.synth.patches import Patch

__all__ = ["count_samples", "frequency", "noise_band", "play", "sustain"]

_TABLE_BITS = 13
_TABLE = 1 << _TABLE_BITS
_SHIFT = np.uint32(32 - _TABLE_BITS)
_WRAP = 2.0**32
_COARSE = np.uint32(8)
_LOOP = 1 << 16
_VIBRATO_HZ = 5.4
#: How slowly a chorus turns.
_CHORUS_HZ = 0.8
#: Wavetables are shared by pitches this many semitones apart.
_TABLE_STEP = 3


def frequency(pitch: float) -> float:
    """Hz of a MIDI pitch (69 is 440 Hz)."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def count_samples(patch: Patch, held_s: float, rate: int) -> int:
    """How long a note sounds that is held so long: samples."""
    return max(int((held_s + patch.release_s) * rate), 16)


def sustain(patch: Patch, pitch: float, n: int, rate: int, brightness: float = 0.0) -> FloatArray:
    """A tone that is never let go, as notes of any length begin: float32 (1 or 2, n); for the arguments see `play`."""
    make = {"wave": _wave, "bell": _bell, "choir": _choir, "sweep": _sweep}[patch.manner]
    return make(patch, pitch, n, rate, 2.0**brightness)


def play(
    patch: Patch, pitch: float, held_s: float, rate: int, brightness: float = 0.0, tone: FloatArray | None = None
) -> FloatArray:
    """One note at full velocity: float32 (1 or 2, n), where n covers the release.

    Args:
        patch: the instrument.
        pitch: MIDI pitch.
        held_s: until the note is let go.
        rate: Hz.
        brightness: from -1 to 1, an octave of filter each way.
        tone: of :func:`sustain`, at least as long, where it is there already.
    """
    n = count_samples(patch, held_s, rate)
    if tone is None or tone.shape[1] < n or patch.manner == "sweep":
        tone = sustain(patch, pitch, n, rate, brightness)
    envelope = _envelope(patch, n, held_s, rate)
    sound = tone[:, :n] * envelope
    if patch.drive:
        # Saturation after the envelope: loud starts bite, the tail is clean.
        sound *= np.float32(1 + patch.drive)
        np.tanh(sound, out=sound)
        sound *= np.float32(0.6)
        # A lopsided wave comes out of it with an offset, which goes.
        sound -= envelope * (sound.mean(axis=1, keepdims=True) / envelope.mean())
    if patch.noise:
        burst = noise_band(1500.0, 9000.0, 0.12, rate)[: sound.shape[1]]
        sound[:, : burst.size] += (
            burst * np.exp(np.linspace(0, -6, burst.size, dtype=np.float32)) * np.float32(patch.noise * 4)
        )
    sound *= np.float32(10 ** (patch.level_db / 20))
    return sound


@lru_cache(maxsize=256)
def _envelope(patch: Patch, n: int, held_s: float, rate: int) -> FloatArray:
    """Attack, decay to the sustain level, release: (n,)."""
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    level = np.ones(n, np.float32)
    if patch.decay_s:
        level = np.float32(1 - patch.sustain) * np.exp(t * np.float32(-1 / patch.decay_s)) + np.float32(patch.sustain)
    rise = min(int(patch.attack_s * rate) + 1, n)
    level[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise, dtype=np.float32)) ** 2
    fall = min(int(patch.release_s * rate), n)
    ramp = np.linspace(1, 0, fall, dtype=np.float32)
    level[n - fall :] *= ramp * ramp
    level.flags.writeable = False
    return level


def _detunings(patch: Patch) -> tuple[float, ...]:
    return (-patch.detune_cents / 2, patch.detune_cents / 2) if patch.detune_cents else (0.0,)


def _phase(patch: Patch, hz: float, n: int, rate: int, channel: int) -> np.ndarray:
    """Phase in turns times 2**32, wrapping: uint32 (n,)."""
    step = np.uint32(round(hz / rate * _WRAP) % _WRAP)
    phase = np.arange(n, dtype=np.uint32) * step + np.uint32(channel * 777_777_777)
    if patch.vibrato_cents or patch.drop_cents or patch.chorus_cents:
        phase += (_bend(patch, n, rate, channel) * np.float32(hz)).astype(np.int32).view(np.uint32) << _COARSE
    return phase


@lru_cache(maxsize=128)
def _bend(patch: Patch, n: int, rate: int, channel: int) -> FloatArray:
    """Phase that vibrato, chorus and a falling start add to a note of 1 Hz, in turns times 2**24: (n,).

    Eight bits less than a phase has, so that whole turns fit into a number as well.
    """
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    turns = np.zeros(n, np.float32)
    if patch.vibrato_cents:
        depth = patch.vibrato_cents * np.log(2) / 1200 / (2 * np.pi * _VIBRATO_HZ)
        comes = np.clip((t - np.float32(0.15)) * np.float32(4), 0, 1)
        turns += comes * np.sin(t * np.float32(2 * np.pi * _VIBRATO_HZ)) * np.float32(depth)
    if patch.chorus_cents:
        # Two players a half turn apart: what a stereo chorus does.
        depth = patch.chorus_cents * np.log(2) / 1200 / (2 * np.pi * _CHORUS_HZ)
        turns += np.sin(t * np.float32(2 * np.pi * _CHORUS_HZ)) * np.float32(depth * (1 - 2 * channel))
    if patch.drop_cents:
        fall_s = 0.03
        turns += np.float32(fall_s * (2 ** (patch.drop_cents / 1200) - 1)) * (1 - np.exp(t * np.float32(-1 / fall_s)))
    turns *= np.float32(_WRAP / 2 ** int(_COARSE))
    return turns


def _wave(patch: Patch, pitch: float, n: int, rate: int, brightness: float) -> FloatArray:
    top = int(np.ceil(pitch / _TABLE_STEP)) * _TABLE_STEP
    bright = _table(patch, top, rate, patch.bright_hz * brightness, patch.formants)
    dark = _table(patch, top, rate, patch.dark_hz * brightness, patch.dark_formants or patch.formants)
    fade = _mellowing(patch.mellow_s, n, rate)
    out = np.empty((len(_detunings(patch)), n), np.float32)
    for channel, cents in enumerate(_detunings(patch)):
        place = (_phase(patch, frequency(pitch + cents / 100), n, rate, channel) >> _SHIFT).astype(np.int64)
        row = out[channel]
        np.take(bright - dark, place, out=row, mode="clip")
        row *= fade
        row += dark.take(place)
    return out


@lru_cache(maxsize=256)
def _mellowing(time_s: float, n: int, rate: int) -> FloatArray:
    """How bright the tone still is: (n,)."""
    fade: FloatArray = np.exp(np.arange(n, dtype=np.float32) * np.float32(-1 / (time_s * rate)))
    return fade


@lru_cache(maxsize=512)
def _table(
    patch: Patch, pitch: int, rate: int, corner_hz: float, formants: tuple[tuple[float, float, float], ...]
) -> FloatArray:
    """One period of a tone without harmonics above half the rate, of RMS 0.2: (8192,)."""
    hz = frequency(pitch)
    harmonics = np.arange(1, max(2, min(int(0.45 * rate / hz), _TABLE // 8)))
    amplitudes = _amplitudes(patch, harmonics, hz, corner_hz, formants)
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    # Phases that spread the harmonics keep the wave's crest low.
    spectrum[harmonics] = amplitudes * np.exp(1j * np.pi * harmonics * (harmonics - 1) / max(8, harmonics.size) * 0.5)
    wave = np.fft.irfft(spectrum)
    wave *= 0.2 / np.sqrt(np.mean(wave * wave))
    return wave.astype(np.float32)


def _amplitudes(
    patch: Patch,
    harmonics: np.ndarray,
    hz: float,
    corner_hz: float,
    formants: tuple[tuple[float, float, float], ...],
) -> np.ndarray:
    if patch.drawbars:
        amplitudes = np.zeros(harmonics.size)
        count = min(len(patch.drawbars), harmonics.size)
        amplitudes[:count] = patch.drawbars[:count]
    else:
        amplitudes = harmonics ** -float(patch.rolloff)
    amplitudes = np.where(harmonics % 2 == 0, amplitudes * patch.even, amplitudes)
    frequencies = harmonics * hz
    # A microphone close by and a mix that cuts through: presence rises from 1.2 kHz until the corner takes over.
    amplitudes = amplitudes * (1 + (frequencies / 1200) ** 2) ** 0.4 / np.sqrt(1 + (frequencies / corner_hz) ** 4)
    if formants:
        # Resonances over a floor, so that no pitch falls silent between them.
        gains = [gain / (1 + ((frequencies - center) / width) ** 2) for center, width, gain in formants]
        amplitudes = amplitudes * (0.08 + np.sum(gains, axis=0))
    result: np.ndarray = amplitudes
    return result


def _bell(patch: Patch, pitch: float, n: int, rate: int, brightness: float) -> FloatArray:
    fade = _mellowing(patch.mellow_s, n, rate) * np.float32(patch.index * brightness)
    # High notes take less modulation, or they turn to glass.
    fade *= np.float32(min(1.0, frequency(84 - 12 * np.log2(patch.ratio)) / frequency(pitch)))
    out = np.empty((len(_detunings(patch)), n), np.float32)
    for channel, cents in enumerate(_detunings(patch)):
        # The modulator is detuned with its carrier, or a sideband would end up a little beside 0 Hz.
        hz = frequency(pitch + cents / 100)
        angle = _radians(_phase(patch, hz * patch.ratio, n, rate, channel))
        np.sin(angle, out=angle)
        angle *= fade
        angle += _radians(_phase(patch, hz, n, rate, channel))
        np.sin(angle, out=out[channel])
    out *= np.float32(0.28)
    return out


def _radians(phase: np.ndarray) -> FloatArray:
    """A wrapping phase as an angle from -pi to pi: float32 (n,)."""
    angle = phase.view(np.int32).astype(np.float32)
    angle *= np.float32(2 * np.pi / _WRAP)
    return angle


def _sweep(patch: Patch, pitch: float, n: int, rate: int, brightness: float) -> FloatArray:
    """Noise that grows louder and brighter up to its end, another in each channel."""
    top_hz = min(patch.bright_hz * brightness, 0.45 * rate)
    low, high = (noise_band(hz, 3 * hz, 1.5, rate) for hz in (top_hz / 9, top_hz / 3))
    rise = np.linspace(0, 1, n, dtype=np.float32) ** 2
    out = np.empty((2, n), np.float32)
    for channel, shift in enumerate((0, low.size // 3)):
        np.multiply(np.resize(np.roll(high, shift), n), rise, out=out[channel])
        out[channel] += np.resize(np.roll(low, shift), n) * (1 - rise)
    out *= rise
    return out


def _choir(patch: Patch, pitch: float, n: int, rate: int, brightness: float) -> FloatArray:
    loop = _loop(patch, round(pitch * 100), rate, patch.bright_hz * brightness)
    return np.concatenate([loop] * -(-n // _LOOP), axis=1)[:, :n] if n > _LOOP else loop[:, :n]


@lru_cache(maxsize=96)
def _loop(patch: Patch, cents: int, rate: int, corner_hz: float) -> FloatArray:
    """A seamless stereo loop of many players of one pitch, of RMS 0.2: (2, 65536)."""
    hz = frequency(cents / 100)
    harmonics = np.arange(1, max(2, int(min(0.45 * rate, 6 * corner_hz) / hz)))
    amplitudes = _amplitudes(patch, harmonics, hz, corner_hz, patch.formants)
    rng = np.random.Generator(np.random.PCG64(cents))
    centers = harmonics * (hz * _LOOP / rate)
    spreads = np.maximum(0.6, centers * (2 ** (patch.detune_cents / 1200) - 1))
    lowest = np.maximum(1, (centers - 3 * spreads).astype(int))
    counts = np.minimum((centers + 3 * spreads).astype(int) + 2, _LOOP // 2) - lowest
    firsts = np.cumsum(counts) - counts
    # All bands in a row: the bins of each harmonic, how far they are from its middle, and a phase for each channel.
    place = np.arange(counts.sum())
    bins = place + np.repeat(lowest - firsts, counts)
    profile = np.exp(-0.5 * ((bins - np.repeat(centers, counts)) / np.repeat(spreads, counts)).astype(np.float32) ** 2)
    profile *= np.repeat(amplitudes / np.sqrt(np.add.reduceat(profile**2, firsts)), counts).astype(np.float32)
    turns = rng.random(2 * place.size).astype(np.float32) * np.float32(2 * np.pi)
    spectrum = np.zeros((2, _LOOP // 2 + 1), np.complex64)
    for row, shift in zip(spectrum, (np.zeros_like(counts), counts), strict=True):
        angle = turns[place + np.repeat(firsts + shift, counts)]
        row.real = np.bincount(bins, profile * np.cos(angle), row.size)
        row.imag = np.bincount(bins, profile * np.sin(angle), row.size)
    loop = np.fft.irfft(spectrum)
    loop *= 0.2 / np.sqrt(np.mean(loop * loop))
    return loop.astype(np.float32, copy=False)


@lru_cache(maxsize=64)
def noise_band(low_hz: float, high_hz: float, seconds: float, rate: int) -> FloatArray:
    """Noise between two frequencies with soft edges, of RMS 0.2, always the same: (seconds * rate,)."""
    n = max(int(seconds * rate), 16)
    size = 1 << (n - 1).bit_length()
    rng = np.random.Generator(np.random.PCG64(int(low_hz * 7 + high_hz)))
    frequencies = np.fft.rfftfreq(size, 1 / rate) + 1
    shape = 1 / np.sqrt((1 + (low_hz / frequencies) ** 6) * (1 + (frequencies / high_hz) ** 6))
    noise = np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(shape.size)))[:n]
    noise *= 0.2 / np.sqrt(np.mean(noise * noise))
    result: FloatArray = noise.astype(np.float32)
    return result
