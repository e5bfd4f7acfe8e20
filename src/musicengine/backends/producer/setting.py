"""What a request names outright: a tempo, a key, a length, a meter, a genre; and changes by a number or an interval."""

from __future__ import annotations

import re

from musicengine.backends.producer.clause import Clause
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.terms import QUALITIES
from musicengine.lyrics.wordlists import word_set
from musicengine.synth import parse_brief
from musicengine.synth.briefs import MOODS
from musicengine.synth.genres import named_genre
from musicengine.values.making import METERS
from musicengine.values.music import Key

__all__ = ["ask_back", "change_by", "names_key", "shape", "transpose"]

_STEPS = {"semitone": 1, "half-step": 1, "half step": 1, "whole tone": 2, "whole step": 2, "tone": 2, "step": 2,
          "third": 4, "fourth": 5, "fifth": 7, "octave": 12}  # fmt: skip
_TRANSPOSE = re.compile(
    r"\b(?P<way>up|down|higher|lower|raise|drop|transpose)\b.{0,24}?\b(?:(?P<count>\d{1,2}|a|an"
    r"|one|another|half a|half) )?"
    rf"(?P<unit>{'|'.join(_STEPS)})s?\b(?: (?P<after>up|down|higher|lower))?"
    rf"|\b(?P<count2>\d{{1,2}}|a|an|one|half a|half) (?P<unit2>{'|'.join(_STEPS)})s? (?P<way2>up|down|higher|lower)\b"
)
_BY_BPM = re.compile(
    r"\b(?:(?P<a>\d{1,3}(?:\.\d)?) ?(?:bpm|beats per minute|clicks?) (?P<wa>faster|slower|quicker|up|down|more|less)"
    r"|(?P<wb>faster|slower|quicker|up|down) (?:by )(?P<b>\d{1,3}(?:\.\d)?)(?: ?bpm)?)\b"
)
_TO_NUMBER = re.compile(
    r"\b(?:to|try|tempo|at|around|about|maybe|make it|go|should be|be)[: ]+(?P<n>\d{2,3}(?:\.\d)?)\b(?! ?(?:s"
    r"|sec|min|bars?|db|%|lufs|semi|hz|rounds))"
)
_BY_TIME = re.compile(
    r"\b(?P<n>\d{1,3}) ?(?P<u>s|secs?|seconds?|m|mins?|minutes?) (?P<w>longer|shorter|more|less)\b"
    r"|\b(?P<w2>longer|shorter) by (?P<n2>\d{1,3}) ?(?P<u2>s|secs?|seconds?|mins?|minutes?)\b"
)
_STYLE = re.compile(
    r"\b(?:style|version|vibe|vibes|feel|flavou?r|genre|like|into|more|turn|switch|as|make it"
    r"|make this|make that|go|instead"
    r"|remix|kind of|sort of)\b"
)
_NOT_GENRES = word_set("swing piano acoustic chill club study roots soul acid classical 80s dance dub drone")
_LIKE = re.compile(
    r"\b(?:in the style of|sounds? like|(?<!don't )(?<!not )(?<!\bi )(?<!'d )(?<!would )(?<!you )(?<!we )like"
    r"|à la|a la)\b (?P<who>.+)"
)
_PERCENT = re.compile(r"\b(?P<n>\d{1,3}) ?(?:%|percent\b)")
_TEMPO_WORD = re.compile(r"\b(?:tempo|bpm|speed|pace|faster|slower|quicker)\b")
_SIGNED_TEMPO = re.compile(r"\b(?:tempo|bpm|speed):? ?(?P<s>[+-]) ?(?P<n>\d{1,3})\b|(?P<s2>[+-])(?P<n2>\d{1,3}) ?bpm\b")


def transpose(draft: Draft, part: Clause) -> bool:
    """Move the key by an interval or to the other mode; whether the clause asks for that."""
    found = _TRANSPOSE.search(part.text)
    mode = re.search(
        r"\b(?:in|into|to|make it|go|a|more|relative) (?:a )?(?:relative )?(major|minor)\b(?! (?:change|tweak|thing))",
        part.text,
    )
    key = draft.key
    if mode and key is None and not names_key(part.text):
        draft.say("There is no key yet: name one, such as D minor.")
        return True
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
    if mode and key is not None and not names_key(part.text):
        if "relative" in part.text and mode[1] != key.mode:
            draft.set(
                key=Key((key.tonic + (3 if mode[1] == "major" else 9)) % 12, "major" if mode[1] == "major" else "minor")
            )
        else:
            draft.set(key=Key(key.tonic, "major" if mode[1] == "major" else "minor"))
        return True
    return False


def names_key(text: str) -> bool:
    """Whether a text names a key."""
    return bool(
        re.search(r"\b[a-g](?:[ -]?(?:#|♯|♭|b|flat|sharp))?[ -]?(?:major|minor|maj|min|m)\b", text)
    ) and not re.search(r"\b(?:to|into|it|go) a (?:major|minor)\b", text)


def change_by(draft: Draft, part: Clause) -> bool:
    """Changes by a number: so many bpm, seconds, or times."""
    text = part.text
    if found := _BY_BPM.search(text):
        way = found["wa"] or found["wb"]
        step = float(found["a"] or found["b"])
        draft.tempo(draft.bpm + (-step if way in ("slower", "down", "less") else step))
        return True
    if found := _SIGNED_TEMPO.search(text):
        draft.tempo(draft.bpm + float((found["s"] or found["s2"]) + (found["n"] or found["n2"])))
        return True
    if (found := _PERCENT.search(text)) and _TEMPO_WORD.search(text):
        slower = re.search(r"\b(?:slower|down|lower|reduce|decrease|less|drop)\b", text)
        draft.tempo(draft.bpm * (1 + (-1 if slower else 1) * float(found["n"]) / 100))
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
    return _resize(draft, part)


def _resize(draft: Draft, part: Clause) -> bool:
    found = re.search(r"\b(longer|shorter|too long|too short|extend|shorten|lengthen|trim|extended)\b", part.text)
    if not found or part.sections:
        return False
    longer = found[1] in ("longer", "too short", "extend", "lengthen", "extended")
    factor = 1 + 0.25 * part.degree if longer else 1 - 0.2 * part.degree
    draft.set(duration_s=float(round(draft.duration_s * factor)))
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
    plain = _AWAY_FROM.sub(" ", _TRANSPOSE.sub(" ", plain))
    found = parse_brief(plain) if plain.strip() else None
    if found is None:
        return False
    changes = {name: item for name in ("bpm", "duration_s") if (item := getattr(found, name)) is not None}
    if found.key and re.search(
        r"\b[a-g](?:[ -]?(?:#|♯|♭|b|flat|sharp))?[ -]?(?:major|minor|maj|min|m)\b|\b(?:in|key of|key) [a-g]\b", text
    ):
        changes["key"] = found.key
    if (
        "bpm" not in changes
        and not _OTHER_NUMBERS.search(text)
        and (number := _TO_NUMBER.search(text))
        and 40 <= float(number["n"]) <= 220
    ):
        changes["bpm"] = float(number["n"])
    if style and not _LIKE_MUSIC.search(style["who"]):
        named = set(re.findall(r"[a-z&]+", (named_genre(text) or ("",))[0]))
        strangers = set(re.findall(r"[a-z&]+", style["who"])) - named - set(MOODS) - set(QUALITIES) - _PLAIN
        if strangers and not re.search(r"\d", style["who"]) and not _begins_with_genre(style["who"]):
            draft.say("I do not imitate artists by name. Tell me genre, mood and tempo, and I go there.")
            return True
    if found.genre and _names_genre(text, found.genre):
        changes["genre"] = found.genre
    if style and found.mood:
        changes["mood"] = found.mood
    draft.set(**changes)
    return draft.brief != before or len(draft.said) > said or bool(changes)


def _begins_with_genre(text: str) -> bool:
    """Whether a text is of the kind "a klezmer wedding"; "daft punk" is not."""
    named = named_genre(text)
    return named is not None and re.match(rf"(?:an? |the |some )?{re.escape(named[0])}\b", text) is not None


def ask_back(draft: Draft, text: str) -> bool:
    """Ask for the goal of "change the key"; whether the clause leaves it open."""
    found = _OPEN_CHANGE.search(text) or _DISLIKED.search(text)
    if found:
        name = found[1] or found["field"]
        field = {"speed": "tempo", "style": "genre"}.get(name, name)
        draft.say(f"To which {field}? Name one, such as {_EXAMPLES[field]}.")
    return found is not None


_EXAMPLES = {"key": "D minor", "tempo": '"faster" or "slower"', "genre": "disco", "mood": "calm"}
_OPEN_CHANGE = re.compile(
    r"\b(?:change|switch|different|another|new) (?:up )?(?:the |its |this |that )?(key|tempo|speed|genre|style|mood)"
    r"(?: please)?[ .!]*$"
)
_DISLIKED = re.compile(
    r"\b(?:the|this|that) (key|tempo|genre|mood) (?:is|feels|sounds|seems) (?:all )?(?:wrong|off|bad|not right)\b"
    r"|\b(?:hate|don't like|dislike) (?:the|this|that) (?P<field>key|tempo|genre|mood)\b"
)
_AWAY_FROM = re.compile(r"\bfrom [\w#&' -]{1,24}? (?=(?:in)?to\b)|\binstead of [\w#&'-]+")
_OTHER_NUMBERS = re.compile(r"\b(?:scores?|rating|points?|percent|volume|level|loudness|reverb|stars|listeners)\b")
_LIKE_MUSIC = re.compile(r"\b(?:it|this|that|before|last|the (?:old|other|first)|how|a \w+ (?:song|track|beat))\b")
_PLAIN = word_set(
    "a an the some more of from music song track beat tune style vibe feel old classic new modern"
    " please good real very "
    "early late really kind sort and with at in s pop piano guitar acoustic electronic ballad"
)
_NEGATIVE_NUMBER = re.compile(r"\bvocals?\b.{0,30}\d ?db\b")


def _names_genre(text: str, genre: str) -> bool:
    """Whether a clause asks for a genre: it says so, or hardly says anything else."""
    named = named_genre(text)
    if named is None or re.search(rf"\b(?:not|less|no|isn't)\b.*\b{re.escape(named[0].split()[0])}", text):
        return False
    if named[0] in _NOT_GENRES and not re.search(r"style|version|vibe|genre|into", text):
        return False
    return bool(_STYLE.search(text)) or len(text.split()) <= len(named[0].split()) + 2
