"""The documentation as a site: what a build must hold; ``nox -s site`` runs this on what it built."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

import musicengine

inventory = pytest.importorskip("sphinx.util.inventory")
for theme in ("furo", "myst_nb", "sphinx_copybutton", "sphinx_design"):
    pytest.importorskip(theme)

DOCS = Path(__file__).parents[2] / "docs"
SOURCE = Path(musicengine.__file__).parent


class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link":
            self.loads.append(given.get("href", ""))
        if tag in {"script", "img", "audio", "source", "iframe"} and "src" in given:
            self.loads.append(given["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site: the one that MUSICENGINE_SITE names, or a new one."""
    if built := os.environ.get("MUSICENGINE_SITE"):
        return Path(built).absolute()
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-d", str(folder / "doctrees")]
    done = subprocess.run([*command, str(DOCS), str(folder / "html")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html")}


def extension(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / "_extensions" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def public() -> dict[str, set[str]]:
    """The names of every public module, read from its source."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = list(path.relative_to(SOURCE.parent).with_suffix("").parts)
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if any(part.startswith("_") for part in parts):
            continue
        names: set[str] = set()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                names = set(ast.literal_eval(node.value))
        found[".".join(parts)] = names
    return found


def test_every_public_module_and_name_is_in_the_reference(site: Path) -> None:
    listed = inventory.InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    there = {name for kind, names in listed.items() if kind.startswith("py:") for name in names}
    modules = public()
    assert len(modules) > 100
    missing = set(modules) - set(listed["py:module"])
    for module, names in modules.items():
        if not (SOURCE.parent / module.replace(".", "/")).is_dir():  # a package hands on names of its modules
            missing |= {f"{module}.{name}" for name in names} - there
    assert not missing


def test_every_name_that_a_package_hands_on_is_listed_on_its_page() -> None:
    reference, modules = extension("reference"), public()
    for package in ("musicengine", "musicengine.audio", "musicengine.lyrics", "musicengine.testing"):
        handed_on = {name for name in reference.public_names(package) if f"{package}.{name}" not in modules}
        assert set(reference.homes(package)) == handed_on - {"__version__"}


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    elsewhere = {link for page in pages.values() for link in page.loads if urlsplit(link).scheme in ("http", "https")}
    assert not elsewhere


def test_every_link_within_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    ids = {str(path): page.ids for path, page in pages.items()}
    there: dict[str, bool] = {}
    dead = set()
    for path, page in pages.items():
        for link in set(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = os.path.normpath(path.parent / unquote(parts.path)) if parts.path else str(path)
            found = there.setdefault(target, target in ids or Path(target).exists())
            if not found or (parts.fragment and parts.fragment not in ids.get(target, {parts.fragment})):
                dead.add(f"{path.name}: {link}")
    assert not dead


def test_every_document_is_a_page(pages: dict[Path, Page]) -> None:
    stems = {path.stem for path in pages}
    assert {path.stem for path in DOCS.glob("*.md")} <= stems
    assert {path.stem for path in (DOCS / "notebooks").glob("*.ipynb")} <= stems


def test_figures_are_those_of_the_table() -> None:
    rows = extension("measured").rows
    text = "| task | n |\n|---|---|\n| tempo | real | 3 | ours | acc1 1 |\n| beats | real | 2 | ours | F 1 |\n"
    assert rows(text, "tempo") == [["real", "3", "ours", "acc1 1"]]
    assert rows(text, "kazoo") == []


def test_the_figures_that_pages_ask_for_are_there() -> None:
    rows, table = extension("measured").rows, (DOCS / "accuracy.md").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("```{measured}"):
                assert rows(table, line.split()[-1]), f"{page.name} asks for {line}"
