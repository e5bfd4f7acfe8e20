"""Views: self-contained, well-formed, bounded, with nothing of a value's text left unescaped."""

from __future__ import annotations

import base64
import importlib
import re
import zlib
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from musicengine import Audio, Message, MusicEngine, Stems, wav
from musicengine.audio import compute_spectrogram
from musicengine.values import _chart, _frame, _player, _timeline, _views
from musicengine.values._catalogue import every_value
from musicengine.values._picture import png
from musicengine.values.making import Brief, Take
from musicengine.values.service import Health
from musicengine.values.words import Line, Lyrics, Transcript, Word
from tests.strategies import EVERY

RATE = 44_100
EVIL = "<script>alert('x')</script> \"&' </div>"
DATA = re.compile(r"data:(?:audio|image)/[a-z]+;base64,[A-Za-z0-9+/=]*")


def check(html: str) -> ElementTree.Element:
    """A page that fetches nothing, runs nothing and is well-formed."""
    bare = DATA.sub("data:", html)
    assert "<script" not in bare
    assert not re.search(r"\son[a-z]+=|https?:|javascript:|url\(", bare)
    return ElementTree.fromstring(html)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No soundfile."""
    real = importlib.import_module

    def fake(name: str, package: str | None = None) -> Any:
        if name == "soundfile":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", fake)


@pytest.mark.parametrize("kind", every_value(), ids=lambda kind: kind.__name__)
def test_every_value_has_a_view(kind: type[Any]) -> None:
    @settings(
        max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(EVERY[kind])
    def look(value: Any) -> None:
        check(value._repr_html_())

    look()


def sources(html: str) -> list[tuple[str, bytes]]:
    found = re.findall(r"<audio[^>]* src='data:([a-z/]+);base64,([^']*)'", html)
    return [(kind, base64.b64decode(body)) for kind, body in found]


def test_audio_without_soundfile_is_a_wav_that_plays(plain: None) -> None:
    audio = Audio(np.sin(np.arange(RATE) / 20) * [[0.5], [0.5]], RATE)
    view = audio._repr_html_()
    [(kind, body)] = sources(view)
    read = wav.decode(body)
    assert (kind, read.rate, read.samples.shape) == ("audio/wav", 22_050, (1, 22_050))
    assert np.abs(read.samples[0, 50:-50] - audio.mono[::2][50:-50]).max() < 0.01
    assert "in mono, up to 11 kHz" in view


def test_a_long_audio_has_a_short_view(plain: None) -> None:
    audio = Audio(np.random.default_rng(0).uniform(-1, 1, 600 * 8000).astype(np.float32), 8000)
    view = audio._repr_html_()
    assert len(view) < 3_000_000
    assert "the first 0:45 of 10:00" in view
    assert wav.decode(sources(view)[0][1]).samples.shape == (1, 45 * 8000)


def test_audio_with_soundfile_is_compressed_and_bounded() -> None:
    soundfile = pytest.importorskip("soundfile")
    noise = np.random.default_rng(0).uniform(-1.5, 1.5, (2, 150 * RATE)).astype(np.float32)
    view = Audio(noise, RATE)._repr_html_()
    assert len(view) < 4_000_000
    assert "the first 2:00 of 2:30" in view
    [(kind, body)] = sources(view)
    assert kind == "audio/mpeg"
    import io

    assert soundfile.info(io.BytesIO(body)).duration == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize(
    ("channels", "rate", "count"), [(1, 1000, 1), (3, 96_000, 500), (64, 7919, 64), (1, 768_000, 9)]
)
def test_odd_audio_has_a_view_either_way(
    channels: int, rate: int, count: int, plain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = Audio(np.full((channels, count), 0.25), rate)
    check(audio._repr_html_())
    monkeypatch.undo()
    check(audio._repr_html_())


def test_stems_have_four_players_and_a_take_one() -> None:
    take = MusicEngine().generate("pop, 3 seconds")
    assert take.truth is not None
    assert take.truth.stems is not None
    view = take.truth.stems._repr_html_()
    assert [(item.text or "").strip() for item in check(view).iter("figcaption")] == [
        "vocals",
        "drums",
        "bass",
        "other",
    ]
    assert len(sources(view)) == 4
    assert len(sources(take._repr_html_())) == 1
    assert isinstance(take.truth.stems, Stems)


def test_no_text_of_a_value_becomes_markup() -> None:
    audio = Audio([0.0, 0.5], RATE)
    words = Transcript((Word(EVIL, 0, 1),))
    written = Lyrics((Line(EVIL, EVIL),))
    take = Take(audio, Brief(prompt=EVIL, genre=EVIL, mood=EVIL), written, notes=(EVIL,))
    for view in (
        words._repr_html_(),
        written._repr_html_(),
        take._repr_html_(),
        take.brief._repr_html_(),
        Message("user", EVIL)._repr_html_(),
        _views.side_by_side([(EVIL, audio)]),
        _player.player(audio, EVIL),
        _frame.framed(_frame.table([EVIL], [[EVIL]]), _frame.facts([(EVIL, EVIL)], EVIL)),
        MusicEngine().analyze_lyrics(EVIL)._repr_html_(),
    ):
        check(view)


def test_a_spectrogram_is_a_picture_of_what_it_holds() -> None:
    tone = Audio(np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE), RATE)
    found = compute_spectrogram(tone)
    assert found.frequencies_hz[found.power[:, 80].argmax()] == pytest.approx(1000, rel=0.03)
    page = check(found._repr_html_())
    [picture] = page.iter("image")
    body = base64.b64decode(picture.attrib["href"].partition(",")[2])
    assert body.startswith(b"\x89PNG")


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 255))
def test_a_png_holds_its_pixels(rows: int, columns: int, level: int) -> None:
    levels = np.full((rows, columns), level / 255)
    body = png(levels)
    at = body.index(b"IDAT")
    size = int.from_bytes(body[at - 4 : at], "big")
    pixels = np.frombuffer(zlib.decompress(body[at + 4 : at + 4 + size]), np.uint8).reshape(rows, columns + 1)
    assert (pixels[:, 0] == 0).all()
    assert (pixels[:, 1:] == level).all()


def test_scores_of_rounds_are_a_curve() -> None:
    page = check(_timeline.scores([60.0, 75.5, 100.0], 85))
    assert len(list(page.iter("circle"))) == 3
    assert page.attrib["aria-label"] == "Scores: 60, 75.5, 100"
    labels = [text.text for text in page.iter("text")]
    assert {"60", "80", "100", "target 85", "round"} <= set(labels)
    assert _timeline.scores([]) == ""


def test_a_conversation_is_bubbles() -> None:
    page = check(_frame.bubbles([Message("user", "a"), Message("assistant", "b")]))
    assert [(item.attrib["class"], item.text) for item in page.iter("p")] == [("user", "a"), ("assistant", "b")]


def test_a_score_that_lost_anything_is_below_a_hundred() -> None:
    assert [_frame.score_text(value) for value in (100, 99.99, 99.94, 80.36, 80.0, 0)] == [
        "100", "99.9", "99.9", "80.4", "80", "0"
    ]  # fmt: skip


def test_a_quiet_waveform_has_an_axis_of_its_own_and_stems_share_one() -> None:
    wave = np.sin(np.arange(4000) / 9)[None]
    assert ">0.03<" in Audio(0.02 * wave, 8000)._repr_html_()
    assert ">1<" in Audio(0.5 * wave, 8000)._repr_html_()
    assert ">1<" in Audio(0 * wave, 8000)._repr_html_()
    loud, quiet = Audio(0.5 * wave, 8000), Audio(0.001 * wave, 8000)
    page = Stems(loud, quiet, quiet, quiet)._repr_html_()
    assert page.count(">1<") == 4


def test_loudness_begins_when_its_window_is_full_and_silence_lies_on_the_floor() -> None:
    sound = np.concatenate([np.sin(np.arange(8000 * 5) / 9), np.zeros(8000 * 5)]).astype(np.float32)[None]
    picture = MusicEngine().analyze(Audio(0.3 * sound, 8000))._repr_html_()
    line = re.search(r"<path d='M([\d.]+) ", picture)
    assert line is not None
    seconds = (float(line[1]) - _chart.LEFT) / (_chart.WIDTH - _chart.LEFT) * 10
    assert seconds == pytest.approx(3, abs=0.15)
    path = picture[line.start() : picture.index("/>", line.start())]
    assert path.count("M") == 1


def test_a_proposal_says_what_it_would_do() -> None:
    page = MusicEngine().chat("make me a dark trap beat at 140 in F# minor, 6 seconds")._repr_html_()
    assert "Generate: trap, dark, 140 bpm, F# minor, 6 s" in page
    assert "Produce: trap, dark, 140 bpm, F# minor, 6 s, rounds 3, target 85" in page


def test_health_is_a_table_that_says_what_is_wrong() -> None:
    page = Health({"generator": "StubGenerator", "chat_model": "Model"}, {"chat_model": "no <key>"})._repr_html_()
    check(page)
    assert "1 not ready" in page
    assert "not ready: no &lt;key&gt;" in page
