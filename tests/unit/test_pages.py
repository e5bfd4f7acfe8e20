"""Reports and models as pages: self-contained, well-formed, without script."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from musicengine import Audio, MusicEngine, Report
from musicengine.audio import loudness_curve, measure_loudness
from musicengine.audio.loudness import hear_loudness
from musicengine.audio.waveform import outline
from musicengine.hits import fit

RATE = 44_100


@pytest.fixture(scope="module")
def report() -> Report:
    engine = MusicEngine()
    samples = engine.generate("pop, 100 bpm, 30 seconds").audio.samples.copy()
    samples[1, 10 * RATE : 16 * RATE] *= -1
    samples[:, 20 * RATE : 24 * RATE] = 0
    return engine.analyze(Audio(samples, RATE))


def check(html: str) -> ElementTree.Element:
    assert "<script" not in html
    assert "http" not in html
    return ElementTree.fromstring(html)


def test_a_report_draws_what_it_lost_points_for_where_it_was(report: Report) -> None:
    page = check(report._repr_html_())
    texts = ["".join(item.itertext()) for item in page.iter("text")]
    assert any("stereo.correlation" in text for text in texts)
    assert any("silence" in text for text in texts)
    assert len(list(page.iter("polygon"))) == 1
    assert len([path for path in page.iter("path") if path.attrib["d"].startswith("M")]) == 1  # the loudness
    assert "typical.duration_s" in report._repr_html_()
    assert "Typicality" in report.text


@pytest.mark.parametrize("samples", [np.zeros((2, RATE)), np.zeros((1, 1)), np.full((1, 20_000), 0.3)])
def test_silence_and_crumbs_have_a_page(samples: np.ndarray) -> None:
    check(MusicEngine().analyze(Audio(samples, RATE))._repr_html_())


def test_a_hit_report_and_a_model_have_a_page(report: Report) -> None:
    assert report.hit is not None
    assert "not the chance of a hit" in report.hit._repr_html_()
    check(report.hit._repr_html_())
    rng = np.random.default_rng(0)
    columns = {"a<b": rng.normal(size=300), "duration_ms": rng.uniform(1e5, 3e5, 300)}
    model = fit(columns, rng.uniform(size=300) < 0.5)
    page = check(model._repr_html_())
    assert len(list(page.iter("circle"))) == model.reliability.counts.size
    assert "AUC" in str(model)


def test_one_pass_gives_loudness_and_its_curve(report: Report) -> None:
    audio = Audio(np.random.default_rng(0).normal(0, 0.1, (2, 5 * RATE)), RATE)
    assert hear_loudness(audio) == (measure_loudness(audio), loudness_curve(audio))
    assert report.audio.loudness_curve is not None


def test_the_outline_holds_every_sample() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, (2, 12_345)).astype(np.float32)
    found = outline(Audio(samples, RATE))
    assert found.shape == (2, 588)  # of 21 samples each
    assert (found[0].min(), found[1].max()) == (samples.min(), samples.max())
    assert outline(Audio(samples[:, :7], RATE)).shape == (2, 7)
