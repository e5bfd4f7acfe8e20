"""Pages of the reference: one for each public module, written from the package itself before every build."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import attrs
from docutils import nodes
from sphinx import addnodes
from sphinx.pycode import ModuleAnalyzer

import musicengine

FOLDER = "reference"
_SECTION = re.compile(r"\s*(Args|Returns|Raises|Yields|Warns|Attributes):\s*$")
_BASES = re.compile(r"Bases: (object|Protocol|NamedTuple|Generic\[.*\])")
_LONGEST = 80  # characters of a constant's value
_FACADE = {"musicengine.engine"}  # its verbs live in classes of their own
_SHARED = {"musicengine.values": "musicengine.values._value.Value"}  # what all of a package's classes can do


@cache
def public_modules() -> tuple[str, ...]:
    """The dotted names of the package and of every module in it without a leading underscore, sorted."""
    found = pkgutil.walk_packages(musicengine.__path__, "musicengine.")
    names = [module.name for module in found if not any(part.startswith("_") for part in module.name.split("."))]
    return tuple(sorted(["musicengine", *names]))


def public_names(module: str) -> tuple[str, ...]:
    """What a module says is public."""
    return tuple(getattr(importlib.import_module(module), "__all__", ()))


@cache
def homes(package: str) -> dict[str, str]:
    """Where the names live that a package hands on: name to module. Names of its own modules are left out."""
    inside = [name for name in public_modules() if name.startswith(f"{package}.") and not _is_package(name)]
    loaded = importlib.import_module(package)
    found = {}
    for name in public_names(package):
        value = getattr(loaded, name)
        for module in inside:
            if name in public_names(module) and getattr(importlib.import_module(module), name) is value:
                found[name] = module
                break
    return found


def page(module: str) -> str:
    """The page of a module in reStructuredText."""
    package = module.rpartition(".")[0]
    hidden = bool(package) and package != "musicengine" and bool(public_names(package))
    lines = [":orphan:", ""] if hidden else []
    title = "API reference" if module == "musicengine" else module
    lines += [title, "=" * len(title), ""]
    lines += [f"Inside :py:mod:`{package}`, which names what to import.", ""] if hidden else []
    if _is_package(module):
        return "\n".join([*lines, *_package(module), ""])
    inherited = ["   :inherited-members:"] if module in _FACADE else []
    lines += [f".. automodule:: {module}", *inherited, ""]
    for name in _unexplained(module):
        lines += [f".. py:data:: {name}", f"   :module: {module}", ""]
    return "\n".join([*lines, ""])


def write(folder: Path) -> None:
    """Write the pages that changed, and remove those of modules that are no more."""
    pages = {f"{module}.rst": page(module) for module in public_modules()}
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.rst"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _package(package: str) -> list[str]:
    """A package's page: what it hands on, what its classes share, its modules."""
    lines = [f".. automodule:: {package}", "   :no-members:", ""]
    if package in _SHARED:
        lines += [f".. autoclass:: {_SHARED[package]}", ""]
    last = ""
    for name, module in sorted(homes(package).items(), key=lambda item: (item[1], item[0].lower())):
        if module != last:
            lines += [
                "",
                f".. rubric:: {module.removeprefix('musicengine.')}",
                "",
                f".. py:currentmodule:: {module}",
                "",
            ]
            last = module
        lines += _entry("obj", f"{module}.{name}", getattr(importlib.import_module(module), name))
    depth = package.count(".") + 1
    inside = [name for name in public_modules() if name.startswith(f"{package}.") and name.count(".") == depth]
    lines += ["", ".. rubric:: Modules", ""]
    for module in inside:
        lines += _entry("mod", module, importlib.import_module(module))
    if package == "musicengine" or not public_names(package):
        lines += ["", ".. toctree::", "   :hidden:", ""]
        lines += [f"   {name.removeprefix('musicengine.')} <{name}>" for name in inside]
    return lines


def _unexplained(module: str) -> list[str]:
    """The public constants without a docstring, which autodoc leaves out."""
    loaded = importlib.import_module(module)
    explained = {name for _, name in ModuleAnalyzer.for_module(module).find_attr_docs()}
    constants = [name for name in public_names(module) if not _documents_itself(getattr(loaded, name))]
    return [name for name in constants if name not in explained]


def _documents_itself(value: Any) -> bool:
    """Whether a docstring belongs to the value and not to its type."""
    own = inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value)
    return own or hasattr(value, "__wrapped__")


def _entry(role: str, target: str, value: Any) -> list[str]:
    """An item of a list: the name, and the first sentence of its docstring if it has one of its own."""
    text = inspect.getdoc(value) or "" if _documents_itself(value) else ""
    first = re.split(r"(?<=\.) |(?<=\.)$", " ".join(text.split("\n\n")[0].split()), maxsplit=1)[0].rstrip(".:")
    shown = target.rpartition(".")[2] if role == "obj" else target.removeprefix("musicengine.")
    return [f"* :py:{role}:`{shown} <{target}>`" + (f": {first}" if first else "")]


def _is_package(module: str) -> bool:
    return hasattr(importlib.import_module(module), "__path__")


def _skip(app: Any, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out fields, which are described as arguments of their class, and what has no text."""
    field = type(obj).__name__ in {"_Sentinel", "_tuplegetter", "member_descriptor"}
    return True if what == "class" and (field or not getattr(obj, "__doc__", None)) else None


def _sign(app: Any, what: str, name: str, obj: Any, options: Any, signature: str, returned: str) -> Any:
    """Signatures as a reader needs them: an attrs class's own defaults, and values of private constants."""
    if signature and what in {"function", "method"}:
        known = vars(inspect.getmodule(obj) or musicengine)
        return re.sub(r"=(_\w+)", lambda match: f"={known.get(match[1], ...)!r}", signature), returned
    if what == "class" and getattr(obj, "_is_protocol", False):
        return "", returned
    if what != "class" or not attrs.has(obj) or not signature:
        return None
    given = [field for field in attrs.fields(obj) if field.init]
    first = next((at for at, field in enumerate(given) if field.kw_only), len(given))
    parts = [field.alias + _default(field.default) for field in given]
    return f"({', '.join([*parts[:first], *(['*'] if parts[first:] else []), *parts[first:]])})", returned


def _default(default: Any) -> str:
    if default is attrs.NOTHING:
        return ""
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # it is a class
        return f"={default.factory.__name__}()" if inspect.isclass(default.factory) else "=..."
    return f"={default!r}" if len(repr(default)) < 40 else "=..."


def _tidy(app: Any, domain: str, objtype: str, content: Any) -> None:
    """Leave out what tells a reader nothing: bases that all have, long values, how a type's name was looked up."""
    for paragraph in list(content.findall(nodes.paragraph, descend=True)):
        if paragraph.parent is content and _BASES.fullmatch(paragraph.astext()):
            content.remove(paragraph)
    for text in list(content.findall(nodes.Text)):
        if "TypeAliasForwardRef" in text:
            text.parent.replace(text, nodes.Text(re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", text)))
    for sign in content.parent.findall(addnodes.desc_signature):
        for value in list(sign.findall(addnodes.desc_annotation)):
            if value.astext().lstrip().startswith("=") and len(value.astext()) > _LONGEST:
                value.parent.remove(value)


class _Plain:
    """Keeps docstrings of properties and constants from napoleon, which reads "this: that" as a type."""

    def __init__(self) -> None:
        self.kept: list[str] | None = None

    def keep(self, app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
        """Before napoleon."""
        plain = what in {"attribute", "data", "property"} and not any(map(_SECTION.match, lines))
        self.kept = list(lines) if plain else None

    def restore(self, app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
        """After it."""
        if self.kept is not None:
            lines[:] = self.kept


def _follow(app: Any, env: Any, node: Any, content: nodes.TextElement) -> nodes.Node | None:
    """Where a name leads that a package hands on, e.g. ``musicengine.audio.separate``."""
    package, _, name = str(node.get("reftarget", "")).rpartition(".")
    if node.get("refdomain") != "py" or package not in public_modules() or not _is_package(package):
        return None
    module = homes(package).get(name)
    if module is None:
        return None
    python = env.get_domain("py")
    return python.resolve_xref(env, node["refdoc"], app.builder, "obj", f"{module}.{name}", node, content)


def setup(app: Any) -> dict[str, bool]:
    """Join the build."""
    app.connect("builder-inited", lambda app: write(Path(app.srcdir) / FOLDER))
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-signature", _sign)
    plain = _Plain()
    app.connect("autodoc-process-docstring", plain.keep, priority=400)
    app.connect("autodoc-process-docstring", plain.restore, priority=600)
    app.connect("object-description-transform", _tidy, priority=900)
    app.connect("missing-reference", _follow)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
