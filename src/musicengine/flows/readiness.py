"""Which backends are ready, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import get_protocol_members

from musicengine.protocols import PROTOCOLS
from musicengine.values.service import Health

__all__ = ["examine"]


def examine(backends: Mapping[str, Any]) -> Health:
    """Ask each backend for its problem, if it has the verb ``problem()``, and see whether it has its role's verbs.

    Args:
        backends: by role.
    """
    problems = {role: _problem(role, who) for role, who in backends.items()}
    return Health(
        backends={role: type(who).__name__ for role, who in backends.items()},
        problems={role: why for role, why in problems.items() if why},
    )


def _problem(role: str, backend: Any) -> str:
    """Why a backend cannot play its role; empty if it can."""
    try:
        said = backend.problem() if hasattr(backend, "problem") else ""
        missing = sorted(verb for verb in get_protocol_members(PROTOCOLS[role]) if not hasattr(backend, verb))
    except Exception as error:  # a backend that cannot even answer is not ready
        return f"asking it raised {type(error).__name__}"
    return str(said) if said else f"it lacks {', '.join(missing)}" if missing else ""
