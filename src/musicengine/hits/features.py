"""A report as the handful of numbers by which records are compared."""

from __future__ import annotations

from musicengine.values.hits import Features
from musicengine.values.reports import AudioReport, Report

__all__ = ["extract_features"]


def extract_features(report: Report | AudioReport) -> Features:
    """The features of a record, with the confidence of those that are estimates.

    Names say the unit: ``duration_s``, ``tempo_bpm``, ``loudness_lufs``, ``range_lu``, ``major`` (1 or 0),
    ``beats_per_bar``, ``sections`` (count), ``first_chorus_s``, ``onsets_per_s``, ``danceability``, ``centroid_hz``,
    ``flatness``, ``vocals_share``, ``drums_share``. What the audio could not answer is None.
    """
    audio = report.audio if isinstance(report, Report) else report
    rhythm, timbre, loudness, stems = audio.rhythm, audio.timbre, audio.loudness, audio.separation
    values: dict[str, float | None] = {
        "duration_s": audio.duration_s,
        "tempo_bpm": audio.tempo.bpm if audio.tempo else None,
        "loudness_lufs": loudness.integrated_lufs if loudness and loudness.integrated_lufs > -70 else None,
        "range_lu": loudness.range_lu if loudness else None,
        "major": float(audio.key.mode == "major") if audio.key else None,
        "beats_per_bar": float(rhythm.meter.partition("/")[0]) if rhythm and rhythm.meter else None,
        "sections": float(len(audio.sections)) if audio.sections else None,
        "first_chorus_s": audio.form.first_chorus_s if audio.form else None,
        "onsets_per_s": rhythm.onsets_s.size / audio.duration_s if rhythm else None,
        "danceability": rhythm.danceability if rhythm else None,
        "centroid_hz": timbre.centroid_hz if timbre else None,
        "flatness": timbre.flatness if timbre else None,
        "vocals_share": stems.vocals_share if stems else None,
        "drums_share": stems.drums_share if stems else None,
    }
    confidences = {
        "tempo_bpm": audio.tempo.confidence if audio.tempo else None,
        "major": audio.key.confidence if audio.key else None,
    }
    return Features(values, {name: sure for name, sure in confidences.items() if sure is not None})
