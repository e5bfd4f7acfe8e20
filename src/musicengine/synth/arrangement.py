"""A brief becomes an arrangement: every decision and every note, before any sound."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import numpy as np

from musicengine.synth.accompaniment import play_bass, play_layer
from musicengine.synth.clock import Clock
from musicengine.synth.decisions import DEFAULT_DURATION_S, Wish, decide, whole_bars
from musicengine.synth.drumming import play_drums
from musicengine.synth.form import opened, plan, usual
from musicengine.synth.melody import play_double, play_lead
from musicengine.synth.performance import Part, Performer
from musicengine.synth.sheet import Sheet, harmonize
from musicengine.synth.singing import Song, sing_lyrics, time_words
from musicengine.synth.songwriting import write_lyrics
from musicengine.synth.transitions import play_riser
from musicengine.values._value import Value
from musicengine.values.making import Brief
from musicengine.values.music import Beats, Chord, Key, Section, Tempo
from musicengine.values.words import Lyrics, Word

__all__ = ["DEFAULT_DURATION_S", "Arrangement", "Part", "compose"]

_SINGER_DB = 2.5  # a voice stands out more than an instrument


@attrs.frozen(repr=False, slots=False)
class Arrangement(Value):
    """A written piece: what ``render`` plays and what a take's Truth tells.

    Args:
        brief: with every open field decided.
        parts: the players.
        tempo, beats, key, chords, sections, words: exact, as written.
        duration_s: the length in seconds.
        genre: the one whose manner it follows.
        brightness: from about -1 (dark) to 1 (bright).
        dynamics: from -1 (even) to 1 (loud and soft).
        width: from -1 (narrow) to 1 (wide).
        notes: what was decided against the letter of the brief, one phrase each.
        lyrics: what is sung; None where nobody sings words.
    """

    brief: Brief
    parts: tuple[Part, ...]
    tempo: Tempo
    beats: Beats
    key: Key
    chords: tuple[Chord, ...]
    sections: tuple[Section, ...]
    duration_s: float
    genre: str
    words: tuple[Word, ...] = ()
    brightness: float = 0.0
    dynamics: float = 0.0
    width: float = 0.0
    notes: tuple[str, ...] = attrs.field(default=(), eq=False)
    lyrics: Lyrics | None = None


def compose(brief: Brief) -> Arrangement:
    """The arrangement of a brief. Open fields are decided by genre, mood and seed.

    Args:
        brief: what is wanted; where it only has a prompt, the prompt is parsed.

    Raises:
        BriefError: a section that no form has; a prompt that asks for the impossible.
    """
    wish = decide(brief)
    sheet, notes = _written(wish)
    bar_s = wish.meter.beats * 60 / wish.bpm
    asked, song = _song(sheet, bar_s, wish.brief)
    clock = Clock(bar_s, sheet.end, asked.drift, asked.seed)
    parts = tuple(_parts(sheet, clock, asked, song))
    passages = sheet.passages
    return Arrangement(
        brief=attrs.evolve(
            asked,
            sections=tuple(passage.label for passage in passages),
            energy=tuple(passage.energy for passage in passages) if asked.energy else (),
        ),
        parts=parts,
        tempo=Tempo(wish.bpm, 1.0),
        beats=_beats(sheet, clock),
        key=wish.key,
        chords=_chords(sheet, clock, wish.duration_s),
        sections=_sections(sheet, clock, wish.duration_s),
        duration_s=wish.duration_s,
        genre=wish.genre.name,
        words=_words(parts[0], wish.duration_s),
        brightness=wish.brightness,
        dynamics=asked.dynamics,
        width=asked.width,
        notes=wish.notes + notes + (song.notes if song else ()),
        lyrics=song.lyrics if song else None,
    )


def _written(wish: Wish) -> tuple[Sheet, tuple[str, ...]]:
    """The lead sheet: form and harmony; and what of the form found no room."""
    asked, meter = wish.brief, wish.meter
    end = wish.duration_s * wish.bpm / (60 * meter.beats)
    bars, final = whole_bars(end)
    wanted = asked.sections or usual(max(1, round(bars * meter.beats / 4)), asked.hook_repetition)
    labels = opened(wanted, asked.intro_bars)
    energy = _shifted(asked.energy, len(labels) - len(wanted))
    passages = plan(labels, bars, energy=energy, intro_bars=asked.intro_bars, hook=asked.hook_repetition)
    changes = harmonize(wish.genre, wish.key, passages, end=end, final=final, seed=asked.seed, meter=meter)
    notes: tuple[str, ...] = (f"room for {bars} of {len(labels)} sections",) if len(labels) > bars else ()
    if asked.intro_bars and passages[0].bars < asked.intro_bars:
        notes += (f"room for {passages[0].bars} of {asked.intro_bars} bars of intro",)
    return Sheet(wish.genre, wish.key, passages, changes, end, final, asked.seed, wish.density, meter), notes


def _shifted(energy: tuple[float, ...], more: int) -> tuple[float, ...]:
    """The energies of the sections where an intro came before them or went."""
    if not energy or not more:
        return energy
    return (min(0.4, energy[0]), *energy) if more > 0 else energy[1:]


def _beats(sheet: Sheet, clock: Clock) -> Beats:
    """Beats up to the closing chord, or to the end of a track that is cut off."""
    count = sheet.final + 1 if sheet.final is not None else math.ceil(sheet.end - 1e-6)
    places = (np.arange(count)[:, None] + np.array(sheet.meter.pulses) / sheet.meter.steps).reshape(-1)
    inside = places <= sheet.final if sheet.final is not None else places < sheet.end - 1e-6 / sheet.meter.beats
    inside[0] = True
    bars = np.arange(count)[inside[:: len(sheet.meter.pulses)]]
    return Beats(clock.seconds(places[inside]), clock.seconds(bars), 1.0)


def _song(sheet: Sheet, bar_s: float, brief: Brief) -> tuple[Brief, Song | None]:
    """What is sung, if anything is, and the brief with its lyrics."""
    if brief.instrumental or not (sheet.genre.sung or brief.lyrics is not None):
        return brief, None
    lyrics = brief.lyrics or write_lyrics(brief, sheet.passages, bar_s)
    return attrs.evolve(brief, lyrics=lyrics), sing_lyrics(sheet, lyrics, play_lead(sheet, sung=True), bar_s=bar_s)


def _words(part: Part, duration_s: float) -> tuple[Word, ...]:
    """When each word is sung, as performed; the last ones end with the track."""
    if not part.syllables:
        return ()
    ends = np.minimum(part.starts_s + part.durations_s, duration_s)
    words = time_words(np.minimum(part.starts_s, ends).tolist(), ends.tolist(), part.syllables)
    # The consonants of a short last syllable take longer than its note.
    return tuple(
        attrs.evolve(word, start_s=min(word.start_s, duration_s), end_s=min(word.end_s, duration_s)) for word in words
    )


def _parts(sheet: Sheet, clock: Clock, brief: Brief, song: Song | None) -> Iterable[Part]:
    genre = sheet.genre
    player = Performer(sheet, clock, brief.dynamics)
    groove, bass, lead = genre.groove, genre.bass, genre.lead
    melody = song.events if song else play_lead(sheet, sung=False)
    singer = ("voice", "vocals", song.tract) if song else ("lead", "other", lead.patch)
    level_db = lead.level_db + (_SINGER_DB if song else 0.0) + brief.vocal_level_db
    # Dotted eighths, or eighths where three of them are a beat.
    echo_s = clock.bar_s * (3 if sheet.meter.bars == 1 else 4) / sheet.meter.steps
    syllables = song.syllables if song else ()
    lead_echo_s = echo_s if lead.echo and not song else 0.0
    yield player.part(*singer, melody, level_db=level_db, echo_s=lead_echo_s, syllables=syllables)
    yield player.part("drums", "drums", groove.kit, play_drums(sheet), level_db=groove.level_db, looseness=0.6)
    yield player.part("bass", "bass", bass.patch, play_bass(sheet), level_db=bass.level_db, wet=False)
    for layer in genre.layers:
        yield player.part(
            layer.name,
            "other",
            layer.patch,
            play_layer(sheet, layer),
            level_db=layer.level_db,
            pan=layer.pan,
            wet=layer.wet,
            strum_ms=layer.strum_ms,
            echo_s=echo_s if layer.echo else 0.0,
        )
    if lead.double:
        doubled = play_double(sheet, melody)
        yield player.part("double", "other", lead.double, doubled, level_db=lead.level_db - 7, pan=-0.45)
    if genre.groove.build:
        yield player.part("riser", "other", "riser", play_riser(sheet), level_db=-9.0, looseness=0.0)


def _chords(sheet: Sheet, clock: Clock, duration_s: float) -> tuple[Chord, ...]:
    """The changes in seconds, equal neighbours as one."""
    starts: list[tuple[float, str]] = []
    for change in sheet.changes:
        if not starts or starts[-1][1] != change.chord.label:
            starts.append((_second(clock, change.at), change.chord.label))
    ends = [start for start, _ in starts[1:]] + [duration_s]
    return tuple(Chord(start, end, label) for (start, label), end in zip(starts, ends, strict=True))


def _sections(sheet: Sheet, clock: Clock, duration_s: float) -> tuple[Section, ...]:
    labels = list(dict.fromkeys(passage.label for passage in sheet.passages))
    ends = [_second(clock, passage.end) for passage in sheet.passages[:-1]] + [duration_s]
    return tuple(
        Section(_second(clock, passage.start), end, passage.label, group=labels.index(passage.label))
        for passage, end in zip(sheet.passages, ends, strict=True)
    )


def _second(clock: Clock, at: float) -> float:
    return float(clock.seconds(np.array(at)))
