"""One pass over the audio: the compact spectral features that all analyzers share.

The short-time spectrum is never held whole: blocks of frames are reduced to bands and a few numbers at once, so memory
stays a small fraction of the samples' and the result does not depend on the size of the blocks. Frames are centred on
multiples of the hop and zero-padded at both ends, as in librosa. Their length follows the sample rate, about 46 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import attrs
import numpy as np

from musicengine.dsp import shape, spectra
from musicengine.dsp.frames import count_frames, padded
from musicengine.dsp.products import product
from musicengine.dsp.resampling import Decimated
from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["MEL_BANDS", "SHAPE_STEP", "Survey", "apart", "frame_length", "lowered", "mixed", "survey"]

MEL_BANDS = 128
SHAPE_STEP = 4  # frames overlap by three quarters: every fourth of them already sees all of the signal
_BLOCK_FRAMES = 1024
_PRODUCT_FRAMES = 256
_LOW_RATE_HZ = 11_025


@attrs.frozen(eq=False)
class Survey:
    """What one pass over the spectrum gives; frames first, because analyzers work frame by frame.

    Args:
        rate: of the audio, Hz.
        length: samples in a frame.
        hop: samples from frame to frame.
        mel: float32 (frames, 128), power in equal-area mel bands, scaled like a transform divided by ``length``.
        chroma: float32 (frames, 12), power by pitch class from C, scaled alike; A4 = 440 Hz.
        shape: float32 (ceil(frames / 4), 18), of every fourth frame: centroid, bandwidth and 85 % rolloff in Hz,
            flatness in [0, 1], and in dB the peaks and the valleys of 7 octave bands. Empty where nobody asked.
    """

    rate: int
    length: int
    hop: int
    mel: FloatArray
    chroma: FloatArray
    shape: FloatArray

    @property
    def frames_per_s(self) -> float:
        """Frames in a second."""
        return self.rate / self.hop

    @property
    def sparse(self) -> Survey:
        """The frames that lie side by side, without their shape."""
        step = self.length // self.hop
        return Survey(self.rate, self.length, self.length, self.mel[::step], self.chroma[::step], self.shape[:0])

    @property
    def times_s(self) -> FloatArray:
        """The centre of each frame."""
        return (np.arange(len(self.mel)) * (self.hop / self.rate)).astype(np.float32)


def frame_length(rate: int) -> int:
    """The power of two nearest to 46 ms: 2048 samples at 44.1 and 48 kHz."""
    return int(2 ** np.round(np.log2(rate * 2048 / 44_100)))


def mixed(audio: Audio, start: int, end: int) -> FloatArray:
    """The mean of the channels from sample ``start`` to ``end``, zeros outside; never mixes the whole at once."""
    if audio.channels == 1:
        return padded(audio.samples[0], start, end)
    total = padded(audio.samples[0], start, end) + padded(audio.samples[1], start, end)
    for channel in audio.samples[2:]:
        total += padded(channel, start, end)
    total *= np.float32(1 / audio.channels)
    return total


def apart(audio: Audio, start: int, end: int) -> FloatArray:
    """Half the difference of the first two channels from sample ``start`` to ``end``, zeros outside."""
    half = padded(audio.samples[0], start, end) - padded(audio.samples[1], start, end)
    half *= np.float32(0.5)
    return half


def survey(
    audio: Audio,
    *,
    block_frames: int = _BLOCK_FRAMES,
    threads: int = 1,
    timbre: bool = True,
    sparse: bool = False,
    read: Callable[[Audio, int, int], FloatArray] = mixed,
) -> Survey:
    """Pass once over the audio.

    Args:
        audio: any audio.
        block_frames: frames held at a time, of sparse ones a quarter, as they see as much; rounded up to a multiple of
            256; any number gives the very same result.
        threads: how many parts of the audio to work on at once; numpy lets them run in parallel.
        timbre: whether to measure the shape, which timbre alone needs and which takes a fifth of the time.
        sparse: frames side by side instead of overlapping by three quarters, without their shape: a quarter of the
            work for whoever wants no more than levels over time.
        read: what to look at of the audio from one sample to another: :func:`mixed` or :func:`apart`.
    """
    length = frame_length(audio.rate)
    result = _empty(audio, length, timbre=timbre, sparse=sparse)
    held = block_frames // 4 if sparse else block_frames
    step = max(1, -(-held // _PRODUCT_FRAMES)) * _PRODUCT_FRAMES
    starts = range(0, len(result.mel), step)

    def fill(first: int) -> None:
        _fill(result, partial(read, audio), first, min(first + step, len(result.mel)))

    if threads == 1:
        for first in starts:
            fill(first)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, starts))
    return result


def _empty(audio: Audio, length: int, *, timbre: bool, sparse: bool) -> Survey:
    """A survey with room for the numbers of all frames."""
    hop = length if sparse else length // 4
    frames = count_frames(audio.samples.shape[1], hop)
    shapes = -(-frames // SHAPE_STEP) if timbre and not sparse else 0
    rooms = ((frames, MEL_BANDS), (frames, 12), (shapes, shape.COLUMNS))
    return Survey(audio.rate, length, hop, *(np.empty(room, np.float32) for room in rooms))


def _fill(result: Survey, read: Callable[[int, int], FloatArray], first: int, last: int) -> None:
    """Measure the frames from ``first`` to before ``last``."""
    length, hop = result.length, result.hop
    start = first * hop - length // 2
    block = spectra.magnitude(read(start, start + (last - first - 1) * hop + length), length, hop)
    if len(result.shape):
        fourth = -(-first // SHAPE_STEP)
        chosen = np.ascontiguousarray(block[fourth * SHAPE_STEP - first :: SHAPE_STEP])
        result.shape[fourth : fourth + len(chosen)] = shape.describe(chosen, result.rate, length)
    power = np.square(block, out=block)
    # Products of matrices round differently for other numbers of rows; pieces that begin at fixed frames do not.
    for begin in range(first, last, _PRODUCT_FRAMES):
        part, end = power[begin - first :][:_PRODUCT_FRAMES], min(begin + _PRODUCT_FRAMES, last)
        spectra.mel_power(part, result.rate, length, result.mel[begin:end])
        product(part, spectra.chroma_filters(result.rate, length), result.chroma[begin:end])


def lowered(audio: Audio, *, keep: bool = False) -> Decimated:
    """The mean of the channels at the part of the rate that is nearest to 11 kHz, to be read piece by piece.

    Args:
        audio: any audio.
        keep: whether to hold what was read, where more than one analyzer reads it: 160 MB for an hour.
    """
    factor = max(1, round(audio.rate / _LOW_RATE_HZ))
    return Decimated(partial(mixed, audio), audio.samples.shape[1], factor, keep=keep)
