"""Measure what confidences are worth: print reliability tables of tempo, beats, meter, key, chords and pitch.

    python tools/measure_reliability.py FOLDER [--each 8] [--bins 5]

FOLDER holds labelled clips as for ``tools/measure_accuracy.py``. Recordings, renderings and takes of the built-in
composer (``--each`` of every genre, always the same ones) are never pooled. Answers are sorted by confidence and cut
into bins of the same size; a row gives how many there are, their mean confidence and what share was right. ECE, the
expected calibration error, is the mean distance between the two, weighed by the size of the bins (Naeini, Cooper and
Hauskrecht, AAAI 2015). Right is: a tempo within 4 %; a beat within 70 ms (F-measure); bars of three beats or not, as
labelled; the very key; the very chord with its seventh most of the time; of a pitch track the share of frames
that are rightly voiced and within 50 cents; of the voicing of a frame that there is a pitch.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path

import attrs
import mir_eval
import numpy as np
from measure_accuracy import beats_in_a_bar, clips
from measure_closed_loop import draw

from musicengine import MusicEngine
from musicengine.audio import analyze
from musicengine.synth.genres import all_genres
from musicengine.values.music import Chord, Key
from musicengine.values.reports import AudioReport

LEAST = 5  # answers in a bin
FRAMES = 20  # every so manyth frame of a pitch track is asked for its voicing


@attrs.frozen
class Truth:
    """What is known of a clip; None of what is not."""

    group: str
    tempo: float | None = None
    beats: np.ndarray | None = None
    meter: str | None = None
    key: str | None = None
    chords: list[tuple[float, float, str]] | None = None
    f0: tuple[np.ndarray, np.ndarray] | None = None


@attrs.frozen
class Answer:
    """A confidence and how right the answer was, in [0, 1]."""

    measure: str
    group: str
    confidence: float
    right: float


def labelled(folder: Path) -> Iterator[tuple[Truth, AudioReport]]:
    """Labelled clips and what is heard in them."""
    for clip in clips(folder, None):
        label = clip.label
        if not any(label.get(field) for field in ("tempo", "beats", "key", "chords", "f0")):
            continue
        length, f0 = beats_in_a_bar(label), label.get("f0")
        yield (
            Truth(
                clip.group,
                label.get("tempo"),
                np.array(label["beats"]) if label.get("beats") else None,
                {2: "4/4", 3: "3/4", 4: "4/4"}.get(length or 0),
                str(Key.parse(label["key"].replace("-", "b"))) if label.get("key") else None,
                label.get("chords"),
                (np.array(f0["times"]), np.array(f0["hz"])) if f0 else None,
            ),
            analyze(clip.audio),
        )


def composed(each: int) -> Iterator[tuple[Truth, AudioReport]]:
    """Takes of the built-in composer and what is heard in them."""
    engine, rng = MusicEngine(), np.random.default_rng(0)
    for genre in all_genres():
        for _ in range(each):
            take = engine.generate(
                attrs.evolve(draw(genre.name, 30.0, rng), meter=str(rng.choice(["4/4"] * 3 + ["3/4"])))
            )
            truth = take.truth
            assert truth is not None
            yield (
                Truth(
                    "composed",
                    truth.tempo.bpm,
                    truth.beats.times_s.astype(float),
                    take.brief.meter,
                    str(truth.key),
                    [(chord.start_s, chord.end_s, chord.label) for chord in truth.chords or ()],
                ),
                analyze(take.audio),
            )


def judge(truth: Truth, heard: AudioReport) -> Iterator[Answer]:
    """The answers that something is known about; where the analyzers abstain there is none."""

    def answer(measure: str, confidence: float, right: float) -> Answer:
        return Answer(measure, truth.group, confidence, float(right))

    if truth.tempo is not None and heard.tempo:
        yield answer("tempo, within 4 %", heard.tempo.confidence, abs(heard.tempo.bpm / truth.tempo - 1) <= 0.04)
    if truth.beats is not None and heard.beats:
        share = mir_eval.beat.f_measure(truth.beats, heard.beats.times_s.astype(float))
        yield answer("beats, F", heard.beats.confidence, share)
    if truth.meter is not None and heard.rhythm and heard.rhythm.meter_confidence is not None:
        yield answer(
            "meter, three or not",
            heard.rhythm.meter_confidence,
            (heard.rhythm.meter == "3/4") == (truth.meter == "3/4"),
        )
    if truth.key is not None and heard.key:
        yield answer("key, exact", heard.key.confidence, str(heard.key) == truth.key)
    if truth.chords and heard.chords:
        for chord in heard.chords:
            yield answer("chords, with sevenths", chord.confidence, agreement(chord, truth.chords))
    if truth.f0 is not None and heard.pitch:
        times, wanted = truth.f0
        at = np.clip(np.searchsorted(heard.pitch.times_s, times), 0, heard.pitch.times_s.size - 1)
        hz = np.nan_to_num(heard.pitch.frequencies_hz[at])
        near = (np.abs(np.log2(np.maximum(hz, 1) / np.maximum(wanted, 1))) <= 1 / 24) | ((hz == 0) & (wanted <= 0))
        yield answer("pitch, right frames", heard.pitch.confidence, near.mean())
        for place in range(0, times.size, FRAMES):
            yield answer("voicing, frames", float(heard.pitch.voicing[at[place]]), wanted[place] > 0)


def agreement(chord: Chord, wanted: list[tuple[float, float, str]]) -> float:
    """Whether a chord is the right one of major, minor, their sevenths and none for most of its time."""
    kept = [
        (max(start, chord.start_s), min(end, chord.end_s), name)
        for start, end, name in wanted
        if min(end, chord.end_s) > max(start, chord.start_s)
    ]
    if not kept:
        return 0.0
    scores = mir_eval.chord.sevenths([name for _, _, name in kept], [chord.label] * len(kept))
    lengths = np.array([end - start for start, end, _ in kept])
    known = scores >= 0
    return float(lengths[known & (scores > 0)].sum() > 0.5 * lengths[known].sum()) if known.any() else np.nan


def reliability(answers: list[Answer], bins: int) -> tuple[str, float]:
    """The bins as text, and the expected calibration error."""
    pairs = np.array([(answer.confidence, answer.right) for answer in answers if not np.isnan(answer.right)])
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    parts = np.array_split(pairs, max(1, min(bins, len(pairs) // LEAST)))
    error = sum(len(part) * abs(part[:, 0].mean() - part[:, 1].mean()) for part in parts) / len(pairs)
    return ", ".join(f"{part[:, 0].mean():.2f} → {part[:, 1].mean():.2f}" for part in parts), float(error)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=8)
    parser.add_argument("--bins", type=int, default=5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    table: dict[tuple[str, str], list[Answer]] = {}
    for source in (labelled(options.folder), composed(options.each)):
        for truth, heard in source:
            for answer in judge(truth, heard):
                table.setdefault((answer.measure, answer.group), []).append(answer)
    print("| measure | clips | n | confidence → right | ECE |\n|---|---|---|---|---|")
    for (measure, group), answers in sorted(table.items()):
        shown, error = reliability(answers, options.bins)
        print(f"| {measure} | {group} | {len(answers)} | {shown} | {error:.3f} |")


if __name__ == "__main__":
    main()
