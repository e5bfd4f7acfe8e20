"""Every class of value there is, for whoever rebuilds values by name."""

from __future__ import annotations

import importlib
import pkgutil

import musicengine.values
from musicengine.values._value import Value

__all__ = ["every_value"]


def every_value() -> tuple[type[Value], ...]:
    """All classes of values, by name."""
    for module in pkgutil.iter_modules(musicengine.values.__path__):
        importlib.import_module(f"musicengine.values.{module.name}")
    ours = (kind for kind in Value.__subclasses__() if kind.__module__.startswith("musicengine.values."))
    return tuple(sorted(ours, key=lambda kind: kind.__name__))
