"""The latency of talking: a turn, a turn late in a long conversation, a session among ten thousand."""

from __future__ import annotations

from itertools import cycle

import attrs
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_engine import best_s
from musicengine import Message, MusicEngine, Take
from musicengine.flows.sessions import Sessions

TURNS = (
    "make me a dark trap beat at 140 in F# minor, with a wide mix, but not too bright",
    "slower and sadder, and the vocals louder",
    "choros bigger, drop the bridge, add a second chorus",
    "why this score?",
    "is this better than the last one?",
    "in the style of a sad piano ballad at 70",
    "write me a second verse about summer rain",
    "what does LUFS mean here",
    "undo that",
    "what's the weather today?",
    "don't change the tempo, but make it darker, up a tone, and much less busy than before please",
)


def long_session(engine: MusicEngine, take: Take) -> str:
    """A conversation of a thousand messages about two takes."""
    session = engine.chat(TURNS[0], about=take).session
    said = [
        Message(role, f"a message of about the usual length, number {at}")
        for at in range(500)
        for role in ("user", "assistant")
    ]
    Sessions(engine.store).update(session, lambda before: attrs.evolve(before, messages=(*before.messages, *said)))
    return session


@pytest.mark.parametrize("text", TURNS, ids=lambda text: text[:20].strip())
def test_turn(benchmark: BenchmarkFixture, engine: MusicEngine, take: Take, text: str) -> None:
    session = engine.chat(TURNS[0], about=take).session
    benchmark.pedantic(engine.chat, (text,), {"session": session}, rounds=100, warmup_rounds=3)
    assert best_s(benchmark) < 0.010


def test_turn_late_in_a_long_conversation(benchmark: BenchmarkFixture, engine: MusicEngine, take: Take) -> None:
    session, texts = long_session(engine, take), cycle(TURNS)
    benchmark.pedantic(lambda: engine.chat(next(texts), session=session), rounds=110, warmup_rounds=11)
    assert best_s(benchmark) < 0.010


def test_turn_of_ten_thousand_characters(benchmark: BenchmarkFixture, engine: MusicEngine) -> None:
    text = ("make the chorus bigger and a bit slower, " * 250)[:10_000]
    benchmark.pedantic(engine.chat, (text,), rounds=3, warmup_rounds=1)
    assert best_s(benchmark) < 0.500


def test_load_one_of_ten_thousand_sessions(benchmark: BenchmarkFixture, take: Take) -> None:
    engine = MusicEngine()
    for _ in range(9_999):
        Sessions(engine.store).update(None, lambda before: before)
    session = engine.chat(TURNS[0], about=take).session
    benchmark.pedantic(engine.session, (session,), rounds=200, warmup_rounds=5)
    assert best_s(benchmark) < 0.002
