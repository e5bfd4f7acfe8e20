"""Which tracks are near, and how a track differs from them, in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicengine.errors import InputError
from musicengine.values.hits import Comparison, References
from musicengine.values.hosts import Match
from musicengine.values.measures import Embedding
from musicengine.values.reports import AudioReport

__all__ = ["compare", "nearest"]


def nearest(embedding: Embedding, references: References, *, count: int = 10) -> tuple[Match, ...]:
    """The references most similar to a track: exact cosine over all of them, the most similar first.

    Raises:
        InputError: the references lie in another space, or ``count`` is not positive.
    """
    if embedding.space != references.space:
        raise InputError(f"embeddings of {embedding.space!r} and {references.space!r} do not compare")
    if count < 1:
        raise InputError(f"count must be 1 or more, got {count}")
    cosines = references.vectors @ embedding.vector
    kept = min(count, len(cosines))
    found = np.argpartition(-cosines, kept - 1)[:kept] if kept else np.zeros(0, int)
    # Ties are broken by the order of the references, so that the answer is always the same.
    ordered = found[np.lexsort((found, -cosines[found]))]
    return tuple(Match(references.ids[at], float(np.clip(cosines[at], -1, 1))) for at in ordered)


def compare(track: AudioReport, references: Mapping[str, AudioReport]) -> tuple[Comparison, ...]:
    """How a track differs from each reference, the most similar reference first.

    Args:
        track: the report of the track.
        references: reports by the reference's name.

    Raises:
        InputError: one of them is no report of a sound; that of a whole track is its ``audio``.
    """
    if not isinstance(references, Mapping):
        raise InputError(f"compare takes references by name, {{'mine': report.audio}}, got {type(references).__name__}")
    for report in (track, *references.values()):
        if not isinstance(report, AudioReport):
            raise InputError(f"compare takes reports of sound, such as report.audio, got {type(report).__name__}")
    found = [Comparison(name, _similarity(track, it), _differences(track, it)) for name, it in references.items()]
    return tuple(sorted(found, key=lambda item: (-(item.similarity if item.similarity is not None else -2), item.id)))


def _similarity(track: AudioReport, other: AudioReport) -> float | None:
    if track.embedding is None or other.embedding is None:
        return None
    return track.embedding.similarity(other.embedding)


def _differences(track: AudioReport, other: AudioReport) -> tuple[str, ...]:
    """Phrases with numbers, the largest difference first; each is weighed in steps that a listener notices."""
    found: list[tuple[float, str]] = []

    def note(change: float, step: float, more: str, less: str, unit: str = "") -> None:
        if np.isfinite(change):
            found.append((abs(change) / step, f"{abs(change):.3g} {unit} {more if change > 0 else less}"))

    if track.tempo and other.tempo:
        note(track.tempo.bpm - other.tempo.bpm, 0.05 * other.tempo.bpm, "faster", "slower", "bpm")
    if track.loudness and other.loudness:
        note(track.loudness.integrated_lufs - other.loudness.integrated_lufs, 1, "louder", "quieter", "LU")
        note(track.loudness.range_lu - other.loudness.range_lu, 2, "more range", "less range", "LU")
    if track.timbre and other.timbre and track.timbre.centroid_hz > 0 and other.timbre.centroid_hz > 0:
        note(np.log2(track.timbre.centroid_hz / other.timbre.centroid_hz), 0.1, "brighter", "darker", "octaves")
    mine, theirs = (report.form.first_chorus_s if report.form else None for report in (track, other))
    if mine is not None and theirs is not None:
        note(mine - theirs, 5, "later to the first chorus", "earlier to the first chorus", "s")
    note(track.duration_s - other.duration_s, 15, "longer", "shorter", "s")
    if track.key and other.key and (track.key.tonic, track.key.mode) != (other.key.tonic, other.key.mode):
        found.append((1.5, f"in {track.key} instead of {other.key}"))
    return tuple(phrase for weight, phrase in sorted(found, reverse=True) if weight >= 1)
