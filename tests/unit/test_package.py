"""What the package shows to those who import it."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import musicengine
from musicengine import errors

SOURCE = Path(musicengine.__file__)


def typed_names() -> set[str]:
    """The names that type checkers see."""
    block = next(node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_all_names_are_sorted_and_there() -> None:
    assert list(musicengine.__all__) == sorted(set(musicengine.__all__))
    for name in musicengine.__all__:
        assert getattr(musicengine, name) is not None


def test_type_checkers_completion_and_all_see_the_same() -> None:
    assert typed_names() == set(musicengine.__all__) == set(dir(musicengine))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'musicengine' has no attribute 'kazoo'"):
        _ = musicengine.kazoo


@pytest.mark.parametrize("package", ["audio", "hits", "lyrics", "synth"])
def test_packages_list_what_is_public(package: str) -> None:
    module = importlib.import_module(f"musicengine.{package}")
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_all_errors_are_one_family_drawn_in_the_docstring() -> None:
    assert errors.__doc__ is not None
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert name in errors.__doc__
        assert issubclass(kind, (errors.MusicEngineError, UserWarning))


def test_every_value_is_public() -> None:
    from musicengine.values._catalogue import every_value

    hidden = {kind.__name__ for kind in every_value()} - set(musicengine.__all__)
    assert not hidden
