"""Shards of one run, made without any guest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd

from harness import analysis
from harness.run import lifecycle
from harness import store
from harness.engine import merge as merging

from tests.conftest import plan_of

PLAN = plan_of("old", "new", "newest")


NAMES = list(PLAN.environments)


HOST = {"machine": "x86_64", "fingerprint": "a", "processors": 2}


TURNS = [(verb, name) for verb in ("dump", "load") for name in NAMES]


def environment(name: str, at: str = "1", **more):
    row = {"environment": name, "at": at, "status": "ok", "reason": None, "sklearn": "1.5.2", "lock_sha256": "0" * 64}
    return "environment", {**row, **more}


def turn(folder: store.RunFolder, verb: str, name: str) -> None:
    """What one environment's dumping or loading leaves in a run's folder."""
    journal = folder.journal
    if verb == "dump":
        journal.add(*environment(name))
        for artifact in PLAN.artifacts(name):
            digest = folder.keep_object(artifact.id.encode())
            row = {"artifact_id": artifact.id, "status": "ok", "reason": None, "sha256": digest, "size_bytes": 7}
            journal.add("artifact", row)
        folder.write_text(f"locks/{name}.txt", f"# {name}\n")
        folder.write_text(f"logs/{name}.log", f"{name} dumps\n")
        return
    journal.add(*environment(name, at="2", cpu="another"))
    log = folder.path / "logs" / f"{name}.log"
    folder.write_text(f"logs/{name}.log", (log.read_text() if log.exists() else "") + f"{name} loads\n")
    for cell in PLAN.cells(name):
        if journal.artifacts.get(cell.artifact.id, {}).get("status") == "ok":
            drifts = cell.artifact.producer == "newest" and name == "old"
            status, parity = ("drift", "drift") if drifts else ("ok", "identical")
            trace = folder.keep_traceback("it drifts") if drifts else None
            row = {"cell_id": cell.id, "status": status, "parity": parity, "reason": None, "traceback": trace}
            journal.add("cell", {**row, "findings": ["labels"] if drifts else [], "load_seconds": 0.5})


def copied(source: Path, target: Path) -> store.RunFolder:
    """As an artifact of CI carries a folder: without what is empty."""
    shutil.copytree(source, target)
    for folder in sorted(target.glob("**/"), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return store.RunFolder.reopen(target)


def begun(folder: Path) -> Path:
    made = lifecycle.begin(PLAN, folder)
    made.run |= {"started": "2026-11-21T20:30:00+00:00", "finished": "2026-11-21T20:40:00+00:00", "host": HOST}
    made.save_run()
    made.close()
    return made.path


def shard(base: Path, target: Path, *turns: tuple[str, str]) -> Path:
    folder = copied(base, target)
    for verb, name in turns:
        turn(folder, verb, name)
    folder.close()
    return target


def merged(target: Path, *shards: Path) -> store.RunTables:
    return analysis.read_run(merging.merge(shards, PLAN, target).path)


def assert_same(first: store.RunTables, second: store.RunTables) -> None:
    for name in store.TABLES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    assert first.run == second.run


def base_in(folder: Path, unsplit: store.RunTables) -> Path:
    """A begun run with the id of the unsplit one."""
    made = begun(folder / "begun")
    run = json.loads((made / "run.json").read_text()) | {"run_id": unsplit.run["run_id"]}
    (made / "run.json").write_text(json.dumps(run))
    return made


def entry(folder: Path, kind: str, **row) -> Path:
    reopened = store.RunFolder.reopen(folder)
    reopened.journal.add(kind, row)
    reopened.close()
    return folder


def edit(folder: Path, **facts) -> None:
    """Change what ``run.json`` says; ... leaves a fact out."""
    run = json.loads((folder / "run.json").read_text()) | facts
    (folder / "run.json").write_text(json.dumps({name: fact for name, fact in run.items() if fact is not ...}))
