"""When known words are sung: the sounds that they should have, followed through the vocals of a recording.

Conventions: a frame every 10 ms; a word lasts from its first sound to its last.

Method: forced alignment, Viterbi's algorithm over the sounds in a row, as in speech recognition (for singing: Mauch,
Fujihara and Goto, "Integrating additional chord information into HMM-based lyrics-to-audio alignment", IEEE TASLP
2012). The model of a sound is not trained, it is what phonetics says: the response of the vocal tract at its formants
(:mod:`musicengine.dsp.formants`), or noise in its band, and how loud it is beside a vowel. The spectrum of the vocals
in bands is compared with it in level and, freed from the recording's mean, in shape. Between words may be silence.
What the first path says of the recording's own sounds and silences then corrects the models, and the second path is the
answer (maximum a posteriori adaptation; Gauvain and Lee, IEEE TSAP 1994).

How sure it is: how much better each word fits than other sounds, and how much better the words fit in their order than
the other way round, which tells the words of this recording from those of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import attrs
import numpy as np

from musicengine.audio.separation import separate
from musicengine.dsp import spectra
from musicengine.dsp.formants import DIPHTHONGS, TRACTS, VOWELS, Tract, formants, response
from musicengine.dsp.frames import padded
from musicengine.dsp.phonemes import PHONES
from musicengine.dsp.resampling import decimate
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.errors import LyricsError
from musicengine.values.sound import Audio

__all__ = ["Spoken", "align_words"]

_RATE_HZ = 22_050
_HOP_S = 0.01
_FRAME_S = 0.0232
_EDGES_HZ = np.array([150, 300, 450, 600, 800, 1000, 1250, 1550, 1900, 2350, 2850, 3500, 4300, 5300, 6500, 8200.0])
_FLOOR_DB = -32.0  # of what is left of the accompaniment, below a vowel
_LOUD_DB = 14.0  # below the loudest: there somebody sings
_SHAPE_DB, _LEVEL_DB, _FARTHEST_DB = 7.0, 9.0, 18.0
_ANYTHING = -1.6  # how well what is no sound of the words fits
_PAUSE_COST, _BREAK_COST = 5.0, 0.3  # of silence between words, between lines
_LONG_CONSONANT = 0.35  # a frame more
_CELLS = 60_000_000
_PITCH_HZ = 220.0
_VOWEL_FRAMES = 8  # a sung vowel lasts at least so long where there is time
_TRUST = 20  # frames of a sound that count as much as what was known of it before
_SPREAD_DB2, _FARTHEST = 4.0, 9.0  # least variance; most squared deviations
_HEARD_S = 0.012  # a sound is under way when it shows


_STEEPNESS, _MIDDLE = 4.0, 0.4  # of the confidence, by how much better a word fits than others
_BELIEF, _LEAST_GAIN = 60.0, 0.04  # of the belief that these words are sung, by what a frame gains
_QUIET_DB = 16.0  # below the mean of what is sung
_State: TypeAlias = tuple[str, int]
"""A phone and which part of it."""


@attrs.frozen
class Spoken:
    """A word to find.

    Args:
        phones: ARPAbet with stress digits.
        starts_line: whether a line begins with it.
    """

    phones: tuple[str, ...]
    starts_line: bool = False


@attrs.frozen(eq=False)
class _Chain:
    """States in a row.

    Args:
        sounds: which model each state has.
        loops: what it costs to stay another frame, (states,).
        skips: what it costs to leave out the state before, inf where that is not allowed: (states,).
        enters: what it costs to come in from the state before: (states,).
        first, last: the states of each word.
        least: how many frames the words take at least.
    """

    sounds: IntArray
    loops: FloatArray
    skips: FloatArray
    enters: FloatArray
    first: list[int]
    last: list[int]
    least: int


def align_words(audio: Audio, words: Sequence[Spoken]) -> list[tuple[float, float, float]]:
    """When each word is sung: start and end in seconds, and how sure that is, in [0, 1].

    Args:
        audio: a mixture or a voice alone.
        words: in order; all of them are expected to be sung. A word without phones gets no time of its own.

    Returns:
        One triple a word; none where the audio has no vocals at all.

    Raises:
        LyricsError: so many words cannot be sung in so short a time.
    """
    vocals = separate(audio).vocals
    if not vocals.samples.any():
        return []
    levels, hop_s = _levels(vocals)
    names = sorted({state for word in words for state in _states(word.phones)})
    if not names:
        return [(0.0, 0.0, 0.0)] * len(words)
    stride = max(1, -(-len(levels) * _VOWEL_FRAMES * sum(len(word.phones) for word in words) // _CELLS))
    levels, hop_s = levels[::stride], hop_s * stride
    chain = _chain(words, names, len(levels))
    if chain.least > len(levels):
        raise LyricsError(f"{len(words):,} words cannot be sung in {audio.duration_s:g} s")
    ways = [_expect(levels, names, tract) for tract in TRACTS]
    seen, models, fits = max(ways, key=lambda way: float(way[2].max(axis=1).sum()))
    path = _follow(fits, chain)
    trust = _believe(fits, path, chain, words, names)
    fits = _adapt(seen, models, chain.sounds[path])
    found = _times(_follow(fits, chain), fits, chain, hop_s, audio.duration_s)
    return [(start, end, sure * trust) for start, end, sure in found]


def _levels(vocals: Audio) -> tuple[FloatArray, float]:
    """The level of each band in dB below a loud vowel's total, (frames, bands), and the seconds from frame to frame."""
    factor = max(1, round(vocals.rate / _RATE_HZ))
    signal, rate = decimate(vocals.mono, factor), vocals.rate / factor
    length, hop = 2 * round(_FRAME_S * rate / 2), max(1, round(_HOP_S * rate))
    count = 1 + signal.size // hop
    power = spectra.power(padded(signal, -length // 2, (count - 1) * hop + length - length // 2), length, hop)
    edges = np.minimum(np.rint(_EDGES_HZ * length / rate).astype(int), power.shape[1] - 1)
    bands = np.stack([power[:, low : max(high, low + 1)].sum(axis=1) for low, high in pairwise(edges)], axis=1)
    total = bands.sum(axis=1)
    loud = float(np.percentile(total[total > 0], 95)) if (total > 0).any() else 1.0
    result: FloatArray = 10 * np.log10(bands / np.float32(loud) + np.float32(1e-6))
    return result, hop / rate


def _states(phones: Sequence[str]) -> list[_State]:
    """The phones of a word as states: a diphthong has two vowels, a stop its closure and its burst."""
    states = []
    for phone in phones:
        name = phone.rstrip("012")
        double = name in DIPHTHONGS or (name in PHONES and PHONES[name].closed)
        states += [(name, 0), (name, 1)] if double else [(name, 0)]
    return states


def _model(state: _State, tract: Tract) -> Array:
    """The power of a state in each band, of a vowel's total: (bands,)."""
    name, part = state
    centres = np.sqrt(_EDGES_HZ[1:] * _EDGES_HZ[:-1])
    widths = np.diff(_EDGES_HZ)
    phone = PHONES.get(name)
    closed = phone is not None and phone.closed > 0
    vowel = DIPHTHONGS[name][part] if name in DIPHTHONGS else name
    grid = np.arange(_PITCH_HZ / 2, 8500, 50, dtype=np.float32)[None]
    tracts = response(grid, np.array([formants(vowel, tract)], np.float32), tract)
    voice = np.abs(tracts[0]) ** 2 / grid[0] / (1 + (grid[0] / 4000) ** 2) ** 2
    voice = np.array([voice[(grid[0] >= low) & (grid[0] < high)].sum() for low, high in pairwise(_EDGES_HZ)])
    power = voice / voice.sum() * (1.0 if phone is None else phone.voiced) ** 2
    if phone is not None and phone.noise and not (closed and part == 0):
        low, high = phone.noise_hz
        noise = widths / ((1 + (low / centres) ** 6) * (1 + (centres / high) ** 6))
        power = power + noise / noise.sum() * phone.noise**2
    result: Array = power + 10 ** (_FLOOR_DB / 10) / widths.size
    return result


def _expect(levels: FloatArray, names: Sequence[_State], tract: Tract) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What is seen without the recording's colour, what each state should look like, and how well they fit.

    Returns:
        float32 (frames, bands) and (states, bands) in dB; (frames, states + 1), 0 at best, silence the last.
    """
    models = _decibels(np.array([_model(name, tract) for name in names]))
    vowels = _decibels(np.array([_model((name, 0), tract) for name in VOWELS]))
    total = 10 * np.log10(np.sum(10 ** (levels / 10), axis=1))
    sung = total > total.max() - _LOUD_DB
    seen = levels - levels[sung].mean(axis=0) + vowels.mean(axis=0)
    fits = np.empty((len(levels), len(names) + 1), np.float32)
    for column, model in enumerate(models):
        away = seen - model
        level = away.mean(axis=1)
        shape = np.clip(away - level[:, None], -_FARTHEST_DB, _FARTHEST_DB)
        fits[:, column] = -0.5 * (shape**2).mean(axis=1) / _SHAPE_DB**2 - 0.5 * np.minimum((level / _LEVEL_DB) ** 2, 6)
    above = np.maximum(total - total[sung].mean() + _QUIET_DB, 0)
    fits[:, -1] = np.maximum(-0.5 * (above / 5) ** 2 - 0.2, _ANYTHING)
    return seen, models, fits


def _adapt(seen: FloatArray, models: FloatArray, sounds: IntArray) -> FloatArray:
    """How well each frame fits each state and silence, as this recording has them: float32 (frames, states + 1)."""
    means = np.empty((len(models) + 1, seen.shape[1]), np.float32)
    silent = sounds == len(models)
    quiet = seen[silent] if silent.sum() >= _TRUST else seen[np.argsort(seen.sum(axis=1))[: max(2, len(seen) // 5)]]
    for state, model in enumerate(models):
        own = seen[sounds == state]
        means[state] = (own.sum(axis=0) + _TRUST * model) / (len(own) + _TRUST)
    means[-1] = quiet.mean(axis=0)
    voiced = (seen - means[sounds])[~silent]
    fits = np.empty((len(seen), len(means)), np.float32)
    for state, mean in enumerate(means):
        spread = (quiet if state == len(models) else voiced).var(axis=0) + np.float32(_SPREAD_DB2)
        apart = np.minimum((seen - mean) ** 2 / spread, _FARTHEST)
        fits[:, state] = -0.5 * apart.mean(axis=1) - 0.5 * np.log(spread).mean()
    return fits


def _chain(words: Sequence[Spoken], names: Sequence[_State], frames: int) -> _Chain:
    """The states of all words in a row, silence before each and at the end."""
    place = {name: i for i, name in enumerate(names)}
    vowels = sum(name[0] not in PHONES for word in words for name in _states(word.phones))
    longest = int(np.clip(frames // (3 * max(vowels, 1)), 1, _VOWEL_FRAMES))
    sounds: list[int] = []
    loops: list[float] = []
    enters: list[float] = []
    skips: list[float] = []
    first, last = [], []
    for i, word in enumerate(words):
        sounds.append(len(names))
        loops.append(0.0)
        enters.append(_BREAK_COST if word.starts_line or i == 0 else _PAUSE_COST)
        skips.append(np.inf)
        first.append(len(sounds))
        for name in _states(word.phones):
            vowel = name[0] not in PHONES
            count = max(1, longest // (1 + (name[0] in DIPHTHONGS))) if vowel else min(2, longest)
            sounds += [place[name]] * count
            loops += [0.0 if vowel else _LONG_CONSONANT] * count
            enters += [0.0] * count
            skips += [np.inf] * count
        if len(sounds) > first[-1]:
            skips[first[-1]] = 0.0  # words may follow without silence
        last.append(len(sounds) - 1)
    stay, skip, enter = (
        np.array([*costs, end], np.float32) for costs, end in ((loops, 0), (skips, np.inf), (enters, 0))
    )
    return _Chain(np.array([*sounds, len(names)]), stay, skip, enter, first, last, len(sounds) - len(words))


def _follow(fits: FloatArray, chain: _Chain) -> IntArray:
    """The state of each frame: the best path through all words in order."""
    frames, states = len(fits), chain.sounds.size
    moves = np.zeros((frames, states), np.int8)
    best = np.full(states, -np.inf, np.float32)
    best[:2] = fits[0].take(chain.sounds[:2])
    step, jump = np.full(states, -np.inf, np.float32), np.full(states, -np.inf, np.float32)
    for frame in range(1, frames):
        np.subtract(best[:-1], chain.enters[1:], out=step[1:])
        np.subtract(best[:-2], chain.skips[2:], out=jump[2:])
        stay = best - chain.loops
        better = np.maximum(stay, step)
        moves[frame] = np.where(jump > better, 2, step > stay)
        best = np.maximum(better, jump, out=better)
        best += fits[frame].take(chain.sounds)
    path = np.empty(frames, np.int64)
    state = states - 1 if best[-1] >= best[-2] else states - 2
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= int(moves[frame, state])
    return path


def _believe(
    fits: FloatArray, path: IntArray, chain: _Chain, words: Sequence[Spoken], names: Sequence[_State]
) -> float:
    """Whether these words are sung, in [0, 1]: how much better they fit than themselves in reverse order."""
    back = [attrs.evolve(word, starts_line=other.starts_line) for word, other in zip(words[::-1], words, strict=True)]
    control = _chain(back, names, len(fits))
    ahead = _worth(fits, path, chain) - _worth(fits, _follow(fits, control), control)
    gain = ahead / max(1, int((chain.sounds[path] < len(names)).sum()))
    return float(1 / (1 + np.exp(-_BELIEF * (gain - _LEAST_GAIN))))


def _worth(fits: FloatArray, path: IntArray, chain: _Chain) -> float:
    """How well a path fits, less what it costs."""
    moved = np.diff(path)
    costs = chain.loops[path[1:]][moved == 0].sum() + chain.enters[path[1:]][moved == 1].sum()
    return float(fits[np.arange(len(path)), chain.sounds[path]].sum() - costs)


def _times(
    path: IntArray, fits: FloatArray, chain: _Chain, hop_s: float, duration_s: float
) -> list[tuple[float, float, float]]:
    """Start, end and confidence of each word on a path."""
    own = fits[np.arange(len(path)), chain.sounds[path]] - fits.mean(axis=1)
    starts = np.searchsorted(path, chain.first)
    ends = np.searchsorted(path, chain.last, side="right")
    result = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        margin = float(own[start:end].mean()) if end > start else 0.0
        sure = 1 / (1 + np.exp(-_STEEPNESS * (margin - _MIDDLE))) if end > start else 0.0
        start_s = min(max(start * hop_s - _HEARD_S, 0.0), duration_s)
        result.append((start_s, min(max(end * hop_s, start_s), duration_s), float(sure)))
    return result


def _decibels(power: Array) -> FloatArray:
    level: FloatArray = (10 * np.log10(power)).astype(np.float32)
    return level
