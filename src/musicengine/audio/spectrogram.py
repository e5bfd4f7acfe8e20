"""The power of a sound over time and frequency, to look at or to learn from.

The bands are those of Slaney's mel scale (Auditory Toolbox, 1998), of equal area; frames are centred on their times.
It is the spectrum that all analyzers here share, so it tells what they see.
"""

from __future__ import annotations

from musicengine.audio.spectrum import MEL_BANDS, Survey, survey
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.values.sound import Audio, Spectrogram

__all__ = ["compute_spectrogram"]


def compute_spectrogram(audio: Audio, *, seen: Survey | None = None) -> Spectrogram:
    """Power in 128 mel bands, about 86 frames a second.

    Args:
        audio: any audio; channels are averaged.
        seen: the survey of that audio, if there is one already.

    Returns:
        power (128, frames), 0 for silence; frequencies of the bands' centres; times of the frames' centres.
    """
    seen = seen or survey(audio)
    return Spectrogram(seen.mel.T, mel_centres_hz(audio.rate, MEL_BANDS), seen.times_s)
