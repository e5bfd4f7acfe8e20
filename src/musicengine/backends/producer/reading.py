"""A request made easy to read: lower case, numbers as digits, slips of the keyboard mended, cut into clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from musicengine.backends.producer.terms import SECTIONS, VOCABULARY
from musicengine.lyrics.wordlists import word_set

__all__ = ["clauses", "normal"]

_SMALL = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
) | {"fourty": 40}  # fmt: skip
_UNITS = (
    "bpm beats? seconds? secs? minutes? mins? semitones? half-steps? tones? steps? bars? db decibels? times rounds "
    "versions takes variations variants options alternatives tries different"
)
_NUMBER_WORDS = re.compile(
    rf"\b(?:(?:a |one |two )?hundred(?: and)?(?:[ -](?:{'|'.join((*_TENS, *_SMALL))}))?(?:[ -](?:{'|'.join(_SMALL)}))?"
    rf"|(?:one[ -])?(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(list(_SMALL)[1:10])}))?"
    rf"|(?:{'|'.join(list(_SMALL)[10:])})"
    rf"|(?:{'|'.join(list(_SMALL)[:10])})(?=[ -](?:{'|'.join(_UNITS.split())})\b))\b"
)
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": ",", "…": "."})
_INNOCENT = word_set(
    "drugs horse mouse medal petal there these where those first worst verses versus mother brother later letter "
    "better matter other order under never ever every father rather lover cover over tower power lower flower louder "
    "happen happens handy hands heard heart sound sounds songs words things house night light right tight might being "
    "bring brings change charge chance could would should shout about above again against along among thing think "
    "think thank drama dream dreams drink drive bases basis basic based sweet sleep speed space spare spade score "
    "scope store story stare start style stole stone state static statue status still steel steal steer street light "
    "slight tempt temple simply sample single signal small smell minor miner mayor pages plays place please pleased "
    "plan plane plant planet plain train brain brand break bread bride brown blow blues block black clean clear class "
    "clock cloud close cross crash cried crowd cream create great green group grand grace wider wilder winter water "
    "waiter writer within without human humane dense tense sense since piano pianos chords chord choir chores string "
    "strong strange change changed hello fuller killer filter bitter butter batter natural nature neutral metal mental "
    "quiet quite quick thin thick think this than that then them they full fill fall fell wall ball call tall hall "
    "darkest darken fasten listen hidden golden broken spoken bigger digger trigger finger singer ringer linger "
    "soften often sober softly loudly slowly quickly mellow yellow fellow follow hollow shallow light house based "
    "back pack kicks snap snow slot soul flow glow grow loose lose choose chose those cheer sheer shear crispy sharp "
    "shape share shark spirit sprint heavy rich rice race nice notice note notes voted vocal local loyal royal "
    "guide guitar remote remove removed require reverse rehearse release relate rock rocks disc disco risky stars "
    "hits hint hide wise wide side ride tide bride bridges score scored scores explains changes intros outros "
    "drums lyric hard card yard word world work worm warm worn warn wars fast last past mast cast east first feast "
    "vast hats hook book look took cook"
)
_BREAKS = re.compile(
    r"\s*(?:[;!?\n]+|\.(?!\d)|,(?!\d)|\s-\s|\b(?:and|but|then|also|plus|while|because|though|although)\b)\s*"
)


#: Turns of phrase, and the plain words for them.
_PHRASES = (
    (re.compile(r"\b(?:too much|a lot|so much) (?:is )?(?:going on|happening)\b"), "too busy"),
    (re.compile(r"\b(?:speed(?:ed)? (?:\w+ ){0,2}?up|pick up the pace|hurry up|step on it)\b"), "faster"),
    (re.compile(r"\b(?:slow(?:ed)? (?:\w+ ){0,2}?down|drag it)\b"), "slower"),
    (re.compile(r"\btake (?:the )?(\w+) out\b"), r"remove the \1"),
    (re.compile(r"\b(the|a|my|this|that|second|last|first) drop\b"), r"\1 chorus"),
)


def normal(text: str) -> str:
    """The request in lower case, its number words as digits, its typos mended where there is little doubt."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()
    text = re.sub(r"\b(three|six|seven|four)[ -/]{1,3}(four|eight)\b(?: time)?", _meter, text)
    text = re.sub(r"\b(?:pre chorus|pre-hook)", "pre-chorus", text)
    text = _NUMBER_WORDS.sub(lambda found: f"{_number(found[0])}", text)
    for pattern, plain in _PHRASES:
        text = pattern.sub(plain, text)
    return re.sub(r"[a-z]{5,14}", lambda found: _mended(found[0]), text)


def clauses(text: str) -> Iterator[str]:
    """The parts of a normal text that ask for one thing each."""
    return (part.strip(' "()') for part in _BREAKS.split(text) if part.strip(' "()'))


def _meter(found: re.Match[str]) -> str:
    meter = f"{_SMALL[found[1]]}/{_SMALL[found[2]]}"
    return meter if meter in ("3/4", "4/4", "6/8", "7/8") else found[0]


def _number(words: str) -> int:
    total, last = 0, 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            total, last = (total or 1) * 100, 100
        elif word in _TENS or (word in _SMALL and _SMALL[word] >= 10):
            value = _TENS.get(word, _SMALL.get(word, 0))
            # "one forty" is said of tempos.
            total, last = (100 + value if total == 1 and last == 1 else total + value), value
        elif word in _SMALL:
            total, last = total + _SMALL[word], _SMALL[word]
    return total


def _mended(word: str) -> str:
    """The word of the vocabulary that differs by one slip; the word itself if there is none, or several."""
    if word in VOCABULARY or word in _INNOCENT:
        return word
    near = sorted(known for known in VOCABULARY if known[0] == word[0] and _one_slip(word, known))
    return next((known for known in near if known in SECTIONS), near[0] if len(near) == 1 else word)


def _one_slip(word: str, known: str) -> bool:
    """Whether one letter was left out, added, changed, or two neighbours were swapped."""
    if abs(len(word) - len(known)) > 1 or min(len(word), len(known)) < 5 or known in (word + "s", word[:-1] + word[-1]):
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    rest, other = word[start:], known[start:]
    swapped = len(rest) > 1 and len(other) > 1 and rest[1] + rest[0] + rest[2:] == other
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or swapped
