"""The key: one for the whole, and where it changes.

Conventions: 24 keys, 0-11 major and 12-23 minor, by tonic from C. ``Key.confidence`` is the probability that the key
is exactly right; ``runner_up`` carries its own.

Method: a conditional logit model over the 24 keys, equivariant under transposition: every key sees the chroma turned
to its own tonic, and one set of weights a mode judges it. The evidence is the mean of the treble and of the bass
chroma, and both again for the first and for the last second and a half, where pieces state their tonic. The weights
of the mean treble chroma are shrunk to published key profiles (Temperley, "Music and Probability", 2007; Albrecht and
Shanahan, "The use of large corpora to train a new type of key-finding algorithm", Music Perception 31, 2013; Bellmann,
"About the determination of key of a musical excerpt", CMMR 2005), all others to zero.

Key changes are the Viterbi path through windows of twelve seconds, judged by mean treble and bass alone; a change has
to earn ten nats, which a passing tonicization does not.
"""

from __future__ import annotations

import numpy as np

from musicengine.audio.chroma import Chroma, compute_chroma
from musicengine.audio.key_weights import MINOR_BIAS, WEIGHTS
from musicengine.dsp.paths import steadiest_path
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.music import Key, KeySpan
from musicengine.values.sound import Audio

__all__ = ["estimate_key", "find_key_changes", "gather_evidence", "key_probabilities"]

_EDGE_S = 1.5
_WINDOW_S = 12.0
_STEP_S = 3.0
_CHANGE_COST = 10.0  # nats
_QUIET = 0.05  # of the loudest frame
_TURNS: IntArray = (np.arange(12)[:, None] + np.arange(12)) % 12


def estimate_key(audio: Audio, *, chroma: Chroma | None = None) -> Key | None:
    """The key of the whole, or None where ``chroma.abstention`` says why there is none.

    Args:
        audio: any audio.
        chroma: of this audio, if it is known already.
    """
    chroma = compute_chroma(audio) if chroma is None else chroma
    if chroma.abstention is not None:
        return None
    return _key(key_probabilities(chroma))


def key_probabilities(chroma: Chroma) -> FloatArray:
    """How probable each of the 24 keys is for the whole, float32 (24,)."""
    return _probabilities(_scores(gather_evidence(chroma)[None])[0])


def gather_evidence(chroma: Chroma) -> FloatArray:
    """What the model sees, float32 (6, 12), each row of mean 0 and length 1 (or all 0).

    Treble and bass chroma over the whole, over the last and over the first second and a half of sound.
    """
    loudness = chroma.treble.max(axis=0)
    sounding = np.flatnonzero(loudness > _QUIET * loudness.max())
    first, last = (int(sounding[0]), int(sounding[-1]) + 1) if sounding.size else (0, loudness.size)
    edge = max(1, round(_EDGE_S / chroma.hop_s))
    both = _level(chroma)
    parts = both, both[:, :, max(first, last - edge) : last], both[:, :, first : first + edge]
    return _standardize(np.concatenate([part.mean(axis=2) for part in parts]))


def find_key_changes(chroma: Chroma, duration_s: float) -> tuple[KeySpan, ...]:
    """Spans of one key each that cover [0, duration]; empty where the chroma abstains.

    One span carries the key of the whole piece.
    """
    if chroma.abstention is not None:
        return ()
    steps = max(1, round(duration_s / _STEP_S))
    edges_s = np.linspace(0, duration_s, steps + 1)
    scores = _scores(_windows(chroma, (edges_s[1:] + edges_s[:-1]) / 2))
    path = steadiest_path(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True), _CHANGE_COST)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    if starts.size == 1:
        return (KeySpan(0.0, duration_s, _key(key_probabilities(chroma))),)
    ends = np.append(starts[1:], steps)
    return tuple(
        KeySpan(
            float(edges_s[start]),
            float(edges_s[end]),
            _key(_probabilities(scores[start:end].mean(axis=0)), int(path[start])),
        )
        for start, end in zip(starts, ends, strict=True)
    )


def _level(chroma: Chroma) -> FloatArray:
    """Treble and bass (2, 12, frames), every frame as loud as the next except the quiet ones."""
    both = np.stack([chroma.treble, chroma.bass])
    peaks = both.max(axis=1, keepdims=True)
    result: FloatArray = both / np.maximum(np.maximum(peaks, _QUIET * peaks.max(axis=2, keepdims=True)), 1e-12)
    return result


def _standardize(profiles: FloatArray) -> FloatArray:
    """Each profile of the last axis with mean 0 and length 1, so that a product with another is a correlation."""
    centred = profiles - profiles.mean(axis=-1, keepdims=True)
    result: FloatArray = centred / np.maximum(np.linalg.norm(centred, axis=-1, keepdims=True), 1e-9)
    return result


def _scores(evidence: FloatArray) -> FloatArray:
    """Log-probabilities up to a constant (n, 24) of evidence (n, 6, 12)."""
    turned = evidence[:, :, _TURNS]
    scores: FloatArray = np.einsum("nrkp,mrp->nmk", turned, WEIGHTS)
    scores[:, 1] += MINOR_BIAS
    return scores.reshape(-1, 24)


def _probabilities(scores: FloatArray) -> FloatArray:
    likelihoods = np.exp(scores - scores.max())
    result: FloatArray = likelihoods / likelihoods.sum()
    return result


def _key(probabilities: FloatArray, best: int | None = None) -> Key:
    """The most probable key (or the given one) with the next one as its runner-up."""
    order = [int(index) for index in np.argsort(-probabilities, kind="stable")]
    chosen = order[0] if best is None else best
    second = next(index for index in order if index != chosen)
    runner_up = Key(second % 12, _mode(second), float(probabilities[second]))
    return Key(chosen % 12, _mode(chosen), float(probabilities[chosen]), runner_up)


def _mode(index: int) -> str:
    return "major" if index < 12 else "minor"


def _windows(chroma: Chroma, centres_s: Array) -> FloatArray:
    """Evidence (n, 6, 12) of a window around each time, without beginnings and endings."""
    sums = np.concatenate([np.zeros((2, 12, 1)), _level(chroma).cumsum(axis=2, dtype=np.float64)], axis=2)
    frames = sums.shape[2] - 1
    low = np.clip(np.rint((centres_s - _WINDOW_S / 2) / chroma.hop_s), 0, frames - 1).astype(np.int64)
    high = np.clip(np.rint((centres_s + _WINDOW_S / 2) / chroma.hop_s), low + 1, frames).astype(np.int64)
    means = ((sums[:, :, high] - sums[:, :, low]) / (high - low)).astype(np.float32)
    evidence = np.zeros((centres_s.size, 6, 12), np.float32)
    evidence[:, :2] = _standardize(means.transpose(2, 0, 1))
    return evidence
