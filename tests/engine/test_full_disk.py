"""A disk that is full, block by block: whatever it was at, nothing is half written, and with room it goes on."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import store
from harness.analysis import read_run
from harness.errors import InputError, MachineError
from harness.report import run_pages
from harness.store import finishing, tracebacks
from harness.store.journal import Journal

from tests.engine.made import PLAN, TURNS, begun, turn

BLOCK = 4096


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A file system without a free block."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let us mount: {done.stderr!r}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def give(folder: Path, blocks: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={blocks * BLOCK}", folder], check=True)


def known(path: Path) -> list[str]:
    with contextlib.closing(Journal(path / "journal.jsonl", reading=True)) as journal:
        assert journal.wrong_line is None
        return [f"{kind} {name} {json.dumps(row, sort_keys=True)}" for kind, name, row in journal.newest_rows()]


def is_whole(path: Path) -> None:
    """No file is there that another program could take for more than it is."""
    json.loads((path / "run.json").read_text())
    assert [item for item in path.rglob("*") if item.name.endswith(".part")] == []
    for item in (path / "objects").glob("*/*"):
        assert item.read_bytes()
    with contextlib.suppress(InputError):  # unfinished
        tables = read_run(path)
        assert len(tables.cells) == PLAN.cell_count
    for name in ("SUMMARY.md", "report/index.html"):
        if (path / name).exists():
            assert (path / name).read_text().rstrip().endswith(END[name]), name


END = {"SUMMARY.md": "", "report/index.html": "</html>"}


class Work:
    """A run whose guests have said all that they will: each call goes on where the last one ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at = "journal"
        self.turns = list(TURNS)

    def go_on(self) -> None:
        self.at = "journal"
        with contextlib.closing(store.RunFolder.reopen(self.path)) as folder:
            while self.turns:
                turn(folder, *self.turns[0])
                del self.turns[0]
            self.at = "tables"
            finishing.finish(PLAN, folder, cut_short="cut short")
        self.at = "page"
        run_pages.write(read_run(self.path))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    work = Work(begun(tmp_path_factory.mktemp("undisturbed")))
    work.go_on()
    return work.path


def test_each_block_that_lacks_ends_it_in_order_and_each_that_comes_lets_it_go_on(disk, undisturbed) -> None:
    give(disk, 20)
    work = Work(begun(disk))
    ended: list[str] = []
    rows: list[str] = []
    blocks = len([*disk.rglob("*")])
    while True:
        blocks += 1 if "page" not in ended else 8
        give(disk, blocks)
        try:
            work.go_on()
            break
        except MachineError as full:
            assert "No space left on device" in str(full)
            assert "--resume" in str(full)
            ended.append(work.at)
        is_whole(work.path)
        now = known(work.path)
        assert {row.split()[1] for row in rows} <= {row.split()[1] for row in now}  # what was told is never lost
        rows = now
        assert blocks < 1000
    assert set(ended) == {"journal", "tables", "page"}
    assert ended == sorted(ended, key=["journal", "tables", "page"].index)
    assert dict(tracebacks(work.path)) == dict(tracebacks(undisturbed))
    mine, theirs = read_run(work.path), read_run(undisturbed)
    for name in ("environments", "artifacts", "cells"):
        same = [column for column in getattr(mine, name) if column != "run_id"]
        assert getattr(mine, name)[same].equals(getattr(theirs, name)[same]), name
