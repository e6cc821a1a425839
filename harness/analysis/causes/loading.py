"""The rules of this folder's TOML files, read and checked. Reads no other file."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from harness.analysis.causes.rules import RulesError, ready
from harness.analysis.causes.schema import File

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from harness.analysis.causes.rules import Rule
    from harness.analysis.causes.schema import CauseTable

#: The cause of a broken or drifting cell that no rule recognises.
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a cell is broken or drifts."""

    name: str  # of the closed list: "numpy-module-moved"
    sentence: str  # for users, present tense
    since: str  # what brought it: "scikit-learn 1.3"; for one cell `traced` may be more precise
    upstream: str  # the address of the issue, change or release notes; the same holds
    helps: str  # what a user can do
    family: str  # the file that it stands in


@dataclass(frozen=True, kw_only=True)
class CauseRules:
    """A cause with its rules."""

    cause: Cause
    rules: tuple[Rule, ...]


@functools.cache
def read() -> tuple[CauseRules, ...]:
    """Every cause, in the order of their files' names. Raises RulesError."""
    causes = tuple(one for file in _files() for one in family(_stem(file), file.read_text("utf-8")))
    names = [one.cause.name for one in causes]
    twice = sorted({name for name in names if names.count(name) > 1 or name == UNKNOWN})
    if twice:
        raise RulesError(f"more than one cause is called {', '.join(twice)}")
    return causes


def family(name: str, text: str) -> tuple[CauseRules, ...]:
    """Read the causes in the text of a file. Raises RulesError."""
    try:
        file = File.model_validate(tomllib.loads(text))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"{name}.toml: {error}") from error
    return tuple(_cause_rules(table, name) for table in file.cause)


@functools.cache
def rules_digest() -> str:
    """Return the sha256 of the rules, as a key for stored results.

    Comments and blank lines of the TOML files don't count. The code in this folder does: it decides what a rule means.
    """
    return digest_of({file.name: file.read_text("utf-8") for file in _here(".toml", ".py")})


def digest_of(texts: dict[str, str]) -> str:
    """Return the sha256 of the content of files, given by name."""
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        content = repr(tomllib.loads(text)) if name.endswith(".toml") else text
        digest.update(f"{name}\n{content}\n".encode())
    return digest.hexdigest()


def _cause_rules(table: CauseTable, name: str) -> CauseRules:
    texts = {key: getattr(table, key) for key in ("name", "sentence", "since", "upstream", "helps")}
    return CauseRules(cause=Cause(**texts, family=name), rules=ready(table))


def _files() -> list[Traversable]:
    return _here(".toml")


def _here(*endings: str) -> list[Traversable]:
    """The files of this folder, wherever it is installed."""
    found = importlib.resources.files(__package__ or __name__).iterdir()
    return sorted((file for file in found if file.name.endswith(endings)), key=lambda file: file.name)


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".toml")
