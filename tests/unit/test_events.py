from __future__ import annotations

import logging
import os
import pickle
import threading
import time

import attrs
import pytest

from musicengine import Event, EventBus, MusicEngine
from musicengine.calls import Call
from musicengine.errors import FileError, InputError

SECRET = "the words that nobody else may read"


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


def event(number: int = 0) -> Event:
    return Event("load.started", float(number), str(number))


def test_a_verb_tells_of_its_start_and_end_under_one_id() -> None:
    seen: list[Event] = []
    engine = MusicEngine()
    engine.events.subscribe(seen.append)
    take = engine.generate("disco, 4 seconds")
    engine.analyze(take)
    assert engine.events.flush()
    assert [one.name for one in seen] == [
        "generate.started",
        "generate.finished",
        "analyze.started",
        "analyze.finished",
    ]
    assert seen[0].call == seen[1].call != seen[2].call == seen[3].call
    assert seen[1].details["provenance"] == "stub"
    assert seen[3].details["provenance"] == "measured"
    assert float(seen[3].details["duration_s"]) > 0
    assert abs(seen[3].at_s - time.time()) < 60
    engine.events.close()


def test_a_failure_is_told_without_its_content() -> None:
    seen: list[Event] = []
    engine = MusicEngine()
    engine.events.subscribe(seen.append)
    with pytest.raises(FileError):
        engine.load(f"/{SECRET}.wav")
    with pytest.raises(InputError):
        engine.generate(f"{SECRET}, 900 bpm")
    engine.analyze_lyrics(SECRET)
    assert engine.events.flush()
    assert [one.name for one in seen if "started" not in one.name] == [
        "load.failed",
        "generate.failed",
        "analyze_lyrics.finished",
    ]
    assert seen[1].details["error"] == "FileError"
    assert SECRET not in repr([attrs.asdict(one) for one in seen])


def test_every_verb_that_passes_through_calls_is_told(bus: EventBus) -> None:
    seen: list[Event] = []
    bus.subscribe(seen.append, verbs=["save"])
    bus(Call("save"), lambda: None)
    bus(Call("load"), lambda: None)
    bus.flush()
    assert [one.name for one in seen] == ["save.started", "save.finished"]


def test_a_slow_subscriber_blocks_nobody_and_what_it_misses_is_counted(bus: EventBus) -> None:
    go = threading.Event()
    quick: list[Event] = []
    slow = bus.subscribe(lambda one: go.wait(10), limit=5)
    bus.subscribe(quick.append)
    for number in range(100):
        bus.emit(event(number))
    assert slow.dropped >= 94
    go.set()
    assert bus.flush()
    assert [one.call for one in quick] == [str(number) for number in range(100)]
    assert not slow.failed


def test_a_failing_subscriber_breaks_nothing_and_is_counted(bus: EventBus) -> None:
    def fail(one: Event) -> None:
        raise SystemExit(one.name)

    failing = bus.subscribe(fail)
    for _ in range(3):
        assert bus(Call("load"), lambda: 7) == 7
    assert bus.flush()
    assert failing.failed == 6


def test_flush_says_when_the_time_is_over(bus: EventBus) -> None:
    go = threading.Event()
    bus.subscribe(lambda one: go.wait(10))
    bus.emit(event())
    assert not bus.flush(0.05)
    go.set()
    assert bus.flush()


def test_the_thread_begins_with_the_first_event_and_leaves(bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> None:
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name == "musicengine-events"]

    monkeypatch.setattr("musicengine.events._LINGER_S", 0.05)
    before = len(threads())
    seen: list[Event] = []
    subscription = bus.subscribe(seen.append)
    assert len(threads()) == before
    for number in range(3):
        bus.emit(event(number))
        assert len(threads()) == before + 1
        bus.flush()
        end = time.monotonic() + 5
        while len(threads()) > before and time.monotonic() < end:
            time.sleep(0.01)
        assert len(threads()) == before
    subscription.close()
    bus.emit(event())
    assert (len(seen), subscription.closed) == (3, True)


def test_no_thread_to_be_had_costs_events_only(bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    subscription = bus.subscribe(lambda one: None)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        bus.emit(event())
    assert subscription.dropped == 1
    bus.emit(event())
    assert bus.flush()


def test_a_bad_subscription_is_refused(bus: EventBus) -> None:
    with pytest.raises(InputError, match="a handler to call"):
        bus.subscribe(None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"limit of 1 or more, got .* and 0"):
        bus.subscribe(print, limit=0)


def test_a_copy_has_no_subscribers_and_evolved_engines_share_theirs(bus: EventBus) -> None:
    seen: list[Event] = []
    bus.subscribe(seen.append)
    pickle.loads(pickle.dumps(bus)).emit(event())
    engine = MusicEngine(events=bus)
    attrs.evolve(engine, middleware=()).health()
    attrs.evolve(engine, middleware=()).analyze_lyrics("la")
    bus.flush()
    assert [one.name for one in seen] == ["analyze_lyrics.started", "analyze_lyrics.finished"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_tells_its_own_events(bus: EventBus) -> None:
    go = threading.Event()
    seen: list[Event] = []

    def handle(one: Event) -> None:
        go.wait(10 if one.call == "0" else 0)
        seen.append(one)

    subscription = bus.subscribe(handle)
    bus.emit(event(0))  # its handler waits while the process forks
    child = os.fork()
    if not child:
        bus.emit(event(1))
        told = bus.flush() and [one.call for one in seen] == ["1"]
        os._exit(0 if told else 1)
    assert os.waitpid(child, 0)[1] == 0
    go.set()
    assert bus.flush()
    assert [one.call for one in seen] == ["0"]
    subscription.close()


def test_the_log_is_silent_unless_asked_and_holds_no_content(caplog: pytest.LogCaptureFixture) -> None:
    engine = MusicEngine()
    engine.analyze_lyrics(SECRET)
    assert not caplog.records
    with caplog.at_level(logging.DEBUG, "musicengine"):
        engine.analyze_lyrics(SECRET)
        with pytest.raises(FileError):
            engine.load(f"/{SECRET}.wav")
    said = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in said] == [
        "analyze_lyrics.started",
        "analyze_lyrics.finished",
        "load.started",
        "load.failed",
    ]
    assert SECRET not in " ".join(said)
