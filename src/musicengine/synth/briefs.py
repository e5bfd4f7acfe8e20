"""Free text becomes a brief that says what it understood.

Every pattern is anchored on words and has bounded repeats, so reading takes time linear in the text.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from musicengine.errors import BriefError, InputError
from musicengine.synth.form import usual
from musicengine.synth.genres import find_genre, named_genre
from musicengine.synth.sheet import stream
from musicengine.synth.wording import production
from musicengine.values.making import MAX_PROMPT, Brief
from musicengine.values.music import Key

__all__ = ["MOODS", "Mood", "parse_brief"]


@attrs.frozen
class Mood:
    """What a mood asks of the composer.

    Args:
        minor: how likely a minor key is; None leaves it to the genre.
        brightness, density, pace: from -1 to 1.
    """

    minor: float | None = None
    brightness: float = 0.0
    density: float = 0.0
    pace: float = 0.0


_FAMILIES = (
    ("warm cozy mellow smooth soft gentle tender", Mood(None, -0.4, -0.2, -0.2)),
    ("dark moody gloomy sinister ominous brooding eerie", Mood(1.0, -0.6, 0.0, -0.2)),
    ("sad melancholic melancholy heartbroken lonely nostalgic bittersweet wistful", Mood(0.95, -0.3, -0.5, -0.6)),
    ("happy joyful cheerful sunny playful fun uplifting bright", Mood(0.05, 0.4, 0.3, 0.4)),
    ("energetic driving powerful intense hype aggressive angry epic", Mood(None, 0.5, 0.8, 0.8)),
    ("calm peaceful relaxing relaxed dreamy ethereal sleepy quiet", Mood(None, -0.4, -0.8, -0.8)),
    ("romantic sexy sensual intimate", Mood(None, -0.2, -0.3, -0.5)),
)
#: What each mood's word asks for.
MOODS = {word: mood for words, mood in _FAMILIES for word in words.split()}

_BPM = re.compile(r"(-?\d{1,9}(?:[.,]\d{1,3})?)\s{0,3}-?(?:bpm\b|beats per minute\b)", re.I)
_NOT_WANTED = re.compile(r"\b(?:instead of|rather than|from|not)\s{1,3}$", re.I)  # "140 bpm instead of 110 bpm"
# "a slow build" is about energy; "ballad" may be the genre itself, which is slow as it is.
_PACE = re.compile(r"\b(?:(slow|downtempo|down-tempo|ballad)|fast|up-?tempo)\b(?!,? (?:build|building|fade))", re.I)
_TEMPO = re.compile(r"\b(?:tempo|bpm)\s{0,3}(?:of|at|is|:|=)?\s{0,3}(-?\d{1,9}(?:\.\d{1,3})?)", re.I)
_AT = re.compile(r"\bat (\d{2,3})\b(?!\s{0,3}(?:%|am\b|pm\b|s\b|sec|min|hz|khz|db|lufs|years|[:./]\d))", re.I)
_CLOCK = re.compile(r"(?<![\d:])(?<!at )(\d{1,3}):([0-5]\d)(?![\d:])")
_LENGTH = re.compile(
    # "80s pop" and "the 90s" are decades.
    r"(?<![\w.'’])(?<!the )(?![5-9]0s [a-z])(-?\d{1,9}(?:\.\d{1,3})?)\s{0,3}-?"
    r"(seconds|second|secs|sec|s|minutes|minute|mins|min|hours|hour)\b",
    re.I,
)
_SPOKEN_LENGTHS = (("half a minute", 30.0), ("a minute and a half", 90.0), ("a minute", 60.0), ("one minute", 60.0))
_NAMED_KEY = re.compile(
    r"(?<![\w'’])([A-Za-z])(\s?[#♯♭]|b|[ -]flat|[ -]sharp)?[ -]?(major|minor|maj|min)\b(?:\s{1,3}([a-z]{1,20}))?", re.I
)
_SHORT_KEY = re.compile(r"(?<![\w'’])([A-G][#♯b♭]?)m\b(?! I\b)")
_IN_KEY = re.compile(r"\b(?:[Ii]n|[Kk]ey of|[Kk]ey:?) ([A-G][#♯b♭]|[B-G]\b|A(?=\s{0,3}(?:$|[,.;:!?)]|at\b|with\b)))")
_MODE = re.compile(r"\b(major|minor)(?: key| mode|-key)\b|\bin (?:a )?(major|minor)\b", re.I)
# "a minor setback" speaks of no key, "a minor, 90 bpm" and "a minor at 90" do.
_AFTER_KEY = frozenset(
    ["about", "and", "around", "at", "bpm", "but", "for", "in", "instrumental", "key", "no", "or", "tempo", "with"]
)
_INSTRUMENTAL = re.compile(
    r"\binstrumental\b|\b(?:no|without(?: any)?) (?:vocals?|voices?|singing|singer|lyrics|words)\b", re.I
)

_SECTIONS = {
    "intro": "intro",
    "introduction": "intro",
    "verse": "verse",
    "pre-chorus": "pre-chorus",
    "prechorus": "pre-chorus",
    "pre chorus": "pre-chorus",
    "chorus": "chorus",
    "refrain": "chorus",
    "hook": "chorus",
    "drop": "chorus",
    "bridge": "bridge",
    "middle eight": "bridge",
    "break": "break",
    "breakdown": "break",
    "solo": "instrumental",
    "outro": "outro",
    "ending": "outro",
}
_SECTION = "|".join(sorted(_SECTIONS, key=len, reverse=True))
_RUN = re.compile(
    rf"\b(?:{_SECTION})(?:[ ,>/\-→|+\d]{{1,6}}(?:(?:and|then|a|an|the) ){{0,2}}(?:{_SECTION})\b){{1,99}}", re.I
)
_ONE = re.compile(rf"\b({_SECTION})\b", re.I)
_STARTS = re.compile(
    rf"\b(?:start|begin|open)(?:s|ing|ning)? (?:right )?(?:with|on|in|at) (?:a |an |the )?({_SECTION})\b",
    re.I,
)
_ENDS = re.compile(
    rf"\b(?:end|ends|ending|finish|finishes|close|closes) (?:with|on|in) (?:a |an |the )?({_SECTION})\b", re.I
)
_WITHOUT = re.compile(rf"\b(?:no|without|skip|drop|leave out) (?:a |an |the |any )?({_SECTION})\b", re.I)


def parse_brief(text: str, *, seed: int | None = None) -> Brief:
    """The brief that a prompt such as ``"dark trap, 140 bpm, F# minor, 30 seconds"`` asks for.

    Args:
        text: free text in English, 1 to 10,000 characters.
        seed: of the brief; 0 if None.

    Returns:
        A brief whose ``understood`` has one phrase for everything that was recognised.

    Raises:
        BriefError: the text is empty or too long, or names a tempo, key or duration that cannot be.
    """
    if not isinstance(text, str):
        raise BriefError(f"expected a prompt as text, got {type(text).__name__}")
    if not text.strip():
        raise BriefError(f"expected a prompt such as 'warm disco, 118 bpm, A minor', got {text[:40]!r}")
    if len(text) > MAX_PROMPT:
        raise BriefError(f"a prompt takes at most {MAX_PROMPT:,} characters, got {len(text):,}")
    seed = 0 if seed is None else seed
    fields: dict[str, Any] = {"prompt": text, "seed": seed}
    understood: list[str] = []
    tempo = _bpm(text)
    for name, value, phrase in (
        ("genre", *_genre(text)),
        ("mood", *_mood(text)),
        ("bpm", *(tempo if tempo[1] else _pace(text))),
        ("key", *_key(text, seed)),
        ("duration_s", *_duration(text)),
        ("instrumental", *_instrumental(text)),
    ):
        if phrase:
            fields[name] = value
            understood.append(phrase)
    fields["sections"], phrase = _sections(text, fields)
    if phrase:
        understood.append(phrase)
    for name, turned, phrase in production(text, len(fields["sections"])):
        fields[name] = turned
        understood.append(phrase)
    return Brief(**fields, understood=understood)


def _genre(text: str) -> tuple[str | None, str]:
    found = named_genre(text)
    if not found:
        return None, ""
    name, genre = found
    if find_genre(name)[1]:  # none that is played: the brief keeps what was asked for
        return name, f"genre {name} (the nearest here is {genre.name})"
    return genre.name, f"genre {genre.name}" + ("" if name == genre.name.replace("-", " ") else f" ({name})")


def _mood(text: str) -> tuple[str | None, str]:
    mood = next((word for word in re.findall(r"[a-z]{2,20}", text.lower()) if word in MOODS), None)
    return mood, f"mood {mood}" if mood else ""


def _bpm(text: str) -> tuple[float | None, str]:
    stated = [found for found in _BPM.finditer(text) if not _NOT_WANTED.search(text[: found.start()])]
    found = next(iter(stated), None) or _BPM.search(text) or _TEMPO.search(text)
    if found:
        bpm = float(found[1].replace(",", "."))
        if not 30 <= bpm <= 300:
            raise BriefError(f"expected a tempo from 30 to 300 bpm, got {found[0].strip()!r}")
        if other := next((it[0].strip() for it in stated if it[1] != found[1]), ""):
            raise BriefError(f"a track has one tempo, got {found[0].strip()!r} and {other!r}")
        return bpm, f"{bpm:g} bpm"
    plain = _AT.search(text)
    if plain and 40 <= int(plain[1]) <= 220:
        return float(plain[1]), f"{plain[1]} bpm"
    return None, ""


def _pace(text: str) -> tuple[float | None, str]:
    """The tempo of "slow jazz": a fifth below what is usual in the genre that is named, or a tenth above."""
    found, named = _PACE.search(text), named_genre(text)
    if not found or not named or found[0].lower() in named[0]:
        return None, ""
    low, high = named[1].bpm
    bpm = float(round(low * 0.8 if found[1] else high * 1.1))
    return bpm, f"{found[0].lower()}, so {bpm:g} bpm"


def _key(text: str, seed: int) -> tuple[Key | None, str]:
    for found in _NAMED_KEY.finditer(text):
        article = found[1] == "a" and not found[2] and found[4] and found[4].lower() not in _AFTER_KEY
        if article or (found[1] in "aA" and (found[4] or "").lower() in ("key", "mode")):
            continue
        name = f"{found[1]}{(found[2] or '').strip(' -')} {found[3]}"
        try:
            key = Key.parse(name)
        except InputError:
            raise BriefError(f"expected a key from A to G such as 'F# minor', got {name!r}") from None
        return key, f"key {key}"
    short = _SHORT_KEY.search(text)
    if short:
        key = Key.parse(short[1] + "m")
        return key, f"key {key}"
    plain = _IN_KEY.search(text)
    if plain:
        key = Key.parse(plain[1])
        return key, f"key {key}"
    mode = _MODE.search(text)
    if mode:
        key = Key(int(stream(seed, "key").integers(12)), (mode[1] or mode[2]).lower())
        return key, f"a {key.mode} key"
    return None, ""


def _duration(text: str) -> tuple[float | None, str]:
    total, found = 0.0, False
    for amount, unit in _LENGTH.findall(text)[:2]:
        seconds = float(amount) * {"s": 1, "m": 60, "h": 3600}[unit[0].lower()]
        # "2 minutes 30 seconds" is one length, "30 seconds or 40 seconds" is not two.
        if found and (seconds >= 60 or total % 60):
            break
        total, found = total + seconds, True
    clock = _CLOCK.search(text)
    if not found and clock:
        total, found = int(clock[1]) * 60.0 + int(clock[2]), True
    if not found:
        total = next((seconds for phrase, seconds in _SPOKEN_LENGTHS if phrase in text.lower()), 0.0)
        found = total > 0
    if not found:
        return None, ""
    if not 1 <= total <= 600:
        raise BriefError(f"expected a duration from 1 second to 10 minutes, got {total:g} s")
    return total, f"{total:g} s long"


def _instrumental(text: str) -> tuple[bool, str]:
    found = _INSTRUMENTAL.search(text) is not None
    return found, "instrumental" if found else ""


def _sections(text: str, fields: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """The form where the text speaks of it: a list of sections, or the usual form with its wishes applied."""
    run = _RUN.search(text)
    if run:
        named = tuple(_SECTIONS[name.lower()] for name in _ONE.findall(run[0]))[:100]
        return named, "sections " + ", ".join(named)
    first, last, without = _STARTS.search(text), _ENDS.search(text), _WITHOUT.findall(text)
    if not (first or last or without):
        return (), ""
    genre, _ = find_genre(fields.get("genre"))
    bpm = fields.get("bpm") or sum(genre.bpm) / 2
    bars = int(fields.get("duration_s", 30.0) * bpm / 240 - 0.75)
    absent = {_SECTIONS[name.lower()] for name in without}
    labels = [label for label in usual(max(bars, 1)) if label not in absent]
    if first:
        opening = _SECTIONS[first[1].lower()]
        labels = [opening, *(labels[1:] if labels and labels[0] in (opening, "intro") else labels)]
    if last:
        closing = _SECTIONS[last[1].lower()]
        labels = [*(labels[:-1] if labels and labels[-1] in (closing, "outro") else labels), closing]
    form = tuple(labels or ["verse"])
    return form, "sections " + ", ".join(form)
