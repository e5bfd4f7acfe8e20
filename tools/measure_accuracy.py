"""Measure the analyzers, and the peers if they are installed, on labelled clips; print Markdown tables.

    python tools/measure_accuracy.py FOLDER [--tasks tempo,beats,...] [--peers] [--limit N]

FOLDER holds ``<id>.json`` with labels beside ``<id>`` audio. Needs soundfile and mir_eval. A label file has ``set``
("real" or anything else for rendered), ``audio`` (or ``stems``: the mixture is their sum) and some of ``tempo``,
``beats``, ``downbeats`` (for the meter), ``key``, ``chords``, ``f0`` {times, hz, mono}, ``loudness`` {lufs, lra},
``sections``. Real and rendered clips are never pooled. Figures are means over clips, with the standard error.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import mir_eval
import numpy as np
import soundfile

from musicengine import audio as analyzers
from musicengine.values.music import Key
from musicengine.values.sound import Audio

Label = dict[str, Any]
Scores = dict[str, float]
TASKS = ("tempo", "beats", "meter", "key", "chords", "f0", "loudness", "sections", "stems")


@attrs.frozen
class Clip:
    """One labelled piece of audio."""

    label: Label
    audio: Audio
    stems: dict[str, np.ndarray]

    @property
    def group(self) -> str:
        """The kind of clip that figures are kept apart by."""
        return "real" if self.label["set"] == "real" else "rendered"


def clips(folder: Path, limit: int | None) -> Iterator[Clip]:
    """All clips of a folder in order of their names."""
    for path in sorted(folder.glob("*.json"))[:limit]:
        label = json.loads(path.read_text())
        stems = {name: _read(folder / file) for name, file in (label.get("stems") or {}).items()}
        if label.get("audio"):
            samples, rate = _read(folder / label["audio"])
        elif stems:
            length = min(part.shape[1] for part, _ in stems.values())
            samples, rate = sum(part[:, :length] for part, _ in stems.values()), next(iter(stems.values()))[1]
        else:
            continue
        yield Clip(label, Audio(samples, rate), {name: part.mean(axis=0) for name, (part, _) in stems.items()})


def _read(path: Path) -> tuple[np.ndarray, int]:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples.T), rate


# ------------------------------------------------------------------------------------------------------ the metrics


def score_tempo(label: Label, bpm: float) -> Scores:
    """Accuracy 1 and 2: within 4 %, of the tempo or also of its double, half, triple or third (Gouyon et al. 2006)."""
    near = [abs(bpm - label["tempo"] * ratio) <= 0.04 * label["tempo"] * ratio for ratio in (1, 2, 3, 1 / 2, 1 / 3)]
    return {"acc1": float(near[0]), "acc2": float(any(near))}


def score_beats(label: Label, times: np.ndarray) -> Scores:
    """F within 70 ms, and AMLt: the longest tracking at any allowed metrical level (Davies et al. 2009)."""
    reference = np.array(label["beats"])
    if len(times) < 2:
        return {"F": 0.0, "AMLt": 0.0}
    return {
        "F": mir_eval.beat.f_measure(reference, times),
        "AMLt": mir_eval.beat.continuity(reference, times)[3] if len(reference) > 4 else 0.0,
    }


def beats_in_a_bar(label: Label) -> int | None:
    """The usual number of beats from a downbeat to the next; None where it is not labelled."""
    if not label.get("beats") or len(label.get("downbeats") or ()) < 3:
        return None
    counts = np.diff(np.searchsorted(np.array(label["beats"]), np.array(label["downbeats"]) - 0.05))
    return int(np.bincount(counts).argmax())


def score_meter(label: Label, found: tuple[str | None, np.ndarray]) -> Scores:
    """Whether bars are in three or in two and four as labelled, other bars being left out, and F of downbeats."""
    length, (meter, downbeats) = beats_in_a_bar(label), found
    scores = {
        "downbeats F": mir_eval.beat.f_measure(np.array(label["downbeats"]), downbeats) if len(downbeats) else 0.0
    }
    if length in (2, 3, 4):
        scores["three or not"] = float(meter is not None and (meter == "3/4") == (length == 3))
    return scores


def score_key(label: Label, key: str) -> Scores:
    """The MIREX weighted score, and exact matches."""
    wanted, found = str(Key.parse(label["key"].replace("-", "b"))), str(Key.parse(key))
    return {"weighted": mir_eval.key.weighted_score(wanted, found), "exact": float(wanted == found)}


def score_chords(label: Label, spans: list[tuple[float, float, str]]) -> Scores:
    """Share of the time with the right major or minor chord, and the right root."""

    def arrays(chords: Any) -> tuple[np.ndarray, list[str]]:
        kept = [(max(0.0, a), min(label["duration"], b), name) for a, b, name in chords if b > a and b > 0]
        kept = [item for item in kept if item[1] > item[0]]
        return np.array([item[:2] for item in kept]), [item[2] for item in kept]

    found = mir_eval.chord.evaluate(*arrays(label["chords"]), *arrays(spans))
    return {"majmin": found["majmin"], "root": found["root"]}


def score_f0(label: Label, track: tuple[np.ndarray, np.ndarray]) -> Scores:
    """Raw pitch and overall accuracy within 50 cents (MIREX melody extraction)."""
    times, hz = np.array(label["f0"]["times"]), np.array(label["f0"]["hz"])
    if times[0] > 0:
        times, hz = np.r_[0, times], np.r_[0, hz]
    found = mir_eval.melody.evaluate(times, hz, track[0], np.nan_to_num(track[1]))
    return {"RPA": found["Raw Pitch Accuracy"], "overall": found["Overall Accuracy"]}


def score_loudness(label: Label, loudness: tuple[float, float]) -> Scores:
    """Whether integrated loudness is within 0.1 LU and the range within 1 LU."""
    wanted = label["loudness"]
    scores = {"within 0.1 LU": float(abs(loudness[0] - wanted["lufs"]) <= 0.1 + 1e-9)} if "lufs" in wanted else {}
    if "lra" in wanted:
        scores["range within 1 LU"] = float(abs(loudness[1] - wanted["lra"]) <= 1)
    return scores


def score_sections(label: Label, boundaries: np.ndarray) -> Scores:
    """Boundary F within 0.5 s and 3 s, the ends left out."""

    def intervals(times: Any) -> np.ndarray:
        inner = [t for t in sorted(times) if 0.2 < t < label["duration"] - 0.2]
        edges = np.unique([0.0, *inner, label["duration"]])
        return np.stack([edges[:-1], edges[1:]], axis=1)

    wanted = intervals({time for section in label["sections"] for time in section[:2]})
    found = intervals(boundaries)
    return {
        f"F at {window:g} s": mir_eval.segment.detection(wanted, found, window=window, trim=True)[2]
        for window in (0.5, 3.0)
    }


def score_stems(label: Label, clip: Clip, estimates: dict[str, np.ndarray]) -> Scores:
    """How much closer to the stem than the mixture an estimate is: gain of scale-invariant SDR, dB (Le Roux 2019)."""
    mixture, gains = clip.audio.mono.astype(float), {}
    for name, reference in clip.stems.items():
        estimate = estimates.get(name)
        if estimate is None or name == "other":
            continue
        length = min(len(reference), len(estimate), len(mixture))
        wanted = reference[:length].astype(float)
        if _sdr(wanted, mixture[:length]) < -15 or wanted @ wanted < 1e-8 * length:
            continue  # (nearly) inaudible in this clip
        before, after = _si_sdr(wanted, mixture[:length]), _si_sdr(wanted, estimate[:length].astype(float))
        gains[f"{name} dB"] = max(-30.0, after) - before
    return gains


def _sdr(reference: np.ndarray, estimate: np.ndarray) -> float:
    error = estimate - reference
    return float(10 * np.log10((reference @ reference + 1e-12) / (error @ error + 1e-12)))


def _si_sdr(reference: np.ndarray, estimate: np.ndarray) -> float:
    reference, estimate = reference - reference.mean(), estimate - estimate.mean()
    target = reference * ((reference @ estimate) / (reference @ reference + 1e-12))
    error = estimate - target
    return float(10 * np.log10((target @ target + 1e-12) / (error @ error + 1e-12)))


# ------------------------------------------------------------------------------------------------------ the systems


def ours(task: str, clip: Clip) -> Any:
    """This library's answer to a task, in the shape that the metric takes."""
    audio = clip.audio
    if task == "tempo":
        tempo = analyzers.estimate_tempo(audio)
        return tempo.bpm if tempo else 1.0
    if task == "beats":
        beats = analyzers.track_beats(audio)
        return beats.times_s.astype(float) if beats else np.zeros(0)
    if task == "meter":
        found, bars = analyzers.describe_rhythm(audio), analyzers.track_beats(audio)
        return found.meter, bars.downbeats_s.astype(float) if bars else np.zeros(0)
    if task == "key":
        return str(analyzers.estimate_key(audio) or "C major")
    if task == "chords":
        return [(chord.start_s, chord.end_s, chord.label) for chord in analyzers.find_chords(audio) or ()]
    if task == "f0":
        track = analyzers.track_pitch(audio)
        return track.times_s.astype(float), track.frequencies_hz.astype(float)
    if task == "loudness":
        loudness = analyzers.measure_loudness(audio)
        return loudness.integrated_lufs, loudness.range_lu
    if task == "sections":
        return np.array([section.start_s for section in analyzers.find_sections(audio) or ()])
    stems = {name: part.mono for name, part in analyzers.separate(audio)}
    return stems | {"melody": stems["vocals"]}


def librosa(task: str, clip: Clip) -> Any:
    """Librosa's answer, with its documented defaults."""
    import librosa as peer

    y, rate = clip.audio.mono.astype(np.float32), clip.audio.rate
    if task in ("tempo", "beats"):
        tempo, beats = peer.beat.beat_track(y=y, sr=rate, units="time")
        return float(np.atleast_1d(tempo)[0]) if task == "tempo" else np.asarray(beats)
    if task == "key":
        return _krumhansl(peer.feature.chroma_cqt(y=y, sr=rate).mean(axis=1))
    if task == "f0" and clip.label["f0"]["mono"]:
        hz, _, _ = peer.pyin(y, fmin=55, fmax=1760, sr=rate)
        return peer.times_like(hz, sr=rate), hz
    if task == "sections":
        chroma = peer.feature.chroma_cqt(y=y, sr=rate, hop_length=4096)
        mfcc = peer.feature.mfcc(y=y, sr=rate, hop_length=4096)
        length = min(chroma.shape[1], mfcc.shape[1])
        stacked = np.vstack([peer.util.normalize(part[:, :length], axis=1) for part in (chroma, mfcc)])
        cuts = peer.segment.agglomerative(stacked, max(2, round(clip.audio.duration_s / 15)))
        return peer.frames_to_time(cuts, sr=rate, hop_length=4096)
    if task == "stems":
        return {"drums": peer.effects.percussive(y)}
    return None


def essentia(task: str, clip: Clip) -> Any:
    """Essentia's answer, with its documented defaults."""
    import essentia.standard as peer

    if task in ("loudness", "meter", "chords", "sections", "stems"):
        return None
    y = peer.Resample(inputSampleRate=clip.audio.rate, outputSampleRate=44_100)(clip.audio.mono)
    if task in ("tempo", "beats"):
        bpm, beats, *_ = peer.RhythmExtractor2013(method="multifeature")(y)
        return float(bpm) if task == "tempo" else np.asarray(beats, float)
    if task == "key":
        tonic, mode, _ = peer.KeyExtractor(profileType="bgate")(y)
        return f"{tonic} {mode}"
    extractor = peer.PitchMelodia() if clip.label["f0"]["mono"] else peer.PredominantPitchMelodia()
    hz, _ = extractor(peer.EqualLoudness()(y))
    return np.arange(len(hz)) * 128 / 44_100, np.asarray(hz, float)


def pyloudnorm(task: str, clip: Clip) -> Any:
    """Pyloudnorm's answer."""
    import pyloudnorm as peer

    if task != "loudness":
        return None
    samples = clip.audio.samples.T.astype(float)
    meter = peer.Meter(clip.audio.rate)
    return meter.integrated_loudness(samples), getattr(meter, "loudness_range", lambda _: np.nan)(samples)


def _krumhansl(chroma: np.ndarray) -> str:
    """The best correlating key profile of Krumhansl and Kessler (1982)."""
    major = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
    minor = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
    fits = {
        (mode, tonic): np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]
        for mode, profile in (("major", major), ("minor", minor))
        for tonic in range(12)
    }
    mode, tonic = max(fits, key=lambda key: fits[key])
    return str(Key(tonic, mode))


# -------------------------------------------------------------------------------------------------------- the tables


def judge(task: str, clip: Clip, answer: Any) -> Scores:
    """The metric of a task."""
    if task == "stems":
        return score_stems(clip.label, clip, answer)
    metric: Callable[[Label, Any], Scores] = globals()[f"score_{task}"]
    return metric(clip.label, answer)


def measure(folder: Path, tasks: list[str], systems: list[Callable[..., Any]], limit: int | None) -> dict[Any, Any]:
    """For each task, group, system and metric the scores of all clips."""
    table: dict[Any, dict[str, dict[str, list[float]]]] = {}
    for clip in clips(folder, limit):
        for task in tasks:
            if clip.label.get("downbeats" if task == "meter" else task) in (None, [], {}):
                continue
            kind = "" if task != "f0" else " alone" if clip.label["f0"]["mono"] else " in a mix"
            row = table.setdefault((task, clip.group + kind), {})
            for system in systems:
                answer = system(task, clip)
                for name, value in (judge(task, clip, answer) if answer is not None else {}).items():
                    row.setdefault(system.__name__, {}).setdefault(name, []).append(float(value))
    return table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--peers", action="store_true", help="librosa, Essentia and pyloudnorm, too")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    systems = [ours, librosa, essentia, pyloudnorm] if options.peers else [ours]
    table = measure(options.folder, options.tasks.split(","), systems, options.limit)
    print("| task | clips | n | system | figures |\n|---|---|---|---|---|")
    for (task, group), row in sorted(table.items()):
        for system, figures in row.items():
            shown = ", ".join(
                f"{name} {np.mean(values):.3f} ± {np.std(values) / len(values) ** 0.5:.3f}"
                for name, values in figures.items()
            )
            count = max(len(values) for values in figures.values())
            print(f"| {task} | {group} | {count} | {system} | {shown} |")


if __name__ == "__main__":
    main()
