"""What the instruments sound like, as plain data that ``musicengine.synth.instruments`` plays."""

from __future__ import annotations

from typing import Any

import attrs

__all__ = ["PATCHES", "Patch"]

_OPEN_VOWEL = ((700.0, 110.0, 1.0), (1150.0, 130.0, 0.8), (2750.0, 200.0, 0.6), (3500.0, 300.0, 0.5))
_ROUND_VOWEL = ((450.0, 90.0, 1.0), (850.0, 120.0, 0.7), (2650.0, 200.0, 0.35), (3400.0, 300.0, 0.25))

#: Main resonances of a violin's and a cello's body (Fletcher and Rossing, The Physics of Musical Instruments, 1998).
_VIOLIN_BODY = ((280.0, 60.0, 0.8), (460.0, 80.0, 1.0), (1000.0, 300.0, 0.6), (2600.0, 700.0, 0.9))
_CELLO_BODY = ((110.0, 30.0, 0.8), (220.0, 50.0, 1.0), (600.0, 200.0, 0.7), (1600.0, 500.0, 0.7))


@attrs.frozen
class Patch:
    """One instrument. Its tone goes from ``bright_hz`` to ``dark_hz`` while a note sounds.

    Args:
        manner: "wave" (two wavetables that cross-fade), "bell" (frequency modulation) or "choir" (many detuned
            players at once) or "sweep" (noise that rises).
        rolloff: harmonic k has the amplitude k ** -rolloff.
        even: amplitude of even harmonics, from 0 (hollow) to 1.
        drawbars: amplitudes of the harmonics in place of a rolloff.
        formants, dark_formants: resonances (Hz, bandwidth, gain) of a voice or a body.
        bright_hz, dark_hz: corner frequencies of the tone at its start and later.
        mellow_s: time constant from bright to dark.
        attack_s, release_s: rise, and fall after the note's end.
        decay_s: time constant of the fall to ``sustain`` while the note is held; 0 holds it.
        sustain: level it falls to.
        detune_cents: between the left and the right of two players; 0 for one player in mono.
        vibrato_cents: after a moment; 0 for none.
        chorus_cents: how far the left and the right of two players slowly swing apart; 0 for no chorus.
        noise: breath or pick noise at the start.
        drive: how hard it saturates; 0 for not at all.
        ratio, index: of a bell's modulator.
        drop_cents: how far above its pitch the note starts.
        level_db: evens out the loudness of patches.
    """

    manner: str = "wave"
    rolloff: float = 1.0
    even: float = 1.0
    drawbars: tuple[float, ...] = ()
    formants: tuple[tuple[float, float, float], ...] = ()
    dark_formants: tuple[tuple[float, float, float], ...] = ()
    bright_hz: float = 4000.0
    dark_hz: float = 1500.0
    mellow_s: float = 0.3
    attack_s: float = 0.005
    release_s: float = 0.08
    decay_s: float = 0.0
    sustain: float = 0.0
    detune_cents: float = 0.0
    vibrato_cents: float = 0.0
    chorus_cents: float = 0.0
    noise: float = 0.0
    drive: float = 0.0
    ratio: float = 1.0
    index: float = 0.0
    drop_cents: float = 0.0
    level_db: float = 0.0


def _plucked(bright_hz: float, dark_hz: float, decay_s: float, **more: Any) -> Patch:
    settings = {"mellow_s": decay_s / 4, "release_s": 0.06, "noise": 0.05, "attack_s": 0.003} | more
    return Patch(bright_hz=bright_hz, dark_hz=dark_hz, decay_s=decay_s, **settings)


def _blown(rolloff: float, bright_hz: float, vibrato_cents: float, **more: Any) -> Patch:
    settings = {"attack_s": 0.045, "release_s": 0.09, "noise": 0.04, "mellow_s": 0.5, "dark_hz": bright_hz * 0.6} | more
    return Patch(rolloff=rolloff, bright_hz=bright_hz, vibrato_cents=vibrato_cents, **settings)


PATCHES = {
    # Basses
    "finger bass": _plucked(3200, 700, 0.9, rolloff=1.1, noise=0.02, level_db=-0.4),
    "pick bass": _plucked(3800, 900, 1.0, rolloff=1.0, noise=0.08, drive=0.8, level_db=0.1),
    "slap bass": _plucked(6000, 600, 0.6, rolloff=1.0, noise=0.12, level_db=0),
    "round bass": _plucked(1800, 450, 1.2, rolloff=1.25, noise=0.01, level_db=-0.9),
    "upright bass": _plucked(1600, 380, 0.7, rolloff=1.3, noise=0.05, level_db=-0.1),
    "synth bass": Patch(
        bright_hz=1600, dark_hz=350, mellow_s=0.1, decay_s=0.6, sustain=0.4, release_s=0.05, level_db=-1.1
    ),
    "acid bass": Patch(
        bright_hz=2600, dark_hz=280, mellow_s=0.07, decay_s=0.25, sustain=0.3, release_s=0.03, drive=1.0, level_db=1.1
    ),
    "reese bass": Patch(
        bright_hz=900, dark_hz=500, mellow_s=0.8, detune_cents=18, attack_s=0.01, drive=0.6, level_db=-0.1
    ),
    "sub bass": Patch(rolloff=2.5, bright_hz=600, dark_hz=250, attack_s=0.06, release_s=0.3, level_db=-1.9),
    "808 bass": Patch(
        rolloff=2.6,
        bright_hz=1500,
        dark_hz=300,
        mellow_s=0.15,
        decay_s=0.9,
        release_s=0.12,
        drive=1.6,
        drop_cents=900,
        level_db=-2.6,
    ),
    # Keys
    "piano": _plucked(
        7000, 2000, 1.3, rolloff=1.15, mellow_s=0.25, release_s=0.16, detune_cents=2.5, noise=0.03, level_db=-3.1
    ),
    "e-piano": Patch(
        "bell",
        ratio=1.0,
        index=1.4,
        mellow_s=0.35,
        decay_s=1.5,
        release_s=0.15,
        detune_cents=3,
        noise=0.02,
        level_db=-1.7,
    ),
    "organ": Patch(
        drawbars=(0.8, 1.0, 0.5, 0.7, 0.0, 0.35, 0.0, 0.3),
        bright_hz=6000,
        dark_hz=6000,
        release_s=0.04,
        detune_cents=4,
        level_db=-5,
    ),
    "clavinet": _plucked(6500, 1800, 0.5, rolloff=0.8, even=0.5, drive=0.5, level_db=-0.1),
    "bell": Patch(
        "bell", ratio=3.5, index=1.3, mellow_s=0.25, decay_s=0.7, release_s=0.5, detune_cents=4, level_db=-2.3
    ),
    "vibes": Patch(
        "bell", ratio=4.0, index=0.6, mellow_s=0.12, decay_s=1.2, release_s=0.4, detune_cents=2, level_db=-3
    ),
    # Guitars
    "muted guitar": _plucked(4500, 900, 0.16, rolloff=0.9, release_s=0.04, noise=0.1, level_db=2.4),
    "nylon guitar": _plucked(4500, 1300, 0.8, rolloff=1.0, release_s=0.12, noise=0.06, level_db=-2.4),
    "steel guitar": _plucked(8000, 2600, 0.9, rolloff=0.85, release_s=0.15, noise=0.1, detune_cents=4, level_db=-2.8),
    "clean guitar": _plucked(
        5500, 1900, 1.0, rolloff=0.9, release_s=0.12, noise=0.06, detune_cents=2, chorus_cents=8, level_db=-2.6
    ),
    "crunch guitar": Patch(
        rolloff=0.75,
        bright_hz=4600,
        dark_hz=3400,
        mellow_s=0.5,
        decay_s=2.5,
        release_s=0.06,
        detune_cents=7,
        drive=2.2,
        level_db=-5.7,
    ),
    "metal guitar": Patch(
        rolloff=0.65,
        bright_hz=5000,
        dark_hz=3800,
        mellow_s=0.4,
        decay_s=2.5,
        release_s=0.04,
        detune_cents=9,
        drive=3.2,
        level_db=-6.8,
    ),
    "lead guitar": Patch(
        rolloff=0.9,
        bright_hz=3800,
        dark_hz=2800,
        decay_s=3.0,
        sustain=0.3,
        release_s=0.1,
        vibrato_cents=28,
        drive=1.8,
        level_db=-6.6,
    ),
    # Pads and strings
    "warm pad": Patch(
        "choir", rolloff=1.15, bright_hz=2200, attack_s=0.35, release_s=0.5, detune_cents=14, level_db=-4.8
    ),
    "dark pad": Patch(
        "choir", rolloff=1.4, bright_hz=1300, attack_s=0.5, release_s=0.6, detune_cents=16, level_db=-3.3
    ),
    "strings": Patch(
        "choir", rolloff=0.9, bright_hz=4800, attack_s=0.12, release_s=0.3, detune_cents=16, level_db=-5.4
    ),
    "cello": Patch(
        rolloff=0.9,
        formants=_CELLO_BODY,
        bright_hz=2800,
        dark_hz=2000,
        attack_s=0.09,
        release_s=0.15,
        vibrato_cents=20,
        noise=0.03,
        level_db=-4.5,
    ),
    "pizzicato": _plucked(3500, 700, 0.22, rolloff=1.0, release_s=0.15, noise=0.06, detune_cents=5, level_db=0.5),
    "harp": _plucked(4200, 1400, 0.9, rolloff=1.25, release_s=0.4, noise=0.02, detune_cents=3, level_db=-2),
    "choir": Patch(
        "choir",
        rolloff=0.7,
        formants=_OPEN_VOWEL,
        bright_hz=3500,
        attack_s=0.25,
        release_s=0.4,
        detune_cents=18,
        level_db=-5.3,
    ),
    # Effects
    "riser": Patch("sweep", bright_hz=9000, attack_s=0.01, release_s=0.04, level_db=0),
    # Leads
    "voice": Patch(
        rolloff=0.7,
        formants=_OPEN_VOWEL,
        dark_formants=_ROUND_VOWEL,
        bright_hz=5000,
        dark_hz=4500,
        mellow_s=0.35,
        attack_s=0.05,
        release_s=0.09,
        vibrato_cents=30,
        noise=0.03,
        drop_cents=-60,
        level_db=-4.4,
    ),
    "soft lead": Patch(
        rolloff=1.0,
        even=0.4,
        bright_hz=3200,
        dark_hz=1800,
        attack_s=0.02,
        release_s=0.12,
        vibrato_cents=14,
        detune_cents=6,
        level_db=-4.7,
    ),
    "saw lead": Patch(
        rolloff=1.0,
        bright_hz=5000,
        dark_hz=3000,
        attack_s=0.008,
        release_s=0.1,
        vibrato_cents=10,
        detune_cents=14,
        level_db=-5.3,
    ),
    "super saw": Patch(
        rolloff=0.95,
        bright_hz=6000,
        dark_hz=4200,
        attack_s=0.01,
        release_s=0.15,
        detune_cents=22,
        chorus_cents=9,
        level_db=-5.3,
    ),
    "saw stab": Patch(
        rolloff=1.0,
        bright_hz=4200,
        dark_hz=700,
        mellow_s=0.08,
        decay_s=0.25,
        release_s=0.1,
        detune_cents=12,
        level_db=1,
    ),
    "pluck": _plucked(5500, 900, 0.28, rolloff=1.0, even=0.6, release_s=0.2, noise=0.0, detune_cents=6, level_db=0.3),
    "brass": _blown(0.9, 3200, 12, attack_s=0.03, detune_cents=8, dark_hz=2200, level_db=-5.1),
    "marimba": _plucked(2500, 600, 0.3, rolloff=2.2, even=0.25, release_s=0.2, noise=0.03, level_db=0),
    "flute": _blown(1.9, 2600, 16, noise=0.09, level_db=-4.6),
    "violin": _blown(0.85, 4200, 24, attack_s=0.07, level_db=-5.1, formants=_VIOLIN_BODY),
    "saxophone": _blown(0.85, 2600, 18, even=0.7, noise=0.06, level_db=-4.8),
    "melodica": _blown(0.8, 3200, 8, even=0.5, level_db=-5),
}
