"""Pure analyzers of words: text in, measurements out."""

from musicengine.lyrics.pronunciation import pronounce, pronounce_all, pronunciations
from musicengine.lyrics.syllables import count_syllables

__all__ = ["count_syllables", "pronounce", "pronounce_all", "pronunciations"]
