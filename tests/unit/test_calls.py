from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from musicengine.calls import Call, Meter, through

R = TypeVar("R")


def test_the_first_middleware_is_the_outermost() -> None:
    order = []

    def note(name: str) -> Callable[[Call, Callable[[], R]], R]:
        def middleware(call: Call, proceed: Callable[[], R]) -> R:
            order.append(f"{name} {call.verb}")
            return proceed()

        return middleware

    assert through([note("outer"), note("inner")], Call("sing"), lambda: 7) == 7
    assert order == ["outer sing", "inner sing"]


def test_the_meter_counts_calls_and_errors() -> None:
    meter = Meter()
    through([meter], Call("sing"), lambda: None)
    with pytest.raises(ZeroDivisionError):
        through([meter], Call("sing"), lambda: 1 // 0)
    assert (meter.read()["sing"].calls, meter.read()["sing"].errors) == (2, 1)
    assert meter.read()["sing"].max_s >= meter.read()["sing"].median_s > 0
    assert meter.read()["dance"].calls == 0


def test_the_meter_loses_no_call_of_any_thread() -> None:
    meter = Meter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: through([meter], Call("sing"), lambda: None), range(4000)))
    assert meter.read()["sing"].calls == 4000


def test_a_pickled_meter_starts_from_zero() -> None:
    meter = Meter()
    through([meter], Call("sing"), lambda: None)
    assert pickle.loads(pickle.dumps(meter)).read().verbs == ()
