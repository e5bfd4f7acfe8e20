"""What the checks expect of a backend, and the sounds they let it hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from musicengine.errors import MusicEngineError
from musicengine.values.measures import Embedding
from musicengine.values.sound import Audio

__all__ = ["RATE", "expect", "expect_instance", "expect_refusal", "noise", "point", "tone"]

T = TypeVar("T")
RATE = 44_100


def expect(holds: bool, otherwise: str) -> None:
    """Fail with a message unless it holds; unlike ``assert`` also where Python runs optimised."""
    if not holds:
        raise AssertionError(otherwise)


def expect_instance(value: object, kind: type[T], what: str) -> T:
    """The value, which must be of that kind."""
    if not isinstance(value, kind):
        raise AssertionError(f"expected {what} to give {kind.__name__}, got {type(value).__name__}: {value!r}"[:300])
    return value


def expect_refusal(verb: Callable[[], object], what: str) -> None:
    """The verb must raise an error of the library's family."""
    try:
        answer = verb()
    except MusicEngineError:
        return
    except Exception as error:
        raise AssertionError(f"expected a MusicEngineError for {what}, got {type(error).__name__}: {error}") from error
    raise AssertionError(f"expected a MusicEngineError for {what}, got {answer!r}"[:300])


def tone(seconds: float = 2.0, *, frequency_hz: float = 220.0, channels: int = 2, rate: int = RATE) -> Audio:
    """A steady tone with three overtones at -9 dBFS or so."""
    at = np.arange(round(seconds * rate)) / rate
    wave = sum(0.25 / n * np.sin(2 * np.pi * n * frequency_hz * at) for n in range(1, 5))
    return Audio(np.tile(np.asarray(wave, np.float32), (channels, 1)), rate)


def noise(seconds: float = 2.0, *, channels: int = 2, rate: int = RATE) -> Audio:
    """White noise, the same each time."""
    samples = np.random.default_rng(0).normal(0, 0.1, (channels, round(seconds * rate)))
    return Audio(samples.astype(np.float32), rate)


def point(number: int, space: str = "musicengine.testing") -> Embedding:
    """An embedding of length one, another for each number."""
    vector = np.random.default_rng(number).normal(size=128)
    return Embedding(vector / np.linalg.norm(vector), space)
