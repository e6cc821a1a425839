"""Finds the folders that are parts of one run, and checks what they must have in common."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from harness import store
from harness.config.problems import dotted
from harness.errors import InputError, shown
from harness.files import regular
from harness.store import RUN_ID, SCHEMA_VERSION, finishing, read_run_json
from harness.store.journal import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: What folders must have in common to be parts of one run.
_AGREED = (
    "run_id",
    "profile",
    "schema_version",
    "harness_version",
    "matrix_digest",
    "matrix",
    "through",
    "formats",
    "loading",
)


def _run_id(text: str) -> str:
    if not RUN_ID.fullmatch(text):
        raise ValueError(f"{shown(text)} is no run's id, such as `python -m harness new` prints")
    return text


def _time(text: str) -> str:
    if dt.datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"{shown(text)} has no time zone")
    return text


_Time = Annotated[str, AfterValidator(_time)]


class _Reuse(BaseModel):
    """What a shard says of the outcomes that it worked out again."""

    model_config = ConfigDict(strict=True)

    sampled: dict[str, Annotated[int, Field(ge=0)]]
    disagreeing: list[str]


class _Facts(BaseModel):
    """What is needed of a shard's ``run.json``."""

    model_config = ConfigDict(strict=True)

    run_id: Annotated[str, AfterValidator(_run_id)]
    profile: str
    schema_version: int
    harness_version: str
    matrix_digest: str
    matrix: str | None = None
    through: str | None = None
    formats: dict[str, dict[str, bool]] = {}
    loading: dict[str, Any] | None = None
    started: _Time
    finished: _Time | None  # null until it is
    host: dict[str, Any]
    reuse: _Reuse | None = None


def shards(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The run folders that are meant: each is one, or holds some. Raises InputError when one is neither."""
    found: list[Path] = []
    for folder in folders:
        inside = [*([folder] if (folder / "run.json").exists() else []), *store.within(folder)]
        if not inside:
            raise InputError(f"{folder}: no run is stored here, nor in a folder within; give the shards' run folders")
        found += inside
    return tuple(dict.fromkeys(found))


def agreed(found: Sequence[Path]) -> dict[str, Any]:
    """What ``run.json`` of the merged run begins with. Raises InputError when these are not shards of one run."""
    runs = [_facts(path) for path in found]
    problems = []
    for fact in _AGREED:
        values = {str(getattr(run, fact)): path for run, path in zip(reversed(runs), reversed(found), strict=True)}
        if len(values) > 1:
            where = "; ".join(f"{value} in {path}" for value, path in sorted(values.items()))
            problems.append(f"  {fact}: {where}")
    if problems:
        raise InputError(
            "\n".join(
                ["these folders are not shards of one run:", *problems, "  make one with `python -m harness new`"]
            )
        )
    first = runs[0]
    if first.schema_version != SCHEMA_VERSION:
        raise InputError(f"{found[0]}: schema version {first.schema_version} is past, and is read only")
    moment = dt.datetime.fromisoformat
    started = min((run.started for run in runs), key=moment)
    finished = max((run.finished or run.started for run in runs), key=moment)
    reuse = [run.reuse.model_dump() for run in runs if run.reuse is not None]
    return {
        **({"reuse": finishing.reuse_of(reuse)} if reuse else {}),
        **first.model_dump(include=set(_AGREED), exclude_unset=True),
        "started": started,
        "finished": finished,
        "seconds": max(round((moment(finished) - moment(started)).total_seconds(), 3), 0.0),  # a clock may be set back
        "host": finishing.common_facts(run.host for run in runs),
    }


def _facts(path: Path) -> _Facts:
    regular(path / "run.json")
    try:
        return _Facts.model_validate(clean(read_run_json(path)))
    except ValidationError as error:
        wrong = [f"{dotted(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
        raise InputError("\n".join([f"{path / 'run.json'}: this is no shard's:", *(f"  {w}" for w in wrong)])) from None
