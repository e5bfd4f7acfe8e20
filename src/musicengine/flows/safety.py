"""Text from outside is made clean, kept short and shown to a moderator before anyone acts on it."""

from __future__ import annotations

import attrs

from musicengine import lyrics as words
from musicengine.errors import BackendError, InputError, ModerationError
from musicengine.protocols import Moderator
from musicengine.values.conversation import Verdict
from musicengine.values.making import MAX_PROMPT, Brief
from musicengine.values.words import Lyrics

__all__ = ["MAX_LYRICS", "clean", "require_allowed", "screen_brief", "screen_text"]

MAX_LYRICS = 50_000
"""Characters of a lyric that a generator is given."""

_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in (9, 10)),
        *range(0x7F, 0xA0),
        0xAD,  # soft hyphen
        0x61C,  # marks, embeddings, overrides and isolates of direction
        *range(0x200E, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        0x200B,  # zero-width space; the joiners of emoji and scripts (200C, 200D) stay
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
        *range(0xD800, 0xE000),  # halves of pairs, which are no characters
        *range(0xE0000, 0xE0080),  # invisible tags
    ]
)


def clean(text: str) -> str:
    """The text without characters that cannot be seen or that turn the direction of others; lines end as on Unix."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED)


def screen_text(moderator: Moderator, text: str, *, most: int = MAX_PROMPT) -> str:
    """The text, clean and allowed.

    Raises:
        InputError: it is no text, empty, or longer than ``most`` characters.
        ModerationError: a rule forbids it.
    """
    if not isinstance(text, str):
        raise InputError(f"expected text, got {type(text).__name__}")
    if len(text) > most:
        raise InputError(f"a message takes at most {most:,} characters, got {len(text):,}")
    text = clean(text)
    if not text.strip():
        raise InputError(f"expected a message, got the empty text {text[:20]!r}")
    require_allowed(moderator, text)
    return text


def screen_brief(moderator: Moderator, brief: Brief) -> Brief:
    """The brief with its prompt and lyrics clean and allowed; the same object if nothing had to be cleaned.

    Raises:
        InputError: the lyrics are longer than MAX_LYRICS characters.
        ModerationError: a rule forbids the prompt, the lyrics or another text of the brief.
    """
    prompt, sung = clean(brief.prompt), brief.lyrics
    require_allowed(moderator, "\n".join(filter(None, [prompt, brief.genre, brief.mood, *brief.sections])))
    if sung is not None:
        text = words.format(sung)
        if len(text) > MAX_LYRICS:
            raise InputError(f"lyrics for a take have at most {MAX_LYRICS:,} characters, got {len(text):,}")
        require_allowed(moderator, text)
        sung = Lyrics([attrs.evolve(line, text=clean(line.text), section=clean(line.section)) for line in sung.lines])
    if prompt == brief.prompt and sung == brief.lyrics:
        return brief
    return attrs.evolve(brief, prompt=prompt, lyrics=sung)


def require_allowed(moderator: Moderator, text: str) -> None:
    """Let the moderator see the text.

    Raises:
        ModerationError: a rule forbids it; the message names the rule and does not repeat the text.
        BackendError: the moderator gives no verdict.
    """
    if not text:
        return
    verdict = moderator.moderate(text)
    if not isinstance(verdict, Verdict):
        raise BackendError(
            f"the moderator {type(moderator).__name__} must give a Verdict, got {type(verdict).__name__}"
        )
    if not verdict.allowed:
        raise ModerationError(f"the text breaks the rule {verdict.rule!r}: {verdict.advice or 'please rephrase it'}")
