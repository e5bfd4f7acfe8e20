from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from musicengine import Audio, MusicEngine, codec
from musicengine.__main__ import main
from musicengine.values.reports import Report


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_prompt_makes_a_file_named_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warm disco, 118 bpm, A minor, 8 seconds"]) == 0
    text = capsys.readouterr().out
    assert MusicEngine().load("warm-disco.wav").duration_s == pytest.approx(8, abs=0.01)
    assert re.search(r"Score +[\d.]+ of 100", text)
    tempo = re.search(r"Tempo +([\d.]+) bpm", text)
    assert tempo
    assert float(tempo[1]) == pytest.approx(118, rel=0.005)
    assert "A minor" in text


def test_a_file_is_analyzed_and_kept_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    path = MusicEngine().save(Audio(np.random.default_rng(0).normal(0, 0.1, 44_100), 44_100), "noise.wav")
    before = path.read_bytes()
    assert main([str(path)]) == 0
    assert "noise.wav" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_json_is_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    main(["pop, 6 seconds", "--out", "a.wav"])
    capsys.readouterr()
    assert main(["a.wav", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["type"] == "Report"
    report = codec.from_json(text)
    assert isinstance(report, Report)
    assert report == MusicEngine().analyze("a.wav")


def test_html_is_a_page_that_needs_nothing_from_outside() -> None:
    assert main(["rock, 6 seconds", "--out", "rock & roll.wav", "--html", "report.html"]) == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<h1>rock &amp; roll.wav</h1>" in page
    assert not re.search(r"<script|(src|href)\s*=", page)


def test_another_seed_is_another_piece() -> None:
    for seed in ("0", "1"):
        main(["lo-fi, 5 seconds", "--seed", seed, "--out", f"{seed}.wav"])
    assert Path("0.wav").read_bytes() != Path("1.wav").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.wav"], "there is no file 'missing.wav'"),
        (["."], "directory"),
        ([""], "expected a prompt such as"),
        (["disco, 900 bpm"], "900"),
        (["disco, 5 seconds", "--out", "no/such/folder/a.wav"], "cannot write"),
        (["disco, 5 seconds", "--seed", "-1"], "-1"),
        (["disco, 5 seconds", "--html", "no/such/folder/a.html"], "cannot write"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("musicengine: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_text_file_named_wav_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("poem.wav").write_text("Shall I compare thee to a summer's day?")
    assert main(["poem.wav"]) == 1
    assert "poem.wav" in capsys.readouterr().err


def test_runs_as_a_module() -> None:
    run = subprocess.run([sys.executable, "-m", "musicengine", "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("musicengine 0.")
