"""Everything measured of a piece at once, each thing measured once, in two threads.

numpy works outside of the interpreter's lock, so what does not depend on each other runs side by side: one thread
passes over the spectrum and follows the rhythm, the other measures loudness and pitch classes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from musicengine.audio.chords import find_chords
from musicengine.audio.chroma import compute_chroma
from musicengine.audio.key import estimate_key
from musicengine.audio.loudness import measure_loudness
from musicengine.audio.quality import score_quality
from musicengine.audio.spectrum import survey
from musicengine.audio.structure import find_form
from musicengine.audio.timbre import describe_timbre
from musicengine.audio.tonality import describe_harmony
from musicengine.values.making import Step
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio

__all__ = ["analyze"]

_JOBS = 6


def analyze(audio: Audio, *, progress: Callable[[Step], None] | None = None) -> AudioReport:
    """The report: every measure of this package, or None where the audio cannot answer, with the reason.

    Args:
        audio: of any rate, length and number of channels.
        progress: is told of each step.
    """
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(Step("analyze", done, _JOBS))

    with ThreadPoolExecutor(1) as other:
        loudness_job = other.submit(measure_loudness, audio)
        chroma_job = other.submit(compute_chroma, audio)
        passed = survey(audio)
        tell()
        timbre = describe_timbre(audio, survey=passed)
        tell()
        loudness = loudness_job.result()
        tell()
        chroma = chroma_job.result()
        tell()
        harmony_job = other.submit(describe_harmony, audio, None, chroma=chroma)
        form = find_form(audio, survey=passed)
        tell()
        quality = score_quality(audio, survey=passed, loudness=loudness, form=form)
        harmony = harmony_job.result()
    key = estimate_key(audio, chroma=chroma)
    chords = find_chords(audio, None, chroma=chroma)
    tell()
    abstained = {}
    if chroma.abstention:
        abstained |= dict.fromkeys(("key", "chords", "harmony"), chroma.abstention)
    if form is None:
        abstained["sections"] = "silence" if loudness.integrated_lufs < -70 else "too short for a form"
    return AudioReport(
        duration_s=audio.duration_s,
        rate=audio.rate,
        channels=audio.channels,
        key=key,
        chords=chords,
        harmony=harmony,
        loudness=loudness,
        timbre=timbre,
        form=form,
        quality=quality,
        abstained=abstained,
    )
