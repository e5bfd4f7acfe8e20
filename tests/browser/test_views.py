"""Every view in a real browser: no error, nothing fetched, every picture drawn, every player plays, light and dark.

Needs playwright and a Chromium; skips without. ``MUSICENGINE_SCREENSHOTS`` names a folder to keep the pictures in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicengine import Audio, Message, MusicEngine
from musicengine.audio import compute_spectrogram
from musicengine.audio.loudness import loudness_curve
from musicengine.values import _frame, _timeline, _views
from musicengine.values.words import Transcript, Word

sync_api = pytest.importorskip("playwright.sync_api")

_LYRIC = """[Verse 1]
I been up in the night with the light on the wall
And I <never> looked down & I'm never gonna fall
Got a heart made of glass and a mind made of steel
You can tell by the way that I make people feel

[Chorus]
So turn it up, turn it up, let it ring
"""
_PLAY = """async () => {
  const found = [];
  for (const player of document.querySelectorAll('audio')) {
    player.muted = true;
    await player.play();
    await new Promise((done) => setTimeout(done, 250));
    player.pause();
    found.push([player.readyState, player.currentTime > 0, isFinite(player.duration) && player.duration > 0]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        place = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]
        try:
            opened = playwright.chromium.launch(executable_path=place, args=options)
        except sync_api.Error as error:
            pytest.skip(f"no Chromium: {error}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def views() -> dict[str, str]:
    """A view of each kind, of real values."""
    engine = MusicEngine()
    take = engine.generate("synthpop, 104 bpm, D minor, 30 seconds, <b>bright</b> & wide")
    report = engine.analyze(take)
    audio = report.audio
    shown: dict[str, Any] = {
        "audio": take.audio,
        "long": Audio(np.tile(take.audio.mono, 20), take.audio.rate),
        "stems": engine.separate(take),
        "spectrogram": compute_spectrogram(take.audio),
        "take": take,
        "brief": take.brief,
        "report": report,
        "audio report": audio,
        "hit": report.hit,
        "score": report.score,
        "trends": engine.trend_source.trends("", "2010s"),
        "pitch": audio.pitch,
        "beats": audio.beats,
        "rhythm": audio.rhythm,
        "form": audio.form,
        "melody": audio.melody,
        "harmony": audio.harmony,
        "key": audio.key,
        "embedding": audio.embedding,
        "loudness": loudness_curve(take.audio),
        "lyrics report": engine.analyze_lyrics(_LYRIC),
        "transcript": Transcript([Word(word, at, at + 0.3, 1 / at) for at, word in enumerate(_LYRIC.split(), 1)]),
        "stats": engine.stats(),
        "message": Message("user", "Make it <i>louder</i>"),
    }
    pages = {name: value._repr_html_() for name, value in shown.items()}
    talk = [
        Message("system", "Be brief."),
        Message("user", "Warm disco?"),
        Message("assistant", "118 bpm, A minor.\nDone."),
    ]
    pages["chat"] = _frame.framed(_frame.bubbles(talk))
    pages["rounds"] = _frame.framed(
        _timeline.scores([61.2, 78.4, 86.0], 85),
        _views.side_by_side([("round 1", take.audio), ("round 2", take.audio)], seconds=10),
    )
    return pages


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_shows_and_plays(browser: Any, views: dict[str, str], scheme: str) -> None:
    problems: list[str] = []
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.extend([request.url] * (not request.url.startswith("data:"))))
    for name, view in views.items():
        problems.clear()
        page.set_content(
            "<!doctype html><meta name='color-scheme' content='light dark'>"
            f"<title>{name}</title><body style='margin:16px'>{view}</body>"
        )
        assert page.evaluate("document.body.scrollWidth <= window.innerWidth"), f"{name} is wider than the window"
        drawn = page.evaluate("[...document.querySelectorAll('svg')].every(s => s.getBoundingClientRect().height > 0)")
        assert drawn, f"a picture of {name} has no height"
        played = page.evaluate(_PLAY)
        assert all(ready >= 2 and moved and finite for ready, moved, finite in played), f"{name}: {played}"
        assert len(played) == view.count("<audio ")
        assert not problems, f"{name}: {problems}"
        if folder := os.environ.get("MUSICENGINE_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}-{scheme}.png", full_page=True)
    context.close()


def test_the_check_itself_sees_a_player_that_cannot_play(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<audio src='data:audio/mpeg;base64,AAAA'></audio>")
    with pytest.raises(sync_api.Error):
        page.evaluate(_PLAY)
    page.close()
