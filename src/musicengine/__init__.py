"""musicengine hears, makes and judges music.

Every public name can be imported from here. It is loaded when it is first used, so ``import musicengine`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicengine import _lazy

if TYPE_CHECKING:
    from musicengine import audio as audio
    from musicengine import codec as codec
    from musicengine import files as files
    from musicengine import hits as hits
    from musicengine import lyrics as lyrics
    from musicengine import synth as synth
    from musicengine._version import __version__ as __version__
    from musicengine.engine import MusicEngine as MusicEngine
    from musicengine.errors import (
        AudioError as AudioError,
    )
    from musicengine.errors import (
        BackendError as BackendError,
    )
    from musicengine.errors import (
        BriefError as BriefError,
    )
    from musicengine.errors import (
        CodecError as CodecError,
    )
    from musicengine.errors import (
        CreditsError as CreditsError,
    )
    from musicengine.errors import (
        FileError as FileError,
    )
    from musicengine.errors import (
        FormatError as FormatError,
    )
    from musicengine.errors import (
        InputError as InputError,
    )
    from musicengine.errors import (
        JobError as JobError,
    )
    from musicengine.errors import (
        LyricsError as LyricsError,
    )
    from musicengine.errors import (
        MissingExtraError as MissingExtraError,
    )
    from musicengine.errors import (
        MissingKeyError as MissingKeyError,
    )
    from musicengine.errors import (
        ModerationError as ModerationError,
    )
    from musicengine.errors import (
        MusicEngineError as MusicEngineError,
    )
    from musicengine.errors import (
        StoreError as StoreError,
    )
    from musicengine.errors import (
        TruncatedFileWarning as TruncatedFileWarning,
    )
    from musicengine.errors import (
        UnknownBackendError as UnknownBackendError,
    )
    from musicengine.protocols import (
        AudioAnalyzer as AudioAnalyzer,
    )
    from musicengine.protocols import (
        ChatModel as ChatModel,
    )
    from musicengine.protocols import (
        CommunityFeed as CommunityFeed,
    )
    from musicengine.protocols import (
        ContentIndex as ContentIndex,
    )
    from musicengine.protocols import (
        Embedder as Embedder,
    )
    from musicengine.protocols import (
        MetaRegistry as MetaRegistry,
    )
    from musicengine.protocols import (
        MusicGenerator as MusicGenerator,
    )
    from musicengine.protocols import (
        Orchestrator as Orchestrator,
    )
    from musicengine.protocols import (
        PitchTracker as PitchTracker,
    )
    from musicengine.protocols import (
        Separator as Separator,
    )
    from musicengine.protocols import (
        Store as Store,
    )
    from musicengine.protocols import (
        Transcriber as Transcriber,
    )
    from musicengine.protocols import (
        TrendSource as TrendSource,
    )
    from musicengine.values.hits import (
        Comparison as Comparison,
    )
    from musicengine.values.hits import (
        Curve as Curve,
    )
    from musicengine.values.hits import (
        Features as Features,
    )
    from musicengine.values.hits import (
        HitEstimate as HitEstimate,
    )
    from musicengine.values.hits import (
        HitModel as HitModel,
    )
    from musicengine.values.hits import (
        HitReport as HitReport,
    )
    from musicengine.values.hits import (
        References as References,
    )
    from musicengine.values.hits import (
        Reliability as Reliability,
    )
    from musicengine.values.hosts import (
        Asset as Asset,
    )
    from musicengine.values.hosts import (
        Engagement as Engagement,
    )
    from musicengine.values.hosts import (
        Event as Event,
    )
    from musicengine.values.hosts import (
        Match as Match,
    )
    from musicengine.values.hosts import (
        Ticket as Ticket,
    )
    from musicengine.values.lyrics import (
        Correction as Correction,
    )
    from musicengine.values.lyrics import (
        Flow as Flow,
    )
    from musicengine.values.lyrics import (
        LyricsReport as LyricsReport,
    )
    from musicengine.values.lyrics import (
        Passage as Passage,
    )
    from musicengine.values.lyrics import (
        ReportLine as ReportLine,
    )
    from musicengine.values.lyrics import (
        Rhyme as Rhyme,
    )
    from musicengine.values.lyrics import (
        RhymeKind as RhymeKind,
    )
    from musicengine.values.lyrics import (
        Span as Span,
    )
    from musicengine.values.lyrics import (
        Theme as Theme,
    )
    from musicengine.values.lyrics import (
        Timing as Timing,
    )
    from musicengine.values.lyrics import (
        Vocabulary as Vocabulary,
    )
    from musicengine.values.making import (
        Brief as Brief,
    )
    from musicengine.values.making import (
        Capabilities as Capabilities,
    )
    from musicengine.values.making import (
        Credits as Credits,
    )
    from musicengine.values.making import (
        Job as Job,
    )
    from musicengine.values.making import (
        JobStatus as JobStatus,
    )
    from musicengine.values.making import (
        Message as Message,
    )
    from musicengine.values.making import (
        Step as Step,
    )
    from musicengine.values.making import (
        Take as Take,
    )
    from musicengine.values.making import (
        Truth as Truth,
    )
    from musicengine.values.measures import (
        Embedding as Embedding,
    )
    from musicengine.values.measures import (
        Loudness as Loudness,
    )
    from musicengine.values.measures import (
        LoudnessCurve as LoudnessCurve,
    )
    from musicengine.values.measures import (
        SeparationQuality as SeparationQuality,
    )
    from musicengine.values.measures import (
        Timbre as Timbre,
    )
    from musicengine.values.music import (
        Beats as Beats,
    )
    from musicengine.values.music import (
        Chord as Chord,
    )
    from musicengine.values.music import (
        Form as Form,
    )
    from musicengine.values.music import (
        Harmony as Harmony,
    )
    from musicengine.values.music import (
        Key as Key,
    )
    from musicengine.values.music import (
        KeySpan as KeySpan,
    )
    from musicengine.values.music import (
        Melody as Melody,
    )
    from musicengine.values.music import (
        Note as Note,
    )
    from musicengine.values.music import (
        PitchTrack as PitchTrack,
    )
    from musicengine.values.music import (
        Rhythm as Rhythm,
    )
    from musicengine.values.music import (
        Section as Section,
    )
    from musicengine.values.music import (
        Tempo as Tempo,
    )
    from musicengine.values.music import (
        TempoCandidate as TempoCandidate,
    )
    from musicengine.values.reports import AudioReport as AudioReport
    from musicengine.values.reports import Report as Report
    from musicengine.values.scores import Advice as Advice
    from musicengine.values.scores import Deduction as Deduction
    from musicengine.values.scores import Score as Score
    from musicengine.values.service import Health as Health
    from musicengine.values.service import Stats as Stats
    from musicengine.values.service import VerbStats as VerbStats
    from musicengine.values.sound import Audio as Audio
    from musicengine.values.sound import Spectrogram as Spectrogram
    from musicengine.values.sound import Stems as Stems
    from musicengine.values.trends import Quantiles as Quantiles
    from musicengine.values.trends import Trends as Trends
    from musicengine.values.words import (
        Line as Line,
    )
    from musicengine.values.words import (
        Lyrics as Lyrics,
    )
    from musicengine.values.words import (
        Pronunciation as Pronunciation,
    )
    from musicengine.values.words import (
        Transcript as Transcript,
    )
    from musicengine.values.words import (
        Word as Word,
    )

_MODULES = ("audio", "codec", "files", "hits", "lyrics", "synth")
_HOMES = {
    "_version": ("__version__",),
    "engine": ("MusicEngine",),
    "errors": (
        "AudioError",
        "BackendError",
        "BriefError",
        "CodecError",
        "CreditsError",
        "FileError",
        "FormatError",
        "InputError",
        "JobError",
        "LyricsError",
        "MissingExtraError",
        "MissingKeyError",
        "ModerationError",
        "MusicEngineError",
        "StoreError",
        "TruncatedFileWarning",
        "UnknownBackendError",
    ),
    "protocols": (
        "AudioAnalyzer",
        "ChatModel",
        "CommunityFeed",
        "ContentIndex",
        "Embedder",
        "MetaRegistry",
        "MusicGenerator",
        "Orchestrator",
        "PitchTracker",
        "Separator",
        "Store",
        "Transcriber",
        "TrendSource",
    ),
    "values.hits": (
        "Comparison",
        "Curve",
        "Features",
        "HitEstimate",
        "HitModel",
        "HitReport",
        "References",
        "Reliability",
    ),
    "values.hosts": (
        "Asset",
        "Engagement",
        "Event",
        "Match",
        "Ticket",
    ),
    "values.lyrics": (
        "Correction",
        "Flow",
        "LyricsReport",
        "Passage",
        "ReportLine",
        "Rhyme",
        "RhymeKind",
        "Span",
        "Theme",
        "Timing",
        "Vocabulary",
    ),
    "values.making": (
        "Brief",
        "Capabilities",
        "Credits",
        "Job",
        "JobStatus",
        "Message",
        "Step",
        "Take",
        "Truth",
    ),
    "values.measures": (
        "Embedding",
        "Loudness",
        "LoudnessCurve",
        "SeparationQuality",
        "Timbre",
    ),
    "values.music": (
        "Beats",
        "Chord",
        "Form",
        "Harmony",
        "Key",
        "KeySpan",
        "Melody",
        "Note",
        "PitchTrack",
        "Rhythm",
        "Section",
        "Tempo",
        "TempoCandidate",
    ),
    "values.reports": (
        "AudioReport",
        "Report",
    ),
    "values.scores": (
        "Advice",
        "Deduction",
        "Score",
    ),
    "values.service": (
        "Health",
        "Stats",
        "VerbStats",
    ),
    "values.sound": (
        "Audio",
        "Spectrogram",
        "Stems",
    ),
    "values.trends": (
        "Quantiles",
        "Trends",
    ),
    "values.words": (
        "Line",
        "Lyrics",
        "Pronunciation",
        "Transcript",
        "Word",
    ),
}

__all__ = [
    "Advice",
    "Asset",
    "Audio",
    "AudioAnalyzer",
    "AudioError",
    "AudioReport",
    "BackendError",
    "Beats",
    "Brief",
    "BriefError",
    "Capabilities",
    "ChatModel",
    "Chord",
    "CodecError",
    "CommunityFeed",
    "Comparison",
    "ContentIndex",
    "Correction",
    "Credits",
    "CreditsError",
    "Curve",
    "Deduction",
    "Embedder",
    "Embedding",
    "Engagement",
    "Event",
    "Features",
    "FileError",
    "Flow",
    "Form",
    "FormatError",
    "Harmony",
    "Health",
    "HitEstimate",
    "HitModel",
    "HitReport",
    "InputError",
    "Job",
    "JobError",
    "JobStatus",
    "Key",
    "KeySpan",
    "Line",
    "Loudness",
    "LoudnessCurve",
    "Lyrics",
    "LyricsError",
    "LyricsReport",
    "Match",
    "Melody",
    "Message",
    "MetaRegistry",
    "MissingExtraError",
    "MissingKeyError",
    "ModerationError",
    "MusicEngine",
    "MusicEngineError",
    "MusicGenerator",
    "Note",
    "Orchestrator",
    "Passage",
    "PitchTrack",
    "PitchTracker",
    "Pronunciation",
    "Quantiles",
    "References",
    "Reliability",
    "Report",
    "ReportLine",
    "Rhyme",
    "RhymeKind",
    "Rhythm",
    "Score",
    "Section",
    "SeparationQuality",
    "Separator",
    "Span",
    "Spectrogram",
    "Stats",
    "Stems",
    "Step",
    "Store",
    "StoreError",
    "Take",
    "Tempo",
    "TempoCandidate",
    "Theme",
    "Ticket",
    "Timbre",
    "Timing",
    "Transcriber",
    "Transcript",
    "TrendSource",
    "Trends",
    "TruncatedFileWarning",
    "Truth",
    "UnknownBackendError",
    "VerbStats",
    "Vocabulary",
    "Word",
    "__version__",
    "audio",
    "codec",
    "files",
    "hits",
    "lyrics",
    "synth",
]

__getattr__, __dir__ = _lazy.attach(__name__, _MODULES, _HOMES)
