"""A run split into jobs for CI: which nox sessions each job runs, and on which machine. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter

from harness.environments import kinds
from harness.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from harness.config.plan import Plan
    from harness.terms import Environment

SHARES = ("dump", "load")


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One job."""

    name: str
    arch: str  # of the machine: "amd64" or "arm64"
    sessions: tuple[str, ...]  # of nox
    roots: bool  # whether any of its environments needs foreign roots or an emulator
    may_fail: bool


class _Parameters(BaseModel):
    environment: str | None = None


class _Session(BaseModel):
    """What is needed of a session that nox lists."""

    name: str
    session: str
    call_spec: _Parameters


_SESSIONS = TypeAdapter(list[_Session])


def read_sessions(text: str) -> list[dict[str, Any]]:
    """What ``nox -l --json`` printed. Raises ValueError for anything else."""
    return [one.model_dump() for one in _SESSIONS.validate_json(text)]


def split(
    sessions: Iterable[Mapping[str, Any]], plan: Plan, *, most: int = 256, may_fail: Sequence[str] = ()
) -> dict[str, list[Shard]]:
    """The jobs that dump and those that load, by "dump" and "load".

    Parameters
    ----------
    sessions : what ``nox -l --json`` lists.
    plan : of the profile; its environments are those that get a job.
    most : jobs of either kind; beyond that several environments share one.
    may_fail : patterns of environments that share no job with others, and whose job may fail.
    """
    known = {(one["name"], one["call_spec"].get("environment")): str(one["session"]) for one in sessions}
    environments = plan.profile.environments
    wanted = {"dump": [e for e in environments if e.produces], "load": list(environments)}
    absent = [e.name for e in environments if (SHARES[1], e.name) not in known]
    if absent:
        raise InputError(f"nox lists no session load({absent[0]}): was it made from another matrix.yaml?")
    return {share: list(_jobs(share, some, known, most, may_fail)) for share, some in wanted.items()}


def _jobs(
    share: str,
    environments: Sequence[Environment],
    known: Mapping[tuple[str, str], str],
    most: int,
    may_fail: Sequence[str],
) -> Iterator[Shard]:
    groups: dict[tuple[str, bool, bool], list[Environment]] = {}
    for one in environments:
        # What is neither runs emulated on amd64.
        arch = "arm64" if one.arch == "arm64" else "amd64"
        failing = any(fnmatchcase(one.name, pattern) for pattern in may_fail)
        groups.setdefault((arch, not kinds.OF[one.kind].plain, failing), []).append(one)
    # Each group's last job may be smaller than the others, so that there is one more than the division says.
    size = max(1, math.ceil(len(environments) / max(1, most - len(groups) + 1)))
    for (arch, roots, failing), members in groups.items():
        for start in range(0, len(members), size):
            some = members[start : start + size]
            yield Shard(
                name=some[0].name if len(some) == 1 else f"{some[0].name} and {len(some) - 1} more",
                arch=arch,
                sessions=tuple(known[share, one.name] for one in some),
                roots=roots,
                may_fail=failing,
            )
