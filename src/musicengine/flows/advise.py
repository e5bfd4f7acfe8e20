"""Advice that was tried: a change is made, the score measured again, and only what helps is said.

A remedy is applied to the audio, a correction to the lyric's text, an edit to the brief of a take, which is then made
again. Every gain is in points of the report's score.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import attrs

from musicengine.audio.loudness import measure_loudness
from musicengine.audio.quality import score_quality
from musicengine.audio.remedies import Remedy, effort_of, find_remedy
from musicengine.audio.rules import RULES
from musicengine.audio.spectrum import survey
from musicengine.flows.judge import shares
from musicengine.flows.produce import Studio
from musicengine.flows.refine import refine, revise
from musicengine.values.making import Take
from musicengine.values.production import Edit
from musicengine.values.reports import AudioReport, Report
from musicengine.values.scores import Advice, Deduction, Score
from musicengine.values.sound import Audio

__all__ = ["advise", "advise_on_take", "advise_on_track", "measure_again"]

_MOST = 3
_LEAST_GAIN = 0.05
_SHARE = 0.1
_EFFORT_OF_LINE = 3
_EFFORTS = {"key": 3, "bpm": 3, "sections": 3, "energy": 2, "lyrics": 3, "seed": 5}
_EFFORT_OF_KNOB = 1
_WITHOUT_FORM = "form.contrast"  # judged by the sound alone, so always anew


def advise_on_track(audio: Audio, report: Report) -> tuple[Advice, ...]:
    """What would raise the score of a track: remedies of its sound, and rewritten lines where it has words.

    Args:
        audio: to improve.
        report: of that audio.
    """
    read = report.lyrics
    of_sound, of_words = shares(read.score if read else None)
    sound = [attrs.evolve(item, gain=item.gain * of_sound) for item in advise(audio, report.audio)]
    lines = [
        Advice(
            action=f"Sing line {found.line + 1} as {found.after!r}.",
            rule=found.rule,
            gain=found.gain * of_words,
            effort=_EFFORT_OF_LINE,
        )
        for found in (read.corrections if read else ())
    ]
    return _ranked([*sound, *lines])


def advise_on_take(studio: Studio, take: Take, report: Report) -> tuple[Advice, ...]:
    """What would raise the score of a take: as of a track, and edits of its brief.

    Each edit is made alone and measured, which costs one job each.

    Args:
        studio: to make and measure takes in.
        take: to improve.
        report: of that take.

    Raises:
        BackendError: the generator failed.
    """
    edits = [edit for edit in refine(take, report, accepts=studio.accepts) if edit.field != "lyrics"]
    return _ranked([*advise_on_track(take.audio, report), *(_rehearse(studio, take, report, edit) for edit in edits)])


def _rehearse(studio: Studio, take: Take, report: Report, edit: Edit) -> Advice:
    """An edit of the brief with what the score rose by when the take was made again with it."""
    gain = studio.judge(studio.make(revise(take, [edit]))[0]).score.value - report.score.value
    effort = _EFFORTS.get(edit.knob or edit.field, _EFFORT_OF_KNOB)
    change = str(edit).removesuffix(f" for {edit.rule}")
    return Advice(action=f"Make it again with {change}.", rule=edit.rule, gain=max(gain, 0.0), effort=effort)


def _ranked(tried: Iterable[Advice]) -> tuple[Advice, ...]:
    """What helped, the most points for its effort first."""
    helpful = [item for item in tried if item.gain >= _LEAST_GAIN]
    return tuple(sorted(helpful, key=lambda item: (-item.gain / item.effort, item.rule)))


def advise(audio: Audio, report: AudioReport, *, most: int = _MOST) -> tuple[Advice, ...]:
    """What would raise the quality score, the most points for its effort first.

    Args:
        audio: to improve.
        report: of that audio.
        most: how many remedies to try, those that promise most for their effort.
    """
    with ThreadPoolExecutor(2) as pool:  # numpy works outside of the interpreter's lock
        tried = pool.map(lambda reason: _try(audio, report, reason), _promising(report, most))
        return _ranked(filter(None, tried))


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

    A remedy moves no sections, so those of the report are judged again. What the report says of tuning and tempo
    stands, and where the length changes, what it says of sections too.
    """
    form = report.form
    changed = remedy.apply(audio)
    same = changed.samples.shape == audio.samples.shape
    score = score_quality(
        changed,
        survey=survey(changed, sparse=True),
        loudness=report.loudness if remedy.keeps_loudness else None,
        form=form if same else None,
    )
    kept = ("tuning.", "tempo.") if same else ("tuning.", "tempo.", "form.")
    standing = [item for item in report.quality.deductions if item.rule.startswith(kept) and item.rule != _WITHOUT_FORM]
    return Score([*score.deductions, *standing], judged=score.judged + sum(RULES[item.rule].cap for item in standing))
