"""What a recording should measure: the rules behind its quality score.

Each rule has a band of values that cost nothing and a value on either side at which it costs all its points; in
between the cost rises, so a worse measurement never scores better. What is a fault as soon as it is there (clipping,
polarity, hum) rises linearly. What is a matter of degree (level, dynamics, balance) has a narrow band and rises with
the square of the distance from it: the edge of what is usual costs tenths of a point, a fault costs points. What costs
less than :data:`LEAST` is no reason worth a line and costs nothing. Balance is judged by its distance from a reference
curve: recordings spread around it by 3 dB, and four spreads cost all. The points of all rules add up to 100.
Targets come from the standards that the rules name; where practice is a convention and no standard, the rule says so.
"""

from __future__ import annotations

import math

import attrs
import numpy as np

from musicengine.dsp.types import Array
from musicengine.values.scores import Deduction

__all__ = ["LEAST", "RULES", "Finding", "Rule"]

LEAST = 0.05
"""Points below which nothing is deducted."""

_NONE = math.inf
_TILT = (
    "Pestana et al., Spectral characteristics of popular commercial recordings 1950-2010 (AES 135, 2013): "
    "about 5 dB less per octave"
)


@attrs.frozen
class Finding:
    """One measurement, and the seconds it is about (None for the whole)."""

    measured: float
    start_s: float | None = None
    end_s: float | None = None


@attrs.frozen
class Rule:
    """What a measurement should be.

    Args:
        name: as deductions quote it.
        cap: the most points it can cost.
        unit: of the measurement.
        good: the lowest and highest value that cost nothing; infinite where there is no such bound.
        bad: the values below and above that cost the cap.
        fix: what to do about a value that is too low or too high.
        source: of the target.
        bend: the power of the distance that the cost rises with: 1 for faults, 2 for matters of degree.
    """

    name: str
    cap: float
    unit: str
    good: tuple[float, float]
    bad: tuple[float, float]
    fix: tuple[str, str]
    source: str
    bend: float = 1.0

    def cost(self, measured: Array) -> Array:
        """The points that finite measurements cost, however few."""
        share = np.zeros_like(measured)
        for good, bad in zip(self.good, self.bad, strict=True):
            if math.isfinite(good):
                share = np.maximum(share, (measured - good) / (bad - good))
        return self.cap * np.minimum(share, 1.0) ** self.bend

    def judge(self, finding: Finding) -> Deduction | None:
        """What the measurement costs; None if nothing."""
        low, high = self.good
        measured = finding.measured
        if low <= measured <= high:
            return None
        below = measured < low
        points = float(self.cost(np.array(measured))) if math.isfinite(measured) else self.cap
        if points < LEAST:
            return None
        return Deduction(
            rule=self.name,
            points=points,
            measured=float(measured),
            target=low if below else high,
            unit=self.unit,
            fix=self.fix[not below],
            start_s=finding.start_s,
            end_s=finding.end_s,
            source=self.source,
        )


def _at_most(
    name: str, cap: float, unit: str, good: float, bad: float, fix: str, source: str, bend: float = 1.0
) -> Rule:
    """A rule with an upper bound alone."""
    return Rule(name, cap, unit, (-_NONE, good), (-_NONE, bad), ("", fix), source, bend)


def _at_least(name: str, cap: float, unit: str, good: float, bad: float, fix: str, source: str) -> Rule:
    """A rule with a lower bound alone."""
    return Rule(name, cap, unit, (good, _NONE), (bad, _NONE), (fix, ""), source)


_LIST = (
    Rule(
        "loudness.target", 9, "LUFS", (-16, -9), (-26, -2),
        ("Raise the level, with a limiter if peaks are in the way.", "Lower it: services turn it down in any case."),
        "AES TD1008 (2021) and the normalisation levels of streaming services, -16 to -14 LUFS",
        bend=2,
    ),
    _at_most(
        "loudness.true_peak", 6, "dBTP", -1, 1.5,
        "Lower the level or limit true peaks to -1 dBTP, or lossy encoding will clip.",
        "EBU R 128 (2023): maximum true peak -1 dBTP", bend=2,
    ),
    _at_most(
        "clipping", 10, "ms/s", 0.05, 5, "Go back to the mix and lower the level before whatever clips.",
        "convention: three or more equal samples in a row at the extreme of a passage, run into with a step",
    ),
    _at_most("clicks", 5, "per minute", 0, 20, "Redraw the samples or cross-fade the edit.",
             "convention: single samples 26 dB above the roughness around them"),
    Rule(
        "dynamics.peak_to_loudness", 6, "LU", (9, 20), (3, 35),
        ("Limit and compress less.", "Compress a little: peaks keep the level low."),
        "PLR after EBU Tech 3341; convention: masters below 8 LU sound crushed",
        bend=2,
    ),
    Rule(
        "dynamics.range", 3, "LU", (1, 12), (0, 30),
        ("Let the sections differ more in level.", "Even out the sections' levels."),
        "LRA after EBU Tech 3342; convention for listening on the move",
        bend=2,
    ),
    _at_most("silence", 4, "s", 2, 10, "Trim it.", "convention: at most two seconds below -60 dBFS at a stretch"),
    _at_most("dc_offset", 2, "of full scale", 0.002, 0.05, "High-pass at 20 Hz.", "convention: below -54 dBFS"),
    _at_most("noise.floor", 4, "LU", -50, -30, "Gate or denoise the tracks that hiss.",
             "convention: broadband noise in the quietest third of a second at least 50 LU below the music", bend=2),
    _at_most("noise.hum", 5, "LU", -50, -25, "Notch the mains frequency and its harmonics.",
             "convention: lines held still at 50 or 60 Hz and multiples at least 50 LU below the music"),
    _at_least("stereo.correlation", 7, "", -0.1, -0.9,
              "Check the polarity of one channel; in mono this cancels out.",
              "convention: correlation meters (IEC 60268-18) warn below 0"),
    _at_most("stereo.width", 3, "dB", -5, 0, "Narrow the sides, or raise what is in the middle.",
             "convention: the side signal well below the middle; 0 dB are two unrelated channels", bend=2),
    Rule(
        "balance.low_end", 5, "dB", (16, 16), (4, 28),
        ("Raise the bass, or thin out the middle.", "Lower the bass below 200 Hz."), f"{_TILT}; 16 dB from 500-2000 Hz",
        bend=2,
    ),
    _at_most("balance.mud", 7, "dB", 1.5, 8, "Cut between 200 and 500 Hz.",
             f"{_TILT}; 200-500 Hz over the mean of its neighbours", bend=2),
    Rule(
        "balance.presence", 5, "dB", (-7, -7), (-19, 5),
        ("Raise 2-6 kHz for clarity.", "Tame 2-6 kHz, it is harsh."), f"{_TILT}; 7 dB below 500-2000 Hz",
        bend=2,
    ),
    Rule(
        "balance.air", 4, "dB", (-9, -9), (-21, 3),
        ("Raise the top above 6 kHz.", "Tame the top above 6 kHz."), f"{_TILT}, more above 4 kHz; 9 dB below 2-6 kHz",
        bend=2,
    ),
    _at_most("tuning.steadiness", 4, "cents", 10, 40, "Tune these seconds like the rest, or play them again.",
             "convention: all sections within 10 cents"),
    _at_most("tempo.steadiness", 3, "%", 4, 20, "Move the beats of this bar to the grid.",
             "convention: largest deviation of a bar's length from those around it", bend=2),
    _at_least("form.chorus_lift", 2, "LU", -0.5, -4, "Let the chorus be louder and fuller than the verse.",
              "convention: a chorus no quieter than its verses"),
    _at_most("form.first_chorus", 1, "s", 75, 150, "Get to the first chorus sooner.",
             "convention: within the first 75 seconds"),
    _at_most("form.intro", 1, "s", 25, 60, "Shorten the intro.",
             "Leveille Gauvin, Drawing listener attention in popular music (Musicae Scientiae 2018): intros of "
             "some 20 s in the 1980s, of 5 s today"),
    _at_least("form.contrast", 2, "dB", 1.5, 0, "Let passages differ: in level, in brightness, in who plays.",
              "convention: passages of four seconds apart by more than a loop that runs unchanged"),
    Rule(
        "form.repetition", 2, "%", (30, 95), (0, 105),
        ("Let the hook return.", "Add a passage that is heard once."),
        "Huron, Sweet Anticipation (2006): nearly all music states its passages more than once", bend=2,
    ),
)  # fmt: skip
RULES = {rule.name: rule for rule in _LIST}
"""The rules by name; their points add up to 100."""
