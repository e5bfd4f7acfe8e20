"""A property that is computed once for each object, without a lock.

``functools.cached_property`` holds one lock for all objects of a class until Python 3.12: threads wait for one another,
and a process forked while another thread holds it waits for ever. Values never change, so computing one twice is no
harm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

__all__ = ["cached"]

R = TypeVar("R")


class cached(Generic[R]):  # noqa: N801 - reads like property, which it is one of
    """The decorator."""

    def __init__(self, compute: Callable[[Any], R]) -> None:
        """Of the method that computes it."""
        self._compute, self._name, self.__doc__ = compute, compute.__name__, compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> R: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Self | R:
        """The value, which the object's own attribute then hides this behind."""
        if instance is None:
            return self
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value
