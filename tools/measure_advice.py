"""How often the top advice repairs a planted fault, on generated takes and, where there are some, on real recordings.

Usage: python tools/measure_advice.py [folder of .wav or decoded .npy clips]

A fault is planted in a sound that did not have it. The top advice repairs it if, once applied, the rule of the fault
costs at most a tenth of what it did and the score lies higher. Every sound is first put in order by its own
advice; those that still lose more than two points, where another advice may rightly come first, and plants that the
rules do not see are left out.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicengine import Audio, AudioReport, Brief, MusicEngine
from musicengine.audio import analyze, measure_loudness
from musicengine.audio.quality import score_quality
from musicengine.audio.remedies import find_remedy, set_gain
from musicengine.dsp.equalizer import bell, high_shelf, low_shelf
from musicengine.dsp.filters import biquads
from musicengine.flows.advise import advise

Samples = npt.NDArray[np.float32]
_CLEAN = 98.0
GENRES = ("pop", "disco", "rock", "hip hop", "house", "ambient")


def gain(db: float) -> Callable[[Samples, int], Samples]:
    """Turn it up or down."""
    return lambda x, rate: x * np.float32(10 ** (db / 20))


def clip(x: Samples, rate: int) -> Samples:
    """Clip one second by 6 dB."""
    third = x.shape[1] // 3
    part = slice(third, third + rate)
    x[:, part] = np.clip(2 * x[:, part], -0.89, 0.89)
    return x


def invert(x: Samples, rate: int) -> Samples:
    """Turn the right channel upside down."""
    x[1] *= -1
    return x


def widen(x: Samples, rate: int) -> Samples:
    """Raise the sides by 12 dB over the middle."""
    middle, side = (x[0] + x[1]) / 2, (x[0] - x[1]) / 2
    side *= np.sqrt((middle @ middle) / max(side @ side, 1e-9)) * 1.8
    return set_gain(Audio(np.stack([middle + side, middle - side]), rate), -3.0).samples


def offset(x: Samples, rate: int) -> Samples:
    """Add a DC offset."""
    return x * np.float32(0.9) + np.float32(0.03)


def tail(x: Samples, rate: int) -> Samples:
    """Five seconds of silence at the end."""
    return np.pad(x, ((0, 0), (0, 5 * rate)))


def pause(x: Samples, rate: int) -> Samples:
    """Five seconds of silence in the middle."""
    return np.insert(x, [x.shape[1] // 2] * (5 * rate), 0, axis=1)


def hum(x: Samples, rate: int) -> Samples:
    """A hum of 50 Hz 26 dB below the music."""
    t = np.arange(x.shape[1]) / rate
    level = 0.05 * np.sqrt(2 * np.mean(x**2))
    return x + sum(np.float32(level / k) * np.sin(2 * np.pi * 50 * k * t).astype(np.float32) for k in (1, 2, 3, 4))


def clicks(x: Samples, rate: int) -> Samples:
    """A click every two seconds."""
    for at in range(rate, x.shape[1] - rate, 2 * rate):
        x[:, at + int(np.argmin(np.abs(x[0, at : at + rate // 2])))] = 0.8
    return x


def equalised(make: Callable[[int], tuple[float, ...]]) -> Callable[[Samples, int], Samples]:
    """A filter, brought back to the loudness it had, so that the balance is the only fault."""

    def plant(x: Samples, rate: int) -> Samples:
        filtered = Audio(biquads(x, [make(rate)]), rate)
        change = measure_loudness(Audio(x, rate)).integrated_lufs - measure_loudness(filtered).integrated_lufs
        return set_gain(filtered, change).samples

    return plant


FAULTS: dict[str, tuple[str, Callable[[Samples, int], Samples]]] = {
    "12 dB too quiet": ("loudness.target", gain(-12)),
    "12 dB too loud": ("loudness.target", gain(12)),
    "3 dB over full scale": ("loudness.true_peak", gain(4)),
    "clipped": ("clipping", clip),
    "clicks": ("clicks", clicks),
    "silent tail": ("silence", tail),
    "silent middle": ("silence", pause),
    "DC offset": ("dc_offset", offset),
    "hum": ("noise.hum", hum),
    "inverted channel": ("stereo.correlation", invert),
    "too wide": ("stereo.width", widen),
    "mud": ("balance.mud", equalised(lambda rate: bell(rate, 320, 1.0, 14))),
    "no bass": ("balance.low_end", equalised(lambda rate: low_shelf(rate, 250, -18))),
    "boomy": ("balance.low_end", equalised(lambda rate: low_shelf(rate, 200, 18))),
    "dull": ("balance.presence", equalised(lambda rate: high_shelf(rate, 2000, -18))),
    "harsh": ("balance.presence", equalised(lambda rate: bell(rate, 3500, 0.9, 15))),
    "no air": ("balance.air", equalised(lambda rate: high_shelf(rate, 6500, -18))),
}


def sounds(folder: str | None) -> Iterator[Audio]:
    """Generated takes, or the clips of a folder."""
    if folder is None:
        for seed, genre in enumerate(3 * GENRES):
            yield MusicEngine().generate(Brief(genre, genre=genre, duration_s=24, seed=seed)).audio
        return
    for path in sorted(Path(folder).glob("*.npy"))[::12]:
        rate = int(float(path.with_suffix(".rate").read_text()))
        yield Audio(np.load(path)[..., : 30 * rate], rate)
    for path in sorted(Path(folder).glob("*.wav")):
        yield MusicEngine().load(path)


def applied(audio: Audio, report: AudioReport, rule: str) -> Audio:
    """The sound with the remedy of a rule."""
    (reason,) = [reason for reason in report.quality.deductions if reason.rule == rule]
    remedy = find_remedy(audio, reason, measure_loudness(audio))
    return remedy.apply(audio) if remedy else audio


def in_order(audio: Audio) -> Audio:
    """The sound with its own advice applied, at most four times."""
    for _ in range(4):
        report = analyze(audio)
        found = advise(audio, report)
        if not found:
            break
        audio = applied(audio, report, found[0].rule)
    return audio


def points(score: object, rule: str) -> float:
    """What a rule costs."""
    return sum(reason.points for reason in score.deductions if reason.rule == rule)  # type: ignore[attr-defined]


def attempt(audio: Audio, rule: str, fault: Callable[[Samples, int], Samples]) -> tuple[str, float] | None:
    """What became of a planted fault, and the seconds that the advice took; None if it is no new fault here."""
    before = score_quality(audio)
    if before.value < _CLEAN or (rule.startswith("stereo") and audio.channels != 2):
        return None
    broken = Audio(fault(audio.samples.copy(), audio.rate), audio.rate)
    report = analyze(broken)
    cost = points(report.quality, rule)
    if cost < 0.1:
        return None
    start = time.perf_counter()
    found = advise(broken, report)
    elapsed = time.perf_counter() - start
    if not found:
        return "no advice", elapsed
    after = score_quality(applied(broken, report, found[0].rule), beats=report.beats, form=report.form)
    if points(after, rule) <= 0.1 * cost and after.value > report.quality.value:
        return "repaired", elapsed
    return f"{found[0].rule} first, {points(after, rule):.1f} of {cost:.1f} left", elapsed


def main() -> None:
    """Print the rate of every fault and of all."""
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    material = [in_order(audio) for audio in sounds(folder)]
    total, good, times = 0, 0, []
    for name, (rule, fault) in FAULTS.items():
        results = [found for audio in material if (found := attempt(audio, rule, fault))]
        repaired = sum(text == "repaired" for text, _ in results)
        total, good = total + len(results), good + repaired
        times += [elapsed for _, elapsed in results]
        print(f"{name:22}{repaired:3} of {len(results):3}  {'; '.join(t for t, _ in results if t != 'repaired')[:140]}")
    print(f"all {good} of {total}, {good / max(total, 1):.1%}; median {1000 * float(np.median(times)):.0f} ms")


if __name__ == "__main__":
    main()
