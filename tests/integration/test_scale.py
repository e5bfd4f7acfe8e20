"""The same outcomes from loky and from a Dask cluster of two worker processes as here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import pytest

from musicengine import MusicEngine, batch
from musicengine.backends.native import Native
from musicengine.batch import Done, Failed
from musicengine.errors import FileError

pytestmark = pytest.mark.filterwarnings("default")  # the clusters' own


@pytest.fixture(scope="module")
def engine() -> MusicEngine:
    return MusicEngine(analyzer=Native(threads=1))


@pytest.fixture(scope="module")
def paths(engine: MusicEngine, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("tracks")
    made = [
        engine.save(engine.generate(f"{genre}, 4 seconds"), folder / f"{genre}.wav")
        for genre in ("disco", "rock", "ambient", "techno")
    ]
    return [*made[:2], folder / "missing.wav", *made[2:]]


@pytest.fixture(params=["loky", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "loky":
        pool = pytest.importorskip("loky").ProcessPoolExecutor(2)
        yield pool
        pool.shutdown()
        return
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 2
        yield client.get_executor()


def where(number: int) -> int:
    return os.getpid()


def test_a_cluster_gives_what_we_give_here(executor: Executor, engine: MusicEngine, paths: list[Path]) -> None:
    here = list(batch.map(engine.analyze, paths))
    there = list(batch.map(engine.analyze, paths, executor=executor))
    for mine, theirs in zip(here, there, strict=True):
        assert mine.item == theirs.item
        if isinstance(mine, Done):
            assert mine == theirs
    failed = [one for one in there if isinstance(one, Failed)]
    assert [one.item.name for one in failed] == ["missing.wav"]
    assert isinstance(failed[0].error, FileError)


def test_the_work_is_done_in_two_other_processes(executor: Executor) -> None:
    outcomes = list(batch.map(where, range(40), executor=executor))
    places = {one.value for one in outcomes if isinstance(one, Done)}
    assert len(outcomes) == 40
    assert 1 <= len(places) <= 2
    assert os.getpid() not in places
