"""The engine for asyncio: the same verbs, each lifted onto a thread.

::

    engine = AsyncMusicEngine()
    report = await engine.analyze("song.wav")

numpy works outside of the interpreter's lock, so the event loop goes on meanwhile. Cancelling an await cancels the
work: what has not begun never begins, and a verb that takes ``progress`` stops at its next step. A verb without steps
runs to its end, unheard. ``progress`` is called in the event loop. A streamed answer is read piece by piece::

    stream = engine.stream_chat("make me a warm disco track")
    async for piece in stream:
        print(piece, end="")
    print(stream.reply.brief)
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from musicengine.engine import MusicEngine
from musicengine.flows.chat import ReplyStream
from musicengine.protocols import Progress
from musicengine.values.conversation import Reply
from musicengine.values.making import Step

__all__ = ["AsyncMusicEngine", "AsyncReplyStream"]

P = ParamSpec("P")
R = TypeVar("R")


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
            return await _in_thread(self._executor, partial(verb, self.engine, *args, **kwargs))
        except asyncio.CancelledError:
            cancelled.set()
            raise

    update_wrapper(lifted, verb)
    return lifted


def _streamed(
    verb: Callable[Concatenate[MusicEngine, P], ReplyStream],
) -> Callable[Concatenate[AsyncMusicEngine, P], AsyncReplyStream]:
    """The verb as a function that gives the stream at once; the work begins when its first piece is asked for."""

    def streamed(self: AsyncMusicEngine, /, *args: P.args, **kwargs: P.kwargs) -> AsyncReplyStream:
        return AsyncReplyStream(partial(verb, self.engine, *args, **kwargs), self._executor)

    update_wrapper(streamed, verb)
    return streamed


class AsyncReplyStream(AsyncIterator[str]):
    """The pieces of an answer, to be read by ``async for``; a :class:`ReplyStream` whose pieces are awaited.

    The next piece is fetched when it is asked for, so a slow reader waits alone. Whoever stops reading, or is cancelled
    while a piece is on its way, takes no turn.

    Args:
        make: begins the stream.
        executor: the threads that work; the event loop's own if None.
    """

    def __init__(self, make: Callable[[], ReplyStream], executor: ThreadPoolExecutor | None) -> None:
        """Begin with nothing said."""
        self._source = _Source(make)
        self._executor = executor
        self._pieces = self._read()

    @property
    def reply(self) -> Reply | None:
        """The whole answer with its brief and actions, once the pieces are over; until then None."""
        return self._source.stream.reply if self._source.stream else None

    async def __anext__(self) -> str:
        """The next piece.

        Raises:
            InputError, ModerationError: with the first piece, as ``MusicEngine.stream_chat``.
            BackendError: the model failed, gave no words, or did not end.
        """
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """Stop reading."""
        await self._pieces.aclose()

    async def _read(self) -> AsyncGenerator[str, None]:
        # A generator, because the event loop closes those that nobody reads any more.
        try:
            while (piece := await _in_thread(self._executor, self._source.next)) is not None:
                yield piece
        finally:
            asyncio.get_running_loop().run_in_executor(self._executor, self._source.close)


class _Source:
    """A stream that one thread at a time asks for its next piece, whichever thread it is."""

    def __init__(self, make: Callable[[], ReplyStream]) -> None:
        self._make = make
        self.stream: ReplyStream | None = None
        self._lock = threading.Lock()
        self._closed = False

    def next(self) -> str | None:
        with self._lock:
            if self._closed:
                return None
            if self.stream is None:
                self.stream = self._make()
            return next(self.stream, None)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self.stream is not None:
                self.stream.close()


async def _in_thread(executor: ThreadPoolExecutor | None, work: Callable[[], R]) -> R:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(executor, partial(context.run, work))


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


def _stoppable(cancelled: threading.Event, progress: Progress | None) -> Progress:
    """Tells the event loop of each step; raises in the working thread once nobody waits for it any more."""
    loop = asyncio.get_running_loop()

    def tell(step: Step) -> None:
        if cancelled.is_set():
            raise asyncio.CancelledError(f"cancelled after {step.name}")
        if progress:
            loop.call_soon_threadsafe(progress, step)

    return tell
