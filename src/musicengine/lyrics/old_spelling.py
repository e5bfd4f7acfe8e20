"""Old English spellings as modern ones: "loue" is love, "vnto" unto, "lyfe" life, "sonne" son.

Print before about 1700 used u and v, i and j, i and y for one another, doubled final consonants and added an e
(see D. G. Scragg, A History of English Spelling, 1974). Each rule undoes one such habit; a spelling counts as
understood when at most three of them make a word of the dictionary.
"""

from __future__ import annotations

import re
from functools import lru_cache

from musicengine.lyrics.dictionary import dictionary

__all__ = ["modernize"]

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"(?<=[aeiourl])u(?=[aeiouy])", "v"),  # loue, ouer, serue
        (r"^v(?=[^aeiouy])", "u"),  # vp, vnto
        (r"vv", "w"),
        (r"^i(?=[aeou])", "j"),  # ioy, iust
        (r"(?<=[^aeiouy])y(?=[^aeiouy])", "i"),  # lyfe, kyng
        (r"ie$", "y"),  # beautie
        (r"(?<=[aeo])y(?=[^aeiouy])", "i"),  # payne, fayre
        (r"([bdfgklmnprst])\1es?$", r"\1"),  # sonne, ranne
        (r"(?<=ss)e$", ""),  # darknesse
        (r"(?<=[^aeiou])e$", ""),  # bee, kinde
        (r"(?<=[aeo])e$", ""),  # goe, shee
        (r"ll$", "l"),  # mortall
        (r"([bdfgmnprt])\1$", r"\1"),
        (r"'d$", "ed"),
        (r"(?<=[^aeiou])'?d$", "ed"),
        (r"'st$", ""),
        (r"aun(?=[tcd])", "an"),
        (r"our$", "or"),
        (r"(?<=[aeo])w(?=[nd])", "u"),
        (r"ck$", "c"),
        (r"que$", "c"),
        (r"(?<=[a-z])oa(?=[a-z])", "o"),
        (r"ea", "e"),
        (r"ee", "ea"),
    ]
)
_VOWEL = re.compile("[aeiouy]")
_STEPS = 3
_MOST = 200


@lru_cache(maxsize=1 << 12)
def modernize(word: str) -> str | None:
    """The modern spelling of a word in old spelling; None if no word of the dictionary comes out."""
    known = dictionary().pronunciations
    word = word.lower()
    seen = {word}
    now = [word]
    for _ in range(_STEPS):
        following = []
        for spelling in now:
            for rule, replacement in _RULES:
                changed = rule.sub(replacement, spelling)
                if len(changed) < 2 or changed in seen:
                    continue
                if known(changed) and _VOWEL.search(changed):
                    return changed
                seen.add(changed)
                following.append(changed)
        now = following[:_MOST]
    return None
