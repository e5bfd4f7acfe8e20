"""The same jobs by this library and by its peers, in CPU seconds, in one run; prints a Markdown table of ratios.

    python benchmarks/peers.py [--seconds 30] [--rounds 5]

Every figure is the best of the rounds in CPU time of the process, all its threads added up. Peers that are not
installed are left out. Jobs are what an analysis of a track needs, each system with its documented defaults; librosa
works at its own 22,050 Hz on the mono mix, the others at 44,100 Hz.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from musicengine import Audio, Brief, MusicEngine
from musicengine import audio as analyzers

Jobs = dict[str, Callable[[], Any]]


def ours(sound: Audio) -> Jobs:
    """This library, each job on its own; "everything" shares what jobs have in common."""
    fresh = lambda: Audio(sound.samples, sound.rate)  # noqa: E731 - nothing kept from the round before
    return {
        "tempo and beats": lambda: analyzers.track_beats(fresh()),
        "key": lambda: analyzers.estimate_key(fresh()),
        "loudness": lambda: analyzers.measure_loudness(fresh()),
        "timbre": lambda: analyzers.describe_timbre(fresh()),
        "chroma": lambda: analyzers.compute_chroma(fresh()),
        "pitch": lambda: analyzers.track_pitch(fresh()),
        "separation": lambda: analyzers.separate(fresh()),
        "structure": lambda: analyzers.find_sections(fresh()),
        "everything": lambda: analyzers.analyze(fresh()),
    }


def librosa(sound: Audio) -> Jobs:
    """librosa; "everything" is the sum of its jobs, as it has no call for all."""
    import librosa as peer

    y = peer.resample(sound.mono, orig_sr=sound.rate, target_sr=22_050)
    return {
        "tempo and beats": lambda: peer.beat.beat_track(y=y),
        "key": lambda: peer.feature.chroma_cqt(y=y),
        "timbre": lambda: (
            peer.feature.mfcc(y=y, n_mfcc=20),
            peer.feature.spectral_centroid(y=y),
            peer.feature.spectral_rolloff(y=y),
            peer.feature.spectral_contrast(y=y),
        ),
        "chroma": lambda: peer.feature.chroma_stft(y=y),
        "pitch": lambda: peer.pyin(y, fmin=55, fmax=1760),
        "separation": lambda: peer.effects.hpss(y),
        "structure": lambda: peer.segment.agglomerative(peer.feature.mfcc(y=y, hop_length=4096), 8),
    }


def essentia(sound: Audio) -> Jobs:
    """Essentia: degara beats, key extractor, melodia; it has no separation and no structure."""
    import essentia.standard as peer

    y = np.array(sound.mono)
    stereo = np.ascontiguousarray(sound.samples.T)

    def mfcc() -> list[Any]:
        window, spectrum, bands = peer.Windowing(type="hann"), peer.Spectrum(), peer.MFCC(inputSize=1025)
        return [bands(spectrum(window(frame))) for frame in peer.FrameGenerator(y, 2048, 512)]

    return {
        "tempo and beats": lambda: peer.RhythmExtractor2013(method="degara")(y),
        "key": lambda: peer.KeyExtractor()(y),
        "loudness": lambda: peer.LoudnessEBUR128(sampleRate=sound.rate)(stereo),
        "timbre": mfcc,
        "pitch": lambda: _yin_fft(peer, y),
    }


def _yin_fft(peer: Any, y: np.ndarray) -> list[Any]:
    window, spectrum, pitch = peer.Windowing(type="hann"), peer.Spectrum(), peer.PitchYinFFT()
    return [pitch(spectrum(window(frame))) for frame in peer.FrameGenerator(y, 2048, 512)]


def pyloudnorm(sound: Audio) -> Jobs:
    """pyloudnorm."""
    import pyloudnorm as peer

    samples = sound.samples.T.astype(float)
    return {"loudness": lambda: peer.Meter(sound.rate).integrated_loudness(samples)}


def cpu_s(job: Callable[[], Any], rounds: int) -> float:
    """The least CPU time of the rounds, after one that warms up."""
    job()
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return float(best)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    sound = MusicEngine().generate(Brief("pop", genre="pop", duration_s=options.seconds)).audio
    mine = {job: cpu_s(run, options.rounds) for job, run in ours(sound).items()}
    theirs: dict[str, dict[str, float]] = {}
    for system in (librosa, essentia, pyloudnorm):
        try:
            jobs = system(sound)
        except ImportError:
            continue
        theirs[system.__name__] = {job: cpu_s(run, options.rounds) for job, run in jobs.items()}
    print("| job | musicengine, ms | " + " | ".join(f"{name}, ms (ratio)" for name in theirs) + " |")
    print("|---|---|" + "---|" * len(theirs))
    for job, own in mine.items():
        cells = []
        for found in theirs.values():
            other = sum(found.values()) if job == "everything" else found.get(job)
            cells.append("" if other is None else f"{other * 1e3:.0f} ({other / own:.1f})")
        print(f"| {job} | {own * 1e3:.1f} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
