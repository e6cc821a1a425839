"""Journal first; whole or not at all; nothing is read that was not written."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness import files, store
from harness.errors import InputError, MachineError
from harness.store import RunFolder, folder as folder_module, tables


@pytest.fixture
def folder(tmp_path):
    made = RunFolder.create(tmp_path, "small", {})
    yield made
    made.close()


def lines(folder: RunFolder) -> list[dict]:
    return [json.loads(line) for line in (folder.path / "journal.jsonl").read_text().splitlines()]


def test_an_outcome_is_in_the_file_when_record_returns(folder) -> None:
    folder.journal.add("cell", {"cell_id": "a", "status": "crash", "reason": "line\nbreak \r \u2028 \udc80"})
    kept = "line\nbreak \ufffd \u2028 \ufffd"  # what no table can hold and no terminal should be sent
    assert lines(folder) == [{"kind": "cell", "cell_id": "a", "status": "crash", "reason": kept}]
    assert folder.journal.cell("a") == {"cell_id": "a", "status": "crash", "reason": kept}


CELL = {"status": "ok"}
TAILS = [
    (b"", None),
    (b'{"kind":"cell"', None),
    (b'{"kind":"cell","cell_id":"c","status":"ok"}', None),  # its end is lacking: it may be of another line
    (b"\0\0\n", 2),
    (b"[]\n", 2),
    (b'{"no":"kind"}\n', 2),
    (b'{"kind":["cell"],"cell_id":"c","status":"ok"}\n', 2),
    (b'{"kind":"cell","cell_id":["c"],"status":"ok"}\n', 2),
    (b'{"kind":"cell","cell_id":"c"}\n', 2),
    (b'{"kind":"cell","cell_id":"c","status":"fine"}\n', 2),
    (b'{"kind":"cell","cell_id":"c","status":["ok"]}\n', 2),
    (b'{"kind":"environment","environment":"c","status":"drift"}\n', 2),
    (b'{"kind":"artifact","artifact_id":"c","status":"no-artifact"}\n', 2),
    (b"[" * 100_000 + b"\n", 2),
]


@pytest.mark.parametrize(("tail", "wrong_line"), TAILS)
def test_a_broken_line_and_what_follows_is_dropped_and_written_over(folder, tail, wrong_line) -> None:
    folder.journal.add("cell", {"cell_id": "a", **CELL})
    with (folder.path / "journal.jsonl").open("ab") as file:
        file.write(tail)
    folder.close()  # as a kill closes it
    again = RunFolder.reopen(folder.path)
    assert again.journal.wrong_line == wrong_line
    again.journal.add("cell", {"cell_id": "b", **CELL})
    assert again.journal.cell("a") == {"cell_id": "a", **CELL}
    assert again.journal.cell("b") == {"cell_id": "b", **CELL}
    assert again.journal.cell("c") is None
    assert again.journal.cell_count == 2
    again.close()
    assert [line["cell_id"] for line in lines(folder)] == ["a", "b"]


def test_objects_are_stored_by_content_and_read_only_unchanged(folder) -> None:
    digest = folder.keep_object(b"model")
    assert digest == hashlib.sha256(b"model").hexdigest() == folder.keep_object(b"model")
    assert folder.read_object(digest) == b"model"
    folder.object_path(digest).write_bytes(b"Model")
    with pytest.raises(ValueError, match="sha256 differs"):
        folder.read_object(digest)
    folder.object_path(digest).unlink()
    with pytest.raises(ValueError, match="sha256 differs"):
        folder.read_object(digest)


@pytest.fixture
def spool(folder):
    place = folder.path / "spool" / "new"
    place.mkdir()
    return place


MODEL = hashlib.sha256(b"model").hexdigest()


def test_two_formats_may_write_the_same_bytes(folder, spool) -> None:
    spooled = spool / MODEL
    spooled.write_bytes(b"model")
    folder.adopt(spooled, MODEL, spool=spool)
    folder.adopt(spooled, MODEL, spool=spool)
    assert folder.read_object(MODEL) == b"model"
    assert list(spool.iterdir()) == []


def test_nothing_is_adopted_but_a_guests_own_file_with_those_bytes(folder, spool, tmp_path) -> None:
    foreign = tmp_path / MODEL
    foreign.write_bytes(b"model")
    other = folder.path / "spool" / "other"
    other.mkdir()
    (other / MODEL).write_bytes(b"model")
    for place in (foreign, spool / ".." / "other" / MODEL, other / MODEL, spool / "model", spool / MODEL):
        with pytest.raises(ValueError, match="outside the guest's spool|not those that the guest told of"):
            folder.adopt(place, MODEL, spool=spool)
    makers = {
        "link": lambda path: path.symlink_to(foreign),
        "hard link": lambda path: path.hardlink_to(foreign),
        "folder": lambda path: path.mkdir(),
        "fifo": os.mkfifo,
        "other bytes": lambda path: path.write_bytes(b"Model"),
    }
    for name, make in makers.items():
        make(spool / MODEL)
        with pytest.raises(ValueError, match="not those that the guest told of"):
            folder.adopt(spool / MODEL, MODEL, spool=spool)
        (left,) = spool.iterdir()
        left.rmdir() if name == "folder" else left.unlink()
    assert foreign.read_bytes() == b"model"
    assert not folder.object_path(MODEL).exists()


def test_a_spool_that_is_a_link_is_none(folder, tmp_path) -> None:
    (tmp_path / MODEL).write_bytes(b"model")
    spool = folder.path / "spool" / "new"
    spool.symlink_to(tmp_path)
    with pytest.raises(ValueError, match="outside the guest's spool"):
        folder.adopt(spool / MODEL, MODEL, spool=spool)


def test_room_for_a_file_is_there_or_the_run_ends(folder) -> None:
    folder.need_space(1000)
    for size in (True, -1, "many", None):
        folder.need_space(size)
    with pytest.raises(MachineError, match="No space left|File too large"):
        folder.need_space((1 << 40) - 1)


def test_a_traceback_is_stored_once(folder) -> None:
    assert folder.keep_traceback(None) is None
    assert folder.keep_traceback("Traceback") == folder.keep_traceback("Traceback")
    assert len((folder.path / "logs/tracebacks.jsonl").read_text().splitlines()) == 1


def test_a_refusal_of_the_file_system_says_what_to_do(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="file.* cannot be written: .*--results.*--resume"):
        RunFolder.create(tmp_path / "file", "small", {})


def test_a_text_is_replaced_whole(tmp_path, monkeypatch) -> None:
    path = tmp_path / "text"
    files.replace_text(path, "old")

    def write_half(part: Path, text: str, **_: str) -> None:
        part.write_bytes(text[:1].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_half)
    with pytest.raises(MachineError):
        files.replace_text(path, "new")
    assert path.read_text() == "old"


def a_run(results, name: str, **facts):
    path = results / name
    path.mkdir(parents=True)
    (path / "run.json").write_text(json.dumps({"schema_version": store.SCHEMA_VERSION, "profile": "small", **facts}))
    return path


def test_a_run_is_found_by_its_beginning(tmp_path) -> None:
    first, second = a_run(tmp_path, "2026-a"), a_run(tmp_path, "2026-b")
    assert store.find_run(tmp_path, None) == second
    assert store.find_run(tmp_path, "2026-a") == first
    assert store.find_run(tmp_path / "other", str(first)) == first
    with pytest.raises(InputError, match="fits 2 runs: 2026-a, 2026-b"):
        store.find_run(tmp_path, "2026")
    with pytest.raises(InputError, match="no run 2027 is stored there"):
        store.find_run(tmp_path, "2027")


@pytest.mark.parametrize("version", [None, 0, 99, "1"])
def test_another_schema_version_is_told(tmp_path, version) -> None:
    with pytest.raises(InputError, match=f"schema version {version}, and this harness reads up to 4"):
        store.read_run(a_run(tmp_path, "a", schema_version=version))


SINCE_3 = {"evicted_load_seconds", "cold_start_peak_bytes", "load_stable"}
SINCE_2 = SINCE_3 | {"findings", "tolerance_used", "mapped_arrays", "mapped_bytes", "estimators"}


@pytest.mark.parametrize(("version", "later"), [(1, SINCE_2), (2, SINCE_3), (3, frozenset[str]())])
def test_a_run_of_an_older_schema_is_read_with_nulls_for_what_came_later(tmp_path, version, later) -> None:
    path = a_run(tmp_path, "a", schema_version=version, run_id="a", started="2026-01-01")
    row = {"run_id": "a", "status": "ok", "environment": "e", "artifact_id": "p/c/f", "cell_id": "p/c/f>e/r"}
    row |= {name: "x" for name in ("producer", "consumer", "case", "family", "format", "reader")}
    for name, schema in tables.SCHEMAS.items():
        kept = pa.schema([field for field in schema if field.name not in later])
        rows = [row] if name in {"environments", "artifacts", "cells"} else []
        if rows or version >= 3:
            pq.write_table(pa.Table.from_pylist(rows, schema=kept), path / f"{name}.parquet")
    read = store.read_run(path)
    assert list(read.cells.columns) == tables.CELLS.names
    assert read.cells.load_stable.isna().all()
    if version == 1:
        assert read.cells.loc[0, "findings"] == [] and read.cells.tolerance_used.isna().all()
    assert len(read.figures) == 0 and list(read.figures.columns) == tables.FIGURES.names
    assert len(read.samples) == 0 and list(read.samples.columns) == tables.SAMPLES.names
    assert list(read.environments.columns) == tables.ENVIRONMENTS.names
    with pytest.raises(InputError, match=f"begun under schema version {version}"):
        RunFolder.reopen(path)


@pytest.mark.parametrize(("version", "expected"), [(2, "incomparable"), (3, "incomparable"), (4, "drift")])
def test_a_drift_of_which_nothing_is_known_was_one_before_there_was_a_word_for_it(tmp_path, version, expected) -> None:
    path = a_run(tmp_path, "a", schema_version=version, run_id="a", started="2026-01-01")
    names = ("artifact_id", "producer", "consumer", "case", "family", "format", "reader")
    row = {**dict.fromkeys(names, "x"), "status": "drift", "parity": "drift"}
    rows = [
        {**row, "cell_id": " ".join(kinds), "findings": kinds}
        for kinds in (["incomparable"], ["labels", "incomparable"])
    ]
    content = {"environments": [], "artifacts": [], "cells": rows, "figures": [], "samples": []}
    for name, schema in tables.SCHEMAS.items():
        pq.write_table(pa.Table.from_pylist(content[name], schema=schema), path / f"{name}.parquet")
    unknown, known = store.read_run(path).cells.to_dict("records")
    assert unknown["status"] == expected and unknown["parity"] == (None if expected == "incomparable" else "drift")
    assert (known["status"], known["parity"]) == ("drift", "drift")


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_a_run_json_that_is_none(tmp_path, text) -> None:
    path = a_run(tmp_path, "a")
    (path / "run.json").write_text(text)
    with pytest.raises(InputError):
        store.read_run(path)


def test_a_run_without_tables_says_how_to_get_them(tmp_path) -> None:
    with pytest.raises(InputError, match=r"environments, artifacts, cells, figures, samples missing.*--run 2026-a`"):
        store.read_run(a_run(tmp_path, "2026-a"))


def test_two_threads_may_write_the_same_file(tmp_path) -> None:
    """As two environments of one release do, which both want to know its day."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: files.replace_text(tmp_path / "day", "2024-09-12"), range(400)))
    assert [path.name for path in tmp_path.iterdir()] == ["day"]


@pytest.mark.parametrize("torn", [b'{"traceback": "a", "te', b"\xff", b"[" * 50_000])
def test_a_traceback_after_one_that_was_cut_short_is_read(tmp_path, torn) -> None:
    folder = store.RunFolder.create(tmp_path, "small", {})
    first = folder.keep_traceback("first")
    folder.close()
    with (folder.path / store.TRACEBACKS).open("ab") as file:
        file.write(torn)
    again = store.RunFolder.reopen(folder.path)
    second = again.keep_traceback("second")
    again.close()
    assert list(store.tracebacks(folder.path)) == [(first, "first"), (second, "second")]


def test_a_run_is_the_newest_although_the_clock_was_set_back(tmp_path, monkeypatch) -> None:
    class Clock(dt.datetime):
        times = [dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, tzinfo=dt.UTC)]

        @classmethod
        def now(cls, tz=None):
            return cls.times[0]

    monkeypatch.setattr(folder_module.dt, "datetime", Clock)
    first = store.RunFolder.create(tmp_path, "small", {})
    del Clock.times[0]
    (tmp_path / "20991399T999999Z-small-ffff.txt").touch()  # no run
    second = store.RunFolder.create(tmp_path, "small", {})
    for made in (first, second):
        made.close()
        assert store.RUN_ID.fullmatch(made.path.name)
    assert store.find_run(tmp_path, None) == second.path
    assert second.run["started"].startswith("2026-11-01")
    (tmp_path / "20991399T999999Z-small-ffff").mkdir()  # the id of no time
    third = store.RunFolder.create(tmp_path, "small", {})
    third.close()
    assert third.path.name.startswith("20261101T")
