from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from musicengine import AsyncMusicEngine, MusicEngine, aio
from musicengine.errors import FileError, InputError
from musicengine.values.making import Step

CONSTRUCTORS = {"from_env"}


def verbs() -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(MusicEngine, inspect.isfunction)
    return {name: verb for name, verb in found if not name.startswith("_") and name not in CONSTRUCTORS}


def test_no_verb_is_missing() -> None:
    assert verbs(), "the facade has verbs"
    for name, verb in verbs().items():
        lifted = getattr(AsyncMusicEngine, name, None)
        assert lifted is not None, f"AsyncMusicEngine lacks {name}: add {name} = _lifted(MusicEngine.{name})"
        streams = inspect.signature(verb).return_annotation == "ReplyStream"
        assert inspect.iscoroutinefunction(lifted) is not streams
        assert inspect.signature(lifted) == inspect.signature(verb)
        assert lifted.__doc__ == verb.__doc__


def test_verbs_give_what_the_engine_gives() -> None:
    async def run() -> None:
        engine = AsyncMusicEngine()
        take, other = await asyncio.gather(engine.generate("disco, 4 seconds"), engine.generate("rock, 4 seconds"))
        assert take == MusicEngine().generate("disco, 4 seconds") != other
        assert await engine.analyze(take) == MusicEngine().analyze(take)
        assert (await engine.stats())["generate"].calls == 2
        with pytest.raises(FileError):
            await engine.load("no-such-file.wav")

    asyncio.run(run())


def test_progress_is_told_in_the_loop_before_the_result() -> None:
    steps: list[tuple[Step, bool]] = []

    async def run() -> None:
        home = threading.get_ident()
        engine = AsyncMusicEngine()
        take = await engine.generate("disco, 4 seconds")
        await engine.analyze(take, progress=lambda step: steps.append((step, threading.get_ident() == home)))
        assert steps[-1][0].done == steps[-1][0].total

    asyncio.run(run())
    assert all(at_home for _, at_home in steps)


class Stepping:
    """An analyzer of many steps, of which each waits to be allowed."""

    def __init__(self) -> None:
        self.steps = 0
        self.stopped = threading.Event()
        self.begun, self.go = threading.Event(), threading.Event()

    def analyze(self, audio: object, /, *, progress: Callable[[Step], None]) -> None:
        self.begun.set()
        self.go.wait(10)
        try:
            for number in range(1000):
                self.steps += 1
                progress(Step("work", number, 1000))
        finally:
            self.stopped.set()


def test_cancelling_stops_the_work_at_its_next_step() -> None:
    analyzer = Stepping()
    take = MusicEngine().generate("disco, 4 seconds")

    async def run() -> None:
        engine = AsyncMusicEngine(MusicEngine(analyzer=analyzer))  # type: ignore[arg-type]
        task = asyncio.create_task(engine.analyze(take.audio))
        await asyncio.to_thread(analyzer.begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        analyzer.go.set()
        assert await asyncio.to_thread(analyzer.stopped.wait, 10)

    asyncio.run(run())
    assert analyzer.steps == 1


def test_work_that_waits_for_a_thread_never_begins_once_cancelled() -> None:
    analyzer = Stepping()
    take = MusicEngine().generate("disco, 4 seconds")
    executor = ThreadPoolExecutor(1)

    async def run() -> int:
        engine = AsyncMusicEngine(MusicEngine(analyzer=analyzer), executor=executor)  # type: ignore[arg-type]
        first = asyncio.create_task(engine.analyze(take.audio))
        second = asyncio.create_task(engine.analyze_lyrics("la la"))
        await asyncio.to_thread(analyzer.begun.wait, 10)
        second.cancel()
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        analyzer.go.set()
        await asyncio.to_thread(analyzer.stopped.wait, 10)
        return engine.engine.stats()["analyze_lyrics"].calls

    with executor:
        assert asyncio.run(run()) == 0


class Counting(MusicEngine):
    closed = False
    given = 0

    def count(self, most: int) -> Iterator[str]:
        try:
            for number in range(most):
                type(self).given += 1
                yield str(number)
            if most == 3:
                raise FileError("the end of the line")
        finally:
            type(self).closed = True


class AsyncCounting(AsyncMusicEngine):
    count = aio._streamed(Counting.count)  # type: ignore[arg-type]


@pytest.fixture
def counting() -> AsyncCounting:
    Counting.closed, Counting.given = False, 0
    return AsyncCounting(Counting())


def test_a_streamed_chat_ends_with_the_reply_of_the_engine() -> None:
    async def run() -> None:
        engine = AsyncMusicEngine()
        stream = engine.stream_chat("make me a dark trap beat at 140")
        early = stream.reply
        pieces = [piece async for piece in stream]
        assert early is None
        assert stream.reply is not None
        assert len(pieces) > 1
        assert "".join(pieces).strip() == str(stream.reply)
        known = MusicEngine().chat("make me a dark trap beat at 140")
        assert attrs.evolve(stream.reply, session=known.session) == known
        assert await engine.sessions() == (stream.reply.session,)
        assert [piece async for piece in stream] == []
        with pytest.raises(InputError, match="no session 'nobody'"):
            await anext(engine.stream_chat("slower", session="nobody"))

    asyncio.run(run())


def test_a_streamed_chat_that_is_left_takes_no_turn() -> None:
    async def run() -> None:
        engine = AsyncMusicEngine()
        session = (await engine.chat("make me a dark trap beat at 140")).session
        stream = engine.stream_chat("slower", session=session)
        async for _ in stream:
            break
        await stream.aclose()
        assert stream.reply is None
        assert [piece async for piece in stream] == []
        unread = engine.stream_chat("slower", session=session)
        assert unread.reply is None
        assert (await engine.session(session)).turns == 1

    asyncio.run(run())


def stream(counting: AsyncCounting, most: int) -> AsyncIterator[str]:
    return counting.count(most)


def test_a_stream_gives_its_pieces_and_its_error(counting: AsyncCounting) -> None:
    async def run() -> None:
        assert [piece async for piece in stream(counting, 5)] == list("01234")
        pieces = stream(counting, 3)
        assert [await anext(pieces) for _ in range(3)] == list("012")
        with pytest.raises(FileError, match="end of the line"):
            await anext(pieces)

    asyncio.run(run())
    assert Counting.closed


def test_a_slow_reader_makes_the_source_wait(counting: AsyncCounting) -> None:
    async def run() -> None:
        pieces = counting.count(1_000_000)
        for number in range(5):
            assert await anext(pieces) == str(number)
            await asyncio.sleep(0.01)
            assert Counting.given == number + 1
        await pieces.aclose()

    asyncio.run(run())
    assert Counting.closed
