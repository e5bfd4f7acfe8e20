"""Advice that was tried: each remedy is applied to the audio, the score measured again, and only what helps is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from musicengine.audio.loudness import measure_loudness
from musicengine.audio.quality import score_quality
from musicengine.audio.remedies import Remedy, effort_of, find_remedy
from musicengine.audio.spectrum import survey
from musicengine.values.reports import AudioReport
from musicengine.values.scores import Advice, Deduction, Score
from musicengine.values.sound import Audio

__all__ = ["advise", "measure_again"]

_MOST = 3
_LEAST_GAIN = 0.05
_SHARE = 0.1


def advise(audio: Audio, report: AudioReport, *, most: int = _MOST) -> tuple[Advice, ...]:
    """What would raise the quality score, the most points for its effort first.

    Args:
        audio: to improve.
        report: of that audio.
        most: how many remedies to try, those that promise most for their effort.
    """
    with ThreadPoolExecutor(2) as pool:  # numpy works outside of the interpreter's lock
        tried = pool.map(lambda reason: _try(audio, report, reason), _promising(report, most))
        helpful = [advice for advice in tried if advice and advice.gain >= _LEAST_GAIN]
    return tuple(sorted(helpful, key=lambda item: (-item.gain / item.effort, item.rule)))


def _promising(report: AudioReport, most: int) -> list[Deduction]:
    """The deductions that have a remedy, those that can gain most for its effort first.

    What promises less than a tenth of the first is left for when that is done.
    """
    worth = [(item.points / effort, item) for item in report.quality.deductions if (effort := effort_of(item.rule))]
    worth.sort(key=lambda pair: (-pair[0], pair[1].rule))
    return [item for promise, item in worth[:most] if promise >= _SHARE * worth[0][0]]


def _try(audio: Audio, report: AudioReport, reason: Deduction) -> Advice | None:
    """The advice that answers a deduction, with what the score rose by."""
    remedy = find_remedy(audio, reason, report.loudness or measure_loudness(audio))
    if remedy is None:
        return None
    gain = measure_again(remedy, audio, report).value - report.quality.value
    return Advice(action=remedy.action, rule=remedy.rule, gain=max(gain, 0.0), effort=remedy.effort)


def measure_again(remedy: Remedy, audio: Audio, report: AudioReport) -> Score:
    """The quality score once the remedy is applied, by the same measurements as the report's.

    A remedy moves neither beats nor sections, so those of the report are judged again. What the report says of the
    tuning stands, and where the length changes, what it says of beats and sections too.
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
    kept = "tuning." if same else ("tuning.", "tempo.", "form.")
    standing = [item for item in report.quality.deductions if item.rule.startswith(kept)]
    return Score([*score.deductions, *standing])
