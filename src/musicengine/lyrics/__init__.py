"""Pure analyzers of words: text in, measurements out."""

from musicengine.lyrics.analysis import analyze, measure_flow, measure_vocabulary, name_themes, suggest_corrections
from musicengine.lyrics.parsing import format, parse  # noqa: A004 - it is what it does
from musicengine.lyrics.pronunciation import pronounce, pronounce_all, pronunciations
from musicengine.lyrics.rhyme import find_rhyme_scheme
from musicengine.lyrics.syllables import count_syllables
from musicengine.lyrics.tokens import find_words

__all__ = [
    "analyze",
    "count_syllables",
    "find_rhyme_scheme",
    "find_words",
    "format",
    "measure_flow",
    "measure_vocabulary",
    "name_themes",
    "parse",
    "pronounce",
    "pronounce_all",
    "pronunciations",
    "suggest_corrections",
]
