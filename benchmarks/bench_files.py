"""Reading and writing WAV, 30 s of stereo at 44.1 kHz."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicengine import wav
from musicengine.files import load, save
from musicengine.values.sound import Audio

NOISE = Audio(np.random.default_rng(0).uniform(-1, 1, (2, 30 * 44_100)).astype(np.float32), 44_100)


@pytest.mark.parametrize("encoding", ["pcm16", "pcm24", "float32"])
def test_decode(benchmark: Any, encoding: wav.Encoding) -> None:
    file = wav.encode(NOISE.samples, NOISE.rate, encoding=encoding)
    benchmark.pedantic(wav.decode, (file,), rounds=20, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.030


@pytest.mark.parametrize("encoding", ["pcm16", "pcm24", "float32"])
def test_encode(benchmark: Any, encoding: wav.Encoding) -> None:
    benchmark.pedantic(lambda: wav.encode(NOISE.samples, NOISE.rate, encoding=encoding), rounds=20, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.060


def test_save_and_load(benchmark: Any, tmp_path: Path) -> None:
    benchmark.pedantic(lambda: load(save(NOISE, tmp_path / "noise.wav")), rounds=15, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.100
