from __future__ import annotations

import contextlib
import time

import pytest

from musicengine.errors import BriefError
from musicengine.synth import parse_brief


def key_of(text: str) -> str | None:
    key = parse_brief(text).key
    return None if key is None else str(key)


def test_a_prompt_is_understood_and_says_so() -> None:
    brief = parse_brief("dark trap, 140 bpm, F# minor, 30 seconds, no vocals", seed=9)
    assert (brief.genre, brief.mood, brief.bpm, brief.duration_s) == ("trap", "dark", 140, 30)
    assert str(brief.key) == "F# minor"
    assert brief.instrumental
    assert brief.seed == 9
    assert brief.understood == ("genre trap", "mood dark", "140 bpm", "key F# minor", "30 s long", "instrumental")


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("118 bpm", 118),
        ("disco 118bpm", 118),
        ("92.5 BPM", 92.5),
        ("a sad piano ballad at 70", 70),
        ("tempo 90", 90),
        ("tempo: 90", 90),
        ("bpm=128", 128),
        ("100 beats per minute", 100),
        ("meet me at 70%", None),
        ("we met at 70 years", None),
        ("at 500", None),
        ("it starts at 10:30", None),
        ("no numbers", None),
        ("slow jazz", 88),
        ("a jazz ballad", 88),
        ("uptempo folk", 136),
        ("slow jazz at 60", 60),
        ("a slow ballad", None),
        ("house with a slow build", None),
        ("not named, but fast", None),
    ],
)
def test_tempo(text: str, bpm: float | None) -> None:
    assert parse_brief(text).bpm == bpm


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("A minor", "A minor"),
        ("a minor, 118 bpm", "A minor"),
        ("warm disco in a minor", "A minor"),
        ("in F# minor", "F# minor"),
        ("f sharp minor", "F# minor"),
        ("E-flat major", "Eb major"),
        ("in Bb", "Bb major"),
        ("key of D", "D major"),
        ("pop in A, 2:30", "A major"),
        ("house, Am, 124 bpm", "A minor"),
        ("Ebm", "Eb minor"),
        ("C♯ min", "C# minor"),
        ("a song about a minor setback", None),
        ("A song for me", None),
        ("in A world of pain", None),
        ("Am I wrong", None),
        ("I'm major", None),
    ],
)
def test_key(text: str, key: str | None) -> None:
    assert key_of(text) == key


def test_a_mode_alone_leaves_the_tonic_to_the_seed() -> None:
    keys = {key_of("rock in a minor key"), *(str(parse_brief("rock in a minor key", seed=s).key) for s in range(9))}
    assert len(keys) > 2
    assert all(key is not None and key.endswith("minor") for key in keys)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 seconds", 30),
        ("30s", 30),
        ("a 90-second jingle", 90),
        ("2:30", 150),
        ("3 minutes", 180),
        ("1.5 min", 90),
        ("2 min 30 s", 150),
        ("a minute of jazz", 60),
        ("the 80s", None),
        ("forever", None),
    ],
)
def test_duration(text: str, seconds: float | None) -> None:
    assert parse_brief(text).duration_s == seconds


@pytest.mark.parametrize(
    ("text", "genre"),
    [
        ("Deep House", "house"),
        ("lo-fi beats to study to", "lo-fi"),
        ("Hip-Hop", "hip-hop"),
        ("D&B", "drum and bass"),
        ("a rocket launch", None),
        ("sad piano ballad", "ballad"),
    ],
)
def test_genre(text: str, genre: str | None) -> None:
    assert parse_brief(text).genre == genre


@pytest.mark.parametrize("text", ["instrumental rock", "no vocals", "without any singing", "without words"])
def test_instrumental(text: str) -> None:
    assert parse_brief(text).instrumental


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("intro verse chorus", ("intro", "verse", "chorus")),
        ("intro, verse, hook and then outro", ("intro", "verse", "chorus", "outro")),
        ("verse -> pre-chorus -> chorus", ("verse", "pre-chorus", "chorus")),
        ("a song with a catchy hook", ()),
        ("pop", ()),
    ],
)
def test_sections_in_a_row(text: str, sections: tuple[str, ...]) -> None:
    assert parse_brief(text).sections == sections


def test_wishes_change_the_usual_form() -> None:
    assert parse_brief("pop, start with a chorus").sections[0] == "chorus"
    assert parse_brief("pop, 3 minutes").sections == ()
    without = parse_brief("pop, 3 minutes, no bridge").sections
    assert "bridge" not in without
    assert "chorus" in without
    assert parse_brief("rock that ends with a solo").sections[-1] == "instrumental"
    assert parse_brief("pop for 2 seconds, no chorus").sections == ("verse",)


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("-5 bpm", "-5 bpm"),
        ("900 bpm", "900 bpm"),
        ("tempo 9", "tempo 9"),
        ("H minor", "H minor"),
        ("x# major", "x# major"),
        ("-3 seconds", "-3 s"),
        ("20 minutes", "1200 s"),
        ("", "''"),
        ("   ", "' '"),
        ("x" * 100_000, "100,000"),
    ],
)
def test_the_impossible_is_refused_by_its_name(text: str, repeated: str) -> None:
    with pytest.raises(BriefError, match=repeated.replace("' '", "'   '")):
        parse_brief(text)


def test_something_else_than_text_is_refused() -> None:
    with pytest.raises(BriefError, match="int"):
        parse_brief(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "piece", ["verse ", "verse, then ", "1 ", "a minor ", "-", "in A ", "12:3", "no a ", " " * 9, "9."]
)
def test_reading_takes_time_linear_in_the_text(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    started = time.perf_counter()
    with contextlib.suppress(BriefError):
        parse_brief(text)
    # A backtracking pattern would take minutes; this is no benchmark.
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("disco, 140 bpm instead of 110 bpm", 140),
        ("go from 120 bpm to 140 bpm", 140),
        ("not 110 bpm, 90 bpm", 90),
        ("90 bpm, yes, 90 bpm", 90),
    ],
)
def test_of_two_tempos_the_wanted_one_counts(text: str, bpm: float) -> None:
    assert parse_brief(text).bpm == bpm


def test_two_tempos_contradict_each_other() -> None:
    with pytest.raises(BriefError, match="one tempo, got '60 bpm' and '180 bpm'"):
        parse_brief("disco at 60 bpm, 180 bpm")


def test_hours_are_too_long() -> None:
    with pytest.raises(BriefError, match="10 minutes, got 32400 s"):
        parse_brief("disco for 9 hours")
