"""Chords on the beat.

Conventions: Harte labels (Harte et al., "Symbolic representation of musical chords", ISMIR 2005) of five qualities,
maj, min, 7, maj7 and min7, roots spelled as in ``values.music.PITCH_CLASSES``, and N where there is no chord. Spans are
contiguous and cover the whole audio. ``Chord.confidence`` is the probability that the label is exactly right.

Method: the chroma is averaged over every beat; a chord's score is the cosine of the treble chroma with its chord tones
(Fujishima, ICMC 1999), plus the share of the bass that its root, third and fifth hold, less what its tones lie outside
of the key. Sevenths have to earn their fourth note. The Viterbi path, on which every change costs the same, gives the
chords. The scores are scaled so that they serve as log-probabilities.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from musicengine.audio.chroma import Chroma, compute_chroma
from musicengine.audio.key import key_probabilities
from musicengine.dsp.paths import steadiest_path
from musicengine.dsp.types import FloatArray
from musicengine.errors import InputError
from musicengine.values.music import PITCH_CLASSES, Chord
from musicengine.values.sound import Audio

__all__ = ["find_chords"]

_QUALITIES = {"maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10)}
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11))
# All in nats, as the scores are.
_TREBLE = 16.0
_BASS = 6.5
_INVERSION = 0.4  # of what the root is worth in the bass
_SEVENTH = 0.7  # of the other chord tones
_SEVENTH_COST = 1.1
_KEY = 2.4
_NO_CHORD = 10.5
_UNCLEAR = 8.0  # what the lack of steady pitches adds to that
_CLEAR = 0.2  # clarity from which on pitches are not in doubt
_CHANGE_COST = 5.0
_SHARPNESS, _OFFSET = 1.7, -0.3  # of the confidence
_QUIET = 0.15  # of the loudest beat
_GRID_S = 0.25
_GRID_CHANGE_COST = 11.0


def find_chords(
    audio: Audio, beats: npt.ArrayLike | None = None, *, chroma: Chroma | None = None
) -> tuple[Chord, ...] | None:
    """The chords, contiguous over the whole audio, or None where ``chroma.abstention`` says why there are none.

    Args:
        audio: any audio.
        beats: times in seconds at which chords may change; without beats, every quarter of a second.
        chroma: of this audio, if it is known already.
    """
    chroma = compute_chroma(audio) if chroma is None else chroma
    if chroma.abstention is not None:
        return None
    edges_s = segment_edges(beats, audio.duration_s)
    scores = _scores(chroma, edges_s)
    path = steadiest_path(scores, _GRID_CHANGE_COST if beats is None else _CHANGE_COST)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], path.size)
    return tuple(
        Chord(
            float(edges_s[start]),
            float(edges_s[end]),
            _LABELS[path[start]],
            _confidence(scores[start:end], path[start]),
        )
        for start, end in zip(starts, ends, strict=True)
    )


def _confidence(scores: FloatArray, chosen: int) -> float:
    """The probability of one chord, given the scores (segments, chords) of its span.

    The share of its score among all, brought to probabilities as Platt (1999) does, by a logistic regression on
    labelled chords.
    """
    mean = scores.mean(axis=0)
    likelihoods = np.exp(mean - mean.max())
    others = float(likelihoods.sum() - likelihoods[chosen])
    odds = float(likelihoods[chosen]) / max(others, 1e-6)
    return float(1 / (1 + np.exp(-_SHARPNESS * np.log(max(odds, 1e-6)) - _OFFSET)))


def segment_edges(beats: npt.ArrayLike | None, duration_s: float) -> npt.NDArray[np.float64]:
    """0, the beats inside, and the duration; a grid of about a quarter of a second where there are no beats."""
    if beats is None:
        return np.linspace(0, duration_s, max(1, round(duration_s / _GRID_S)) + 1)
    times = beat_times(beats)
    inside = times[(times > 0.05) & (times < duration_s - 0.05)]
    return np.concatenate([[0.0], inside, [duration_s]])


def beat_times(beats: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The beats as float64 (n,).

    Raises:
        InputError: they are no increasing times.
    """
    times = np.asarray(beats, np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError(
            f"beats must be one row of increasing times in seconds, got {np.array2string(times, threshold=8)}"
        )
    return times


def _scores(chroma: Chroma, edges_s: npt.NDArray[np.float64]) -> FloatArray:
    """How well each chord fits each segment, in nats (segments, 61)."""
    treble, bass, clarity = chroma.between(edges_s)
    treble, bass = _normalize(treble), _normalize(bass)
    tones, basses, outside, sevenths = _templates()
    misfit = outside @ key_probabilities(chroma)
    scores = _TREBLE * (tones @ treble) + _BASS * (basses @ bass) - (_KEY * misfit + _SEVENTH_COST * sevenths)[:, None]
    silent = _NO_CHORD + _UNCLEAR * np.maximum(0, 1 - clarity / _CLEAR)
    return np.concatenate([scores, silent[None]], dtype=np.float32).T


def _normalize(chroma: FloatArray) -> FloatArray:
    """Each column at length 1; quiet ones shorter."""
    lengths = np.linalg.norm(chroma, axis=0)
    floor = np.float32(max(_QUIET * float(lengths.max(initial=0)), 1e-12))
    result: FloatArray = (chroma / np.maximum(lengths, floor)).astype(np.float32, copy=False)
    return result


_LABELS = (*(f"{root}:{quality}" for quality in _QUALITIES for root in PITCH_CLASSES), "N")


@lru_cache(maxsize=1)
def _templates() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """What the 60 chords are made of, float32, chords first.

    Their tones at length 1 (60, 12), what they want in the bass (60, 12), the share of their tones outside of each key
    (60, 24), and 1 for sevenths (60,).
    """
    classes = np.arange(12)
    scales = np.array([np.isin((classes - tonic) % 12, scale) for scale in _SCALES for tonic in classes], np.float32)
    tones, basses, outside, sevenths = [], [], [], []
    for intervals in _QUALITIES.values():
        for root in classes:
            chord = np.zeros((2, 12), np.float32)
            members = [(root + interval) % 12 for interval in intervals]
            chord[0, members] = [1, 1, 1, _SEVENTH][: len(members)]
            chord[1, members] = [1, _INVERSION, _INVERSION, 0][: len(members)]
            tones.append(chord[0] / np.linalg.norm(chord[0]))
            basses.append(chord[1])
            outside.append(1 - scales[:, members].mean(axis=1))
            sevenths.append(len(members) == 4)
    tables = np.array(tones), np.array(basses), np.array(outside), np.array(sevenths, np.float32)
    for table in tables:
        table.flags.writeable = False
    return tables
