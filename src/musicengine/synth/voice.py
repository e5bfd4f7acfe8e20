"""A singing voice: a glottal source through the resonances of a vocal tract, sound by sound.

Every sound at every pitch is one period of a wave: harmonics that fall off like a glottal pulse (Klatt and Klatt, JASA
1990), times the response of the tract (:mod:`musicengine.dsp.formants`). The voice reads these periods with a phase
that follows the melody (portamento, vibrato, jitter) and fades from one to the next, so vowels glide into each other
and into consonants. Noise in bands makes fricatives and bursts, and the breath before a line.

A closed vowel's first formant rises with a pitch above it, as sopranos tune it (Joliveau, Smith and Wolfe, Nature
2004).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

import attrs
import numpy as np

from musicengine.dsp.formants import DIPHTHONGS, Tract, formants, response
from musicengine.dsp.phonemes import PHONES
from musicengine.dsp.types import Array, FloatArray
from musicengine.synth.articulation import Segment, articulate
from musicengine.synth.instruments import noise_band

__all__ = ["BLOCK", "sing"]

BLOCK = 64
"""Samples over which the pitch holds."""

_BITS = 11
_TABLE = 1 << _BITS
_SHIFT = np.uint32(32 - _BITS)
_PIECE = 256  # blocks at a time, in the cache
_HIGHEST_HZ = 10_000.0
_TILT_HZ = 4000.0  # above it the source falls faster
_PRESENCE_HZ = 1200.0
_LEVEL = 0.2  # root mean square of a vowel sung at full velocity
_NOISE_S = 1.5
_GLIDE_S, _GLIDE_LEAD_S = 0.08, 0.05
_SCOOP = 0.7  # semitones below the first note of a line
_VIBRATO_HZ, _VIBRATO, _VIBRATO_AFTER_S = 5.5, 0.35, 0.22  # semitones
_JITTER = 0.05  # semitones
_FORMANT_S = 0.045
_RELEASE_S = 0.07
_APART_S = 0.15  # notes so far apart are different lines
_BREATH_S = 0.22

_Sound: TypeAlias = tuple[str, int]
"""A phone, and how far a diphthong has glided, in quarters."""


@attrs.frozen
class _Target:
    """What the voice is at one moment: a sound of a note and how loud; between moments it fades."""

    at_s: float
    sound: _Sound
    note: int
    level: float


def sing(
    starts_s: Sequence[float],
    ends_s: Sequence[float],
    pitches: Sequence[float],
    levels: Sequence[float],
    syllables: Sequence[tuple[str, ...]],
    *,
    count: int,
    rate: int,
    tract: Tract = "woman",
    brightness: float = 0.0,
) -> FloatArray:
    """A melody with its words: float32 (count,).

    Args:
        starts_s: when the vowel of each note starts, increasing.
        ends_s: when each note ends.
        pitches: MIDI pitch of each note.
        levels: how loud each note is, in (0, 1].
        syllables: ARPAbet phones of each note, one vowel each.
        count: samples of the result.
        rate: samples per second.
        tract: who sings.
        brightness: from -1 to 1.
    """
    signal = np.zeros(count, np.float32)
    if not len(starts_s):
        return signal
    segments = articulate(starts_s, ends_s, syllables)
    notes = np.array([starts_s, ends_s, pitches], np.float64)
    targets = list(_targets(segments, levels))
    _add_voice(signal, targets, notes, rate, tract, brightness)
    _add_noise(signal, segments, levels, rate)
    return signal


def _targets(segments: Sequence[Segment], levels: Sequence[float]) -> Iterator[_Target]:
    """What the voice goes through, in order of time."""
    before: Segment | None = None
    for place, segment in enumerate(segments):
        after = segments[place + 1] if place + 1 < len(segments) else None
        level = levels[segment.note] ** 1.5
        if before is None or segment.start_s - before.end_s > 0.01:
            yield _Target(segment.start_s - 0.005, (segment.phone, 0), segment.note, 0.0)
        if segment.vowel:
            yield from _vowel(segment, before, level)
        else:
            yield from _consonant(segment, level)
        if after is None or after.start_s - segment.end_s > 0.01:
            yield _Target(segment.end_s + _RELEASE_S, (segment.phone, 4 if segment.vowel else 0), segment.note, 0.0)
        before = segment


def _vowel(segment: Segment, before: Segment | None, level: float) -> Iterator[_Target]:
    """A vowel: formants reach it soon after its start; a diphthong glides in its last part."""
    length = segment.end_s - segment.start_s
    quick = min(_FORMANT_S, 0.3 * length)
    joined = before is not None and segment.start_s - before.end_s < 0.01 and not before.vowel
    if joined and before is not None:
        voiced = PHONES[before.phone].voiced
        yield _Target(segment.start_s, (before.phone, 0), segment.note, level * max(voiced, 0.3))
    yield _Target(segment.start_s + quick, (segment.phone, 0), segment.note, level)
    if segment.phone in DIPHTHONGS:
        glide = min(0.18, 0.5 * length)
        for quarter in range(5):
            at = segment.end_s - quick / 2 - glide * (1 - quarter / 4)
            yield _Target(max(at, segment.start_s + quick), (segment.phone, quarter), segment.note, level * 0.95)
    else:
        yield _Target(
            max(segment.end_s - quick, segment.start_s + quick), (segment.phone, 0), segment.note, level * 0.9
        )


def _consonant(segment: Segment, level: float) -> Iterator[_Target]:
    """A consonant: held between short transitions; without voice where it has none."""
    phone, sound = PHONES[segment.phone], (segment.phone, 0)
    edge = min(0.012, 0.25 * (segment.end_s - segment.start_s))
    yield _Target(segment.start_s + edge, sound, segment.note, level * phone.voiced)
    yield _Target(segment.end_s - edge, sound, segment.note, level * phone.voiced)


def _add_voice(
    signal: FloatArray, targets: Sequence[_Target], notes: Array, rate: int, tract: Tract, brightness: float
) -> None:
    """Add everything that has a pitch."""
    names: dict[tuple[_Sound, int], int] = {}
    pitches = notes[2].tolist()
    rows = [names.setdefault((target.sound, round(pitches[target.note])), len(names)) for target in targets]
    tables = _periods(tuple(names), rate, tract, brightness).reshape(-1)
    times = np.maximum.accumulate(np.array([target.at_s for target in targets]))
    times += np.arange(times.size) * 1e-7  # in order, however short a sound is
    levels = np.array([target.level for target in targets]) * _LEVEL
    edges = np.arange(-(-signal.size // BLOCK) + 1) * (BLOCK / rate)
    gain = np.interp(edges, times, levels, 0, 0).astype(np.float32)
    active = np.flatnonzero(np.maximum(gain[:-1], gain[1:]) > 1e-6)
    if not active.size:
        return
    step = (_frequencies(edges[:-1] + BLOCK / rate / 2, notes) * (2.0**32 / rate)).astype(np.uint32)
    base = np.cumsum(step * np.uint32(BLOCK), dtype=np.uint32) - step * np.uint32(BLOCK)
    row = np.array(rows, np.int64) * _TABLE
    middle = edges[active] + BLOCK / rate / 2
    left = np.clip(np.searchsorted(times, middle, side="right") - 1, 0, len(rows) - 2)
    spans = times[left + 1] - times[left]
    fade = np.clip((middle - times[left]) / spans, 0, 1)
    slope = np.where((fade > 0) & (fade < 1), np.minimum(1 / spans, rate / BLOCK) / rate, 0)
    ramp = np.arange(BLOCK, dtype=np.float32)
    start, stop = row[left], row[left + 1]
    # Most of the time a sound is held: only where it moves to another are both read.
    moves = (start != stop) & (fade > 0) & (fade < 1)
    held = np.where(fade < 1, start, stop)
    for here in _pieces(np.flatnonzero(~moves), np.flatnonzero(moves)):
        blocks = active[here]
        turns = step[blocks, None] * np.arange(BLOCK, dtype=np.uint32)
        phase = (base[blocks, None] + turns).astype(np.uint32, copy=False)
        place = (phase >> _SHIFT).astype(np.int64)
        moving = bool(moves[here[0]])
        place += (start if moving else held)[here, None]
        wave = tables.take(place, mode="clip")
        if moving:
            place += (stop - start)[here, None]
            other = tables.take(place, mode="clip")
            other -= wave
            part = slope[here, None].astype(np.float32) * (ramp - np.float32(BLOCK / 2))
            part += fade[here, None].astype(np.float32)
            np.clip(part, 0, 1, out=part)
            other *= part
            wave += other
        wave *= gain[blocks, None] + (gain[blocks + 1] - gain[blocks])[:, None] * (ramp / BLOCK)
        _put(signal, wave, blocks)


def _pieces(*groups: Array) -> Iterator[Array]:
    """Each group of places in pieces that stay in the cache."""
    for group in groups:
        for first in range(0, group.size, _PIECE):
            yield group[first : first + _PIECE]


def _put(signal: FloatArray, wave: FloatArray, blocks: Array) -> None:
    """Write blocks (m, BLOCK) to their places."""
    whole = signal.size // BLOCK
    inside = blocks < whole
    signal[: whole * BLOCK].reshape(-1, BLOCK)[blocks[inside]] = wave[inside]
    if not inside.all():
        signal[whole * BLOCK :] = wave[-1, : signal.size - whole * BLOCK]


def _periods(sounds: Sequence[tuple[_Sound, int]], rate: int, tract: Tract, brightness: float) -> FloatArray:
    """One period of each sound at its pitch, of root mean square 1: float32 (sounds, 2048)."""
    pitches = np.array([pitch for _, pitch in sounds])
    hz = (440 * 2 ** ((pitches - 69) / 12)).astype(np.float32)
    highest = min(_HIGHEST_HZ, 0.45 * rate)
    harmonics = np.arange(1, max(2, min(int(highest / hz.min()), _TABLE // 4)) + 1, dtype=np.float32)
    frequencies: FloatArray = hz[:, None] * harmonics
    targets = np.array([_formants(sound, tract) for sound, _ in sounds], np.float32)
    targets[:, 0] = np.maximum(targets[:, 0], hz)
    targets[:, 1] = np.maximum(targets[:, 1], targets[:, 0] * 1.2)
    nasal = np.array([phone in PHONES and PHONES[phone].nasal for (phone, _), _ in sounds], np.float32)
    spectrum = response(frequencies, targets, tract, nasal=nasal)
    tilt = np.float32(_TILT_HZ * 2**brightness)
    source = np.sqrt(1 + (frequencies / np.float32(_PRESENCE_HZ)) ** 2) / (1 + (frequencies / tilt) ** 2)
    spectrum *= np.where(frequencies < highest, source / np.sqrt(np.sqrt(frequencies)) / np.sqrt(frequencies), 0)
    norm = np.sqrt(0.5 * np.sum(spectrum.real**2 + spectrum.imag**2, axis=1, keepdims=True))
    full = np.zeros((len(sounds), _TABLE // 2 + 1), np.complex64)
    np.divide(spectrum, 2 * norm, out=full[:, 1 : harmonics.size + 1])
    return np.fft.irfft(full, norm="forward").astype(np.float32, copy=False)


@lru_cache(maxsize=512)
def _formants(sound: _Sound, tract: Tract) -> tuple[float, ...]:
    """F1 to F3 of a sound; a diphthong's between its two vowels."""
    phone, quarter = sound
    start = formants(phone, tract)
    if phone not in DIPHTHONGS or not quarter:
        return start
    # A sung glide stops short of its goal.
    part = 0.85 * quarter / 4
    return tuple(a ** (1 - part) * b**part for a, b in zip(start, formants(DIPHTHONGS[phone][1], tract), strict=True))


def _frequencies(times: Array, notes: Array) -> Array:
    """The pitch of the voice in Hz at each time: portamento into each note, vibrato on long ones, jitter."""
    starts, ends, pitches = notes
    lead = np.searchsorted(starts - _GLIDE_LEAD_S, times, side="right") - 1
    note = np.maximum(lead, 0)
    since = times - starts[note]
    apart = np.append(True, starts[1:] - ends[:-1] > _APART_S)
    origin = np.where(apart, pitches - _SCOOP, np.roll(pitches, 1))
    arrived = np.clip((since + _GLIDE_LEAD_S) / _GLIDE_S, 0, 1)
    arrived *= arrived * (3 - 2 * arrived)
    pitch = origin[note] + (pitches[note] - origin[note]) * arrived
    depth = np.clip((since - _VIBRATO_AFTER_S) / 0.2, 0, 1) * (ends - starts > 0.4)[note]
    pitch += _VIBRATO * depth * np.sin(2 * np.pi * _VIBRATO_HZ * np.maximum(since, 0))
    pitch += _JITTER * _unrest(times.size)
    frequencies: Array = 440 * 2 ** ((pitch - 69) / 12)
    return frequencies


@lru_cache(maxsize=8)
def _unrest(count: int) -> Array:
    """Slow noise of unit variance: (count,)."""
    noise = np.random.Generator(np.random.PCG64(7)).standard_normal(count + 31)
    kernel = np.hanning(34)[1:-1]
    smooth: Array = np.convolve(noise, kernel / np.sqrt(np.sum(kernel**2)), "valid")[:count]
    return smooth


def _add_noise(signal: FloatArray, segments: Sequence[Segment], levels: Sequence[float], rate: int) -> None:
    """Add fricatives, bursts, aspiration, and the breath before each line."""
    before_s = -1.0
    for place, segment in enumerate(segments):
        level = levels[segment.note] ** 1.5 * _LEVEL / 0.2
        if segment.start_s - before_s > _BREATH_S + 0.1 and segment.start_s > _BREATH_S + 0.1:
            start = segment.start_s - _BREATH_S - 0.05
            _add_burst(signal, (900.0, 5000.0), 0.045 * level, (start, start + _BREATH_S), (0.7, 0.3), place, rate)
        before_s = segment.end_s
        phone = None if segment.vowel else PHONES[segment.phone]
        if phone is None or not phone.noise:
            continue
        start = segment.start_s + phone.closed * (segment.end_s - segment.start_s)
        # A fricative swells, a burst is there at once and dies away over the vowel's first moment.
        shape = (0.03, 0.9) if phone.closed else (0.35, 0.35)
        end = segment.end_s + (0.012 if phone.closed else 0.008)
        _add_burst(signal, phone.noise_hz, phone.noise * level, (start, end), shape, place, rate)


def _add_burst(
    signal: FloatArray,
    band: tuple[float, ...],
    level: float,
    span_s: tuple[float, float],
    shape: tuple[float, float],
    place: int,
    rate: int,
) -> None:
    """Add noise of a band over a span, rising and falling in these shares of it."""
    low, high = band
    high = min(high, 0.45 * rate)
    noise = noise_band(min(low, high / 2), high, _NOISE_S, rate)
    start, end = max(0, round(span_s[0] * rate)), min(signal.size, round(span_s[1] * rate))
    length = end - start
    if length <= 2:
        return
    # Each sound takes another piece of the noise.
    offset = (place * 7919 * 16) % max(1, noise.size - length)
    ramp = np.arange(1, length + 1, dtype=np.float32) / np.float32(length)
    envelope = np.minimum(ramp / np.float32(shape[0]), (1 - ramp) / np.float32(shape[1]))
    np.minimum(envelope, 1, out=envelope)
    piece = noise[offset : offset + length]
    signal[start : start + piece.size] += piece * envelope[: piece.size] * np.float32(level)
