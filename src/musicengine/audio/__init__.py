"""Pure analyzers: audio in, measurements out, with numpy alone.

``analyze`` measures everything at once. Each other function measures one thing; those that take ``survey`` or
``chroma`` share the work with the others if they are given what one of them computed already.
"""

from __future__ import annotations

from musicengine.audio.alignment import Spoken, align_words
from musicengine.audio.analysis import analyze
from musicengine.audio.chords import find_chords
from musicengine.audio.chroma import Chroma, compute_chroma, estimate_tuning
from musicengine.audio.embedding import embed
from musicengine.audio.key import estimate_key
from musicengine.audio.loudness import loudness_curve, measure_loudness
from musicengine.audio.melody import find_notes
from musicengine.audio.onsets import find_onsets
from musicengine.audio.pitch import track_pitch
from musicengine.audio.platforms import PLATFORMS, predict_playback
from musicengine.audio.quality import score_quality
from musicengine.audio.rhythm import describe_rhythm, estimate_tempo, track_beats
from musicengine.audio.separation import assess, plan_separation, render, separate
from musicengine.audio.spectrogram import compute_spectrogram
from musicengine.audio.spectrum import Survey, survey
from musicengine.audio.structure import find_form, find_sections
from musicengine.audio.timbre import describe_timbre
from musicengine.audio.tonality import describe_harmony

__all__ = [
    "PLATFORMS",
    "Chroma",
    "Spoken",
    "Survey",
    "align_words",
    "analyze",
    "assess",
    "compute_chroma",
    "compute_spectrogram",
    "describe_harmony",
    "describe_rhythm",
    "describe_timbre",
    "embed",
    "estimate_key",
    "estimate_tempo",
    "estimate_tuning",
    "find_chords",
    "find_form",
    "find_notes",
    "find_onsets",
    "find_sections",
    "loudness_curve",
    "measure_loudness",
    "plan_separation",
    "predict_playback",
    "render",
    "score_quality",
    "separate",
    "survey",
    "track_beats",
    "track_pitch",
]
