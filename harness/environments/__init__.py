"""Kinds of environments: one file each behind one protocol. A kind composes commands; it doesn't run guests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from harness.environments.lock import Lock
    from harness.model import Environment, Limits


class NotReadyError(Exception):
    """An environment cannot be had; its text is the reason in the table, with what to do about it."""


class UnsatisfiableError(NotReadyError):
    """No resolver can satisfy this combination; the text is the resolver's."""


class UnreachableError(NotReadyError):
    """There was no answer: the package index could not be asked, or the resolver failed."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """How to start a program: what to run, and every variable it sees."""

    argv: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Built:
    """An environment that is there."""

    environment: Environment
    lock: Lock
    seconds: float | None  # None: it was there already
    how: str  # "built by nox with uv" or "reused: same lock"
    command: Command  # runs the guest


class Kind(Protocol):
    """What each module of this package offers."""

    def build(self, environment: Environment, lock: Lock, *, stage: Path, limits: Limits) -> Built:
        """Make the environment hold exactly what the lock says. Raises NotReadyError."""
        ...
