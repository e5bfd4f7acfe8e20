"""Laws of lyrics: reading and writing, schemes, corrections, and that nothing makes them stumble."""

from __future__ import annotations

import attrs
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from musicengine import lyrics
from musicengine.values.words import Lyrics

PHASES = [Phase.explicit, Phase.generate]  # shrinking whole lyrics takes longer than it helps
letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
rows = st.one_of(
    letters,
    st.sampled_from(
        [
            "[Verse 1]",
            "[Chorus: A] (x2)",
            "(x3)",
            "hey (x2) (x1)",
            "[00:12.34]la",
            "[00:01.00][00:00.50]la",
            "Chorus:",
            "Verse 1",
            "Verse 2 (x2) [x3]",
            "[Verse 1] hey",
            "[Verse 1] [Chorus] (x2)",
            "[Hook][00:01.00] [x2]",
            "{Bridge} x2",
            "",
        ]
    ),
    st.builds("".join, st.lists(st.sampled_from([*"[]()<>:x230. ’'-é", "00", "ver", "\t", "\u200b"]), max_size=12)),
)
texts = st.lists(rows, max_size=8).map("\n".join)
WORDS = "night light day away heart part gold old love prove river never the a I you my and of to in walk talk".split()  # noqa: SIM905
sung = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=10)


@given(texts)
def test_reading_what_was_written_gives_the_same(text: str) -> None:
    parsed = lyrics.parse(text)
    assert lyrics.parse(lyrics.format(parsed)) == parsed


@given(texts)
def test_tags_are_never_words(text: str) -> None:
    tagged = lyrics.parse("[Xylophone 7]\n" + text)
    assert all("Xylophone" not in line.text for line in tagged.lines)


@given(sung, st.sampled_from(["auto", "strict", "rap"]))
def test_a_scheme_has_one_label_a_line_in_order_of_appearance(lines: list[str], style: str) -> None:
    labels = lyrics.find_rhyme_scheme(lines, style=style)  # type: ignore[arg-type]  # sampled from the literals
    assert len(labels) == len(lines)
    assert list(dict.fromkeys(labels)) == sorted(set(labels))


@given(texts)
@settings(max_examples=60, deadline=None, phases=PHASES)
def test_any_text_has_a_report(text: str) -> None:
    report = lyrics.analyze(text)
    assert len(report.lines) == len(lyrics.parse(text).lines)
    if report.score is not None:
        assert 0 <= report.score.value <= 100


@given(st.lists(sung, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None, phases=PHASES)
def test_corrections_never_lower_the_score_and_touch_their_lines_alone(stanzas: list[list[str]]) -> None:
    parsed = lyrics.parse("\n\n".join("\n".join(stanza) for stanza in stanzas))
    report = lyrics.analyze(parsed)
    if report.score is None:
        return
    score = report.score.value
    for item in report.corrections:
        assert item.gain > 0
        assert "\n" not in item.after
        assert item.before == parsed.lines[item.line].text
        alone = lyrics.analyze(_changed(parsed, {item.line: item.after})).score
        assert alone is not None
        assert abs(alone.value - score - item.gain) < 1e-6
    together = lyrics.analyze(_changed(parsed, {item.line: item.after for item in report.corrections})).score
    assert together is not None
    assert together.value >= score - 1e-9


def _changed(parsed: Lyrics, new: dict[int, str]) -> Lyrics:
    return Lyrics([attrs.evolve(line, text=new.get(at, line.text)) for at, line in enumerate(parsed.lines)])
