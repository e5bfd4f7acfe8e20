"""Requests about the form: sections added, dropped, made longer or shorter, lifted or held back."""

from __future__ import annotations

import re

from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.terms import INSTRUMENTS, SECTIONS

__all__ = ["arrange", "lift"]

_NAME = "|".join(sorted(SECTIONS, key=len, reverse=True))
_ORDINAL = "first|second|third|fourth|last|final|1st|2nd|3rd|extra|another|more|new|1|2|3|double"
_FILL = r"(?:(?:a|an|the|that|this|my|any|one|just|whole|entire|in|me|short|long|big|little|little bit of) )*"
_SOLOIST = r"(?:(?P<who>\w+) (?=solo\b|break\b))?"
_DROP = re.compile(
    rf"\b(?:drop|remove|cut|delete|lose|skip|without|no|get rid of|take out|leave out|ditch|scrap|kill|don't need|"
    rf"don't want|do not want) {_FILL}(?:(?P<o>{_ORDINAL}) )?(?P<s>{_NAME})\b(?! (?:bigger|smaller|louder|quieter))"
)
_ADD = re.compile(
    rf"\b(?:add|insert|put|include|give it|give me|needs?|want|repeat|double|bring back|another"
    rf"|one more|1 more|extra|with) "
    rf"{_FILL}(?:(?P<o>{_ORDINAL}) )?{_FILL}{_SOLOIST}(?P<s>{_NAME})\b"
    r"(?! (?:to be|bigger|louder|smaller|quieter|more|less))"
)
_LENGTH = re.compile(
    rf"\b(?P<a>shorter|longer|short|long|shorten|lengthen|extend|trim) {_FILL}(?P<s>{_NAME})\b"
    rf"|\b(?P<s2>{_NAME})\b(?: \w+){{0,4}}? (?P<b>shorter|longer|too long|too short|is short|is long)\b"
)
_BARS = re.compile(rf"\b(?P<n>\d{{1,2}})[ -]bars? {_FILL}intro\b|\bintro\b.{{0,12}}?\b(?P<m>\d{{1,2}}) bars?\b")
_START = re.compile(
    rf"\b(?:start|begin|open)s?(?: right)? (?:with|on|in|at) {_FILL}(?P<s>{_NAME})\b"
    rf"|\bput {_FILL}(?P<s2>{_NAME}) (?:first|at the (?:start|beginning|front))\b"
)
_END = re.compile(rf"\b(?:end|finish|close)(?:es|s)? (?:with|on|in) {_FILL}(?P<s>{_NAME})\b")
_ORDINALS = {"first": 0, "1st": 0, "1": 0, "second": 1, "2nd": 1, "2": 1, "third": 2, "3rd": 2, "3": 2, "fourth": 3}
_WORDS = ("first", "second", "third", "fourth")
_USUAL_INTRO = 4


def arrange(draft: Draft, clause: str) -> bool:
    """Work a clause about the form into the draft; whether it was one."""
    if found := _BARS.search(clause):
        bars = int(found["n"] or found["m"])
        _with_intro(draft)
        draft.set(intro_bars=bars)
        return True
    if found := _DROP.search(clause):
        _drop(draft, SECTIONS[found["s"]], found["o"] or "")
        return True
    if found := _LENGTH.search(clause):
        _resize(draft, SECTIONS[found["s"] or found["s2"]], found["a"] or found["b"])
        return True
    if found := _START.search(clause):
        label, form = SECTIONS[found["s"] or found["s2"]], draft.sections
        _reform(draft, (label, *(form[1:] if form[:1] in (("intro",), (label,)) else form)))
        return True
    if found := _END.search(clause):
        label, form = SECTIONS[found["s"]], draft.sections
        _reform(draft, (*(form[:-1] if form[-1:] in (("outro",), (label,)) else form), label))
        return True
    if (found := _ADD.search(clause)) and not re.search(r"\b(?:write|lyrics|words|bigger|energy|louder)\b", clause):
        _add(draft, SECTIONS[found["s"]], found["o"] or "")
        if found["who"] in INSTRUMENTS:
            draft.say("Which instrument leads it, the genre decides.")
        return True
    return False


def lift(draft: Draft, labels: tuple[str, ...], degree: float, ordinal: str = "") -> None:
    """Let more or less of the band play in sections, against the rest where they are full already."""
    sections, energy = draft.sections, list(draft.energy)
    aimed = [at for at, label in enumerate(sections) if label in labels]
    aimed = _picked(aimed, ordinal)
    names = ", ".join(labels)
    if not aimed:
        draft.say(f'There is no {names} in the form; say "add a {labels[0]}" to get one.')
        return
    full = degree > 0 and all(energy[at] > 0.94 for at in aimed)
    for at, label in enumerate(sections):
        if at in aimed and not full:
            energy[at] = _limited(energy[at] + 0.15 * degree)
        elif full and label not in labels:
            energy[at] = _limited(energy[at] - 0.1 * degree)
    draft.set(sections=sections, energy=tuple(energy))
    if full:
        draft.turn("dynamics", 0.15 * degree)
        draft.say(f"The {names} already has the whole band, so I hold the rest back and widen the contrast.")


def _limited(energy: float) -> float:
    return round(min(max(energy, 0.1), 1.0), 2)


def _picked(places: list[int], ordinal: str) -> list[int]:
    if ordinal in ("last", "final"):
        return places[-1:]
    at = _ORDINALS.get(ordinal)
    return places if at is None else places[at : at + 1]


def _reform(draft: Draft, sections: tuple[str, ...]) -> None:
    """Set the form; each section keeps the energy that one of its name had."""
    if draft.brief.energy:
        levels = dict(zip(draft.sections, draft.energy, strict=True))
        draft.set(sections=sections, energy=tuple(levels.get(label, 0.7) for label in sections))
    else:
        draft.set(sections=sections)


def _drop(draft: Draft, label: str, ordinal: str) -> None:
    sections = draft.sections
    places = _picked([at for at, one in enumerate(sections) if one == label], ordinal)
    if not places:
        draft.say(f"There is no {ordinal + ' ' if ordinal in _ORDINALS else ''}{label} in the form to drop.")
    elif len(places) == len(sections):
        draft.say(f"Without the {label} nothing would be left, so I keep it.")
    else:
        _cut(draft, places)
        if label == "intro" and draft.brief.intro_bars:
            draft.set(intro_bars=None)


def _cut(draft: Draft, places: list[int]) -> None:
    kept = [at for at in range(len(draft.sections)) if at not in places]
    changes = {"energy": tuple(draft.brief.energy[at] for at in kept)} if draft.brief.energy else {}
    draft.set(sections=tuple(draft.sections[at] for at in kept), **changes)


def _add(draft: Draft, label: str, ordinal: str) -> None:
    sections = draft.sections
    there = sections.count(label)
    wanted = _ORDINALS.get(ordinal, 0)
    if ordinal in _ORDINALS and there > wanted:
        draft.say(f"There is a {_WORDS[wanted]} {label} already.")
        return
    if label in ("intro", "outro") and there:
        draft.say(f"There is an {label} already.")
        return
    if len(sections) >= 100:
        draft.say("The form is as long as a brief can hold.")
        return
    at = _place(sections, label)
    _reform(draft, (*sections[:at], label, *sections[at:]))


def _place(sections: tuple[str, ...], label: str) -> int:
    """Where a section usually goes."""
    end = len(sections) - (sections[-1:] == ("outro",))
    choruses = [at for at, one in enumerate(sections) if one == "chorus"]
    if label == "intro":
        return 0
    if label == "outro":
        return len(sections)
    if label == "pre-chorus" and choruses:
        return choruses[0]
    if label in ("bridge", "break", "instrumental") and choruses:
        return choruses[-1] if len(choruses) > 1 else end
    if label == "verse" and len(choruses) > 1:
        return choruses[-1]
    return end


def _with_intro(draft: Draft) -> None:
    if "intro" not in draft.sections:
        _reform(draft, ("intro", *draft.sections))


def _resize(draft: Draft, label: str, word: str) -> None:
    longer = word in ("longer", "long", "lengthen", "extend", "too short", "is short")
    if label != "intro":
        draft.say(
            f"How long the {label} is follows from the length of the track and its form: I can make the track "
            f"{'longer' if longer else 'shorter'}, or {'add another' if longer else 'drop one'}."
        )
        return
    bars = draft.brief.intro_bars
    if "intro" not in draft.sections and not longer:
        draft.say("There is no intro to shorten.")
        return
    _with_intro(draft)
    bars = _USUAL_INTRO if bars is None else bars
    draft.set(intro_bars=min(bars * 2 or 2, 64) if longer else max(bars // 2, 1))
