"""The reference index and the store it is kept in."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np
import pytest

from musicengine import Asset, ContentIndex, Embedding, MusicEngine, codec
from musicengine.backends.references import ReferenceIndex
from musicengine.errors import InputError, StoreError
from musicengine.stores import MemoryStore
from musicengine.values.hits import References
from musicengine.values.scores import Score


def asset(number: int, space: str = "s") -> Asset:
    vector = np.random.default_rng(number).normal(size=128)
    return Asset(f"id{number}", embedding=Embedding(vector / np.linalg.norm(vector), space))


def embedding(number: int, space: str = "s") -> Embedding:
    found = asset(number, space).embedding
    assert found is not None
    return found


def filled(count: int = 20) -> ReferenceIndex:
    index = ReferenceIndex()
    for number in range(count):
        index.add(asset(number))
    return index


class TestIndex:
    def test_an_asset_finds_itself_first(self) -> None:
        index = filled()
        assert isinstance(index, ContentIndex)
        found = index.similar(embedding(7), count=3)
        assert (found[0].id, len(found)) == ("id7", 3)
        assert found[0].similarity == pytest.approx(1, abs=1e-6)

    def test_an_asset_that_is_added_again_is_replaced(self) -> None:
        index = filled()
        index.similar(embedding(0))
        index.add(attrs.evolve(asset(99), content="id3"))
        assert len(index) == 20
        assert index.similar(embedding(99))[0].id == "id3"
        assert index.similar(embedding(3))[0].similarity < 0.9

    def test_what_is_removed_is_gone(self) -> None:
        index = filled()
        index.remove("id7")
        index.remove("never there")
        assert len(index) == 19
        assert index.similar(embedding(7))[0].id != "id7"

    def test_an_empty_index_finds_nothing_and_takes_any_space(self) -> None:
        index = ReferenceIndex()
        assert index.similar(embedding(1, "t")) == ()
        index.add(asset(1, "t"))
        index.remove("id1")
        index.add(asset(1, "u"))
        assert len(index) == 1

    def test_what_does_not_fit_is_refused(self) -> None:
        index = filled(2)
        with pytest.raises(InputError, match="holds 's', embeddings of 't' do not fit"):
            index.add(asset(1, "t"))
        with pytest.raises(InputError, match="do not compare"):
            index.similar(embedding(1, "t"))
        with pytest.raises(InputError, match="'song' has none"):
            index.add(Asset("x", title="song"))
        with pytest.raises(InputError, match="1 or more, got 0"):
            index.similar(embedding(1), count=0)

    def test_it_is_kept_through_a_store(self) -> None:
        store = MemoryStore()
        assert len(ReferenceIndex.load(store)) == 0
        index = filled()
        index.save(store)
        again = ReferenceIndex.load(store)
        assert again.references == index.references
        store.put("references", codec.encode(Score()))
        with pytest.raises(StoreError, match="expected references under 'references', got a Score"):
            ReferenceIndex.load(store)

    def test_it_pickles(self) -> None:
        assert pickle.loads(pickle.dumps(filled())).references == filled().references

    def test_it_can_begin_with_references(self) -> None:
        index = ReferenceIndex(filled(3).references)
        assert index.references == filled(3).references
        assert len(ReferenceIndex(References((), np.zeros((0, 128)), "s"))) == 0

    def test_threads_add_and_ask_at_once(self) -> None:
        index = ReferenceIndex()

        def work(number: int) -> str:
            index.add(asset(number))
            return index.similar(embedding(number), count=1)[0].id

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(200))) == [f"id{number}" for number in range(200)]


class TestEngine:
    def test_a_report_comes_with_its_typicality_and_reasons(self) -> None:
        engine = MusicEngine()
        report = engine.analyze(engine.generate("pop, 120 bpm, 20 seconds"))
        assert report.hit is not None
        assert report.hit == engine.predict_hit(report)
        assert report.hit.era == "2010s"
        assert "typical.duration_s" in {reason.rule for reason in report.hit.score.deductions}
        assert engine.predict_hit(report, era="1960s").era == "1960s"
        with pytest.raises(InputError, match="2200s"):
            engine.predict_hit(report, era="2200s")

    def test_a_trend_source_that_fails_costs_its_own_answer_only(self) -> None:
        class Nothing:
            def trends(self, genre: str, era: str, /) -> None:
                raise InputError("the table is lost")

        engine = MusicEngine(trend_source=Nothing())  # type: ignore[arg-type]
        report = engine.analyze(engine.generate("pop, 10 seconds"))
        assert report.hit is not None
        assert report.hit.abstained == "the table is lost"
        assert (report.hit.low, report.hit.high) == (0, 100)

    def test_similar_tracks_are_found_by_sound_and_by_embedding(self) -> None:
        engine = MusicEngine()
        takes = [engine.generate(f"{genre}, 10 seconds") for genre in ("disco", "ambient", "rock")]
        for take in takes:
            engine.content_index.add(Asset(take.audio.digest, embedding=engine.embed(take)))
        assert engine.find_similar(takes[1], count=1)[0].id == takes[1].audio.digest
        assert engine.find_similar(engine.embed(takes[2]))[0].id == takes[2].audio.digest
        again = pickle.loads(pickle.dumps(engine))
        assert again.find_similar(takes[0]) == engine.find_similar(takes[0])
        assert engine.stats()["find_similar"].calls == 3
