"""Backends by name: entry points of the group ``musicengine.backends`` and the environment, read here and only here.

An entry point is called ``<role>.<name>``, e.g. ``generator.stub``, and points at a class. What the class needs from
the environment it says itself: ``environment = {"api_key": "ACME_API_KEY"}`` maps arguments of its constructor to
variables. Arguments with a default may be missing, the others may not.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from musicengine.errors import BackendError, MissingExtraError, MissingKeyError, UnknownBackendError

__all__ = ["ROLES", "configured", "create", "names"]

_GROUP = "musicengine.backends"

ROLES = {
    "generator": "stub",
    "analyzer": "native",
    "separator": "native",
    "pitch_tracker": "native",
    "embedder": "native",
    "trend_source": "stub",
    "content_index": "memory",
    "store": "memory",
}
"""Each role an engine fills, with the backend that needs no key, no download and no network."""


def names(role: str) -> tuple[str, ...]:
    """The backends that can play a role, in order of their names."""
    return tuple(sorted(_found(role)))


def create(role: str, name: str, environ: Mapping[str, str] | None = None) -> Any:
    """A backend, made with what its class asks of the environment.

    Args:
        role: one of ``ROLES``.
        name: one of ``names(role)``.
        environ: the environment; None for that of the process.

    Raises:
        UnknownBackendError: there is no such role or name.
        MissingExtraError: its optional dependency is not installed.
        MissingKeyError: a variable it needs is not set.
    """
    backend = _load(role, name)
    environ = os.environ if environ is None else environ
    arguments = {}
    parameters = inspect.signature(backend).parameters
    for argument, variable in getattr(backend, "environment", {}).items():
        if environ.get(variable):
            arguments[argument] = environ[variable]
        elif argument not in parameters or parameters[argument].default is inspect.Parameter.empty:
            raise MissingKeyError(
                f"the {role} {name!r} needs a key: set the variable {variable}, or pass "
                f"{backend.__name__}({argument}=...); {ROLES.get(role, 'stub')!r} needs none"
            )
    return backend(**arguments)


def configured(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The backends that the environment names, by role: ``MUSICENGINE_GENERATOR=stub`` and so on.

    Raises:
        BackendError: as :func:`create`.
    """
    environ = os.environ if environ is None else environ
    chosen = {role: environ.get(f"MUSICENGINE_{role.upper()}", "") for role in ROLES}
    return {role: create(role, name, environ) for role, name in chosen.items() if name}


def _found(role: str) -> dict[str, EntryPoint]:
    prefix = f"{role}."
    return {
        point.name.removeprefix(prefix): point for point in entry_points(group=_GROUP) if point.name.startswith(prefix)
    }


def _load(role: str, name: str) -> Any:
    if role not in ROLES:
        raise UnknownBackendError(f"there is no role {role!r}; the roles are {', '.join(ROLES)}")
    found = _found(role)
    if name not in found:
        raise UnknownBackendError(f"there is no {role} {name!r}; there are: {', '.join(sorted(found)) or 'none'}")
    point = found[name]
    try:
        return point.load()
    except ImportError as error:
        package = point.dist.name if point.dist else "musicengine"
        extra = f"[{','.join(point.extras)}]" if point.extras else ""
        raise MissingExtraError(
            f'the {role} {name!r} cannot be imported ({error}); install what it needs: pip install "{package}{extra}"'
        ) from error
    except AttributeError as error:
        raise BackendError(f"the entry point of the {role} {name!r} points at nothing: {point.value}") from error
