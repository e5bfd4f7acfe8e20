"""Rhymes are found, told apart and put into schemes."""

from __future__ import annotations

import gzip
import itertools
import json
import os
from pathlib import Path

import pytest

from musicengine import LyricsError, Rhyme, lyrics
from musicengine.lyrics.old_spelling import modernize
from musicengine.lyrics.scheme import letters, links
from musicengine.lyrics.sounds import hear_lines
from musicengine.lyrics.verse import describe, tell_style

SONNET = """\
Shall I compare thee to a summer's day?
Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May,
And summer's lease hath all too short a date:
Sometime too hot the eye of heaven shines,
And often is his gold complexion dimm'd;
And every fair from fair sometime declines,
By chance, or nature's changing course, untrimm'd;
But thy eternal summer shall not fade
Nor lose possession of that fair thou ow'st;
Nor shall Death brag thou wander'st in his shade,
When in eternal lines to time thou grow'st;
So long as men can breathe or eyes can see,
So long lives this, and this gives life to thee.""".splitlines()


def between(first: str, second: str) -> list[Rhyme]:
    """The end rhymes of two lines."""
    report = lyrics.analyze(f"{first}\n{second}")
    return [rhyme for rhyme in report.rhymes or () if rhyme.ends]


def test_a_sonnet_is_a_sonnet() -> None:
    assert "".join(lyrics.find_rhyme_scheme(SONNET)) == "ABABCDCDEFEFGG"


def test_couplets_and_envelopes() -> None:
    couplets = [
        "I walked along the street",
        "and dragged my tired feet",
        "I saw a passing train",
        "go rolling in the rain",
    ]
    assert lyrics.find_rhyme_scheme(couplets, style="strict") == ("A", "A", "B", "B")
    envelope = [couplets[0], couplets[2], couplets[3], couplets[1]]
    assert lyrics.find_rhyme_scheme(envelope, style="strict") == ("A", "B", "B", "A")


def test_one_label_a_line_whatever_the_line() -> None:
    assert len(lyrics.find_rhyme_scheme(["", "...", "12", "שלום", "night", "light"])) == 6
    assert lyrics.find_rhyme_scheme([]) == ()
    assert lyrics.find_rhyme_scheme(["one line"]) == ("A",)


def test_lines_without_words_rhyme_with_nothing() -> None:
    labels = lyrics.find_rhyme_scheme(["...", "!!!", "???"])
    assert len(set(labels)) == 3


def test_styles_differ_and_wrong_ones_are_refused() -> None:
    with pytest.raises(LyricsError, match="'loose'"):
        lyrics.find_rhyme_scheme(["a"], style="loose")  # type: ignore[arg-type]  # what a user may do
    with pytest.raises(LyricsError, match="sequence of lines"):
        lyrics.find_rhyme_scheme("one text")
    with pytest.raises(LyricsError, match="20,001"):
        lyrics.find_rhyme_scheme(["a"] * 20_001)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("I walk into the night", "and wait for morning light", "perfect"),
        ("it never was for me", "the shadow of a tree", "perfect"),
        ("I never could forget it", "and now I do regret it", "perfect"),
        ("we came to play the game", "and nothing was the game", "identical"),
        ("ain't nobody let it sail", "yo we gotta fade", "assonant"),
        ("I wander with the hand", "and run as best I can", "slant"),
    ],
)
def test_kinds_are_told_apart(first: str, second: str, kind: str) -> None:
    assert [rhyme.kind for rhyme in between(first, second)] == [kind]


def test_eye_rhymes_count_in_old_verse() -> None:
    text = [
        "Come live with me and be my love,",
        "And we will all the pleasures prove",
        "That hills and valleys, dale and field,",
        "And all the craggy mountains yield.",
    ]
    report = lyrics.analyze("\n".join(text))
    assert report.style == "strict"
    assert report.rhyme_scheme == ("A", "A", "B", "B")
    assert [rhyme.kind for rhyme in report.rhymes or () if rhyme.ends] == ["eye", "perfect"]


def test_rhymes_reach_across_words() -> None:
    (rhyme,) = between("we ran until we had to pass out", "nobody knew it was the last route")
    assert rhyme.syllables == 2
    assert (rhyme.first.first_word, rhyme.first.last_word) == (6, 7)
    assert (rhyme.second.first_word, rhyme.second.last_word) == (5, 6)


def test_internal_rhymes_are_found_inside_lines() -> None:
    report = lyrics.analyze("I was broken, they were joking, now the door is open\nAnd nothing more was spoken")
    places = {(rhyme.first.line, rhyme.first.first_word) for rhyme in report.rhymes or () if not rhyme.ends}
    assert (0, 2) in places


def test_rhymes_that_touch_are_one_family() -> None:
    report = lyrics.analyze("the night\nthe light\nthe bright\nthe dog")
    assert {rhyme.family for rhyme in report.rhymes or ()} == {0}


@pytest.mark.parametrize(
    ("old", "modern"),
    [("loue", "love"), ("vnto", "unto"), ("lyfe", "life"), ("darknesse", "darkness"), ("qzxw", None)],
)
def test_old_spellings_are_understood(old: str, modern: str | None) -> None:
    assert modernize(old) == modern


def test_links_and_letters() -> None:
    assert links([0, 1, 0, 1, 2]) == [0, 0, 2, 2, 0]
    assert letters([5, 3, 5]) == ("A", "B", "A")
    assert letters(range(28))[-2:] == ("AA", "AB")


VERSE = (
    "The kettle sings, the window steams\n"
    "The cat is sleeping on the chair\n"
    "And all my half-remembered dreams\n"
    "Are drifting through the kitchen air",
    "I left my coat upon the train\nI left my heart with you\nI would not ask for them again\nIf only you came too",
    "You said forever, then you said goodbye\n"
    "You left the porch light burning in the rain\n"
    "I never thought to stop and wonder why\n"
    "The road you took would never turn again",
    "Leaves are turning, days are short\n"
    "Ships are sleeping in the port\n"
    "Snow is waiting, sky is gray\n"
    "Summer's gone so far away",
    "When the winter is over and rivers run wide\n"
    "I will build you a boat for the incoming tide\n"
    "We will sail to the islands we drew on the wall\n"
    "And we won't need a map or a compass at all",
    "Don't you tell me that it's over\n"
    "Don't you turn and walk away\n"
    "There's a field of four-leaf clover\n"
    "If you'd only choose to stay",
    "My father's hands were rough as stone\nHe built this house, he built it on his own",
    "The bus was late, the sky was low\nI had no other place to go",
)
RAP = (
    "Uh, yeah, late night, no sleep, in the lab again\n"
    "Scribblin' on napkins with a stolen pen\n"
    "They keep askin' when I'm droppin', I tell 'em when it's done\n"
    "I ain't in it for the money, I'm in it for the run",
    "Cold concrete, old habits, new rules\n"
    "Grew up with wolves in the hallways at school\n"
    "Had to learn the game before I learned how to add\n"
    "Counting everything I wanted, everything that I had",
)


@pytest.mark.parametrize("text", VERSE)
def test_metrical_verse_of_today_is_verse(text: str) -> None:
    assert tell_style(hear_lines(text.splitlines())) == "strict"


@pytest.mark.parametrize("text", RAP)
def test_rap_is_rap(text: str) -> None:
    assert tell_style(hear_lines(text.splitlines())) == "rap"


@pytest.mark.parametrize("text", [*VERSE, *RAP])
def test_punctuation_does_not_tell_styles_apart(text: str) -> None:
    lines = text.splitlines()
    assert describe(hear_lines([f"{line};" for line in lines])).tolist() == describe(hear_lines(lines)).tolist()


@pytest.mark.parametrize("lines", [[], [""], ["!!!"], ["one"], ["one", ""]])
def test_little_text_has_a_style(lines: list[str]) -> None:
    assert tell_style(hear_lines(lines)) in ("strict", "rap")


DATA = os.environ.get("MUSICENGINE_DATA")


@pytest.mark.skipif(not DATA, reason="MUSICENGINE_DATA names no labelled data")
def test_schemes_of_annotated_poems() -> None:
    with gzip.open(Path(DATA or "") / "lyrics/rhymedata.jsonl.gz", "rt") as file:
        stanzas = [json.loads(line) for line in file][::20]
    hits = wrong = missed = 0
    for stanza in stanzas:
        found = lyrics.find_rhyme_scheme(stanza["lines"])
        for i, j in itertools.combinations(range(len(found)), 2):
            truth, guess = stanza["scheme"][i] == stanza["scheme"][j], found[i] == found[j]
            hits, wrong, missed = hits + (truth & guess), wrong + (guess & ~truth), missed + (truth & ~guess)
    assert 2 * hits / (2 * hits + wrong + missed) > 0.922
