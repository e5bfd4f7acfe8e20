"""What a genre is to the composer: tempo, harmony, drum language, bass, accompaniment, lead and mix, as plain data."""

from __future__ import annotations

import attrs

__all__ = ["Bass", "Genre", "Groove", "Lanes", "Layer", "Lead"]

Lanes = tuple[tuple[str, str], ...]


@attrs.frozen
class Groove:
    """A drum language. Lanes are pairs of a drum and its pattern (see ``musicengine.synth.patterns``).

    Args:
        kit: a name of ``musicengine.synth.drums``.
        verse, chorus: lanes of the fuller sections.
        quiet: lanes of intros, breaks and outros.
        fill: "toms", "snare", "roll" (hats), "breath" (the drums drop out) or "none".
        build: what leads into a chorus: "roll" (a snare roll, a riser and a drop), "riser" or "swell"; "" for nothing.
        ghosts: how likely a soft extra snare or hat is in each bar.
        level_db: in the mix.
    """

    kit: str
    verse: Lanes
    chorus: Lanes
    quiet: Lanes = ()
    fill: str = "toms"
    build: str = ""
    ghosts: float = 0.2
    level_db: float = 0.0


@attrs.frozen
class Bass:
    """A bass line: digits name degrees above the chord's root (8 the octave), ``a`` leads to the next root."""

    patch: str
    verse: str
    chorus: str
    center: int = 36
    level_db: float = 0.0


@attrs.frozen
class Layer:
    """One accompanying part: level symbols play the chord, digits its tones from the bottom.

    Args:
        name: of the part.
        patch: a name of ``musicengine.synth.patches``.
        verse, chorus: patterns; "" is silence.
        center: MIDI pitch around which chords are voiced.
        size: tones a chord.
        enters: the energy of a section from which it plays.
        level_db, pan: in the mix; pan from -1 (left) to 1 (right).
        wet: whether it gets reverb.
        strum_ms: from the first to the last tone of a chord.
        echo: whether it echoes in dotted eighths.
    """

    name: str
    patch: str
    verse: str
    chorus: str
    center: int = 60
    size: int = 3
    enters: float = 0.0
    level_db: float = -6.0
    pan: float = 0.0
    wet: bool = True
    strum_ms: float = 0.0
    echo: bool = False


@attrs.frozen
class Lead:
    """The melody.

    Args:
        patch: the instrument that plays it where nobody sings.
        center: MIDI pitch around which a verse lies.
        busy: 0 long notes, 1 medium, 2 many.
        five: pentatonic.
        level_db: in the mix.
        double: the patch that joins it in full sections, a third or an octave away; "" for nobody.
        echo: whether it echoes in dotted eighths.
    """

    patch: str
    center: int = 69
    busy: int = 1
    five: bool = False
    level_db: float = -3.0
    double: str = ""
    echo: bool = False


@attrs.frozen
class Genre:
    """A genre.

    Args:
        name, aliases: what it is called.
        bpm: the usual tempo from, to.
        minor: how often it is in minor, in [0, 1].
        major_progressions, minor_progressions: numerals, one chord a ``chord_bars``; verse and chorus draw from them.
        groove, bass, layers, lead: what plays.
        chord_bars: bars a chord.
        swing: where the second of two steps falls, 0.5 straight, 0.667 triplets.
        swing_steps: 8 or 16: which steps swing.
        loose_ms: standard deviation of timing.
        sung: whether a voice usually has the melody.
        duck: how far the kick pushes the rest down, in [0, 1].
        room_s: reverberation time.
        wet_db: level of the reverb.
        cadence: whether phrases end on the dominant.
    """

    name: str
    aliases: tuple[str, ...]
    bpm: tuple[int, int]
    minor: float
    major_progressions: tuple[str, ...]
    minor_progressions: tuple[str, ...]
    groove: Groove
    bass: Bass
    layers: tuple[Layer, ...]
    lead: Lead
    chord_bars: float = 1.0
    swing: float = 0.5
    swing_steps: int = 16
    loose_ms: float = 5.0
    sung: bool = True
    duck: float = 0.0
    room_s: float = 1.4
    wet_db: float = -12.0
    cadence: bool = True
