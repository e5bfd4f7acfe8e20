"""Small tables for changing lines: contractions and their long forms, words that can go, worn phrases said afresh."""

from __future__ import annotations

from collections.abc import Mapping

from musicengine.lyrics.wordlists import word_set

__all__ = ["CONTRACTIONS", "EXPANSIONS", "FILLERS", "FIXED", "FRESH", "LONGER", "OPENERS", "SHORTER"]

CONTRACTIONS: Mapping[tuple[str, str], str] = {
    tuple(full.split()): short  # type: ignore[misc]  # pairs of words
    for full, short in {
        "i am": "I'm", "you are": "you're", "he is": "he's", "she is": "she's", "it is": "it's", "we are": "we're",
        "they are": "they're", "i will": "I'll", "you will": "you'll", "he will": "he'll", "she will": "she'll",
        "we will": "we'll", "they will": "they'll", "i have": "I've", "you have": "you've", "we have": "we've",
        "they have": "they've", "i would": "I'd", "you would": "you'd", "that is": "that's", "there is": "there's",
        "what is": "what's", "let us": "let's", "do not": "don't", "can not": "can't", "did not": "didn't",
        "will not": "won't", "is not": "isn't", "was not": "wasn't", "would not": "wouldn't", "could not": "couldn't",
        "going to": "gonna", "want to": "wanna", "got to": "gotta",
    }.items()
}  # fmt: skip
"""Two words as one with fewer syllables."""

EXPANSIONS: Mapping[str, str] = {
    "i'm": "I am", "you're": "you are", "he's": "he is", "she's": "she is", "it's": "it is", "we're": "we are",
    "they're": "they are", "i'll": "I will", "you'll": "you will", "we'll": "we will", "they'll": "they will",
    "i've": "I have", "you've": "you have", "we've": "we have", "they've": "they have", "that's": "that is",
    "there's": "there is", "what's": "what is", "don't": "do not", "can't": "cannot", "won't": "will not",
    "'cause": "because", "gonna": "going to", "wanna": "want to",
}  # fmt: skip
"""One word as two with more syllables."""

SHORTER: Mapping[str, str] = {
    "already": "by now", "although": "though", "another": "one more", "anybody": "anyone", "automobile": "car",
    "beautiful": "lovely", "because": "'cause", "continue": "go on", "enormous": "giant", "every": "each",
    "everybody": "everyone", "imagine": "picture", "immediately": "right now", "nobody": "no one", "remember": "recall",
    "somebody": "someone", "suddenly": "at once", "telephone": "phone", "television": "TV", "terrible": "awful",
    "together": "as one", "towards": "to", "underneath": "beneath", "until": "till", "upon": "on",
    "wonderful": "lovely",
}  # fmt: skip
"""A word as another of the same sense with fewer syllables."""

LONGER: Mapping[str, str] = {
    "'bout": "about", "'round": "around", "'til": "until", "anyone": "anybody", "awful": "terrible",
    "beneath": "underneath", "big": "mighty", "cash": "money", "each": "every", "everyone": "everybody",
    "glad": "happy", "kids": "children", "lovely": "beautiful", "phone": "telephone",
    "road": "highway", "sad": "unhappy", "small": "little",
    "someone": "somebody", "till": "until", "town": "city",
}  # fmt: skip
"""A word as another of the same sense with more syllables."""

FIXED: frozenset[tuple[str, str]] = frozenset([
    ("once", "upon"), ("every", "other"), ("every", "single"), ("another", "or"), ("every", "one"),
    ("each", "other"), ("each", "of"), ("each", "and"),
    ("another", "one"), ("one", "another"), ("together", "with"), ("sad", "to"), ("big", "enough"), ("down", "town"),
    ("home", "town"), ("put", "together"), ("at", "each"), ("to", "each"), ("one", "each"), ("upon", "a"),
])  # fmt: skip
"""Words that belong together: neither stands for another."""

FILLERS = word_set("just really very actually simply truly")
"""Words that a line can do without."""

OPENERS = word_set("and but so oh yeah well now then baby")
"""Words that a line can begin without."""

FRESH: Mapping[str, tuple[str, ...]] = {
    "all night long": ("until the morning", "till the last bus"),
    "back in the day": ("years ago", "when we were young"),
    "blink of an eye": ("turn of a key", "single breath"),
    "break of dawn": ("first grey light",),
    "broken heart": ("heavy heart",),
    "by my side": ("next to me", "here with me"),
    "cold as ice": ("cold as steel", "cold as stone"),
    "cuts like a knife": ("cuts like a wire",),
    "dance the night away": ("dance until the morning",),
    "day and night": ("hour by hour", "all week long"),
    "deep inside": ("underneath",),
    "end of time": ("last of days",),
    "follow your heart": ("follow your feet",),
    "forever and always": ("for all of my days", "year after year"),
    "forever and ever": ("year after year",),
    "free as a bird": ("free as the wind", "loose as a kite"),
    "hands in the air": ("arms in the air",),
    "hold me tight": ("hold me close",),
    "keep it real": ("say it plain",),
    "light my fire": ("light my lamp",),
    "lonely nights": ("empty nights", "long cold nights"),
    "made for each other": ("two of a pair",),
    "night and day": ("hour by hour", "all week long"),
    "on top of the world": ("high over the roofs",),
    "party all night": ("dance till it's light",),
    "pouring rain": ("driving rain", "steady rain"),
    "reach for the stars": ("reach for the roof",),
    "set me free": ("let me go",),
    "shine like a diamond": ("shine like a lamp",),
    "shooting star": ("passing train",),
    "sleepless nights": ("waking nights", "clock-lit nights"),
    "stand by me": ("stay with me",),
    "stars in the sky": ("lights on the hill", "lamps on the shore"),
    "stars in your eyes": ("lamps in your eyes",),
    "tears in my eyes": ("salt on my face",),
    "through thick and thin": ("through loss and gain",),
    "time after time": ("year after year", "again and again"),
    "time stands still": ("the clock stands still",),
    "time will tell": ("we will see",),
    "touch the sky": ("touch the clouds",),
    "turn it up": ("make it loud",),
    "walking on air": ("light on my feet",),
    "weather the storm": ("wait out the storm",),
    "weight of the world": ("weight of it all", "weight of the years"),
    "you and i": ("the two of us",),
    "you and me": ("the two of us",),
}
"""Worn phrases said plainly, in words that stand where the phrase stood; others have no entry."""
