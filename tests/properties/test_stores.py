"""Both stores do what a plain dictionary with ends of life does, whatever comes in whatever order."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from musicengine.stores import MemoryStore, SQLiteStore
from musicengine.stores._items import above

keys = st.text("ab/\0é😀\U0010ffff", max_size=3)
data = st.binary(max_size=3)
lives = st.none() | st.floats(0.5, 20)


class Stores(RuleBasedStateMachine):
    """A memory store, a file and their model."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.folder = tempfile.TemporaryDirectory()
        self.file = SQLiteStore(Path(self.folder.name) / "me.db", clock=lambda: self.now)
        self.stores = (MemoryStore(lambda: self.now), self.file)
        self.model: dict[str, tuple[bytes, float | None]] = {}

    @rule(key=keys, item=data, ttl_s=lives)
    def put(self, key: str, item: bytes, ttl_s: float | None) -> None:
        for store in self.stores:
            store.put(key, item, ttl_s=ttl_s)
        self.model[key] = item, ttl_s and self.now + ttl_s

    @rule(key=keys, item=data, expected=st.none() | data, ttl_s=lives)
    def swap(self, key: str, item: bytes, expected: bytes | None, ttl_s: float | None) -> None:
        fits = self.model.get(key, (None, None))[0] == expected
        assert [store.swap(key, item, expected=expected, ttl_s=ttl_s) for store in self.stores] == [fits, fits]
        if fits:
            self.model[key] = item, ttl_s and self.now + ttl_s

    @rule(key=keys)
    def delete(self, key: str) -> None:
        for store in self.stores:
            store.delete(key)
        self.model.pop(key, None)

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.model = {key: (item, end) for key, (item, end) in self.model.items() if end is None or end > self.now}

    @rule(prefix=keys)
    def list(self, prefix: str) -> None:
        wanted = sorted(key for key in self.model if key.startswith(prefix))
        for store in self.stores:
            assert [*store.keys(prefix)] == wanted

    @invariant()
    def the_same_is_there(self) -> None:
        for store in self.stores:
            assert {key: store.get(key) for key in store.keys()} == {  # noqa: SIM118 - a store is no mapping
                key: item for key, (item, _) in self.model.items()
            }

    def teardown(self) -> None:
        self.file.close()
        self.folder.cleanup()


Stores.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestStores = Stores.TestCase


def test_above_a_prefix_is_everything_that_begins_so_and_nothing_else() -> None:
    for prefix in ["a", "a\U0010ffff", "\ud7ff", "é"]:
        end = above(prefix)
        assert end is not None
        assert prefix <= prefix + "\U0010ffff" * 3 < end
        end.encode()
    assert above("") is above("\U0010ffff") is None
