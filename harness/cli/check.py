"""`check`: kept for a user's own model; what it did for runs is now `verify`."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from harness.cli.arguments import MayFailOption
from harness.errors import InputError


def check(
    name: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run, as for verify.")] = None,
    may_fail: MayFailOption = None,
) -> None:
    """Renamed to `verify`. This command only says so."""
    words = ["python", "-m", "harness", "verify", *([] if name is None else [name])]
    words += [word for one in may_fail or () for word in ("--may-fail", one)]
    raise InputError(
        f"`check` is reserved for model files, which this release cannot check yet. "
        f"To ask whether a run is sound: {shlex.join(words)}"
    )
