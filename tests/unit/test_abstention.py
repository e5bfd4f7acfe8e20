"""What the audio cannot answer is None, with a reason, and never a number that sounds sure."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from musicengine import MusicEngine
from musicengine.values.sound import Audio
from tests.rhythms import RATE, rock

Samples: TypeAlias = npt.NDArray[np.float64]

TIME = np.arange(10 * RATE) / RATE
NOISE = np.random.default_rng(0).normal(0, 0.1, TIME.size)
TONAL = ("key", "chords", "harmony")
PULSE = ("tempo", "beats")
LEAD = ("pitch", "melody")
FORM = ("form", "sections")


def one_click() -> Samples:
    click = np.zeros(TIME.size)
    click[TIME.size // 2] = 1
    return click


def speech_like() -> Samples:
    """Syllables of gliding pitch, unevenly spaced, each after a burst of noise."""
    rng = np.random.default_rng(0)
    out, at = np.zeros(TIME.size), 0.2
    while at < 9.5:
        size = round(rng.uniform(0.08, 0.3) * RATE)
        phase = 2 * np.pi * np.cumsum(np.linspace(rng.uniform(90, 180), rng.uniform(80, 160), size)) / RATE
        vowel = sum(np.sin(partial * phase) / partial for partial in range(1, 20)) * np.hanning(size)
        start = round(at * RATE)
        out[start : start + size] += vowel[: out.size - start]
        out[start - RATE // 20 : start] += 0.5 * rng.normal(size=RATE // 20) * np.hanning(RATE // 20)
        at += size / RATE + rng.uniform(0.02, 0.35)
    return 0.2 * out


def scattered_tones() -> Samples:
    """Decaying tones of any frequency at any time: no tuning, no pulse."""
    rng = np.random.default_rng(0)
    out = np.zeros(TIME.size)
    for _ in range(40):
        start, size = int(rng.uniform(0, 9.5) * RATE), RATE // 3
        out[start : start + size] += np.sin(2 * np.pi * 2 ** rng.uniform(7, 10.5) * TIME[:size]) * np.exp(
            -6 * TIME[:size]
        )
    return 0.2 * out


@pytest.mark.parametrize(
    ("samples", "absent", "reason"),
    [
        (np.zeros(TIME.size), (*TONAL, *PULSE, *LEAD, *FORM), "silence"),
        (np.full(TIME.size, 0.3), (*TONAL, *PULSE, *LEAD), "onsets"),
        (NOISE, (*TONAL, *PULSE, *LEAD), "no regular pulse"),
        (1e-7 * NOISE, (*TONAL, *PULSE, *LEAD), "silence"),
        (NOISE[: RATE // 2], (*TONAL, *PULSE, *LEAD, *FORM), "too short for a form"),
        (NOISE[: RATE // 10], (*TONAL, *PULSE, *FORM), "shorter than 2 s"),
        (np.sin(2 * np.pi * 440 * TIME[: RATE // 2]), (*TONAL, *PULSE, *FORM), "pitched"),
        (one_click(), (*TONAL, *PULSE, *LEAD), "no voice or lead"),
        (speech_like(), (*TONAL, *PULSE), "no regular pulse"),
        (scattered_tones(), (*TONAL, *PULSE), "no regular pulse"),
        (rock(120, 12)[0].mono, (*TONAL, *LEAD), "no steady pitches"),
        (np.sin(2 * np.pi * 110 * TIME) + np.sin(2 * np.pi * 165.2 * TIME), PULSE, "onsets"),
    ],
    ids=[
        "silence",
        "constant",
        "noise",
        "near silence",
        "half a second of noise",
        "a tenth of a second",
        "half a second of a tone",
        "one click",
        "speech-like",
        "scattered tones",
        "drums alone",
        "drone",
    ],
)
def test_what_audio_cannot_answer_is_none_with_a_reason(samples: Samples, absent: tuple[str, ...], reason: str) -> None:
    report = MusicEngine(cache=False).analyze(Audio(samples.astype(np.float32), RATE)).audio
    for field in absent:
        value = getattr(report, field)
        assert value is None or value == (), field
        assert report.abstained[field], field
    assert any(reason in said for field, said in report.abstained.items() if field in absent)
    if report.tempo is None:
        assert report.rhythm is not None
        assert report.rhythm.meter is None
        assert report.rhythm.meter_confidence is None


def test_what_can_be_answered_is_not_abstained_from() -> None:
    take = MusicEngine(cache=False).generate("pop, 100 bpm, C major, 20 seconds")
    report = MusicEngine(cache=False).analyze(take).audio
    assert not report.abstained
