"""Kinds of environments: one file each, which ends with a `harness.environments.kind.Kind`.

Here is what they all speak of: commands, folders, and why an environment cannot be had.

Internal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.terms import Trouble

if TYPE_CHECKING:
    from pathlib import Path


#: A URL's scheme, what logs in, its host, and the rest, whose path and query may hold a token.
_URL = re.compile(r"\b([a-z][a-z0-9+.-]*://)(?:[^\s/'\"`<>]*@)?([^\s/?#'\"`<>)\]]+)[^\s'\"`<>)\]]*", re.IGNORECASE)
_PUBLIC = ("pypi.org", "files.pythonhosted.org", "registry.npmjs.org")


def without_tokens(text: str) -> str:
    """The text, of its URLs the hosts only: a private index has tokens in its URL, and the text will be in a table."""

    def host(url: re.Match[str]) -> str:
        whole = "@" not in url[0] and url[2] in _PUBLIC
        return url[0] if whole else f"{url[1]}{url[2]}/..."

    return _URL.sub(host, text)


class NotReadyError(Exception):
    """An environment cannot be had; its text is the reason in the table, with what to do about it.

    ``trouble`` says whose fault it is: a further try may succeed, unless a subclass says otherwise.
    """

    trouble: Trouble | None = Trouble.TRY

    def __init__(self, reason: str) -> None:
        super().__init__(without_tokens(reason))


class UnsatisfiableError(NotReadyError):
    """No resolver can satisfy this combination; the text is the resolver's."""

    trouble = None


class UnusableError(NotReadyError):
    """It was built, and is not what was planned or cannot be imported: no further try changes that."""

    trouble = None


class LackingError(NotReadyError):
    """The machine lacks something for it, such as an interpreter."""

    trouble = Trouble.MACHINE


class UnreachableError(NotReadyError):
    """There was no answer: the package index could not be asked, or the resolver failed."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """How to start a program: what to run, and every variable it sees."""

    argv: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()  # is run when it has ended, however it did: removes what would outlive it


@dataclass(frozen=True, kw_only=True)
class Folders:
    """What a guest is shown of this machine: tasks name files, so each is where it is, whatever else is hidden."""

    stage: Path  # the guest's code
    artifacts: Path | None = None  # what it loads
    scratch: Path | None = None  # what it may write to
    matrix: Path | None = None  # names the environment to nox's sessions, which build it; None: the checkout's own
