from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from musicengine import Asset, Engagement, Event, MusicEngine, Ticket, codec, registry
from musicengine.backends.hosts import StoredFeed, StoredIndex, StoredOrchestrator, StoredRegistry
from musicengine.errors import InputError, MissingKeyError, StoreError, UnknownBackendError
from musicengine.integrations.hooks import Hooks
from musicengine.stores import MemoryStore, SQLiteStore
from musicengine.testing.expectations import point


@pytest.mark.parametrize("hooks", [Hooks(), Hooks.stored(MemoryStore())], ids=["in memory", "in a store"])
def test_a_take_is_registered_indexed_published_and_tracked(hooks: Hooks) -> None:
    engine = MusicEngine(content_index=hooks.content_index)
    hooks.attach(engine)
    take = engine.generate("disco, 4 seconds")
    release = hooks.release(engine, take, title="First light")
    assert release.asset == take.audio.digest
    assert engine.find_similar(take, count=1)[0].id == release.entry
    assert hooks.track(release) == (Ticket(release.ticket.id), Engagement())
    again = hooks.release(engine, take)
    assert (again.asset, again.entry, again.post) == (release.asset, release.entry, release.post)
    assert engine.events.flush()
    registry: Any = hooks.meta_registry
    logged = [event.name for event in (registry.events() if callable(registry.events) else registry.events)]
    assert logged[:2] == ["generate.started", "generate.finished"]
    assert "embed.finished" in logged
    engine.events.close()


def test_the_environment_names_the_systems() -> None:
    named = Hooks.from_env({"MUSICENGINE_META_REGISTRY": "memory", "MUSICENGINE_COMMUNITY_FEED": "memory"})
    assert type(named.community_feed).__name__ == "StubFeed"
    with pytest.raises(UnknownBackendError, match="there is no orchestrator 'airflow'; there are: memory, store"):
        Hooks.from_env({"MUSICENGINE_ORCHESTRATOR": "airflow"})


def test_the_environment_puts_all_of_them_into_one_file(tmp_path: Path) -> None:
    environ = {f"MUSICENGINE_{role.upper()}": "store" for role in registry.HOSTS}
    with pytest.raises(
        MissingKeyError, match=r"MUSICENGINE_STORE_PATH, or pass Stored\w+\(store=\.\.\.\); 'memory' needs"
    ):
        Hooks.from_env(environ)
    environ["MUSICENGINE_STORE_PATH"] = str(tmp_path / "host.sqlite")
    named, engine = Hooks.from_env(environ), MusicEngine.from_env(environ | {"MUSICENGINE_STORE": "sqlite"})
    take = engine.generate("disco, 4 seconds")
    release = named.release(engine, take)
    assert engine.find_similar(take, count=1)[0].id == release.entry  # by an index of its own, on the same file
    again = Hooks.stored(tmp_path / "host.sqlite")
    assert again.track(release) == (Ticket(release.ticket.id), Engagement())
    assert isinstance(again.meta_registry, StoredRegistry)
    assert again.meta_registry.find(release.asset) is not None


class TestStored:
    def test_what_one_process_writes_another_reads(self) -> None:
        store = MemoryStore()
        one, other = Hooks.stored(store), Hooks.stored(store)
        assert isinstance(one.meta_registry, StoredRegistry)
        assert isinstance(other.meta_registry, StoredRegistry)
        one.meta_registry.prefer("ada", {"genre": "disco"})
        assert other.meta_registry.preferences("ada") == {"genre": "disco"}
        asset = Asset("digest", "A song", point(1))
        one.meta_registry.register(asset)
        assert other.meta_registry.find("digest") == asset
        assert other.meta_registry.find("nothing") is None
        for at_s in (2.0, 1.0):
            one.meta_registry.log(Event(f"load.{at_s:g}", at_s))
        assert [event.name for event in other.meta_registry.events("load")] == ["load.1", "load.2"]
        assert list(other.meta_registry.events("save")) == []

    def test_an_index_sees_what_others_add_and_remove(self, tmp_path: Path) -> None:
        store = SQLiteStore(tmp_path / "host.sqlite")
        one, other = StoredIndex(store), StoredIndex(store)
        assert one.similar(point(1)) == ()
        for number in range(3):
            one.add(Asset(f"a{number}", embedding=point(number)))
        assert other.similar(point(2), count=1)[0].id == "a2"
        other.remove("a2")
        assert "a2" not in {match.id for match in one.similar(point(2))}
        assert pickle.loads(pickle.dumps(one)).similar(point(1), count=1)[0].id == "a1"

    def test_counts_of_several_processes_add_up(self) -> None:
        store = MemoryStore()
        one, other = StoredFeed(store), StoredFeed(store)
        post = one.publish(Asset("digest", "A song"))
        one.engage(post, Engagement(plays=2, likes=1))
        one.engage(post, Engagement(plays=1))
        other.engage(post, Engagement(plays=4, comments=1))
        assert one.engagement(post) == other.engagement(post) == Engagement(7, 1, 0, 1)
        assert [(name, asset.title) for name, asset in other.posts()] == [(post, "A song")]
        with pytest.raises(InputError, match="there is no post 'x'"):
            one.engage("x", Engagement())

    def test_work_is_found_done_and_followed(self) -> None:
        store = MemoryStore()
        orders = StoredOrchestrator(store)
        ticket = orders.create("master", {"asset": "digest"})
        worker = StoredOrchestrator(store)
        (found,) = worker.tickets()
        assert worker.work(found) == ("master", {"asset": "digest"})
        worker.update(Ticket(found.id, "running", 0.5))
        assert orders.status(ticket) == Ticket(ticket.id, "running", 0.5)
        assert list(worker.tickets()) == []
        with pytest.raises(InputError, match="got 'lost'"):
            worker.update(Ticket(found.id, "lost"))
        with pytest.raises(InputError, match="no ticket 'x'"):
            worker.update(Ticket("x", "running"))

    def test_what_is_foreign_or_nameless_is_refused(self) -> None:
        store = MemoryStore()
        with pytest.raises(InputError, match="a user of one letter or more, got ''"):
            StoredRegistry(store).preferences("")
        store.put("asset:x", codec.encode(Ticket("t")))
        with pytest.raises(StoreError, match="expected Asset under 'asset:x', got Ticket"):
            StoredRegistry(store).find("x")
