"""A brief becomes an arrangement: every decision and every note, before any sound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from musicengine.errors import BriefError
from musicengine.synth.accompaniment import play_bass, play_layer
from musicengine.synth.briefs import MOODS, Mood, parse_brief
from musicengine.synth.drumming import play_drums
from musicengine.synth.form import LABELS, plan, usual
from musicengine.synth.genres import Genre, find_genre
from musicengine.synth.melody import play_lead
from musicengine.synth.sheet import Event, Sheet, harmonize, stream
from musicengine.synth.singing import Song, Syllable, form_of, sing_lyrics, singing_s, time_words
from musicengine.synth.songwriting import write_lyrics
from musicengine.values._arrays import Content, FloatArray, floats
from musicengine.values._value import Value
from musicengine.values.making import MAX_DURATION_S, Brief
from musicengine.values.music import Beats, Chord, Key, Section, Tempo
from musicengine.values.words import Lyrics, Word

__all__ = ["DEFAULT_DURATION_S", "Arrangement", "Part", "compose"]

DEFAULT_DURATION_S = 30.0
_BEATS_PER_BAR = 4
_SHORTEST_WITH_ENDING = 3.0
_SHORTEST_ENDING = 0.75
_SINGER_DB = 2.5  # a voice stands out more than an instrument


@attrs.frozen(repr=False, slots=False)
class Part(Value):
    """What one player plays.

    Args:
        name: e.g. "drums", "bass", "lead", "piano".
        stem: "vocals", "drums", "bass" or "other".
        patch: what it sounds like, a name of ``musicengine.synth.patches`` or a drum kit.
        starts_s, durations_s: float32 (n,), in order of time.
        pitches: float32 (n,), MIDI note numbers; General MIDI percussion keys for drums.
        velocities: float32 (n,), in (0, 1].
        level_db, pan: in the mix; pan from -1 (left) to 1 (right).
        wet: whether it gets reverb.
        syllables: what a singer sings on each note; () for instruments.
    """

    name: str
    stem: str
    patch: str
    starts_s: FloatArray = attrs.field(converter=floats, eq=Content)
    durations_s: FloatArray = attrs.field(converter=floats, eq=Content)
    pitches: FloatArray = attrs.field(converter=floats, eq=Content)
    velocities: FloatArray = attrs.field(converter=floats, eq=Content)
    level_db: float = 0.0
    pan: float = 0.0
    wet: bool = True
    syllables: tuple[Syllable, ...] = ()

    def __len__(self) -> int:
        return int(self.starts_s.size)


@attrs.frozen(repr=False, slots=False)
class Arrangement(Value):
    """A written piece: what ``render`` plays and what a take's Truth tells.

    Args:
        brief: with every open field decided.
        parts: the players.
        tempo, beats, key, chords, sections, words: exact, as written.
        duration_s: the length in seconds.
        genre: the one whose manner it follows.
        brightness: from -1 (dark) to 1 (bright).
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
    notes: tuple[str, ...] = attrs.field(default=(), eq=False)
    lyrics: Lyrics | None = None


def compose(brief: Brief) -> Arrangement:
    """The arrangement of a brief. Open fields are decided by genre, mood and seed.

    Args:
        brief: what is wanted; where it only has a prompt, the prompt is parsed.

    Raises:
        BriefError: a section that no form has; a prompt that asks for the impossible.
    """
    wish = _decide(brief)
    bar_s = _BEATS_PER_BAR * 60 / wish.bpm
    end = wish.duration_s / bar_s
    bars, final = _bars(end)
    labels = wish.brief.sections or usual(bars)
    passages = plan(labels, bars)
    changes = harmonize(wish.genre, wish.key, passages, end=end, final=final, seed=brief.seed)
    sheet = Sheet(wish.genre, wish.key, passages, changes, end, final, brief.seed, wish.mood.density)
    beats = np.arange(_beat_count(sheet)) * (60 / wish.bpm)
    brief, song = _song(sheet, bar_s, wish.brief)
    parts = tuple(_parts(sheet, bar_s, song))
    crowded = (f"room for {bars} of {len(labels)} sections",) if len(labels) > bars else ()
    return Arrangement(
        brief=attrs.evolve(brief, sections=tuple(passage.label for passage in passages)),
        parts=parts,
        tempo=Tempo(wish.bpm, 1.0),
        beats=Beats(beats, beats[::_BEATS_PER_BAR], 1.0),
        key=wish.key,
        chords=_chords(sheet, bar_s, wish.duration_s),
        sections=_sections(sheet, bar_s, wish.duration_s),
        duration_s=wish.duration_s,
        genre=wish.genre.name,
        words=_words(parts[0]),
        brightness=wish.mood.brightness,
        notes=wish.notes + crowded + (song.notes if song else ()),
        lyrics=song.lyrics if song else None,
    )


@attrs.frozen
class _Wish:
    """A brief and its decided fields."""

    brief: Brief
    genre: Genre
    mood: Mood
    bpm: float
    key: Key
    duration_s: float
    notes: tuple[str, ...]


def _decide(brief: Brief) -> _Wish:
    """Genre, tempo, key and duration: as the brief says, or in the manner of genre and mood."""
    if brief.prompt.strip() and not brief.understood:
        heard = parse_brief(brief.prompt, seed=brief.seed)
        open_fields = {
            name: getattr(heard, name)
            for name in ("genre", "mood", "bpm", "key", "duration_s", "sections", "instrumental", "understood")
            if not getattr(brief, name)
        }
        brief = attrs.evolve(brief, **open_fields)
    genre, note = find_genre(brief.genre)
    mood = MOODS.get((brief.mood or "").lower(), Mood())
    unknown = next((label for label in brief.sections if label not in LABELS), None)
    if unknown is not None:
        raise BriefError(f"expected sections among {', '.join(LABELS)}, got {unknown[:40]!r}")
    rng = stream(brief.seed, f"decisions {genre.name}")
    low, high = genre.bpm
    place = np.clip(rng.random() * 0.6 + 0.2 + 0.3 * mood.pace, 0, 1)
    tonic, minor = int(rng.integers(12)), rng.random() < (genre.minor if mood.minor is None else mood.minor)
    drawn = low + place * (high - low)
    bpm = brief.bpm or _whole_phrases((low, high), drawn, brief.duration_s or DEFAULT_DURATION_S)
    if brief.lyrics and not brief.sections:
        bar_s = _BEATS_PER_BAR * 60 / bpm
        length_s = brief.duration_s or min(max(DEFAULT_DURATION_S, singing_s(brief.lyrics, bar_s)), MAX_DURATION_S)
        brief = attrs.evolve(brief, duration_s=length_s, sections=form_of(brief.lyrics, int(length_s / bar_s)))
    wanted = max(DEFAULT_DURATION_S, len(brief.sections) * 16 * 60 / bpm) if brief.sections else DEFAULT_DURATION_S
    duration_s = brief.duration_s or min(wanted, MAX_DURATION_S)
    key = brief.key or Key(tonic, "minor" if minor else "major")
    decided = attrs.evolve(brief, genre=genre.name, bpm=bpm, key=key, duration_s=duration_s)
    return _Wish(decided, genre, mood, bpm, key, duration_s, (note,) if note else ())


def _bars(end: float) -> tuple[int, int | None]:
    """How many bars the form has in a track of ``end`` bars, and the bar of the closing chord where there is one."""
    final = math.floor(end - _SHORTEST_ENDING) if end >= _SHORTEST_WITH_ENDING else None
    return (math.ceil(end) if final is None else final), final


def _whole_phrases(tempi: tuple[int, int], drawn: float, duration_s: float) -> float:
    """The tempo near the drawn one with which phrases of four bars, or of two, fill the track."""

    def oddness(bpm: int) -> float:
        bars, _ = _bars(duration_s * bpm / (60 * _BEATS_PER_BAR))
        return abs(bpm - drawn) + 5 * (bars % 4 != 0) + 10 * (bars % 2)

    return float(min(range(tempi[0], tempi[1] + 1), key=oddness))


def _beat_count(sheet: Sheet) -> int:
    """Beats up to the closing chord, or to the end of a track that is cut off."""
    if sheet.final is not None:
        return sheet.final * _BEATS_PER_BAR + 1
    return max(1, math.ceil(sheet.end * _BEATS_PER_BAR - 1e-6))


def _song(sheet: Sheet, bar_s: float, brief: Brief) -> tuple[Brief, Song | None]:
    """What is sung, if anything is, and the brief with its lyrics."""
    if brief.instrumental or not (sheet.genre.sung or brief.lyrics is not None):
        return brief, None
    lyrics = brief.lyrics or write_lyrics(brief, sheet.passages, bar_s)
    song = sing_lyrics(sheet, lyrics, play_lead(sheet, sung=True), bar_s=bar_s)
    return attrs.evolve(brief, lyrics=lyrics), song


def _words(part: Part) -> tuple[Word, ...]:
    if not part.syllables:
        return ()
    return time_words(part.starts_s.tolist(), (part.starts_s + part.durations_s).tolist(), part.syllables)


def _parts(sheet: Sheet, bar_s: float, song: Song | None) -> Iterable[Part]:
    genre = sheet.genre
    player = _Performer(sheet, bar_s)
    groove, bass, lead = genre.groove, genre.bass, genre.lead
    if song:
        yield player.part(
            "voice", "vocals", song.tract, song.events, level_db=lead.level_db + _SINGER_DB, syllables=song.syllables
        )
    else:
        yield player.part("lead", "other", lead.patch, play_lead(sheet, sung=False), level_db=lead.level_db)
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
        )


@attrs.frozen
class _Performer:
    """Turns events in bars into notes in seconds, with swing and a human's timing and touch."""

    sheet: Sheet
    bar_s: float

    def part(
        self,
        name: str,
        stem: str,
        patch: str,
        events: list[Event],
        *,
        level_db: float,
        pan: float = 0.0,
        wet: bool = True,
        looseness: float = 1.0,
        strum_ms: float = 0.0,
        syllables: Sequence[Syllable] = (),
    ) -> Part:
        table = np.array(events, np.float64).reshape(-1, 4)
        rng = stream(self.sheet.seed, f"performance {name}")
        starts = self._swung(table[:, 0]) * self.bar_s
        ends = self._swung(table[:, 0] + table[:, 1]) * self.bar_s
        # Tones of one chord share their lateness, so that it stays a chord.
        _, chord = np.unique(table[:, 0], return_inverse=True)
        late_s = rng.normal(0, self.sheet.genre.loose_ms * looseness / 1000, chord.max(initial=-1) + 1)
        bound = 2.5 * self.sheet.genre.loose_ms * looseness / 1000
        spread = _strum(chord) * strum_ms / 1000
        starts = np.maximum(0, starts + np.clip(late_s, -bound, bound)[chord] + spread)
        touch = 1 + 0.06 * np.clip(rng.normal(size=len(table)), -2, 2)
        end_s = self.sheet.end * self.bar_s
        ends = np.minimum(ends, end_s)
        heard = (starts < end_s - 0.02) & (ends > starts + 0.01)
        order = np.argsort(starts[heard], kind="stable")
        velocities = np.clip(table[:, 3] * touch, 0.05, 1)
        return Part(
            name,
            stem,
            patch,
            starts[heard][order],
            (ends - starts)[heard][order],
            table[:, 2][heard][order],
            velocities[heard][order],
            level_db=level_db,
            pan=pan,
            wet=wet,
            syllables=tuple(syllables[i] for i in np.flatnonzero(heard)[order]) if syllables else (),
        )

    def _swung(self, at: np.ndarray) -> np.ndarray:
        """Places in bars with the second of each pair of steps moved late."""
        genre = self.sheet.genre
        pairs = genre.swing_steps / 2
        whole = np.floor(at * pairs + 1e-9)
        part = np.maximum(at * pairs - whole, 0)
        swung = np.where(part < 0.5, part * 2 * genre.swing, genre.swing + (part - 0.5) * 2 * (1 - genre.swing))
        result: np.ndarray = (whole + swung) / pairs
        return result


def _strum(chord: np.ndarray) -> np.ndarray:
    """The place of each tone in its chord, 0 for the first to 1 for a fourth."""
    starts = np.flatnonzero(np.diff(chord, prepend=-1))
    lengths = np.diff(np.append(starts, chord.size))
    result: np.ndarray = (np.arange(chord.size) - np.repeat(starts, lengths)) / 3
    return result


def _chords(sheet: Sheet, bar_s: float, duration_s: float) -> tuple[Chord, ...]:
    """The changes in seconds, equal neighbours as one."""
    starts: list[tuple[float, str]] = []
    for change in sheet.changes:
        if not starts or starts[-1][1] != change.chord.label:
            starts.append((change.at * bar_s, change.chord.label))
    ends = [start for start, _ in starts[1:]] + [duration_s]
    return tuple(Chord(start, end, label) for (start, label), end in zip(starts, ends, strict=True))


def _sections(sheet: Sheet, bar_s: float, duration_s: float) -> tuple[Section, ...]:
    labels = list(dict.fromkeys(passage.label for passage in sheet.passages))
    ends = [passage.end * bar_s for passage in sheet.passages[:-1]] + [duration_s]
    return tuple(
        Section(passage.start * bar_s, end, passage.label, group=labels.index(passage.label))
        for passage, end in zip(sheet.passages, ends, strict=True)
    )
