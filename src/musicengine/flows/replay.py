"""Productions on file: recorded with what cannot be made again, run again offline, compared with how they were.

A recording holds every brief, edit, report and cost, and the digest of every take's audio. Takes that this library
renders itself are left out: they are rendered again and checked by their digest. All others (of a live service) are
kept with their sound, and answer in the service's place. No generator is in it, so no key is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

import attrs

from musicengine import codec, files, synth
from musicengine._version import __version__
from musicengine.errors import BackendError, CodecError, FileError, InputError
from musicengine.flows.produce import Studio, produce
from musicengine.protocols import Progress
from musicengine.values.making import Brief, Credits, Take
from musicengine.values.production import Difference, Production, RecordedRound, Recording, Replay, Round
from musicengine.values.reports import Report

__all__ = ["load_recording", "record", "replay", "save_production"]


def record(production: Production) -> Recording:
    """What has to be kept of a production to run it again."""
    return Recording(
        rounds=[_recorded(made) for made in production.rounds],
        stopped=production.stopped,
        target=production.target,
        budget=production.budget,
        limit=production.limit,
        accepts=production.accepts,
        version=__version__,
    )


def save_production(production: Production, path: str | os.PathLike[str]) -> Path:
    """Write a production to one file; a file that is there is replaced at once or not at all.

    Raises:
        FileError: it cannot be written.
    """
    place = Path(path)
    with files.replacing(place) as file:
        file.write(codec.encode(record(production)))
    return place


def load_recording(path: str | os.PathLike[str]) -> Recording:
    """The recording in a file.

    Raises:
        FileError: it cannot be read.
        CodecError: it is damaged, or no recording of a production.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {os.fspath(path)!r}: {error.strerror}") from error
    found = codec.decode(data)
    if not isinstance(found, Recording):
        raise CodecError(f"expected a production in {os.fspath(path)!r}, got a {type(found).__name__}")
    return found


def replay(
    source: Recording | Production | str | os.PathLike[str],
    judge: Callable[[Take], Report],
    *,
    progress: Progress | None = None,
) -> Replay:
    """Run a production again, offline, and say what differs from how it was.

    Args:
        source: the production, its recording or the file of it.
        judge: the report of a take; takes whose sound was measured by a live analyzer keep the report they had.
        progress: as of ``produce``.

    Raises:
        FileError: the file cannot be read.
        CodecError: it is damaged, or no recording of a production.
        InputError: the source is none of these.
    """
    recording = _recording(source)
    answers = _Answers(recording, judge)
    studio = Studio(answers.make, answers.judge, answers.price, recording.accepts)
    again = produce(
        studio,
        recording.rounds[0].brief,
        rounds=recording.limit,
        target=recording.target,
        budget=recording.budget,
        progress=progress,
    )
    return Replay(again, tuple(_differences(recording, again)))


def _recording(source: Recording | Production | str | os.PathLike[str]) -> Recording:
    if isinstance(source, Production):
        return record(source)
    if isinstance(source, (str, os.PathLike)):
        source = load_recording(source)
    if not isinstance(source, Recording):
        raise InputError(f"expected a production, its recording or a path, got {type(source).__name__}")
    if not source.rounds:
        raise CodecError("a recording of a production has one round at least, got none")
    return source


def _recorded(made: Round) -> RecordedRound:
    takes = (made.take, *made.others)
    return RecordedRound(
        made.brief,
        made.report,
        made.edits,
        made.cost,
        made.kept,
        digests=[take.audio.digest for take in takes],
        takes=() if _is_ours(made.brief, takes) else takes,
    )


def _is_ours(brief: Brief, takes: tuple[Take, ...]) -> bool:
    """Whether this library renders the same take of the brief."""
    return len(takes) == 1 and takes[0].provenance == "stub" and synth.make(brief) == takes[0]


@attrs.define
class _Answers:
    """Answers in the place of the generator, round by round, as was recorded."""

    recording: Recording
    judging: Callable[[Take], Report]
    given: int = 0

    def make(self, brief: Brief) -> tuple[Take, ...]:
        number, self.given = self.given, self.given + 1
        if number >= len(self.recording.rounds):
            if self.recording.stopped == "failed":
                raise BackendError("the generator failed here when this was recorded")
            if any(recorded.takes for recorded in self.recording.rounds):
                raise BackendError(f"round {number + 1} was not recorded")
            return (synth.make(brief),)
        recorded = self.recording.rounds[number]
        if recorded.takes and brief != recorded.brief:
            raise BackendError(f"round {number + 1} was recorded for another brief")
        return recorded.takes or (synth.make(brief),)

    def price(self, brief: Brief) -> Credits:
        if self.given < len(self.recording.rounds):
            return self.recording.rounds[self.given].cost
        budget, unit = self.recording.budget, self.recording.rounds[-1].cost.unit
        return Credits(budget.amount + 1 if budget and self.recording.stopped == "budget" else 0.0, unit)

    def judge(self, take: Take) -> Report:
        for recorded in self.recording.rounds:
            if recorded.report.audio.provenance != "measured" and recorded.digests[0] == take.audio.digest:
                return recorded.report
        return self.judging(take)


def _differences(recording: Recording, again: Production) -> Iterator[Difference]:
    """Everything that is not as it was recorded, round by round."""
    for number, (before, after) in enumerate(zip(recording.rounds, again.rounds, strict=False), 1):
        yield from _of_round(number, before, after)
    counts = len(recording.rounds), len(again.rounds)
    if counts[0] != counts[1]:
        yield Difference(0, "rounds", *map(str, counts))
    if recording.stopped != again.stopped:
        yield Difference(0, "stopped", recording.stopped, again.stopped)


def _of_round(number: int, before: RecordedRound, after: Round) -> Iterator[Difference]:
    audio = [take.audio.digest for take in (after.take, *after.others)]
    scores = before.report.score, after.report.score
    if before.brief != after.brief:
        yield Difference(number, "brief", before.brief.digest, after.brief.digest)
    for old, new in zip_longest(before.edits, after.edits):
        if old != new:
            yield Difference(number, "edits", str(old or "none"), str(new or "none"))
    if list(before.digests) != audio:
        yield Difference(number, "audio", " ".join(before.digests), " ".join(audio))
    if scores[0] != scores[1]:
        yield Difference(number, "score", *(f"{score.value:.4f} {score.digest[:8]}" for score in scores))
    if before.kept != after.kept:
        yield Difference(number, "kept", str(before.kept), str(after.kept))
