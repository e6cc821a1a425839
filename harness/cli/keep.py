"""`keep`: the run that the repository carries."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from harness import files
from harness.cli.arguments import RESULTS, ResultsOption, RunArgument
from harness.errors import InputError
from harness.machine import tools


def keep(
    run: RunArgument = None,
    results: ResultsOption = RESULTS,
    beside: Annotated[
        str | None, typer.Option("--beside", metavar="NAME", help="Keep it as reference-NAME, beside the other.")
    ] = None,
    carried: Annotated[
        bool, typer.Option("--carried", help="Only write what the wheel carries of the kept runs anew.")
    ] = False,
) -> None:
    """Keep a run in the repository, as results/reference.

    Only a sound run is kept, without its artifacts. One that is kept beside the reference run has no page. The compact
    reference that the wheel carries is written anew.
    """
    from harness import store  # pandas

    if carried:
        print(carry(results))
        return
    if beside is not None and not re.fullmatch("[a-z0-9-]{1,40}", beside):
        raise InputError(f"--beside {beside}: a name has small letters, digits and hyphens")
    print(keep_in(results, store.find_run(results, run), beside=beside))


def keep_in(results: Path, source: Path, *, beside: str | None = None) -> Path:
    """Keep a run in ``results/reference``, with its pages; return the folder. Raises InputError for an unsound one."""
    from harness import analysis  # pandas
    from harness.analysis import soundness
    from harness.report import run_pages
    from harness.store import reference

    wrong = soundness.find_run_problems(analysis.read_run(source))
    if wrong:  # what visitors see first must be sound
        raise InputError("\n".join([f"{source}: this run is not sound, and is not kept:", *(f"  {w}" for w in wrong)]))
    folders = {tools.ROOT: ".", tools.workspace(): ".nox", Path.home(): "~", Path(tempfile.gettempdir()): "TMP"}
    target = reference.keep(source, results, folders, beside=beside)
    if beside is None:
        run_pages.write(analysis.read_run(target))
    if tools.IS_CHECKOUT and results.resolve() == tools.ROOT / "results":
        carry(results)
    return target


def carry(results: Path) -> Path:
    """Write the compact reference of the kept runs, which the wheel carries. Raises InputError if it is too large."""
    from harness import store
    from harness.analysis.ask import compact
    from harness.analysis.ask.index import Index

    content = compact.pack([Index.from_run(path) for path in store.within(results) if store.is_kept(path.name)])
    if len(content) > compact.MOST_BYTES:
        raise InputError(f"{compact.FILE.name}: {len(content):,} bytes, more than {compact.MOST_BYTES:,}: keep less")
    with files.writing(compact.FILE):
        compact.FILE.write_bytes(content)
    return compact.FILE
