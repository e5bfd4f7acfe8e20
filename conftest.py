"""Runs the Python examples of Markdown files as tests, each file in an empty folder of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

try:
    from sybil import Sybil
    from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
except ImportError:  # only the docs session has it
    collect_ignore_glob = ["*.md"]
else:
    _HERE = Path(__file__).parent

    def _enter(namespace: dict[str, Any]) -> None:
        namespace["folder"] = tempfile.TemporaryDirectory()
        os.chdir(namespace["folder"].name)

    def _leave(namespace: dict[str, Any]) -> None:
        os.chdir(_HERE)
        namespace["folder"].cleanup()

    pytest_collect_file = Sybil(
        parsers=[PythonCodeBlockParser(), SkipParser()], patterns=["*.md"], setup=_enter, teardown=_leave
    ).pytest()


@pytest.fixture(scope="session")
def labelled_data() -> Path:
    """The folder of labelled data that MUSICENGINE_DATA names; tests that need it skip without."""
    folder = os.environ.get("MUSICENGINE_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("MUSICENGINE_DATA names no folder")
    return Path(folder)
