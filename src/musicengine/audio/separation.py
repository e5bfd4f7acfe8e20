"""Vocals, drums, bass and the rest of a mixture.

Conventions: the four stems have the mixture's shape and rate and add up to it; ``other`` is what the other three leave.

Method: soft masks on a spectrogram of 93 ms frames (see :mod:`musicengine.audio.masks`), from what lasts and what is
sudden, from the harmonics of the lead and of the bass, and from the middle of the stereo image. The masks are planned on
a signal of about 22 kHz in few bands, which is all that the quality estimate needs; waveforms are rendered from a plan
at the full rate, each channel with the same masks, so that the stereo image of each stem is the mixture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from musicengine.audio import masks
from musicengine.audio.pitch import HOP_S, PitchCandidates, find_pitch_candidates, track_bass, track_pitch
from musicengine.audio.spectrum import decimated
from musicengine.dsp.frames import count_frames, padded
from musicengine.dsp.spectra import hann, magnitude
from musicengine.dsp.types import FloatArray
from musicengine.values.measures import SeparationQuality
from musicengine.values.music import PitchTrack
from musicengine.values.sound import Audio, Stems

__all__ = ["SeparationPlan", "plan_separation", "separate"]

_RATE_HZ = 22_050.0
_FRAME_S = 2048 / _RATE_HZ
_BLOCK_FRAMES = 512


@attrs.frozen(eq=False)
class SeparationPlan:
    """What masks are made from, and how well they part the mixture.

    Args:
        factor: by which the rate is divided for the masks.
        length: samples in a frame at that rate; frames overlap by three quarters.
        lead_hz, bass_hz: float32 (frames,), NaN where there is none.
        quality: None where there is nothing to part.
        abstention: why there is no quality.
    """

    factor: int
    length: int
    lead_hz: FloatArray
    bass_hz: FloatArray
    quality: SeparationQuality | None
    abstention: str | None


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
    at = np.rint(np.arange(frames) * (length / 4 / rate / HOP_S)).astype(np.int64)
    lead_hz, bass_hz = (
        line[np.minimum(at, line.size - 1)] for line in (pitch.frequencies_hz, track_bass(candidates))
    )
    plan = SeparationPlan(factor, length, lead_hz, bass_hz, None, "silence")
    return attrs.evolve(plan, **_assess(audio, plan, block_frames))


def separate(audio: Audio, *, plan: SeparationPlan | None = None) -> Stems:
    """The mixture taken apart.

    Args:
        audio: any audio.
        plan: of this audio, if it is known already.
    """
    plan = plan_separation(audio) if plan is None else plan
    stems = np.zeros((3, *audio.samples.shape), np.float32)
    bands = masks.Bands(plan.length, audio.rate / plan.factor)
    length = plan.length * plan.factor
    spread = np.diff(bands.starts, append=0)[:-1]
    spread[-1] += length // 2 + 1 - bands.starts[-1]
    signal = decimated(audio, plan.factor)

    def render(channel: int) -> None:
        for first, shares in _masks(signal, audio.rate, plan, _BLOCK_FRAMES):
            _render(audio.samples[channel], shares, spread, length, first, stems[:, channel])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(render, range(audio.channels)))
    drums, bass, vocals = stems
    other = audio.samples - drums
    other -= bass
    other -= vocals
    return Stems(*(Audio(_frozen(part), audio.rate) for part in (vocals, drums, bass, other)))


def _frozen(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array


def _magnitudes(
    signal: FloatArray, rate: int, plan: SeparationPlan, block_frames: int
) -> Iterator[tuple[int, int, FloatArray]]:
    """First frame, how many frames before it there are for context, and the bands' magnitudes (bands, frames)."""
    hop = plan.length // 4
    total = plan.lead_hz.size
    bands = masks.Bands(plan.length, rate / plan.factor)
    for first in range(0, total, block_frames):
        start = max(0, first - masks.MARGIN)
        end = min(total, first + block_frames + masks.MARGIN)
        begin = start * hop - plan.length // 2
        block = magnitude(padded(signal, begin, begin + (end - start - 1) * hop + plan.length), plan.length, hop)
        yield first, first - start, masks.banded(block.T, bands)


def _masks(
    signal: FloatArray, rate: int, plan: SeparationPlan, block_frames: int
) -> Iterator[tuple[int, FloatArray]]:
    """First frame and the masks (3, bands, frames) of drums, bass and vocals of each block."""
    bands = masks.Bands(plan.length, rate / plan.factor)
    for first, before, seen in _magnitudes(signal, rate, plan, block_frames):
        lines = (line[first - before : first - before + seen.shape[1]] for line in (plan.lead_hz, plan.bass_hz))
        shares = masks.shares(masks.evidence(seen, bands, *lines))
        yield first, shares[:, :, before : before + block_frames]


def _render(
    samples: FloatArray, shares: FloatArray, spread: FloatArray, length: int, first: int, out: FloatArray
) -> None:
    """Add the frames from ``first`` on to each of the stems (3, n)."""
    hop = length // 4
    count = shares.shape[2]
    start = first * hop - length // 2
    block = padded(samples, start, start + (count - 1) * hop + length)
    frames = np.lib.stride_tricks.sliding_window_view(block, length)[::hop]
    spectrum = np.fft.rfft(frames * hann(length), norm="forward")
    window = hann(length) * np.float32(2 / 3)
    for share, stem in zip(shares, out, strict=True):
        masked = spectrum * np.repeat(share, spread, axis=0).T
        parts = np.fft.irfft(masked, n=length, norm="forward").astype(np.float32, copy=False)
        parts *= window
        total = np.zeros((count + 3) * hop, np.float32)
        for quarter in range(4):
            total[quarter * hop : (quarter + count) * hop] += parts[:, quarter * hop : (quarter + 1) * hop].reshape(-1)
        low, high = max(start, 0), min(start + total.size, stem.size)
        stem[low:high] += total[low - start : high - start]


def _assess(audio: Audio, plan: SeparationPlan, block_frames: int) -> dict[str, object]:
    """The quality, or why there is none."""
    signal = decimated(audio, plan.factor)
    energy = np.zeros(4)
    shared = ragged = total = 0.0
    for first, before, seen in _magnitudes(signal, audio.rate, plan, block_frames):
        bands = masks.Bands(plan.length, audio.rate / plan.factor)
        lines = (line[first - before : first - before + seen.shape[1]] for line in (plan.lead_hz, plan.bass_hz))
        shares = masks.shares(masks.evidence(seen, bands, *lines))
        inner = slice(before, before + block_frames)
        power = seen[:, inner] ** 2 * np.diff(bands.starts)[:, None]
        kept = shares[:, :, inner]
        each = np.einsum("sbf,bf->s", kept, power)
        whole = float(power.sum())
        energy += np.append(each, whole - each.sum())
        rest = 1 - kept.sum(axis=0)
        purity = np.einsum("sbf,sbf,bf->", kept, kept, power) + float((rest * rest * power).sum())
        shared += whole - purity
        change = np.abs(np.diff(kept, axis=2)).sum(axis=0)
        ragged += float((change * power[:, 1:]).sum())
        total += whole
    if total < 1e-12 * plan.lead_hz.size:
        return {"quality": None, "abstention": "silence"}
    drums, bass, vocals, other = np.clip(energy / total, 0, 1)
    quality = SeparationQuality(
        vocals_share=vocals,
        drums_share=drums,
        bass_share=bass,
        other_share=other,
        bleed=float(np.clip(shared / total / 0.75, 0, 1)),
        artefacts=float(np.clip(ragged / total, 0, 1)),
    )
    return {"quality": quality, "abstention": None}
