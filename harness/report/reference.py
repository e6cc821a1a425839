"""The run that the repository keeps: tables, tracebacks and report; no artifacts, no journal, no path of a machine."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis import soundness
from harness.errors import InputError
from harness.files import replace_text, writing
from harness.machine import tools
from harness.report import run_pages
from harness.store import REFERENCE, TABLES, TRACEBACKS, read_run, tracebacks, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.store import RunTables

#: The picture of the README: it stays until somebody takes another.
_PICTURE = "report.png"


def keep(source: Path, results: Path) -> Path:
    """Keep a run in ``results/reference``, in place of the one that is there; return the folder.

    Raises
    ------
    InputError : the run is not sound: what visitors see first must be.
    """
    tables = read_run(source)
    wrong = soundness.of_tables(tables)
    if wrong:
        raise InputError("\n".join([f"{source}: this run is not sound, and is not kept:", *(f"  {w}" for w in wrong)]))
    target = results / REFERENCE
    part = results / f".{REFERENCE}.part"
    shutil.rmtree(part, ignore_errors=True)
    names = _names()
    with writing(part):
        (part / "locks").mkdir(parents=True)
        for lock in sorted((source / "locks").glob("*.txt")):
            shutil.copyfile(lock, part / "locks" / lock.name)
    replace_text(part / "run.json", json.dumps(_plain(tables.run, names), indent=2, sort_keys=True) + "\n")
    for name in TABLES:
        _keep_table(tables, name, part, names)
    lines = (json.dumps({"traceback": digest, "text": _plain(text, names)}) for digest, text in tracebacks(source))
    replace_text(part / TRACEBACKS, "".join(f"{line}\n" for line in lines))
    with writing(target):
        if (target / _PICTURE).exists():
            shutil.copyfile(target / _PICTURE, part / _PICTURE)
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)
    run_pages.write(read_run(target))
    return target


def _keep_table(tables: RunTables, name: str, part: Path, names: Mapping[str, str]) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415

    from harness.store.tables import OF  # noqa: PLC0415

    def rows() -> Iterator[dict[str, Any]]:
        for batch in pq.ParquetFile(tables.path / f"{name}.parquet").iter_batches():
            yield from (_plain(row, names) for row in batch.to_pylist())

    write_table(part / f"{name}.parquet", OF[name], rows())


def _names() -> dict[str, str]:
    """What stands for folders of this machine, the longest first: messages and packages tell where things lie."""
    folders = {tools.ROOT: ".", tools.workspace(): ".nox", Path.home(): "~", Path(tempfile.gettempdir()): "TMP"}
    known = {str(path): name for path, name in folders.items() if len(path.parts) > 1}
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    """The same without this machine's folders."""
    if isinstance(value, str):
        for folder, name in names.items():
            value = value.replace(folder, name)
        return value
    if isinstance(value, dict):
        return {key: _plain(item, names) for key, item in value.items()}
    return [_plain(item, names) for item in value] if isinstance(value, list) else value
