"""JAMS 0.3 (Humphrey et al., JAMS: a JSON annotated music specification for reproducible MIR research, ISMIR 2014)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from musicengine._version import __version__
from musicengine.exports.annotations import Annotated, Annotations, gather

__all__ = ["to_jams"]

_VERSION = "0.3.4"  # of the schema


def to_jams(subject: Annotated, *, title: str = "", artist: str = "") -> str:
    """The annotations as a JAMS file.

    Written are, where they are known: tempo, beat, onset, key_mode, chord, segment_open, note_midi, pitch_contour and
    lyrics. Times are in seconds, chords in Harte notation.

    Args:
        subject: a report, or a take whose truth is known.
        title: of the track.
        artist: of the track.

    Raises:
        InputError: the subject is neither, or nothing is known about it.
    """
    known = gather(subject)
    document = {
        "annotations": [_annotation(namespace, data, known) for namespace, data in _namespaces(known) if data["time"]],
        "file_metadata": {
            "title": title or known.title,
            "artist": artist,
            "release": "",
            "duration": known.duration_s,
            "identifiers": {},
            "jams_version": _VERSION,
        },
        "sandbox": {},
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)


def _annotation(namespace: str, columns: dict[str, list[Any]], known: Annotations) -> dict[str, Any]:
    """One annotation; a pitch contour, which is dense, as columns, the others as rows."""
    rows = [dict(zip(columns, items, strict=True)) for items in zip(*columns.values(), strict=True)]
    return {
        "namespace": namespace,
        "data": columns if namespace == "pitch_contour" else rows,
        "annotation_metadata": {
            "curator": {"name": "", "email": ""},
            "annotator": {},
            "version": __version__,
            "corpus": "",
            "annotation_tools": f"musicengine {__version__}",
            "annotation_rules": "",
            "validation": "",
            "data_source": "program" if known.source == "measured" else "score",
        },
        "sandbox": {},
        "time": 0.0,
        "duration": known.duration_s,
    }


def _namespaces(known: Annotations) -> list[tuple[str, dict[str, list[Any]]]]:
    end = known.duration_s
    tempo = [(0.0, end, known.tempo.bpm, known.tempo.confidence)] if known.tempo else []
    return [
        ("tempo", _columns(tempo)),
        ("beat", _columns(_beats(known))),
        ("onset", _columns((at, 0.0, None, None) for at in known.onsets_s)),
        ("key_mode", _columns((s.start_s, s.end_s - s.start_s, _key(s.key), s.key.confidence) for s in known.keys)),
        ("chord", _columns((c.start_s, c.end_s - c.start_s, c.label, c.confidence) for c in known.chords)),
        ("segment_open", _columns((s.start_s, s.end_s - s.start_s, s.label, s.confidence) for s in known.sections)),
        ("note_midi", _columns((n.start_s, n.end_s - n.start_s, n.pitch, None) for n in known.notes)),
        ("pitch_contour", _columns(_contour(known))),
        ("lyrics", _columns((start, stop - start, text, None) for start, stop, text in known.words)),
    ]


def _columns(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    filled = list(rows)
    return {name: [row[at] for row in filled] for at, name in enumerate(("time", "duration", "value", "confidence"))}


def _key(key: Any) -> str:
    return str(key).replace(" ", ":")


def _beats(known: Annotations) -> Sequence[tuple[float, float, int | None, float]]:
    """Each beat with its place in the bar, from 1; None before the first bar."""
    if known.beats is None:
        return []
    places = zip(known.beats.times_s.tolist(), known.beats.positions, strict=True)
    return [(at, 0.0, place or None, known.beats.confidence) for at, place in places]


def _contour(known: Annotations) -> list[tuple[float, float, dict[str, Any], float]]:
    if known.pitch is None:
        return []
    track = known.pitch
    rows = zip(track.times_s.tolist(), track.frequencies_hz.tolist(), track.voicing.tolist(), strict=True)
    return [
        (at, 0.0, {"index": 0, "frequency": hertz if hertz == hertz else 0.0, "voiced": hertz == hertz}, sure)
        for at, hertz, sure in rows
    ]
