"""Sound inside a page: a player that carries its own audio, compressed where soundfile is there, and never too much."""

from __future__ import annotations

import importlib
import io
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from musicengine import wav
from musicengine.dsp.resampling import resample
from musicengine.values._arrays import FloatArray
from musicengine.values._frame import clock
from musicengine.values._picture import data_uri

if TYPE_CHECKING:
    from musicengine.values.sound import Audio

__all__ = ["COMPRESSED_S", "PLAIN_S", "player"]

COMPRESSED_S = 120.0
"""The most seconds that a page carries compressed: some 2 MB."""
PLAIN_S = 45.0
"""The most seconds that a page carries as WAV: 2 MB."""
_PLAIN_RATE = 22_050
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)  # of MPEG-1 and MPEG-2 audio
_BLOCK = 1 << 16


def player(audio: Audio, name: str = "", *, seconds: float = COMPRESSED_S, picture: str = "") -> str:
    """Audio that plays, with what was left out said under it.

    Args:
        audio: of any length; what the page carries is bounded.
        name: above the player.
        seconds: to carry at most.
        picture: HTML between the name and the player.
    """
    kind, content, carried = _encoded(audio, seconds)
    left_out = f"the first {clock(carried)} of {clock(audio.duration_s)}" if carried < audio.duration_s - 0.01 else ""
    reduced = kind == "audio/wav" and (audio.channels > 1 or audio.rate > _PLAIN_RATE)
    plain = "in mono, up to 11 kHz; the audio extra carries more" if reduced else ""
    note = "; ".join(filter(None, (left_out, plain)))
    title = " ".join(filter(None, (escape(name), f"<small>{escape(note)}</small>" if note else "")))
    caption = f"<figcaption>{title}</figcaption>" if title else ""
    return (
        f"<figure>{caption}{picture}<audio controls='controls' preload='metadata' "
        f"aria-label='{escape(name or 'audio')}' "
        f"src='{data_uri(kind, content)}'></audio></figure>"
    )


def _encoded(audio: Audio, seconds: float) -> tuple[str, bytes, float]:
    """Media type, bytes and how many seconds they hold."""
    carried = min(seconds, COMPRESSED_S, audio.duration_s)
    if compressed := _compressed(_start(audio, carried, 2), audio.rate):
        return "audio/mpeg", compressed, carried
    carried = min(carried, PLAIN_S)
    samples, rate = _at_rate(_start(audio, carried, 1), audio.rate, min(audio.rate, _PLAIN_RATE))
    return "audio/wav", wav.encode(samples, rate), carried


def _start(audio: Audio, seconds: float, channels: int) -> FloatArray:
    """The first seconds, in one channel unless two are asked for and there."""
    count = max(1, round(seconds * audio.rate))
    samples = audio.samples[:, :count]
    return samples if audio.channels <= channels else samples.mean(axis=0, dtype=np.float32, keepdims=True)


def _at_rate(samples: FloatArray, rate: int, wanted: int) -> tuple[FloatArray, int]:
    wanted = max(wanted, 8_000)  # browsers play no slower rates
    if rate == wanted:
        return samples, rate
    return np.atleast_2d(resample(samples, rate, wanted)), wanted


def _compressed(samples: FloatArray, rate: int) -> bytes | None:
    """MP3, which every browser plays; None where nothing here writes it."""
    try:
        soundfile = importlib.import_module("soundfile")
    except (ImportError, OSError):  # OSError: the package is there, the library it wraps is not
        return None
    wanted = next((known for known in _RATES if known <= rate), _RATES[-1])
    samples, rate = _at_rate(samples, rate, wanted)
    target = io.BytesIO()
    try:
        with soundfile.SoundFile(target, "w", rate, len(samples), "MPEG_LAYER_III", format="MP3") as file:
            for first in range(0, samples.shape[1], _BLOCK):
                file.write(np.clip(samples[:, first : first + _BLOCK], -1, 1).T)
    except (RuntimeError, ValueError, TypeError):  # a libsndfile before 1.1 knows no MP3
        return None
    return target.getvalue()
