"""What holds of any text: words lie where they say, and sounds belong to words."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.lyrics.pronunciation import pronounce
from musicengine.lyrics.syllables import count_syllables, scan
from musicengine.lyrics.tokens import find_words, plain

texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abcdehnstyz'’-.,$#%&*0123456789 /:éAKZ🔥日\u200b\u0301", max_size=60),
)
many = settings(max_examples=200, deadline=None)


@many
@given(texts)
def test_words_lie_in_order_where_they_say(text: str) -> None:
    words = find_words(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert all(one.end <= other.start for one, other in itertools.pairwise(words))
    assert not any(letter.isspace() for word in words for letter in word.text)


@many
@given(texts)
def test_plain_spelling_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@many
@given(texts)
def test_a_line_is_its_words(text: str) -> None:
    found = scan(text)
    assert len(found.word_starts) == len(found.words) + 1
    assert found.word_starts[-1] == len(found.phones)
    assert found.syllables == len(found.stresses) == len(found.syllable_words)
    assert all(found.phones[at][-1].isdigit() for at in found.nuclei)
    starts = found.word_starts
    assert all(
        starts[word] <= at < starts[word + 1] for at, word in zip(found.nuclei, found.syllable_words, strict=True)
    )
    for index, said in enumerate(found.said):
        assert found.phones[starts[index] : starts[index + 1]] == said
    assert found.syllables <= count_syllables(text)


@many
@given(texts)
def test_every_word_has_a_sound_or_none(word: str) -> None:
    said = pronounce(word)
    assert (said.source == "none") == (said.phones == ())
    assert said.source in ("dictionary", "rule", "letters", "none")
    assert all(phone.isascii() and phone for phone in said.phones)
