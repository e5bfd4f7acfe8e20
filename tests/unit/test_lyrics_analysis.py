"""A lyric's report: flow, words, themes, score, corrections, and its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import attrs
import numpy as np
import pytest

from musicengine import Beats, LyricsError, LyricsReport, MusicEngine, lyrics
from musicengine.lyrics.corrections import MOST_LINES
from musicengine.lyrics.inversion import find_inversion
from musicengine.lyrics.language import detect_language
from musicengine.lyrics.rewriting import lengthen, replace_words, shorten
from musicengine.lyrics.rhyming_words import find_rhyming_words
from musicengine.lyrics.score import RULES, find_repeated
from musicengine.lyrics.syllables import scan
from musicengine.lyrics.vocabulary import find_hook, measure_hdd, measure_mtld
from musicengine.values.words import Lyrics, Transcript, Word

SONG = """\
[Verse 1]
I started with a penny and a plan in my hand
Now I'm standing on the land where the family began
Every day another lesson and the pressure never stops
Second guessing every blessing from the bottom to the ceiling

[Chorus]
Hold me tight and never let you go
I really never thought that you would know
Shine like a diamond in the falling snow
We can take it fast or we can take it easy
"""


@pytest.fixture(scope="module")
def report() -> LyricsReport:
    return lyrics.analyze(SONG)


def apply(report: LyricsReport) -> Lyrics:
    """The lyric with every correction."""
    new = {item.line: item.after for item in report.corrections}
    lines = lyrics.parse(SONG).lines
    return Lyrics([attrs.evolve(line, text=new.get(at, line.text)) for at, line in enumerate(lines)])


def test_every_line_has_its_syllables_and_stresses(report: LyricsReport) -> None:
    assert [line.syllables for line in report.lines[:3]] == [13, 13, 15]
    for line in report.lines:
        assert line.syllables == len(line.stresses) == len(line.syllable_words)
        assert line.words


def test_the_scheme_starts_anew_in_every_stanza(report: LyricsReport) -> None:
    assert report.rhyme_scheme is not None
    assert len(report.rhyme_scheme) == len(report.lines)
    assert report.rhyme_scheme[0] == report.rhyme_scheme[4] == "A"


def test_spans_lie_in_their_lines(report: LyricsReport) -> None:
    assert report.rhymes
    for rhyme in report.rhymes:
        for span in (rhyme.first, rhyme.second):
            assert 0 <= span.first_word <= span.last_word < len(report.lines[span.line].words)
        assert (rhyme.first.line, rhyme.first.last_word) < (rhyme.second.line, rhyme.second.last_word)


def test_the_score_is_its_reasons(report: LyricsReport) -> None:
    assert report.score is not None
    assert report.score.value == pytest.approx(100 - sum(item.points for item in report.score.deductions))
    for item in report.score.deductions:
        assert item.rule in RULES
        assert item.line is not None
        assert item.fix
    assert {"rhyme.broken", "wording.cliche"} <= {item.rule for item in report.score.deductions}


def test_corrections_raise_the_score_by_what_they_say(report: LyricsReport) -> None:
    assert report.corrections
    assert report.score is not None
    lines = lyrics.parse(SONG).lines
    for item in report.corrections:
        changed = [attrs.evolve(line, text=item.after) if at == item.line else line for at, line in enumerate(lines)]
        score = lyrics.analyze(Lyrics(changed)).score
        assert score is not None
        assert score.value - report.score.value == pytest.approx(item.gain, abs=1e-6)
        assert item.before == lines[item.line].text


def test_all_corrections_together_do_not_lower_the_score(report: LyricsReport) -> None:
    after = lyrics.analyze(apply(report)).score
    assert after is not None
    assert report.score is not None
    assert after.value >= report.score.value


def test_one_correction_a_line_and_not_too_many() -> None:
    text = "\n\n".join([SONG.replace("[Verse 1]", "").replace("[Chorus]", "")] * 8)
    found = lyrics.suggest_corrections(text)
    assert len(found) <= MOST_LINES
    assert len({item.line for item in found}) == len(found)
    assert [item.priority for item in found] == list(range(1, len(found) + 1))


def test_a_replaced_word_keeps_capitals_and_punctuation() -> None:
    words = lyrics.find_words("Oh Night, so dark!")
    assert replace_words("Oh Night, so dark!", words, 1, 1, "light") == "Oh Light, so dark!"
    assert replace_words("Oh Night, so dark!", words, 2, 2, "") == "Oh Night, dark!"
    assert replace_words("The the moon", lyrics.find_words("The the moon"), 0, 0, "") == "The moon"


def test_rhyming_words_rhyme_fit_and_are_not_taken() -> None:
    line = ["we", "left", "the", "boat", "upon", "the", "river"]
    found = find_rhyming_words("motion", line, 6, frozenset(), (), 8)
    assert found == ["ocean"]
    assert find_rhyming_words("motion", line, 6, frozenset(), ("ocean",), 8) == []
    assert find_rhyming_words("motion", [*line[:6], "memory"], 6, frozenset(), (), 8) == []  # another kind of thing
    assert find_rhyming_words("...", line, 6, frozenset(), (), 8) == []
    assert find_rhyming_words("sea", ["come", "with", "me"], 2, frozenset(), (), 8) == []  # a pronoun has no kind


def test_a_correction_never_costs_a_line_its_rhyme() -> None:
    rows = [
        "I kept the hammers in the garden shed",
        "And tied it with a ribbon red",
        "And sang of silver",
        "And then walked away",
    ]
    report = lyrics.analyze("\n".join(rows))
    assert report.score is not None
    assert any(item.rule == "syntax.inversion" and item.line == 1 for item in report.score.deductions)
    assert all(item.line != 1 for item in report.corrections)  # "with a red ribbon" would leave the shed alone


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("I saw a maiden fair", ("fair", "maiden")),
        ("the road that I did take", ("take",)),
        ("and him I knew", ("i", "knew", "him")),
        ("she told me she knew", None),
        ("the night grew cold", None),
    ],
)
def test_inversions(line: str, spoken: tuple[str, ...] | None) -> None:
    found = find_inversion(line.lower().split())
    assert (found.spoken if found else None) == spoken


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("the the moon", (0, 1)),
        ("the moonlight over water and moonlight again", (1, 5)),
        ("money on my mind money in the bank", None),
        ("we walked on side by side", None),
        ("let me breathe let me leave", None),
        ("baby baby", None),
        ("la da la da la", None),
    ],
)
def test_repeated_words(line: str, places: tuple[int, int] | None) -> None:
    assert find_repeated(line.split()) == places


def test_dense_lines_ask_for_a_breath() -> None:
    line = "I saw a river running by the bank today and she was looking for a reason to believe in something"
    score = lyrics.analyze(line).score
    assert score is not None
    assert [item.rule for item in score.deductions] == ["breath.dense"]
    assert lyrics.suggest_corrections(line)[0].after.count(",") == 1


def test_flow_of_text() -> None:
    flow = lyrics.measure_flow(
        ["The curfew tolls the knell of parting day", "and leaves the world to darkness and to me"]
    )
    assert flow.syllables_per_line == pytest.approx(10)
    assert flow.foot == "iambic"
    assert flow.timing is None
    assert all(0 <= value <= 100 for value in flow.percentiles.values())
    assert flow.breaths[0] == (7,)


def sung(text: str, starts: list[float], length: float = 0.2) -> Transcript:
    return Transcript([Word(word, at, at + length) for word, at in zip(text.split(), starts, strict=True)])


def test_words_on_the_beat_are_neither_late_nor_syncopated() -> None:
    beats = Beats(np.arange(0, 9) * 0.5, np.arange(0, 9, 4) * 0.5, 1.0)
    words = sung("go now dear heart", [0.0, 0.5, 1.0, 1.5])
    timing = lyrics.measure_flow(words, beats=beats).timing
    assert timing is not None
    assert timing.syncopation == 0
    assert timing.lag_ms[0] == pytest.approx(0, abs=1e-3)
    assert timing.pocket_ms == pytest.approx(0, abs=1e-3)
    assert timing.syllables_per_second == pytest.approx(2)
    assert timing.syllables_per_beat == pytest.approx(1)
    assert sum(timing.stress_grid[::4]) == pytest.approx(1)


def test_late_words_lag_and_early_ones_push() -> None:
    beats = Beats(np.arange(0, 17) * 0.5, np.arange(0, 17, 4) * 0.5, 1.0)
    late = sung("go now dear heart", [0.02, 0.52, 1.02, 1.52])
    early = sung("go now dear heart", [1.98, 2.48, 2.98, 3.48])
    for words, lag in ((late, 20), (early, -20)):
        timing = lyrics.measure_flow(words, beats=beats).timing
        assert timing is not None
        assert timing.lag_ms[0] == pytest.approx(lag, abs=0.1)


def test_syncopation_is_that_of_longuet_higgins_and_lee() -> None:
    beats = Beats(np.arange(0, 9) * 0.5, np.arange(0, 9, 4) * 0.5, 1.0)
    # A word on the last eighth of a bar, silence on the downbeat that follows: 0 - (-3), in one of two bars.
    timing = lyrics.measure_flow(sung("go now", [1.75, 2.5]), beats=beats).timing
    assert timing is not None
    assert timing.syncopation == 1.5


@pytest.mark.parametrize("shift_ms", [-30, 10, 30])
def test_words_of_a_take_that_come_later_lag_by_as_much(shift_ms: float) -> None:
    truth = MusicEngine().generate("pop song about rivers, 100 bpm, 20 seconds, sung vocals").truth
    assert truth is not None
    moved = [
        attrs.evolve(word, start_s=word.start_s + 1 + shift_ms / 1000, end_s=word.end_s + 1 + shift_ms / 1000)
        for word in truth.words
    ]
    still = [attrs.evolve(word, start_s=word.start_s + 1, end_s=word.end_s + 1) for word in truth.words]
    beats = attrs.evolve(truth.beats, times_s=truth.beats.times_s + 1, downbeats_s=truth.beats.downbeats_s + 1)
    was, became = (lyrics.measure_flow(Transcript(words), beats=beats).timing for words in (still, moved))
    assert was is not None
    assert became is not None
    step_ms = 60_000 / 100 / 4
    lags = [(one, other) for one, other in zip(was.lag_ms, became.lag_ms, strict=True) if one is not None]
    assert len(lags) > 3
    for one, other in lags:
        assert other is not None
        assert (other - one - shift_ms + step_ms / 2) % step_ms - step_ms / 2 == pytest.approx(0, abs=0.5)
    assert became.pocket_ms == pytest.approx(was.pocket_ms, abs=0.5)


def test_swung_words_swing() -> None:
    beats = Beats(np.arange(0, 33) * 0.6, np.arange(0, 33, 4) * 0.6, 1.0)
    starts = [beat * 0.6 + offset for beat in range(12) for offset in (0.0, 0.4)]
    timing = lyrics.measure_flow(sung(" ".join(["go"] * 24), starts, 0.1), beats=beats).timing
    assert timing is not None
    assert timing.swing == pytest.approx(2, abs=0.05)


def test_times_of_other_words_are_matched_by_the_words_in_common() -> None:
    words = sung("hey go now dear heart", [0.0, 0.5, 1.0, 1.5, 2.0])
    beats = Beats(np.arange(0, 9) * 0.5, np.arange(0, 9, 4) * 0.5, 1.0)
    timing = lyrics.measure_flow("go now\ndear heart", transcript=words, beats=beats).timing
    assert timing is not None
    assert len(timing.lag_ms) == 2


def test_beats_without_times_are_an_error() -> None:
    beats = Beats([0.0, 0.5], [0.0], 1.0)
    with pytest.raises(LyricsError, match="transcript="):
        lyrics.measure_flow("one two", beats=beats)
    with pytest.raises(LyricsError, match="0 syllables"):
        lyrics.measure_flow("one two", transcript=Transcript([]), beats=beats)


def test_richness_does_not_fall_with_length() -> None:
    words = [f"w{number}" for number in (np.random.default_rng(0).random(6000) ** 8 * 3000).astype(int)]
    short, long = words[:1500], words[:6000]
    assert len(set(long)) / len(long) < 0.65 * len(set(short)) / len(short)
    once, more = measure_mtld(short), measure_mtld(long)
    assert once is not None
    assert more == pytest.approx(once, rel=0.2)
    assert measure_hdd(Counter(long)) == pytest.approx(measure_hdd(Counter(short)), rel=0.05)
    assert measure_mtld(words[:49]) is None
    assert measure_hdd(Counter(words[:41])) is None


def test_hooks_are_lines_or_phrases_that_come_back() -> None:
    assert find_hook([("we", "ride"), ("so", "long"), ("we", "ride")], [1, 1, 1]) == ("we ride", 2)
    assert find_hook([("a", "b", "c", "d"), ("x", "a", "b", "c"), ("a", "b", "c", "z")], [1, 1, 1]) == ("a b c", 3)
    assert find_hook([("one", "time")], [3]) == ("one time", 3)
    assert find_hook([("one", "time")], [1]) == (None, 0)


def test_vocabulary_of_a_text() -> None:
    words = lyrics.measure_vocabulary("never sad again\nnever sad again\nhead over heels, you damn fool, shit")
    assert words.sentiment is not None
    assert words.sentiment > -1  # "never sad" is not sad
    assert words.repetition == pytest.approx(1 / 3)
    assert [item.text for item in words.cliches] == ["head over heels"]
    assert {item.text for item in words.explicit} == {"damn", "shit"}
    assert words.advisory
    assert not lyrics.measure_vocabulary("oh damn").advisory


def test_what_cannot_be_said_is_not_said_to_be_empty() -> None:
    assert "no language known" in lyrics.analyze("hakuna matata ni maneno mazuri").abstained["flow"]
    assert lyrics.analyze("... !!!").abstained["flow"] == "there are no words"


@pytest.mark.parametrize(
    "word", ["f**k", "f***", "sh1t", "bullsh*t", "a$$", "as$hole", "$hit", "f-ck", "p***y", "n*gga", "h3ll", "dumbass"]
)
def test_strong_words_are_found_behind_signs(word: str) -> None:
    assert [item.line for item in lyrics.measure_vocabulary(f"so\nI say {word} you").explicit] == [1]


@pytest.mark.parametrize(
    "words",
    ["assassin Scunthorpe cocktail", "so-so 24/7 b4 2pac", "c**", "x-ray t-shirt", "l*ve", "class grape title", "50"],
)
def test_what_only_looks_like_a_strong_word_is_none(words: str) -> None:
    assert lyrics.measure_vocabulary(f"so\nI say {words} you").explicit == ()


def test_themes_show_their_words() -> None:
    first, *_ = lyrics.name_themes("the river runs to the ocean\nover the mountain\nmy love")
    assert first.name == "nature"
    assert set(first.words) == {"river", "ocean", "mountain"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the night is young and so are you", "en"),
        ("yo te quiero mucho y tu no me quieres", "es"),
        ("je ne sais pas ce que tu veux avec moi", "fr"),
        ("ich weiss nicht was soll es bedeuten dass ich so traurig bin", "de"),
        ("私はあなたを愛しています", "ja"),
        ("Я вас любил: любовь ещё, быть может", "ru"),
        ("שלום עולם", "he"),
        ("asdf qwer zxcv", "en"),
        ("aku cinta kamu dan kamu cinta aku selamanya", "id"),
        ("nakupenda sana mpenzi wangu usiku ni mrefu bila wewe", "und"),
        ("mahal kita at hindi ko kayang mawala ka", "tl"),
        ("anh yêu em nhiều lắm đêm nay không có em", "vi"),
        ("minä rakastan sinua ja sinä olet minun", "fi"),
        ("я люблю її очі", "uk"),
        ("twerk twerk shawty bounce skrrt", "en"),
        ("24 7 365", "en"),
        ("... !!! 😀", "und"),
        ("", "und"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_other_languages_are_refused_politely() -> None:
    report = lyrics.analyze("[Coro]\nyo te quiero mucho y tu no me quieres\nyo te quiero mucho y tu no me quieres")
    assert report.language == "es"
    assert (report.rhymes, report.flow, report.score) == (None, None, None)
    assert "'es'" in report.abstained["flow"]
    assert report.lines[0].section == "Coro"
    assert report.lines[0].syllables is None
    assert report.vocabulary.hook_count == 2
    assert lyrics.suggest_corrections("yo te quiero mucho y tu no me quieres") == ()


@pytest.mark.parametrize(
    "text", ["", "\n\n", "...", "12 24", "\x00\x01\x02", "😀", "[Verse]", "a", "\u200b", "'", "hmm\nhmm"]
)
def test_anything_has_a_report(text: str) -> None:
    report = lyrics.analyze(text)
    assert len(report.lines) == len(lyrics.parse(text).lines)
    assert report._repr_html_()


def test_the_page_colours_rhymes_and_closes(report: LyricsReport) -> None:
    page = report.html
    assert "class='perfect'" in page
    assert page.count("<tr") == page.count("</tr>")
    assert "<script" not in lyrics.analyze("<script>alert(1)</script> night\nlight").html


def test_a_long_lyric_is_cut_on_its_page() -> None:
    page = lyrics.analyze("night and day\n" * 500).html
    assert "100 more lines" in page


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("We were walking by the river by the river in the dark", "We were walking by the river in the dark"),
        ("I can hear the water, hear the water running", "I can hear the water running"),
        ("The moon was hanging really very low", "The moon was hanging low"),
        ("But I am waiting for you", "I'm waiting for you"),
    ],
)
def test_long_lines_lose_what_they_say_twice_and_what_says_nothing(line: str, short: str) -> None:
    assert short in list(shorten(scan(line)))


def test_an_article_keeps_the_word_that_it_is_written_for() -> None:
    assert "It was a old house" not in list(shorten(scan("It was a really old house")))


def test_short_lines_are_opened_unless_a_conjunction_opens_them() -> None:
    assert list(lengthen(scan("You were singing"))) == ["And you were singing"]
    assert list(lengthen(scan("And you were singing"))) == []
    assert list(lengthen(scan("You were singing"), missing=2)) == []
    assert list(lengthen(scan("I'm gone"))) == ["I am gone", "And I'm gone"]


def test_a_rhyme_does_not_sound_as_the_word_that_it_rhymes_with() -> None:
    line = ["and", "the", "road", "is", "calling", "out", "my", "name", "today"]
    assert "reign" not in find_rhyming_words("rain", line, len(line) - 1, frozenset(), (), 20)
    found = find_rhyming_words(
        "hill", ["i", "can", "hear", "the", "water", "running", "by", "the", "church"], 8, frozenset(), ("hill",), 3
    )
    assert found[0] == "mill"


@pytest.mark.parametrize(
    ("planted", "line", "mended"),
    [
        (("by the mill", "by the church"), 1, "I can hear the water running by the mill"),
        (("in the dark", "in the evening"), 4, "We were walking by the river in the dark"),
        (("across the park", "across the road"), 5, "You were singing to the dogs across the park"),
        (("hanging low", "hanging really very low"), 6, "And the moon was hanging low above the trees"),
        (("by the river", "by the river by the river"), 4, "We were walking by the river in the dark"),
    ],
)
def test_planted_faults_are_mended(planted: tuple[str, str], line: int, mended: str) -> None:
    text = """\
Every morning when the sun comes over the hill
I can hear the water running by the mill
And the road is calling out my name again
But I'm waiting for the thunder and the rain

We were walking by the river in the dark
You were singing to the dogs across the park
And the moon was hanging low above the trees
There was music moving softly on the breeze"""
    found = lyrics.suggest_corrections(text.replace(*planted))
    assert [(item.line, item.after) for item in found] == [(line, mended)]


@pytest.mark.parametrize(
    "text", ["La la la la la\nLa la la, la la", "Na na na hey\nDoo doo doo\nLa la la", "la la la\nsing it with me"]
)
def test_singing_on_la_is_not_spanish(text: str) -> None:
    assert detect_language(text) == "en"
    assert lyrics.analyze(text).score is not None


@pytest.mark.parametrize(
    "verb", [lyrics.find_rhyme_scheme, lyrics.measure_vocabulary, lyrics.measure_flow, lyrics.suggest_corrections]
)
def test_lines_that_are_no_text_are_an_error(verb: Callable[[object], object]) -> None:
    with pytest.raises(LyricsError, match="NoneType for line 1: None"):
        verb(["a night", None])


def test_a_correction_that_changes_the_style_gains_what_it_says() -> None:
    text = "I walk the the lonely street\nI stop and rest my feet\nThe night is cold\nAnd I am old"
    before = lyrics.analyze(text)
    (found,) = before.corrections
    after = lyrics.analyze(text.replace("I walk the the lonely street", found.after))
    assert (before.style, after.style) == ("rap", "strict")
    assert before.score
    assert after.score
    assert after.score.value - before.score.value == pytest.approx(found.gain)


@pytest.mark.parametrize("text", ["dame tu amor y mi pecado sin fin", "und die Nacht ist so kalt ohne dich"])
def test_words_of_other_languages_have_no_english_mood(text: str) -> None:
    found = lyrics.measure_vocabulary(text)
    assert found.sentiment is None
    assert found.imagery == 0
    assert not found.explicit


@pytest.mark.parametrize(
    "words",
    ["Moby Dick", "Dick Tracy", "pussy willow", "the crack of dawn", "weed the garden", "to be blunt", "van Dyke"],
)
def test_words_that_are_strong_elsewhere(words: str) -> None:
    found = lyrics.measure_vocabulary(f"I was thinking of {words} when you said it")
    assert not found.explicit
    assert not found.advisory


@pytest.mark.parametrize("word", ["dick", "pussy", "weed", "fvck", "bytch"])
def test_words_that_are_strong(word: str) -> None:
    found = lyrics.measure_vocabulary(f"I was thinking of {word} and you")
    assert [passage.text for passage in found.explicit] == [word]
    assert found.advisory


def test_over_the_river_is_no_heartbreak() -> None:
    assert "heartbreak" not in [theme.name for theme in lyrics.name_themes("over the river\nover and over\ncry for me")]


@pytest.mark.parametrize(
    ("line", "fewer"),
    [
        ("I ran because the rain was cold", "I ran 'cause the rain was cold"),
        ("Every day is harder than before", "Each day is harder than before"),
        ("Well, I know a man who lies", "I know a man who lies"),
        ("Somebody told me that you came", "Someone told me that you came"),
    ],
)
def test_a_line_is_shortened_by_words_of_the_same_sense(line: str, fewer: str) -> None:
    assert fewer in list(shorten(scan(line)))


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("The kids are playing in the road at noon", "The children are playing in the road at noon"),
        ("A tale in everything", "And a tale in everything"),
        ("I knew someone who came", "I knew somebody who came"),
    ],
)
def test_a_line_is_lengthened_by_words_of_the_same_sense(line: str, more: str) -> None:
    assert more in list(lengthen(scan(line)))


@pytest.mark.parametrize("line", ["Once upon a time it rained", "It was an awful day", "Every other day it rained"])
def test_words_that_belong_together_stay(line: str) -> None:
    texts = [*shorten(scan(line)), *lengthen(scan(line))]
    assert not [text for text in texts if "Once on" in text or "an terrible" in text or "Each other" in text]


def test_and_opens_no_bare_noun() -> None:
    assert not [text for text in lengthen(scan("Three ranks of iron teeth")) if text.startswith("And")]
