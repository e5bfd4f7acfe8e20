"""How sound and music look in a notebook: fragments of HTML that carry all they need and run no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

import attrs
import numpy as np

from musicengine.values import _chart, _report
from musicengine.values import _timeline as timeline
from musicengine.values._frame import clock, facts, framed, headline, judged_text, ledger, points, score_text, table
from musicengine.values._picture import image
from musicengine.values._player import player
from musicengine.values._timeline import duration_text, pitch_name, stack

if TYPE_CHECKING:
    from musicengine.values.making import Brief, Take, Truth
    from musicengine.values.measures import Embedding, LoudnessCurve
    from musicengine.values.music import Beats, Form, Harmony, Melody, PitchTrack, Rhythm
    from musicengine.values.production import Production
    from musicengine.values.reports import AudioReport
    from musicengine.values.scores import Score
    from musicengine.values.service import Health, Stats
    from musicengine.values.sound import Audio, Spectrogram, Stems
    from musicengine.values.trends import Trends
    from musicengine.values.words import Lyrics, Transcript

__all__ = ["side_by_side"]

_STEM_S = 30.0
_FLOOR_DB = 80.0
_PIXELS = (720, 220)  # columns and rows of a heat map at most
_MOST_LINES = 400


def audio(sound: Audio) -> str:
    """A waveform and a player."""
    drawn = stack(sound.duration_s, [timeline.wave(sound)], f"Waveform of {duration_text(sound.duration_s)}")
    return framed(headline("Audio", str(sound)), drawn, player(sound))


def stems(parts: Stems) -> str:
    """Four waveforms, each with its player."""
    height = _chart.reach(max(float(np.abs(part.samples).max(initial=0)) for _, part in parts))  # the same for all
    shown = "".join(
        player(part, name, seconds=_STEM_S, picture=stack(part.duration_s, [timeline.wave(part, height)], name))
        for name, part in parts
    )
    return framed(headline("Stems", f"{parts.vocals}, {parts.provenance}"), shown)


def side_by_side(sounds: Iterable[tuple[str, Audio]], *, seconds: float = _STEM_S) -> str:
    """Players beside each other, to compare by ear."""
    return f"<div class='players'>{''.join(player(sound, name, seconds=seconds) for name, sound in sounds)}</div>"


def production(made: Production) -> str:
    """The rounds side by side: the scores, the first and the best to compare by ear, edits, the best's report."""
    first, best = made.rounds[0], made.best
    heard = [(f"round 1, {score_text(first.score)}", first.take.audio)]
    if best is not first:
        heard.append((f"round {made.rounds.index(best) + 1}, the best, {score_text(best.score)}", best.take.audio))
    rows = [
        (
            str(number),
            score_text(each.score),
            made.verdict(each),
            "\n".join(f"{edit}. {edit.reason}" for edit in each.edits),
        )
        for number, each in enumerate(made.rounds, 1)
    ]
    return framed(
        headline("Production", str(made)),
        timeline.scores([each.score for each in made.rounds], made.target),
        side_by_side(heard),
        table(("round", "score", "", "edits"), rows),
        best.report._repr_html_(),
    )


def spectrogram(found: Spectrogram) -> str:
    """Power in dB below its maximum over time and frequency; the frequencies spread evenly over the rows they have."""
    duration = float(found.times_s[-1]) if found.times_s.size else 0.0
    if not found.power.size or duration <= 0:
        return framed(headline("Spectrogram", "empty"))
    power = found.power
    rows = np.linspace(0, power.shape[0] - 1, min(power.shape[0], _PIXELS[1])).round().astype(int)
    starts = np.linspace(0, power.shape[1], min(power.shape[1], _PIXELS[0]), endpoint=False).astype(int)
    pooled = np.maximum.reduceat(power[rows], starts, axis=1)
    level = 10 * np.log10(np.maximum(pooled, 1e-30) / max(float(pooled.max()), 1e-30))
    marks = [
        (at, _hertz(float(found.frequencies_hz[round(at * (power.shape[0] - 1))]))) for at in (0, 0.25, 0.5, 0.75, 1)
    ]
    drawn = stack(duration, [timeline.heat(1 + level / _FLOOR_DB, marks)], "Spectrogram")
    fact = f"{power.shape[0]} bands, {duration_text(duration)}; {_FLOOR_DB:.0f} dB from dark to bright"
    return framed(headline("Spectrogram", fact), drawn)


def pitch(track: PitchTrack) -> str:
    """The curve of the pitch on a scale of notes, with gaps where there is none."""
    voiced = np.isfinite(track.frequencies_hz) & (track.frequencies_hz > 0)
    notes = np.where(voiced, 69 + 12 * np.log2(np.where(voiced, track.frequencies_hz, 440) / 440), np.nan)
    heard = notes[voiced]
    if not heard.size:
        return framed(headline("Pitch track", str(track)))
    low, high = int(np.floor(heard.min())), int(np.ceil(heard.max()))
    marks = [(float(note), pitch_name(note)) for note in _marks(low, high)]
    drawn = stack(float(track.times_s[-1]), [timeline.curve(track.times_s, notes, marks)], "Pitch over time")
    return framed(headline("Pitch track", f"{track}, {track.confidence:.0%} sure"), drawn)


def _marks(low: int, high: int) -> list[int]:
    """Notes to name between two: the fewest of every second, third, ... that leave the axis readable."""
    step = next(step for step in (1, 2, 3, 4, 6, 12, 24, 48, 256) if (high - low) / step <= 6)
    return list(range(-(-low // step) * step, high + 1, step))


def beats(found: Beats) -> str:
    """A tick a beat, tall ones where bars begin."""
    fact = f"{found}, {found.confidence:.0%} sure"
    drawn = stack(_last(found.times_s, found.downbeats_s), [timeline.beats(found)], fact) if len(found) else ""
    return framed(headline("Beats", fact), drawn)


def rhythm(found: Rhythm) -> str:
    """The tempo over time and what is known of the rhythm."""
    times, bpm = found.tempo_curve
    rows = [timeline.curve(times, bpm, _levels(bpm), "tempo, bpm")] if times.size else []
    said = [
        ("Meter", _meter(found)),
        ("Onsets", f"{found.onsets_s.size}"),
        ("Swing", "" if found.swing is None else f"{found.swing:.2f}"),
        ("Danceability", "" if found.danceability is None else f"{found.danceability:.2f}"),
    ]
    drawn = stack(_last(found.onsets_s, times), rows, "Tempo over time")
    return framed(headline("Rhythm", found.meter or ""), drawn, facts((name, fact) for name, fact in said if fact))


def _meter(found: Rhythm) -> str:
    """The meter, and how sure it is."""
    sure = "" if found.meter_confidence is None else f", {found.meter_confidence:.0%} sure"
    return f"{found.meter}{sure}" if found.meter else "unknown"


def form(found: Form) -> str:
    """The sections and the energy under them."""
    end = found.sections[-1].end_s if found.sections else found.energy_db.size * found.energy_step_s
    rows = [timeline.sections(found.sections)] if found.sections else []
    if found.energy_db.size:
        times = (np.arange(found.energy_db.size) + 0.5) * found.energy_step_s
        rows.append(timeline.curve(times, levels := np.maximum(found.energy_db, -40), _levels(levels), "energy, dB"))
    said = facts((item.label, f"{clock(item.start_s)} to {clock(item.end_s)}") for item in found.sections[:_MOST_LINES])
    return framed(headline("Form", f"{len(found.sections)} sections"), stack(end, rows, f"Form: {found}"), said)


def melody(found: Melody) -> str:
    """The notes in pitch and time."""
    if not found.notes:
        return framed(headline("Melody", "no notes"))
    low, high = (pitch_name(pick(note.pitch for note in found.notes)) for pick in (min, max))
    drawn = stack(max(note.end_s for note in found.notes), [timeline.notes(found.notes)], "Notes over time")
    return framed(headline("Melody", f"{len(found.notes)} notes from {low} to {high}"), drawn)


def harmony(found: Harmony) -> str:
    """The pitch classes beat by beat, and the keys."""
    said = [("Tuning", f"{found.tuning_cents:+.0f} cents from A4 = 440 Hz")]
    said += [(f"{clock(span.start_s)} to {clock(span.end_s)}", str(span.key)) for span in found.keys]
    drawn = ""
    if found.chroma.size:
        names = "".join(
            _chart.label(_chart.LEFT - 6, 240 - (row + 0.5) * 20 + 4, pitch_name(row)[:-2], "end") for row in range(12)
        )
        picture = _pixelated(image(found.chroma, _chart.LEFT, 0, _chart.WIDTH - _chart.LEFT, 240))
        drawn = _chart.svg(_chart.WIDTH, 244, "Pitch classes of each beat", [picture, names])
    return framed(headline("Harmony", ", ".join(str(span.key) for span in found.keys[:4])), drawn, facts(said))


def loudness(found: LoudnessCurve) -> str:
    """Short-term and momentary loudness."""
    rows = []
    for levels, name in ((found.short_term_lufs, "short-term, LUFS"), (found.momentary_lufs, "momentary, LUFS")):
        heard = levels[np.isfinite(levels)]
        if heard.size:
            top = float(np.ceil(heard.max() / 6) * 6)
            shown = np.where(np.isfinite(levels), np.maximum(levels, top - 36), np.nan)
            marks = [(level, f"{level:.0f}".replace("-", "−")) for level in (top, top - 12, top - 24, top - 36)]
            rows.append(timeline.curve(found.times_s, shown, marks, name))
    return framed(
        headline("Loudness", "" if rows else "silence"), stack(_last(found.times_s), rows, "Loudness over time")
    )


def take(made: Take) -> str:
    """What was asked for, what came of it to hear and to see, and what is known about it."""
    said = [*_asked(made), *(("Note", note) for note in made.notes)]
    words = f"<div class='lyric'>{_lyric_lines(made.lyrics)}</div>" if made.lyrics and made.lyrics.lines else ""
    return framed(
        headline(made.brief.prompt[:200] or "Take", f"{made.audio}; {made.provenance}"),
        _truth(made.truth, made.audio)
        if made.truth
        else stack(made.audio.duration_s, [timeline.wave(made.audio)], "Waveform"),
        player(made.audio),
        facts(said, "What was asked for and decided"),
        words,
    )


def brief(asked: Brief) -> str:
    """What the brief says; what it leaves open is left out."""
    said = ((field.name, getattr(asked, field.name), field.default) for field in attrs.fields(type(asked)))
    rows = [(name.replace("_", " "), item) for name, item, default in said if item != default and name != "prompt"]
    return framed(headline("Brief", asked.prompt[:200]), facts((name, _wished(item)[:500]) for name, item in rows))


def _wished(item: object) -> str:
    """A field of a brief: several items in a row, a lyric line by line."""
    if isinstance(item, tuple):
        return ", ".join(map(str, item))
    return f"{item:g}" if isinstance(item, float) else str(getattr(item, "text", item))


def _asked(made: Take) -> list[tuple[str, str]]:
    wish, truth = made.brief, made.truth
    tempo = f"{wish.bpm:g} bpm" if wish.bpm else ""
    found = [
        ("Genre", wish.genre or ""),
        ("Mood", wish.mood or ""),
        ("Tempo", " ".join(filter(None, (tempo, wish.meter or "")))),
        ("Key", str(wish.key or (truth.key if truth else ""))),
        ("Sections", ", ".join(wish.sections[:40])),
        ("Voice", "none" if wish.instrumental else ""),
        ("Seed", str(wish.seed)),
    ]
    return [(name, fact) for name, fact in found if fact]


def _truth(known: Truth, sound: Audio) -> str:
    rows = [timeline.sections(known.sections)] if known.sections else []
    rows.append(timeline.wave(sound))
    if known.chords:
        rows.append(timeline.spans([(item.start_s, item.end_s, item.label) for item in known.chords], "chords"))
    if known.words:
        rows.append(timeline.spans([(item.start_s, item.end_s, item.text) for item in known.words], "words"))
    if len(known.beats):
        rows.append(timeline.beats(known.beats))
    return stack(sound.duration_s, rows, "What is known of the take over time")


def audio_report(report: AudioReport) -> str:
    """The picture of the measurements, the facts, and the ledger of the quality."""
    return framed(
        headline("Audio report", f"quality {report.quality}"),
        _chart.timeline(report, report.quality.deductions),
        facts(_report.facts(report)),
        ledger(report.quality, "What it lost points for"),
    )


def score(found: Score) -> str:
    """The score and its ledger."""
    return framed(points(found.value, judged_text(found)), ledger(found, "What it lost points for"))


def embedding(found: Embedding) -> str:
    """The vector as a heat map of 8 by 16: near vectors look alike."""
    reach = float(np.abs(found.vector).max(initial=0)) or 1.0
    grid = 0.5 + found.vector.reshape(8, 16) / (2 * reach)
    drawn = _chart.svg(320, 160, "The vector as 8 by 16 cells", [_pixelated(image(grid, 0, 0, 320, 160))], 320)
    return framed(headline("Embedding", str(found)), drawn)


def _pixelated(drawn: str) -> str:
    return drawn.replace("<image ", "<image style='image-rendering:pixelated' ", 1)


def trends(found: Trends) -> str:
    """Each feature's spread: the levels known as a line, the quartiles as a box, the median as a bar."""
    rows = "".join(
        f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{_box(spread.levels, spread.values)}</td>"
        f"<td>{_short(spread.at(0.5))}</td><td>{_short(spread.at(0.25))} to {_short(spread.at(0.75))}</td></tr>"
        for name, spread in found.features.items()
    )
    head = "<tr><th>Feature</th><th></th><th>Median</th><th>Middle half</th></tr>"
    name = " ".join(filter(None, (found.genre or "all genres", found.era or "all eras")))
    dated = f", {found.dated}" if found.dated else ""
    return framed(
        headline("Trends", name), f"<table>{head}{rows}</table><p class='source'>{escape(found.source + dated)}</p>"
    )


def _box(levels: Sequence[float], values: Sequence[float]) -> str:
    low, high = values[0], values[-1]
    first, median, third = (
        6 + (float(np.interp(at, levels, values)) - low) / max(high - low, 1e-12) * 208 for at in (0.25, 0.5, 0.75)
    )
    parts = [
        "<line x1='6' x2='214' y1='11' y2='11' stroke='currentColor' stroke-opacity='.5'/>",
        f"<rect x='{first:.1f}' y='4' width='{max(third - first, 1):.1f}' height='14' rx='2' fill='{_chart.INK}' "
        "fill-opacity='.45'/>",
        f"<line x1='{median:.1f}' x2='{median:.1f}' y1='2' y2='20' stroke='{_chart.INK}' stroke-width='3'/>",
    ]
    return _chart.svg(220, 22, f"From {_short(low)} to {_short(high)}", parts, 220)


def lyrics(written: Lyrics) -> str:
    """The lines with their sections."""
    return framed(
        headline("Lyrics", f"{len(written.lines)} lines"), f"<div class='lyric'>{_lyric_lines(written)}</div>"
    )


def _lyric_lines(written: Lyrics) -> str:
    rows, section, stanza = [], "", 0
    for index, line in enumerate(written.lines[:_MOST_LINES]):
        if index and line.stanza != stanza:
            rows.append("")
        if line.section != section:
            rows.append(f"<b>{escape(line.section)}</b>")
        section, stanza = line.section, line.stanza
        rows.append(escape(line.text) + (f" ×{line.repeat}" if line.repeat > 1 else ""))
    if len(written.lines) > _MOST_LINES:
        rows.append(f"… {len(written.lines) - _MOST_LINES} more lines")
    return "\n".join(rows)


def transcript(heard: Transcript) -> str:
    """The words; each tells its time and its confidence when pointed at, and fades where it is unsure."""
    words = " ".join(
        f"<span style='opacity:{0.45 + 0.55 * word.confidence:.2f}' title='{word.start_s:.2f} to {word.end_s:.2f} s, "
        f"{word.confidence:.0%} sure'>{escape(word.text)}</span>"
        for word in heard.words[: 20 * _MOST_LINES]
    )
    fact = f"{len(heard.words)} words, {heard.language}, {heard.provenance}"
    end = max((word.end_s for word in heard.words), default=0.0)
    spans = [(word.start_s, word.end_s, word.text) for word in heard.words]
    drawn = stack(end, [timeline.spans(spans)], "Words over time") if spans else ""
    return framed(headline("Transcript", fact), drawn, f"<p>{words}</p>")


def stats(found: Stats) -> str:
    """How often each verb was called and how long it took."""
    rows = (
        (
            item.verb,
            str(item.calls),
            str(item.errors),
            *(f"{s:.3f}\u00a0s" for s in (item.median_s, item.p95_s, item.max_s)),
        )
        for item in found.verbs
    )
    return framed(headline("Stats"), table(("verb", "calls", "errors", "median", "95 %", "longest"), rows))


def health(found: Health) -> str:
    """Each backend by its role, and why it is not ready."""
    rows = (
        (role.replace("_", " "), name, f"not ready: {found.problems[role]}" if role in found.problems else "ready")
        for role, name in found.backends.items()
    )
    ready = "every backend is ready" if found.ready else f"{len(found.problems)} not ready"
    return framed(headline("Health", ready), table(("role", "backend", ""), rows))


def _last(*times_s: np.ndarray) -> float:
    return max((float(times[-1]) for times in times_s if times.size), default=0.0)


def _levels(values: np.ndarray) -> list[tuple[float, str]]:
    """The edges of an axis, round numbers that hold the values."""
    low, high = float(np.floor(values.min())), float(np.ceil(values.max()))
    return [(at, f"{at:g}".replace("-", "−")) for at in (low, high if high > low else low + 1)]


def _hertz(frequency: float) -> str:
    return f"{frequency / 1000:.3g} k" if frequency >= 1000 else f"{frequency:.0f}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
