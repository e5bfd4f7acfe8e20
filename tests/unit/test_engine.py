from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, TypeVar, cast

import attrs
import numpy as np
import pytest

from musicengine import Audio, Brief, MusicEngine, Take, registry
from musicengine.calls import Call
from musicengine.errors import (
    BriefError,
    FileError,
    InputError,
    MissingKeyError,
    MusicEngineError,
    UnknownBackendError,
)
from musicengine.registry import ROLES
from musicengine.values.making import Step

R = TypeVar("R")
RATE = 44_100


@pytest.fixture(scope="module")
def engine() -> MusicEngine:
    return MusicEngine()


@pytest.fixture(scope="module")
def take(engine: MusicEngine) -> Take:
    return engine.generate("warm disco, 118 bpm, A minor, 12 seconds")


def test_a_prompt_becomes_a_take_with_its_truth(take: Take) -> None:
    assert (take.provenance, take.audio.channels, take.audio.rate) == ("stub", 2, RATE)
    assert take.audio.duration_s == pytest.approx(12, abs=0.01)
    assert take.truth is not None
    assert take.truth.tempo.bpm == pytest.approx(118)
    assert str(take.truth.key) == "A minor"
    assert take.truth.stems is not None
    assert np.allclose(take.truth.stems.mixture.samples, take.audio.samples, atol=1e-6)


def test_the_same_brief_gives_the_same_bytes_and_another_seed_another_piece(engine: MusicEngine, take: Take) -> None:
    assert engine.generate(take.brief).audio == take.audio
    assert engine.generate(attrs.evolve(take.brief, seed=1)).audio != take.audio


def test_a_report_is_measured_from_the_sound(engine: MusicEngine, take: Take) -> None:
    report = engine.analyze(take)
    assert report.audio.provenance == "measured"
    assert report.audio.tempo is not None
    assert report.audio.key is not None
    assert report.audio.loudness is not None
    assert report.audio.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
    assert report.score.value == pytest.approx(100 - sum(reason.points for reason in report.score.deductions))
    assert engine.analyze(take.audio).audio == report.audio


def test_every_way_in_gives_the_same_report(engine: MusicEngine, take: Take, tmp_path: Path) -> None:
    path = engine.save(take, tmp_path / "take.wav", encoding="float32")
    data = path.read_bytes()
    reports = [engine.analyze(source) for source in (path, str(path), data, io.BytesIO(data), take.audio)]
    assert all(report == reports[0] for report in reports)
    assert engine.load(take.audio.samples, RATE) == take.audio == engine.load(take)


def test_long_work_tells_how_far_it_is(engine: MusicEngine, take: Take) -> None:
    steps: list[Step] = []
    engine.analyze(take, progress=steps.append)
    assert [step.done for step in steps] == list(range(1, steps[0].total + 1))


def test_an_engine_is_reconfigured_by_evolve_and_passes_calls_through_middleware(take: Take) -> None:
    seen = []

    def watch(call: Call, proceed: Callable[[], R], /) -> R:
        seen.append(call.verb)
        return proceed()

    engine = attrs.evolve(MusicEngine(), middleware=[watch])
    engine.load(take)
    engine.health()
    assert seen == ["load"]


def test_stats_count_calls_and_errors() -> None:
    engine = MusicEngine()
    with pytest.raises(FileError):
        engine.analyze("no-such-file.wav")
    assert (engine.stats()["analyze"].calls, engine.stats()["analyze"].errors) == (1, 1)


def test_an_engine_pickles_and_works_again(take: Take) -> None:
    again = pickle.loads(pickle.dumps(MusicEngine()))
    assert again.generate(take.brief).audio == take.audio


class Broken:
    def problem(self) -> str:
        return "no network"


def test_health_names_who_plays_each_role_and_why_one_cannot() -> None:
    health = MusicEngine().health()
    assert health.ready
    assert set(health.backends) == set(ROLES)
    assert health.backends["generator"] == "StubGenerator"
    sick = attrs.evolve(MusicEngine(), separator=cast("Any", Broken())).health()
    assert not sick.ready
    assert sick.problems == {"separator": "no network"}


def test_the_environment_chooses_backends() -> None:
    assert MusicEngine.from_env({}) == MusicEngine()
    with pytest.raises(UnknownBackendError, match="there is no generator 'bandoneon'"):
        MusicEngine.from_env({"MUSICENGINE_GENERATOR": "bandoneon"})


def test_the_environment_names_a_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    point = EntryPoint("store.sqlite", "musicengine.stores:SQLiteStore", "musicengine.backends")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    environ = {"MUSICENGINE_STORE": "sqlite", "MUSICENGINE_STORE_PATH": str(tmp_path / "me.db")}
    job = MusicEngine.from_env(environ).submit("disco, 2 seconds")
    assert MusicEngine.from_env(environ).jobs() == (job,)
    with pytest.raises(MissingKeyError, match="MUSICENGINE_STORE_PATH"):
        MusicEngine.from_env({"MUSICENGINE_STORE": "sqlite"})


def test_a_missing_key_is_a_music_engine_error() -> None:
    assert issubclass(MissingKeyError, MusicEngineError)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "expected a prompt such as"),
        ("   \n", "expected a prompt such as"),
        ("x" * 100_000, "10,000 characters, got 100,000"),
        ("disco, -5 bpm", "-5"),
        ("disco, 900 bpm", "900"),
        ("disco, H minor", "H minor"),
        ("disco, 0 seconds", "0"),
        (7, "expected a prompt or a Brief, got int"),
        (None, "expected a prompt or a Brief, got NoneType"),
    ],
)
def test_bad_prompts_are_refused_by_value(engine: MusicEngine, prompt: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        engine.generate(prompt)  # type: ignore[arg-type]


def test_a_brief_out_of_range_is_refused(engine: MusicEngine) -> None:
    with pytest.raises(BriefError, match="900"):
        engine.generate(Brief(bpm=900))


@pytest.mark.parametrize("channels", [1, 2, 6, 64])
@pytest.mark.parametrize("rate", [8_000, 44_100, 384_000])
def test_odd_audio_gives_a_report(engine: MusicEngine, channels: int, rate: int) -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, (channels, rate // 4)).astype(np.float32)
    report = engine.analyze(Audio(samples, rate)).audio
    assert (report.channels, report.rate, report.tempo) == (channels, rate, None)
    assert report.abstained["tempo"]


@pytest.mark.parametrize("n", [1, 2, 100, 5 * RATE])
def test_silence_is_never_a_guess_dressed_up(engine: MusicEngine, n: int) -> None:
    report = engine.analyze(Audio(np.zeros((2, n)), RATE)).audio
    unknown = (report.tempo, report.beats, report.key, report.chords, report.form, report.pitch, report.melody)
    assert unknown == (None,) * 7
    assert {"tempo", "beats", "key", "chords", "sections", "pitch", "melody"} <= set(report.abstained)
    assert report.loudness is not None
    assert report.loudness.integrated_lufs == -np.inf
    assert report.quality.value < 95


@pytest.mark.parametrize("n", [1, 2, 3, 99])
def test_a_few_samples_give_a_report(engine: MusicEngine, n: int) -> None:
    assert engine.analyze(Audio(np.full((1, n), 0.5), RATE)).audio.tempo is None
