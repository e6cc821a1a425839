"""What a kind of environment is: a file that ends with a `Kind` called ``KIND``, which holds all that is asked of it.

A kind composes commands; it does not run guests. See docs/how-to/add-a-kind.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from harness.environments.keys import Keys
from harness.environments.lock import Lock, requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import nox

    from harness.environments import Command, Folders
    from harness.environments.keys import Included
    from harness.terms import Environment, Limits

OwnKeys = TypeVar("OwnKeys", bound=Keys)


@dataclass(frozen=True, kw_only=True)
class Session:
    """What ``nox -s environment-NAME`` does."""

    description: str
    run: Callable[[nox.Session], None]
    python: str | None  # whose virtual environment it has; None: it has none


@dataclass(frozen=True, kw_only=True)
class Built:
    """An environment that is there."""

    environment: Environment
    lock: Lock
    seconds: float | None  # None: it was there already
    how: str  # "built by nox with uv" or "reused: same lock"; what it stands on
    command: Command  # runs the guest


class Build(Protocol):
    """How an environment is built."""

    def __call__(self, environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
        """Make the environment hold exactly what the lock says. Raises NotReadyError."""
        ...


def _nothing(environment: Environment) -> None:
    """There is none, and nothing to say."""


def _unknown(environment: Environment, lock: Lock) -> None:
    """Not everything of it is known."""


def _no_details(environment: Environment) -> Sequence[str]:  # noqa: ARG001
    return ()


def _in_order(item: Included, own: Keys) -> None:
    """Nothing more is checked."""


def _as_it_is(environment: Environment) -> Environment:
    return environment


def _pinned(lock: Lock) -> dict[str, str]:
    return lock.packages


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[OwnKeys]):
    """A kind of environment. What has no default must be given.

    Attributes
    ----------
    name : what ``kind:`` says in matrix.yaml.
    plain : whether it needs nothing but a Python and uv; profiles have others only when they say so.
    keys : the keys in matrix.yaml that only this kind has.
    needs, refuses : keys of `Included` that must be there, and those that mean nothing for it.
    check : further checks of an entry of matrix.yaml and of its own keys; raises ValueError.
    complete : the environment with what follows from what was written.
    stand_in : an environment of another kind as one of this kind, under the same name; None where it cannot be.
    missing : what this machine lacks for it, and what to do about that; None when it can be tried. Changes nothing.
        Nothing is resolved or built for an environment of which something is missing.
    doubt : why it may fail all the same, such as a download to come; shown in a plan.
    requirements : what it asks the package index for, as PEP 508 strings.
    details : what else it asks for, in words.
    lock : its exact packages. Raises NotReadyError.
    foresee : raises NotReadyError for what can be said without making anything; ``lock``, if not given.
    packages : what a guest must hold, by normalized name.
    build : see `Build`.
    forget : it does not hold what the lock says: the next build makes it anew.
    held : what an environment that is there holds beside its lock, as JSON-able data, without starting its guest. None
        where not everything of it is known: then no outcome of it is kept or reused.
    session : what ``nox -s environment-NAME`` does; None: there is no such session.
    """

    name: str
    plain: bool = False
    keys: type[OwnKeys]
    needs: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    check: Callable[[Included, OwnKeys], None] = _in_order
    complete: Callable[[Environment], Environment] = _as_it_is
    stand_in: Callable[[Environment], Environment | None] | None = None
    missing: Callable[[Environment], str | None]
    doubt: Callable[[Environment], str | None] = _nothing
    requirements: Callable[[Environment], list[str]] = requirements
    details: Callable[[Environment], Sequence[str]] = _no_details
    lock: Callable[[Environment], Lock]
    foresee: Callable[[Environment], object] | None = None
    packages: Callable[[Lock], dict[str, str]] = _pinned
    build: Build
    forget: Callable[[Environment, Lock], None]
    held: Callable[[Environment, Lock], Mapping[str, Any] | None] = _unknown
    session: Callable[[Environment], Session | None] = _nothing
