"""From a ledger of deductions to edits of the brief, and to the brief that they make.

Every deduction is answered by the edit that promises most: a line of the lyric by a correction that was tried, a key
whose bass lies in the clear, a chorus with more of the band, a shorter intro; and where there is none, by knobs, turned
together so that what one of them mends does not cost elsewhere (:mod:`musicengine.flows.knobs`). What a generator does
not take as a field is said in its prompt. The last resort is another seed, and it is said so: where no edit promises
anything, or where edits of this take failed and the others promise less than another piece does.

What was asked for is kept: tempo, key, form, meter and words that the wish names are never edited.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

import attrs
import numpy as np

from musicengine.audio.rules import RULES
from musicengine.errors import InputError, MusicEngineError
from musicengine.flows.knobs import KNOBS, turn_knobs
from musicengine.flows.responses import RESPONSES
from musicengine.synth import parse_brief
from musicengine.values.making import MAX_PROMPT, Brief, Take
from musicengine.values.music import Key
from musicengine.values.production import Edit, Setting
from musicengine.values.reports import Report
from musicengine.values.scores import Deduction
from musicengine.values.words import Lyrics

__all__ = ["Tried", "refine", "revise"]

Tried = Collection[tuple[str, str]]
"""Pairs of a rule and a field (or the knob that words of the prompt stood for) that were edited to no avail."""

_ASKED = ("bpm", "key", "lyrics", "meter", "sections")
_LEAST = 0.01  # expected points below which an edit is not worth a word
_SEED_TRUST = 0.5
_DOUBT = 0.5  # of what edits promise once others failed on the same take
_SEED_STEP = 7919  # any other seed makes another piece; a large step keeps clear of seeds that people count up
_OF_THE_BASS = ("noise.hum", "balance.mud", "balance.low_end")
_CLEAR_TONICS = range(6)
"""C to F. Of 17 genres in each of the twelve keys, with tonics of G, B flat or B two takes in three lose points by hum
or mud (2 points on average), with these one in twenty (0.07)."""
_NAMES = "C to F"
_PHRASES = {
    "brightness": ("a darker, softer mix", "a brighter mix"),
    "density": ("a sparser arrangement", "a fuller arrangement"),
    "dynamics": ("even levels throughout", "more contrast between loud and soft"),
    "width": ("a narrower, mono-compatible mix", "a wider stereo image"),
    "vocal_level_db": ("the voice further back", "the voice further up front"),
    "drift": ("a steady tempo", "a tempo that breathes"),
    "intro_bars": ("a short intro", "a longer intro"),
    "hook_repetition": ("the hook less often", "the hook more often"),
}


def refine(
    subject: Brief | Take,
    report: Report,
    *,
    wish: Brief | None = None,
    accepts: Collection[str] | None = None,
    tried: Tried = (),
    least: float = 0.0,
) -> tuple[Edit, ...]:
    """The edits that answer a report's deductions, those that promise most first; () where nothing is to be gained.

    Args:
        subject: the take, or the brief that it was made of.
        report: of the take.
        wish: what was asked for in the first place; None reads the prompt again. Its tempo, key, form, meter and
            words are kept.
        accepts: fields that the generator takes; None for all. The others go into the prompt, where it takes one.
        tried: what was edited before and did not help; the next best is taken.
        least: points that make another round worthwhile; () if nothing promises more.
    """
    desk = _Desk(subject, report, _asked(subject, wish), accepts, tried)
    chosen: dict[tuple[str, int | None], Edit] = {}
    left: list[Deduction] = []
    for item in report.score.deductions:
        best = sorted(desk.answers(item), key=lambda edit: -edit.expected)
        free = (edit for edit in best if (edit.field, edit.line) not in chosen and edit.expected >= _LEAST)
        if edit := next(free, None):
            chosen[edit.field, edit.line] = edit
        else:
            left.append(item)
    for edit in desk.turned(left):
        if edit.expected >= _LEAST:
            chosen.setdefault((edit.field, edit.line), edit)
    edits = desk.worded(sorted(chosen.values(), key=lambda edit: -edit.expected))
    promise = sum(edit.expected for edit in edits) * (_DOUBT if tried else 1.0)
    another = desk.another() if tried or promise <= least else ()
    if sum(edit.expected for edit in another) > promise:
        return another if sum(edit.expected for edit in another) > least else ()
    return edits if promise > least else ()


def revise(subject: Brief | Take, edits: Sequence[Edit]) -> Brief:
    """The brief with its edits; of a take, the brief in which the generator decided every open field.

    Raises:
        BriefError: an edit sets a field to what it cannot be.
        InputError: an edit names a field that a brief does not have, or a line that its lyric does not have.
    """
    brief, words = _brief(subject), _words(subject)
    changes: dict[str, Any] = {}
    for edit in edits:
        if edit.field not in attrs.fields_dict(Brief):
            raise InputError(f"expected an edit of a field of Brief, got {edit.field!r}")
        if edit.field == "lyrics":
            words = _with_line(words, edit)
            changes["lyrics"] = words
        else:
            changes[edit.field] = edit.after
    if "energy" in changes and len(changes["energy"]) != len(brief.sections) and isinstance(subject, Take):
        changes["sections"] = _labels(subject)
    return attrs.evolve(brief, **changes)


def _brief(subject: Brief | Take) -> Brief:
    return subject.brief if isinstance(subject, Take) else subject


def _words(subject: Brief | Take) -> Lyrics | None:
    return (subject.lyrics if isinstance(subject, Take) else None) or _brief(subject).lyrics


def _labels(take: Take) -> tuple[str, ...]:
    """The form: as the brief has it, else as it was written."""
    return take.brief.sections or tuple(section.label for section in (take.truth.sections if take.truth else ()))


def _with_line(words: Lyrics | None, edit: Edit) -> Lyrics:
    """The lyric with the line that an edit rewrites."""
    lines = list(words.lines) if words else []
    if edit.line is None or not 0 <= edit.line < len(lines):
        raise InputError(f"expected an edit of one of {len(lines)} lines of the lyric, got line {edit.line!r}")
    lines[edit.line] = attrs.evolve(lines[edit.line], text=str(edit.after))
    return Lyrics(lines)


def _asked(subject: Brief | Take, wish: Brief | None) -> frozenset[str]:
    """The fields that were asked for."""
    wish = wish if wish is not None else (None if isinstance(subject, Take) else subject)
    prompt = (wish or _brief(subject)).prompt
    asked = [wish] if wish else []
    if prompt.strip() and not (wish and wish.understood):
        with suppress(MusicEngineError):  # a prompt for another generator, which this reader need not understand
            asked.append(parse_brief(prompt))
    return frozenset(name for name in _ASKED if any(getattr(brief, name) for brief in asked))


@attrs.frozen
class _Desk:
    """Where edits are drawn up: what there is, what may be touched, what was tried."""

    subject: Brief | Take
    report: Report
    asked: frozenset[str]
    accepts: Collection[str] | None
    tried: Tried

    @property
    def brief(self) -> Brief:
        return _brief(self.subject)

    def answers(self, item: Deduction) -> Iterator[Edit]:
        """The edits other than of knobs that may answer a deduction."""
        for edit in (*self._lines(item), *self._specials(item)):
            open_field = edit.field not in self.asked and (item.rule, edit.field) not in self.tried
            if open_field and edit.after != edit.before and (self._takes(edit.field) or edit.field in _PHRASES):
                yield edit

    def another(self) -> tuple[Edit, ...]:
        """Another piece of the same kind, the last resort: it may not have the faults of this one."""
        if not self.report.score.deductions:
            return ()
        lost, item = sum(each.points for each in self.report.score.deductions), self.report.score.deductions[0]
        reason = f"{_measured(item)}; no edit promises more, so another piece of the same kind is tried"
        again = sum(field == "seed" for _, field in self.tried)
        seed = (self.brief.seed + _SEED_STEP * (1 + again)) % 2**63
        edit = Edit("seed", self.brief.seed, seed, item.rule, reason, expected=lost * _SEED_TRUST)
        if not self._takes("seed"):
            return () if again else self.worded([edit])
        return (edit,)

    def worded(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """The edits, those of fields that the generator does not take as words of its prompt."""
        fields = [edit for edit in edits if self._takes(edit.field)]
        prompt, worded = self.brief.prompt, []
        for edit in edits:
            phrase = _phrase(edit)
            longer = f"{prompt}, {phrase}" if prompt.strip() else phrase
            if self._takes(edit.field) or not self._takes("prompt") or phrase in prompt or len(longer) > MAX_PROMPT:
                continue
            worded.append(attrs.evolve(edit, field="prompt", before=prompt, after=longer, knob=edit.field))
            prompt = longer
        return (*fields, *worded)

    def _takes(self, field: str) -> bool:
        return self.accepts is None or field in self.accepts

    def turned(self, items: Sequence[Deduction]) -> Iterator[Edit]:
        """Knobs turned together as far as these deductions need and they go."""
        numbers = {
            item.rule: (item, float(item.measured))
            for item in items
            if item.rule in RESPONSES and not isinstance(item.measured, str) and math.isfinite(item.measured)
        }
        ledger = {rule: measured for rule, (_, measured) in numbers.items()}
        held = {field for rule, field in self.tried if rule in ledger}
        settings = {knob: float(getattr(self.brief, knob)) for knob in KNOBS}
        for turn in turn_knobs(ledger, settings, held):
            item, measured = numbers[turn.rule]
            weight = item.points / max(float(RULES[turn.rule].cost(np.array(measured))), 1e-9)
            reason = f"{_measured(item)}; the knob moves it by about {turn.moved:+.2g} {item.unit}"
            gain = turn.gain * weight * turn.trust
            yield Edit(turn.knob, turn.before, turn.after, turn.rule, reason, expected=gain)

    def _lines(self, item: Deduction) -> Iterator[Edit]:
        """The correction of the line that a deduction is about, as it was tried on the text."""
        read = self.report.lyrics
        if item.line is None or read is None or read.score is None or _words(self.subject) is None:
            return
        for found in read.corrections:
            if found.line == item.line and found.rule == item.rule:
                weight = item.points / max(_points(read.score.deductions, item), 1e-9)
                reason = f"{found.problem} Tried on the text, it gains {found.gain:.1f} points of the lyric"
                gain = found.gain * weight
                yield Edit("lyrics", found.before, found.after, item.rule, reason, line=found.line, expected=gain)

    def _specials(self, item: Deduction) -> Iterator[Edit]:
        """Edits that are more than a knob."""
        brief = self.brief
        if item.rule in _OF_THE_BASS and brief.key is not None and brief.key.tonic not in _CLEAR_TONICS:
            tonic = min(_CLEAR_TONICS, key=lambda tonic: (_steps(tonic, brief.key), tonic))
            reason = f"{_measured(item)}; from {_NAMES} the bass lies clear of the mains and of the low middle"
            yield Edit("key", brief.key, Key(tonic, brief.key.mode), item.rule, reason, expected=0.9 * item.points)
        if item.rule == "form.chorus_lift" and isinstance(self.subject, Take) and (labels := _labels(self.subject)):
            energy = tuple({"chorus": 1.0, "verse": 0.45}.get(label, 0.5) for label in labels)
            reason = f"{_measured(item)}; verses with less of the band let the chorus lift"
            yield Edit("energy", brief.energy, energy, item.rule, reason, expected=0.7 * item.points)
        if item.rule == "tempo.steadiness" and brief.drift:
            reason = f"{_measured(item)}; the tempo was let to wander"
            yield Edit("drift", brief.drift, 0.0, item.rule, reason, expected=0.8 * item.points)
        if item.rule in ("form.intro", "form.first_chorus"):
            reason = f"{_measured(item)}; a shorter intro brings what follows sooner"
            yield Edit("intro_bars", brief.intro_bars, 2, item.rule, reason, expected=0.8 * item.points)


def _steps(tonic: int, key: Key | None) -> int:
    """Semitones between a tonic and that of a key, the shorter way round."""
    apart = abs(tonic - (key.tonic if key else tonic))
    return min(apart, 12 - apart)


def _points(deductions: Sequence[Deduction], item: Deduction) -> float:
    """What the same deduction costs in another ledger."""
    return next((own.points for own in deductions if (own.rule, own.line) == (item.rule, item.line)), 0.0)


def _measured(item: Deduction) -> str:
    """The finding in words: "7.1 dB where 5 is the target"."""
    unit = f" {item.unit}" if item.unit else ""
    found = item.measured if isinstance(item.measured, str) else f"{item.measured:.3g}{unit}"
    target = item.target if isinstance(item.target, str) else f"{item.target:.3g}"
    return f"{found} where {target} is the target"


def _phrase(edit: Edit) -> str:
    """An edit as words of a prompt."""
    fixed: dict[str, str] = {
        "key": f"in {edit.after}",
        "bpm": f"{edit.after} bpm",
        "energy": "a chorus clearly bigger than the verses",
        "seed": "another version",
    }
    if edit.field in fixed:
        return fixed[edit.field]
    less, more = _PHRASES.get(edit.field, ("", ""))
    return more if _amount(edit.after) > _amount(edit.before) else less


def _amount(setting: Setting) -> float:
    return float(setting) if isinstance(setting, (int, float)) else math.inf
