"""`shards`: a run split into jobs for CI."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.arguments import MATRIX, MatrixOption, MayFailOption, ProfileOption
from harness.errors import InputError

MOST = 256  # jobs that GitHub allows in one matrix


def shards(
    sessions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `nox -l --json` printed. Default: standard input.")
    ] = None,
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    most: Annotated[
        int, typer.Option(min=2, metavar="NUMBER", help="The most jobs that write, and the most that load.")
    ] = MOST,
    may_fail: MayFailOption = None,
) -> None:
    """Split a run into CI jobs, as JSON.

    Each job names its sessions and the machine that it needs.
    """
    from harness.cli.planning import planned
    from harness.engine import jobs

    try:
        text = sys.stdin.read() if sessions is None else sessions.read_text()
        listed = jobs.read_sessions(text)
    except (OSError, ValueError) as error:
        raise InputError(f"{sessions or 'standard input'}: this is not what `nox -l --json` prints: {error}") from error
    plan = planned(matrix, profile, resolving=False)
    found = jobs.split(listed, plan, most=most, may_fail=may_fail or ())
    print(json.dumps({share: [asdict(job) for job in jobs_] for share, jobs_ in found.items()}))
