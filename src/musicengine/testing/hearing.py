"""What analyzers, separators, pitch trackers, embedders and transcribers must keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from musicengine.errors import BackendError
from musicengine.lyrics import parse
from musicengine.protocols import AudioAnalyzer, Embedder, PitchTracker, Separator, Transcriber
from musicengine.testing.expectations import RATE, expect, expect_instance, noise, tone
from musicengine.values.making import Step
from musicengine.values.measures import Embedding
from musicengine.values.music import PitchTrack
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio, Stems
from musicengine.values.words import Transcript

__all__ = ["CHECKS"]

_MEASURES = ("tempo", "beats", "key", "chords", "loudness", "timbre", "pitch", "form", "embedding")


def _odd() -> dict[str, Audio]:
    """Audio that callers do have, if not often."""
    return {
        "a single sample": Audio(np.full((1, 1), 0.5), RATE),
        "a second of silence": Audio(np.zeros((2, RATE)), RATE),
        "8 kHz mono": tone(1, channels=1, rate=8_000),
        "six channels": noise(0.5, channels=6),
    }


def _reports_the_audio(analyzer: AudioAnalyzer) -> None:
    """It reports the length, rate and channels of what it heard."""
    report = expect_instance(analyzer.analyze(tone()), AudioReport, "analyze")
    got = (round(report.duration_s, 3), report.rate, report.channels)
    expect(got == (2.0, RATE, 2), f"expected 2 s, {RATE} Hz and 2 channels, got {got}")


def _says_where_it_comes_from(analyzer: AudioAnalyzer) -> None:
    """Its report has a provenance: measured, stub or live:<backend>."""
    source = analyzer.analyze(tone()).provenance
    expect(source in ("measured", "stub") or source.startswith("live:"), f"got {source!r}")


def _abstains_with_reasons(analyzer: AudioAnalyzer) -> None:
    """What it does not measure is None with a reason in abstained."""
    report = analyzer.analyze(_odd()["a second of silence"])
    silent = [name for name in _MEASURES if getattr(report, name) is None]
    reasons = {name: report.abstained.get(name) or report.abstained.get("sections") for name in silent}
    expect(all(reasons.values()), f"no reason for {', '.join(name for name in silent if not reasons[name])}")


def _analyzes_odd_audio(analyzer: AudioAnalyzer) -> None:
    """It takes a single sample, silence, 8 kHz and six channels."""
    for name, audio in _odd().items():
        expect_instance(analyzer.analyze(audio), AudioReport, f"analyze of {name}")


def _tells_its_steps(analyzer: AudioAnalyzer) -> None:
    """It takes a progress callback, whose steps count up to their total."""
    steps: list[Step] = []
    analyzer.analyze(tone(), progress=steps.append)
    done = [step.done for step in steps]
    expect(done == sorted(done), f"the steps go back: {done}")
    expect(all(0 <= step.done <= step.total for step in steps), f"a step lies beyond its total: {steps}")


def _analyzes_in_threads(analyzer: AudioAnalyzer) -> None:
    """Two threads at once get what one gets."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(analyzer.analyze, [tone(), tone()])
    expect(first == second, "the same audio gave two different reports")


def _stems_add_up(separator: Separator) -> None:
    """Its four stems add up to the mixture, sample by sample."""
    for audio in (noise(), tone(channels=1)):
        stems = expect_instance(separator.separate(audio), Stems, "separate")
        parts = (stems.vocals, stems.drums, stems.bass, stems.other)
        shapes = {(part.samples.shape, part.rate) for part in parts}
        expect(shapes == {(audio.samples.shape, audio.rate)}, f"expected the mixture's shape and rate, got {shapes}")
        apart = float(np.abs(np.sum([part.samples for part in parts], axis=0) - audio.samples).max())
        expect(apart < 1e-4, f"the sum is {apart:.2g} away from the mixture")


def _separates_odd_audio(separator: Separator) -> None:
    """It takes a single sample, silence, 8 kHz and six channels."""
    for name, audio in _odd().items():
        expect_instance(separator.separate(audio), Stems, f"separate of {name}")


def _follows_a_tone(tracker: PitchTracker) -> None:
    """A tone of 220 Hz is followed within half a semitone, at times within the audio."""
    track = expect_instance(tracker.track(tone()), PitchTrack, "track")
    heard = track.frequencies_hz[np.isfinite(track.frequencies_hz)]
    expect(heard.size > 0, "no pitch was heard in a steady tone")
    cents = 1200 * abs(float(np.log2(np.median(heard) / 220)))
    expect(cents < 50, f"heard {np.median(heard):.1f} Hz, {cents:.0f} cents away")
    expect(float(track.times_s[-1]) <= 2.1, f"the track ends at {track.times_s[-1]:.2f} s, the audio at 2 s")


def _tracks_odd_audio(tracker: PitchTracker) -> None:
    """It takes a single sample, silence, 8 kHz and six channels, and hears no pitch in silence."""
    for name, audio in _odd().items():
        track = expect_instance(tracker.track(audio), PitchTrack, f"track of {name}")
        if "silence" in name:
            expect(not np.isfinite(track.frequencies_hz).any(), "a pitch was heard in silence")


def _embeds_alike(embedder: Embedder) -> None:
    """The same audio lies at the same point, other audio elsewhere in the same space."""
    one, again, other = (
        expect_instance(embedder.embed(audio), Embedding, "embed") for audio in (tone(), tone(), noise())
    )
    expect(bool(np.allclose(one.vector, again.vector, atol=1e-5)), "the same audio gave two different points")
    expect(not np.allclose(one.vector, other.vector, atol=1e-3), "a tone and noise lie at the same point")
    expect(
        bool(one.space) and one.space == other.space, f"expected one named space, got {one.space!r}, {other.space!r}"
    )


def _embeds_odd_audio(embedder: Embedder) -> None:
    """It takes a single sample, silence, 8 kHz and six channels."""
    for name, audio in _odd().items():
        expect_instance(embedder.embed(audio), Embedding, f"embed of {name}")


def _words_lie_within(transcriber: Transcriber) -> None:
    """Its words lie in order within the audio; without lyrics it may say that it cannot tell."""
    try:
        heard = transcriber.transcribe(tone())
    except BackendError:
        heard = transcriber.transcribe(tone(), lyrics=parse("hello morning"))
    transcript = expect_instance(heard, Transcript, "transcribe")
    times = [(word.start_s, word.end_s) for word in transcript.words]
    starts = [start for start, _ in times]
    expect(starts == sorted(starts), f"the words are not in order: {times[:5]}")
    expect(all(0 <= start <= end <= 2.05 for start, end in times), f"a word lies outside of the 2 s: {times}")


def _aligns_lyrics(transcriber: Transcriber) -> None:
    """Given lyrics, it writes down no other words."""
    transcript = transcriber.transcribe(tone(), lyrics=parse("hello morning"))
    heard = [word.text.lower().strip(".,!?") for word in transcript.words]
    expect(set(heard) <= {"hello", "morning"}, f"expected words of 'hello morning', got {heard}")


CHECKS: Mapping[str, Sequence[Callable[[Any], None]]] = {
    "analyzer": (
        _reports_the_audio,
        _says_where_it_comes_from,
        _abstains_with_reasons,
        _analyzes_odd_audio,
        _tells_its_steps,
        _analyzes_in_threads,
    ),
    "separator": (_stems_add_up, _separates_odd_audio),
    "pitch_tracker": (_follows_a_tone, _tracks_odd_audio),
    "embedder": (_embeds_alike, _embeds_odd_audio),
    "transcriber": (_words_lie_within, _aligns_lyrics),
}
