from __future__ import annotations

import re

import pytest

from musicengine import Brief
from musicengine.lyrics import analyze, count_syllables, find_words
from musicengine.lyrics.rhyming_words import rhyming_part
from musicengine.lyrics.sounds import spoken
from musicengine.synth import compose
from musicengine.synth.form import plan
from musicengine.synth.songwriting import choose_theme, write_lyrics
from musicengine.synth.verses import ANYWHERE, THEMES
from musicengine.values.words import Lyrics

EVERY = [line for theme in THEMES for line in (*theme.verses, *theme.hooks)] + list(ANYWHERE)
GENRES = ("pop", "rock", "ballad", "disco", "folk", "r&b", "reggae", "hip-hop")
MOODS = (None, "sad", "warm", "epic", "calm", "bright", "angry")
FORM = ("intro", "verse", "chorus", "verse", "chorus", "bridge", "chorus", "outro")


def written(seed: int, bars: int = 48, **fields: str) -> Lyrics:
    return write_lyrics(Brief(seed=seed, **fields), plan(FORM, bars), 2.0)  # type: ignore[arg-type]


def choices(line: str) -> list[str]:
    """The line with each of its choices made in turn."""
    found = re.search(r"\{([^{}]*)\}", line)
    if not found:
        return [line]
    return [
        text for word in found[1].split("|") for text in choices(line[: found.start()] + word + line[found.end() :])
    ]


@pytest.mark.parametrize("line", EVERY)
def test_every_choice_keeps_the_measure(line: str) -> None:
    counts = {count_syllables(text) for text in choices(line)}
    assert max(counts) - min(counts) <= 1
    assert min(counts) >= 5
    assert max(counts) <= 12
    assert choices(line)[0][0].isupper()
    assert "  " not in line


def test_no_line_is_there_twice() -> None:
    assert len(set(EVERY)) == len(EVERY)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_line_of_a_theme_has_one_to_rhyme_with(theme: object) -> None:
    for lines in (theme.verses, theme.hooks):  # type: ignore[attr-defined]
        ends = [find_words(choices(line)[0])[-1].text.lower() for line in lines]
        parts = [rhyming_part(spoken(end)[0]) for end in ends]
        lonely = [
            end
            for end, part in zip(ends, parts, strict=True)
            if len({e for e, p in zip(ends, parts, strict=True) if p == part}) < 2
        ]
        assert not lonely


def test_songs_score_high_and_rhyme() -> None:
    scores, broken = [], 0
    for seed in range(40):
        report = analyze(written(seed, genre=GENRES[seed % 8], mood=MOODS[seed % 7] or ""))
        assert report.score is not None
        scores.append(report.score.value)
        broken += sum(deduction.rule == "rhyme.broken" for deduction in report.score.deductions)
    assert sum(scores) / len(scores) > 98
    assert min(scores) > 92
    assert broken <= 2


def test_the_scheme_is_couplets() -> None:
    right = total = 0
    for seed in range(30):
        lyrics = written(seed)
        scheme = analyze(lyrics).rhyme_scheme
        assert scheme is not None
        for at, line in enumerate(lyrics.lines[:-1]):
            same = [other for other in lyrics.lines if other.stanza == line.stanza]
            if len(same) % 2 == 0 and same.index(line) % 2 == 0:
                total += 1
                right += scheme[at] == scheme[at + 1]
    assert total > 100
    assert right / total > 0.95


def test_choruses_return_and_nothing_else_does() -> None:
    for seed in range(20):
        lyrics = written(seed, 64)
        stanzas: dict[int, list[str]] = {}
        for line in lyrics.lines:
            stanzas.setdefault(line.stanza, []).append(line.text)
        tags = {line.stanza: line.section for line in lyrics.lines}
        choruses = [lines for stanza, lines in stanzas.items() if tags[stanza] == "Chorus"]
        assert len(choruses) == 3
        assert all(lines == choruses[0][: len(lines)] or choruses[0] == lines[: len(choruses[0])] for lines in choruses)
        others = [text for stanza, lines in stanzas.items() if tags[stanza] != "Chorus" for text in lines]
        assert len(set(others)) == len(others)


def test_sections_are_tagged_in_order() -> None:
    lyrics = written(1)
    assert list(dict.fromkeys(line.section for line in lyrics.lines)) == ["Verse 1", "Chorus", "Verse 2", "Bridge"]


@pytest.mark.parametrize(
    ("prompt", "theme"),
    [
        ("a song about the sea and the sun", "summer"),
        ("dancing in the city lights", "night"),
        ("driving down an endless highway", "road"),
        ("a wedding song, so in love", "love"),
        ("we said goodbye and I am lonely", "heartbreak"),
        ("snow and rain in a cold winter", "rain"),
    ],
)
def test_the_prompt_names_the_theme(prompt: str, theme: str) -> None:
    assert choose_theme(Brief(prompt=prompt)) == theme


def test_mood_and_seed_decide_otherwise() -> None:
    assert choose_theme(Brief(mood="sad")) == "heartbreak"
    assert len({choose_theme(Brief(seed=seed)) for seed in range(40)}) == len(THEMES)


def test_same_seed_same_words_other_seed_others() -> None:
    assert written(5) == written(5)
    assert len({written(seed).text for seed in range(20)}) == 20


@pytest.mark.parametrize("seconds", [5, 30, 180, 600])
def test_any_length_has_words(seconds: int) -> None:
    arrangement = compose(Brief(genre="pop", duration_s=seconds, seed=2))
    assert arrangement.brief.lyrics is not None
    assert arrangement.words
    assert not [note for note in arrangement.notes if "no room" in note]
