"""Every view in a real browser, light, dark and on a telephone: no error, nothing fetched, every player plays.

Pictures are drawn, their text is large enough to read and lies beside other text, and nothing is wider than the window.
Needs playwright and a Chromium; skips without. ``MUSICENGINE_SCREENSHOTS`` names a folder to keep the pictures in;
views of recordings come from ``MUSICENGINE_DATA`` where it is set.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicengine import Audio, Brief, Message, MusicEngine
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
    for (let tries = 0; tries < 100 && !(player.currentTime > 0); tries++)
      await new Promise((done) => setTimeout(done, 50));
    player.pause();
    found.push([player.readyState, player.currentTime > 0, isFinite(player.duration) && player.duration > 0]);
  }
  return found;
}"""
_TEXT = """(least) => {
  const wrong = [];
  for (const picture of document.querySelectorAll('svg')) {
    const texts = [...picture.querySelectorAll('text')].filter((text) => text.textContent.trim());
    const boxes = texts.map((text) => text.getBoundingClientRect());
    const around = picture.getBoundingClientRect(), scale = around.width / picture.viewBox.baseVal.width;
    texts.forEach((text, i) => {
      const size = parseFloat(getComputedStyle(text).fontSize) * scale;
      if (size < least) wrong.push(`"${text.textContent}" is ${size.toFixed(1)} px high`);
      if (boxes[i].left < around.left - 1 || boxes[i].right > around.right + 1)
        wrong.push(`"${text.textContent}" is cut off`);
      for (let j = 0; j < i; j++) {
        const across = Math.min(boxes[i].right, boxes[j].right) - Math.max(boxes[i].left, boxes[j].left);
        const down = Math.min(boxes[i].bottom, boxes[j].bottom) - Math.max(boxes[i].top, boxes[j].top);
        if (across > 1 && down > 0.35 * boxes[i].height)
          wrong.push(`"${text.textContent}" lies on "${texts[j].textContent}"`);
      }
    });
  }
  return wrong;
}"""
_SCREENS = {"light": ("light", 1000), "dark": ("dark", 1000), "narrow": ("light", 400), "narrow-dark": ("dark", 400)}


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
        "production": engine.produce(Brief("a warm ballad", bpm=72, duration_s=12, brightness=-1, vocal_level_db=9)),
        "health": engine.health(),
        "message": Message("user", "Make it <i>louder</i>"),
    }
    reply = engine.chat("make me a dark trap beat at 140 in F# minor, 6 seconds")
    engine.execute(reply.actions[0], session=reply.session)
    shown |= {"reply": reply, "session": engine.session(reply.session)} | recordings(engine)
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


def recordings(engine: MusicEngine) -> dict[str, Any]:
    """Values of the first half minute of recordings, one of each kind that is there."""
    folder = Path(os.environ.get("MUSICENGINE_DATA", "nowhere")) / "audio"
    kinds = {path.name.split("_")[0]: path for path in sorted(folder.glob("*.ogg"), reverse=True)}
    found: dict[str, Any] = {}
    for kind, path in kinds.items():
        sound = engine.load(path).clip(0, 30)
        report = engine.analyze(sound)
        found |= {
            f"{kind} report": report,
            f"{kind} pitch": report.audio.pitch or report.audio,
            f"{kind} form": report.audio.form or report.audio,
            f"{kind} harmony": report.audio.harmony or report.audio,
            f"{kind} loudness": report.audio.loudness_curve,
            f"{kind} stems": engine.separate(sound.clip(0, 10)),
            f"{kind} spectrogram": compute_spectrogram(sound),
        }
    return found


@pytest.mark.parametrize("screen", list(_SCREENS))
def test_every_view_shows_and_plays(browser: Any, views: dict[str, str], screen: str) -> None:
    problems: list[str] = []
    scheme, width = _SCREENS[screen]
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
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
        illegible = page.evaluate(_TEXT, 7.5)
        assert not illegible, f"{name}: {illegible}"
        played = page.evaluate(_PLAY)
        assert all(ready >= 2 and moved and finite for ready, moved, finite in played), f"{name}: {played}"
        assert len(played) == view.count("<audio ")
        assert not problems, f"{name}: {problems}"
        if folder := os.environ.get("MUSICENGINE_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}-{screen}.png", full_page=True)
    context.close()


def test_the_check_itself_sees_text_that_cannot_be_read(browser: Any) -> None:
    page = browser.new_page()
    texts = "<text y='50'>one</text><text y='52'>two</text><text x='90' y='90'>three</text>"
    page.set_content(f"<svg viewBox='0 0 100 100' style='width:100px' font-size='11'>{texts}</svg>")
    assert page.evaluate(_TEXT, 7.5) == ['"two" lies on "one"', '"three" is cut off']
    assert len(page.evaluate(_TEXT, 12)) == 5
    page.close()


def test_the_check_itself_sees_a_player_that_cannot_play(browser: Any) -> None:
    page = browser.new_page()
    page.set_content("<audio src='data:audio/mpeg;base64,AAAA'></audio>")
    with pytest.raises(sync_api.Error):
        page.evaluate(_PLAY)
    page.close()
