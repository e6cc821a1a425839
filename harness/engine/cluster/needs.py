"""What an environment needs of a worker, as resources of Dask, and whether there is such a worker. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.config.plan import Plan
    from harness.engine.cluster.pool import Member
    from harness.terms import Environment

SLOT = "slot"
_IN_CONTAINERS = frozenset({"docker", "image"})
#: Modules of formats that start Java. Without a worker that has it they are `unsupported`, as on one machine.
_IN_JAVA = "pmml"


def of(environment: Environment, plan: Plan, members: Iterable[Member], *, measuring: bool = False) -> dict[str, float]:
    """The resources that a share takes."""
    found = {environment.platform: 1.0}
    if environment.kind in _IN_CONTAINERS:
        found["docker"] = 1.0
    if any(_IN_JAVA in item.module for item in plan.profile.formats):
        able = [one for one in members if one.has({**found, "java": 1.0})]
        if able:
            found["java"] = 1.0
    if measuring:
        found[SLOT] = 1.0
    return found


def lacking(environment: Environment, plan: Plan, members: Iterable[Member]) -> str | None:
    """Why no worker can have an environment; None if one can. Dask would wait for such a worker for ever."""
    every = list(members)
    needs = of(environment, plan, every)
    if any(one.has(needs) for one in every):
        return None
    there = sorted({name for one in every for name in one.resources if name != SLOT})
    wanted = " and ".join(needs)
    return f"no worker of the cluster has {wanted}; they have {', '.join(there) or 'declared nothing'}: start one there"
