"""Advice that was tried: each remedy is applied to the audio, the score measured again, and only what helps is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from musicengine.audio.loudness import measure_loudness
from musicengine.audio.quality import score_quality
from musicengine.audio.remedies import Remedy, find_remedy
from musicengine.audio.spectrum import survey
from musicengine.values.reports import AudioReport
from musicengine.values.scores import Advice, Score
from musicengine.values.sound import Audio

__all__ = ["advise", "measure_again"]

_MOST = 3
_LEAST_GAIN = 0.05


def advise(audio: Audio, report: AudioReport, *, most: int = _MOST) -> tuple[Advice, ...]:
    """What would raise the quality score, the most points for its effort first.

    Args:
        audio: to improve.
        report: of that audio.
        most: how many remedies to try, those that promise most for their effort.
    """
    remedies = find_remedies(audio, report)[:most]
    with ThreadPoolExecutor(2) as pool:  # numpy works outside of the interpreter's lock
        scores = list(pool.map(lambda remedy: measure_again(remedy, audio, report), remedies))
    gains = [score.value - report.quality.value for score in scores]
    helpful = [
        Advice(action=remedy.action, rule=remedy.rule, gain=gain, effort=remedy.effort)
        for remedy, gain in zip(remedies, gains, strict=True)
        if gain >= _LEAST_GAIN
    ]
    return tuple(sorted(helpful, key=lambda item: (-item.gain / item.effort, item.rule)))


def find_remedies(audio: Audio, report: AudioReport) -> list[Remedy]:
    """The remedies that answer the deductions; those that can gain most for their effort first."""
    loudness = report.loudness or measure_loudness(audio)
    reasons = report.quality.deductions
    found = [(remedy, reason.points) for reason in reasons if (remedy := find_remedy(audio, reason, loudness))]
    return [remedy for remedy, points in sorted(found, key=lambda pair: -pair[1] / pair[0].effort)]


def measure_again(remedy: Remedy, audio: Audio, report: AudioReport) -> Score:
    """The quality score once the remedy is applied, by the same measurements as the report's.

    A remedy moves neither beats nor sections, so those of the report are judged again. Where it changes the length,
    what the report says of them stands.
    """
    beats, form = report.beats, report.form
    changed = remedy.apply(audio)
    same = changed.samples.shape == audio.samples.shape
    score = score_quality(
        changed,
        survey=survey(changed, sparse=True),
        loudness=report.loudness if remedy.keeps_loudness else None,
        beats=beats if same else None,
        form=form if same else None,
    )
    if same:
        return score
    standing = [item for item in report.quality.deductions if item.rule.startswith(("tempo.", "form."))]
    return Score([*score.deductions, *standing])
