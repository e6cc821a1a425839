"""Whether an environment is what was planned and locked, by what its guest says of itself. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from harness.errors import shown
from harness.machine import platforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.terms import Environment

#: What must not change while a run goes on, as columns of the table of environments.
_LASTING = ("python", "implementation", "packages", "lock_sha256")
#: What may differ between the machines that work on one run; what differs is not the environment's.
_OF_MACHINE = ("python_build", "libc", "cpu", "cpu_features", "blas", "variables", "bits", "byteorder")


def differences(
    environment: Environment,
    asked: Iterable[str],
    locked: Mapping[str, str],
    facts: Mapping[str, Any],
    origins: Mapping[str, str] | None = None,
) -> list[str]:
    """What a guest is instead of what it should be, in words; nothing if it is that.

    Parameters
    ----------
    environment : as it was planned.
    asked : its requirements, PEP 508.
    locked : versions by name, of its lock.
    facts : what the guest says of itself, see `harness.guest.facts.gather`.
    origins : sha256 by name of the archives that its lock has instead of wheels.
    """
    return [
        *_interpreter(environment, facts),
        *_platform(environment, facts),
        *_packages(asked, locked, facts),
        *_origins(origins or {}, facts),
    ]


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is no longer what the same environment had earlier in its run; both are rows of environments."""
    names = [name for name in _LASTING if name in before and before[name] != now.get(name)]
    return [name if name == "packages" else f"{name} {now.get(name)} instead of {before[name]}" for name in names]


def common(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The later row of an environment, without what was not the same on the machine of the earlier."""
    other = {name: None for name in _OF_MACHINE if name in before and name in now and before[name] != now[name]}
    return {**now, **other}


def _interpreter(environment: Environment, facts: Mapping[str, Any]) -> Iterator[str]:
    python = facts["python"]
    if environment.python is not None and not f"{python}.".startswith(f"{environment.python}."):
        yield f"Python {_said(python)} instead of {environment.python}"
    if python is not None and facts["implementation"] != "CPython":
        yield f"{_said(facts['implementation'])} instead of CPython"


def _platform(environment: Environment, facts: Mapping[str, Any]) -> Iterator[str]:
    wanted = platforms.OF.get(environment.platform)
    if wanted is not None and (facts["machine"] not in wanted.machines or facts["bits"] != wanted.bits):
        yield f"{_said(facts['machine'])} with {_said(facts['bits'])} bits instead of {environment.platform}"


def _packages(asked: Iterable[str], locked: Mapping[str, str], facts: Mapping[str, Any]) -> Iterator[str]:
    held = {canonicalize_name(name): str(version) for name, version in facts["packages"].items()}
    for name, version in sorted(locked.items()):
        own = held.get(canonicalize_name(name))
        if own is None or not _same(own, version):
            yield f"{name} {_said(own)} instead of {version}"
    # A lock may be another run's, or of what was there already.
    for requirement in map(Requirement, asked):
        own = held.get(canonicalize_name(requirement.name))
        if requirement.marker is None and not (own and _meets(own, requirement)):
            yield f"{requirement.name} {_said(own)} instead of {requirement.specifier or 'any'}"


def _origins(origins: Mapping[str, str], facts: Mapping[str, Any]) -> Iterator[str]:
    held: dict[str, object] = {canonicalize_name(name): sha256 for name, sha256 in facts.get("origins", {}).items()}
    for name, sha256 in sorted(origins.items()):
        if held.get(name) != sha256:
            yield f"{name} from {_said(held.get(name))} instead of the archive {sha256}"


def _said(value: object) -> str:
    return "absent" if value is None else shown(value).strip('"')


def _same(one: str, other: str) -> bool:
    try:
        return one == other or Version(one) == Version(other)
    except InvalidVersion:  # npm's
        return False


def _meets(version: str, requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False
