"""Merges the folders of shards into one run, which equals an unsplit run, cell by cell.

Shards are parts of one run and have its id. Each continues a folder that `python -m harness new` has made, on a machine
of its own. The result does not depend on their order, or on how often one is given, and may be merged again. If two
shards contradict each other, the error names both, and nothing is merged.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.engine.agreement import agreed
from harness.environments import lock as stored_locks
from harness.errors import InputError, shown
from harness.files import read_foreign, regular, writing
from harness.store import RunFolder, finishing, rows, tracebacks
from harness.store.journal import Journal
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.config.plan import Plan
    from harness.store.rows import Kind, Row

#: Columns of one artifact or cell that must be equal in two shards; how long it took may differ.
_SAME = {
    "artifact": ("status", "sha256", "fitted_sha256", "error_type"),
    "cell": ("status", "parity", "findings", "error_type"),
}
_SHOWN = 5  # contradictions in full


@dataclass(frozen=True, kw_only=True)
class Merged:
    """A merged run."""

    path: Path
    run: dict[str, Any]
    shards: tuple[Path, ...]
    silent: tuple[str, ...]  # environments that no shard has a row of
    cells: int  # that shards tell of
    damaged: tuple[Path, ...]  # objects whose bytes are not those that were stored; they are left out


def merge(found: Sequence[Path], plan: Plan, results: Path) -> Merged:
    """Write the merged run's folder under ``results``, whole or not at all; its pages come after that.

    Parameters
    ----------
    found : the shards' folders, see `harness.engine.agreement.shards`.
    plan : of their profile; their matrix must be the same.

    Raises
    ------
    InputError : they are of several runs or of another matrix, contradict each other or are damaged, or the run is
        there already.
    MachineError : the folder cannot be written.
    """
    run = agreed(found)
    if run["matrix_digest"] != plan.digest:
        raise InputError(
            f"{found[0]}: this run is of another matrix.yaml, or of other cases or formats: "
            "merge it with the checkout that its shards ran with, and give its --matrix"
        )
    path = results / run["run_id"]
    if path.exists():
        raise InputError(f"{path}: this run is there already: move it away, or give another --output")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # of this merge alone
    shutil.rmtree(part, ignore_errors=True)
    try:
        with contextlib.closing(RunFolder.begin(part, run)) as folder:
            _take_journals(found, folder)
            for source in found:
                take_locks(source, folder)
                take_logs(source, folder)
            damaged = [one for source in found for one in folder.take_objects(source)]
            # Another shard may have them.
            damaged = [one for one in damaged if not folder.object_path(one.name).exists()]
            silent = tuple(name for name in plan.environments if name not in folder.journal.environments)
            cells = folder.journal.cell_count
            shutil.rmtree(part / "spool")
            finishing.finish(plan, folder, cut_short="no shard brought it", reasons=_reasons(plan, silent))
        place(part, path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Merged(path=path, run=folder.run, shards=tuple(found), silent=silent, cells=cells, damaged=tuple(damaged))


def place(part: Path, path: Path) -> None:
    """Move the whole run to its place. Raises InputError where another merge came first."""
    try:
        part.rename(path)
    except OSError as error:
        if path.exists():
            raise InputError(f"{path}: another process has put this run there meanwhile") from error
        with writing(path):
            raise


def _reasons(plan: Plan, silent: Sequence[str]) -> dict[str, str]:
    """By environment, the reason of rows that no shard has."""
    ended = "no shard brought all of {}: its job ended early, or its folder is not among those that were merged"
    never = "no shard brought {}: its job never began, or its folder is not among those that were merged"
    return {name: (never if name in silent else ended).format(name) for name in plan.environments}


def _take_journals(found: Iterable[Path], folder: RunFolder) -> None:
    """Add the newest row of everything in each shard. A line that a kill cut short is ignored."""
    wrong: list[str] = []
    for source in found:
        with contextlib.closing(_journal(source / "journal.jsonl")) as journal:
            for kind, name, row in journal.newest_rows():
                if (key := rows.wrong_value(kind, row)) is not None:
                    place = f"{source / 'journal.jsonl'}, line {journal.line_of(kind, name)}"
                    raise InputError(
                        f"{place}: {key} of {kind} {shown(name)} is of another type: "
                        "bring a sound copy of this shard, or leave it out"
                    )
                known = folder.journal.known(kind, name)
                if known is None:
                    folder.journal.add(kind, row)
                elif known != row:
                    difference = _contradiction(kind, known, row)
                    if difference:
                        wrong.append(f"  {kind} {name}: {difference}, the latter in {source}")
                    elif _later(known, row) is row:
                        folder.journal.add(kind, row)
    if wrong:
        more = [f"  and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
        advice = "leave one of the shards out, and merge again"
        raise InputError("\n".join(["shards contradict each other:", *wrong[:_SHOWN], *more, f"  {advice}"]))


def _journal(path: Path) -> Journal:
    """A shard's journal. Raises InputError if it is damaged: without its rest, finished work would count as lost."""
    there = path.exists() or path.is_symlink()  # a shard that has done nothing may have none
    journal = Journal(regular(path) if there else path, reading=True)
    if journal.wrong_line is not None:
        journal.close()
        raise InputError(
            f"{path}, line {journal.wrong_line}: this is no entry of a journal, and no kill has cut it short: "
            "bring a sound copy of this shard, or leave it out"
        )
    return journal


def _contradiction(kind: Kind, known: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """How two rows contradict each other, in words; "" if they do not."""
    if kind == "environment":
        if known["status"] == row["status"] == Status.OK and known.get("lock_sha256") != row.get("lock_sha256"):
            return "it has other packages in each"
        return ""
    if kind == "measurement":
        return "it was measured in both"
    for fact in _SAME.get(kind, ()):
        if known.get(fact) != row.get(fact):
            return f"{fact} is {known.get(fact)} and {row.get(fact)}"
    return ""


def _later(known: Row, row: Row) -> Row:
    """The later of two rows that agree, whatever the order in which they are found."""
    return max(known, row, key=lambda one: (str(one.get("at", "")), json.dumps(one, sort_keys=True, default=str)))


def take_locks(source: Path, folder: RunFolder) -> None:
    """Take the locks of another folder. Raises InputError where one differs."""
    for path, _ in _files(source / "locks", "*.txt"):
        held = folder.path / "locks" / path.name
        text = stored_locks.read(path).text
        if held.exists() and held.read_text() != text:
            raise InputError(f"{path}: another shard has other packages for this environment; leave one of them out")
        folder.write_text(f"locks/{path.name}", text)


def take_logs(source: Path, folder: RunFolder) -> None:
    """Take what each environment printed. A shard that continued another has the other's log, too."""
    for path, data in _files(source / "logs", "*.log"):
        held = folder.path / "logs" / path.name
        known = held.read_text() if held.exists() else ""
        text = data.decode(errors="replace")
        if text not in known:
            folder.write_text(f"logs/{path.name}", text if known in text else known + text)
    if list(_files(source / "logs", "*.jsonl")):
        for _, text in tracebacks(source):
            folder.keep_traceback(text)


def _files(folder: Path, pattern: str) -> Iterator[tuple[Path, bytes]]:
    if folder.is_symlink():
        raise InputError(f"{folder}: this is a link, and is not followed")
    return ((path, read_foreign(path)) for path in sorted(folder.glob(pattern)))
