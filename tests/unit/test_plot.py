"""Plots: each draws what it is given on the axes it is given."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import numpy as np
import pytest

from musicengine import Audio, MusicEngine, Report, hits, plot
from musicengine.errors import InputError, MissingExtraError

matplotlib = pytest.importorskip("matplotlib")
pyplot = pytest.importorskip("matplotlib.pyplot")
RATE = 44_100


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    pyplot.switch_backend("Agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def audio() -> Audio:
    samples = MusicEngine().generate("pop, 100 bpm, C major, 12 seconds").audio.samples
    return Audio(0.1 * samples, RATE)


@pytest.fixture(scope="module")
def report(audio: Audio) -> Report:
    return MusicEngine().analyze(audio)


def drawn(axes: Any) -> None:
    axes.figure.canvas.draw()


def test_every_plot_draws_on_the_axes_it_gets(audio: Audio, report: Report) -> None:
    heard = report.audio
    rng = np.random.default_rng(0)
    chances = rng.uniform(0, 1, 300)
    model = hits.fit({"x": chances}, rng.uniform(0, 1, 300) < chances)
    plots: list[tuple[Callable[..., Any], Any]] = [
        (plot.waveform, audio),
        (plot.spectrogram, audio),
        (plot.chroma, heard.harmony),
        (plot.beats, heard.beats),
        (plot.structure, heard.form),
        (plot.structure, heard.sections),
        (plot.pitch, heard.pitch),
        (plot.melody, heard.melody),
        (plot.loudness, report),
        (plot.loudness, audio),
        (plot.ledger, report.score),
        (plot.reliability, model),
    ]
    for function, value in plots:
        _, axes = pyplot.subplots()
        assert function(value, axes) is axes
        assert axes.get_xlabel(), function.__name__
        drawn(axes)
        pyplot.close("all")
    assert {function.__name__ for function, _ in plots} == set(plot.__all__)


def test_a_plot_makes_axes_where_it_gets_none(audio: Audio) -> None:
    axes = plot.waveform(audio)
    assert axes.get_xlim() == pytest.approx((0, 12))
    drawn(axes)


def test_beats_and_sections_lie_where_they_were_heard(audio: Audio, report: Report) -> None:
    assert report.audio.beats is not None
    assert report.audio.form is not None
    axes = plot.beats(report.audio.beats, plot.waveform(audio))
    lines: Any = axes.collections[-2]
    assert [line[0][0] for line in lines.get_segments()] == pytest.approx(report.audio.beats.times_s.tolist())
    assert axes.get_xlim() == pytest.approx((0, 12))
    axes = plot.structure(report.audio.form)
    assert [text.get_text() for text in axes.texts] == [section.label for section in report.audio.form.sections]


def test_the_ledger_ends_at_the_score(report: Report) -> None:
    axes = plot.ledger(report.score)
    assert report.score.deductions
    bars: Any = axes.patches
    assert bars[-2].get_x() + bars[-2].get_width() == pytest.approx(report.score.value)
    assert bars[-1].get_width() == pytest.approx(report.score.value)


def test_silence_draws() -> None:
    silence = Audio(np.zeros((1, RATE)), RATE)
    measured = MusicEngine().analyze(silence)
    for axes in (
        plot.waveform(silence),
        plot.spectrogram(silence),
        plot.loudness(silence),
        plot.ledger(measured.score),
    ):
        drawn(axes)


def test_plots_refuse_what_they_cannot_draw(report: Report) -> None:
    with pytest.raises(InputError, match="takes Audio, got Report"):
        plot.waveform(report)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="got str"):
        plot.ledger("score")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="give the audio instead"):
        plot.loudness(attrs.evolve(report.audio, loudness_curve=None))


def test_without_matplotlib_the_error_says_what_to_install(audio: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[plot\]"'):
        plot.waveform(audio)


def test_what_lies_over_a_picture_can_be_seen(audio: Audio, report: Report) -> None:
    measured = report.audio
    assert measured.beats is not None
    assert measured.form is not None
    heat: Any = plot.structure(measured.form, plot.spectrogram(audio))
    mesh = heat.collections[0]
    assert all(mesh.get_zorder() < band.get_zorder() for band in heat.patches)
    over_heat: Any = plot.beats(measured.beats, heat).collections[-1]
    assert set(over_heat.get_edgecolor()[0][:3]) == {1.0}
    wave: Any = plot.structure(measured.form, plot.waveform(audio))
    assert all(band.get_zorder() < wave.collections[0].get_zorder() for band in wave.patches)
    over_wave: Any = plot.beats(measured.beats, wave).collections[-1]
    assert set(over_wave.get_edgecolor()[0][:3]) != {1.0}


def test_time_begins_at_zero_on_axes_of_their_own(report: Report) -> None:
    drawings: list[tuple[Any, Any]] = [
        (plot.pitch, report.audio.pitch),
        (plot.melody, report.audio.melody),
        (plot.loudness, report),
    ]
    for draw, value in drawings:
        ax = draw(value)
        assert ax.get_xlim()[0] == 0
        before = plot.waveform(Audio(np.zeros((1, 8000 * 99)), 8000)).get_xlim()
        assert draw(value, plot.waveform(Audio(np.zeros((1, 8000 * 99)), 8000))).get_xlim() == before
