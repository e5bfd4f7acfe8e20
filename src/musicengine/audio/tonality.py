"""Everything tonal of a piece: tuning, key and key changes, chords, chroma on the beat.

The work is done once in :func:`compute_chroma`; hand its result to the others as ``chroma``. Where nothing tonal can be
said, they return None and ``chroma.abstention`` holds the reason.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicengine.audio.chords import beat_times, find_chords, segment_edges
from musicengine.audio.chroma import Chroma, compute_chroma, estimate_tuning
from musicengine.audio.key import estimate_key, find_key_changes
from musicengine.values.music import Harmony
from musicengine.values.sound import Audio

__all__ = ["Chroma", "compute_chroma", "describe_harmony", "estimate_key", "estimate_tuning", "find_chords"]


def describe_harmony(
    audio: Audio, beats: npt.ArrayLike | None = None, *, chroma: Chroma | None = None
) -> Harmony | None:
    """Tuning, key changes and the chroma of every beat, or None where ``chroma.abstention`` says why there are none.

    Args:
        audio: any audio.
        beats: times in seconds; column i of the chroma covers beat i to the next (the last one to the end). Without
            beats, every quarter of a second.
        chroma: of this audio, if it is known already.
    """
    chroma = compute_chroma(audio) if chroma is None else chroma
    if chroma.abstention is not None:
        return None
    duration_s = audio.duration_s
    edges_s = segment_edges(None, duration_s) if beats is None else np.append(beat_times(beats), duration_s)
    profiles, _, _ = chroma.between(edges_s)
    return Harmony(
        tuning_cents=chroma.tuning_cents,
        keys=find_key_changes(chroma, duration_s),
        chroma=profiles / np.maximum(profiles.max(axis=0, keepdims=True), 1e-12),
    )
