"""One pass over the audio: the compact spectral features that all analyzers share.

The short-time spectrum is never held whole: blocks of frames are reduced to bands at once, so memory stays a small
fraction of the samples' and the result does not depend on the size of the blocks. Frames are centred on multiples
of the hop and zero-padded at both ends, as in librosa. Their length follows the sample rate, about 46 ms.
"""

from __future__ import annotations

import attrs
import numpy as np

from musicengine.dsp import spectra
from musicengine.dsp.frames import count_frames, padded
from musicengine.dsp.types import FloatArray
from musicengine.values.sound import Audio

__all__ = ["MEL_BANDS", "Survey", "frame_length", "survey"]

MEL_BANDS = 128
_BLOCK_FRAMES = 1024


@attrs.frozen(eq=False)
class Survey:
    """What one pass over the spectrum gives; frames first, because analyzers work frame by frame.

    Args:
        rate: of the audio, Hz.
        length: samples in a frame.
        hop: samples from frame to frame.
        mel: float32 (frames, 128), power in equal-area mel bands, scaled like a transform divided by ``length``.
    """

    rate: int
    length: int
    hop: int
    mel: FloatArray

    @property
    def frames_per_s(self) -> float:
        """Frames in a second."""
        return self.rate / self.hop

    @property
    def times_s(self) -> FloatArray:
        """The centre of each frame."""
        return (np.arange(len(self.mel)) * (self.hop / self.rate)).astype(np.float32)


def frame_length(rate: int) -> int:
    """The power of two nearest to 46 ms: 2048 samples at 44.1 and 48 kHz."""
    return int(2 ** np.round(np.log2(rate * 2048 / 44_100)))


def survey(audio: Audio, *, block_frames: int = _BLOCK_FRAMES) -> Survey:
    """Pass once over the audio.

    Args:
        audio: any audio; channels are averaged.
        block_frames: frames held at a time; any number gives the same result.
    """
    length = frame_length(audio.rate)
    hop = length // 4
    total = count_frames(audio.mono.size, hop)
    mel = np.empty((total, MEL_BANDS), np.float32)
    filters = spectra.mel_filters(audio.rate, length, MEL_BANDS)
    for first in range(0, total, block_frames):
        last = min(first + block_frames, total)
        start = first * hop - length // 2
        block = spectra.power(padded(audio.mono, start, start + (last - first - 1) * hop + length), length, hop)
        np.matmul(block, filters, out=mel[first:last])
    return Survey(audio.rate, length, hop, mel)
