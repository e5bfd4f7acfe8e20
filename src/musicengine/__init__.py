"""musicengine hears, makes and judges music.

Every public name can be imported from here. It is loaded when it is first used, so ``import musicengine`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicengine import _lazy

# fmt: off
if TYPE_CHECKING:
    from musicengine import (
        audio as audio, codec as codec, exports as exports, files as files, hits as hits, lyrics as lyrics,
        plot as plot, synth as synth,
    )
    from musicengine._version import __version__ as __version__
    from musicengine.engine import MusicEngine as MusicEngine
    from musicengine.errors import (
        AudioError as AudioError, BackendError as BackendError, BriefError as BriefError, CodecError as CodecError,
        CreditsError as CreditsError, FileError as FileError, FormatError as FormatError, InputError as InputError,
        JobError as JobError, LyricsError as LyricsError, MissingExtraError as MissingExtraError,
        MissingKeyError as MissingKeyError, ModerationError as ModerationError, MusicEngineError as MusicEngineError,
        StoreError as StoreError, TruncatedFileWarning as TruncatedFileWarning, UncertainError as UncertainError,
        UnknownBackendError as UnknownBackendError,
    )
    from musicengine.protocols import (
        AudioAnalyzer as AudioAnalyzer, CancellingGenerator as CancellingGenerator, ChatModel as ChatModel,
        CommunityFeed as CommunityFeed, ContentIndex as ContentIndex, Embedder as Embedder,
        IdempotentGenerator as IdempotentGenerator, MetaRegistry as MetaRegistry, MusicGenerator as MusicGenerator,
        Orchestrator as Orchestrator, PitchTracker as PitchTracker, Separator as Separator, Store as Store,
        Transcriber as Transcriber, TrendSource as TrendSource,
    )
    from musicengine.stores import Cache as Cache, MemoryStore as MemoryStore, SQLiteStore as SQLiteStore
    from musicengine.values.hits import (
        Comparison as Comparison, Curve as Curve, Features as Features, HitEstimate as HitEstimate,
        HitModel as HitModel, HitReport as HitReport, References as References, Reliability as Reliability,
    )
    from musicengine.values.hosts import (
        Asset as Asset, Engagement as Engagement, Event as Event, Match as Match, Ticket as Ticket,
    )
    from musicengine.values.lyrics import (
        Correction as Correction, Flow as Flow, LyricsReport as LyricsReport, Passage as Passage,
        ReportLine as ReportLine, Rhyme as Rhyme, RhymeKind as RhymeKind, Span as Span, Theme as Theme,
        Timing as Timing, Vocabulary as Vocabulary,
    )
    from musicengine.values.making import (
        Brief as Brief, Capabilities as Capabilities, Credits as Credits, Job as Job, JobStatus as JobStatus,
        Message as Message, Step as Step, Take as Take, Truth as Truth,
    )
    from musicengine.values.measures import (
        Embedding as Embedding, Loudness as Loudness, LoudnessCurve as LoudnessCurve,
        SeparationQuality as SeparationQuality, Timbre as Timbre,
    )
    from musicengine.values.music import (
        Beats as Beats, Chord as Chord, Form as Form, Harmony as Harmony, Key as Key, KeySpan as KeySpan,
        Melody as Melody, Note as Note, PitchTrack as PitchTrack, Rhythm as Rhythm, Section as Section, Tempo as Tempo,
        TempoCandidate as TempoCandidate,
    )
    from musicengine.values.platforms import Platform as Platform, Playback as Playback
    from musicengine.values.reports import AudioReport as AudioReport, Report as Report
    from musicengine.values.scores import Advice as Advice, Deduction as Deduction, Score as Score
    from musicengine.values.service import Health as Health, Stats as Stats, VerbStats as VerbStats
    from musicengine.values.sound import Audio as Audio, Spectrogram as Spectrogram, Stems as Stems
    from musicengine.values.trends import Quantiles as Quantiles, Trends as Trends
    from musicengine.values.words import (
        Line as Line, Lyrics as Lyrics, Pronunciation as Pronunciation, Transcript as Transcript, Word as Word,
    )

_MODULES = ("audio", "codec", "exports", "files", "hits", "lyrics", "plot", "synth",)
_HOMES = {
    "_version": ("__version__",),
    "engine": ("MusicEngine",),
    "errors": (
        "AudioError", "BackendError", "BriefError", "CodecError", "CreditsError", "FileError", "FormatError",
        "InputError", "JobError", "LyricsError", "MissingExtraError", "MissingKeyError", "ModerationError",
        "MusicEngineError", "StoreError", "TruncatedFileWarning", "UncertainError", "UnknownBackendError",
    ),
    "protocols": (
        "AudioAnalyzer", "CancellingGenerator", "ChatModel", "CommunityFeed", "ContentIndex", "Embedder",
        "IdempotentGenerator", "MetaRegistry", "MusicGenerator", "Orchestrator", "PitchTracker", "Separator", "Store",
        "Transcriber", "TrendSource",
    ),
    "stores": ("Cache", "MemoryStore", "SQLiteStore",),
    "values.hits": (
        "Comparison", "Curve", "Features", "HitEstimate", "HitModel", "HitReport", "References", "Reliability",
    ),
    "values.hosts": ("Asset", "Engagement", "Event", "Match", "Ticket",),
    "values.lyrics": (
        "Correction", "Flow", "LyricsReport", "Passage", "ReportLine", "Rhyme", "RhymeKind", "Span", "Theme", "Timing",
        "Vocabulary",
    ),
    "values.making": ("Brief", "Capabilities", "Credits", "Job", "JobStatus", "Message", "Step", "Take", "Truth",),
    "values.measures": ("Embedding", "Loudness", "LoudnessCurve", "SeparationQuality", "Timbre",),
    "values.music": (
        "Beats", "Chord", "Form", "Harmony", "Key", "KeySpan", "Melody", "Note", "PitchTrack", "Rhythm", "Section",
        "Tempo", "TempoCandidate",
    ),
    "values.platforms": ("Platform", "Playback",),
    "values.reports": ("AudioReport", "Report",),
    "values.scores": ("Advice", "Deduction", "Score",),
    "values.service": ("Health", "Stats", "VerbStats",),
    "values.sound": ("Audio", "Spectrogram", "Stems",),
    "values.trends": ("Quantiles", "Trends",),
    "values.words": ("Line", "Lyrics", "Pronunciation", "Transcript", "Word",),
}

__all__ = [
    "Advice", "Asset", "Audio", "AudioAnalyzer", "AudioError", "AudioReport", "BackendError", "Beats", "Brief",
    "BriefError", "Cache", "CancellingGenerator", "Capabilities", "ChatModel", "Chord", "CodecError", "CommunityFeed",
    "Comparison", "ContentIndex", "Correction", "Credits", "CreditsError", "Curve", "Deduction", "Embedder",
    "Embedding", "Engagement", "Event", "Features", "FileError", "Flow", "Form", "FormatError", "Harmony", "Health",
    "HitEstimate", "HitModel", "HitReport", "IdempotentGenerator", "InputError", "Job", "JobError", "JobStatus", "Key",
    "KeySpan", "Line", "Loudness", "LoudnessCurve", "Lyrics", "LyricsError", "LyricsReport", "Match", "Melody",
    "MemoryStore", "Message", "MetaRegistry", "MissingExtraError", "MissingKeyError", "ModerationError", "MusicEngine",
    "MusicEngineError", "MusicGenerator", "Note", "Orchestrator", "Passage", "PitchTrack", "PitchTracker", "Platform",
    "Playback", "Pronunciation", "Quantiles", "References", "Reliability", "Report", "ReportLine", "Rhyme", "RhymeKind",
    "Rhythm", "SQLiteStore", "Score", "Section", "SeparationQuality", "Separator", "Span", "Spectrogram", "Stats",
    "Stems", "Step", "Store", "StoreError", "Take", "Tempo", "TempoCandidate", "Theme", "Ticket", "Timbre", "Timing",
    "Transcriber", "Transcript", "TrendSource", "Trends", "TruncatedFileWarning", "Truth", "UncertainError",
    "UnknownBackendError", "VerbStats", "Vocabulary", "Word", "__version__", "audio", "codec", "exports", "files",
    "hits", "lyrics", "plot", "synth",
]
# fmt: on

__getattr__, __dir__ = _lazy.attach(__name__, _MODULES, _HOMES)
