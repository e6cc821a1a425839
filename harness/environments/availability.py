"""Which environments can be had on this machine, asked before anything is built. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.environments import NotReadyError, UnsatisfiableError, kinds
from harness.machine import platforms
from harness.terms import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.terms import Environment


def outlooks(environments: Iterable[Environment], impossible: Mapping[str, str]) -> dict[str, Outlook]:
    """One for each environment, by name; ``impossible`` has the reasons that a resolver gave."""
    return {one.name: _outlook(one, impossible.get(one.name)) for one in environments}


def _outlook(environment: Environment, impossible: str | None) -> Outlook:
    kind = kinds.OF[environment.kind]
    return Outlook(
        reason=impossible or kind.missing(environment) or kind.doubt(environment),
        emulated=platforms.is_emulated(environment.platform),
        requirements=tuple(kind.requirements(environment)),
        details=tuple(kind.details(environment)),
    )


def why_unresolvable(environment: Environment) -> str | None:
    """Why this machine or the package index cannot give an environment; None when it seems that they can."""
    kind = kinds.OF[environment.kind]
    why = kind.missing(environment)
    if why is not None:
        return why
    try:
        (kind.foresee or kind.lock)(environment)
    except UnsatisfiableError as reason:
        return f"no resolver can satisfy it: {reason}"
    except NotReadyError as reason:
        return str(reason)
    return kind.doubt(environment)


def satisfiable(environment: Environment) -> bool:
    """Whether a resolver can satisfy it; where the index cannot be asked, we assume so and will see."""
    try:
        kinds.OF[environment.kind].lock(environment)
    except UnsatisfiableError:
        return False
    except NotReadyError:
        return True
    return True
