"""musicengine hears, makes and judges music.

Every public name can be imported from here. It is loaded when it is first used, so ``import musicengine`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicengine import _lazy

# fmt: off
if TYPE_CHECKING:
    from musicengine import (
        audio as audio, batch as batch, codec as codec, exports as exports, files as files, hits as hits,
        lyrics as lyrics, plot as plot, synth as synth, testing as testing,
    )
    from musicengine._version import __version__ as __version__
    from musicengine.aio import AsyncMusicEngine as AsyncMusicEngine, AsyncReplyStream as AsyncReplyStream
    from musicengine.engine import MusicEngine as MusicEngine
    from musicengine.errors import (
        AudioError as AudioError, BackendError as BackendError, BriefError as BriefError, CodecError as CodecError,
        CreditsError as CreditsError, FileError as FileError, FormatError as FormatError, InputError as InputError,
        JobError as JobError, LyricsError as LyricsError, MissingExtraError as MissingExtraError,
        MissingKeyError as MissingKeyError, ModerationError as ModerationError, MusicEngineError as MusicEngineError,
        StoreError as StoreError, TruncatedFileWarning as TruncatedFileWarning, UncertainError as UncertainError,
        UnknownBackendError as UnknownBackendError, WorkerError as WorkerError,
    )
    from musicengine.events import EventBus as EventBus, Subscription as Subscription
    from musicengine.protocols import (
        AudioAnalyzer as AudioAnalyzer, CancellingGenerator as CancellingGenerator, ChatModel as ChatModel,
        CommunityFeed as CommunityFeed, ContentIndex as ContentIndex, Embedder as Embedder,
        IdempotentGenerator as IdempotentGenerator, MetaRegistry as MetaRegistry, Moderator as Moderator,
        MusicGenerator as MusicGenerator, Orchestrator as Orchestrator, PitchTracker as PitchTracker,
        Separator as Separator, Store as Store, Transcriber as Transcriber, TrendSource as TrendSource,
    )
    from musicengine.stores import Cache as Cache, MemoryStore as MemoryStore, SQLiteStore as SQLiteStore
    from musicengine.values.conversation import (
        Action as Action, AnalyzeLyrics as AnalyzeLyrics, Change as Change, Context as Context, Generate as Generate,
        Heard as Heard, Produce as Produce, Refine as Refine, Reply as Reply, Session as Session, Verdict as Verdict,
        WriteLyrics as WriteLyrics, find_changes as find_changes,
    )
    from musicengine.values.hits import (
        Comparison as Comparison, Curve as Curve, Features as Features, HitEstimate as HitEstimate,
        HitModel as HitModel, HitReport as HitReport, References as References, Reliability as Reliability,
    )
    from musicengine.values.hosts import (
        Asset as Asset, Engagement as Engagement, Event as Event, Match as Match, Release as Release, Ticket as Ticket,
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
    from musicengine.values.production import (
        Difference as Difference, Edit as Edit, Production as Production, RecordedRound as RecordedRound,
        Recording as Recording, Replay as Replay, Round as Round, Stopped as Stopped,
    )
    from musicengine.values.reports import AudioReport as AudioReport, Report as Report
    from musicengine.values.scores import Advice as Advice, Deduction as Deduction, Score as Score
    from musicengine.values.service import Health as Health, Stats as Stats, VerbStats as VerbStats
    from musicengine.values.sound import Audio as Audio, Spectrogram as Spectrogram, Stems as Stems
    from musicengine.values.trends import Quantiles as Quantiles, Trends as Trends
    from musicengine.values.words import (
        Line as Line, Lyrics as Lyrics, Pronunciation as Pronunciation, Transcript as Transcript, Word as Word,
    )

_MODULES = ("audio", "batch", "codec", "exports", "files", "hits", "lyrics", "plot", "synth", "testing",)
_HOMES = {
    "_version": ("__version__",),
    "aio": ("AsyncMusicEngine", "AsyncReplyStream",),
    "engine": ("MusicEngine",),
    "errors": (
        "AudioError", "BackendError", "BriefError", "CodecError", "CreditsError", "FileError", "FormatError",
        "InputError", "JobError", "LyricsError", "MissingExtraError", "MissingKeyError", "ModerationError",
        "MusicEngineError", "StoreError", "TruncatedFileWarning", "UncertainError", "UnknownBackendError",
        "WorkerError",
    ),
    "events": ("EventBus", "Subscription",),
    "protocols": (
        "AudioAnalyzer", "CancellingGenerator", "ChatModel", "CommunityFeed", "ContentIndex", "Embedder",
        "IdempotentGenerator", "MetaRegistry", "Moderator", "MusicGenerator", "Orchestrator", "PitchTracker",
        "Separator", "Store", "Transcriber", "TrendSource",
    ),
    "stores": ("Cache", "MemoryStore", "SQLiteStore",),
    "values.conversation": (
        "Action", "AnalyzeLyrics", "Change", "Context", "Generate", "Heard", "Produce", "Refine", "Reply", "Session",
        "Verdict", "WriteLyrics", "find_changes",
    ),
    "values.hits": (
        "Comparison", "Curve", "Features", "HitEstimate", "HitModel", "HitReport", "References", "Reliability",
    ),
    "values.hosts": ("Asset", "Engagement", "Event", "Match", "Release", "Ticket",),
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
    "values.production": (
        "Difference", "Edit", "Production", "RecordedRound", "Recording", "Replay", "Round", "Stopped",
    ),
    "values.reports": ("AudioReport", "Report",),
    "values.scores": ("Advice", "Deduction", "Score",),
    "values.service": ("Health", "Stats", "VerbStats",),
    "values.sound": ("Audio", "Spectrogram", "Stems",),
    "values.trends": ("Quantiles", "Trends",),
    "values.words": ("Line", "Lyrics", "Pronunciation", "Transcript", "Word",),
}

__all__ = [
    "Action", "Advice", "AnalyzeLyrics", "Asset", "AsyncMusicEngine", "AsyncReplyStream", "Audio", "AudioAnalyzer",
    "AudioError", "AudioReport", "BackendError", "Beats", "Brief", "BriefError", "Cache", "CancellingGenerator",
    "Capabilities", "Change", "ChatModel", "Chord", "CodecError", "CommunityFeed", "Comparison", "ContentIndex",
    "Context", "Correction", "Credits", "CreditsError", "Curve", "Deduction", "Difference", "Edit", "Embedder",
    "Embedding", "Engagement", "Event", "EventBus", "Features", "FileError", "Flow", "Form", "FormatError", "Generate",
    "Harmony", "Health", "Heard", "HitEstimate", "HitModel", "HitReport", "IdempotentGenerator", "InputError", "Job",
    "JobError", "JobStatus", "Key", "KeySpan", "Line", "Loudness", "LoudnessCurve", "Lyrics", "LyricsError",
    "LyricsReport", "Match", "Melody", "MemoryStore", "Message", "MetaRegistry", "MissingExtraError", "MissingKeyError",
    "ModerationError", "Moderator", "MusicEngine", "MusicEngineError", "MusicGenerator", "Note", "Orchestrator",
    "Passage", "PitchTrack", "PitchTracker", "Platform", "Playback", "Produce", "Production", "Pronunciation",
    "Quantiles", "RecordedRound", "Recording", "References", "Refine", "Release", "Reliability", "Replay", "Reply",
    "Report", "ReportLine", "Rhyme", "RhymeKind", "Rhythm", "Round", "SQLiteStore", "Score", "Section",
    "SeparationQuality", "Separator", "Session", "Span", "Spectrogram", "Stats", "Stems", "Step", "Stopped", "Store",
    "StoreError", "Subscription", "Take", "Tempo", "TempoCandidate", "Theme", "Ticket", "Timbre", "Timing",
    "Transcriber", "Transcript", "TrendSource", "Trends", "TruncatedFileWarning", "Truth", "UncertainError",
    "UnknownBackendError", "VerbStats", "Verdict", "Vocabulary", "Word", "WorkerError", "WriteLyrics", "__version__",
    "audio", "batch", "codec", "exports", "files", "find_changes", "hits", "lyrics", "plot", "synth", "testing",
]
# fmt: on

__getattr__, __dir__ = _lazy.attach(__name__, _MODULES, _HOMES)
