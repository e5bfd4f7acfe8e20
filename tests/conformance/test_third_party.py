"""The backend of docs/backends.md, installed as a package of its own, is found by its entry point."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DOC = Path(__file__).parents[2] / "docs" / "backends.md"

_USE = """
from musicengine import MusicEngine, registry
from musicengine.testing import check

assert "acme" in registry.names("embedder")
engine = MusicEngine.from_env({"MUSICENGINE_EMBEDDER": "acme", "ACME_FLOOR_DB": "-60"})
assert engine.embedder.floor_db == -60
assert engine.embed(engine.generate("disco, 4 seconds")).space == "acme-octaves"
assert engine.health().ready
assert len(check(engine.embedder)) == 3
import acme_music
print(acme_music.__file__)
"""


def wheel(folder: Path) -> Path:
    """The package of the document as a wheel, made as PEP 427 says."""
    source, metadata = (re.search(rf"```{kind}\n(.*?)```", DOC.read_text(), re.S)[1] for kind in ("python", "toml"))  # type: ignore[index]
    assert len(source.strip().splitlines()) <= 30, "a backend of 30 lines"
    points = metadata[metadata.index('[project.entry-points."musicengine.backends"]') :]
    info = "acme_music-1.0.dist-info"
    content = {
        "acme_music.py": source,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: acme-music\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": points.replace(
            '[project.entry-points."musicengine.backends"]', "[musicengine.backends]"
        ).replace('"', ""),
    }
    digest = {
        name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for name, text in content.items()
    }
    record = "".join(f"{name},sha256={digest[name]},{len(text.encode())}\n" for name, text in content.items())
    path = folder / "acme_music-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**content, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(name, text)
    return path


def test_an_installed_backend_is_found_configured_and_keeps_its_protocol(tmp_path: Path) -> None:
    pytest.importorskip("pip")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(wheel(tmp_path))], check=True)
    path = os.pathsep.join([str(site), *filter(None, sys.path)])
    run = subprocess.run(
        [sys.executable, "-c", _USE], check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert run.stdout.strip().startswith(str(site))
