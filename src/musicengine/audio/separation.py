"""Vocals, drums, bass and the rest of a mixture.

Conventions: the four stems have the mixture's shape and rate and add up to it; ``other`` is what the other three leave.

Method: soft masks on a spectrogram of 93 ms frames (see :mod:`musicengine.audio.masks`), from what lasts and what is
sudden and from the harmonics of the lead and of the bass. The masks are planned on a mono signal of about 22 kHz in few
bands, which is all that the quality estimate needs; waveforms are rendered from a plan at the full rate, each channel
with the same masks, so that the stereo image of each stem is the mixture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from musicengine.audio import masks
from musicengine.audio.pitch import PitchCandidates, find_pitch_candidates, track_bass, track_pitch
from musicengine.audio.spectrum import decimated
from musicengine.dsp.frames import count_frames, frame, padded
from musicengine.dsp.spectra import hann, magnitude
from musicengine.dsp.types import FloatArray
from musicengine.values._arrays import frozen
from musicengine.values.measures import SeparationQuality
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio, Stems

__all__ = ["SeparationPlan", "plan_separation", "separate"]

_RATE_HZ = 22_050.0
_FRAME_S = 2048 / _RATE_HZ
_BLOCK_FRAMES = 256
_SILENCE = 1e-12  # mean power


@attrs.frozen(eq=False)
class SeparationPlan:
    """What the masks are made from, and how well they part the mixture.

    Args:
        factor: by which the rate is divided for the masks.
        length: samples in a frame at that rate; frames overlap by three quarters.
        lead_hz, bass_hz: float32 (frames,), NaN where there is none.
        quality: None where there is nothing to part.
        abstention: why there is no quality; None if there is.
    """

    factor: int
    length: int
    lead_hz: FloatArray
    bass_hz: FloatArray
    quality: SeparationQuality | None = None
    abstention: str | None = "silence"


def plan_separation(
    audio: Audio,
    *,
    pitch: PitchTrack | None = None,
    candidates: PitchCandidates | None = None,
    block_frames: int = _BLOCK_FRAMES,
) -> SeparationPlan:
    """The masks' ingredients and the quality of the separation, without waveforms.

    Args:
        audio: any audio.
        pitch: of the lead, if it is known already.
        candidates: of this audio, if they are known already.
        block_frames: frames worked on at a time; any number gives the same result.
    """
    candidates = find_pitch_candidates(audio) if candidates is None else candidates
    pitch = track_pitch(audio, candidates=candidates) if pitch is None else pitch
    factor = max(1, round(audio.rate / _RATE_HZ))
    rate = audio.rate / factor
    length = 32 * max(1, round(_FRAME_S * rate / 32))
    frames = count_frames(-(-audio.samples.shape[1] // factor), length // 4)
    times = (np.arange(frames) * (length / 4 / rate)).astype(np.float32)
    nearest = np.minimum(np.searchsorted(pitch.times_s, times), pitch.times_s.size - 1)
    plan = SeparationPlan(factor, length, pitch.frequencies_hz[nearest], track_bass(candidates, times))
    quality = _assess(audio, plan, block_frames)
    return attrs.evolve(plan, quality=quality, abstention=None if quality else "silence")


def separate(audio: Audio, *, plan: SeparationPlan | None = None) -> Stems:
    """The mixture taken apart; two channels at a time are rendered side by side.

    Args:
        audio: any audio.
        plan: of this audio, if it is known already.
    """
    plan = plan_separation(audio) if plan is None else plan
    parts = np.zeros((3, *audio.samples.shape), np.float32)
    signal = decimated(audio, plan.factor)
    with ThreadPoolExecutor(2) as pool:
        for first, _, shares in _masks(signal, audio.rate, plan, _BLOCK_FRAMES):
            spread = _spread(shares, plan, audio.rate)
            jobs = [
                pool.submit(_render, samples, spread, plan, first, parts[:, channel])
                for channel, samples in enumerate(audio.samples)
            ]
            for job in jobs:
                job.result()
    drums, bass, vocals = parts
    other = audio.samples - drums
    other -= bass
    other -= vocals
    return Stems(*(Audio(frozen(part), audio.rate) for part in (vocals, drums, bass, other)))


def _masks(
    signal: FloatArray, rate: int, plan: SeparationPlan, block_frames: int
) -> Iterator[tuple[int, FloatArray, FloatArray]]:
    """First frame, power per bin (frames, bands) and masks (3, frames, bands) of each block."""
    hop = plan.length // 4
    total = plan.lead_hz.size
    bands = masks.Bands(plan.length, rate / plan.factor)
    for first in range(0, total, block_frames):
        start, end = max(0, first - masks.MARGIN), min(total, first + block_frames + masks.MARGIN)
        begin = start * hop - plan.length // 2
        block = padded(signal, begin, begin + (end - start - 1) * hop + plan.length)
        power = bands.power(magnitude(block, plan.length, hop))
        told = masks.gather_evidence(power, bands, plan.lead_hz[start:end], plan.bass_hz[start:end])
        inner = slice(first - start, first - start + min(block_frames, total - first))
        yield first, power[inner], masks.masks_of(told, bands)[:, inner]


def _spread(shares: FloatArray, plan: SeparationPlan, rate: int) -> FloatArray:
    """Masks (3, frames, bands) for all bins at the full rate; above the last band they are that band's."""
    widths = masks.Bands(plan.length, rate / plan.factor).widths.copy()
    widths[-1] += plan.length * plan.factor // 2 + 1 - widths.sum()
    return np.repeat(shares, widths, axis=2)


def _render(samples: FloatArray, spread: FloatArray, plan: SeparationPlan, first: int, out: FloatArray) -> None:
    """Add the frames from ``first`` on to each of the parts (3, n) of one channel."""
    length = plan.length * plan.factor
    hop = length // 4
    count = spread.shape[1]
    start = first * hop - length // 2
    frames = frame(padded(samples, start, start + (count - 1) * hop + length), length, hop)
    spectrum = np.fft.rfft(frames * hann(length), norm="forward")
    window = hann(length) * np.float32(2 / 3)  # squared windows a quarter apart add up to 3/2
    for mask, part in zip(spread, out, strict=True):
        pieces = np.fft.irfft(spectrum * mask, n=length, norm="forward")
        pieces *= window
        total = np.zeros((count + 3) * hop, np.float32)
        for quarter in range(4):
            total[quarter * hop : (quarter + count) * hop] += pieces[:, quarter * hop : (quarter + 1) * hop].ravel()
        low, high = max(start, 0), min(start + total.size, part.size)
        part[low:high] += total[low - start : high - start]


def _assess(audio: Audio, plan: SeparationPlan, block_frames: int) -> SeparationQuality | None:
    """The quality, from the masks weighted by power; None for silence."""
    signal = decimated(audio, plan.factor)
    widths = masks.Bands(plan.length, audio.rate / plan.factor).widths.astype(np.float32)
    each = np.zeros(3)
    whole = pure = changed = 0.0
    before = None
    for _, power, shares in _masks(signal, audio.rate, plan, block_frames):
        power = power * widths
        weighted = shares * power
        each += weighted.sum(axis=(1, 2), dtype=np.float64)
        rest = 1 - shares.sum(axis=0)
        pure += float(np.vdot(weighted, shares)) + float(np.vdot(rest * rest, power))
        joined = shares if before is None else np.concatenate([before, shares], axis=1)
        change = np.abs(joined[:, 1:] - joined[:, :-1]).sum(axis=0)
        changed += float(np.vdot(change, power[-len(change) :])) if len(change) else 0.0
        before = shares[:, -1:]
        whole += float(power.sum(dtype=np.float64))
    if whole <= _SILENCE * plan.lead_hz.size:
        return None
    drums, bass, vocals = np.minimum(each / whole, 1)
    return SeparationQuality(
        vocals_share=vocals,
        drums_share=drums,
        bass_share=bass,
        other_share=max(0.0, 1 - drums - bass - vocals),
        bleed=min(1.0, max(0.0, (1 - pure / whole) / 0.75)),
        artefacts=min(1.0, changed / whole),
    )
