from __future__ import annotations

import gzip
import json
import tracemalloc
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicengine.errors import LyricsError
from musicengine.lyrics.dictionary import dictionary
from musicengine.lyrics.inflection import inflected
from musicengine.lyrics.letters import model, pronounce_letters
from musicengine.lyrics.numerals import read_number
from musicengine.lyrics.pronunciation import MAX_LETTERS, pronounce, pronounce_all, pronunciations
from musicengine.lyrics.spellings import RESPELLED, SPOKEN, respelled, spoken


def phones(word: str) -> str:
    return " ".join(pronounce(word).phones)


# ------------------------------------------------------------------------------------------------ the dictionary


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("hello", "HH AH0 L OW1"),
        ("Hello", "HH AH0 L OW1"),
        ("HELLO!", "HH AH0 L OW1"),
        ("rhyme", "R AY1 M"),
        ("don't", "D OW1 N T"),
        ("don’t", "D OW1 N T"),
    ],
)
def test_words_of_the_dictionary(word: str, expected: str) -> None:
    assert phones(word) == expected
    assert pronounce(word).source == "dictionary"
    assert pronounce(word).word == word


def test_the_dictionary_is_sorted_and_whole() -> None:
    words = list(dictionary())
    assert len(words) == len(dictionary()) > 120_000
    assert words == sorted(words)
    assert [dictionary().find(word) for word in words[::997]] == list(range(0, len(words), 997))
    assert dictionary().word(dictionary().find("music")) == "music"


@pytest.mark.parametrize("word", ["", "zzzzzzzz", "\x00", "a\nb", "日本", "mus", "musicc"])
def test_the_dictionary_does_not_find_what_it_has_not(word: str) -> None:
    assert dictionary().find(word) == -1
    assert dictionary().pronunciations(word) == ()


def test_the_dictionary_stays_small() -> None:
    tracemalloc.start()
    loaded = dictionary.__wrapped__()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(loaded) == len(dictionary())
    assert held < 5e6
    assert peak < 15e6


def test_the_dictionary_travels_with_its_notice() -> None:
    notice = resources.files("musicengine.lyrics").joinpath("data/cmudict.LICENSE").read_text()
    assert "Carnegie Mellon University" in notice
    assert "Redistributions in binary form must reproduce" in notice


def test_all_pronunciations_begin_with_the_usual_one() -> None:
    found = pronunciations("read")
    assert {str(each) for each in found} == {"R EH1 D", "R IY1 D"}
    assert found[0] == pronounce("read")
    assert len(pronunciations("hello")) == 2
    assert pronunciations("skrrt") == (pronounce("skrrt"),)
    assert len(pronunciations("日本")) == 1


@pytest.mark.parametrize(
    ("word", "syllables"), [("every", 2), ("favorite", 2), ("camera", 2), ("hour", 2), ("memory", 3), ("family", 2)]
)
def test_a_schwa_that_speech_drops_is_dropped_where_the_dictionary_lists_it(word: str, syllables: int) -> None:
    assert pronounce(word).syllables == syllables


# ------------------------------------------------------------------------------------------------ slang, ad-libs, forms


@pytest.mark.parametrize(
    ("word", "like"),
    [
        ("u", "you"), ("ur", "your"), ("'bout", "bout"), ("cats'", "cats"), ("‘hello’", "hello"), ("tho", "though"),
        ("runnin", "runnin'"), ("brothas'", "brothas"), ("café", "cafe"), ("CAFÉ", "cafe"), ("sooo", "so"),
        ("heyyyy", "hey"), ("gooood", "good"), ("looooove", "love"), ("yesss", "yes"), ("f**k", "fuck"),
        ("$hort", "short"), ("ﬁre", "fire"), ("b4", "before"), ("2nite", "tonight"), ("zero\u200bwidth", "zerowidth"),
        ("thuuuug", "thug"), ("SKRRRRT", "skrrt"), ("brrrrr", "brr"), ("ayyyy", "ayy"), ("wooooo", "woo"),
        ("50cent", "50-cent"), ("w/", "with"),
    ],
)  # fmt: skip
def test_said_like(word: str, like: str) -> None:
    assert phones(word) == phones(like)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gonna", "G AH1 N AH0"), ("tryna", "T R AY1 N AH0"), ("finna", "F IH1 N AH0"), ("ima", "AY1 M AH0"),
        ("thang", "TH AE1 NG"), ("nuthin", "N AH1 TH IH0 N"), ("uh", "AH1"), ("woo", "W UW1"), ("skrrt", "S K ER1 T"),
        ("brr", "B R ER1"), ("da", "D AH0"), ("y'all'd've", "Y AO1 L D AH0 V"), ("hatin'", "HH EY1 T IH0 N"),
        ("vibin", "V AY1 B IH0 N"), ("twerkin", "T W ER1 K IH0 N"), ("playaz", "P L EY1 AH0 Z"),
        ("hahahaha", "HH AA1 HH AA1 HH AA1 HH AA1"),
        ("freestyled", "F R IY1 S T AY2 L D"), ("rapped", "R AE1 P T"),
        ("n-n-no", "N AH0 N AH0 N OW1"), ("it'd", "IH1 T AH0 D"), ("mic's", "M AY1 K S"),
        ("rock-star", "R AA1 K S T AA1 R"),
    ],
)  # fmt: skip
def test_said_as(word: str, expected: str) -> None:
    assert phones(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("NYC", "EH2 N W AY2 S IY1"), ("MTV", "EH1 M T IY1 V IY1"), ("DJ", "D IY1 JH EY1"),
        ("M.I.A.", "EH2 M AY2 EY1"),
        ("AK-47", "EY2 K EY1 F AO1 R T IY0 S EH1 V AH0 N"), ("MCs", "EH1 M S IY2 Z"), ("Gs", "JH IY1 Z"),
        ("GMC's", "JH IY2 EH2 M S IY1 Z"), ("NASA", "N AE1 S AH0"), ("U.S.", "Y UW2 EH1 S"), ("OGs", "OW2 JH IY1 Z"),
        ("mp3", "EH2 M P IY1 TH R IY1"),
        ("x-ray", "EH1 K S R EY2"), ("ATL", "EY2 T IY2 EH1 L"), ("BMX", "B IY2 EH2 M EH1 K S"),
    ],
)  # fmt: skip
def test_initials_are_spelled(word: str, expected: str) -> None:
    assert phones(word) == expected


def test_lists_hold_only_phones_and_known_words() -> None:
    symbols = set(dictionary().symbols)
    entries = [entry.split() for line in SPOKEN.strip().splitlines() for entry in line.split("|")]
    assert {phone for _, *said in entries for phone in said} <= symbols
    assert len({word for word, *_ in entries}) == len(entries), "a spelling is listed twice"
    assert all(spoken(word) == tuple(said) for word, *said in entries)
    assert all(pronounce(word).source == "rule" for word in RESPELLED)
    assert spoken("music") is None
    assert respelled("music") is None


def test_the_list_does_not_repeat_the_dictionary() -> None:
    entries = [entry.split() for line in SPOKEN.strip().splitlines() for entry in line.split("|")]
    assert [word for word, *said in entries if dictionary().pronunciations(word)[:1] == (tuple(said),)] == []


# ------------------------------------------------------------------------------------------------ the model


def test_the_model_gives_each_word_one_primary_stress() -> None:
    words = ["blorptastic", "zeugmatron", "skibidi", "rizzler", "q", "xyzzy", "ooooo", "bcdfg"]
    for said in pronounce_letters(words):
        assert sum(phone.endswith("1") for phone in said) == 1


def test_words_do_not_hear_each_other() -> None:
    words = ["blorptastic", "a", "zeugmatron", "skibidi", "mumblecorish"]
    together = pronounce_letters(words)
    assert together == [pronounce_letters([word])[0] for word in words]
    assert pronounce_letters(words[::-1]) == together[::-1]
    assert pronounce_letters(words * 300) == together * 300
    assert pronounce_letters([]) == []


def test_the_model_fits_its_budget() -> None:
    file = Path(__file__).parents[2] / "src/musicengine/lyrics/data/letters.npz"
    if file.is_file():
        assert file.stat().st_size < 300_000
    assert np.all(model().embed[0] == 0)


def test_unknown_words_go_to_the_model() -> None:
    said = pronounce("skibidi")
    assert said.source == "letters"
    assert said.syllables == 3
    assert pronounce("skibidi-47").source == "letters"


def test_all_at_once_is_one_by_one() -> None:
    words = ["hello", "skibidi", "24/7", "日本", "hello", "rizzler", ""]
    assert pronounce_all(words) == tuple(map(pronounce, words))
    assert pronounce_all([]) == ()


# ------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    "word", ["", " ", "...", "'", "-", "$", "🔥", "日本", "привет", "שלום", "\u200b\u200d", "\x00", "——", "“”"]
)
def test_what_has_no_sound_here_has_no_phones(word: str) -> None:
    said = pronounce(word)
    assert (said.phones, said.source, said.syllables) == ((), "none", 0)


@pytest.mark.parametrize("letter", "aboz'9-.*$é日")
def test_long_words_end_well(letter: str) -> None:
    assert len(pronounce(letter * MAX_LETTERS).phones) <= 5 * MAX_LETTERS
    with pytest.raises(LyricsError, match=f"at most {MAX_LETTERS} characters, got 100000"):
        pronounce(letter * 100_000)


# ------------------------------------------------------------------------------------------------ forms of known words


KNOWN = {
    "rap": ("R", "AE1", "P"),
    "love": ("L", "AH1", "V"),
    "try": ("T", "R", "AY1"),
    "kiss": ("K", "IH1", "S"),
    "want": ("W", "AA1", "N", "T"),
    "she": ("SH", "IY1"),
}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rap", "R AE1 P"), ("raps", "R AE1 P S"), ("rapz", "R AE1 P S"), ("loves", "L AH1 V Z"),
        ("tries", "T R AY1 Z"),
        ("kisses", "K IH1 S IH0 Z"), ("rapped", "R AE1 P T"), ("loved", "L AH1 V D"), ("tried", "T R AY1 D"),
        ("wanted", "W AA1 N T IH0 D"), ("rapping", "R AE1 P IH0 NG"), ("rappin", "R AE1 P IH0 N"),
        ("lovin'", "L AH1 V IH0 N"), ("loveless", "L AH1 V L AH0 S"), ("lovable", "L AH1 V AH0 B AH0 L"),
        ("rap's", "R AE1 P S"), ("rap'd", "R AE1 P D"), ("want'd", "W AA1 N T AH0 D"), ("she're", "SH IY1 R"),
        ("rap're", "R AE1 P ER0"), ("she'll", "SH IY1 L"), ("rap'll", "R AE1 P AH0 L"), ("she'd've", "SH IY1 D AH0 V"),
        ("wantn't", "W AA1 N T AH0 N T"), ("kisses'", "K IH1 S IH0 Z"),
    ],
)  # fmt: skip
def test_forms_of_a_known_word(word: str, expected: str) -> None:
    assert inflected(word, KNOWN.get) == tuple(expected.split())


@pytest.mark.parametrize(
    "word", ["", "s", "xs", "rapt", "rap't", "in", "kin", "ing", "ed", "rap'x", "lovess", "n't", "'s"]
)
def test_what_is_no_form_of_a_known_word(word: str) -> None:
    assert inflected(word, KNOWN.get) is None


# ------------------------------------------------------------------------------------------------ labelled data


def test_rap_words_have_the_syllables_that_are_performed(labelled_data: Path) -> None:
    with gzip.open(labelled_data / "lyrics" / "mcflow.jsonl.gz", "rt") as file:
        verses = [json.loads(line) for line in file]
    pairs = [pair for verse in verses for line in verse["lines"] for pair in line["words"]]
    right = sum(pronounce(word).syllables == count for word, count in pairs)
    assert right / len(pairs) > 0.98


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("0.0.0", ["zero", "point", "zero", "point", "zero"]),
        ("1.2.3", ["one", "point", "two", "point", "three"]),
        ("$1.2.3", ["one", "point", "two", "point", "three"]),
        (".1.2", ["one", "point", "two"]),
        ("3.5", ["three", "point", "five"]),
    ],
)
def test_points_inside_numbers_are_said(token: str, words: list[str]) -> None:
    assert read_number(token) == words


@given(st.from_regex(r"[$#]?\.?[0-9]{1,4}([.,:/][0-9]{1,4}){0,5}[a-z%]{0,2}", fullmatch=True))
def test_any_digits_with_signs_are_pronounced(token: str) -> None:
    assert isinstance(pronounce(token).phones, tuple)
