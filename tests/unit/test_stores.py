from __future__ import annotations

import multiprocessing
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from musicengine import MemoryStore, SQLiteStore, Store
from musicengine.errors import InputError, StoreError

Clock = Callable[[], float]


@pytest.fixture(params=["memory", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Clock], Store]]:
    made: list[SQLiteStore] = []

    def build(clock: Clock) -> Store:
        if request.param == "memory":
            return MemoryStore(clock)
        made.append(SQLiteStore(tmp_path / "me.db", clock=clock))
        return made[-1]

    yield build
    for store in made:
        store.close()


@pytest.fixture
def store(make: Callable[[Clock], Store]) -> Store:
    return make(lambda: 0.0)


class TestEveryStore:
    """What the protocol promises, of each store."""

    def test_it_keeps_bytes_and_forgets_them(self, store: Store) -> None:
        assert isinstance(store, Store)
        store.put("a", b"1")
        store.put("ab", b"2")
        store.put("b", b"")
        assert (store.get("a"), store.get("b"), store.get("c")) == (b"1", b"", None)
        store.put("a", b"new")
        assert store.get("a") == b"new"
        store.delete("a")
        store.delete("never there")
        assert store.get("a") is None
        assert list(store.keys()) == ["ab", "b"]

    def test_keys_are_in_order_and_begin_with_the_prefix(self, store: Store) -> None:
        names = [
            "a/2",
            "a/10",
            "a",
            "b/1",
            "é",
            "a/ü",
            "a/\U0010ffff",
            "a/\U0010ffffx",
            "\U0010ffff",
            "😀",
            "%",
            "_",
            "A",
        ]
        for name in names:
            store.put(name, b"")
        assert list(store.keys()) == sorted(names)
        for prefix in ["a/", "a", "a/\U0010ffff", "\U0010ffff", "%", "_", "nothing"]:
            assert list(store.keys(prefix)) == sorted(name for name in names if name.startswith(prefix))

    def test_keys_are_those_of_the_moment(self, store: Store) -> None:
        store.put("a", b"")
        keys = store.keys()
        store.put("b", b"")
        store.delete("a")
        assert list(keys) == ["a"]

    def test_a_swap_happens_only_where_nothing_changed(self, store: Store) -> None:
        assert store.swap("a", b"1", expected=None)
        assert not store.swap("a", b"2", expected=None)
        assert not store.swap("a", b"2", expected=b"0")
        assert store.get("a") == b"1"
        assert store.swap("a", b"2", expected=b"1")
        assert store.get("a") == b"2"
        assert not store.swap("b", b"2", expected=b"")
        assert store.get("b") is None

    def test_what_has_a_time_to_live_dies(self, make: Callable[[Clock], Store]) -> None:
        now = [0.0]
        store = make(lambda: now[0])
        store.put("short", b"1", ttl_s=10)
        store.put("renewed", b"1", ttl_s=10)
        store.put("long", b"2")
        assert not store.swap("short", b"2", expected=None)
        now[0] = 9.9
        assert store.get("short") == b"1"
        store.put("renewed", b"2", ttl_s=10)
        now[0] = 10.0
        assert store.get("short") is None
        assert list(store.keys()) == ["long", "renewed"]
        assert not store.swap("short", b"2", expected=b"1")
        assert store.swap("short", b"3", expected=None, ttl_s=5)
        now[0] = 15.0
        assert (store.get("short"), store.get("renewed")) == (None, b"2")
        store.put("renewed", b"3")
        now[0] = 1e9
        assert store.get("renewed") == b"3"

    def test_many_dead_are_cleared_away(self, make: Callable[[Clock], Store]) -> None:
        now = [0.0]
        store = make(lambda: now[0])
        for number in range(300):
            now[0] = float(number)
            store.put("same", b"x" * 10, ttl_s=1000)
            store.put(f"key{number:03d}", b"x", ttl_s=1)
        assert list(store.keys()) == ["key299", "same"]
        if isinstance(store, SQLiteStore):
            with sqlite3.connect(store.path) as connection:
                assert connection.execute("SELECT count(*) FROM items").fetchone()[0] < 70
            connection.close()
        else:
            assert len(store._ends) < 100  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("key", "data", "ttl_s", "message"),
        [
            ("a", "text", None, "got str under 'a'"),
            (7, b"", None, "got bytes under 7"),
            ("\ud800", b"", None, "Unicode characters"),
            ("a", b"", 0, "more than 0 or None, got 0"),
            ("a", b"", float("nan"), "got nan"),
            ("a", b"", float("inf"), "got inf"),
        ],
    )
    def test_other_content_is_refused(self, store: Store, key: str, data: bytes, ttl_s: float, message: str) -> None:
        with pytest.raises(InputError, match=message):
            store.put(key, data, ttl_s=ttl_s)
        with pytest.raises(InputError, match=message):
            store.swap(key, data, expected=None, ttl_s=ttl_s)
        assert list(store.keys()) == []

    def test_odd_keys_are_keys(self, store: Store) -> None:
        for key in ["", "\0", "a\0b", "'; DROP TABLE items; --", "x" * 10_000]:
            store.put(key, key.encode())
            assert store.get(key) == key.encode()
            assert key in list(store.keys())

    def test_of_many_threads_one_swaps_and_no_write_is_lost(self, store: Store) -> None:
        def work(number: int) -> int:
            store.put(f"own{number:03d}", bytes([number]))
            return sum(store.swap(f"shared{index}", b"", expected=None) for index in range(5))

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(work, range(100))) == 5
        assert [store.get(f"own{number:03d}") for number in range(100)] == [bytes([n]) for n in range(100)]

    def test_a_counter_under_threads_counts_every_step(self, store: Store) -> None:
        store.put("count", b"0")

        def step(_: int) -> None:
            done = False
            while not done:
                old = store.get("count") or b""
                done = store.swap("count", str(int(old) + 1).encode(), expected=old)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(step, range(200)))
        assert store.get("count") == b"200"


class TestMemory:
    def test_a_copy_starts_empty(self) -> None:
        store = MemoryStore(max_bytes=7)
        store.put("a", b"1")
        copy = pickle.loads(pickle.dumps(store))
        assert list(copy.keys()) == []
        copy.put("k", b"1234567")
        assert list(copy.keys()) == []
        assert store.get("a") == b"1"

    def test_above_its_bytes_the_least_used_is_forgotten(self) -> None:
        store = MemoryStore(max_bytes=30)
        for key in "abc":
            store.put(key, b"123456789")
        store.get("a")
        store.put("d", b"123456789")
        assert list(store.keys()) == ["a", "c", "d"]
        store.put("a", b"")
        store.put("e", b"123456789")
        assert list(store.keys()) == ["a", "d", "e"]
        store.put("f", b"x" * 100)
        assert list(store.keys()) == []
        with pytest.raises(InputError, match="got -1"):
            MemoryStore(max_bytes=-1)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # Python warns where BLAS has threads
    def test_a_forked_child_starts_empty(self) -> None:
        store = MemoryStore()
        store.put("a", b"1")
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply(_read, (store,)) is None
        assert store.get("a") == b"1"


def _read(store: Store) -> bytes | None:
    return store.get("a")


class TestSQLite:
    def test_it_outlives_the_object_and_pickles_as_its_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        store = SQLiteStore("me.db")
        store.put("a", b"1")
        monkeypatch.chdir("/")
        copy = pickle.loads(pickle.dumps(store))
        copy.put("b", b"2")
        store.close()
        assert (store.get("a"), store.get("b")) == (b"1", b"2")

    def test_time_goes_on_while_it_is_closed(self, tmp_path: Path) -> None:
        now = [100.0]
        SQLiteStore(tmp_path / "me.db", clock=lambda: now[0]).put("a", b"1", ttl_s=10)
        now[0] = 109.0
        assert SQLiteStore(tmp_path / "me.db", clock=lambda: now[0]).get("a") == b"1"
        now[0] = 110.0
        assert SQLiteStore(tmp_path / "me.db", clock=lambda: now[0]).get("a") is None

    @pytest.mark.parametrize(
        "content", [b"hello, I am a text", b"RIFF" + bytes(5000), b"SQLite format 3\0" + b"\xff" * 2000]
    )
    def test_a_foreign_file_is_refused_and_left_as_it_is(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "precious.db"
        path.write_bytes(content)
        with pytest.raises(StoreError, match=r"precious\.db"):
            SQLiteStore(path)
        assert path.read_bytes() == content

    def test_a_database_of_something_else_is_left_as_it_is(self, tmp_path: Path) -> None:
        path = tmp_path / "other.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE items (mine)")
            connection.execute("INSERT INTO items VALUES (7)")
        connection.close()
        content = path.read_bytes()
        with pytest.raises(StoreError, match=r"other\.db' is a database of something else"):
            SQLiteStore(path)
        assert path.read_bytes() == content

    def test_a_later_version_is_refused(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db")
        store.close()
        with sqlite3.connect(store.path) as connection:
            connection.execute("PRAGMA user_version = 9")
        connection.close()
        with pytest.raises(StoreError, match="has version 9; this release knows 2: upgrade"):
            store.get("a")

    def test_damage_is_a_store_error(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db")
        for number in range(200):
            store.put(f"key{number}", bytes(1000))
        store.close()
        data = bytearray(store.path.read_bytes())
        data[4096:] = b"\xa5" * (len(data) - 4096)
        store.path.write_bytes(data)
        with pytest.raises(StoreError, match=r"me\.db"):
            store.get("key7")
        with pytest.raises(StoreError, match=r"me\.db"):
            list(store.keys())

    def test_one_letter_that_is_not_what_was_kept_is_a_store_error(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db")
        store.put("words", b"a song of summer")
        store.put("others", b"a song of winter")
        store.close()
        data = store.path.read_bytes()
        store.path.write_bytes(data.replace(b"a song of summer", b"a song of summir"))
        with pytest.raises(StoreError, match=r"under 'words' is damaged"):
            store.get("words")
        assert store.get("others") == b"a song of winter"
        store.put("words", b"a song of autumn")
        assert store.get("words") == b"a song of autumn"

    def test_a_path_that_cannot_be_opened_is_repeated(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="no-such-folder"):
            SQLiteStore(tmp_path / "no-such-folder" / "me.db")
        with pytest.raises(StoreError, match=tmp_path.name):
            SQLiteStore(tmp_path)

    @pytest.mark.parametrize("path", ["", ":memory:", None, 7, "a\0b"])
    def test_what_is_no_path_is_refused(self, path: str) -> None:
        with pytest.raises(InputError, match="needs the path of a file"):
            SQLiteStore(path)

    def test_an_empty_file_becomes_a_store(self, tmp_path: Path) -> None:
        (tmp_path / "me.db").touch()
        SQLiteStore(tmp_path / "me.db").put("a", b"1")

    def test_another_writer_is_waited_for_as_long_as_wished(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db", timeout_s=0.05)
        store.put("a", b"1")
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.put("a", b"2")
        assert store.get("a") == b"1"
        other.execute("ROLLBACK")
        other.close()
        store.put("a", b"2")
        assert store.get("a") == b"2"

    def test_threads_leave_no_connection_behind(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db")
        for _ in range(3):
            with ThreadPoolExecutor(20) as pool:
                list(pool.map(lambda number: store.put(f"k{number}", b""), range(100)))
        assert len(store._idle) <= 8

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # Python warns where BLAS has threads
    def test_forked_children_share_the_file(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "me.db")
        store.put("a", b"1")
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.starmap(_read, [(store,)] * 4) == [b"1"] * 4
            won = pool.starmap(_win, [(store, number) for number in range(20)])
        assert sum(won) == 1
        assert store.get("prize") is not None

    def test_new_processes_that_open_it_at_once_all_can(self, tmp_path: Path) -> None:
        script = f"""
from musicengine import SQLiteStore
import os
store = SQLiteStore({str(tmp_path / "me.db")!r})
for number in range(50):
    store.put(f"{{os.getpid()}}/{{number}}", b"x")
"""
        children = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
        assert [child.wait() for child in children] == [0] * 4
        assert len(list(SQLiteStore(tmp_path / "me.db").keys())) == 200

    @pytest.mark.skipif(not hasattr(os, "kill"), reason="needs kill")
    def test_a_kill_loses_no_acknowledged_write(self, tmp_path: Path) -> None:
        script = f"""
from musicengine import SQLiteStore
store = SQLiteStore({str(tmp_path / "me.db")!r})
number = 0
while True:
    store.put(f"{{number:06d}}", b"x" * 3000)
    print(number, flush=True)
    number += 1
"""
        for wanted in (1, 40, 150):
            child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
            assert child.stdout is not None
            acknowledged = [int(next(child.stdout)) for _ in range(wanted)]
            child.kill()
            acknowledged += [int(line) for line in child.stdout if line.endswith("\n")]
            child.wait()
            child.stdout.close()
            kept = list(SQLiteStore(tmp_path / "me.db").keys())
            assert kept[: len(acknowledged)] == [f"{number:06d}" for number in acknowledged]


def _win(store: Store, number: int) -> bool:
    return store.swap("prize", str(number).encode(), expected=None)
