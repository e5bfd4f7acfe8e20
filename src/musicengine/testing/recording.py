"""Fakes: a backend that writes down what it is asked and what it answers, and one that answers so again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs

from musicengine.errors import BackendError

__all__ = ["Recorded", "record", "replay"]

B = TypeVar("B")


@attrs.frozen
class Recorded:
    """One call of one verb, or one look at a property.

    Args:
        verb: of the protocol.
        arguments: positional ones.
        options: by keyword.
        answer: what came back; of an iterator its pieces.
        error: what was raised instead.
    """

    verb: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = attrs.field(factory=dict)
    answer: Any = None
    error: Exception | None = None


def record(backend: B) -> tuple[B, list[Recorded]]:
    """A stand-in that asks the backend, and the list it writes every call into.

    It is typed as the backend, so it can go wherever that can::

        generator, calls = record(StubGenerator())
        MusicEngine(generator=generator).generate("disco")
        assert [call.verb for call in calls] == ["submit", "poll", "fetch"]
    """
    calls: list[Recorded] = []
    return cast("B", _Recorder(backend, calls)), calls


def replay(calls: Iterable[Recorded]) -> Any:
    """A stand-in that answers as was recorded, verb by verb in the same order, and asks nobody.

    The stand-in raises ``BackendError`` when it is asked more often than was recorded.
    """
    return _Player(calls)


@attrs.frozen
class _Recorder:
    _backend: object
    _calls: list[Recorded]

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("__"):
            raise AttributeError(verb)
        found = getattr(self._backend, verb)
        if not callable(found):
            self._calls.append(Recorded(verb, answer=found))
            return found
        return lambda *arguments, **options: self._ask(verb, found, arguments, options)

    def _ask(
        self, verb: str, function: Callable[..., Any], arguments: tuple[Any, ...], options: Mapping[str, Any]
    ) -> Any:
        try:
            answer = function(*arguments, **options)
            pieces = tuple(answer) if isinstance(answer, Iterator) else None
        except Exception as error:
            self._calls.append(Recorded(verb, arguments, options, error=error))
            raise
        self._calls.append(Recorded(verb, arguments, options, answer if pieces is None else pieces))
        return answer if pieces is None else iter(pieces)


class _Player:
    def __init__(self, calls: Iterable[Recorded]) -> None:
        self._left: dict[str, deque[Recorded]] = defaultdict(deque)
        for call in calls:
            self._left[call.verb].append(call)
        self._properties = {verb for verb, calls in self._left.items() if verb == "capabilities"}

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("_") or verb not in self._left:
            raise AttributeError(f"{verb} was never recorded")
        if verb in self._properties:
            return self._left[verb][0].answer
        return lambda *arguments, **options: self._next(verb)

    def _next(self, verb: str) -> Any:
        if not self._left[verb]:
            raise BackendError(f"{verb} was not recorded so often")
        call = self._left[verb].popleft()
        if call.error:
            raise call.error
        return iter(call.answer) if verb == "stream" else call.answer
