"""Fit the constants of the embedding, or measure how well it finds excerpts of the same track.

    python tools/embedding.py measure FOLDER            cross-validated retrieval, and how speed changes move a track
    python tools/embedding.py fit FOLDER                writes src/musicengine/audio/embedding.npz

FOLDER holds audio files, each beside a JSON file with ``audio``, ``group`` (equal for excerpts of one piece), ``set``
("real" or anything else) and ``duration``. Needs soundfile. Each file of 20 s and more gives two excerpts, its halves;
the excerpt that lies nearest to a half should be of the same group. Constants for a group are always fitted without it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt
import soundfile

from musicengine import Brief, Key, MusicEngine
from musicengine.audio import embedding, timbre
from musicengine.audio.spectrum import survey
from musicengine.values.sound import Audio

Array = npt.NDArray[np.float64]

SHORTEST_S = 20.0
SHRINKAGE = 0.4  # of the covariance within tracks towards its diagonal
FOLDS = 6
FITTED_SEMITONES = (-1, -0.5, 0.5, 1)  # excerpts count as the same track when played this much faster or slower
VARIANTS = ("_sep", "_solo", "_drums", "_full")  # other versions of a piece that is there already
SIGNALS = ("ebu", "itu", "tinysol")  # not tracks
OUTPUT = Path(__file__).parent.parent / "src/musicengine/audio/embedding.npz"


@attrs.frozen
class Excerpt:
    """Half a track: what piece it is of, whether it was recorded, its features as it is and at other speeds."""

    group: str
    real: bool
    audio: Audio
    features: Array
    at_speeds: Array
    baseline: Array


def load(folder: Path) -> list[Excerpt]:
    """All excerpts of a folder."""
    excerpts = []
    for path in sorted(folder.glob("*.json")):
        label = json.loads(path.read_text())
        usable = label["audio"] and label["duration"] >= SHORTEST_S and not label["id"].endswith(VARIANTS)
        if not usable or label["id"].split("_")[0] in SIGNALS:
            continue
        samples, rate = soundfile.read(folder / label["audio"], dtype="float32", always_2d=True)
        half = len(samples) // 2
        for part in (samples[:half], samples[half:]):
            audio = Audio(part.T, rate)
            at_speeds = np.array([features(played_faster(audio, 2 ** (shift / 12))) for shift in FITTED_SEMITONES])
            real = label["set"] == "real"
            excerpts.append(Excerpt(label["group"], real, audio, features(audio), at_speeds, mfcc_statistics(audio)))
    return excerpts


def features(audio: Audio) -> Array:
    """What the embedding is made of."""
    return embedding.describe(survey(audio)).astype(np.float64)


def mfcc_statistics(audio: Audio) -> Array:
    """The baseline: means and standard deviations of 20 MFCC."""
    cepstrum = timbre.mfcc(timbre.log_mel_db(survey(audio)))
    return np.concatenate((cepstrum.mean(axis=0), cepstrum.std(axis=0))).astype(np.float64)


def fit(values: Array, groups: Sequence[str]) -> tuple[Array, Array]:
    """Mean (d,) and projection (d, 128 or d) that whiten by the differences within groups."""
    names = np.array(groups)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    standard = (values - mean) / spread
    within = np.concatenate([standard[names == g] - standard[names == g].mean(axis=0) for g in np.unique(names)])
    covariance = within.T @ within / (len(within) - len(np.unique(names)))
    covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
    eigenvalues, axes = np.linalg.eigh(covariance + 0.01 * np.eye(len(covariance)))
    whitening = axes / np.sqrt(eigenvalues)
    whitened = standard @ whitening
    principal = np.linalg.eigh(whitened.T @ whitened)[1][:, ::-1][:, :128]
    return mean, (whitening @ principal) / spread[:, None]


def ranks(points: Array, groups: Sequence[str], queries: Array) -> Array:
    """The rank, from 1, of the first excerpt of the same group among all others, for each query."""
    names = np.array(groups)
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -np.inf)
    order = np.argsort(-similarity[queries], axis=1)
    return 1.0 + np.argmax(names[order] == names[queries][:, None], axis=1)


def standardized(values: Array) -> Array:
    """Columns of mean 0 and deviation 1."""
    result: Array = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-6)
    return result


def cross_validated(
    values: Array, groups: Sequence[str], queries: Array, at_speeds: Array | None = None, moved: Array | None = None
) -> Array:
    """The rank for each query, with constants fitted on the other folds; queries may be looked up as ``moved``.

    ``at_speeds`` (n, speeds, d) are fitted as other excerpts of the same tracks.
    """
    names = np.array(groups)
    shuffled = np.random.default_rng(0).permutation(np.unique(names))
    result = np.zeros(len(values))
    for fold in range(FOLDS):
        held = np.isin(names, shuffled[fold::FOLDS])
        mean, projection = fit(*with_speeds(values, groups, at_speeds, ~held))
        asked = np.intersect1d(np.flatnonzero(held), queries)
        result[asked] = ranks(((values if moved is None else moved) - mean) @ projection, groups, asked)
    return result[queries]


def with_speeds(
    values: Array, groups: Sequence[str], at_speeds: Array | None, chosen: npt.NDArray[np.bool_]
) -> tuple[Array, list[str]]:
    """Values and groups of the chosen excerpts, followed by the same at other speeds."""
    names = np.array(groups)[chosen]
    if at_speeds is None:
        return values[chosen], names.tolist()
    stacked = at_speeds[chosen].transpose(1, 0, 2).reshape(-1, values.shape[1])
    return np.concatenate((values[chosen], stacked)), names.tolist() * (1 + at_speeds.shape[1])


def report(name: str, found: Array, real: npt.NDArray[np.bool_]) -> None:
    """One line of figures."""
    parts = [
        f"{label} (n={mask.sum()}): top-1 {np.mean(found[mask] == 1):.3f}, MRR {np.mean(1 / found[mask]):.3f}"
        for label, mask in (("real", real), ("rendered", ~real))
        if mask.any()
    ]
    print(f"{name:34s} {'   '.join(parts)}")


def measure(excerpts: list[Excerpt]) -> None:
    """Retrieval against the baseline, then the effect of speed."""
    groups = [excerpt.group for excerpt in excerpts]
    real = np.array([excerpt.real for excerpt in excerpts])
    values = np.array([excerpt.features for excerpt in excerpts])
    at_speeds = np.array([excerpt.at_speeds for excerpt in excerpts])
    baseline = np.array([excerpt.baseline for excerpt in excerpts])
    every = np.arange(len(values))
    report("MFCC statistics, standardized", ranks(standardized(baseline), groups, every), real)
    report("MFCC statistics, whitened", cross_validated(baseline, groups, every), real)
    report("features, standardized", ranks(standardized(values), groups, every), real)
    report("embedding, fitted at one speed", cross_validated(values, groups, every), real)
    report("embedding", cross_validated(values, groups, every, at_speeds), real)
    firsts = every[::2]
    for semitones in (-2, -1, -0.5, 0.5, 1, 2):
        moved = values.copy()
        for i in firsts:
            moved[i] = features(played_faster(excerpts[i].audio, 2 ** (semitones / 12)))
        report(
            f"played {semitones:+g} semitones", cross_validated(values, groups, firsts, at_speeds, moved), real[firsts]
        )


def measure_renditions() -> None:
    """How far transposition and tempo alone move pieces that the library renders, against other pieces of the genre."""
    engine = MusicEngine()
    briefs = [
        Brief(genre, genre=genre, bpm=bpm, key="A minor", duration_s=30, seed=seed)
        for genre, bpm in (("disco", 118), ("lo-fi", 80), ("rock", 130), ("pop", 104), ("hip-hop", 90))
        for seed in (1, 2)
    ]

    def points(**changes: object) -> Array:
        takes = (engine.generate(attrs.evolve(brief, **changes)) for brief in briefs)
        return np.array([engine.embed(take.audio).vector for take in takes], np.float64)

    plain = points()
    others = (plain @ plain.T)[~np.eye(len(plain), dtype=bool)]
    print(f"{'other rendered pieces':34s} cosine median {np.median(others):.2f}, largest {others.max():.2f}")
    for key in ("Bb minor", "B minor", "C minor", "E minor"):
        cosine = np.sum(points(key=Key.parse(key)) * plain, axis=1)
        print(f"{'rendered in ' + key:34s} cosine median {np.median(cosine):.2f}, least {cosine.min():.2f}")
    for ratio in (0.9, 0.95, 1.05, 1.1):
        faster = [engine.generate(attrs.evolve(brief, bpm=(brief.bpm or 0) * ratio)).audio for brief in briefs]
        cosine = np.sum([engine.embed(audio).vector for audio in faster] * plain, axis=1)
        print(
            f"{f'rendered {ratio:g} times as fast':34s} cosine median {np.median(cosine):.2f}, least {cosine.min():.2f}"
        )


def played_faster(audio: Audio, ratio: float) -> Audio:
    """The same samples at another rate: higher and faster together, as a record player does it."""
    return Audio(audio.samples, round(audio.rate * ratio))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["fit", "measure"])
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    excerpts = load(arguments.folder)
    if arguments.verb == "measure":
        measure(excerpts)
        measure_renditions()
        return
    values, at_speeds = (np.array([getattr(e, name) for e in excerpts]) for name in ("features", "at_speeds"))
    every = np.ones(len(excerpts), bool)
    mean, projection = fit(*with_speeds(values, [e.group for e in excerpts], at_speeds, every))
    np.savez(OUTPUT, mean=mean.astype(np.float32), projection=projection.astype(np.float32))
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes from {len(excerpts)} excerpts")


if __name__ == "__main__":
    main()
