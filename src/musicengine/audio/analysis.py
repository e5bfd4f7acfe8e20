"""Everything measured of a piece at once, each thing measured once, in two threads.

numpy works outside of the interpreter's lock, so what does not depend on each other runs side by side: one thread
passes over the spectrum, follows the rhythm, finds the form and judges the quality, the other measures loudness, pitch
classes, pitch and timbre.
Then both make the masks that take the mixture apart. The report keeps what they say; the stems themselves cost as much
as everything else together, so they wait until they are asked for (:func:`musicengine.audio.separate`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from typing_extensions import override

from musicengine.audio.chords import find_chords
from musicengine.audio.chroma import compute_chroma
from musicengine.audio.embedding import embed
from musicengine.audio.key import estimate_key
from musicengine.audio.loudness import hear_loudness
from musicengine.audio.melody import find_notes
from musicengine.audio.pitch import track_pitch
from musicengine.audio.platforms import predict_playback
from musicengine.audio.quality import score_quality
from musicengine.audio.rhythm import hear_rhythm
from musicengine.audio.separation import assess, plan_separation
from musicengine.audio.spectrum import lowered, survey
from musicengine.audio.structure import find_form
from musicengine.audio.timbre import describe_timbre
from musicengine.audio.tonality import describe_harmony
from musicengine.audio.waveform import outline
from musicengine.dsp.resampling import Decimated
from musicengine.values.making import Step
from musicengine.values.music import Form, Melody, PitchTrack
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio

__all__ = ["analyze"]

R = TypeVar("R")

_STEPS = ("spectrum", "rhythm", "form", "loudness", "quality", "harmony", "pitch", "timbre", "separation")
_SILENT_DBTP = -70.0
_LONGEST_HELD_S = 600.0  # of audio whose mix is held: beyond, memory counts more than time


def analyze(audio: Audio, *, progress: Callable[[Step], None] | None = None, threads: int = 2) -> AudioReport:
    """The report: every measure of this package, or None where the audio cannot answer, with the reason.

    Args:
        audio: of any rate, length and number of channels.
        progress: is told of each step that is done.
        threads: 2, or 1 where other processes use the other cores; the report is the same.
    """

    def tell(step: str) -> None:
        if progress:
            progress(Step(step, _STEPS.index(step) + 1, len(_STEPS)))

    with ThreadPoolExecutor(1) if threads > 1 else _Here() as other:
        loudness_job = other.submit(hear_loudness, audio)
        mix = _mix(audio)
        low = lowered(mix, keep=audio.duration_s <= _LONGEST_HELD_S)
        chroma_job = other.submit(compute_chroma, mix, low=low)
        lead_job = other.submit(_hear_lead, mix, low)
        outline_job = other.submit(outline, audio)
        passed = survey(mix)
        timbre_job = other.submit(describe_timbre, mix, survey=passed)
        embedding_job = other.submit(embed, mix, survey=passed)
        tell("spectrum")
        heard = hear_rhythm(passed)
        tell("rhythm")
        form = find_form(audio, survey=passed, beats=heard.beats)
        tell("form")
        loudness, curve = loudness_job.result()
        tell("loudness")
        chroma = chroma_job.result()
        quality = score_quality(
            audio,
            survey=passed,
            loudness=loudness,
            beats=heard.beats,
            form=form,
            chroma=chroma,
            low=low,
            onsets=heard.strength,
        )
        tell("quality")
        beats_s = heard.beats.times_s if heard.beats else None
        harmony = describe_harmony(audio, beats_s, chroma=chroma)
        chords = find_chords(audio, beats_s, chroma=chroma)
        key = estimate_key(audio, chroma=chroma)
        tell("harmony")
        pitch, melody = lead_job.result()
        tell("pitch")
        timbre, embedding = timbre_job.result(), embedding_job.result()
        tell("timbre")
    silent = loudness.true_peak_dbtp < _SILENT_DBTP
    separation = None if silent else assess(plan_separation(audio, pitch=pitch, threads=threads))
    tell("separation")
    return AudioReport(
        duration_s=audio.duration_s,
        rate=audio.rate,
        channels=audio.channels,
        tempo=heard.tempo,
        beats=heard.beats,
        rhythm=heard.rhythm,
        key=key,
        chords=chords,
        harmony=harmony,
        loudness=loudness,
        loudness_curve=curve,
        playback=predict_playback(loudness),
        waveform=outline_job.result(),
        timbre=timbre,
        pitch=pitch if pitch.confidence else None,
        melody=melody,
        form=form,
        embedding=embedding,
        separation=separation,
        quality=quality,
        abstained=_abstentions(heard.abstention, chroma.abstention, form, pitch, silent=silent),
    )


class _Here(Executor):
    """Does what it is given at once, in the thread that gives it."""

    @override
    def submit(self, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        future: Future[R] = Future()
        future.set_result(function(*args, **kwargs))
        return future


def _mix(audio: Audio) -> Audio:
    """The mean of the channels as mono audio, so that it is taken once; long audio as it is."""
    if audio.channels == 1 or audio.duration_s > _LONGEST_HELD_S:
        return audio
    return Audio(audio.mono, audio.rate)


def _hear_lead(audio: Audio, low: Decimated) -> tuple[PitchTrack, Melody | None]:
    """The voice or lead, and its notes where there is one."""
    pitch = track_pitch(audio, low=low)
    return pitch, find_notes(pitch, audio=audio) if pitch.confidence else None


def _abstentions(
    rhythm: str | None, tonality: str | None, form: Form | None, pitch: PitchTrack, *, silent: bool
) -> dict[str, str]:
    """The reason for each field that is None."""
    reasons: dict[str, str | None] = {"separation": "silence" if silent else None}
    reasons |= dict.fromkeys(("tempo", "beats"), rhythm) | dict.fromkeys(("key", "chords", "harmony"), tonality)
    if form is None:
        reasons |= dict.fromkeys(("form", "sections"), "silence" if silent else "too short for a form")
    if not pitch.confidence:
        reasons |= dict.fromkeys(("pitch", "melody"), "silence" if silent else "no voice or lead stands out")
    return {name: reason for name, reason in reasons.items() if reason}
