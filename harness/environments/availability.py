"""Which environments can be had on this machine, asked before anything is built. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.environments import NotReadyError, UnsatisfiableError, kinds
from harness.environments.lock import requirements, resolve
from harness.machine import interpreters, platforms
from harness.terms import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.terms import Environment


def outlooks(environments: Iterable[Environment], impossible: Mapping[str, str]) -> dict[str, Outlook]:
    """One for each environment, by name; ``impossible`` has the reasons that a resolver gave."""
    return {
        one.name: Outlook(
            reason=impossible.get(one.name) or _why_missing(one),
            emulated=platforms.is_emulated(one.platform),
            requirements=tuple(requirements(one)),
        )
        for one in environments
    }


def _why_missing(environment: Environment) -> str | None:
    why = kinds.OF[environment.kind].missing(environment)
    python = environment.python if environment.kind == "local" else None
    if why is None and python is not None and interpreters.find(python) is None:
        return f"{interpreters.missing(python)} (a run tries to download it)"
    return why


def why_unresolvable(environment: Environment) -> str | None:
    """Why this machine or the package index cannot give an environment; None when it seems that they can."""
    why = kinds.OF[environment.kind].missing(environment)
    if why is not None or environment.source == "debian":  # to know what Debian has, a root would have to be made
        return why
    try:
        resolve(environment)
    except UnsatisfiableError as reason:
        return f"no resolver can satisfy it: {reason}"
    except NotReadyError as reason:
        return str(reason)
    if environment.kind == "local" and not interpreters.obtainable(environment.python or ""):
        return interpreters.missing(environment.python or "")
    return None
