"""Small tables for changing lines: contractions and their long forms, words that can go, worn phrases said afresh."""

from __future__ import annotations

from collections.abc import Mapping

from musicengine.lyrics.wordlists import word_set

__all__ = ["CONTRACTIONS", "EXPANSIONS", "FILLERS", "FRESH"]

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

FILLERS = word_set("just really very so oh yeah well now then even actually simply truly quite still baby and but")
"""Words that a line can do without."""

FRESH: Mapping[str, tuple[str, ...]] = {
    "all night long": ("till the buses run",),
    "back in the day": ("when the rent was late",),
    "blink of an eye": ("turn of a key",),
    "bottom of my heart": ("floor of every thought",),
    "break of dawn": ("first grey light",),
    "broken heart": ("cracked front door",),
    "butterflies in my stomach": ("a wasp inside my sleeve",),
    "by my side": ("in arm's reach",),
    "calm before the storm": ("birds before the rain",),
    "cold as ice": ("cold as keys",),
    "cuts like a knife": ("bites like a wire",),
    "dance the night away": ("wear the floorboards down",),
    "day and night": ("shift by shift",),
    "deep inside": ("underneath",),
    "diamond in the rough": ("copper in the dust",),
    "dream come true": ("ticket stamped",),
    "dreams come true": ("tickets stamped",),
    "end of the road": ("last streetlamp lit",),
    "end of time": ("last bell rung",),
    "fall in love": ("lose my place",),
    "falling in love": ("losing my place",),
    "fly away": ("leave the map",),
    "follow your heart": ("follow your feet",),
    "follow your dreams": ("open the gate",),
    "forever and always": ("as long as the river",),
    "forever and ever": ("as long as the river",),
    "free as a bird": ("loose as a kite",),
    "hands in the air": ("palms to the beams",),
    "head over heels": ("shoes on the wrong feet",),
    "heart and soul": ("bone and breath",),
    "heart of gold": ("heart of bread",),
    "heart on my sleeve": ("name on my shirt",),
    "heaven above": ("rooftops above",),
    "hold me tight": ("keep me close",),
    "keep it real": ("say it plain",),
    "light my fire": ("strike my match",),
    "lonely nights": ("one-plate nights",),
    "lost without you": ("a house without stairs",),
    "love at first sight": ("a name learned by noon",),
    "love is blind": ("love can't read",),
    "made for each other": ("cut from one paper",),
    "meant to be": ("drawn this way",),
    "never let you go": ("keep your number close",),
    "night and day": ("shift by shift",),
    "now or never": ("this side of supper",),
    "on top of the world": ("up here with the cranes",),
    "one of a kind": ("the only key cut",),
    "party all night": ("wake up the block",),
    "piece of my heart": ("page of my book",),
    "pouring rain": ("sideways rain",),
    "ray of sunshine": ("lamp in a window",),
    "reach for the stars": ("climb on the roof",),
    "ride or die": ("stay or stay",),
    "rise from the ashes": ("sweep up the ashes",),
    "rock my world": ("move my chair",),
    "rock your world": ("move your chair",),
    "set me free": ("cut the rope",),
    "shine like a diamond": ("shine like a spoon",),
    "shooting star": ("passing train",),
    "silver lining": ("patch of blue cloth",),
    "skip a beat": ("miss a stair",),
    "sky is the limit": ("roof is the start",),
    "sleepless nights": ("clock-lit nights",),
    "stand by me": ("hold the door",),
    "stars in the sky": ("lights on the hill",),
    "stars in your eyes": ("lamps in your eyes",),
    "steal my heart": ("pick my lock",),
    "stole my heart": ("picked my lock",),
    "take my breath away": ("stop me on the stairs",),
    "tears in my eyes": ("salt on my sleeve",),
    "thick and thin": ("rent and rain",),
    "through thick and thin": ("through rent and rain",),
    "time after time": ("year after year",),
    "time stands still": ("clocks hold still",),
    "time will tell": ("clocks will talk",),
    "touch the sky": ("clear the roof",),
    "turn it up": ("wake the street",),
    "walking on air": ("missing the stairs",),
    "weather the storm": ("nail down the roof",),
    "weight of the world": ("weight of the week",),
    "you and i": ("us two",),
    "you and me": ("us two",),
}
"""Worn phrases said with a thing one can see."""
