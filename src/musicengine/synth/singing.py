"""Lyrics become a vocal line: lines to phrases, syllables to notes, stresses to beats.

The lyric's sections are matched to the form's by name; each line is a phrase of half a bar to four bars with a breath
after it. Within a phrase dynamic programming places the syllables: stressed ones on strong beats and on longer notes,
none faster than can be said, each section with a rhythmic habit of its own (after Nichols et al., "Relationships
between lyrics and melody in popular music", ISMIR 2009). Pitches are those of the melody at that moment, on strong
beats a tone of the chord, in the singer's range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from musicengine.dsp.formants import Tract
from musicengine.dsp.phonemes import split_syllables
from musicengine.dsp.types import Array
from musicengine.lyrics.language import detect_language
from musicengine.lyrics.syllables import Scansion, scan_all
from musicengine.synth.articulation import articulate
from musicengine.synth.form import Passage
from musicengine.synth.harmony import nearest
from musicengine.synth.meters import Meter
from musicengine.synth.prosody import BREATH_S, place_syllables
from musicengine.synth.sheet import Event, Sheet, stream
from musicengine.synth.stanzas import match_sections
from musicengine.values.words import Line, Lyrics, Word

__all__ = ["Song", "Syllable", "choose_singer", "sing_lyrics", "time_words", "vocalise"]

_EASY, _FASTEST = 4.3, 7.5  # syllables a second
_LONGEST_PHRASE = 16  # syllables
_PHRASES = (0.5, 1.0, 2.0, 4.0)  # bars
_LONGEST_NOTE_S = 1.6


@attrs.frozen
class Syllable:
    """What is sung on one note.

    Args:
        phones: ARPAbet with stress digits.
        word: the word it begins; "" within one.
    """

    phones: tuple[str, ...]
    word: str = ""


@attrs.frozen
class Song:
    """A vocal line.

    Args:
        events: its notes.
        syllables: of each note.
        lyrics: what is sung, in order; None without words.
        notes: what could not be done.
        tract: who sings.
    """

    events: list[Event]
    syllables: list[Syllable]
    tract: Tract
    lyrics: Lyrics | None = None
    notes: tuple[str, ...] = ()


@attrs.frozen
class _Singer:
    """Who sings, around which MIDI pitch."""

    tract: Tract
    center: int


def choose_singer(seed: int, center: int) -> _Singer:
    """A woman or a man; a low lead is a man's more often."""
    woman = stream(seed, "singer").random() < (0.65 if center >= 66 else 0.35)
    return _Singer("woman", 64) if woman else _Singer("man", 57)


def vocalise(events: Sequence[Event], singer: _Singer) -> Song:
    """A melody sung on "ah"."""
    pitches = _into_range([event.pitch for event in events], singer)
    sung = [event._replace(pitch=pitch) for event, pitch in zip(events, pitches, strict=True)]
    return Song(sung, [Syllable(("AA1",))] * len(sung), singer.tract)


def sing_lyrics(sheet: Sheet, lyrics: Lyrics, melody: Sequence[Event], *, bar_s: float) -> Song:
    """The vocal line of a lyric.

    Args:
        sheet: form and chords.
        lyrics: the words; what is not English is sung on "ah".
        melody: pitches to sing, as an instrument would play them.
        bar_s: seconds a bar.
    """
    singer = choose_singer(sheet.seed, sheet.genre.lead.center)
    meter, language = sheet.meter, detect_language(lyrics.text)
    if language != "en":
        why = "no words in the lyrics" if language == "und" else f"lyrics in {language!r}, only English is sung here"
        return attrs.evolve(vocalise(melody, singer), notes=(f'{why}: sung on "ah"',))
    events: list[Event] = []
    syllables: list[Syllable] = []
    sung: list[Line] = []
    dropped: list[str] = []
    for passage, lines in match_sections(sheet.passages, lyrics):
        phrases, left = _phrase(passage, lines, bar_s)
        dropped += left
        singing = stream(sheet.seed, f"singing {passage.label}").random(4 * meter.steps)
        at = float(passage.start)
        for phrase in phrases:
            notes = _place(phrase, at, bar_s, meter, singing)
            events += _pitched(notes, sheet, passage, melody)
            syllables += phrase.syllables
            sung += [phrase.line] if phrase.line else []
            at += phrase.bars
    pitches = _into_range([event.pitch for event in events], singer)
    events = [event._replace(pitch=pitch) for event, pitch in zip(events, pitches, strict=True)]
    return Song(events, syllables, singer.tract, Lyrics(sung), tuple(_remarks(lyrics, sung, dropped)))


def time_words(starts_s: Sequence[float], ends_s: Sequence[float], syllables: Sequence[Syllable]) -> tuple[Word, ...]:
    """When each word sounds, from its first consonant to its last, given the notes as performed."""
    spans: dict[int, tuple[float, float]] = {}
    for segment in articulate(starts_s, ends_s, [syllable.phones for syllable in syllables]):
        start, _ = spans.get(segment.note, (segment.start_s, 0.0))
        spans[segment.note] = (start, segment.end_s)
    words: list[Word] = []
    for note, syllable in enumerate(syllables):
        start, end = spans[note]
        if syllable.word:
            words.append(Word(syllable.word, max(start, 0.0), end))
        elif words:
            words[-1] = attrs.evolve(words[-1], end_s=end)
    return tuple(words)


@attrs.frozen
class _Phrase:
    """A line, or a part of a long one, with the bars it takes; ``line`` where it begins."""

    line: Line | None
    syllables: tuple[Syllable, ...]
    stresses: tuple[bool, ...]
    bars: float


def _phrase(passage: Passage, lines: Sequence[Line], bar_s: float) -> tuple[list[_Phrase], list[str]]:
    """The lines as phrases that fit the passage, and the texts of lines that do not."""
    most = int(passage.bars / _PHRASES[0])
    phrases = [phrase for line in _scan(tuple(lines[:most])) for phrase in line]
    if not phrases:
        return [], []
    longest = max(len(phrase.syllables) for phrase in phrases)
    possible = [size for size in _PHRASES if longest / _FASTEST + BREATH_S / 2 <= size * bar_s] or [_PHRASES[-1]]
    easy = [size for size in possible if longest / _EASY + BREATH_S <= size * bar_s] or possible[-1:]
    fitting = [size for size in possible if size * len(phrases) <= passage.bars]
    size = min(easy[0], fitting[-1]) if fitting else possible[0]
    kept = phrases[: max(1, int(passage.bars / size))]
    if size > passage.bars:
        size = float(passage.bars)
    # A line is sung whole or not at all.
    while len(kept) < len(phrases) and len(kept) > 1 and phrases[len(kept)].line is None:
        kept.pop()
    left = [phrase.line.text for phrase in phrases[len(kept) :] if phrase.line] + [line.text for line in lines[most:]]
    if passage.label == "chorus" and kept and not left:
        kept = kept * max(1, int(passage.bars / (size * len(kept))))
    return [attrs.evolve(phrase, bars=size) for phrase in kept], left


def _scan(lines: tuple[Line, ...]) -> list[list[_Phrase]]:
    """The phrases of each line, syllable by syllable."""
    scanned = scan_all([line.text for line in lines])
    return [list(_split(line, scansion)) for line, scansion in zip(lines, scanned, strict=True)]


def _split(line: Line, scansion: Scansion) -> Iterator[_Phrase]:
    """A line as one phrase, or as several of words in a row where it is long."""
    words: list[list[Syllable]] = []
    for token, said in zip(scansion.words, scansion.said, strict=True):
        parts = split_syllables(said)
        words.append([Syllable(phones, token.text if i == 0 else "") for i, phones in enumerate(parts)])
    total = sum(map(len, words))
    if not total:
        return
    room = -(-total // -(-total // _LONGEST_PHRASE))
    stresses = list(scansion.stresses)
    found: list[list[Syllable]] = [[]]
    for word in words:
        if found[-1] and len(found[-1]) + len(word) > room + 1:
            found.append([])
        found[-1] += word[:_LONGEST_PHRASE]
        del word[_LONGEST_PHRASE:]
    at = 0
    for i, syllables in enumerate(found):
        strong = (stresses[at : at + len(syllables)] + [False] * len(syllables))[: len(syllables)]
        yield _Phrase(line if i == 0 else None, tuple(syllables), tuple(strong), 0.0)
        at += len(syllables)


@attrs.frozen
class _Note:
    """A place in bars, a length in bars, and whether its syllable is stressed."""

    at: float
    length: float
    strong: bool
    last: bool


def _place(phrase: _Phrase, start: float, bar_s: float, meter: Meter, habit: Array) -> list[_Note]:
    """The phrase's syllables in time."""
    steps = meter.steps
    count = max(1, round(phrase.bars * steps))
    step_s = bar_s / steps
    rhythm = place_syllables(phrase.stresses, count, meter, step_s, tuple(habit.tolist()))
    breath = min(BREATH_S / bar_s, 0.2 * phrase.bars)
    ends = [*rhythm[1:], min(count - breath * steps, rhythm[-1] + _LONGEST_NOTE_S / step_s)]
    last = len(rhythm) - 1
    return [
        _Note(start + at / steps, max(end - at, 0.5) / steps, strong, i == last)
        for i, (at, end, strong) in enumerate(zip(rhythm, ends, phrase.stresses, strict=True))
    ]


def _pitched(notes: Sequence[_Note], sheet: Sheet, passage: Passage, melody: Sequence[Event]) -> list[Event]:
    """The notes with pitches: the melody's at that moment, a tone of the chord where it matters."""
    own = [event for event in melody if passage.start <= event.at < passage.end]
    tonic = nearest(sheet.genre.lead.center, (sheet.key.tonic,))
    events = []
    for note in notes:
        heard = [event for event in own if event.at <= note.at + 1e-6]
        pitch = heard[-1].pitch if heard else own[0].pitch if own else tonic
        classes = sheet.chord_at(note.at).pitch_classes
        clash = pitch % 12 not in classes and any((pitch - tone) % 12 in (1, 11) for tone in classes)
        if note.last or clash or (note.strong and note.at * 2 % 1 == 0) or not own:
            pitch = nearest(pitch, classes)
        level = 0.95 if note.strong else 0.75
        events.append(Event(note.at, note.length, pitch, level))
    return events


def _into_range(pitches: Sequence[int], singer: _Singer) -> list[int]:
    """The pitches moved by octaves: all of them to the singer's register, then those out of reach."""
    if not pitches:
        return []
    shift = 12 * round((singer.center - float(np.median(pitches))) / 12)
    low, high = singer.center - 9, singer.center + 12
    moved = [pitch + shift for pitch in pitches]
    return [
        pitch - 12 * -(-(pitch - high) // 12)
        if pitch > high
        else pitch + 12 * -(-(low - pitch) // 12)
        if pitch < low
        else pitch
        for pitch in moved
    ]


def _remarks(lyrics: Lyrics, sung: Sequence[Line], dropped: Sequence[str]) -> Iterator[str]:
    """What of the lyric is not sung, one phrase."""
    heard = {line.text for line in sung}
    silent = [line.text for line in lyrics.lines if line.text not in heard]
    if silent:
        why = "no room for" if dropped else "no section for"
        yield f"{why} {len(silent)} of {len(lyrics.lines)} lines of the lyrics, the first is {silent[0][:40]!r}"
