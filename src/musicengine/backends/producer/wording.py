"""Requests about the words to sing: given, asked for, asked about, taken away."""

from __future__ import annotations

import re

import attrs

from musicengine import lyrics
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.editing import edit
from musicengine.synth.songwriting import find_theme
from musicengine.synth.verses import THEMES

__all__ = ["find_topic", "say_what_is_known", "word"]

_LYRICS = re.compile(
    r"\b(?:lyrics?|words|rhymes?|poem)\b|\b(?:write|rewrite|pen|compose)\b.*\b(?:verse|chorus"
    r"|hook|bridge|refrain|lines?|pre-chorus|lyrics?)\b|\bsing about\b"
)
_GIVEN_LYRICS = re.compile(r"\b(?:lyrics|words)\b[^\n:]{0,40}:\s*(?P<words>\S.*)", re.DOTALL | re.IGNORECASE)
_ABOUT = re.compile(
    r"\babout (?P<topic>[^.,;!?\n]{2,120}?)(?=\s+(?:at|in|with|for) (?:\d|[a-g][#b]?\b|the style)"
    r"|\s+and (?:make|keep|add|change|set|then|with|in)\b|[.,;!?\n]|$)"
)
_WHICH = re.compile(
    r"\b(?:(?P<n>first|second|third|fourth|last|another|new|1st|2nd|3rd|1|2|3|4) )?(?P<s>verse"
    r"|chorus|hook|refrain|bridge|pre-chorus)(?: (?P<m>\d))?\b"
)
_OCCURRENCE = {
    "first": 1,
    "1st": 1,
    "1": 1,
    "second": 2,
    "2nd": 2,
    "2": 2,
    "third": 3,
    "3rd": 3,
    "3": 3,
    "fourth": 4,
    "4": 4,
}
_SECTION_NAMES = {"hook": "chorus", "refrain": "chorus"}
_SONG = re.compile(r"\b(?:song|track|beat|tune|ballad|anthem|piece)\b")


def word(draft: Draft, text: str) -> bool:
    """Whether the request is about words to sing."""
    request = draft.context.request
    given = _GIVEN_LYRICS.search(request)
    if given and (
        request.lower().lstrip().startswith(("lyrics", "words"))
        or "\n" in given["words"].strip()
        or re.search(r"\b(?:use|here|these|sing|with)\b", request.lower())
    ):
        draft.set(instrumental=False)
        draft.brief = attrs.evolve(draft.brief, lyrics=lyrics.parse(given["words"].strip().strip('"')))
        draft.say("I took your words into the brief.")
        draft.propose("analyze_lyrics")
        draft.propose("generate")
        return True
    negative = re.search(r"\b(?:no|without|remove|delete|drop) (?:any |the |all )?(?:lyrics|words)\b", text)
    if negative and draft.brief.lyrics is not None:
        draft.brief = attrs.evolve(draft.brief, lyrics=None)
        draft.say("I took the words out of the brief.")
        return True
    if not _LYRICS.search(text) or negative:
        return False
    if _asks_of_words(draft, text):
        return True
    song = _SONG.search(text) and not re.search(r"\b(?:lyrics?|verse|chorus|bridge|hook|words|rhymes?)\b", text)
    if song:
        return False
    which, topic = _WHICH.search(text), find_topic(draft.context.request)
    section = _SECTION_NAMES.get(which["s"], which["s"]) if which else ""
    number = _OCCURRENCE.get((which["n"] or which["m"] or "") if which else "", 1)
    draft.set(instrumental=False)
    if section and draft.sections.count(section) < number:
        edit(draft, f"add a {section}")
    draft.say(
        f"I can write {_named(section, number)}"
        f"{' about ' + topic if topic else ''}: run the first action to get {'it' if section else 'them'}."
    )
    say_what_is_known(draft, topic)
    draft.propose("write_lyrics", section=section, topic=topic, occurrence=number if number > 1 else None)
    return True


def say_what_is_known(draft: Draft, topic: str) -> None:
    """Own up that there are no lines on a topic."""
    if topic and not find_theme(topic):
        known = ", ".join(theme.name for theme in THEMES)
        draft.say(
            f'My lines are about {known}; I have none about "{topic}" and take others. '
            'Give me your own after "lyrics:".'
        )


def _asks_of_words(draft: Draft, text: str) -> bool:
    """Whether the request is a question about the words that are there."""
    judged = re.search(
        r"\b(?:why|how (?:good|are|is)|score|rhyme scheme|feedback|what do you think|analy[sz]e|check)\b", text
    )
    if not (judged or re.search(r"^(?:what|which|show|read|tell me)\b.*\b(?:lyrics|words)\b", text)):
        return False
    if draft.brief.lyrics is None:
        draft.say('There are no lyrics in the brief yet. Give me some after "lyrics:", or ask me to write some.')
    else:
        draft.say(
            "I can read the words for rhyme, flow and vocabulary: run the first action."
            if judged
            else draft.brief.lyrics.text
        )
        draft.propose("analyze_lyrics")
    return True


def _named(section: str, number: int) -> str:
    if not section:
        return "the words"
    return (
        f"the {('first', 'second', 'third', 'fourth')[min(number, 4) - 1]} {section}" if number > 1 else f"a {section}"
    )


def find_topic(request: str) -> str:
    """What a song should be about; "" if the request does not say."""
    found = _ABOUT.search(" ".join(request.lower().split()))
    return found["topic"].strip()[:100] if found else ""
