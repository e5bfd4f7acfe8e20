"""The same jobs by this library and by its peers, in CPU seconds, in one run; prints a Markdown table of ratios.

    OPENBLAS_NUM_THREADS=1 python benchmarks/peers.py [--seconds 30] [--rounds 5]

Every figure is the best of the rounds in CPU time of the process, all its threads added up, after a round that warms
up. The rounds of all systems take turns, so that a busy machine is as slow for one as for the other. Peers that are
not installed are left out.

Each system gets decoded audio as it likes it best, which costs it nothing here: librosa the mono mix at its own
22,050 Hz, Essentia the mono mix at 44,100 Hz, pyloudnorm stereo in double precision. This library gets stereo at
44,100 Hz and mixes and decimates it within each job, on one thread as they do. The peers' settings are those of their
documentation; where they offer something thorough and something fast, both are measured.
"""

from __future__ import annotations

import argparse
import platform
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from musicengine import Audio, Brief, MusicEngine
from musicengine import audio as analyzers

Jobs = dict[str, Callable[[], Any]]

EVERYTHING = "everything"
PEERS = {
    "librosa and pyloudnorm": ("librosa", "pyloudnorm"),
    "the same, fast": ("librosa", "pyloudnorm"),
    "Essentia": ("essentia",),
    "Essentia, fast": ("essentia",),
}


def ours(sound: Audio) -> Jobs:
    """This library, each job on its own; "everything" shares what jobs have in common."""

    def fresh() -> Audio:
        return Audio(sound.samples, sound.rate)  # nothing kept from the round before

    def separation() -> None:
        audio = fresh()
        analyzers.render(audio, analyzers.plan_separation(audio, threads=1), threads=1)

    return {
        "tempo and beats": lambda: analyzers.track_beats(fresh()),
        "key": lambda: analyzers.estimate_key(fresh()),
        "loudness": lambda: analyzers.measure_loudness(fresh()),
        "timbre": lambda: analyzers.describe_timbre(fresh()),
        "chroma": lambda: analyzers.compute_chroma(fresh()),
        "pitch": lambda: analyzers.track_pitch(fresh()),
        "separation": separation,
        "structure": lambda: analyzers.find_sections(fresh()),
        EVERYTHING: lambda: analyzers.analyze(fresh(), threads=1),
    }


def librosa(sound: Audio, *, fast: bool) -> Jobs:
    """librosa: pYIN and HPSS, or YIN and no separation; loudness is pyloudnorm's."""
    import librosa as peer
    import pyloudnorm

    y = peer.resample(sound.mono, orig_sr=sound.rate, target_sr=22_050)
    samples = sound.samples.T.astype(float)

    def timbre() -> None:
        magnitudes = np.abs(peer.stft(y))  # the functions take it ready made, so it is made once
        peer.feature.mfcc(S=peer.power_to_db(peer.feature.melspectrogram(S=magnitudes**2)), n_mfcc=20)
        for measure in ("centroid", "bandwidth", "rolloff", "contrast", "flatness"):
            getattr(peer.feature, f"spectral_{measure}")(S=magnitudes)

    jobs: Jobs = {
        "tempo and beats": lambda: peer.beat.beat_track(y=y),
        "key": lambda: peer.feature.chroma_cqt(y=y),
        "loudness": lambda: pyloudnorm.Meter(sound.rate).integrated_loudness(samples),
        "timbre": timbre,
        "chroma": lambda: peer.feature.chroma_stft(y=y),
        "pitch": lambda: (peer.yin if fast else peer.pyin)(y, fmin=55, fmax=1760),
        "structure": lambda: peer.segment.agglomerative(peer.feature.mfcc(y=y, hop_length=4096), 8),
    }
    return jobs if fast else jobs | {"separation": lambda: peer.effects.hpss(y)}


def essentia(sound: Audio, *, fast: bool) -> Jobs:
    """Essentia: multifeature beats and Melodia, or degara and YinFFT; no separation, no structure."""
    import essentia.standard as peer

    y = np.array(sound.mono)
    stereo = np.ascontiguousarray(sound.samples.T)
    window, spectrum = peer.Windowing(type="hann"), peer.Spectrum()

    def per_frame(measure: Callable[[Any], Any], length: int = 2048, hop: int = 512) -> list[Any]:
        return [measure(spectrum(window(frame))) for frame in peer.FrameGenerator(y, length, hop)]

    def timbre() -> list[Any]:
        mfcc, contrast, flatness = peer.MFCC(), peer.SpectralContrast(), peer.Flatness()
        centroid, rolloff = peer.Centroid(range=sound.rate / 2), peer.RollOff(sampleRate=sound.rate)
        measures = (mfcc, contrast, flatness, centroid, rolloff)
        return per_frame(lambda bins: [measure(bins) for measure in measures])

    def chroma() -> list[Any]:
        peaks, profile = peer.SpectralPeaks(sampleRate=sound.rate), peer.HPCP(sampleRate=sound.rate)
        return per_frame(lambda bins: profile(*peaks(bins)), 4096, 2048)

    yin = peer.PitchYinFFT()
    return {
        "tempo and beats": lambda: peer.RhythmExtractor2013(method="degara" if fast else "multifeature")(y),
        "key": lambda: peer.KeyExtractor()(y),
        "loudness": lambda: peer.LoudnessEBUR128(sampleRate=sound.rate)(stereo),
        "timbre": timbre,
        "chroma": chroma,
        "pitch": (lambda: per_frame(yin)) if fast else (lambda: peer.PredominantPitchMelodia()(y)),
    }


def installed(sound: Audio) -> dict[str, Jobs]:
    """The jobs of this library and of the peers that are there."""
    systems = {"musicengine": ours(sound)}
    for (name, needs), make, fast in zip(
        PEERS.items(), (librosa, librosa, essentia, essentia), (False, True, False, True), strict=True
    ):
        if all(_version(package) for package in needs):
            systems[name] = make(sound, fast=fast)
    return systems


def measure_s(systems: dict[str, Jobs], rounds: int) -> dict[str, dict[str, float]]:
    """The least CPU time of each job of each system."""
    best = {name: dict.fromkeys(jobs, np.inf) for name, jobs in systems.items()}
    for turn in range(rounds + 1):
        for name, jobs in systems.items():
            for job, run in jobs.items():
                start = time.process_time()
                run()
                spent = time.process_time() - start
                if turn:
                    best[name][job] = min(best[name][job], spent)
    return best


def table(best: dict[str, dict[str, float]]) -> str:
    """Markdown; in each cell of a peer, how many times this library's CPU time it takes."""
    own, *peers = best
    lines = [
        f"| job | {own} | " + " | ".join(peers) + " |",
        "|---|--:|" + "--:|" * len(peers),
    ]
    for job, spent in best[own].items():
        cells = [f"{spent * 1e3:.0f} ms"]
        for peer in peers:
            other = sum(best[peer].values()) if job == EVERYTHING else best[peer].get(job)
            cells.append("–" if other is None else f"{other * 1e3:.0f} ms, {other / spent:.1f}x")
        lines.append(f"| {job} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    sound = MusicEngine().generate(Brief("pop", genre="pop", duration_s=options.seconds)).audio
    best = measure_s(installed(sound), options.rounds)
    packages = ("numpy", "librosa", "numba", "scipy", "essentia", "pyloudnorm")
    versions = ", ".join(f"{package} {found}" for package in packages if (found := _version(package)))
    print(f"{sound.duration_s:.0f} s of stereo at {sound.rate} Hz; best of {options.rounds} rounds, CPU time.")
    print(f"Python {platform.python_version()}, {versions}.\n")
    print(table(best))


if __name__ == "__main__":
    main()
