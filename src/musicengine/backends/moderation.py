"""A small wordlist check: slurs of the lexicon, and requests for instructions to do harm.

It looks at whole words after undoing common disguises: case, diacritics, invisible characters, look-alike digits and
signs, letters spelled one by one. It is meant to stop the obvious with few false alarms: ordinary profanity, violence
and despair are subjects of songs and pass (a label for explicit words is another matter, see
``LyricsReport.vocabulary.advisory``). Services of their own judge better; any object with ``moderate`` takes its place.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import attrs

from musicengine.lyrics.lexicon import load_lexicon
from musicengine.lyrics.wordlists import word_set
from musicengine.values.conversation import Verdict

__all__ = ["WordlistModerator"]

_LOOKALIKES = str.maketrans("0134578@$!|€", "oieastbasile")
_DISGUISED = re.compile(r"(?=\S*[^\W\d_])(?=\S*[0134578@$!|€])\S+")
_SPELLED = re.compile(r"\b(?:\w[\s.\-_*]{1,2}){3,20}\w\b")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_MARKS = re.compile("[\u0300-\u036f]")
_RUNS = re.compile(r"(\w)\1{2,}")
_WORD = re.compile(r"[a-z]+")

# Heard in lyrics about oneself or a friend, and said to be no slur there.
_RECLAIMED = word_set("nigga niggas dyke dykes retard retarded retards fag fags")

_HOW = (
    r"\b(?:how (?:do i |can i |to |do you |would i |should i )|(?:instructions?|steps?|guide|recipe"
    r"|tutorial|ways?|methods?) "
    r"(?:for |to |on |of )(?:how to )?|teach me (?:how )?to |(?:best|easiest|painless) way to )"
)
_RULES = (
    (
        "self-harm",
        "it asks how to harm oneself. If that is about you, please talk to someone you trust or a crisis line",
        re.compile(
            _HOW + r"(?:\w+ ){0,2}(?:kill (?:my|your)sel(?:f|ves)|killing (?:my|your)self|commit(?:ting)? suicide|"
            r"end(?:ing)? (?:my|your) (?:own )?life|cut(?:ting)? (?:my|your)self|hang(?:ing)? (?:my|your)self|"
            r"overdos(?:e|ing) on)\b"
        ),
    ),
    (
        "violence",
        "it asks for instructions to hurt people",
        re.compile(
            _HOW + r"(?:\w+ ){0,2}(?:(?:mak|build|assembl|construct)(?:e|ing)? (?:\w+ ){0,2}"
            r"(?:(?:pipe|nail|car|dirty|fertili[sz]er) ?bombs?|bombs?(?! (?:\w+ ){0,2}(?:beat|track|song"
            r"|drop|mix|hook|tune|record))"
            r"|explosives?|nerve (?:gas|agent)|molotovs?|chemical weapons?)"
            r"|(?:poison|stab|strangle|murder|kill) (?:someone|somebody|people|a person|him|her|them"
            r"|my (?:wife|husband|girlfriend|boyfriend|ex|boss|teacher|neighbou?r|parents?|mother|father)))\b"
        ),
    ),
    (
        "hate",
        "it calls for violence against a group of people",
        re.compile(
            r"\b(?:kill|gas|lynch|exterminate|murder|hang|shoot) (?:all )?(?:the |those |every )?"
            r"(?:jews?|muslims?|blacks|black people|whites|white people|gays|gay people|immigrants|refugees|"
            r"trans people|women|christians|asians|mexicans|arabs)\b"
        ),
    ),
    (
        "minors",
        "it sexualises children",
        re.compile(
            r"\b(?:child|kiddie|kiddy|underage|preteen) (?:porn(?:ography)?|sex|nudes?|erotica)\b"
            r"|\b(?:sex|naked|nude|erotic|fuck(?:ing)?) (?:\w+ ){0,2}(?:children|little (?:girl"
            r"|boy)s?|toddlers?|preteens?)\b"
        ),
    ),
)


@attrs.frozen
class WordlistModerator:
    """Refuses slurs, and requests for instructions to do harm; everything else passes."""

    def moderate(self, text: str, /) -> Verdict:
        """Whether the text may pass, and by which rule it may not."""
        for form in _forms(text):
            if not _slurs().isdisjoint(_WORD.findall(form)):
                return Verdict(False, "slur", "it holds a slur")
            for rule, advice, pattern in _RULES:
                if pattern.search(form):
                    return Verdict(False, rule, advice)
        return Verdict()


@lru_cache(maxsize=1)
def _slurs() -> frozenset[str]:
    """The lexicon's slurs without those that are no slur in many mouths, and without words of other meanings."""
    listed = {word for word, kind in load_lexicon().explicit.items() if kind == "slur"}
    return frozenset(listed - _RECLAIMED - {"chink", "chinks", "spic"})


def _forms(text: str) -> tuple[str, ...]:
    """The text as it may be meant: plain, and with its disguises undone where it has any."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))).lower().replace("’", "'")
    bare = _RUNS.sub(r"\1", _DISGUISED.sub(lambda found: found[0].translate(_LOOKALIKES), plain))
    joined = _SPELLED.sub(lambda found: re.sub(r"[\s.\-_*]", "", found[0]), bare)
    flat = (" ".join(re.findall(r"[a-z']+", form)) for form in (plain, bare, joined))
    return tuple(dict.fromkeys(flat))
