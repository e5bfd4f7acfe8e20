"""Fit the weights of the tempo model to labelled clips and write ``src/musicengine/audio/tempo_weights.py``.

    python tools/fit_tempo.py FOLDER [--folds 10] [--dry-run]

FOLDER holds ``<id>.json`` files (fields "tempo", "set", "group", and "audio" or "stems") beside their audio (read with
soundfile). The weights maximize the penalized likelihood of a conditional logit over the grid of tempos, where all
tempos within 3 % of the label are right. Real clips count four times. Prints accuracy cross-validated over groups of
clips of one piece before it writes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import attrs
import numpy as np
import soundfile

from musicengine.audio import tempo
from musicengine.audio.onsets import measure_onset_strength
from musicengine.audio.spectrum import survey
from musicengine.values.sound import Audio

REAL_WEIGHT = 4.0
PENALTY = 1.0  # on weights of evidence scaled to unit deviation, divided by the number of clips
STEPS = 600
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/tempo_weights.py"


@attrs.frozen
class Clips:
    """Evidence (n, tempos, kinds), right tempos (n, tempos), bpm (n,), groups (n,), and which are real (n,)."""

    evidence: np.ndarray
    right: np.ndarray
    bpm: np.ndarray
    groups: np.ndarray
    real: np.ndarray


def read(folder: Path, label: dict) -> Audio:
    """The clip's audio; of a clip in stems, their sum."""
    names = [label["audio"]] if label["audio"] else list(label["stems"].values())
    parts = [soundfile.read(folder / name, dtype="float32", always_2d=True) for name in names]
    length = min(len(part) for part, _ in parts)
    return Audio(sum(part[:length].mean(axis=1) for part, _ in parts), parts[0][1])


def load(folder: Path) -> Clips:
    """The evidence of all clips with a tempo."""
    rows = []
    for path in sorted(folder.glob("*.json")):
        label = json.loads(path.read_text())
        if not label.get("tempo"):
            continue
        seen = survey(read(folder, label))
        strength = measure_onset_strength(seen)
        change = tempo.measure_harmonic_change(seen)
        evidence = tempo.gather_evidence(tempo.measure_periodicity(strength), strength.frames_per_s, change)
        right = np.abs(np.log(tempo.GRID_BPM / label["tempo"])) < 0.03
        rows.append((evidence, right, label["tempo"], label["group"], label["set"] == "real"))
    return Clips(*(np.array(column) for column in zip(*rows, strict=True)))


def fit(clips: Clips, chosen: np.ndarray) -> np.ndarray:
    """Weights (kinds,) from the chosen clips, by gradient ascent with momentum (Adam)."""
    scale = clips.evidence.std(axis=(0, 1))
    evidence = (clips.evidence[chosen] - clips.evidence.mean(axis=(0, 1))) / scale
    right, weight = clips.right[chosen], np.where(clips.real[chosen], REAL_WEIGHT, 1.0)
    weights = np.zeros(evidence.shape[2])
    slope, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        scores = evidence @ weights
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        target = share * right
        target /= target.sum(axis=1, keepdims=True) + 1e-30
        gain = (weight[:, None] * np.einsum("ng,ngk->nk", target - share, evidence)).sum(axis=0) / weight.sum()
        gain -= PENALTY * weights / len(evidence)
        slope, square = 0.9 * slope + 0.1 * gain, 0.99 * square + 0.01 * gain * gain
        weights += 0.03 * (slope / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights / scale


def validate(clips: Clips, folds: int) -> None:
    """Print accuracy within 4 % (acc1), and up to factors of 2 and 3 (acc2), of clips left out by groups."""
    names = np.random.default_rng(0).permutation(np.unique(clips.groups))
    fold = np.array([np.flatnonzero(names == group)[0] % folds for group in clips.groups])
    estimates, confidences = np.zeros(len(fold)), np.zeros(len(fold))
    for held in range(folds):
        weights = fit(clips, fold != held)
        for index in np.flatnonzero(fold == held):
            best = tempo.rank_tempos(clips.evidence[index], weights)[0]
            estimates[index], confidences[index] = best.bpm, best.probability
    ratios = estimates / clips.bpm
    for name, kind in (("real", clips.real), ("rendered", ~clips.real)):
        exact = np.abs(ratios[kind] - 1) <= 0.04
        level = np.min([np.abs(ratios[kind] / k - 1) for k in (1, 2, 3, 1 / 2, 1 / 3)], axis=0) <= 0.04
        print(f"{name}: {kind.sum()} clips, acc1 {exact.mean():.3f}, acc2 {level.mean():.3f}")
        print("  confidence → right:", reliability(confidences[kind], exact))


def reliability(confidences: np.ndarray, right: np.ndarray, bins: int = 5) -> str:
    """Mean confidence and share of right answers by bins of the same size, and the mean distance of the two."""
    order = np.argsort(confidences, kind="stable")
    parts = np.array_split(order, max(1, min(bins, len(order) // 5)))
    pairs = [(confidences[part].mean(), right[part].mean()) for part in parts]
    error = sum(len(part) * abs(sure - share) for part, (sure, share) in zip(parts, pairs, strict=True)) / len(order)
    return ", ".join(f"{sure:.2f} → {share:.2f}" for sure, share in pairs) + f"; ECE {error:.3f}"


def write(weights: np.ndarray) -> None:
    """Replace the module of weights."""
    head, _, _ = OUTPUT.read_text().partition("WEIGHTS = ")
    numbers = ", ".join(f"{weight:.3f}" for weight in weights)
    OUTPUT.write_text(f"{head}WEIGHTS = np.array([{numbers}])\nWEIGHTS.flags.writeable = False\n")


def main() -> None:
    """Validate, fit to all clips, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    clips = load(options.folder)
    validate(clips, options.folds)
    if not options.dry_run:
        write(fit(clips, np.ones(len(clips.bpm), bool)))


if __name__ == "__main__":
    main()
