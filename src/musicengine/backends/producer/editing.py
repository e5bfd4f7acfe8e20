"""Requests for changes become edits of the brief: clause by clause, what it is about, which way, and how far."""

from __future__ import annotations

import re

from musicengine.backends.producer.arranging import arrange, lift
from musicengine.backends.producer.clause import Clause, words_of
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.setting import ask_back, change_by, shape, transpose
from musicengine.backends.producer.terms import KNOBS, QUALITIES, SECTIONS, SIZES, VOCALS
from musicengine.errors import MusicEngineError
from musicengine.lyrics.wordlists import word_set
from musicengine.synth.briefs import MOODS

__all__ = ["edit", "keep"]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATION = re.compile(r"\b(?:not|no|never|without|isn't|aren't|wasn't|don't|doesn't|can't|cannot|won't|ain't|stop)\b")
_KEEP = re.compile(
    r"\b(?:don't|do not|dont|never|without) (?:chang|touch|alter|mess(?:ing)? with|los|mak)(?:e|ing)?\b(?P<a>.*)"
    r"|\b(?:keep|leave|preserve)\b(?P<b>(?!.*\bout\b).*)"
    r"|^(?:same)\b(?P<c>.*)"
)
_FIELDS = {
    "tempo": "bpm", "speed": "bpm", "bpm": "bpm", "pace": "bpm", "key": "key", "length": "duration_s",
    "duration": "duration_s", "mood": "mood", "vibe": "mood", "feel": "mood", "genre": "genre", "style": "genre",
    "lyrics": "lyrics", "words": "lyrics", "structure": "sections", "form": "sections", "sections": "sections",
    "arrangement": "sections", "meter": "meter", "brightness": "brightness", "width": "width", "density": "density",
    "dynamics": "dynamics", "energy": "energy",
}  # fmt: skip
_UP = re.compile(
    r"\b(?:up|louder|more|higher|raise|boost|increase|add|bring (?:out|forward|up)|push|forward|too (?:quiet|low|soft)"
    r"|can't hear|cannot hear|can barely hear|buried|in front|prominent)\b"
)
_DOWN = re.compile(
    r"\b(?:down|quieter|less|lower|reduce|decrease|softer|fewer|back(?!wards)|too (?:loud|high"
    r"|much|prominent)|tame|cut)\b"
)
_VOCAL_DB = re.compile(r"(?P<n>\d{1,2}(?:\.\d)?) ?(?:db|decibels?)")
_INSTRUMENTAL = re.compile(
    r"^(?:(?:please|just|now|fully|purely|not|as|an?) )*instrumental(?: please| version| only)?[ .!]*$"
    r"|\b(?:make|turn|keep|have|want|go|it|this|that)\b.*\binstrumental\b"
)
_FAULTS = word_set(
    "empty thin dull muddy muddier mud muffled harsh shrill piercing tinny boomy murky cluttered crowded flat squashed "
    "robotic mechanical weak repetitive loose rushed hectic sluggish"
)
_STATES = re.compile(r"\b(?:is|are|feels?|sounds?|it's|seems?|that's|was|gets?)\b(?!.*\b(?:not|less|enough)\b)")
_SOFTLY = re.compile(r"\b(?:a (?:little )?(?:bit|touch|tad|little)|kind of|kinda|rather|quite|pretty|somewhat)\b")
_WANTS = re.compile(r"\b(?:make|made|want|more|less|need|needs|go|get|could|can|should|try|let's)\b")


_EFFECTS = ("reverb", "delay")


def _complains(text: str, word: str) -> bool:
    """Whether a clause finds fault: "the verse is empty", "it's a bit slow"."""
    if _WANTS.search(text) or word.endswith("er"):
        return False
    return bool((word in _FAULTS and _STATES.search(text)) or _SOFTLY.search(text))


def keep(draft: Draft, clause: str) -> bool:
    """Note what the user wants left alone; whether the clause asks for that."""
    found = _KEEP.search(clause)
    if not found:
        return False
    rest = next(part for part in found.groups() if part is not None)
    words = words_of(rest)
    fields = {_FIELDS[word] for word in words if word in _FIELDS}
    fields |= {field for word in words if word in QUALITIES for field in KNOBS[QUALITIES[word]] if field != "size"}
    fields |= {"vocal_level_db"} if any(word in VOCALS for word in words) else set[str]()
    fields |= {"sections", "energy"} if any(word in SECTIONS for word in words) else set[str]()
    if "going" in words or (not fields and not re.search(r"\b(?:it|this|that|everything|all)\b", rest)):
        return False
    draft.kept |= fields
    names = ", ".join(sorted({_said(field) for field in fields}))
    draft.say(f"I leave the {names} alone." if names else "I leave it as it is.")
    return True


def _said(field: str) -> str:
    return {"bpm": "tempo", "duration_s": "length", "vocal_level_db": "vocals"}.get(field, field.replace("_", " "))


def edit(draft: Draft, clause: str, carried: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Work a clause into the draft; the sections it speaks of, or None if it asks for no change.

    Args:
        draft: to change.
        clause: a part of a normal text.
        carried: the sections that the clause before spoke of, for one that speaks of none.
    """
    said, before = len(draft.said), draft.brief
    part = Clause.of(clause)
    try:
        if ask_back(draft, clause):
            return part.sections
        done = arrange(draft, clause) or transpose(draft, part) or change_by(draft, part) or _vocals(draft, part)
        done = shape(draft, part.text) or done
        if not (done and draft.brief != before):
            done = _qualities(draft, part, part.sections or carried) or done
        done = done or _no_knob(draft, part)
    except MusicEngineError as error:
        draft.say(f"That is not possible: {_without_limits(str(error), part.text)}.")
        return part.sections
    changed = draft.brief != before or len(draft.said) > said
    return part.sections if done or changed else None


def _without_limits(message: str, text: str) -> str:
    """What was wrong, without limits and sums: a number that the user did not say is none to repeat."""
    asked = message.partition(", got ")[2]
    if not asked:
        return re.sub(r"\d\S*", "…", message)
    said = {float(number) for number in _NUMBER.findall(text)}
    mine = all(float(number) in said for number in _NUMBER.findall(asked))
    return f"it asks for {asked}" if mine else "it is outside of what I can play"


def _vocals(draft: Draft, part: Clause) -> bool:
    text = part.text
    if _INSTRUMENTAL.search(text):
        draft.set(instrumental=not _NEGATION.search(text))
        return True
    if not part.vocals or part.instrument in _EFFECTS:
        return False
    if re.search(
        r"\b(?:no|without|remove|drop|lose|delete|mute|kill|cut|get rid of|take out|instrumental)\b", text
    ) and not (re.search(r"\bless\b|\bcut .* (?:by|a bit)\b", text)):
        draft.set(instrumental=True)
    elif re.search(r"\b(?:add|bring (?:\w+ ){0,2}?back|put|want|with|include|give me)\b", text) and not (
        _UP.sub("", text) != text and re.search(r"\bmore\b|louder|\bup\b", text)
    ):
        draft.set(instrumental=False)
        if draft.brief.instrumental is draft.context.brief.instrumental:
            draft.turn("vocal_level_db", 2.0 * part.degree, -12, 12)
    else:
        amount = _VOCAL_DB.search(text)
        step = float(amount["n"]) if amount else 2.0 * part.degree
        signed = re.search(r"(?<!\w)([+-])\d", text)
        down = bool(signed[1] == "-" if signed else _DOWN.search(text)) and not re.search(
            r"too (?:quiet|low|soft)|can't hear|bring .* up", text
        )
        if not (down or signed or _UP.search(text)):
            return False
        if draft.brief.instrumental and not down:
            draft.set(instrumental=False)
        draft.turn("vocal_level_db", -step if down else step, -12, 12)
    return True


def _qualities_in(text: str) -> list[tuple[int, str]]:
    words = words_of(text)
    return [(at, QUALITIES[word]) for at, word in enumerate(words) if word in QUALITIES]


def _qualities(draft: Draft, part: Clause, sections: tuple[str, ...]) -> bool:
    """Turn the knobs of the qualities that a clause speaks of."""
    done = False
    for at, name in _qualities_in(part.text):
        word = part.words[at]
        sign = _sign(part.words, at)
        if sign > 0 and _complains(part.text, word):
            sign = -1
        if word == "upbeat" and "fast" in KNOBS:
            name = "happy"
        if sign == 0:
            continue
        if sections and name in SIZES:
            lift(draft, sections, SIZES[name] * sign * part.degree, _ordinal_of(part.text))
        elif part.instrument and name in ("loud", "quiet", "big", "small"):
            _no_knob(draft, part)
        else:
            _turn(draft, name, word, sign * part.degree)
            if part.sections and name not in SIZES:
                draft.say("That knob turns for the whole track; by section I can set how much of the band plays.")
        done = True
    return done


def _ordinal_of(text: str) -> str:
    found = re.search(r"\b(first|second|third|last|final|1st|2nd|3rd)\b", text)
    return found[1] if found else ""


def _sign(words: tuple[str, ...], at: int) -> int:
    """1 for more of a quality, -1 for less, 0 where the clause asks for neither."""
    before = words[max(0, at - 4) : at]
    negated = any(_NEGATION.fullmatch(word) for word in before)
    if "enough" in words[at + 1 : at + 2] or "enough" in before[-1:]:
        return 1 if negated else 0
    if "less" in before or "fewer" in before or "reduce" in before or "least" in before:
        return 1 if negated else -1
    if "too" in before or "overly" in before:
        return -1
    if {"don't", "dont"} & set(before) and {"make", "get", "go"} & set(before):
        return 0
    if "more" in before and negated:
        return 0
    return -1 if negated else 1


def _turn(draft: Draft, name: str, word: str, degree: float) -> None:
    for field, step in KNOBS[name].items():
        if field == "bpm":
            draft.tempo(draft.bpm * (1 + step * degree))
        elif field == "size":
            _size(draft, word, degree * step)
        elif field == "mood":
            _mood(draft, name, word, degree)
        elif field == "drift":
            draft.turn("drift", step * degree, 0.0, 0.05, 3)
        else:
            draft.turn(field, step * degree)


def _size(draft: Draft, word: str, degree: float) -> None:
    """A whole track becomes bigger by more of everything; louder is the master's business."""
    if word in ("loud", "louder", "quiet", "quieter"):
        draft.say(
            "Overall loudness belongs to the master and to the player's volume knob, so the brief has no knob for it. "
            "Bigger or smaller, fuller or sparser I can do."
        )
        return
    draft.turn("density", 0.2 * degree)
    draft.turn(
        "width" if degree > 0 and word not in ("energy", "power", "lift", "hits", "impact") else "dynamics",
        0.15 * degree,
    )


def _mood(draft: Draft, name: str, word: str, degree: float) -> None:
    if degree > 0:
        mood = next((one for one in (word, name) if one in MOODS), None)
        if mood:
            draft.set(mood=mood)
    elif draft.brief.mood and (draft.brief.mood == name or MOODS.get(draft.brief.mood) is MOODS.get(name)):
        draft.set(mood=None)
    elif name in ("sad", "happy"):
        draft.set(mood="happy" if name == "sad" else "sad")


def _no_knob(draft: Draft, part: Clause) -> bool:
    """Be honest about what the brief cannot do."""
    wants = _UP.search(part.text) or _DOWN.search(part.text) or _NEGATION.search(part.text)
    if not part.instrument or not (
        wants or re.search(r"\b(?:with|remove|drop|lose|mute|add|solo|want|need|put)\b", part.text)
    ):
        return False
    if part.instrument in ("drums", "drum", "percussion", "beat", "kick", "snare", "hats", "hihats", "hihat"):
        hint = "Sparser thins them out, and ambient has hardly any."
    elif part.instrument in ("bass", "bassline", "sub", "lows", "808", "808s"):
        hint = "Darker or brighter tilts the balance towards the lows or away from them."
    elif part.instrument in _EFFECTS:
        hint = "Wider and sparser give a similar sense of space."
    else:
        hint = "The genre picks the instruments; name another genre, or say fuller or sparser."
    name = {"drum": "drums", "beat": "drums", "kick": "kick", "sub": "bass", "lows": "bass"}.get(
        part.instrument, part.instrument
    )
    draft.say(f"The brief has no knob for the {name} alone. {hint}")
    return True
