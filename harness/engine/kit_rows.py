"""Takes a kit's facts as rows of a further environment: into a new run, which has all rows of the old one unchanged."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import json
import os
import re
import secrets
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from harness import judging
from harness.config import loading_rules
from harness.engine import kit, kit_facts
from harness.engine.kit_objects import Objects
from harness.engine.merge import place, take_locks, take_logs
from harness.errors import InputError, shown
from harness.files import regular
from harness.judging import outcome
from harness.store import SCHEMA_VERSION, RunFolder, read_run_json
from harness.store.folder import write_table
from harness.store.journal import clean
from harness.store.rows import short
from harness.store.tables import SCHEMAS, environment_row
from harness.terms import Artifact, Cell, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.engine.kit_facts import KitEnvironment
    from harness.messages import Ended, Loaded

KIND = "kit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OF_ARTIFACT = ("producer", "case", "family", "format", "size_bytes")
_SIDE = ("python", "sklearn", "numpy", "arch", "emulated")
_OPAQUE = {"kind": "opaque", "type": "what was not sent; the kit's --include-data sends it"}


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A run with the rows of kits."""

    path: Path
    run: dict[str, Any]
    environments: dict[str, dict[str, int]]  # by its name, the number of cells of each status


def join(source: Path, files: Sequence[Path], results: Path, *, name: str | None = None) -> Joined:
    """Write a new run under ``results``, whole or not at all; its pages come after that.

    Parameters
    ----------
    source : the folder of the run that the kits are of.
    name : of the environment, if there is one file; otherwise it is named after what it says.

    Raises
    ------
    InputError : a file is damaged or is of another run, was merged before, or its name is taken.
    """
    run = read_run_json(source)
    if run["schema_version"] != SCHEMA_VERSION:
        raise InputError(f"{source}: schema version {run['schema_version']} is past, and is read only")
    shares = _shares(source, run, files, name)
    run_id = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}-{run['profile']}-{secrets.token_hex(2)}"
    kits = [*run.get("kits", ()), *(share.as_data() for share in shares)]
    path = results / run_id
    part = path.with_name(f".{run_id}.{os.getpid()}.part")
    try:
        begun = {**run, "run_id": run_id, "kits": kits, "kit_of": run.get("kit_of", run["run_id"])}
        with contextlib.closing(RunFolder.begin(part, begun)) as folder:
            take_locks(source, folder)
            take_logs(source, folder)
            _take_objects(source, folder)
            _write_tables(source, folder, shares)
            shutil.rmtree(part / "spool")
        place(part, path)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Joined(path=path, run=folder.run, environments={share.name: dict(share.counts) for share in shares})


def _take_objects(source: Path, folder: RunFolder) -> None:
    for damaged in folder.take_objects(source):
        raise InputError(f"{damaged}: its bytes are not those that were stored: take a sound copy of the run")


def _shares(source: Path, run: Mapping[str, Any], files: Sequence[Path], name: str | None) -> list[_Share]:
    """The files, read and named. Raises InputError where one was merged before, or its name is taken."""
    before = {one["facts_sha256"] for one in run.get("kits", ())}
    shares = [_Share(source, run, path) for path in files]
    taken = {row["environment"] for row in _rows(source, "environments")}
    for share in shares:
        if share.facts.digest in before:
            raise InputError(f"{share.facts.path}: these facts were merged into {source} before")
        before.add(share.facts.digest)
        share.name = _name(share.facts.environment, name, taken)
        taken.add(share.name)
    return shares


def _write_tables(source: Path, folder: RunFolder, shares: Sequence[_Share]) -> None:
    """The old rows, then the new ones, all of the new run."""
    more: dict[str, Iterable[dict[str, Any]]] = {
        "environments": (share.environment() for share in shares),
        "cells": (row for share in shares for row in share.cells(folder)),
    }
    for table, schema in SCHEMAS.items():
        rows = itertools.chain(_rows(source, table), more.get(table, ()))
        of_run = ({**row, "run_id": folder.run["run_id"]} for row in rows)
        write_table(folder.path / f"{table}.parquet", schema, of_run)


def _rows(source: Path, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table as they are stored."""
    path = regular(source / f"{table}.parquet")
    try:
        for batch in pq.ParquetFile(path).iter_batches():
            yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: the run is damaged: {error}; take another copy of it") from error


def _with_outputs(event: Loaded | Ended, reference: Mapping[str, Any]) -> Loaded | Ended:
    """An answer with an output in the place of each digest: the reference's own where that fits, else an opaque one."""
    if event["event"] != "cell" or not isinstance(event.get("outputs"), dict):
        return event
    outputs = {key: _restored(value, reference.get(key)) for key, value in event["outputs"].items()}
    return {**event, "outputs": outputs}


def _restored(value: Any, own: Any) -> Any:
    if not isinstance(value, dict) or value.get("kind") != "digest":
        return value
    text = json.dumps(own, separators=(",", ":"), sort_keys=True)
    return own if hashlib.sha256(text.encode("ascii")).hexdigest() == value.get("sha256") else _OPAQUE


def _name(environment: KitEnvironment, given: str | None, taken: set[str]) -> str:
    if given is not None:
        if not _NAME.fullmatch(given):
            raise InputError(f"--name {shown(given)}: letters, digits, points, dashes and underscores make a name")
        if given in taken:
            raise InputError(f"--name {given}: the run has this environment; nothing that was measured is overwritten")
        return given
    numbered = (f"{environment.name}-{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([environment.name], numbered) if one not in taken)


class _Share:
    """What one facts file adds to a run."""

    def __init__(self, source: Path, run: Mapping[str, Any], path: Path) -> None:
        self.name = ""
        self.counts: Counter[str] = Counter()
        self._rules = loading_rules.of_run(run, source)
        self._objects = Objects(source)
        self._artifacts = {row["artifact_id"]: row for row in _rows(source, "artifacts") if row["status"] == Status.OK}
        self._sides = {row["environment"]: row for row in _rows(source, "environments")}
        self._ids = {
            kit.task_id(row["artifact_id"], reader): (row["artifact_id"], reader)
            for row in self._artifacts.values()
            for reader in self._rules.format(row["format"]).readers
        }
        known = {one: self._artifacts[artifact]["sha256"] for one, (artifact, _) in self._ids.items()}
        self.facts = kit_facts.read(path, known, run.get("kit_of", run["run_id"]))

    def as_data(self) -> dict[str, Any]:
        """What ``run.json`` says of it."""
        return {
            "environment": self.name,
            "facts_sha256": self.facts.digest,
            "kit_sha256": self.facts.kit,
            "note": kit_facts.MARK,
        }

    def environment(self) -> dict[str, Any]:
        """Its row."""
        found = self.facts.environment
        return {
            "environment": self.name,
            "status": str(Status.OK),
            "reason": kit_facts.MARK,
            "kind": KIND,
            "origin": f"a kit's facts, sha256:{self.facts.digest[:16]}",
            "platform": found.platform,
            "arch": found.platform.partition("/")[2],
            "emulated": False,
            "how_built": f"a kit ran there: {kit_facts.MARK}",
            "own": "{}",
            **environment_row(found.model_dump()),
        }

    def cells(self, folder: RunFolder) -> Iterator[dict[str, Any]]:
        """A row for each cell that the kit was to load."""
        own = self.environment()
        for name in self.facts.wanted:
            artifact_id, reader = self._ids[name]
            artifact = self._artifacts[artifact_id]
            cell = Cell(artifact=Artifact.parse(artifact_id), consumer=self.name, reader=reader)
            row = self._judged(name, artifact)
            row["traceback"] = folder.keep_traceback(row.pop("traceback_text", None))
            self.counts[row["status"]] += 1
            yield clean(
                short(
                    {
                        "cell_id": cell.id,
                        "artifact_id": artifact_id,
                        "consumer": self.name,
                        "reader": reader,
                        "findings": [],
                        **{key: artifact.get(key) for key in _OF_ARTIFACT},
                        "score_producer": artifact.get("score"),
                        **{f"producer_{key}": self._sides[artifact["producer"]].get(key) for key in _SIDE},
                        **{f"consumer_{key}": own.get(key) for key in _SIDE},
                        **row,
                    }
                )
            )

    def _judged(self, name: str, artifact: Mapping[str, Any]) -> dict[str, Any]:
        event = self.facts.events.get(name)
        if event is None:
            return outcome.unwritten(Status.NOT_RUN, "the kit brought no answer for it")
        item = self._rules.format(artifact["format"])
        fitted = self._objects.fit(json.loads(artifact["manifest"])["fitted_sha256"])
        asked = loading_rules.questions(item, fitted)
        return outcome.judge_cell(
            _with_outputs(event, fitted["reference"]),
            fitted,
            judging.tolerance_for(self._rules.tolerances, item.name),
            asked=[*asked["methods"], *asked["probes"]],
            format_name=item.name,
            partial=item.partial,
        )
