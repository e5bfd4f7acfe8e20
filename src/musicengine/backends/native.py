"""The built-in analyzers, as the backends that an engine has by default."""

from __future__ import annotations

import attrs

from musicengine import audio as analyzers
from musicengine._version import __version__
from musicengine.protocols import Progress
from musicengine.values.measures import Embedding
from musicengine.values.music import PitchTrack
from musicengine.values.reports import AudioReport
from musicengine.values.sound import Audio, Stems

__all__ = ["Native"]


@attrs.frozen
class Native:
    """Analyzer, separator, pitch tracker and embedder with numpy alone: no state, no key, no network."""

    identity = f"native {__version__}"
    """Who measured: what it answers depends on the audio and this alone."""

    def analyze(self, audio: Audio, /, *, progress: Progress | None = None) -> AudioReport:
        """Everything that :mod:`musicengine.audio` measures."""
        return analyzers.analyze(audio, progress=progress)

    def separate(self, audio: Audio, /) -> Stems:
        """See :func:`musicengine.audio.separate`."""
        return analyzers.separate(audio)

    def track(self, audio: Audio, /) -> PitchTrack:
        """See :func:`musicengine.audio.track_pitch`."""
        return analyzers.track_pitch(audio)

    def embed(self, audio: Audio, /) -> Embedding:
        """See :func:`musicengine.audio.embed`."""
        return analyzers.embed(audio)
