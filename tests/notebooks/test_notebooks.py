"""The notebooks of the documentation: what is checked of them without running them, and that the check sees changes.

``nox -s notebooks`` executes them.
"""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    pytest.importorskip("nbclient")
    spec = importlib.util.spec_from_file_location("run_notebooks", ROOT / "tools" / "run_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_executed_from_top_to_bottom_and_small(path: Path) -> None:
    notebook = read(path)
    assert "".join(notebook["cells"][0]["source"]).startswith("# ")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]
    assert any("text/html" in output.get("data", {}) for cell in code for output in cell["outputs"])
    assert path.stat().st_size < 1_500_000
    text = path.read_text("utf-8")
    assert "/home/" not in text
    assert "/tmp/" not in text


def test_the_four_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["batch", "hear", "make", "read_and_judge"]


@pytest.mark.parametrize(
    ("before", "after", "agree"),
    [
        ("104.02 bpm", "104.03 bpm", True),
        ("104.02 bpm", "104.31 bpm", False),
        ("0.97955", "0.97956", True),
        ("-14.0 LUFS", "-14.1 LUFS", True),
        ("-14.0 LUFS", "14.0 LUFS", False),
        ("-3.3 points", "-3.6 points", False),
        ("8 tracks", "9 tracks", False),
        ("(8, 39)", "(8, 40)", False),
        ("A minor", "C major", False),
        ("1,457 of 2", "1,457 of 2", True),
    ],
)
def test_numbers_agree_within_what_machines_differ_by(runner: ModuleType, before: str, after: str, agree: bool) -> None:
    assert runner.same(before, after) is agree


def test_the_check_sees_another_output(runner: ModuleType) -> None:
    nbformat = pytest.importorskip("nbformat")
    kept = nbformat.read(ROOT / "docs" / "notebooks" / "batch.ipynb", as_version=4)
    assert not list(runner.differences(kept, kept))
    for change in (_say_otherwise, _lose_a_picture):
        other = copy.deepcopy(kept)
        change(other)
        assert list(runner.differences(kept, other))


def _say_otherwise(notebook: Any) -> None:
    said = next(out for cell in notebook.cells for out in cell.get("outputs", []) if out.output_type == "stream")
    said.text = said.text.replace("disco", "polka")


def _lose_a_picture(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.outputs = [out for out in cell.get("outputs", []) if "image/png" not in out.get("data", {})]
