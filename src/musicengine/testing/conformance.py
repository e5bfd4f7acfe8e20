"""The conformance suite: which protocols a backend means to keep, and whether it does."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from typing_extensions import get_protocol_members

from musicengine.errors import InputError
from musicengine.protocols import PROTOCOLS
from musicengine.testing import hearing, hosting, making, storing
from musicengine.testing.expectations import expect

__all__ = ["check"]

Check = Callable[[Any], None]

_CHECKS: Mapping[str, Sequence[Check]] = {**hearing.CHECKS, **making.CHECKS, **storing.CHECKS, **hosting.CHECKS}


def check(backend: object, role: str | None = None) -> tuple[str, ...]:
    """Check that a backend keeps its protocol; the sentences that hold.

    The checks really call it: a generator is given one order of a few seconds, a store gets keys that begin with
    ``musicengine.testing`` and loses them again. Give it an empty content index.

    Args:
        backend: an object with the verbs of one protocol or more.
        role: the protocol to check, e.g. "separator"; all whose verbs the backend has, if not given.

    Raises:
        AssertionError: it does not keep a protocol; the message lists everything found.
        InputError: there is no such role.
    """
    if role is not None and role not in PROTOCOLS:
        raise InputError(f"there is no role {role!r}; the roles are {', '.join(PROTOCOLS)}")
    roles = [role] if role else [name for name, protocol in PROTOCOLS.items() if isinstance(backend, protocol)]
    kind = type(backend).__name__
    expect(bool(roles), f"{kind} has the verbs of no protocol; nearest is {_nearest(backend)}")
    held: list[str] = []
    failures: list[str] = []
    for name in roles:
        for sentence, problem in _run(name, backend):
            (failures if problem else held).append(f"{name}: {sentence}" + (f" - {problem}" if problem else ""))
    expect(not failures, "\n  ".join([f"{kind} breaks {len(failures)} of {len(held) + len(failures)}:", *failures]))
    return tuple(held)


def _run(role: str, backend: object) -> list[tuple[str, str]]:
    """Each sentence with its problem, empty where it holds."""
    missing = _missing(role, backend)
    if missing:
        return [("it has every verb.", f"lacks {', '.join(missing)}")]
    return [(_sentence(one), _problem(one, backend)) for one in (*_CHECKS[role], _pickles)]


def _problem(one: Check, backend: object) -> str:
    try:
        one(backend)
    except AssertionError as failure:
        return str(failure)
    except Exception as error:  # a backend may raise anything; that is what the suite is there to find
        return f"raised {type(error).__name__}: {error}"
    return ""


def _pickles(backend: Any) -> None:
    """It pickles, so that an engine with it works in process pools."""
    again = pickle.loads(pickle.dumps(backend))
    expect(type(again) is type(backend), f"expected a {type(backend).__name__} again, got {type(again).__name__}")


def _sentence(one: Check) -> str:
    return (one.__doc__ or one.__name__).strip().partition("\n")[0]


def _missing(role: str, backend: object) -> list[str]:
    return sorted(verb for verb in get_protocol_members(PROTOCOLS[role]) if not hasattr(backend, verb))


def _nearest(backend: object) -> str:
    """The role that lacks the smallest share of its verbs."""
    role = min(PROTOCOLS, key=lambda name: len(_missing(name, backend)) / len(get_protocol_members(PROTOCOLS[name])))
    return f"{role}, which lacks {', '.join(_missing(role, backend))}"
