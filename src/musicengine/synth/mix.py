"""An arrangement becomes sound: every stem on its own bus, then one master for all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from musicengine.dsp.limiter import gain_curve
from musicengine.dsp.products import product
from musicengine.dsp.types import FloatArray
from musicengine.synth import drums
from musicengine.synth.arrangement import Arrangement, Part, compose
from musicengine.synth.genres import Genre, find_genre
from musicengine.synth.instruments import play
from musicengine.synth.mastering import master
from musicengine.synth.patches import PATCHES
from musicengine.synth.space import reverberate
from musicengine.values._arrays import frozen
from musicengine.values._value import Value
from musicengine.values.making import Brief, Take, Truth
from musicengine.values.sound import Audio, Stems

__all__ = ["TARGET_LUFS", "Rendered", "make", "render", "truth"]

TARGET_LUFS = -14.0
_STEMS = ("vocals", "drums", "bass", "other")
_COSTLY_FIRST = ("other", "drums", "vocals", "bass")
#: Drums that get reverb; kick and hats stay dry.
_WET_DRUMS = frozenset({37, 38, 39, 45, 47, 49, 50})
#: Kits beside patches: patches are levelled note by note, kits hit by hit.
_DRUMS_DB = -5.5
_VELOCITY_LAYERS = 12
_PIECE = 1 << 15
#: Two players hear each other: a third of each in the other's channel, so that a mono sum loses little.
_BLEND = (np.array([[1.0, 0.3], [0.3, 1.0]]) / np.sqrt(1.09)).astype(np.float32)
#: Lengths are rounded to a geometric series.
_LENGTH_RATIO = 1.15
_DUCKED = {"vocals": 0.25, "bass": 1.0, "other": 1.0}


@attrs.frozen(repr=False, slots=False)
class Rendered(Value):
    """A mix and the stems that add up to it."""

    mix: Audio
    stems: Stems


def make(brief: Brief) -> Take:
    """The take of a brief: composed, rendered, with its truth.

    Raises:
        BriefError: the brief asks for the impossible.
    """
    arrangement = compose(brief)
    rendered = render(arrangement)
    return Take(
        rendered.mix,
        arrangement.brief,
        lyrics=arrangement.brief.lyrics,
        truth=truth(arrangement, rendered.stems),
        notes=arrangement.notes,
    )


def truth(arrangement: Arrangement, stems: Stems | None = None) -> Truth:
    """What is known about a rendering because it was written that way."""
    return Truth(
        tempo=arrangement.tempo,
        beats=arrangement.beats,
        key=arrangement.key,
        chords=arrangement.chords,
        sections=arrangement.sections,
        words=arrangement.words,
        stems=stems,
    )


def render(arrangement: Arrangement, *, rate: int = 44_100) -> Rendered:
    """The sound of an arrangement at -14 LUFS, true peak at most -1 dBTP, in stereo.

    Args:
        arrangement: what to play.
        rate: samples per second. Below 8 kHz there is not enough band left to reach the level without the limiter.
    """
    n = max(1, round(arrangement.duration_s * rate))
    genre, _ = find_genre(arrangement.genre)
    # Every stem is computed for itself, so two threads give the same samples as one.
    with ThreadPoolExecutor(2) as threads:
        buses = list(threads.map(lambda stem: _bus(arrangement, genre, stem, n, rate), _COSTLY_FIRST))
        mix = buses[0] + buses[1]
        for bus in buses[2:]:
            mix += bus
        gains = master(mix, rate, TARGET_LUFS, threads=threads)
        by_stem = dict(zip(_COSTLY_FIRST, buses, strict=True))
        in_order = [by_stem[stem] for stem in _STEMS]
        list(threads.map(lambda start: _finish(in_order, mix, gains, start), range(0, n, _PIECE)))
    vocals, drum_set, bass, other = (Audio(frozen(by_stem[stem]), rate) for stem in _STEMS)
    stems = Stems(vocals, drum_set, bass, other, provenance="stub")
    return Rendered(Audio(frozen(mix), rate), stems)


def _finish(stems: list[FloatArray], mix: FloatArray, gains: FloatArray, start: int) -> None:
    """Apply the gains to a piece of every stem, and add the stems up in the order in which Stems does."""
    piece = slice(start, start + _PIECE)
    for stem in stems:
        stem[:, piece] *= gains[piece]
    np.add(stems[0][:, piece], stems[1][:, piece], out=mix[:, piece])
    for stem in stems[2:]:
        mix[:, piece] += stem[:, piece]


def _bus(arrangement: Arrangement, genre: Genre, stem: str, n: int, rate: int) -> FloatArray:
    """One stem before mastering: float32 (2, n)."""
    parts = [part for part in arrangement.parts if part.stem == stem and len(part)]
    bus = np.zeros((2, n), np.float32)
    if not parts:
        return bus
    # What gets reverb comes first, the room answers to what is there, and what stays dry comes after.
    for wet in (True, False):
        for part in parts:
            if part.stem == "drums":
                _place_drums(part, bus, rate, wet=wet)
            elif part.wet == wet:
                _place(part, bus, rate, arrangement.brightness)
        if wet and any(part.wet for part in parts):
            reverberate(bus, rate, room_s=genre.room_s, gain=10 ** (genre.wet_db / 20))
    if genre.duck and stem in _DUCKED:
        bus *= _ducking(arrangement, genre.duck * _DUCKED[stem], n, rate)
    _fade(bus, rate)
    return bus


def _place(part: Part, bus: FloatArray, rate: int, brightness: float) -> None:
    """Add every note of a part to a bus; notes alike in pitch, length and velocity are played once."""
    patch = PATCHES[part.patch]
    gain = 10 ** (part.level_db / 20)
    angle = (part.pan + 1) * np.pi / 4
    sides = (np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])).astype(np.float32)
    starts = np.rint(part.starts_s * rate).astype(int).tolist()
    lengths = np.rint(np.log(np.maximum(part.durations_s, 0.03)) / np.log(_LENGTH_RATIO)).astype(int).tolist()
    layers = np.ceil(part.velocities * _VELOCITY_LAYERS).astype(int).tolist()
    played: dict[tuple[float, int], FloatArray] = {}
    scaled: dict[tuple[float, int, int], FloatArray] = {}
    for start, length, pitch, layer in zip(starts, lengths, part.pitches.tolist(), layers, strict=True):
        sound = scaled.get((pitch, length, layer))
        if sound is None:
            if (pitch, length) not in played:
                tone = play(patch, pitch, _LENGTH_RATIO**length, rate, brightness)
                played[pitch, length] = product(sides * _BLEND, tone) if len(tone) == 2 else tone * sides
            level = (layer / _VELOCITY_LAYERS) ** 1.5 * gain
            sound = scaled[pitch, length, layer] = played[pitch, length] * np.float32(level)
        _add(bus, sound, start)


def _place_drums(part: Part, bus: FloatArray, rate: int, *, wet: bool) -> None:
    """Add the hits of the drums that get reverb, or of those that do not."""
    gain = 10 ** ((part.level_db + _DRUMS_DB) / 20)
    starts = np.rint(part.starts_s * rate).astype(int).tolist()
    layers = np.ceil(part.velocities * _VELOCITY_LAYERS).astype(int).tolist()
    scaled: dict[tuple[int, int], FloatArray] = {}
    for start, pitch, layer in zip(starts, part.pitches.astype(int).tolist(), layers, strict=True):
        if (pitch in _WET_DRUMS) != wet:
            continue
        sound = scaled.get((pitch, layer))
        if sound is None:
            angle = (drums.pan(pitch) + 1) * np.pi / 4
            level = np.sqrt(2) * (layer / _VELOCITY_LAYERS) ** 1.5 * gain
            sides = np.array([[np.cos(angle)], [np.sin(angle)]]) * level
            sound = scaled[pitch, layer] = drums.hit(part.patch, pitch, rate) * sides.astype(np.float32)
        _add(bus, sound, start)


def _add(bus: FloatArray, sound: FloatArray, start: int) -> None:
    """Add a sound at a place, cut at the end of the bus."""
    place = bus[:, start : start + sound.shape[1]]
    place += sound[:, : place.shape[1]]


def _ducking(arrangement: Arrangement, depth: float, n: int, rate: int) -> FloatArray:
    """Gains that dip at every kick and recover within an eighth note: (n,)."""
    block = 64
    kicks = [part.starts_s[part.pitches == 36] for part in arrangement.parts if part.stem == "drums"]
    times = (np.arange(n // block + 2) * (block / rate)).astype(np.float32)
    starts = np.concatenate([np.full(1, -10, np.float32), *kicks])
    since = times - starts[np.searchsorted(starts, times, side="right") - 1]
    recovery_s = 20 / arrangement.tempo.bpm
    gains = 1 - depth * np.exp(-((since / recovery_s) ** 2) * 2)
    return gain_curve(gains.astype(np.float32), n)


def _fade(bus: FloatArray, rate: int) -> None:
    """Let the end die away: no click where notes are cut."""
    length = min(bus.shape[1], int(0.25 * rate))
    bus[:, bus.shape[1] - length :] *= np.linspace(1, 0, length, dtype=np.float32) ** 2
