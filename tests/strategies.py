"""Hypothesis strategies for every value of the library."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicengine.values import (
    conversation,
    hits,
    hosts,
    making,
    measures,
    music,
    platforms,
    production,
    reports,
    scores,
    service,
    sound,
    trends,
    words,
)
from musicengine.values import lyrics as reading
from musicengine.values._value import Value

seconds = st.floats(0, 3600, width=32)
shares = st.floats(0, 1)
positive = st.floats(0.1, 10_000)
levels = st.one_of(st.just(-np.inf), st.floats(-90, 10))
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
facts = st.dictionaries(names, names, max_size=3)


def vector(size: int | st.SearchStrategy[int], low: float = -1, high: float = 1) -> st.SearchStrategy[npt.NDArray[Any]]:
    return hnp.arrays(np.float32, size, elements=st.floats(low, high, width=32))


def matrix(rows: int, columns: int) -> st.SearchStrategy[npt.NDArray[Any]]:
    return hnp.arrays(np.float32, (rows, columns), elements=st.floats(0, 1, width=32))


def tuples(items: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=most).map(tuple)


times = st.lists(st.integers(0, 10_000), max_size=8, unique=True).map(lambda ms: np.sort(ms) / 1000)
spans = st.tuples(st.integers(0, 5000), st.integers(1, 5000)).map(lambda p: (p[0] / 1000, (p[0] + p[1]) / 1000))


def spanned(kind: Any, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda span, rest: kind(start_s=span[0], end_s=span[1], **rest), spans, st.fixed_dictionaries(fields)
    )


audio = st.builds(
    sound.Audio,
    hnp.arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=st.floats(-1, 1, width=32)),
    st.sampled_from([8_000, 44_100, 48_000]),
)
stems = hnp.arrays(np.float32, (4, 2, 20), elements=st.floats(-1, 1, width=32)).map(
    lambda parts: sound.Stems(*(sound.Audio(part, 44_100) for part in parts))
)
spectrograms = st.builds(sound.Spectrogram, matrix(3, 4), vector(3, 0, 20_000), vector(4, 0, 100))
candidates = st.builds(music.TempoCandidate, positive, shares)
tempos = st.builds(music.Tempo, positive, shares, tuples(candidates))
beats = st.builds(music.Beats, times, times, shares)
rhythms = st.builds(
    music.Rhythm,
    times,
    st.sampled_from([None, "3/4", "4/4"]),
    matrix(2, 3),
    st.none() | shares,
    st.none() | shares,
    st.none() | shares,
)
plain_keys = st.builds(music.Key, st.integers(0, 11), st.sampled_from(["major", "minor"]), shares)
keys = st.builds(music.Key, st.integers(0, 11), st.sampled_from(["major", "minor"]), shares, st.none() | plain_keys)
key_spans = spanned(music.KeySpan, key=plain_keys)
chords = spanned(music.Chord, label=st.sampled_from(["C:maj", "A:min", "G:7", "N"]), confidence=shares)
harmonies = st.builds(music.Harmony, st.floats(-50, 50), tuples(key_spans), matrix(12, 3))
pitch_tracks = times.flatmap(
    lambda at: st.builds(
        music.PitchTrack,
        st.just(at),
        hnp.arrays(np.float32, len(at), elements=st.just(np.float32(np.nan)) | st.floats(50, 1000, width=32)),
        vector(len(at), 0, 1),
        shares,
    )
)
notes = spanned(music.Note, pitch=st.floats(0, 127), velocity=shares, vibrato_hz=st.none() | positive)
melodies = st.builds(music.Melody, tuples(notes), st.none() | positive, st.none() | positive)
sections = spanned(
    music.Section, label=st.sampled_from(["verse", "chorus"]), confidence=shares, group=st.integers(0, 5)
)
forms = st.builds(music.Form, tuples(sections), vector(3, -70, 0))
playbacks = st.builds(platforms.Playback, names, levels, levels, shares)
loudnesses = st.builds(measures.Loudness, levels, st.floats(0, 40), levels, levels, levels)
meter_levels = st.one_of(st.just(np.float32(-np.inf)), st.floats(-90, 10, width=32))
loudness_curves = times.flatmap(
    lambda at: st.builds(
        measures.LoudnessCurve, st.just(at), *[hnp.arrays(np.float32, len(at), elements=meter_levels)] * 2
    )
)
timbres = st.builds(
    measures.Timbre,
    centroid_hz=positive,
    bandwidth_hz=positive,
    rolloff_hz=positive,
    flatness=shares,
    zero_crossing_rate=shares,
    flux=positive,
    mfcc=vector(20, -100, 100),
    mfcc_delta=vector(20),
    contrast_db=vector(7),
    tonnetz=vector(6),
)
embeddings = st.builds(measures.Embedding, vector(128), names)
separations = st.builds(measures.SeparationQuality, *[shares] * 6)
deductions = st.builds(
    scores.Deduction,
    rule=names,
    points=st.floats(0, 10),
    measured=st.floats(-100, 100) | names,
    target=st.floats(-100, 100) | names,
    unit=names,
    fix=names,
    start_s=st.none() | seconds,
    end_s=st.none() | seconds,
    line=st.none() | st.integers(0, 99),
    source=names,
)
scored = st.builds(scores.Score, tuples(deductions), st.floats(50, 100))
advice = st.builds(scores.Advice, names, names, st.floats(0, 20), st.integers(1, 5))
word_times = st.builds(lambda text, span, sure: words.Word(text, span[0], span[1], sure), names, spans, shares)
transcripts = st.builds(words.Transcript, tuples(word_times), st.just("en"))
pronunciations = st.builds(words.Pronunciation, names, tuples(st.sampled_from(["HH", "AH0", "OW1"])), names)
lines = st.builds(words.Line, names, names, st.integers(0, 9), st.none() | seconds, st.integers(1, 4))
lyrics = st.builds(words.Lyrics, tuples(lines))
word_spans = st.builds(reading.Span, *[st.integers(0, 9)] * 3)
rhymes = st.builds(
    reading.Rhyme,
    word_spans,
    word_spans,
    st.sampled_from(["perfect", "identical", "slant", "assonant", "eye"]),
    shares,
    st.integers(1, 4),
    st.integers(0, 9),
    st.sampled_from(["AY-T", "OW", "EH-S IH-NG"]),
    st.booleans(),
)
grids = st.lists(shares, min_size=16, max_size=16).map(tuple)
timings = st.builds(
    reading.Timing,
    syllables_per_second=positive,
    syllables_per_beat=positive,
    syncopation=positive,
    swing=st.none() | positive,
    stress_grid=grids,
    rhyme_grid=grids,
    lag_ms=tuples(st.none() | st.floats(-90, 90)),
    pocket_ms=positive,
    offbeat_share=shares,
    npvi=positive,
    entropy_bits=positive,
)
flows = st.builds(
    reading.Flow,
    syllables_per_line=positive,
    syllable_deviation=positive,
    stressed_share=shares,
    alternation=shares,
    variation=positive,
    foot=st.none() | st.just("iambic"),
    breaths=tuples(tuples(st.integers(0, 9))),
    longest_run=st.integers(0, 40),
    rhyme_density=shares,
    end_rhyme_share=shares,
    multisyllabic_share=shares,
    internal_per_line=positive,
    chains_per_bar=positive,
    percentiles=st.dictionaries(names, st.floats(0, 100), max_size=2),
    timing=st.none() | timings,
)
passages = st.builds(reading.Passage, st.integers(0, 9), names, names)
vocabularies = st.builds(
    reading.Vocabulary,
    words=st.integers(0, 999),
    distinct=st.integers(0, 999),
    type_token=shares,
    mtld=st.none() | positive,
    hdd=st.none() | shares,
    repetition=shares,
    hook=st.none() | names,
    hook_count=st.integers(0, 9),
    cliches=tuples(passages),
    reading_ease=st.none() | st.floats(-50, 120),
    grade=st.none() | st.floats(-3, 20),
    sentiment=st.none() | st.floats(-1, 1),
    explicit=tuples(passages),
    advisory=st.booleans(),
)
themes = st.builds(reading.Theme, names, shares, tuples(names))
corrections = st.builds(
    reading.Correction, st.integers(0, 9), names, names, names, names, st.floats(0, 9), st.integers(1, 9)
)
report_lines = st.builds(
    reading.ReportLine,
    names,
    st.none() | st.integers(0, 20),
    tuples(st.booleans()),
    tuples(names),
    tuples(st.integers(0, 3)),
    names,
    st.integers(0, 9),
)


def _lyrics_report(lines: tuple[Any, ...], scheme: str, **fields: Any) -> reading.LyricsReport:
    return reading.LyricsReport(lines=lines, rhyme_scheme=tuple(scheme[: len(lines)]), **fields)


lyrics_reports = st.builds(
    _lyrics_report,
    tuples(report_lines),
    st.just("ABA"),
    rhymes=st.none() | tuples(rhymes),
    flow=st.none() | flows,
    vocabulary=vocabularies,
    themes=tuples(themes),
    score=st.none() | st.builds(scores.Score, tuples(deductions)),
    corrections=tuples(corrections),
    language=st.just("en"),
    style=st.none() | st.just("rap"),
    abstained=facts,
)
briefs = st.builds(
    making.Brief,
    prompt=names,
    genre=st.none() | names,
    bpm=st.none() | st.floats(60, 180),
    key=st.none() | plain_keys,
    duration_s=st.none() | st.floats(1, 600),
    sections=tuples(st.sampled_from(["intro", "verse", "chorus"])),
    lyrics=st.none() | lyrics,
    seed=st.integers(0, 2**40),
)
truths = st.builds(
    making.Truth, tempos, beats, plain_keys, tuples(chords), tuples(sections), tuples(word_times), st.none() | stems
)
takes = st.builds(making.Take, audio, briefs, st.none() | lyrics, st.none() | truths)
credit = st.builds(making.Credits, st.floats(0, 1000), names)
jobs = st.builds(
    making.Job,
    names,
    briefs,
    st.sampled_from(["uncertain", "queued", "succeeded"]),
    shares,
    credit,
    names,
    names,
    names,
)
capabilities = st.builds(making.Capabilities, st.frozensets(names, max_size=3))
steps = st.builds(making.Step, names, st.integers(0, 9), st.integers(1, 9))
messages = st.builds(making.Message, st.sampled_from(["system", "user", "assistant"]), names)
audio_reports = st.builds(
    reports.AudioReport,
    duration_s=seconds,
    rate=st.just(44_100),
    channels=st.integers(1, 6),
    tempo=st.none() | tempos,
    beats=st.none() | beats,
    rhythm=st.none() | rhythms,
    key=st.none() | keys,
    chords=st.none() | tuples(chords),
    harmony=st.none() | harmonies,
    loudness=st.none() | loudnesses,
    loudness_curve=st.none() | loudness_curves,
    playback=tuples(playbacks),
    waveform=st.none() | matrix(2, 5),
    timbre=st.none() | timbres,
    pitch=st.none() | pitch_tracks,
    melody=st.none() | melodies,
    form=st.none() | forms,
    embedding=st.none() | embeddings,
    separation=st.none() | separations,
    quality=scored,
    abstained=facts,
)
settings = st.none() | names | st.integers(-9, 9) | shares | plain_keys | tuples(names) | tuples(shares)
edits = st.builds(production.Edit, names, settings, settings, names, names, st.none() | st.integers(0, 9), shares)
stops = st.sampled_from(["target", "rounds", "budget", "no expected gain", "failed"])
accepted = st.none() | st.frozensets(names, max_size=2)
differences = st.builds(production.Difference, st.integers(0, 9), names, names, names)
quantiles = st.lists(st.integers(0, 100), min_size=1, max_size=5, unique=True).map(
    lambda found: trends.Quantiles([level / 100 for level in sorted(found)], sorted(map(float, found)), 10)
)
features = st.builds(hits.Features, st.dictionaries(names, st.none() | st.floats(-9, 9), max_size=3))
curves = st.builds(hits.Curve, names, st.just([1.0, 2.0, 4.0]), vector(3), shares, st.just(1.0), st.just(4.0))
reliabilities = st.builds(hits.Reliability, vector(2, 0, 1), vector(2, 0, 1), vector(2, 0, 9), *[shares] * 3)
hit_models = st.lists(curves, min_size=1, max_size=2).flatmap(
    lambda found: st.builds(
        hits.HitModel,
        st.floats(-3, 3),
        st.just(tuple(found)),
        matrix(1 + 3 * len(found), 1 + 3 * len(found)),
        reliabilities,
        st.integers(1, 99),
        shares,
    )
)
hit_reports = st.builds(
    hits.HitReport, score=scored, low=shares, high=shares, percentile=st.none() | shares, missing=tuples(names)
)
whole_reports = st.builds(
    reports.Report,
    audio=audio_reports,
    lyrics=st.none() | lyrics_reports,
    hit=st.none() | hit_reports,
    score=scored,
)
rounds = st.builds(production.Round, briefs, takes, whole_reports, tuples(edits, 2), credit, st.booleans())
productions = st.tuples(
    st.builds(production.Round, briefs, takes, whole_reports, cost=credit), tuples(rounds, 1), stops, accepted
).map(lambda p: production.Production((p[0], *p[1]), p[2], 90.0, p[0].cost, 3, p[3]))
recorded_rounds = st.builds(
    production.RecordedRound,
    briefs,
    whole_reports,
    tuples(edits, 1),
    credit,
    st.booleans(),
    tuples(names),
    tuples(takes, 1),
)
recordings = st.builds(
    production.Recording,
    tuples(recorded_rounds, 1),
    stops,
    shares,
    st.none() | credit,
    st.integers(1, 9),
    accepted,
    names,
)
references = st.integers(0, 3).flatmap(
    lambda count: st.builds(
        hits.References, tuples(names).map(lambda _: [str(i) for i in range(count)]), matrix(count, 128), names
    )
)

full_reports = st.builds(reports.Report, audio=audio_reports, hit=st.none() | hit_reports, score=scored)
heard = st.builds(conversation.Heard, full_reports, st.none() | briefs, names)
changes = st.builds(conversation.Change, names, names, names)
generating = st.builds(conversation.Generate, briefs)
producing = st.builds(conversation.Produce, briefs, st.integers(1, 20), st.floats(0, 100))
writing = st.builds(conversation.WriteLyrics, briefs, names, names, st.integers(1, 9))
reading_words = st.builds(conversation.AnalyzeLyrics, lyrics)
proposed = st.one_of(generating, producing, writing, reading_words, st.just(conversation.Refine()))
EVERY: dict[type[Value], st.SearchStrategy[Any]] = {
    sound.Audio: audio,
    sound.Spectrogram: spectrograms,
    sound.Stems: stems,
    music.TempoCandidate: candidates,
    music.Tempo: tempos,
    music.Beats: beats,
    music.Rhythm: rhythms,
    music.Key: keys,
    music.KeySpan: key_spans,
    music.Chord: chords,
    music.Harmony: harmonies,
    music.PitchTrack: pitch_tracks,
    music.Note: notes,
    music.Melody: melodies,
    music.Section: sections,
    music.Form: forms,
    measures.Loudness: loudnesses,
    measures.LoudnessCurve: loudness_curves,
    platforms.Platform: st.builds(platforms.Platform, names, levels, st.booleans(), levels, st.just("2024"), names),
    platforms.Playback: playbacks,
    measures.Timbre: timbres,
    measures.Embedding: embeddings,
    measures.SeparationQuality: separations,
    scores.Deduction: deductions,
    scores.Score: scored,
    scores.Advice: advice,
    words.Word: word_times,
    words.Transcript: transcripts,
    words.Pronunciation: pronunciations,
    words.Line: lines,
    words.Lyrics: lyrics,
    reading.Span: word_spans,
    reading.Rhyme: rhymes,
    reading.Timing: timings,
    reading.Flow: flows,
    reading.Passage: passages,
    reading.Vocabulary: vocabularies,
    reading.Theme: themes,
    reading.Correction: corrections,
    reading.ReportLine: report_lines,
    reading.LyricsReport: lyrics_reports,
    making.Brief: briefs,
    making.Truth: truths,
    making.Take: takes,
    making.Credits: credit,
    making.Job: jobs,
    making.Capabilities: capabilities,
    making.Step: steps,
    making.Message: messages,
    conversation.Change: changes,
    conversation.Heard: heard,
    conversation.Generate: generating,
    conversation.Refine: st.just(conversation.Refine()),
    conversation.Produce: producing,
    conversation.WriteLyrics: writing,
    conversation.AnalyzeLyrics: reading_words,
    conversation.Context: st.builds(conversation.Context, names, briefs, tuples(briefs), tuples(heard, 1)),
    conversation.Session: st.builds(
        conversation.Session, names, briefs, tuples(briefs), tuples(heard, 1), tuples(messages), st.integers(0, 9)
    ),
    conversation.Reply: st.builds(
        conversation.Reply, messages, briefs, tuples(changes), tuples(proposed), names, tuples(names)
    ),
    conversation.Verdict: st.builds(conversation.Verdict, st.booleans(), names, names),
    production.Difference: differences,
    production.Edit: edits,
    production.Production: productions,
    production.RecordedRound: recorded_rounds,
    production.Recording: recordings,
    production.Replay: st.builds(production.Replay, productions, tuples(differences, 2)),
    production.Round: rounds,
    reports.AudioReport: audio_reports,
    reports.Report: whole_reports,
    hosts.Event: st.builds(hosts.Event, names, seconds, names, facts),
    hosts.Asset: st.builds(hosts.Asset, names, names, st.none() | embeddings, facts),
    hosts.Match: st.builds(hosts.Match, names, shares),
    hosts.Engagement: st.builds(hosts.Engagement, *[st.integers(0, 99)] * 4),
    hosts.Release: st.builds(hosts.Release, names, names, names, st.builds(hosts.Ticket, names)),
    hosts.Ticket: st.builds(hosts.Ticket, names, st.just("queued"), shares),
    service.Health: st.builds(service.Health, facts, facts),
    service.VerbStats: st.builds(
        service.VerbStats, names, st.integers(0, 9), st.integers(0, 9), shares, shares, shares, st.integers(0, 9)
    ),
    service.Stats: st.builds(
        service.Stats,
        tuples(st.builds(service.VerbStats, names, st.just(1), st.just(0), shares, shares, shares)),
        credit,
    ),
    hits.Features: features,
    hits.Curve: curves,
    hits.Reliability: reliabilities,
    hits.HitModel: hit_models,
    hits.HitEstimate: st.builds(hits.HitEstimate, shares, shares, shares, st.dictionaries(names, shares, max_size=2)),
    hits.HitReport: hit_reports,
    hits.References: references,
    hits.Comparison: st.builds(hits.Comparison, names, st.none() | shares, tuples(names)),
    trends.Quantiles: quantiles,
    trends.Trends: st.builds(trends.Trends, names, names, st.dictionaries(names, quantiles, max_size=2), names, names),
}
"""A strategy for each class of value."""

values = st.one_of(*EVERY.values())
