"""How beats group into bars, and how they divide.

Grouping: music repeats itself after a bar sooner than after anything that is no number of bars. The onset strength is
read at twelve places of every beat, so that a tempo that moves does no harm, and compared with itself some beats later
(Brown, "Determination of the meter of musical scores by autocorrelation", JASA 1993; Gouyon and Herrera, "Determination
of the meter of musical audio signals: seeking recurrences in beat segment descriptors", AES 2003). What repeats more
after 3, 6 and 9 beats than after 2, 4 and 8 is in three; after 3.5, 7 and 10.5 it is in seven eighths. A logistic model
of these differences gives probabilities; bars of two and of four beats both count as 4/4.

Division: beats whose thirds are both struck, and more than their halves, are those of 6/8 (or 12/8). How late the
off-beat falls is the swing ratio (Friberg and Sundström, Music Perception 2002).

Downbeats: the accent of each beat (change of harmony from bar to bar and from beat to beat, bass onsets, all onsets) is
added up at every phase of the bar; harmony and bass move on downbeats (Goto, JNMR 2001; Davies and Plumbley, EUSIPCO
2006).
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.spectrum import Survey
from musicengine.dsp.types import Array, FloatArray, IntArray

__all__ = ["Bars", "Repetition", "beat_profile", "find_bars", "is_compound", "measure_repetition", "measure_swing"]

_DUPLE, _TRIPLE, _SEPTUPLE = (2, 4, 8), (3, 6, 9), (3.5, 7, 10.5)  # beats after which such bars repeat
_EIGHTHS = (7, 14), (6, 12), (8, 16)  # the same of seven, three and four in eighths
_WORTH, _TRIPLE_ODDS = 20.7, -1.0  # nats for a correlation of one, and where nothing speaks; tools/fit_meter.py
_SEPTUPLE_WORTH, _SEPTUPLE_ODDS = 40.0, -4.0  # by judgement: music in four reaches 0.04
_GROUPS_OF_SEVEN = ((0, 2, 4), (0, 3, 5), (0, 2, 5))
_HALVED = 0.05  # how much more a bar of three repeats after its half than after its third, if it divides in two
_PLACES = 12  # within a beat, where patterns are compared
_QUIETEST, _LOUDEST = -2.0, 4.0  # limits of the onset strength
_LEAST_POWER = 0.1  # of the whole pattern's: beats that differ less tell nothing
_PHASES = 24  # places within a beat, where its parts are sought
_LEAST_BEATS = 8
_LEAST_SWUNG = 0.1
_LEAST_STRUCK = 0.25  # how far the onset strength at the thirds of a beat stands out of its surroundings


@attrs.frozen(eq=False)
class Bars:
    """Beats in bars.

    Args:
        meter: "4/4", "3/4", "6/8" or "7/8".
        confidence: the probability of the meter, given the pulse.
        beats_s: float32 (n,): the pulse that was given; of 7/8, the uneven beats of two, two and three eighths.
        downbeats_s: float32 (m,): the first beats of bars.
        pulses: of those given, how many make a beat of the tempo: 2 where they turned out to be eighths of 7/8, else 1.
        halved: whether three of them repeat after one and a half rather than after one: they are no beats then, but
            quarters of 6/8, or bars of 3/4 are half as long.
    """

    meter: str
    confidence: float
    beats_s: FloatArray
    downbeats_s: FloatArray
    pulses: int = 1
    halved: bool = False


@attrs.frozen
class Repetition:
    """What speaks for each grouping: differences of correlation coefficients, in [-2, 2].

    Args:
        triple: how much more what makes beats differ repeats in threes than in twos.
        septuple: how much more in sevens of halves, or of pulses, than in either.
        pulses: 2 where it is in sevens of pulses rather than of halves, else 1.
        halves: how much more it repeats after one and a half than after one.
    """

    triple: float
    septuple: float
    pulses: int
    halves: float


def find_bars(survey: Survey, strength: OnsetStrength, times_s: FloatArray) -> Bars | None:
    """The bars of a pulse (times in seconds); None of fewer than eight beats."""
    if times_s.size < _LEAST_BEATS:
        return None
    repeats = measure_repetition(strength, times_s)
    nats = np.array([0.0, _WORTH * repeats.triple + _TRIPLE_ODDS, _SEPTUPLE_WORTH * repeats.septuple + _SEPTUPLE_ODDS])
    shares = np.exp(nats - nats.max())
    best = int(shares.argmax())
    confidence = float(shares[best] / shares.sum())
    if best == 2:
        return _sevens(survey, strength, times_s, confidence, repeats.pulses)
    meter, length = ("3/4", 3) if best == 1 else ("6/8", 2) if is_compound(strength, times_s) else ("4/4", 4)
    first = _first_of(length, _accents(survey, strength, times_s, length))
    return Bars(meter, confidence, times_s, times_s[first::length], halved=best == 1 and repeats.halves > _HALVED)


def _sevens(survey: Survey, strength: OnsetStrength, times_s: FloatArray, confidence: float, pulses: int) -> Bars:
    """Bars of seven eighths, of which ``pulses`` make a beat that was given twice as fast, and two one that was not."""
    eighths = times_s if pulses == 2 else _halved(times_s)
    accents = _accents(survey, strength, eighths, 7)
    first = _first_of(7, accents)
    places = (np.arange(eighths.size) - first) % 7
    struck = np.array([accents[places == place].mean() for place in range(7)])
    group = max(_GROUPS_OF_SEVEN, key=lambda places: float(struck[list(places)].sum()))
    return Bars("7/8", confidence, eighths[np.isin(places, group)], eighths[first::7], pulses)


def _halved(times_s: FloatArray) -> FloatArray:
    """The times with those halfway between them."""
    halves = np.interp(np.arange(2 * times_s.size - 1) / 2, np.arange(times_s.size), times_s)
    return halves.astype(np.float32)


def measure_repetition(strength: OnsetStrength, times_s: FloatArray) -> Repetition:
    """How the music around a pulse (times in seconds) repeats."""
    at = np.arange((times_s.size - 1) * _PLACES) / _PLACES
    frames = np.interp(at, np.arange(times_s.size), times_s) * strength.frames_per_s
    pattern: FloatArray = np.clip(_between(strength.bands, frames), _QUIETEST, _LOUDEST)
    pattern -= pattern.mean(axis=1, keepdims=True)
    pattern /= pattern.std(axis=1, keepdims=True) + np.float32(1e-6)
    beats = pattern.reshape(len(pattern), -1, _PLACES)
    unlike = (beats - beats.mean(axis=1, keepdims=True)).reshape(pattern.shape)  # what makes beats differ
    duple, triple, septuple = (_correlation(pattern, beats) for beats in (_DUPLE, _TRIPLE, _SEPTUPLE))
    quarters = septuple - max(duple, triple)
    eighths = _correlation(pattern, _EIGHTHS[0]) - max(_correlation(pattern, beats) for beats in _EIGHTHS[1:])
    return Repetition(
        triple=_correlation(unlike, _TRIPLE) - _correlation(unlike, _DUPLE),
        septuple=max(quarters, eighths),
        pulses=2 if eighths > quarters else 1,
        halves=_correlation(pattern, (1.5,)) - _correlation(pattern, (1,)),
    )


def _correlation(pattern: FloatArray, beats: tuple[float, ...]) -> float:
    """How alike a pattern (bands, places) is to itself so many beats later, averaged; 0 beyond its end."""
    size, power = pattern.shape[1], float(np.vdot(pattern, pattern)) + _LEAST_POWER * pattern.size
    found = 0.0
    for lag in (round(beat * _PLACES) for beat in beats):
        if lag < size - _PLACES:
            found += float(np.einsum("bp,bp->", pattern[:, lag:], pattern[:, :-lag])) / power * size / (size - lag)
    return found / len(beats)


def _between(rows: FloatArray, frames: Array) -> FloatArray:
    """Rows (n, frames) read between frames."""
    places = np.clip(frames, 0, rows.shape[1] - 1)
    low = places.astype(np.int64)
    share = (places - low).astype(np.float32)
    before, after = rows[:, low], rows[:, np.minimum(low + 1, rows.shape[1] - 1)]
    return (before + (after - before) * share).astype(np.float32, copy=False)


def _first_of(length: int, accents: FloatArray) -> int:
    """The phase of the bar that is accented most."""
    return int(np.argmax([accents[phase::length].mean() for phase in range(length)]))


def _accents(survey: Survey, strength: OnsetStrength, times_s: FloatArray, length: int) -> FloatArray:
    """How much each beat sounds like a downbeat of bars of ``length``: float32 (beats,), with a mean of about 0."""
    frames = np.rint(times_s * strength.frames_per_s).astype(np.int64)
    beats = np.add.reduceat(np.sqrt(survey.chroma), np.clip(frames, 0, len(survey.chroma) - 1), axis=0)
    changes = _harmonic_change(beats, length) + 0.5 * _harmonic_change(beats, 1)
    bass, all_bands = _near(strength.bands[:2], frames).mean(axis=0), _near(strength.total, frames)
    result: FloatArray = (changes + 0.7 * _scaled(bass) + 0.3 * _scaled(all_bands)).astype(np.float32)
    return result


def _harmonic_change(beats: FloatArray, span: int) -> FloatArray:
    """How much the chroma (beats, 12) of ``span`` beats from each on differs from that of as many before, scaled."""
    change = np.zeros(len(beats))
    if len(beats) >= 2 * span:
        sums = np.cumsum(np.concatenate([np.zeros((1, 12)), beats]), axis=0)
        spans = sums[span:] - sums[:-span]
        after, before = spans[span:], spans[:-span]
        sizes = np.sqrt(np.einsum("bc,bc->b", after, after) * np.einsum("bc,bc->b", before, before))
        change[span : span + len(after)] = 1 - np.einsum("bc,bc->b", after, before) / np.maximum(sizes, 1e-12)
    return _scaled(change)


def _near(rows: FloatArray, frames: IntArray) -> FloatArray:
    """The most of each row (..., frames) within a frame of the given ones."""
    last = rows.shape[-1] - 1
    result: FloatArray = np.maximum.reduce([rows[..., np.clip(frames + step, 0, last)] for step in (-1, 0, 1)])
    return result


def _scaled(values: Array) -> FloatArray:
    """Values less their mean, over their deviation, with outliers limited."""
    result: FloatArray = np.clip((values - values.mean()) / (values.std() + 1e-6), -2, 3).astype(np.float32)
    return result


def beat_profile(curves: FloatArray, per_s: float, beats_s: FloatArray) -> FloatArray:
    """The mean of curves (..., frames) at 24 places from a beat to the next: float32 (..., 24)."""
    starts = beats_s[:-1, None] + np.diff(beats_s)[:, None] * (np.arange(_PHASES) / _PHASES)
    rows = np.atleast_2d(curves)
    values = _between(rows, (starts * per_s).reshape(-1)).reshape(len(rows), *starts.shape)
    result: FloatArray = values.mean(axis=1).astype(np.float32)
    return result[0] if curves.ndim == 1 else result


def is_compound(strength: OnsetStrength, beats_s: FloatArray) -> bool:
    """Whether beats divide into three equal parts: in some register both thirds are struck, and more than the half."""
    profile = beat_profile(np.clip(strength.bands, _QUIETEST, _LOUDEST), strength.frames_per_s, beats_s)
    third, half, two_thirds = (
        profile[:, at] - (profile[:, at - 2] + profile[:, at + 2]) / 2
        for at in (_PHASES // 3, _PHASES // 2, 2 * _PHASES // 3)
    )
    thirds = float(np.minimum(third, two_thirds).max())
    return thirds > max(float(half.max()), _LEAST_STRUCK)


def measure_swing(profile: FloatArray) -> float | None:
    """Where the off-beat eighth falls within the beat: 0.5 straight, 0.667 triplets; None where there is none.

    The strongest place from 0.46 to 0.71 of the beat, if it is a peak and stands out of the beat's mean.
    """
    low, high = int(0.46 * _PHASES), int(0.71 * _PHASES)
    top = low + int(profile[low : high + 1].argmax())
    before, here, after = profile[top - 1 : top + 2]
    if here < _LEAST_SWUNG or here < before or here < after:
        return None
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(np.clip((top + shift) / _PHASES, 0.5, 0.75))
