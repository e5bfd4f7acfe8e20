"""Loading the dictionary, looking words up, reading unknown ones, and scanning a lyric of 60 lines."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from musicengine.lyrics import letters, pronunciation, syllables, tokens
from musicengine.lyrics.dictionary import dictionary
from musicengine.lyrics.syllables import scan_all

LINES = [
    f"{first}, I {verb} my {noun} through the {place} every night, {last}"
    for first in ("Yeah", "Uh", "Listen", "Never mind", "Tell 'em", "Somebody said it")
    for verb, noun in (
        ("carry", "microphone"),
        ("drive", "Cadillac"),
        ("remember", "mama's kitchen"),
        ("paint", "dreams"),
    )
    for place, last in (("city", "runnin' on 24/7"), ("boulevard", "tryna make it"))
] + [
    f"{word} on the corner, skibidi {word}in'" for word in ("flossk", "trizzle", "grindl", "blorp", "swankt", "zimbo")
] * 2
UNKNOWN = ["skibidi", "rizzler", "blorptastic", "zeugmatron", "mumblecorish", "flossk", "trizzle", "swankt"] * 16


def best(benchmark: BenchmarkFixture) -> float:
    """The best round in seconds."""
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


def forget() -> None:
    pronunciation.pronounce.cache_clear()
    for kept in (pronunciation._said, pronunciation._of, pronunciation._known, syllables._sound, tokens._bare):
        kept.cache_clear()


def test_load_the_dictionary(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(dictionary, setup=dictionary.cache_clear, rounds=10)
    assert best(benchmark) < 0.060


def test_load_the_model(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(letters.model, setup=letters.model.cache_clear, rounds=10)
    assert best(benchmark) < 0.020


def test_look_up_a_word(benchmark: BenchmarkFixture) -> None:
    words = list(dictionary())[::1000]
    benchmark(lambda: [dictionary().pronunciations(word) for word in words])
    assert best(benchmark) / len(words) < 20e-6


def test_read_unknown_words(benchmark: BenchmarkFixture) -> None:
    letters.model()
    benchmark(letters.pronounce_letters, UNKNOWN)
    assert best(benchmark) / len(UNKNOWN) < 150e-6


@pytest.mark.parametrize("known", [True, False])
def test_scan_sixty_lines(benchmark: BenchmarkFixture, known: bool) -> None:
    assert len(LINES) == 60
    scan_all(LINES)
    benchmark.pedantic(scan_all, (LINES,), setup=None if known else forget, rounds=20, warmup_rounds=1)
    assert best(benchmark) < 0.006
