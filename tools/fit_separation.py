"""Fit the network that shares out the spectrum to mixtures with known parts: ``src/musicengine/audio/separation.npz``.

    python tools/fit_separation.py FOLDER [--rendered FOLDER ...] [--folds 4] [--steps 2000] [--dry-run]

FOLDER holds ``<id>.json`` files whose field "stems" names the parts of a mixture (read with soundfile), and so do the
others, from ``tools/render_parts.py``. Fitted are these mixtures; variations of them, transposed by up to four
semitones and with each part equalized and at another level; and remixes, parts of different clips treated alike.
Maximizes the scale-invariant signal-to-distortion ratio of the parts that are known and audible, by Adam; needs jax.
Prints the gain over the mixture, cross-validated over the clips of FOLDER, before it writes. A clip that is left out
lends no part to a remix or a variation.
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
from musicengine.audio.cues import LOCAL_CUES, REACH, Grid, find_cues, outline_points
from musicengine.audio.pitch import track_pitch
from musicengine.audio.spectrum import frame_length
from musicengine.dsp.frames import padded
from musicengine.values.sound import Audio

STEMS = ("vocals", "drums", "bass", "other")
RATE = 22_050
REMIXES, REMIX_S = 900, 10
VARIATIONS = {"labelled": 6, "rendered": 1}  # of each clip
VARIATION_S = 12
FROM_LABELLED = 0.3  # of the parts of remixes
STEP = 2  # frames; every other one of what is long
FRAMES, BATCH = 40, 8
SHARES = {"labelled": 0.3, "rendered": 0.35, "remixed": 0.35}  # of a batch
WEIGHTS = np.array([1.2, 1, 1.2, 0.2], np.float32)  # of the stems
AUDIBLE = 0.03  # of the mixture's energy
LEVELS_DB = {"vocals": (-3, 6), "drums": (-9, 5), "bass": (-6, 5), "other": (-4, 4)}
REMIX_DB = {"vocals": (-4, 5), "drums": (-6, 3), "bass": (-6, 3), "other": (-6, 3)}
HIDDEN, OUTLINE_HIDDEN = 16, 64
DECAY = 0.05
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/separation.npz"
GRID = Grid(frame_length(RATE) + 1, RATE / (2 * frame_length(RATE)))
POINTS = outline_points(GRID)

Parts = dict[str, np.ndarray]


@attrs.frozen(eq=False)
class Mixture:
    """Cues, and the energies that tell how well masks do: of the mixture, of the stems, and what they share."""

    clips: frozenset[tuple[str, str]]
    kind: str  # a key of SHARES
    whole: bool  # a clip as it is
    local: np.ndarray  # (frames, bands, cues)
    frame: np.ndarray
    outline: np.ndarray
    band: np.ndarray  # (bands, cues)
    energy: np.ndarray  # (frames, bands)
    shared: np.ndarray  # (stems, frames, bands)
    energies: np.ndarray  # (stems, frames)


def read(folder: Path) -> dict[tuple[str, str], Parts]:
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


def describe(clips: frozenset[tuple[str, str]], kind: str, parts: Parts, *, whole: bool = False) -> Mixture:
    """Cues and energies of the mixture of these parts."""
    audio = Audio(sum(parts.values()), RATE)
    length = 2 * frame_length(RATE)
    hop = length // 2
    total = 1 - (-audio.samples.shape[1] // hop)
    power, _ = separation._band_powers(audio, GRID, length, -REACH, total + REACH)
    levels = np.log(power + np.float32(1e-12 * np.abs(audio.samples).max() ** 2)) / 2
    pitch_hz, voicing = separation._pitches(track_pitch(audio), total, hop / RATE)
    cues = find_cues(levels, pitch_hz, voicing, GRID)
    kept = slice(None, None, 1 if kind == "labelled" and whole else STEP)

    def spectrum(samples: np.ndarray) -> np.ndarray:
        return separation._transform(padded(samples, -hop, total * hop), length)[kept]

    def sums(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, GRID.edges[:-1], axis=1)

    mixed = spectrum(audio.mono)
    spectra = [spectrum(parts.get(name, np.zeros(audio.samples.shape[1], np.float32))) for name in STEMS]
    return Mixture(
        clips, kind, whole, cues.local.transpose(0, 2, 1)[kept].astype(np.float16), cues.frame[kept],
        cues.outline[kept].astype(np.float16), cues.band.T, sums(np.abs(mixed) ** 2),
        np.stack([sums((one * mixed.conj()).real) for one in spectra]),
        np.stack([(np.abs(one) ** 2).sum(axis=1) for one in spectra]),
    )  # fmt: skip


def equalized(part: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The part through a random smooth filter: some dB per octave and a wave over the octaves; or as it is."""
    if random.random() > 0.65:
        return part
    spectrum = np.fft.rfft(part)
    octaves = np.log2(np.maximum(np.arange(spectrum.size) * RATE / part.size, 20) / 640)
    wave = np.sin(2 * np.pi * random.random() + random.uniform(0.4, 1.2) * octaves)
    gain_db = 0.8 * random.normal() * octaves + 2.5 * random.normal() * wave
    return np.fft.irfft(spectrum * 10 ** (gain_db / 20), part.size)


def leveled(part: np.ndarray, range_db: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """The part at a random level."""
    gain = 0.05 * 10 ** (random.uniform(*range_db) / 20) / np.sqrt(np.mean(part**2) + 1e-9)
    return (gain * part).astype(np.float32)


def vary(clip: tuple[str, str], kind: str, parts: Parts, random: np.random.Generator) -> Mixture:
    """Some of a clip, transposed, with each part equalized and at another level."""
    size = len(next(iter(parts.values())))
    at = np.minimum(np.arange(VARIATION_S * RATE) * 2 ** (random.integers(-4, 5) / 12), size - 1)
    start = int(random.integers(size))
    moved = {n: np.interp(at, np.arange(size), np.roll(part, -start)) for n, part in parts.items()}
    changed = {n: leveled(equalized(part, random), LEVELS_DB[n], random) for n, part in moved.items()}
    return describe(frozenset([clip]), kind, changed)


def remix(
    clips: dict[tuple[str, str], Parts], labelled: set[tuple[str, str]], random: np.random.Generator, *, sung: bool
) -> Mixture:
    """Drums, bass and other of three clips, and the voice of a fourth; some of them labelled ones."""
    count = REMIX_S * RATE
    used, parts = set(), {}
    for stem in STEMS[0 if sung else 1 :]:
        having = [n for n in clips if stem in clips[n] and (stem != "other" or sung or "drums" in clips[n])]
        among = random.random() < FROM_LABELLED
        having = [n for n in having if (n in labelled) == among] or having
        name = having[random.integers(len(having))]
        part = np.roll(clips[name][stem], random.integers(count))
        part = np.interp(np.arange(count) * 2 ** (random.integers(-3, 4) / 12), np.arange(part.size), part)
        parts[stem] = leveled(equalized(part, random), REMIX_DB[stem], random)
        used.add(name)
    return describe(frozenset(used), "remixed", parts)


def ratios_db(weights, local, frame, outline, band, energy, shared, energies):
    """The scale-invariant signal-to-distortion ratio of each stem."""
    hidden = local @ weights["local"] + (frame @ weights["frame"])[:, None] + band @ weights["band"] + weights["bias"]
    logits = jnp.maximum(hidden, 0) @ weights["output"] + weights["output_bias"]
    seen = jnp.maximum(outline @ weights["outline"] + weights["outline_bias"], 0)
    drawn = jnp.moveaxis((seen @ weights["shape"]).reshape(len(seen), 2, -1)[:, :, POINTS], 1, 2)
    logits = logits.at[:, :, separation._DRAWN].add(drawn)
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
                one.outline[at],
                one.band,
                one.energy[at],
                one.shared[:, at],
                one.energies[:, at].sum(1),
                known,
            )
        )
    return [np.stack(column).astype(np.float32) for column in zip(*rows, strict=True)]


def first_weights(frame_cues: int, outline_cues: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Random ones, from which the fit begins; the outline tells nothing yet."""
    shapes = {"local": (LOCAL_CUES, HIDDEN), "frame": (frame_cues, HIDDEN), "band": (2, HIDDEN),
              "output": (HIDDEN, len(STEMS)), "outline": (outline_cues, OUTLINE_HIDDEN)}  # fmt: skip
    weights = {n: (random.normal(size=s) * np.sqrt(1.5 / s[0])).astype(np.float32) for n, s in shapes.items()}
    weights["frame"] *= 0.5
    weights["band"] *= 0.5
    zeros = {"bias": HIDDEN, "output_bias": len(STEMS), "outline_bias": OUTLINE_HIDDEN}
    weights |= {name: np.zeros(size, np.float32) for name, size in zeros.items()}
    return weights | {"shape": np.zeros((OUTLINE_HIDDEN, 2 * (POINTS.max() + 1)), np.float32)}


def fit(mixtures: list[Mixture], steps: int) -> dict[str, np.ndarray]:
    """Weights by Adam, on cues scaled to unit deviation; returned for cues as they are."""
    random = np.random.default_rng(0)
    local = np.concatenate([m.local[::7, ::5].reshape(-1, LOCAL_CUES) for m in mixtures]).astype(np.float32)
    frame = np.concatenate([m.frame for m in mixtures])
    outline = np.concatenate([m.outline[::5] for m in mixtures]).astype(np.float32)
    scales = [(x.mean(0), x.std(0) + least) for x, least in ((local, 1e-3), (frame, 1e-3), (outline, 0.2))]
    weights = first_weights(frame.shape[1], outline.shape[1], random)
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
            weights[name] = (weights[name] * (1 - DECAY * rate) - rate * moved).astype(np.float32)
    for name, (mean, deviation) in zip(("local", "frame", "outline"), scales, strict=True):
        bias = "outline_bias" if name == "outline" else "bias"
        weights[name] = weights[name] / deviation[:, None]
        weights[bias] = weights[bias] - mean @ weights[name]
    large = ("outline", "shape")
    return {name: weight.astype(np.float16 if name in large else np.float32) for name, weight in weights.items()}


def gains_db(weights: dict[str, np.ndarray], mixture: Mixture) -> dict[str, float]:
    """The gain over the mixture of each audible stem."""
    energies, total = mixture.energies.sum(1), mixture.energy.sum()
    known = {name: weight.astype(np.float32) for name, weight in weights.items()}
    found = ratios_db(known, mixture.local.astype(np.float32), mixture.frame, mixture.outline.astype(np.float32),
                      mixture.band, mixture.energy, mixture.shared, energies)  # fmt: skip
    heard = np.flatnonzero(audible(mixture, slice(None)))
    before = {i: mixture.shared[i].sum() ** 2 / energies[i] for i in heard}
    return {STEMS[i]: float(found[i] - 10 * np.log10(b / (total - b))) for i, b in before.items()}


def gather(labelled: dict[tuple[str, str], Parts], rendered: dict[tuple[str, str], Parts]) -> list[Mixture]:
    """All that is fitted: the mixtures, variations of them, and remixes."""
    random = np.random.default_rng(1)
    mixtures = []
    for kind, clips in (("labelled", labelled), ("rendered", rendered)):
        mixtures += [describe(frozenset([name]), kind, parts, whole=True) for name, parts in clips.items()]
        for name, parts in clips.items():
            mixtures += [vary(name, kind, parts, random) for _ in range(VARIATIONS[kind])]
    both = labelled | rendered
    return mixtures + [remix(both, set(labelled), random, sung=i % 5 < 2) for i in range(REMIXES)]


def main() -> None:
    """Cross-validate, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rendered", type=Path, nargs="*", default=[])
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    labelled = read(options.folder)
    rendered = {name: parts for folder in options.rendered for name, parts in read(folder).items()}
    mixtures = gather(labelled, rendered)
    gains: dict[str, list[float]] = {}
    for fold in range(options.folds):
        asked = frozenset(sorted(labelled)[fold :: options.folds])
        weights = fit([m for m in mixtures if not m.clips & asked], options.steps)
        for mixture in mixtures:
            if mixture.kind == "labelled" and mixture.whole and mixture.clips & asked:
                for stem, gain in gains_db(weights, mixture).items():
                    gains.setdefault(stem, []).append(gain)
    print({stem: round(float(np.mean(values)), 2) for stem, values in gains.items()}, flush=True)
    if not options.dry_run:
        np.savez_compressed(OUTPUT, **fit(mixtures, options.steps))


if __name__ == "__main__":
    main()
