"""The runs in a folder or a bucket that fsspec can read, with what a history needs of each."""

from __future__ import annotations

import ipaddress
import json
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from harness.analysis import columns
from harness.analysis.cells import unrun_artifacts
from harness.errors import InputError, MachineError
from harness.store import READABLE, bounded, is_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

#: The errors of a file that is missing, damaged or not a file of a run.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, pa.ArrowException, InputError)
_HTTP = re.compile(r"(?:^|::)https?://")
#: A name that is no way to another folder, host or list of files.
_PLAIN = re.compile(r"(?!\.+$)[^/\\:?#*\[\]\x00-\x1f]+")
#: Bytes of a file; nobody's run has more.
_MOST_TEXT, _MOST_TABLE = 64 << 20, 4 << 30


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A folder that looks like a run but cannot be read."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    name: str  # of its folder
    run_id: str
    profile: str
    started: str  # ISO 8601, UTC
    fingerprint: str | None  # of the host; None where a run did not record it
    harness_version: str | None
    matrix_digest: str | None
    packages: Mapping[str, Mapping[str, str]]  # by environment: versions by name, "python" among them
    folder: str
    files: Any  # an fsspec file system

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Columns of a table; those that an older schema lacks are null. Raises UNREADABLE."""
        return _table(self.files, f"{self.folder}/{name}.parquet", columns)

    def unrun_artifacts(self) -> frozenset[str]:
        """See `harness.analysis.cells.unrun_artifacts`. Raises UNREADABLE."""
        return unrun_artifacts(self.table("artifacts", ["artifact_id", "status"]))

    def has(self, name: str) -> bool:
        return bool(self.files.exists(f"{self.folder}/{name}.parquet"))


def stored_runs(source: str) -> tuple[list[StoredRun], list[Skipped]]:
    """Find the finished runs of a folder, oldest first, and what was skipped.

    Raises
    ------
    InputError : there is no such folder, or no run in it.
    MachineError : the package for this kind of URL is missing, or the place cannot be reached.
    """
    files, folders = _listed(source)
    found: list[StoredRun] = []
    skipped: list[Skipped] = []
    for folder in folders:
        name = folder.rpartition("/")[2]
        if is_kept(name):  # it is from another machine
            continue
        try:
            document = json.loads(files.cat_file(_file(files, f"{folder}/run.json", _MOST_TEXT)))
        except FileNotFoundError:
            continue
        except UNREADABLE as error:
            skipped.append(Skipped(name=name, reason=f"run.json cannot be read: {error}"))
            continue
        read = _run(document, name, folder, files)
        (found if isinstance(read, StoredRun) else skipped).append(read)  # type: ignore[arg-type]
    if not found and not skipped:
        raise InputError(f"{source}: no run is stored there; `persistence-matrix run` makes one")
    return sorted(found, key=lambda run: (run.started, run.run_id)), skipped


def _listed(source: str) -> tuple[Any, list[str]]:
    """The file system of a URL, and the folders in it."""
    _need_no_secrets(source)
    # A server could send us on to places that only this machine reaches.
    further = {"allow_redirects": False} if _HTTP.match(source) else {}
    try:
        files, root = fsspec.core.url_to_fs(source, **further)
    except ImportError as error:
        advice = f"{error}, into the environment that runs the harness"
        raise MachineError(f"{source}: a package for this kind of URL is missing. {advice}") from error
    except (ValueError, OSError) as error:
        advice = "give a folder of runs, or an fsspec URL such as s3://bucket/runs"
        raise InputError(f"{source}: {error}: {advice}") from error
    try:
        entries = files.ls(root, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{source}: there is no such folder; `nox -s matrix` makes results") from None
    except Exception as error:  # each kind of bucket has errors of its own: no rights, no network, no credentials
        raise MachineError(f"{source}: cannot be listed: {type(error).__name__}: {error}") from error
    found = {entry["name"].rstrip("/") for entry in entries if entry["type"] == "directory"}
    return files, sorted(name for name in found if _is_within(name, root))


def _is_within(name: str, root: str) -> bool:
    """Whether it lies directly in a folder: whoever made a list may have written anything into it."""
    parent, _, last = name.rpartition("/")
    return parent == root.rstrip("/") and _PLAIN.fullmatch(last) is not None


def _need_no_secrets(source: str) -> None:
    """Raises InputError for addresses that a machine's cloud answers at, with its credentials."""
    for host in re.findall(r"://(?:[^/@]*@)?(\[[^\]/]*\]|[^/:?#]*)", source):
        try:
            told = socket.getaddrinfo(host.strip("[]"), None) if _HTTP.search(source) else ()
        except (OSError, UnicodeError):  # whoever reads it will say so
            continue
        if any(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_link_local for one in told):
            raise InputError(f"{source}: no run is read from a link-local address: give a folder or another URL")


def _run(document: Any, name: str, folder: str, files: Any) -> StoredRun | Skipped:
    version = document.get("schema_version") if isinstance(document, dict) else None
    if version not in READABLE:
        reason = f"written under schema version {version}, and this harness reads {min(READABLE)} to {max(READABLE)}"
        return Skipped(name=name, reason=reason)
    if not document.get("complete", document.get("finished") is not None):
        return Skipped(name=name, reason=f"not finished: continue it with `python -m harness run --run {name}`")
    try:
        fingerprint = (document.get("host") or {}).get("fingerprint")
        return StoredRun(
            name=name,
            run_id=str(document["run_id"]),
            profile=str(document["profile"]),
            started=str(document["started"]),
            fingerprint=None if fingerprint is None else str(fingerprint),
            harness_version=document.get("harness_version"),
            matrix_digest=document.get("matrix_digest"),
            packages=columns.packages(
                _table(files, f"{folder}/environments.parquet", ["environment", "python", "packages"])
            ),
            folder=folder,
            files=files,
        )
    except UNREADABLE as error:
        return Skipped(name=name, reason=f"cannot be read: {type(error).__name__}: {error}")


def _file(files: Any, path: str, most: int) -> str:
    """The path of a file. Raises OSError for what is none, such as a pipe, and ValueError for what is too large."""
    facts = files.info(path)
    if facts["type"] != "file":
        raise OSError(f"{path} is no regular file")
    if (facts.get("size") or 0) > most:
        raise ValueError(f"{path} is larger than {most >> 20} MiB")
    return path


def _table(files: Any, path: str, columns: Sequence[str]) -> pd.DataFrame:
    with files.open(_file(files, path, _MOST_TABLE), "rb") as opened, bounded(path):
        stored = pq.ParquetFile(opened)
        there = [name for name in columns if name in stored.schema_arrow.names]
        frame: pd.DataFrame = stored.read(columns=there).to_pandas()
    return frame.reindex(columns=list(columns))
