"""The stub transcriber: finds known words in a recording, and never invents any."""

from __future__ import annotations

import attrs

from musicengine._version import __version__
from musicengine.audio.alignment import Spoken, align_words
from musicengine.errors import BackendError, LyricsError
from musicengine.lyrics.language import detect_language
from musicengine.lyrics.pronunciation import pronounce_all
from musicengine.lyrics.tokens import find_words
from musicengine.values.sound import Audio
from musicengine.values.words import Lyrics, Transcript, Word

__all__ = ["StubTranscriber"]

_MOST_WORDS = 20_000


@attrs.frozen
class StubTranscriber:
    """A transcriber that aligns words it is given; see :func:`musicengine.audio.align_words`."""

    identity = f"stub {__version__}"
    """Who found them: the answer depends on the audio, the words and this alone."""

    def transcribe(self, audio: Audio, /, *, lyrics: Lyrics | None = None) -> Transcript:
        """When each word of the lyrics is sung in this audio, with how sure that is.

        Args:
            audio: a song, or a voice alone.
            lyrics: what is sung, in order; a line that is repeated is found as often.

        Returns:
            The words with their times; no words where the audio is silent.

        Raises:
            BackendError: there are no lyrics: to hear words takes a live transcriber.
            LyricsError: they have no words, are not English, or are too many for the length of the audio.
        """
        if lyrics is None:
            raise BackendError(
                "the stub transcriber only finds words it is given: pass lyrics=, or configure a live transcriber, "
                "MusicEngine(transcriber=...), to hear words that nobody wrote down"
            )
        language = detect_language(lyrics.text)
        if language != "en":
            found = "no words" if language == "und" else f"lyrics in {language!r}"
            raise LyricsError(f"only words in English can be found in audio, got {found}: {lyrics.text[:40]!r}")
        texts, starts = _words(lyrics)
        spoken = [Spoken(said.phones, start) for said, start in zip(pronounce_all(texts), starts, strict=True)]
        times = align_words(audio, spoken)
        words = [Word(text, *time) for text, time in zip(texts, times, strict=False)]
        return Transcript(words, "en")


def _words(lyrics: Lyrics) -> tuple[list[str], list[bool]]:
    """The words in the order in which they are sung, and whether each starts a line."""
    texts: list[str] = []
    starts: list[bool] = []
    for line in lyrics.lines:
        tokens = find_words(line.text)
        texts += [token.text for token in tokens] * line.repeat
        starts += ([True] + [False] * (len(tokens) - 1)) * line.repeat if tokens else []
        if len(texts) > _MOST_WORDS:
            raise LyricsError(f"at most {_MOST_WORDS:,} words can be found in audio, got more")
    return texts, starts
