"""The engine for asyncio: the same verbs, each lifted onto a thread.

::

    engine = AsyncMusicEngine()
    report = await engine.analyze("song.wav")

numpy works outside of the interpreter's lock, so the event loop goes on meanwhile. Cancelling an await cancels the
work: what has not begun never begins, and a verb that takes ``progress`` stops at its next step. A verb without steps
runs to its end, unheard. ``progress`` is called in the event loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial, update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from musicengine.engine import MusicEngine
from musicengine.protocols import Progress
from musicengine.values.making import Step

__all__ = ["AsyncMusicEngine"]

P = ParamSpec("P")
R = TypeVar("R")
_END = object()


def _lifted(
    verb: Callable[Concatenate[MusicEngine, P], R],
) -> Callable[Concatenate[AsyncMusicEngine, P], Coroutine[Any, Any, R]]:
    """The verb as a coroutine function with the same parameters."""
    has_steps = "progress" in inspect.signature(verb).parameters

    async def lifted(self: AsyncMusicEngine, /, *args: P.args, **kwargs: P.kwargs) -> R:
        cancelled = threading.Event()
        if has_steps:
            kwargs["progress"] = _stoppable(cancelled, kwargs.get("progress"))  # type: ignore[arg-type]
        try:
            return await self._run(partial(verb, self.engine, *args, **kwargs))
        except asyncio.CancelledError:
            cancelled.set()
            raise

    update_wrapper(lifted, verb)
    return lifted


def _streamed(
    verb: Callable[Concatenate[MusicEngine, P], Iterator[R]],
) -> Callable[Concatenate[AsyncMusicEngine, P], AsyncGenerator[R, None]]:
    """The verb as an async generator: the next piece is fetched when it is asked for, so a slow reader waits alone."""

    async def streamed(self: AsyncMusicEngine, /, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[R, None]:
        source = _Source(partial(verb, self.engine, *args, **kwargs))
        try:
            while (piece := await self._run(source.next)) is not _END:
                yield piece
        finally:  # also of whoever stops reading, or is cancelled while a piece is on its way
            asyncio.get_running_loop().run_in_executor(self._executor, source.close)

    update_wrapper(streamed, verb)
    return streamed


class _Source(Generic[R]):
    """An iterator that one thread at a time asks for its next piece, whichever thread it is."""

    def __init__(self, make: Callable[[], Iterator[R]]) -> None:
        self._make, self._pieces = make, cast("Iterator[R] | None", None)
        self._lock = threading.Lock()
        self._closed = False

    def next(self) -> R:
        with self._lock:
            if self._closed:
                return cast("R", _END)
            if self._pieces is None:
                self._pieces = iter(self._make())
            return next(self._pieces, cast("R", _END))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if close := getattr(self._pieces, "close", None):
                close()


class AsyncMusicEngine:
    """A :class:`MusicEngine` whose verbs are awaited.

    Args:
        engine: whose verbs to lift; one with its defaults if not given.
        executor: the threads that work; the event loop's own if not given.
    """

    def __init__(self, engine: MusicEngine | None = None, *, executor: ThreadPoolExecutor | None = None) -> None:
        """Lift the engine."""
        self.engine = engine or MusicEngine()
        self._executor = executor

    load = _lifted(MusicEngine.load)
    save = _lifted(MusicEngine.save)
    analyze = _lifted(MusicEngine.analyze)
    analyze_lyrics = _lifted(MusicEngine.analyze_lyrics)
    separate = _lifted(MusicEngine.separate)
    track_pitch = _lifted(MusicEngine.track_pitch)
    embed = _lifted(MusicEngine.embed)
    predict_hit = _lifted(MusicEngine.predict_hit)
    find_similar = _lifted(MusicEngine.find_similar)
    advise = _lifted(MusicEngine.advise)
    generate = _lifted(MusicEngine.generate)
    generate_many = _lifted(MusicEngine.generate_many)
    estimate = _lifted(MusicEngine.estimate)
    credits = _lifted(MusicEngine.credits)
    submit = _lifted(MusicEngine.submit)
    poll = _lifted(MusicEngine.poll)
    fetch = _lifted(MusicEngine.fetch)
    cancel = _lifted(MusicEngine.cancel)
    jobs = _lifted(MusicEngine.jobs)
    resume = _lifted(MusicEngine.resume)
    reconcile = _lifted(MusicEngine.reconcile)
    transcribe = _lifted(MusicEngine.transcribe)
    refine = _lifted(MusicEngine.refine)
    produce = _lifted(MusicEngine.produce)
    replay = _lifted(MusicEngine.replay)
    chat = _lifted(MusicEngine.chat)
    stream_chat = _streamed(MusicEngine.stream_chat)
    execute = _lifted(MusicEngine.execute)
    session = _lifted(MusicEngine.session)
    sessions = _lifted(MusicEngine.sessions)
    end_session = _lifted(MusicEngine.end_session)
    health = _lifted(MusicEngine.health)
    stats = _lifted(MusicEngine.stats)

    async def _run(self, work: Callable[[], R]) -> R:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(context.run, work))


def _stoppable(cancelled: threading.Event, progress: Progress | None) -> Progress:
    """Tells the event loop of each step; raises in the working thread once nobody waits for it any more."""
    loop = asyncio.get_running_loop()

    def tell(step: Step) -> None:
        if cancelled.is_set():
            raise asyncio.CancelledError(f"cancelled after {step.name}")
        if progress:
            loop.call_soon_threadsafe(progress, step)

    return tell
