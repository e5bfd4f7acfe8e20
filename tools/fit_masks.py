"""Fit the weights of the separation masks to mixtures with known stems; write ``src/musicengine/audio/mask_weights.py``.

    python tools/fit_masks.py FOLDER [--folds 5] [--share 0.12] [--steps 150] [--dry-run]

FOLDER holds ``<id>.json`` files (fields "group" and "stems" {name: file}) beside their audio (read with soundfile). The
weights minimize the scale-invariant distortion of each stem in dB, averaged over stems and clips, with some weight on
the distortion that also counts scale, and a penalty on their squares. Both are sums over points of the spectrogram, so
no waveform is rendered. Stems named "melody" count as vocals. Prints gains over the mixture in dB, cross-validated over
groups of clips of one piece, before it writes. Needs scipy.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import attrs
import numpy as np
import soundfile
from scipy.optimize import minimize

from musicengine.audio import masks, separation
from musicengine.audio.mask_weights import CORNERS_HZ
from musicengine.audio.pitch import find_pitch_candidates
from musicengine.dsp.frames import padded
from musicengine.dsp.spectra import transform
from musicengine.values.sound import Audio

STEMS = {"drums": 0, "bass": 1, "vocals": 2, "melody": 2}
SCALE = 0.3  # share of the distortion that counts scale
PENALTY = 1e-3
INAUDIBLE_DB = -15.0
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/mask_weights.py"


@attrs.frozen
class Clip:
    """Evidence (kinds, points), power (points,), and of each stem: cross power (points,), power, gain of nothing."""

    name: str
    group: str
    evidence: np.ndarray
    power: np.ndarray
    cross: dict[str, np.ndarray]
    total: dict[str, float]


def load(folder: Path, share: float) -> list[Clip]:
    """All clips with stems, a random share of their frames."""
    rng = np.random.default_rng(0)
    clips = []
    for path in sorted(folder.glob("*.json")):
        label = json.loads(path.read_text())
        if label.get("stems"):
            clips.append(measure(folder, label, share, rng))
    return clips


def measure(folder: Path, label: dict, share: float, rng: np.random.Generator) -> Clip:
    """The evidence of one clip and what its masks should be."""
    read = {name: soundfile.read(folder / file, dtype="float32", always_2d=True) for name, file in label["stems"].items()}
    rate = next(iter(read.values()))[1]
    n = min(len(samples) for samples, _ in read.values())
    parts = {name: samples[:n].mean(axis=1) for name, (samples, _) in read.items()}
    mixture = sum(parts.values())
    audio = Audio(mixture, rate)
    plan = separation.plan_separation(audio, candidates=find_pitch_candidates(audio))
    if plan.factor != 1:
        raise SystemExit(f"{label['id']}: expected a rate of about 22 kHz, got {rate}")
    bands = masks.Bands(plan.length, rate)
    spectrum = spectrogram(mixture, plan)
    told = masks.gather_evidence(bands.power(np.abs(spectrum)), bands, plan.lead_hz, plan.bass_hz)
    frames = np.sort(rng.choice(len(spectrum), int(len(spectrum) * share), replace=False))
    power = summed(np.square(np.abs(spectrum[frames])), bands)
    kept = (power > 1e-7 * power.max()).ravel()
    cross, total = {}, {}
    for name, part in parts.items():
        error = mixture - part
        if name in STEMS and 10 * np.log10((part @ part) / (error @ error)) > INAUDIBLE_DB:
            own = spectrogram(part, plan)[frames]
            cross[name] = summed((own * spectrum[frames].conj()).real, bands).ravel()[kept]
            total[name] = float(np.vdot(own, own).real)
    return Clip(label["id"], label["group"], expanded(told, bands, frames)[:, kept], power.ravel()[kept], cross, total)


def spectrogram(samples: np.ndarray, plan: separation.SeparationPlan) -> np.ndarray:
    """The transform of the plan's frames (frames, bins)."""
    hop = plan.length // 4
    start = -plan.length // 2
    end = start + (plan.lead_hz.size - 1) * hop + plan.length
    return transform(padded(samples, start, end), plan.length, hop)


def summed(values: np.ndarray, bands: masks.Bands) -> np.ndarray:
    """Sums over the bins of each band."""
    starts = bands.starts
    return np.add.reduceat(values[:, : starts[-1]], starts[:-1], axis=1)


def expanded(told: masks.Evidence, bands: masks.Bands, frames: np.ndarray) -> np.ndarray:
    """One row for each weight: each kind of points at each corner, the corners, the frames' own: (kinds, points)."""
    corners = masks.corners(bands.length, bands.rate)[:, None, :]
    shape = (len(corners), len(frames), corners.shape[2])
    rows = [np.broadcast_to(points[frames] * corners, shape).reshape(len(corners), -1) for points in told.points]
    rows.append(np.broadcast_to(corners, shape).reshape(len(corners), -1))
    own = np.repeat(told.frames[frames].T, corners.shape[2], axis=1)
    return np.concatenate([*rows, own]).astype(np.float32)


def shares(weights: np.ndarray, clip: Clip) -> np.ndarray:
    """The masks (3, points)."""
    logits = np.minimum(weights @ clip.evidence, 30)
    np.exp(logits, out=logits)
    return logits / (1 + logits.sum(axis=0))


def loss(weights: np.ndarray, clips: list[Clip]) -> tuple[float, np.ndarray]:
    """The mean logarithm of the distortion, and its gradient."""
    value, slope, count = 0.0, np.zeros_like(weights), sum(len(clip.cross) for clip in clips)
    for clip in clips:
        found = shares(weights, clip)
        toward = np.zeros_like(found)
        for name, cross in clip.cross.items():
            mask, total = found[STEMS[name]], clip.total[name]
            energy, overlap = float(clip.power @ (mask * mask)), max(float(cross @ mask), 1e-9 * total)
            missed = total * energy - overlap**2 + 1e-9 * total**2
            error = energy - 2 * overlap + total
            value += (1 - SCALE) * (np.log(missed) - 2 * np.log(overlap)) + SCALE * np.log(error / total)
            by_energy = (1 - SCALE) * total / missed + SCALE / error
            by_overlap = (1 - SCALE) * (-2 * overlap / missed - 2 / overlap) - 2 * SCALE / error
            toward[STEMS[name]] += 2 * by_energy * clip.power * mask + by_overlap * cross
        product = toward * found
        slope += (product - found * product.sum(axis=0)) @ clip.evidence.T
    value = value / count + PENALTY * float((weights**2).sum())
    return value, slope / count + 2 * PENALTY * weights


def fit(clips: list[Clip], steps: int) -> np.ndarray:
    """The weights (3, kinds)."""
    shape = (3, len(clips[0].evidence))

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = loss(flat.reshape(shape).astype(np.float32), clips)
        return float(value), slope.ravel().astype(float)

    found = minimize(objective, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return found.x.reshape(shape).astype(np.float32)


def gains(weights: np.ndarray, clip: Clip) -> dict[str, float]:
    """The gain of scale-invariant SDR over the mixture, dB."""
    found, result = shares(weights, clip), {}

    def sdr(energy: float, overlap: float, total: float) -> float:
        return 10 * float(np.log10(overlap**2 / max(energy * total - overlap**2, 1e-12 * total**2)))

    for name, cross in clip.cross.items():
        mask = found[STEMS[name]]
        mine = sdr(float(clip.power @ (mask * mask)), float(cross @ mask), clip.total[name])
        result[name] = mine - sdr(float(clip.power.sum()), float(cross.sum()), clip.total[name])
    return result


def report(title: str, scores: list[dict[str, float]]) -> None:
    """Print the mean gain of each stem."""
    for name in STEMS:
        values = [score[name] for score in scores if name in score]
        if values:
            print(f"{title}: {name} {np.mean(values):.2f} dB of {len(values)}:", *(f"{value:.1f}" for value in values))


def write(weights: np.ndarray) -> None:
    """Write the module."""
    corners = len(CORNERS_HZ)
    kinds = (weights.shape[1] - 6) // corners - 1
    points, rest = weights[:, : kinds * corners].reshape(3, kinds, corners), weights[:, kinds * corners :]

    def text(values: np.ndarray) -> str:
        return np.array2string(values, separator=", ", precision=3, max_line_width=110, threshold=10**6)

    OUTPUT.write_text(
        '"""The weights of the separation masks, fitted by tools/fit_masks.py: do not edit.\n\n'
        "Axes: stem (drums, bass, vocals; the rest is the reference), kind of evidence (see musicengine.audio.masks),\n"
        'corner of a piecewise linear function of the logarithm of frequency.\n"""\n\n'
        "from __future__ import annotations\n\nimport numpy as np\n\n"
        '__all__ = ["CONSTANTS", "CORNERS_HZ", "FRAME_WEIGHTS", "POINT_WEIGHTS"]\n\n'
        f"CORNERS_HZ = {CORNERS_HZ!r}\n\n# fmt: off\n"
        f"POINT_WEIGHTS = np.array({text(points)}, np.float32)\n"
        f"CONSTANTS = np.array({text(rest[:, :corners])}, np.float32)\n"
        f"FRAME_WEIGHTS = np.array({text(rest[:, corners:])}, np.float32)\n# fmt: on\n"
    )


def main() -> None:
    """Fit, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.12)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    clips = load(options.folder, options.share)
    weights = fit(clips, options.steps)
    report("fitted", [gains(weights, clip) for clip in clips])
    if not options.dry_run:
        write(weights)
    groups = sorted({clip.group for clip in clips})
    scores = []
    for fold in range(options.folds):
        held = set(groups[fold :: options.folds])
        found = fit([clip for clip in clips if clip.group not in held], options.steps)
        scores += [gains(found, clip) for clip in clips if clip.group in held]
    if scores:
        report("cross-validated", scores)


if __name__ == "__main__":
    main()
