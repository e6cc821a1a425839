"""The runs that the repository keeps: tables, tracebacks and locks; no artifacts, no journal, no path of a machine."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from harness.files import regular, replace_text, writing
from harness.store.folder import write_table
from harness.store.reading import TABLES, TRACEBACKS, read_run, tracebacks
from harness.store.stored_runs import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.store.reading import RunTables

#: The pictures of the README: they stay until somebody makes others.
_PICTURES = ("report.png", "matrix.png")


def keep(source: Path, results: Path, folders: Mapping[Path, str], *, beside: str | None = None) -> Path:
    """Keep a run in ``results/reference``, in place of the one that is there; return the folder, without pages yet.

    Parameters
    ----------
    beside : what it adds to the reference run; it is then kept beside it, as ``results/reference-<beside>``.
    folders : folders of this machine, each with the name that replaces it: messages and packages contain paths.
    """
    tables = read_run(source)
    target = results / (f"{REFERENCE}-{beside}" if beside else REFERENCE)
    part = results / f".{target.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    names = _longest_first(folders)
    with writing(part):
        (part / "locks").mkdir(parents=True)
        for lock in sorted((source / "locks").glob("*.txt")):
            shutil.copyfile(regular(lock), part / "locks" / lock.name)
    replace_text(part / "run.json", json.dumps(_plain(tables.run, names), indent=2, sort_keys=True) + "\n")
    for name in TABLES:
        _keep_table(tables, name, part, names)
    lines = (json.dumps({"traceback": digest, "text": _plain(text, names)}) for digest, text in tracebacks(source))
    replace_text(part / TRACEBACKS, "".join(f"{line}\n" for line in lines))
    with writing(target):
        for picture in _PICTURES:
            if (target / picture).exists():
                shutil.copyfile(target / picture, part / picture)
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)
    return target


def _keep_table(tables: RunTables, name: str, part: Path, names: Mapping[str, str]) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415

    from harness.store.tables import SCHEMAS  # noqa: PLC0415

    def rows() -> Iterator[dict[str, Any]]:
        for batch in pq.ParquetFile(tables.path / f"{name}.parquet").iter_batches():
            yield from (_plain(row, names) for row in batch.to_pylist())

    write_table(part / f"{name}.parquet", SCHEMAS[name], rows())


def _longest_first(folders: Mapping[Path, str]) -> dict[str, str]:
    known = {str(path): name for path, name in folders.items() if len(path.parts) > 1}
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    """The value with this machine's folders replaced by their names."""
    if isinstance(value, str):
        for folder, name in names.items():
            value = value.replace(folder, name)
        return value
    if isinstance(value, dict):
        return {key: _plain(item, names) for key, item in value.items()}
    return [_plain(item, names) for item in value] if isinstance(value, list) else value
