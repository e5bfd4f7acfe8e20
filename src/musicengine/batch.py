"""One function over many items: here, in threads, in processes, on a cluster, with the same results everywhere.

::

    for outcome in batch.map(engine.analyze, paths, executor=partial(ProcessPoolExecutor, 2)):
        match outcome:
            case batch.Done(path, report): ...
            case batch.Failed(path, error): ...

There is one outcome for each item, in the order of the items, whatever happens to the item. At most ``window`` items
are under way or waiting to be taken, so endless input needs no more memory than short input.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

import attrs

from musicengine import codec
from musicengine._version import __version__
from musicengine.errors import CodecError, InputError, WorkerError
from musicengine.protocols import Progress, Store
from musicengine.values._value import Value
from musicengine.values.making import Step

__all__ = ["Done", "Failed", "Outcome", "by_content", "identify", "map"]

T = TypeVar("T")
R = TypeVar("R")

_WINDOW = 64


@attrs.frozen
class Done(Generic[T, R]):
    """An item, and what the function made of it."""

    item: T
    value: R


@attrs.frozen
class Failed(Generic[T]):
    """An item that the function raised an error for, and the error."""

    item: T
    error: Exception


Outcome: TypeAlias = Done[T, R] | Failed[T]
"""What becomes of an item."""


def map(  # noqa: A001 - what the builtin does, and executors
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    executor: Executor | Callable[[], Executor] | None = None,
    window: int = _WINDOW,
    progress: Progress | None = None,
    store: Store | None = None,
    key: Callable[[T], str] | None = None,
    name: str = "",
) -> Iterator[Done[T, R] | Failed[T]]:
    """Apply the function to each item; one outcome for each, in order.

    An exception of the function is the outcome of its item and stops nothing. KeyboardInterrupt, closing the iterator
    and an exception of ``items`` cancel what has not begun.

    A worker process that dies breaks its pool for good. Given a way to make executors instead of one, a new one is
    made, the items that were under way are tried again one at a time, and only the one that kills its worker fails.
    Given an executor that breaks, all items that it did not answer fail.

    Args:
        function: of one item; it must pickle for executors that use processes.
        items: any iterable; it is read as far as there is room in the window.
        executor: None for here and now, an executor of the caller's, or what makes one (a class, a partial): it is
            then made and shut down here.
        window: how many items may be under way, or done and not taken yet.
        progress: is told of each outcome before it is given; the total is 0 where ``items`` has no length.
        store: keeps what is done, so that a run that was killed goes on where it was: what is kept there is not
            computed again. Failures are not kept. The values must be the library's.
        key: what identifies an item in the store, :func:`identify` if not given; :func:`by_content` is the other.
        name: of the work in the store; the function's own and the library's version if not given. Engines that are
            configured differently need different names or stores.

    Raises:
        InputError: the window is no positive number, a name is needed, or a value cannot be kept.
    """
    if not isinstance(window, int) or window < 1:
        raise InputError(f"window must be a whole number of 1 or more, got {window!r}")
    journal = None if store is None else _Journal(store, key or identify, name or _name(function))
    total = len(items) if isinstance(items, Sized) else 0
    crew = _Crew(function, executor)
    return _outcomes(crew, items, window if executor else 1, journal, partial(_tell, progress, total))


def _tell(progress: Progress | None, total: int, done: int) -> None:
    if progress:
        progress(Step("batch", done, total))


def _outcomes(
    crew: _Crew[T, R], items: Iterable[T], window: int, journal: _Journal[T] | None, tell: Callable[[int], None]
) -> Iterator[Done[T, R] | Failed[T]]:
    """Keep the window full, and give what comes out of its other end."""
    source, count = iter(items), 0
    under_way: deque[_Work[T, R]] = deque()
    try:
        while True:
            for item in islice(source, window - len(under_way)):
                kept = journal.find(item) if journal else None
                under_way.append(_Work(item, kept=kept) if kept else crew.begin(item))
            if not under_way:
                return
            outcome = crew.settle(under_way)
            known = under_way.popleft().kept
            if journal and not known and isinstance(outcome, Done):
                journal.keep(outcome.item, outcome.value)
            count += 1
            tell(count)
            yield outcome
            del outcome  # it belongs to the caller now
    finally:
        crew.leave(under_way)


@attrs.define
class _Work(Generic[T, R]):
    """An item, and the future or the kept value that answers it; neither if it is done when it is its turn."""

    item: T
    future: Future[R] | None = None
    kept: Value | None = None


class _Crew(Generic[T, R]):
    """Whoever does the work: the caller's executor, one of our own, or we ourselves."""

    def __init__(self, function: Callable[[T], R], executor: Executor | Callable[[], Executor] | None) -> None:
        self._function = function
        self._make = executor if callable(executor) else None
        self._executor = None if callable(executor) else executor

    def begin(self, item: T) -> _Work[T, R]:
        """Hand an item over."""
        return _Work(item, self._submit(item))

    def settle(self, under_way: deque[_Work[T, R]]) -> Done[T, R] | Failed[T]:
        """The outcome of the first of those under way."""
        first = under_way[0]
        if first.kept:
            return Done(first.item, first.kept)  # type: ignore[arg-type]  # it was kept under the function's name
        if self._make and _is_broken(first.future):
            self._try_again(under_way)
        try:
            return Done(first.item, first.future.result() if first.future else self._function(first.item))
        except BrokenExecutor as error:
            lost = WorkerError(f"a worker process died, and with it the work on {str(first.item)[:80]!r}: {error}")
            lost.__cause__ = error
            return Failed(first.item, lost)
        except Exception as error:
            return Failed(first.item, error)

    def leave(self, under_way: Iterable[_Work[T, R]]) -> None:
        """Cancel what has not begun; an executor of our own ends."""
        for work in under_way:
            if work.future:
                work.future.cancel()
        if self._make and self._executor:
            self._executor.shutdown()

    def _submit(self, item: T) -> Future[R] | None:
        if self._make and not self._executor:
            self._executor = self._make()
        if not self._executor:
            return None
        try:
            return self._executor.submit(self._function, item)
        except BrokenExecutor as error:  # it is the answer to this item, when its turn comes
            broken: Future[R] = Future()
            broken.set_exception(error)
            return broken

    def _try_again(self, under_way: Iterable[_Work[T, R]]) -> None:
        """Do again, each alone, what broke with the executor: one of them did it, and it will do it again."""
        for work in under_way:
            if _is_broken(work.future):
                self._renew()
                work.future = self._submit(work.item)
                if _is_broken(work.future):
                    self._renew()

    def _renew(self) -> None:
        if self._executor:
            self._executor.shutdown()
        self._executor = None


def _is_broken(future: Future[R] | None) -> bool:
    """Whether the executor broke before it answered; waits for the answer."""
    return future is not None and not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


@attrs.frozen
class _Journal(Generic[T]):
    """What is done already, in a store."""

    store: Store
    key: Callable[[T], str]
    name: str

    def find(self, item: T) -> Value | None:
        """The value that was kept for the item; damaged bytes are as good as none."""
        data = self.store.get(self._address(item))
        try:
            return codec.decode(data) if data else None
        except CodecError:
            return None

    def keep(self, item: T, value: object) -> None:
        if not isinstance(value, Value):
            raise InputError(f"a store keeps values of this library, {self.name} gave a {type(value).__name__}")
        self.store.put(self._address(item), codec.encode(value))

    def _address(self, item: T) -> str:
        return f"batch:{self.name}:{self.key(item)}"


def identify(item: object) -> str:
    """What tells an item from others: a file's path, size and time of change, a value's content, else its repr.

    Quick, and right as long as files stay where they are.

    Raises:
        InputError: the item's repr does not say what it holds.
    """
    if isinstance(item, (str, os.PathLike)) and os.path.isfile(item):
        found = os.stat(item)
        return _digest(f"{os.path.realpath(item)} {found.st_size} {found.st_mtime_ns}".encode())
    if isinstance(item, Value):
        return item.digest
    text = item if isinstance(item, str) else repr(item)
    if f"at {id(item):#x}" in text:
        raise InputError(f"cannot tell {text[:80]} from others in the next run: give a key")
    return _digest(text.encode())


def by_content(item: object) -> str:
    """What an item holds: of a file its bytes, wherever it lies; else as :func:`identify`."""
    if not isinstance(item, (str, os.PathLike)) or not os.path.isfile(item):
        return identify(item)
    with Path(item).open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _name(function: Callable[..., object]) -> str:
    """The name of a function that means the same in the next run."""
    found = getattr(function, "__qualname__", "<")
    if "<" in found:
        raise InputError(f"a resumable batch of {function!r} needs a name, e.g. name='analyze'")
    return f"{found}:{__version__}"
