"""Fit the weights of :mod:`musicengine.audio.separation` to mixtures with known parts.

    python tools/fit_separation.py FOLDER --rendered FOLDER [FOLDER ...] [--folds 4] [--steps 12000] [--dry-run]

A folder holds JSON files whose field ``stems`` names audio files of the parts (22.05 kHz, mono), the mixture being
their sum. Labelled clips of recorded or rendered music are in the first; the others are rendered ones, from
``tools/render_parts.py``. Fitted are the mixtures as they are; variations, transposed by up to four semitones
and with each part equalized and at another level; and remixes, parts of different clips treated alike.
Maximizes the scale-invariant signal-to-distortion ratio of the parts that are known and audible, by Adam; needs torch
and some gigabytes of memory. Prints the gain over the mixture, cross-validated over the clips of FOLDER, before it
writes. A clip that is left out lends no part to a remix or a variation.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import attrs
import numpy as np
import soundfile
import torch

from musicengine.audio import separation
from musicengine.audio.cues import LOCAL_CUES, REACH, Grid, find_cues, outline_points
from musicengine.audio.pitch import track_pitch
from musicengine.audio.spectrum import frame_length
from musicengine.dsp.frames import padded
from musicengine.values.sound import Audio

STEMS = ("vocals", "drums", "bass", "other")
RATE = 22_050
REMIXES, REMIX_S = 1300, 10
VARIATIONS, VARIATION_S = 6, 12  # of each labelled clip; every other rendered one is varied, the rest are as they are
FROM_LABELLED = 0.3  # of the parts of remixes
STEP = 2  # frames; every other one of what is long
FRAMES, BATCH = 40, 8
SHARES = {"labelled": 0.3, "remixed": 0.25}  # of a batch; the folders of rendered ones share the rest
WEIGHTS = torch.tensor([1.2, 1, 1.2, 0.2])  # of the stems
AUDIBLE = 0.03  # of the mixture's energy
LEVELS_DB = {"vocals": (-3, 6), "drums": (-9, 5), "bass": (-6, 5), "other": (-4, 4)}
REMIX_DB = {"vocals": (-4, 5), "drums": (-6, 3), "bass": (-6, 3), "other": (-6, 3)}
HIDDEN, OUTLINE_HIDDEN = 16, 128
RATE_OF_LEARNING, DECAY, DROPPED = 3e-3, 0.05, 0.3
OUTPUT = Path(__file__).parents[1] / "src/musicengine/audio/separation.npz"
GRID = Grid(frame_length(RATE) + 1, RATE / (2 * frame_length(RATE)))
POINTS = torch.as_tensor(outline_points(GRID))
KEPT_SMALL = ("outline", "shape")  # as float16

Clip = tuple[str, str]  # the folder's name and its own
Files = dict[str, Path]
Parts = dict[str, np.ndarray]


@attrs.frozen(eq=False)
class Mixture:
    """Cues, and the energies that tell how well masks do: of the mixture, of the stems, and what they share."""

    clips: frozenset[Clip]
    kind: str  # "labelled", "remixed" or the folder of a rendered one
    whole: bool  # a clip as it is
    local: np.ndarray  # (frames, bands, cues)
    frame: np.ndarray
    outline: np.ndarray
    energy: np.ndarray  # (frames, bands)
    shared: np.ndarray  # (frames, stems, bands)
    energies: np.ndarray  # (frames, stems)


def find(folder: Path) -> dict[Clip, Files]:
    """The files of the parts of each clip. Melodies count as voices."""
    clips = {}
    for path in sorted(folder.glob("*.json")):
        stems = json.loads(path.read_text()).get("stems")
        if stems:
            clips[str(folder), path.stem] = {n.replace("melody", "vocals"): folder / file for n, file in stems.items()}
    return clips


def read(files: Files) -> Parts:
    """The parts of a clip, as long as the shortest."""
    parts = {name: soundfile.read(file, dtype="float32")[0] for name, file in files.items()}
    shortest = min(map(len, parts.values()))
    return {name: part[:shortest] for name, part in parts.items()}


def describe(clips: frozenset[Clip], kind: str, parts: Parts, *, whole: bool = False) -> Mixture:
    """Cues and energies of the mixture of these parts."""
    audio = Audio(sum(parts.values()), RATE)
    length = 2 * frame_length(RATE)
    hop = length // 2
    total = 1 - (-audio.samples.shape[1] // hop)
    power, _ = separation._band_powers(audio, GRID, length, -REACH, total + REACH)
    levels = np.log(power + np.float32(1e-12 * np.abs(audio.samples).max() ** 2)) / 2
    pitch_hz, voicing = separation._pitches(track_pitch(audio), total, hop / RATE)
    cues = find_cues(levels, pitch_hz, voicing, GRID)
    kept = slice(None, None, 1 if whole else STEP)

    def spectrum(samples: np.ndarray) -> np.ndarray:
        return separation._transform(padded(samples, -hop, total * hop), length)[kept]

    def sums(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, GRID.edges[:-1], axis=1)

    mixed = spectrum(audio.mono)
    spectra = [spectrum(parts.get(name, np.zeros(audio.samples.shape[1], np.float32))) for name in STEMS]
    energy = sums(np.abs(mixed) ** 2)
    scale = 1 / max(float(energy.mean()), 1e-20)
    return Mixture(
        clips, kind, whole, cues.local.transpose(0, 2, 1)[kept].astype(np.float16), cues.frame[kept],
        cues.outline[kept].astype(np.float16), energy * scale,
        np.stack([sums((one * mixed.conj()).real) * scale for one in spectra], axis=1),
        np.stack([(np.abs(one) ** 2).sum(axis=1) * scale for one in spectra], axis=1),
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


def as_it_is(clip: Clip, kind: str, files: Files, *, whole: bool = False) -> Mixture:
    """The clip itself."""
    return describe(frozenset([clip]), kind, read(files), whole=whole)


def vary(clip: Clip, kind: str, files: Files, random: np.random.Generator) -> Mixture:
    """Some of a clip, transposed, with each part equalized and at another level."""
    parts = read(files)
    size = len(next(iter(parts.values())))
    at = np.minimum(np.arange(VARIATION_S * RATE) * 2 ** (random.integers(-4, 5) / 12), size - 1)
    start = int(random.integers(size))
    moved = {n: np.interp(at, np.arange(size), np.roll(part, -start)) for n, part in parts.items()}
    changed = {n: leveled(equalized(part, random), LEVELS_DB[n], random) for n, part in moved.items()}
    return describe(frozenset([clip]), kind, changed)


def remix(clips: dict[Clip, Files], labelled: set[Clip], random: np.random.Generator, *, sung: bool) -> Mixture:
    """Drums, bass and other of three clips, and the voice of a fourth; some of them labelled ones."""
    size = REMIX_S * RATE
    used, parts = set(), {}
    for stem in STEMS[0 if sung else 1 :]:
        having = [n for n in clips if stem in clips[n] and (stem != "other" or sung or "drums" in clips[n])]
        among = random.random() < FROM_LABELLED
        having = [n for n in having if (n in labelled) == among] or having
        name = having[random.integers(len(having))]
        part = read({stem: clips[name][stem]})[stem]
        part = np.roll(part, random.integers(size))
        part = np.interp(np.arange(size) * 2 ** (random.integers(-3, 4) / 12), np.arange(part.size), part)
        parts[stem] = leveled(equalized(part, random), REMIX_DB[stem], random)
        used.add(name)
    return describe(frozenset(used), "remixed", parts)


def gather(labelled: dict[Clip, Files], rendered: dict[Clip, Files]) -> list[Mixture]:
    """All that is fitted: the mixtures, variations, and remixes."""
    return [make() for make in recipes(labelled, rendered)]


def recipes(labelled: dict[Clip, Files], rendered: dict[Clip, Files]) -> list[Callable[[], Mixture]]:
    """How to make each of the mixtures, each with random numbers of its own."""
    numbers = count(1)

    def varied(name: Clip, kind: str, files: Files) -> Callable[[], Mixture]:
        return partial(vary, name, kind, files, np.random.default_rng(next(numbers)))

    made: list[Callable[[], Mixture]] = []
    for name, files in labelled.items():
        made.append(partial(as_it_is, name, "labelled", files, whole=True))
        made += [varied(name, "labelled", files) for _ in range(VARIATIONS)]
    for number, (name, files) in enumerate(rendered.items()):
        made.append(varied(name, name[0], files) if number % 2 else partial(as_it_is, name, name[0], files))
    both, among = labelled | rendered, set(labelled)
    return made + [
        partial(remix, both, among, np.random.default_rng(next(numbers)), sung=i % 5 < 2) for i in range(REMIXES)
    ]


class Network(torch.nn.Module):
    """What :mod:`musicengine.audio.separation` computes, on cues scaled to unit deviation."""

    def __init__(self, mixtures: list[Mixture]) -> None:
        """Random weights; the outline tells nothing of its own yet."""
        super().__init__()
        some = mixtures[:: max(1, len(mixtures) // 400)]
        local = np.concatenate([m.local[::7, ::5].reshape(-1, LOCAL_CUES) for m in some]).astype(np.float32)
        frame = np.concatenate([m.frame for m in some])
        outline = np.concatenate([m.outline[::5] for m in some]).astype(np.float32)
        self.scales = [
            (torch.as_tensor(cues.mean(0)), torch.as_tensor(cues.std(0) + least))
            for cues, least in ((local, 1e-3), (frame, 1e-3), (outline, 0.2))
        ]
        self.band_cues = torch.as_tensor(find_band_cues())
        self.local = torch.nn.Linear(LOCAL_CUES, HIDDEN)
        self.frame = torch.nn.Linear(frame.shape[1], HIDDEN, bias=False)
        self.band = torch.nn.Linear(2, HIDDEN, bias=False)
        self.output = torch.nn.Linear(HIDDEN, len(STEMS))
        self.outline = torch.nn.Linear(outline.shape[1], OUTLINE_HIDDEN)
        self.kind = torch.nn.Linear(OUTLINE_HIDDEN, HIDDEN, bias=False)
        self.shape = torch.nn.Linear(OUTLINE_HIDDEN, 2 * (int(POINTS.max()) + 1), bias=False)
        torch.nn.init.zeros_(self.shape.weight)

    def forward(self, local: torch.Tensor, frame: torch.Tensor, outline: torch.Tensor) -> torch.Tensor:
        """The masks (frames, bands, stems)."""
        local, frame, outline = (
            (cues.float() - mean) / deviation
            for cues, (mean, deviation) in zip((local, frame, outline), self.scales, strict=True)
        )
        seen = torch.nn.functional.dropout(torch.relu(self.outline(outline)), DROPPED, self.training)
        of_frame = self.frame(frame) + self.kind(seen)
        logits = self.output(torch.relu(self.local(local) + of_frame[:, None] + self.band(self.band_cues)))
        drawn = torch.zeros_like(logits)
        drawn[:, :, separation._DRAWN] = self.shape(seen).reshape(len(seen), 2, -1)[:, :, POINTS].transpose(1, 2)
        return torch.softmax(logits + drawn, -1)

    def stored(self) -> dict[str, np.ndarray]:
        """The weights for cues as they are."""
        weights = {f"{name}": layer.weight.detach().numpy().T.copy() for name, layer in self.named_children()}
        weights["bias"] = self.local.bias.detach().numpy().copy()
        weights["output_bias"] = self.output.bias.detach().numpy().copy()
        weights["outline_bias"] = self.outline.bias.detach().numpy().copy()
        for name, (mean, deviation) in zip(("local", "frame", "outline"), self.scales, strict=True):
            weights[name] /= deviation.numpy()[:, None]
            weights["outline_bias" if name == "outline" else "bias"] -= mean.numpy() @ weights[name]
        return {n: weight.astype(np.float16 if n in KEPT_SMALL else np.float32) for n, weight in weights.items()}


def find_band_cues() -> np.ndarray:
    """The cues of each band, (bands, cues)."""
    none = np.zeros(1, np.float32)
    return find_cues(np.zeros((2 * REACH + 1, len(GRID.hz)), np.float32), none, none, GRID).band.T.copy()


def ratios_db(masks: torch.Tensor, energy: torch.Tensor, shared: torch.Tensor, energies: torch.Tensor) -> torch.Tensor:
    """The scale-invariant signal-to-distortion ratio of each stem: (..., stems)."""
    of_stem = torch.einsum("...fbs,...fsb->...s", masks, shared) ** 2 / (energies + 1e-20)
    all_of_it = torch.einsum("...fbs,...fb->...s", masks**2, energy)
    return 10 * torch.log10(
        (of_stem + 1e-12 * all_of_it) / (torch.maximum(all_of_it - of_stem, 1e-3 * all_of_it) + 1e-20)
    )


def drawn_from(mixtures: list[Mixture], random: np.random.Generator) -> list[torch.Tensor]:
    """A batch: the cues of some frames of some mixtures, one after the other, and the energies of each mixture."""
    pools: dict[str, list[Mixture]] = {}
    for mixture in mixtures:
        pools.setdefault(mixture.kind, []).append(mixture)
    rest = (1 - sum(SHARES.values())) / max(1, len(pools) - len(SHARES))
    shares = np.array([SHARES.get(kind, rest) for kind in pools])
    rows = []
    for _ in range(BATCH):
        pool = list(pools.values())[random.choice(len(pools), p=shares / shares.sum())]
        one = pool[random.integers(len(pool))]
        at = np.sort(random.choice(len(one.local), FRAMES, replace=len(one.local) < FRAMES))
        rows.append((one.local[at], one.frame[at], one.outline[at], one.energy[at], one.shared[at], one.energies[at]))
    local, frame, outline, *measures = (torch.as_tensor(np.stack(column)) for column in zip(*rows, strict=True))
    return [local.flatten(0, 1), frame.flatten(0, 1), outline.flatten(0, 1), *measures]


def audible(energy: torch.Tensor, energies: torch.Tensor) -> torch.Tensor:
    """Which stems are heard: (..., stems), of energy (..., frames, bands) and energies (..., stems)."""
    return energies > AUDIBLE * energy.sum((-2, -1))[..., None]


def fit(mixtures: list[Mixture], steps: int) -> Network:
    """A network fitted by Adam, at a rate that falls as a cosine."""
    torch.manual_seed(0)
    random, network = np.random.default_rng(0), Network(mixtures)
    adam = torch.optim.AdamW(network.parameters(), lr=RATE_OF_LEARNING, weight_decay=DECAY, betas=(0.9, 0.99))
    for step in range(steps):
        for group in adam.param_groups:
            group["lr"] = RATE_OF_LEARNING * min(1, (step + 1) / 100) * 0.5 * (1 + np.cos(np.pi * step / steps)) + 1e-6
        local, frame, outline, energy, shared, own = drawn_from(mixtures, random)
        energies = own.sum(1)
        known = audible(energy, energies).float()
        # What a lead plays counts as other where nobody says that it leads.
        known[:, STEMS.index("other")] *= energies[:, STEMS.index("vocals")] > 0
        masks = network(local, frame, outline).unflatten(0, (BATCH, FRAMES))
        counts = known * WEIGHTS
        ratios = ratios_db(masks, energy, shared, energies).clip(-15, 25)
        loss = -((ratios * counts).sum(1) / counts.sum(1).clip(1)).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return network.eval()


@torch.no_grad()
def gains_db(network: Network, mixture: Mixture) -> dict[str, float]:
    """The gain over the mixture of each audible stem."""
    local, frame, outline, energy, shared, own = map(torch.as_tensor, (
        mixture.local, mixture.frame, mixture.outline, mixture.energy, mixture.shared, mixture.energies
    ))  # fmt: skip
    energies, total = own.sum(0), energy.sum()
    found = ratios_db(network(local, frame, outline), energy, shared, energies)
    heard = np.flatnonzero(audible(energy, energies).numpy())
    before = {i: shared[:, i].sum() ** 2 / energies[i] for i in heard}
    return {STEMS[i]: float(found[i] - 10 * torch.log10(b / (total - b))) for i, b in before.items()}


def cross_validate(mixtures: list[Mixture], names: list[Clip], folds: int, steps: int) -> dict[str, float]:
    """The mean gain of each stem on clips that are left out."""
    gains: dict[str, list[float]] = {}
    for fold in range(folds):
        asked = frozenset(names[fold::folds])
        network = fit([m for m in mixtures if not m.clips & asked], steps)
        for mixture in mixtures:
            if mixture.kind == "labelled" and mixture.whole and mixture.clips & asked:
                for stem, gain in gains_db(network, mixture).items():
                    gains.setdefault(stem, []).append(gain)
    return {stem: round(float(np.mean(values)), 2) for stem, values in gains.items()}


def main() -> None:
    """Cross-validate, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rendered", type=Path, nargs="*", default=[])
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    labelled = find(options.folder)
    rendered = {name: files for folder in options.rendered for name, files in find(folder).items()}
    mixtures = gather(labelled, rendered)
    print(cross_validate(mixtures, sorted(labelled), options.folds, options.steps), flush=True)
    if not options.dry_run:
        np.savez_compressed(OUTPUT, **fit(mixtures, options.steps).stored())


if __name__ == "__main__":
    main()
