"""Fit the network that shares out the spectrum to mixtures with known parts: ``src/musicengine/audio/separation.npz``.

    python tools/fit_separation.py FOLDER [--rendered FOLDER] [--folds 4] [--steps 500] [--hidden 24] [--dry-run]

FOLDER holds ``<id>.json`` files whose field "stems" names the parts of a mixture (read with soundfile), and so does the
other, from ``tools/render_parts.py``. A third of what is fitted are the former, a third the latter, the rest remixes:
parts of different clips of both, transposed by up to three semitones and at other levels. Maximizes the scale-invariant
signal-to-distortion ratio of the parts that are known and audible, by Adam; needs jax. Prints the gain over the
mixture, cross-validated over the clips of FOLDER, before it writes. A clip that is left out lends no part to a remix.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import attrs
import jax
import jax.numpy as jnp
import numpy as np
import soundfile

from musicengine.audio import separation
from musicengine.audio.cues import LOCAL_CUES, REACH, Grid, find_cues
from musicengine.audio.pitch import track_pitch
from musicengine.audio.spectrum import frame_length
from musicengine.dsp.frames import padded
from musicengine.values.sound import Audio

STEMS = ("vocals", "drums", "bass", "other")
RATE = 22_050
REMIXES, REMIX_S = 130, 10
FRAMES, BATCH = 40, 8
SHARES = {"labelled": 0.3, "rendered": 0.3, "remixed": 0.4}  # of a batch
WEIGHTS = np.array([1.2, 1, 1.2, 0.2], np.float32)  # of the stems
AUDIBLE = 0.03  # of the mixture's energy
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/separation.npz"


@attrs.frozen(eq=False)
class Mixture:
    """Cues, and the energies that tell how well masks do: of the mixture, of the stems, and what they share."""

    clips: frozenset[tuple[str, str]]
    kind: str  # a key of SHARES
    local: np.ndarray  # (frames, bands, cues)
    frame: np.ndarray
    band: np.ndarray  # (bands, cues)
    energy: np.ndarray  # (frames, bands)
    shared: np.ndarray  # (stems, frames, bands)
    energies: np.ndarray  # (stems, frames)


def read(folder: Path) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """The parts of each clip, by the folder's name and its own."""
    clips = {}
    for path in sorted(folder.glob("*.json")):
        stems = json.loads(path.read_text()).get("stems")
        if stems:
            parts = {name: soundfile.read(folder / file, dtype="float32")[0] for name, file in stems.items()}
            shortest = min(map(len, parts.values()))
            clips[str(folder), path.stem] = {
                n.replace("melody", "vocals"): part[:shortest] for n, part in parts.items()
            }
    return clips


def describe(clips: frozenset[tuple[str, str]], kind: str, parts: dict[str, np.ndarray]) -> Mixture:
    """Cues and energies of the mixture of these parts."""
    audio = Audio(sum(parts.values()), RATE)
    length = 2 * frame_length(RATE)
    hop, grid = length // 2, Grid(length // 2 + 1, RATE / length)
    total = 1 - (-audio.samples.shape[1] // hop)
    power, _ = separation._band_powers(audio, grid, length, -REACH, total + REACH)
    levels = np.log(power + np.float32(1e-12 * np.abs(audio.samples).max() ** 2)) / 2
    pitch_hz, voicing = separation._pitches(track_pitch(audio), total, hop / RATE)
    cues = find_cues(levels, pitch_hz, voicing, grid)

    def spectrum(samples: np.ndarray) -> np.ndarray:
        return separation._transform(padded(samples, -hop, total * hop), length)

    def sums(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, grid.edges[:-1], axis=1)

    whole = spectrum(audio.mono)
    spectra = [spectrum(parts.get(name, np.zeros(audio.samples.shape[1], np.float32))) for name in STEMS]
    return Mixture(
        clips, kind, cues.local.transpose(0, 2, 1).astype(np.float16), cues.frame, cues.band.T,
        sums(np.abs(whole) ** 2), np.stack([sums((one * whole.conj()).real) for one in spectra]),
        np.stack([(np.abs(one) ** 2).sum(axis=1) for one in spectra]),
    )  # fmt: skip


def remix(
    clips: dict[tuple[str, str], dict[str, np.ndarray]], labelled: set[tuple[str, str]], random: np.random.Generator,
    *, sung: bool,
) -> Mixture:  # fmt: skip
    """Drums, bass and other of three clips, and the voice of a fourth; half of them labelled ones."""
    count = REMIX_S * RATE
    used, parts = set(), {}
    for stem in STEMS[0 if sung else 1 :]:
        having = [n for n in clips if stem in clips[n] and (stem != "other" or sung or "drums" in clips[n])]
        if random.random() < 0.5:
            having = [n for n in having if n in labelled]
        name = having[random.integers(len(having))]
        part = np.roll(clips[name][stem], random.integers(count))
        part = np.interp(np.arange(count) * 2 ** (random.integers(-3, 4) / 12), np.arange(part.size), part)
        level_db = random.uniform(-4, 5) if stem == "vocals" else random.uniform(-6, 3)
        parts[stem] = (0.1 * 10 ** (level_db / 20) * part / np.sqrt(np.mean(part**2) + 1e-12)).astype(np.float32)
        used.add(name)
    return describe(frozenset(used), "remixed", parts)


def ratios_db(weights, local, frame, band, energy, shared, energies):
    """The scale-invariant signal-to-distortion ratio of each stem."""
    hidden = local @ weights["local"] + (frame @ weights["frame"])[:, None] + band @ weights["band"] + weights["bias"]
    logits = jnp.maximum(hidden, 0) @ weights["output"] + weights["output_bias"]
    masks = jnp.moveaxis(jax.nn.softmax(logits, -1), -1, 0)
    of_stem = (masks * shared).sum((1, 2)) ** 2 / (energies + 1e-20)
    all_of_it = (masks**2 * energy).sum((1, 2))
    return 10 * jnp.log10((of_stem + 1e-12 * all_of_it) / (jnp.maximum(all_of_it - of_stem, 1e-3 * all_of_it) + 1e-20))


def loss(weights, *batch):
    """The mean ratio of what is known and audible, negative."""
    *measures, known = batch
    ratios = jax.vmap(lambda *one: ratios_db(weights, *one))(*measures)
    counts = known * WEIGHTS
    return -((jnp.clip(ratios, -15, 25) * counts).sum(1) / jnp.maximum(counts.sum(1), 1)).mean()


def audible(mixture: Mixture, frames: np.ndarray | slice) -> np.ndarray:
    """Which stems are heard in these frames."""
    return (mixture.energies[:, frames].sum(1) > AUDIBLE * mixture.energy[frames].sum()).astype(np.float32)


def draw(mixtures: list[Mixture], random: np.random.Generator) -> list[np.ndarray]:
    """A batch: some frames of some mixtures. What a lead plays counts as other where nobody says that it leads."""
    pools = [[m for m in mixtures if m.kind == kind] for kind in SHARES]
    shares = np.array([share * bool(pool) for share, pool in zip(SHARES.values(), pools, strict=True)])
    rows = []
    for _ in range(BATCH):
        pool = pools[random.choice(len(pools), p=shares / shares.sum())]
        one = pool[random.integers(len(pool))]
        at = np.sort(random.choice(len(one.local), FRAMES, replace=False))
        known = audible(one, at)
        known[STEMS.index("other")] *= one.energies[0, at].sum() > 0
        rows.append(
            (
                one.local[at],
                one.frame[at],
                one.band,
                one.energy[at],
                one.shared[:, at],
                one.energies[:, at].sum(1),
                known,
            )
        )
    return [np.stack(column).astype(np.float32) for column in zip(*rows, strict=True)]


def fit(mixtures: list[Mixture], hidden: int, steps: int) -> dict[str, np.ndarray]:
    """Weights by Adam, on cues scaled to unit deviation; returned for cues as they are."""
    random = np.random.default_rng(0)
    local = np.concatenate([m.local[::7, ::5].reshape(-1, LOCAL_CUES) for m in mixtures]).astype(np.float32)
    frame = np.concatenate([m.frame for m in mixtures])
    scales = [(values.mean(0), values.std(0) + 1e-3) for values in (local, frame)]
    shapes = {"local": (LOCAL_CUES, hidden), "frame": (frame.shape[1], hidden), "band": (2, hidden),
              "output": (hidden, len(STEMS))}  # fmt: skip
    weights = {n: (random.normal(size=s) * np.sqrt(1.5 / s[0])).astype(np.float32) for n, s in shapes.items()}
    weights |= {"bias": np.zeros(hidden, np.float32), "output_bias": np.zeros(len(STEMS), np.float32)}
    weights["frame"] *= 0.5
    weights["band"] *= 0.5
    gradient = jax.jit(jax.grad(loss))
    first, second = ({n: np.zeros_like(w) for n, w in weights.items()} for _ in range(2))
    for step in range(steps):
        batch = draw(mixtures, random)
        for at, (mean, deviation) in enumerate(scales):
            batch[at] = ((batch[at] - mean) / deviation).astype(np.float32)
        rate = 6e-3 * min(1, (step + 1) / 50) * 0.5 * (1 + np.cos(np.pi * step / steps))
        for name, slope in gradient(weights, *batch).items():
            first[name] = 0.9 * first[name] + 0.1 * np.asarray(slope)
            second[name] = 0.99 * second[name] + 0.01 * np.asarray(slope) ** 2
            moved = first[name] / (np.sqrt(second[name]) + 1e-6)
            weights[name] = (weights[name] * (1 - 5e-3 * rate) - rate * moved).astype(np.float32)
    for name, (mean, deviation) in zip(("local", "frame"), scales, strict=True):
        weights[name] = weights[name] / deviation[:, None]
        weights["bias"] = weights["bias"] - mean @ weights[name]
    return {name: weight.astype(np.float32) for name, weight in weights.items()}


def gains_db(weights: dict[str, np.ndarray], mixture: Mixture) -> dict[str, float]:
    """The gain over the mixture of each audible stem."""
    energies, total = mixture.energies.sum(1), mixture.energy.sum()
    found = ratios_db(weights, mixture.local.astype(np.float32), mixture.frame, mixture.band, mixture.energy,
                      mixture.shared, energies)  # fmt: skip
    heard = np.flatnonzero(audible(mixture, slice(None)))
    before = {i: mixture.shared[i].sum() ** 2 / energies[i] for i in heard}
    return {STEMS[i]: float(found[i] - 10 * np.log10(b / (total - b))) for i, b in before.items()}


def main() -> None:
    """Cross-validate, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rendered", type=Path)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--hidden", type=int, default=24)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    labelled, random = read(options.folder), np.random.default_rng(1)
    rendered = read(options.rendered) if options.rendered else {}
    mixtures = [describe(frozenset([name]), "labelled", parts) for name, parts in labelled.items()]
    mixtures += [describe(frozenset([name]), "rendered", parts) for name, parts in rendered.items()]
    mixtures += [remix(labelled | rendered, set(labelled), random, sung=bool(i % 2)) for i in range(REMIXES)]
    gains: dict[str, list[float]] = {}
    for fold in range(options.folds):
        asked = frozenset(sorted(labelled)[fold :: options.folds])
        weights = fit([m for m in mixtures if not m.clips & asked], options.hidden, options.steps)
        for mixture in mixtures:
            if mixture.kind == "labelled" and mixture.clips & asked:
                for stem, gain in gains_db(weights, mixture).items():
                    gains.setdefault(stem, []).append(gain)
    print({stem: round(float(np.mean(values)), 2) for stem, values in gains.items()}, flush=True)
    if not options.dry_run:
        np.savez_compressed(OUTPUT, **fit(mixtures, options.hidden, options.steps))


if __name__ == "__main__":
    main()
