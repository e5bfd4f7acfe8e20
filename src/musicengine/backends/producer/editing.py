"""Requests for changes become edits of the brief: clause by clause, what it is about, which way, and how far."""

from __future__ import annotations

import re

import attrs

from musicengine.backends.producer.arranging import arrange
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.terms import INSTRUMENTS, KNOBS, QUALITIES, SECTIONS, SIZES, VOCALS
from musicengine.errors import MusicEngineError
from musicengine.synth import parse_brief
from musicengine.synth.briefs import MOODS
from musicengine.synth.genres import named_genre
from musicengine.values.making import METERS
from musicengine.values.music import Key

__all__ = ["edit", "keep", "shape"]

_WORD = re.compile(r"[a-z0-9#&'/+-]+")
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
_BIT = re.compile(r"\b(?:a (?:little )?(?:bit|touch|tad|hair|smidge|little|notch)|slightly|somewhat|bit|little|tiny)\b")
_MUCH = re.compile(
    r"\b(?:much|way|a lot|lots|far|really|very|super|heaps|significantly|drastically|totally|loads|tons?|extremely)\b"
)
_UP = re.compile(
    r"\b(?:up|louder|more|higher|raise|boost|increase|add|bring (?:out|forward|up)|push|forward|too (?:quiet|low|soft)"
    r"|can't hear|cannot hear|can barely hear|buried|in front|prominent)\b"
)
_DOWN = re.compile(
    r"\b(?:down|quieter|less|lower|reduce|decrease|softer|fewer|back(?!wards)|too (?:loud|high|much|prominent)|tame|cut)\b"
)
_STEPS = {"semitone": 1, "half-step": 1, "half step": 1, "whole tone": 2, "whole step": 2, "tone": 2, "step": 2,
          "third": 4, "fourth": 5, "fifth": 7, "octave": 12}  # fmt: skip
_TRANSPOSE = re.compile(
    r"\b(?P<way>up|down|higher|lower|raise|drop|transpose)\b.{0,24}?\b(?:(?P<count>\d{1,2}|a|an|one|another|half a|half) )?"
    rf"(?P<unit>{'|'.join(_STEPS)})s?\b(?: (?P<after>up|down|higher|lower))?"
    rf"|\b(?P<count2>\d{{1,2}}|a|an|one|half a|half) (?P<unit2>{'|'.join(_STEPS)})s? (?P<way2>up|down|higher|lower)\b"
)
_BY_BPM = re.compile(
    r"\b(?:(?P<a>\d{1,3}(?:\.\d)?) ?(?:bpm|beats per minute|clicks?) (?P<wa>faster|slower|quicker|up|down|more|less)"
    r"|(?P<wb>faster|slower|quicker|up|down) (?:by )(?P<b>\d{1,3}(?:\.\d)?)(?: ?bpm)?)\b"
)
_TO_NUMBER = re.compile(
    r"\b(?:to|try|tempo|at|around|about|maybe|make it|go)[: ]+(?P<n>\d{2,3}(?:\.\d)?)\b(?! ?(?:s|sec|min|bars?|db|%|lufs|semi|hz|rounds))"
)
_BY_TIME = re.compile(
    r"\b(?P<n>\d{1,3}) ?(?P<u>s|secs?|seconds?|m|mins?|minutes?) (?P<w>longer|shorter|more|less)\b"
    r"|\b(?P<w2>longer|shorter) by (?P<n2>\d{1,3}) ?(?P<u2>s|secs?|seconds?|mins?|minutes?)\b"
)
_VOCAL_DB = re.compile(r"(?P<n>\d{1,2}(?:\.\d)?) ?(?:db|decibels?)")
_STYLE = re.compile(
    r"\b(?:style|version|vibe|vibes|feel|flavou?r|genre|like|into|more|turn|switch|as|make it|make this|make that|go|instead"
    r"|remix|kind of|sort of)\b"
)
_NOT_GENRES = frozenset("swing piano acoustic chill club study roots soul acid classical 80s dance dub drone".split())
_LIKE = re.compile(r"\b(?:in the style of|sounds? like|like|à la|a la)\b (?P<who>.+)")
_NOUNS = frozenset("energy power mud treble highs sparkle space width punch contrast groove layers density dynamics "
                   "brightness clarity warmth lift impact stereo hooks repetition brilliance notes spread drift".split())  # fmt: skip


@attrs.frozen
class _Clause:
    """A clause with what it speaks of."""

    text: str
    words: tuple[str, ...]
    sections: tuple[str, ...]
    vocals: bool
    instrument: str

    @classmethod
    def of(cls, text: str) -> _Clause:
        words = tuple(_WORD.findall(text))
        return cls(
            text,
            words,
            tuple(dict.fromkeys(SECTIONS[word] for word in words if word in SECTIONS)),
            any(word in VOCALS for word in words),
            next((word for word in words if word in INSTRUMENTS), ""),
        )

    @property
    def degree(self) -> float:
        return 0.5 if _BIT.search(self.text) else 2.0 if _MUCH.search(self.text) else 1.0


def keep(draft: Draft, clause: str) -> bool:
    """Note what the user wants left alone; whether the clause asks for that."""
    found = _KEEP.search(clause)
    if not found:
        return False
    rest = next(part for part in found.groups() if part is not None)
    words = _WORD.findall(rest)
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
    part = _Clause.of(clause)
    try:
        done = arrange(draft, clause) or _transpose(draft, part) or _amounts(draft, part) or _vocals(draft, part)
        done = shape(draft, part.text) or done
        if not (done and draft.brief != before):
            done = _qualities(draft, part, part.sections or carried) or done
        done = done or _no_knob(draft, part)
    except MusicEngineError as error:
        draft.say(f"That is not possible: {_without_limits(str(error))}.")
        return part.sections
    changed = draft.brief != before or len(draft.said) > said
    return part.sections if done or changed else None


def _without_limits(message: str) -> str:
    """What was wrong, without the limits: a number that the user did not say is none to repeat."""
    return "it asks for " + message.partition(", got ")[2] if ", got " in message else re.sub(r"\d\S*", "…", message)


def _transpose(draft: Draft, part: _Clause) -> bool:
    found = _TRANSPOSE.search(part.text)
    mode = re.search(
        r"\b(?:in|into|to|make it|go|a|more) (?:a )?(?:relative )?(major|minor)\b(?! (?:change|tweak|thing))", part.text
    )
    key = draft.key
    if found:
        way = found["way"] or found["way2"]
        down = "down" in (way, found["after"]) or "lower" in (way, found["after"]) or way == "drop"
        count = found["count"] or found["count2"] or "a"
        steps = _STEPS[found["unit"] or found["unit2"]] * (int(count) if count.isdigit() else 1)
        steps = steps // 2 if count.startswith("half") and steps > 1 else steps
        if key is None:
            draft.say("There is no key yet to move from: name one, such as D minor.")
        else:
            draft.set(key=Key((key.tonic + (-steps if down else steps)) % 12, key.mode))
            if steps % 12 == 0:
                draft.say("An octave keeps the key as it is: the same notes, further up or down.")
        return True
    if mode and key is not None and not re.search(rf"\b[a-g][#b]? {mode[1]}\b|\b[a-g]-?(?:flat|sharp)", part.text):
        if "relative" in part.text and mode[1] != key.mode:
            draft.set(
                key=Key((key.tonic + (3 if mode[1] == "major" else 9)) % 12, "major" if mode[1] == "major" else "minor")
            )
        else:
            draft.set(key=Key(key.tonic, "major" if mode[1] == "major" else "minor"))
        return True
    return False


def _amounts(draft: Draft, part: _Clause) -> bool:
    """Changes by a number: so many bpm, seconds, or times."""
    text = part.text
    if found := _BY_BPM.search(text):
        way = found["wa"] or found["wb"]
        step = float(found["a"] or found["b"])
        draft.tempo(draft.bpm + (-step if way in ("slower", "down", "less") else step))
        return True
    if found := _BY_TIME.search(text):
        step = float(found["n"] or found["n2"]) * (60 if (found["u"] or found["u2"]).startswith("m") else 1)
        longer = (found["w"] or found["w2"]) in ("longer", "more")
        draft.set(duration_s=draft.duration_s + (step if longer else -step))
        return True
    if re.search(r"\b(?:double[ -]time|twice as fast|double the (?:tempo|speed))\b", text):
        draft.tempo(draft.bpm * 2)
        return True
    if re.search(r"\b(?:half[ -]time|half as fast|half the (?:tempo|speed)|twice as slow)\b", text):
        draft.tempo(draft.bpm / 2)
        return True
    if re.search(r"\b(?:twice as long|double the (?:length|duration)|double length)\b", text):
        draft.set(duration_s=draft.duration_s * 2)
        return True
    if re.search(r"\b(?:half as long|half the (?:length|duration))\b", text):
        draft.set(duration_s=draft.duration_s / 2)
        return True
    return _length(draft, part)


def _length(draft: Draft, part: _Clause) -> bool:
    found = re.search(r"\b(longer|shorter|too long|too short|extend|shorten|lengthen|trim|extended)\b", part.text)
    if not found or part.sections:
        return False
    longer = found[1] in ("longer", "too short", "extend", "lengthen", "extended")
    factor = 1 + 0.25 * part.degree if longer else 1 - 0.2 * part.degree
    draft.set(duration_s=float(round(draft.duration_s * factor)))
    return True


def _vocals(draft: Draft, part: _Clause) -> bool:
    if not part.vocals:
        return False
    text = part.text
    if re.search(
        r"\b(?:no|without|remove|drop|lose|delete|mute|kill|cut|get rid of|take out|instrumental)\b", text
    ) and not (re.search(r"\bless\b|\bcut .* (?:by|a bit)\b", text)):
        draft.set(instrumental=True)
    elif re.search(r"\b(?:add|bring back|put|want|with|include|give me)\b", text) and not (
        _UP.sub("", text) != text and re.search(r"\bmore\b|louder|\bup\b", text)
    ):
        draft.set(instrumental=False)
        if draft.brief.instrumental is draft.context.brief.instrumental:
            draft.turn("vocal_level_db", 2.0 * part.degree, -12, 12)
    else:
        amount = _VOCAL_DB.search(text)
        step = float(amount["n"]) if amount else 2.0 * part.degree
        down = bool(_DOWN.search(text)) and not re.search(r"too (?:quiet|low|soft)|can't hear|bring .* up", text)
        if not (down or _UP.search(text)):
            return False
        if draft.brief.instrumental and not down:
            draft.set(instrumental=False)
        draft.turn("vocal_level_db", -step if down else step, -12, 12)
    return True


def shape(draft: Draft, text: str) -> bool:
    """Set what a text names outright: tempo, key, length, meter, genre, mood by style."""
    before, said = draft.brief, len(draft.said)
    if meter := re.search(r"\b([3467]/[48])\b|\bwaltz\b", text):
        wanted = meter[1] or "3/4"
        if wanted in METERS:
            draft.set(meter=wanted)
    style = _LIKE.search(text)
    plain = re.sub(rf"{_BY_BPM.pattern}|{_BY_TIME.pattern}", " ", _NEGATIVE_NUMBER.sub(" ", text))
    plain = _TRANSPOSE.sub(" ", plain)
    found = parse_brief(plain) if plain.strip() else None
    if found is None:
        return False
    changes = {name: item for name in ("bpm", "duration_s") if (item := getattr(found, name)) is not None}
    if found.key and re.search(
        r"\b[a-g](?:[ -]?(?:#|♯|♭|b|flat|sharp))?[ -]?(?:major|minor|maj|min|m)\b|\b(?:in|key of|key) [a-g]\b", text
    ):
        changes["key"] = found.key
    if "bpm" not in changes and (number := _TO_NUMBER.search(text)) and 40 <= float(number["n"]) <= 220:
        changes["bpm"] = float(number["n"])
    if found.genre and _names_genre(text, found.genre):
        changes["genre"] = found.genre
    if style and found.mood:
        changes["mood"] = found.mood
    draft.set(**changes)
    if style and not (changes or _qualities_in(text)) and "style of" in text:
        draft.say("I do not imitate artists by name. Tell me genre, mood and tempo, and I go there.")
    return draft.brief != before or len(draft.said) > said or bool(changes)


_NEGATIVE_NUMBER = re.compile(r"\bvocals?\b.{0,30}\d ?db\b")


def _names_genre(text: str, genre: str) -> bool:
    """Whether a clause asks for a genre: it says so, or hardly says anything else."""
    named = named_genre(text)
    if named is None or re.search(rf"\b(?:not|less|no|isn't)\b.*\b{re.escape(named[0].split()[0])}", text):
        return False
    if named[0] in _NOT_GENRES and not re.search(r"style|version|vibe|genre|into", text):
        return False
    return bool(_STYLE.search(text)) or len(text.split()) <= len(named[0].split()) + 2


def _qualities_in(text: str) -> list[tuple[int, str]]:
    words = _WORD.findall(text)
    return [(at, QUALITIES[word]) for at, word in enumerate(words) if word in QUALITIES]


def _qualities(draft: Draft, part: _Clause, sections: tuple[str, ...]) -> bool:
    """Turn the knobs of the qualities that a clause speaks of."""
    done = False
    for at, name in _qualities_in(part.text):
        word = part.words[at]
        sign = _sign(part.words, at)
        if word == "upbeat" and "fast" in KNOBS:
            name = "happy"
        if sign == 0:
            continue
        if sections and name in SIZES:
            from musicengine.backends.producer.arranging import lift

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


def _no_knob(draft: Draft, part: _Clause) -> bool:
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
    elif part.instrument in ("reverb", "delay"):
        hint = "Wider and sparser give a similar sense of space."
    else:
        hint = "The genre picks the instruments; name another genre, or say fuller or sparser."
    name = {"drum": "drums", "beat": "drums", "kick": "kick", "sub": "bass", "lows": "bass"}.get(
        part.instrument, part.instrument
    )
    draft.say(f"The brief has no knob for the {name} alone. {hint}")
    return True
