"""The shape of the tree: floors, import budget, names, docstrings."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import musicengine

ROOT = Path(musicengine.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Top first; a module imports only from the floors below its own, or from its own package.
FLOORS = [
    {"__main__", "integrations", "plot"},
    {"aio", "testing"},
    {"engine"},
    {"verbs"},
    {"flows"},
    {"registry", "backends", "exports"},
    {"batch", "events", "files", "stores"},
    {"calls", "codec"},
    {"protocols"},
    {"synth"},
    {"audio", "lyrics", "hits"},
    {"values"},
    {"dsp", "wav"},
    {"errors"},
    {"_version", "_lazy", "_cached"},
]
LEVEL = {name: -level for level, names in enumerate(FLOORS) for name in names}
ALLOWED = {"attrs", "attr", "numpy", "typing_extensions", "musicengine"}
VAGUE = re.compile(r"(utils?|helpers?|common|misc|tools?|stuff|base|core)")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The absolute names a module imports, the module of every ``from`` import and its members."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor(dotted: str) -> str | None:
    """The part of the tree that an import of ours reaches into; None for the package itself and other libraries."""
    parts = dotted.split(".")
    if parts[0] != "musicengine" or len(parts) < 2:
        return None
    return parts[1] if parts[1] in LEVEL else None


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_only_from_floors_below(path: Path) -> None:
    own = floor(module_name(path))
    if own is None:  # the package's __init__ re-exports every floor
        return
    reached = {name for name in map(floor, imports(path)) if name and name != own}
    assert all(LEVEL[name] < LEVEL[own] for name in reached), f"{own} reaches up or sideways to {reached}"


def test_every_part_of_the_tree_has_a_floor() -> None:
    parts = {path.stem if path.is_file() else path.name for path in ROOT.iterdir() if path.name != "__pycache__"}
    assert parts - {"__init__", "py"} <= set(LEVEL), "a new part of the tree needs a floor"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_names_say_something(path: Path) -> None:
    assert not VAGUE.fullmatch(path.stem.strip("_")), f"{path.name} says nothing about its content"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_begins_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    first = docstring.partition("\n")[0]
    assert first.endswith("."), f"{module_name(path)} begins with {first!r}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_fits_its_budget(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_nothing_but_the_runtime_dependencies_is_loaded() -> None:
    script = f"""
import sys
sys.modules.update(dict.fromkeys(["scipy", "soundfile", "pandas", "matplotlib"]))  # importing one of them raises
before = set(sys.modules)
import musicengine
for name in musicengine.__all__:
    getattr(musicengine, name)
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}} - set(sys.stdlib_module_names)
foreign = {{name for name in loaded if not name.startswith("_")}} - {ALLOWED!r}
assert not foreign, foreign
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_importing_the_package_loads_neither_numpy_nor_the_engine() -> None:
    script = """
import sys
import musicengine
assert not {"numpy", "attrs", "musicengine.engine", "musicengine.values"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_registry_reads_the_environment(path: Path) -> None:
    readers = {"os.environ", "os.getenv"}
    used = {
        f"{n.value.id}.{n.attr}"
        for n in ast.walk(ast.parse(path.read_text()))
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    }
    if module_name(path) != "musicengine.registry":
        assert not used & readers
