"""Material that benchmarks share: made once, by the library itself."""

from __future__ import annotations

import pytest

from musicengine import Audio, Brief, MusicEngine, Take


@pytest.fixture(scope="session")
def engine() -> MusicEngine:
    """Without a cache: what is asked twice is measured twice."""
    return MusicEngine(cache=False)


@pytest.fixture(scope="session")
def take(engine: MusicEngine) -> Take:
    """Thirty seconds of stereo at 44.1 kHz."""
    return engine.generate(Brief("warm disco", genre="disco", bpm=118, key="A minor", duration_s=30))


@pytest.fixture(scope="session")
def clip(take: Take) -> Audio:
    return take.audio


@pytest.fixture(scope="session")
def song(engine: MusicEngine) -> Audio:
    """Three minutes of stereo at 44.1 kHz."""
    return engine.generate(Brief("pop", genre="pop", duration_s=180)).audio
