"""Lyrics are read from text as people write it, and written back."""

from __future__ import annotations

import pytest

from musicengine import LyricsError, lyrics
from musicengine.lyrics.parsing import MAX_CHARACTERS, MAX_LINE, MAX_LINES, read
from musicengine.lyrics.tokens import find_words, split_words
from musicengine.values.words import Line, Lyrics, Transcript, Word


def texts(text: str) -> list[str]:
    return [line.text for line in lyrics.parse(text).lines]


def words(text: str) -> list[str]:
    return [word.text for line in lyrics.parse(text).lines for word in lyrics.find_words(line.text)]


def test_tags_name_sections_and_are_no_words() -> None:
    parsed = lyrics.parse("[Verse 1]\none\n\n[Chorus: Somebody]\ntwo\nthree")
    assert [line.section for line in parsed.lines] == ["Verse 1", "Chorus: Somebody", "Chorus: Somebody"]
    assert [line.stanza for line in parsed.lines] == [0, 1, 1]
    assert words("[Verse 1]\none") == ["one"]


@pytest.mark.parametrize("header", ["Chorus:", "**Chorus**", "(Chorus)", "## Chorus", "[Chorus]", "**Chorus:**"])
def test_headers_come_in_many_dresses(header: str) -> None:
    assert lyrics.parse(f"{header}\nla la").lines[0].section == "Chorus"


def test_a_line_that_says_chorus_is_a_line() -> None:
    assert texts("chorus\nthe chorus: it sings") == ["chorus", "the chorus: it sings"]


@pytest.mark.parametrize("mark", ["(x2)", "(2x)", "[x2]", "(×2)", "( X 2 )"])
def test_repeat_marks_repeat(mark: str) -> None:
    (line,) = lyrics.parse(f"hey now {mark}").lines
    assert (line.text, line.repeat) == ("hey now", 2)


def test_a_repeat_mark_alone_repeats_the_line_before() -> None:
    assert [line.repeat for line in lyrics.parse("one\ntwo\n(x3)").lines] == [1, 3]
    assert lyrics.parse("(x3)").lines == ()


def test_lrc_times_are_read_and_metadata_dropped() -> None:
    parsed = lyrics.parse("[ar: Nobody]\n[offset:+500]\n[00:12.34]One <00:13.00>two\n[01:02.003]three")
    assert [(line.text, line.start_s) for line in parsed.lines] == [("One two", 11.84), ("three", 61.503)]


def test_a_line_with_several_times_is_sung_at_each() -> None:
    parsed = lyrics.parse("[00:05.00][00:01.00]again\n[00:03.00]once")
    assert [(line.text, line.start_s) for line in parsed.lines] == [("again", 1.0), ("once", 3.0), ("again", 5.0)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85"])
def test_every_line_ending_ends_a_line(end: str) -> None:
    assert texts(f"one{end}two") == ["one", "two"]


def test_what_cannot_be_seen_is_dropped_and_what_can_is_kept() -> None:
    assert texts("\ufeffhe\u200bllo\u202e wor\x07ld “it’s” 😀 —") == ["hello world “it’s” 😀 —"]
    assert words("— 😀 !!! …") == []
    assert words("שלום עולם") == ["שלום", "עולם"]


def test_writing_shows_tags_stanzas_times_and_repeats() -> None:
    text = "[Verse 1]\n[00:12.34]one (x2)\n\n[Hook]\ntwo\n\nthree"
    assert lyrics.format(lyrics.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["a (x2) (x3)", "a (x1)", "[A] (x2)\nb", "[]\na", "[00:01]Chorus:\nb", "[00:01.5][A]\nb", "x\n\n\n\ny", "[x2]\na"],
)
def test_reading_what_was_written_gives_the_same(text: str) -> None:
    parsed = lyrics.parse(text)
    assert lyrics.parse(lyrics.format(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * (MAX_CHARACTERS + 1), "1,000,001"),
        ("a" * (MAX_LINE + 1), "10,001"),
        ("a\n" * (MAX_LINES + 1), "20,000"),
        ("word " * 100_000, "499,999"),
    ],
)
def test_limits_are_errors_that_say_so(text: str, said: str) -> None:
    with pytest.raises(LyricsError, match=said):
        lyrics.parse(text)


def test_lyrics_above_the_limits_are_refused_as_well() -> None:
    with pytest.raises(LyricsError, match="20,001"):
        read(Lyrics([Line("a")] * (MAX_LINES + 1)))
    with pytest.raises(LyricsError, match="10,001"):
        read(Lyrics([Line("a" * (MAX_LINE + 1))]))
    with pytest.raises(LyricsError, match="got int"):
        lyrics.parse(3)  # type: ignore[arg-type]  # what a user may do


def test_a_transcript_is_cut_where_the_singer_pauses() -> None:
    times = [(0.0, 0.4), (0.4, 0.8), (2.0, 2.4)]
    transcript = Transcript([Word(text, *time) for text, time in zip(["one", "two", "three"], times, strict=True)])
    assert [(line.text, line.start_s) for line in read(transcript).lines] == [("one two", 0.0), ("three", 2.0)]


@pytest.mark.parametrize(
    ("row", "section"),
    [
        ("[Chorus] x2", "Chorus x2"),
        ("[Chorus] (x2)", "Chorus (x2)"),
        ("Chorus x2:", "Chorus x2"),
        ("Refrain 1 (x2)", "Refrain 1 (x2)"),
        ("Verse 1", "Verse 1"),
        ("{Chorus}", "Chorus"),
        ("<Bridge>", "Bridge"),
        ("## Pre-Chorus 2", "Pre-Chorus 2"),
    ],
)
def test_rows_that_name_a_section_are_no_lines(row: str, section: str) -> None:
    read = lyrics.parse(f"one\n{row}\ntwo")
    assert [(line.text, line.section) for line in read.lines] == [("one", ""), ("two", section)]
    assert lyrics.parse(lyrics.format(read)) == read


@pytest.mark.parametrize(
    "row", ["Drop", "Break", "Chorus of angels", "Hook me up", "chorus", "Verse 1 of the book", "x2 the pain"]
)
def test_rows_that_only_look_like_a_section_are_lines(row: str) -> None:
    assert [line.text for line in lyrics.parse(row).lines] == [row]


@pytest.mark.parametrize("name", ["Chorus", "VERSE", "Pre-Chorus", "Intro", "Interlude"])
def test_a_name_alone_is_a_section_where_a_stanza_begins(name: str) -> None:
    read = lyrics.parse(f"one\n{name}\ntwo\n\n{name}\nthree")
    assert [(line.text, line.section) for line in read.lines] == [("one", ""), (name, ""), ("two", ""), ("three", name)]
    assert lyrics.parse(lyrics.format(read)) == read


def test_directions_are_no_words() -> None:
    line = "I said [laughs out loud] no [really"
    assert [word.text for word in lyrics.find_words(line)] == ["I", "said", "no", "really"]
    assert lyrics.count_syllables(line) == 5
    assert lyrics.format(lyrics.parse(line)) == line


def test_a_tag_before_a_line_is_none_of_its_words() -> None:
    read = lyrics.parse("[00:01.00][Verse 2: Name] Hello there\n[laughs] and so on")
    assert [(line.text, line.section, line.start_s) for line in read.lines] == [
        ("Hello there", "Verse 2: Name", 1.0),
        ("[laughs] and so on", "Verse 2: Name", None),
    ]
    assert lyrics.parse(lyrics.format(read)) == read


@pytest.mark.parametrize("line", ["she said ‘never’ to me", "she said 'never' to me"])
def test_quotes_around_a_word_are_none_of_it(line: str) -> None:
    assert [word.text for word in lyrics.find_words(line)] == ["she", "said", "never", "to", "me"]
    assert [line[word.start : word.end] for word in lyrics.find_words(line)] == ["she", "said", "never", "to", "me"]
    assert lyrics.analyze(line).lines[0].words == ("she", "said", "never", "to", "me")


def test_apostrophes_stay() -> None:
    assert [word.text for word in lyrics.find_words("'bout runnin' 'em ’cause rock 'n' roll")] == [
        "'bout", "runnin'", "'em", "’cause", "rock", "n", "roll",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "section"),
    [
        ("CHORUS x2", "CHORUS x2"),
        ("Chorus (x2)", "Chorus (x2)"),
        ("Hook [x4]", "Hook (x4)"),
        ("HOOK", "HOOK"),
        ("Bridge", "Bridge"),
        ("VERSE ONE", "VERSE ONE"),
        ("Verse Two:", "Verse Two"),
        ("Verse 1 - Name", "Verse 1 - Name"),
        ("VERSE 1 (Name)", "VERSE 1 (Name)"),
        ("Verse 2: Name & Other", "Verse 2: Name & Other"),
    ],
)
def test_rows_of_lyric_sites_that_name_a_section(row: str, section: str) -> None:
    lyric = lyrics.parse(f"{row}\nHold the door")
    assert [(line.section, line.text) for line in lyric.lines] == [(section, "Hold the door")]
    assert lyrics.parse(lyrics.format(lyric)) == lyric


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("*sighs*", []),
        ("(laughs)", []),
        ("[inaudible]", []),
        ("(guitar solo)", []),
        ("I go *sighs* away", ["I", "go", "away"]),
        ("stay with me (Laughs)", ["stay", "with", "me"]),
        ("I'm **really** gone", ["I'm", "really", "gone"]),
        ("what the f*** is that", ["what", "the", "f**", "is", "that"]),
        ("she laughs (she laughs)", ["she", "laughs", "she", "laughs"]),
    ],
)
def test_what_is_heard_beside_the_words_is_none_of_them(line: str, words: list[str]) -> None:
    lyric = lyrics.parse(f"one\n{line}\ntwo")
    assert [read.text for read in lyric.lines] == ["one", line, "two"]
    assert [word.text for word in find_words(line)] == split_words(line) == words
    assert lyrics.parse(lyrics.format(lyric)) == lyric


def test_what_pages_put_around_a_lyric_is_dropped() -> None:
    text = "3 ContributorsSome Song Lyrics[Verse 1]\nHold on\nYou might also like[Chorus]\nLet go42Embed"
    lyric = lyrics.parse(text)
    assert [(line.section, line.text) for line in lyric.lines] == [("Verse 1", "Hold on"), ("Chorus", "Let go")]
    said = "Embed the thought\nYou might also like me\nSee me live"
    assert [line.text for line in lyrics.parse(said).lines] == said.splitlines()


def test_a_bare_mark_repeats_its_line() -> None:
    assert [(line.text, line.repeat) for line in lyrics.parse("Ho hey x3\nthe x\nsolve for x 2").lines] == [
        ("Ho hey", 3),
        ("the x", 1),
        ("solve for x 2", 1),
    ]
