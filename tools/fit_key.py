"""Fit the weights of the key model to labelled clips and write ``src/musicengine/audio/key_weights.py``.

    python tools/fit_key.py FOLDER [--folds 11] [--dry-run]

FOLDER holds ``<id>.json`` files (fields "audio", "key", "set") beside their audio (read with soundfile). The weights
maximize the penalized likelihood of a conditional logit over the 24 keys; the quadratic penalty pulls the weights of
the mean treble chroma to published key profiles and all others to zero. Because the model is equivariant under
transposition, every clip teaches all twelve tonics. Prints cross-validated accuracy before it writes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
from fit_tempo import reliability

from musicengine.audio.chroma import compute_chroma
from musicengine.audio.key import gather_evidence
from musicengine.values.music import Key
from musicengine.values.sound import Audio

# Major and minor profiles from C.
PUBLISHED = {
    "Temperley 2007": [
        [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400],
        [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330],
    ],
    "Albrecht and Shanahan 2013": [
        [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081],
        [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052],
    ],
    "Bellmann 2005": [
        [16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57],
        [18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21],
    ],
}
SHARPNESS = 14.0  # how many nats a correlation of 1 with a published profile is worth
PENALTY = 3.0
BIAS_PENALTY = 0.5
ROWS = 6
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/key_weights.py"


def load(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evidence (n, 6, 12), the true key (n,) as 0-23, and whether the clip is a real recording (n,)."""
    evidence, keys, real = [], [], []
    for path in sorted(folder.glob("*.json")):
        label = json.loads(path.read_text())
        if not label.get("key") or not label.get("audio"):
            continue
        samples, rate = soundfile.read(folder / label["audio"], dtype="float32", always_2d=True)
        key = Key.parse(label["key"])
        evidence.append(gather_evidence(compute_chroma(Audio(samples.T, rate))))
        keys.append(key.tonic + 12 * (key.mode == "minor"))
        real.append(label["set"] == "real")
    return np.array(evidence, np.float64), np.array(keys), np.array(real)


def prior() -> np.ndarray:
    """The weights before any clip was heard (2 * 6 * 12 + 1,)."""
    profiles = np.array(list(PUBLISHED.values()))
    profiles -= profiles.mean(axis=2, keepdims=True)
    profiles /= np.linalg.norm(profiles, axis=2, keepdims=True)
    weights = np.zeros((2, ROWS, 12))
    weights[:, 0] = SHARPNESS * profiles.mean(axis=0)
    return np.append(weights, 0.0)


def design(evidence: np.ndarray) -> np.ndarray:
    """One row of features for every clip and key (n, 24, 145)."""
    turned = evidence[:, :, (np.arange(12)[:, None] + np.arange(12)) % 12].transpose(0, 2, 1, 3)
    features = np.zeros((len(evidence), 2, 12, 2, ROWS, 12))
    for mode in (0, 1):
        features[:, mode, :, mode] = turned
    flat = features.reshape(len(evidence), 24, -1)
    minor = np.repeat([0.0, 1.0], 12)[None, :, None].repeat(len(evidence), axis=0)
    return np.concatenate([flat, minor], axis=2)


def fit(features: np.ndarray, keys: np.ndarray, penalty: float = PENALTY) -> np.ndarray:
    """Newton's method on the penalized negative log-likelihood."""
    start = prior()
    penalties = np.full(start.size, penalty)
    penalties[-1] = BIAS_PENALTY
    weights = start.copy()
    chosen = features[np.arange(len(keys)), keys]
    for _ in range(30):
        chances = predict(features, weights)
        expected = np.einsum("nk,nkj->nj", chances, features)
        gradient = (expected - chosen).sum(axis=0) + penalties * (weights - start)
        hessian = np.einsum("nk,nki,nkj->ij", chances, features, features, optimize=True) - expected.T @ expected
        step = np.linalg.solve(hessian + np.diag(penalties), gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def predict(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Probabilities (n, 24)."""
    scores = features @ weights
    likelihoods = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likelihoods / likelihoods.sum(axis=1, keepdims=True)


def mirex(truth: int, guess: int) -> float:
    """The MIREX score: 1 exact, .5 a fifth above, .3 relative, .2 parallel."""
    steps, same = (guess - truth) % 12, truth // 12 == guess // 12
    if same:
        return {0: 1.0, 7: 0.5}.get(steps, 0.0)
    relative = 9 if truth < 12 else 3
    return {relative: 0.3, 0: 0.2}.get(steps, 0.0)


def report(title: str, chances: np.ndarray, keys: np.ndarray, real: np.ndarray) -> None:
    """Print accuracy and calibration for real and rendered clips apart."""
    best = chances.argmax(axis=1)
    scores = np.array([mirex(*pair) for pair in zip(keys, best, strict=True)])
    for name, which in (("real", real), ("rendered", ~real)):
        exact = (best == keys)[which]
        print(
            f"{title:28s} {name:9s} n={which.sum():3d} weighted={scores[which].mean():.3f} exact={exact.mean():.3f} "
            f"mean confidence={chances.max(axis=1)[which].mean():.3f} "
            f"log loss={-np.log(chances[np.arange(len(keys)), keys])[which].mean():.3f}"
        )
        print("  confidence → right:", reliability(chances.max(axis=1)[which], exact))


def cross_validate(features: np.ndarray, keys: np.ndarray, folds: int, seed: int, penalty: float) -> np.ndarray:
    """Probabilities (n, 24) for each clip from weights that never heard it."""
    order = np.random.default_rng(seed).permutation(len(keys))
    chances = np.zeros((len(keys), 24))
    for fold in range(folds):
        test = order[fold::folds]
        train = np.setdiff1d(order, test)
        chances[test] = predict(features[test], fit(features[train], keys[train], penalty))
    return chances


def write(weights: np.ndarray, clips: int) -> None:
    """Write the module of weights."""
    rows = "treble", "bass", "treble of the end", "bass of the end", "treble of the beginning", "bass of the beginning"
    lines = [
        '"""The weights of the key model, fitted by tools/fit_key.py: do not edit.',
        "",
        "Axes: mode (major, minor), evidence (see musicengine.audio.key), pitch class above the tonic; in nats.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "import numpy as np",
        "",
        "from musicengine.dsp.types import FloatArray",
        "",
        '__all__ = ["MINOR_BIAS", "WEIGHTS"]',
        "",
        f"MINOR_BIAS = {weights[-1]:.3f}",
        "WEIGHTS: FloatArray = np.array(",
        "    [",
    ]
    for mode, table in zip(("major", "minor"), weights[:-1].reshape(2, ROWS, 12), strict=True):
        lines.append(f"        [  # {mode}")
        for name, row in zip(rows, table, strict=True):
            lines.append("            [" + ", ".join(f"{value:.2f}" for value in row) + f"],  # {name}")
        lines.append("        ],")
    lines += ["    ],", "    np.float32,", ")", "WEIGHTS.flags.writeable = False", ""]
    OUTPUT.write_text("\n".join(lines))
    print(f"wrote {OUTPUT.name} from {clips} clips")


def main() -> None:
    """Cross-validate, fit on everything, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--folds", type=int, default=11)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    evidence, keys, real = load(options.folder)
    features = design(evidence)
    report("published profiles alone", predict(features, prior()), keys, real)
    for penalty in (1.0, PENALTY, 10.0):
        for seed in (0, 1):
            title = f"penalty {penalty:g}, split {seed}"
            report(title, cross_validate(features, keys, options.folds, seed, penalty), keys, real)
    weights = fit(features, keys)
    report("fitted, on what it heard", predict(features, weights), keys, real)
    if not options.dry_run:
        write(weights, len(keys))


if __name__ == "__main__":
    main()
