"""An arrangement becomes sound: every stem on its own bus, then one master for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import attrs
import numpy as np

from musicengine.dsp.limiter import gain_curve
from musicengine.dsp.products import product
from musicengine.dsp.types import FloatArray
from musicengine.synth import drums
from musicengine.synth.arrangement import Arrangement, Part, compose
from musicengine.synth.genres import find_genre
from musicengine.synth.instruments import count_samples, play, sustain
from musicengine.synth.mastering import master
from musicengine.synth.patches import PATCHES
from musicengine.synth.space import reverberate
from musicengine.synth.styles import Genre
from musicengine.synth.voice import sing
from musicengine.values._arrays import frozen
from musicengine.values._value import Value
from musicengine.values.making import Brief, Take, Truth
from musicengine.values.sound import Audio, Stems

__all__ = ["TARGET_LUFS", "Rendered", "make", "render", "truth"]

TARGET_LUFS = -14.0
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
#: Echoes of a part that has them, and how much softer each is.
_ECHOES, _ECHO = 2, 0.4
#: What the width of a brief makes of the sides: a factor of two each octave.
_WIDTH_OCTAVES = 1.0
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
        lyrics=arrangement.lyrics,
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

        def start(stem: str, started: FloatArray | None = None) -> Future[FloatArray]:
            return threads.submit(_bus, arrangement, genre, stem, n, rate, started)

        # The accompaniment is the most work: both threads play half of it, and it waits for its room behind the singer.
        halves = [threads.submit(_half, arrangement, half, n, rate) for half in (0, 1)]
        vocals, drum_set = start("vocals"), start("drums")
        band = halves[0].result()
        band += halves[1].result()
        other, bass = start("other", band), start("bass")
        buses = [job.result() for job in (vocals, drum_set, bass, other)]  # in the order of Stems
        del halves, band
        mix = np.empty_like(buses[0])
        list(threads.map(lambda start: _add_up(buses, mix, slice(start, start + _PIECE)), range(0, n, _PIECE)))
        gains = master(mix, rate, TARGET_LUFS, threads=threads)
        list(threads.map(lambda start: _finish(buses, mix, gains, start), range(0, n, _PIECE)))
    stems = Stems(*(Audio(frozen(bus), rate) for bus in buses), provenance="stub")
    return Rendered(Audio(frozen(mix), rate), stems)


def _finish(stems: list[FloatArray], mix: FloatArray, gains: FloatArray, start: int) -> None:
    """Apply the gains to a piece of every stem, and add them up in the order in which Stems does."""
    piece = slice(start, start + _PIECE)
    for stem in stems:
        stem[:, piece] *= gains[piece]
    _add_up(stems, mix, piece)


def _add_up(stems: list[FloatArray], mix: FloatArray, piece: slice) -> None:
    """Add up a piece of every stem."""
    np.add(stems[0][:, piece], stems[1][:, piece], out=mix[:, piece])
    for stem in stems[2:]:
        mix[:, piece] += stem[:, piece]


def _half(arrangement: Arrangement, half: int, n: int, rate: int) -> FloatArray:
    """Half of the accompanying parts that get reverb, before they do: float32 (2, n)."""
    bus = np.zeros((2, n), np.float32)
    for part in _share(arrangement.parts)[half]:
        _place(part, bus, rate, arrangement.brightness)
    return bus


def _share(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """Accompanying parts that get reverb in two halves of about the same work: the longest first, to who has less."""
    halves: tuple[list[Part], list[Part]] = [], []
    work = [0.0, 0.0]
    costs = [float(part.durations_s.sum()) * (1 + _ECHOES * (part.echo_s > 0)) for part in parts]
    for cost, at in sorted(((-cost, at) for at, cost in enumerate(costs)), key=lambda item: item):
        part = parts[at]
        if part.stem == "other" and part.wet and len(part):
            half = int(work[1] < work[0])
            halves[half].append(part)
            work[half] -= cost
    return halves


def _bus(
    arrangement: Arrangement, genre: Genre, stem: str, n: int, rate: int, started: FloatArray | None
) -> FloatArray:
    """One stem before mastering: float32 (2, n); ``started`` already has the parts that get reverb."""
    parts = [part for part in arrangement.parts if part.stem == stem and len(part)]
    bus = np.zeros((2, n), np.float32) if started is None else started
    if not parts:
        return bus
    # What gets reverb comes first, the room answers to what is there, and what stays dry comes after.
    for wet in (True, False):
        for part in () if wet and started is not None else parts:
            if part.stem == "drums":
                _place_drums(part, bus, rate, arrangement.brightness, wet=wet)
            elif part.syllables:
                if wet:
                    _sing(part, bus, rate, arrangement.brightness)
            elif part.wet == wet:
                _place(part, bus, rate, arrangement.brightness)
        if wet and any(part.wet for part in parts):
            reverberate(bus, rate, room_s=genre.room_s, gain=10 ** (genre.wet_db / 20))
    if genre.duck and stem in _DUCKED:
        bus *= _ducking(arrangement, genre.duck * _DUCKED[stem], n, rate)
    if arrangement.width:
        _widen(bus, 2 ** (_WIDTH_OCTAVES * arrangement.width))
    _fade(bus, rate)
    return bus


def _sing(part: Part, bus: FloatArray, rate: int, brightness: float) -> None:
    """Add a singer in the middle."""
    bus += np.float32(10 ** (part.level_db / 20)) * sing(
        part.starts_s.tolist(),
        (part.starts_s + part.durations_s).tolist(),
        part.pitches.tolist(),
        part.velocities.tolist(),
        [syllable.phones for syllable in part.syllables],
        count=bus.shape[1],
        rate=rate,
        tract="woman" if part.patch == "woman" else "man",
        brightness=brightness,
    )


def _place(part: Part, bus: FloatArray, rate: int, brightness: float) -> None:
    """Add every note of a part to a bus; notes alike in pitch, length and velocity are played once."""
    patch = PATCHES[part.patch]
    gain = 10 ** (part.level_db / 20)
    angle = (part.pan + 1) * np.pi / 4
    sides = (np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])).astype(np.float32)
    starts = np.rint(part.starts_s * rate).astype(int).tolist()
    lengths = np.rint(np.log(np.maximum(part.durations_s, 0.03)) / np.log(_LENGTH_RATIO)).astype(int).tolist()
    layers = np.ceil(part.velocities * _VELOCITY_LAYERS).astype(int).tolist()
    # Notes of one pitch begin alike: its tone is made once, as long as the longest needs it.
    longest: dict[float, int] = {}
    for pitch, length in zip(part.pitches.tolist(), lengths, strict=True):
        longest[pitch] = max(length, longest.get(pitch, length))
    sustained: dict[float, FloatArray] = {}
    tones: dict[tuple[float, int], FloatArray] = {}
    scaled = np.empty(
        (2, max((count_samples(patch, _LENGTH_RATIO**held, rate) for held in lengths), default=0)), np.float32
    )
    for start, length, pitch, layer in zip(starts, lengths, part.pitches.tolist(), layers, strict=True):
        tone = tones.get((pitch, length))
        if tone is None:
            if pitch not in sustained:
                count = count_samples(patch, _LENGTH_RATIO ** longest[pitch], rate)
                sustained[pitch] = sustain(patch, pitch, count, rate, brightness)
            tone = play(patch, pitch, _LENGTH_RATIO**length, rate, brightness, sustained[pitch])
            tone = tones[pitch, length] = product(sides * _BLEND, tone) if len(tone) == 2 else tone * sides
        level = np.float32((layer / _VELOCITY_LAYERS) ** 1.5 * gain)
        sound = np.multiply(tone, level, out=scaled[:, : tone.shape[1]])
        _add(bus, sound, start)
        for repeat in range(1, _ECHOES + 1) if part.echo_s else ():
            # Each echo comes from the other side, and softer.
            sound *= np.float32(_ECHO)
            _add(bus[:: 1 - 2 * (repeat % 2)], sound, start + round(repeat * part.echo_s * rate))


def _place_drums(part: Part, bus: FloatArray, rate: int, brightness: float, *, wet: bool) -> None:
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
            sound = scaled[pitch, layer] = drums.hit(part.patch, pitch, rate, brightness) * sides.astype(np.float32)
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


def _widen(bus: FloatArray, factor: float) -> None:
    """Multiply what differs between left and right, piece by piece, in the cache."""
    for start in range(0, bus.shape[1], _PIECE):
        left, right = bus[:, start : start + _PIECE]
        side = left - right
        side *= np.float32((factor - 1) / 2)
        left += side
        right -= side


def _fade(bus: FloatArray, rate: int) -> None:
    """Let the end die away: no click where notes are cut."""
    length = min(bus.shape[1], int(0.25 * rate))
    bus[:, bus.shape[1] - length :] *= np.linspace(1, 0, length, dtype=np.float32) ** 2
