from __future__ import annotations

import os
import pickle
import subprocess
import sys
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_does_not_wait_for_a_lock_of_its_parent() -> None:
    script = """
import os, signal
from musicengine.calls import Account, Meter
meter, account = Meter(), Account()
with meter._lock, account._lock:
    child = os.fork()
    if not child:
        signal.alarm(20)
        os._exit(0 if meter.read().verbs == () and account.spent.amount == 0 else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=60)
