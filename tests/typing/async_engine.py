"""What type checkers see of AsyncMusicEngine: the parameters and results of MusicEngine's verbs."""

from __future__ import annotations

from typing import assert_type

from musicengine import AsyncMusicEngine, Audio, LyricsReport, PitchTrack, Reply, Report, Stats, Take, batch
from musicengine.backends.stub.generator import StubGenerator
from musicengine.testing import Recorded, record


async def results(engine: AsyncMusicEngine) -> None:
    take = await engine.generate("disco", progress=print)
    assert_type(take, Take)
    assert_type(await engine.analyze(take), Report)
    assert_type(await engine.load("a.wav", rate=8_000), Audio)
    assert_type(await engine.analyze_lyrics("la"), LyricsReport)
    assert_type(await engine.track_pitch(take), PitchTrack)
    assert_type(await engine.stats(), Stats)
    stream = engine.stream_chat("slower", session="s")
    assert_type([piece async for piece in stream], list[str])
    assert_type(stream.reply, Reply | None)


async def mistakes(engine: AsyncMusicEngine) -> None:
    await engine.generate(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await engine.analyze("a.wav", loud=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def outcomes(numbers: list[int]) -> None:
    for outcome in batch.map(str, numbers):
        assert_type(outcome, batch.Done[int, str] | batch.Failed[int])
        if isinstance(outcome, batch.Done):
            assert_type(outcome.value, str)


def fakes() -> None:
    assert_type(record(StubGenerator()), tuple[StubGenerator, list[Recorded]])
