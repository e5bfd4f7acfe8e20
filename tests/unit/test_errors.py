"""Errors of backends in words that hold no secret."""

from __future__ import annotations

import attrs
import pytest

from musicengine import BackendError, Brief, MusicEngine, MusicEngineError
from musicengine.errors import describe_error

KEY = "sk-proj-4f9a8b7c6d5e4f3a2b1c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no answer in 30 s", "no answer in 30 s"),
        (
            f"401 for https://api.example.com/v1/chat?key={KEY}&model=m-1",
            "https://api.example.com/v1/chat?key=***&model=m-1",
        ),
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: ***."),
        ("headers {'Authorization': 'Bearer short', 'Accept': '*/*'}", "{'Authorization': '***', 'Accept': '*/*'}"),
        ("could not reach https://me:hunter2@example.com/x", "https://***@example.com/x"),
        ("password = hunter2, user = me", "password = ***, user = me"),
        ("key 'H minor' is unknown", "key 'H minor' is unknown"),
        ("no such model: extraordinarily-long-model-name", "extraordinarily-long-model-name"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    said = describe_error(RuntimeError(text))
    assert said.startswith("RuntimeError: ")
    assert said.endswith(shown)
    assert KEY not in said
    assert "hunter2" not in said


def test_errors_of_this_library_are_said_as_they_are_and_silent_ones_by_name() -> None:
    assert describe_error(MusicEngineError("token = 'verse'")) == "MusicEngineError: token = 'verse'"
    assert describe_error(TimeoutError()) == "TimeoutError"


def test_a_long_text_is_masked_in_linear_time() -> None:
    for text in ("a" * 200_000, "a-1" * 70_000, "key=" * 50_000, "://" * 50_000, "Bearer " * 30_000):
        assert len(describe_error(RuntimeError(text))) <= len(text) + 20


@attrs.frozen
class Leaky:
    """A client that repeats its request when it fails."""

    def __getattr__(self, name: str) -> object:
        def fail(*_: object, **__: object) -> object:
            raise ConnectionError(f"POST https://api.example.com/v1?key={KEY} timed out")

        return fail


def test_no_secret_of_a_chat_model_is_in_what_is_raised() -> None:
    with pytest.raises(BackendError) as caught:
        MusicEngine(chat_model=Leaky()).chat("a sad song")  # type: ignore[arg-type]
    assert "key=***" in str(caught.value)
    assert KEY not in str(caught.value)


def test_no_secret_of_a_generator_is_in_the_journal() -> None:
    engine = MusicEngine()

    def leak(*_: object, **__: object) -> object:
        raise ConnectionError(f"POST https://api.example.com/v1?key={KEY} timed out")

    broken = attrs.evolve(engine, generator=_Broken(engine.generator, leak))  # type: ignore[arg-type]
    with pytest.raises(MusicEngineError) as caught:
        broken.submit(Brief("pop", duration_s=10))
    assert KEY not in str(caught.value)
    assert "key=***" in str(caught.value)
    assert not any(KEY in str(job.message) for job in broken.jobs())


class _Broken:
    """A generator whose orders fail."""

    def __init__(self, inner: object, submit: object) -> None:
        self._inner, self.submit = inner, submit

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)
