"""Whether the ledger points at a planted fault and nowhere else, on generated takes and on recordings.

Usage: python tools/measure_judging.py [folder of .wav or decoded .npy clips] [--count 24]

Every sound is brought to -14 LUFS with a limiter first. A fault is planted and the whole is analyzed again. For each
fault the table gives how many sounds it was planted in, how many points its rule rose by (median), in how many it rose
most of all rules, and in how many another rule that has nothing to do with it rose by more than half a point.
Mono clips become a pair by a softer, later copy of opposite sign in the channels. A chorus without lift is planted by
turning the chorus down, judged with the form that is known: in takes as written, in clips their second half.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicengine import Audio, Brief, MusicEngine
from musicengine.audio import analyze, measure_loudness, score_quality
from musicengine.audio.remedies import set_gain
from musicengine.synth.genres import all_genres
from musicengine.values.music import Form, Section

Samples = npt.NDArray[np.float32]
Sound = tuple[Audio, Form]
_UNRELATED = 0.5


def loudness(samples: Samples, rate: int) -> float:
    """Integrated, LUFS."""
    return measure_loudness(Audio(samples, rate)).integrated_lufs


def span(x: Samples, rate: int, start_s: float, length_s: float) -> slice:
    """These seconds, or as many from the first third of what is shorter."""
    start = round(start_s * rate) if x.shape[1] > (start_s + length_s + 1) * rate else x.shape[1] // 3
    return slice(start, start + round(length_s * rate))


def clip(x: Samples, rate: int) -> Samples:
    """The second from 20 s on, cut 6 dB below its peak."""
    part = span(x, rate, 20, 1)
    ceiling = np.abs(x[:, part]).max() / 2
    x[:, part] = np.clip(x[:, part], -ceiling, ceiling)
    return x


def mud(x: Samples, rate: int) -> Samples:
    """6 dB more from 200 to 500 Hz, as loud as before."""
    spectrum, hz = np.fft.rfft(x, axis=1), np.fft.rfftfreq(x.shape[1], 1 / rate)
    spectrum[:, (hz > 200) & (hz < 500)] *= 2
    muddy = np.fft.irfft(spectrum, x.shape[1], axis=1).astype(np.float32)
    return set_gain(Audio(muddy, rate), loudness(x, rate) - loudness(muddy, rate)).samples


def invert(x: Samples, rate: int) -> Samples:
    """The right channel upside down."""
    x[1] *= -1
    return x


def quiet(x: Samples, rate: int) -> Samples:
    """-24 LUFS."""
    return x * np.float32(10 ** ((-24 - loudness(x, rate)) / 20))


def late_bar(x: Samples, rate: int) -> Samples:
    """A third of a second held up in the middle: what was there is heard again."""
    middle = x.shape[1] // 2
    return np.concatenate([x[:, :middle], x[:, middle - rate // 3 :]], axis=1)


def detune(x: Samples, rate: int) -> Samples:
    """Eight seconds 35 cents sharp."""
    part = span(x, rate, 10, 8)
    passage = x[:, part]
    places = np.arange(0, passage.shape[1] - 1, 2 ** (35 / 1200))
    detuned = np.stack([np.interp(places, np.arange(channel.size), channel) for channel in passage])
    return np.concatenate([x[:, : part.start], detuned.astype(np.float32), x[:, part.stop :]], axis=1)


def hum(x: Samples, rate: int) -> Samples:
    """50 Hz and three multiples, 26 dB below the music."""
    t = np.arange(x.shape[1]) / rate
    level = 0.05 * np.sqrt(2 * np.mean(x**2))
    return x + sum(np.float32(level / k) * np.sin(2 * np.pi * 50 * k * t).astype(np.float32) for k in (1, 2, 3, 4))


def hiss(x: Samples, rate: int) -> Samples:
    """Two pauses of 0.8 s, and noise 38 dB below the music everywhere."""
    rng = np.random.default_rng(0)
    level = 10 ** (-38 / 20) * float(np.sqrt(np.mean(x**2)))
    for start_s in (5, 11):
        x[:, round(start_s * rate) : round((start_s + 0.8) * rate)] = 0
    return x + rng.normal(0, level, x.shape).astype(np.float32)


def clicks(x: Samples, rate: int) -> Samples:
    """One every two seconds."""
    for at in range(rate, x.shape[1] - rate, 2 * rate):
        x[:, at + int(np.argmin(np.abs(x[0, at : at + rate // 2])))] = 0.8
    return x


Fault = tuple[str, Callable[[Samples, int], Samples], frozenset[str]]
FAULTS: dict[str, Fault] = {
    "clipped from 20 to 21 s": ("clipping", clip, frozenset()),
    "6 dB of mud": ("balance.mud", mud, frozenset()),
    "inverted channel": ("stereo.correlation", invert, frozenset()),
    "-24 LUFS": ("loudness.target", quiet, frozenset()),
    "a bar off the grid": ("tempo.steadiness", late_bar, frozenset()),
    "8 s detuned": ("tuning.steadiness", detune, frozenset()),
    "hum": ("noise.hum", hum, frozenset()),
    "hiss": ("noise.floor", hiss, frozenset({"dynamics.range"})),
    "clicks": ("clicks", clicks, frozenset({"loudness.true_peak"})),
}
"""The rule, the plant, and what it brings with it."""


def stereo(samples: Samples, rate: int) -> Samples:
    """A pair, of one channel where there is but one."""
    if samples.shape[0] == 2:
        return samples
    late = np.pad(samples[0], (round(0.011 * rate), 0))[: samples.shape[1]] * np.float32(0.3)
    return np.stack([samples[0] + late, samples[0] - late])


def halves(duration_s: float) -> Form:
    """Verse, then chorus."""
    return Form([Section(0, duration_s / 2, "verse"), Section(duration_s / 2, duration_s, "chorus", group=1)], [0.0])


def sounds(folder: str | None, count: int) -> Iterator[Sound]:
    """Generated takes, or the clips of a folder, at -14 LUFS, with a form that has a chorus."""
    if folder is None:
        engine, genres = MusicEngine(), [genre.name for genre in all_genres()]
        for seed in range(count):
            take = engine.generate(Brief("", genre=genres[seed % len(genres)], duration_s=28, seed=seed))
            assert take.truth
            yield take.audio, Form(take.truth.sections, [0.0])
        return
    clips = [path for kind in ("*.npy", "*.wav") for path in sorted(Path(folder).glob(kind))]
    for path in clips[:: max(1, len(clips) // count)]:
        if path.suffix == ".npy":
            rate = int(float(path.with_suffix(".rate").read_text()))
            audio = Audio(np.load(path)[..., : 30 * rate], rate)
        else:
            audio = MusicEngine().load(path)
        if audio.channels <= 2 and audio.duration_s >= 14:
            pair = Audio(stereo(audio.samples, audio.rate), audio.rate)
            yield set_gain(pair, -14 - loudness(pair.samples, pair.rate)), halves(pair.duration_s)


def rises(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """By how many points each rule rose."""
    return {rule: after.get(rule, 0.0) - before.get(rule, 0.0) for rule in {*before, *after}}


def costs(audio: Audio, form: Form | None = None) -> dict[str, float]:
    """The ledger: of all that is measured, or of the sound and a form that is known."""
    ledger = score_quality(audio, form=form) if form else analyze(audio).quality
    return {reason.rule: reason.points for reason in ledger.deductions}


def unlifted(audio: Audio, form: Form) -> Audio:
    """The choruses turned down to 4 dB below the verses."""
    samples = audio.samples.copy()

    def level_db(label: str) -> float:
        parts = [audio.samples[:, round(s.start_s * audio.rate) : round(s.end_s * audio.rate)] for s in form.sections
                 if s.label == label]  # fmt: skip
        return float(10 * np.log10(np.mean(np.concatenate(parts, axis=1) ** 2)))

    gain = np.float32(10 ** ((level_db("verse") - 4 - level_db("chorus")) / 20))
    for section in form.sections:
        if section.label == "chorus":
            samples[:, round(section.start_s * audio.rate) : round(section.end_s * audio.rate)] *= gain
    return Audio(samples, audio.rate)


def row(name: str, rule: str, related: frozenset[str], found: list[dict[str, float]]) -> str:
    """One fault as a line of the table."""
    own = [rise.get(rule, 0.0) for rise in found]
    most = np.mean([rise.get(rule, 0.0) > 0 and rise[rule] == max(rise.values()) for rise in found])
    strange = [[other for other, points in rise.items() if points > _UNRELATED and other not in {rule, *related}]
               for rise in found]  # fmt: skip
    named = ", ".join(f"`{other}` {count}" for other, count in Counter(chain.from_iterable(strange)).most_common(3))
    share = np.mean([bool(each) for each in strange])
    return f"| {name} | `{rule}` | {len(found)} | {np.median(own):.2f} | {most:.0%} | {share:.0%} | {named} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--count", type=int, default=24)
    options = parser.parse_args()
    material = list(sounds(options.folder, options.count))
    clean = [costs(audio) for audio, _ in material]
    scores = np.quantile([100 - sum(ledger.values()) for ledger in clean], [0.1, 0.5, 0.9])
    print(f"{len(material)} sounds; score: a tenth below {scores[0]:.1f}, median {scores[1]:.1f}")
    print("| fault | rule | cases | median rise | rises most | another rises by more than 0.5 | which |")
    print("|---|---|---|---|---|---|---|")
    for name, (rule, plant, related) in FAULTS.items():
        found = [
            rises(before, costs(Audio(plant(audio.samples.copy(), audio.rate), audio.rate)))
            for (audio, _), before in zip(material, clean, strict=True)
        ]
        print(row(name, rule, related, found), flush=True)
    formed = [(audio, form) for audio, form in material if {"verse", "chorus"} <= {s.label for s in form.sections}]
    found = [rises(costs(audio, form), costs(unlifted(audio, form), form)) for audio, form in formed]
    print(row("chorus 4 dB below the verse", "form.chorus_lift", frozenset(), found))


if __name__ == "__main__":
    main()
