"""Files of a run that are pipes, devices or folders, or that unpack to more than a machine has, are refused at once."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.analysis import read_run
from harness.errors import InputError
from harness.store import RunFolder, pace, read_run_json

from tests.report.stored import all_cells, plan_of, tables_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    return tables_of(plan_of(), tmp_path / "results", cells=all_cells(plan_of())).path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def round_(path: Path) -> None:
    path.symlink_to(path.name)


KINDS = pytest.mark.parametrize("made", [pipe, device, folder, round_])


@KINDS
@pytest.mark.timeout(20)
def test_what_stands_in_place_of_run_json_is_not_waited_for(run, made) -> None:
    (run / "run.json").unlink()
    made(run / "run.json")
    with pytest.raises(InputError, match=r"run\.json: (this is no regular file|cannot be read)"):
        read_run_json(run)


@pytest.mark.parametrize("name", ["journal.jsonl", "logs/tracebacks.jsonl"])
@pytest.mark.timeout(20)
def test_a_run_goes_on_into_files_only(run, name) -> None:
    (run / name).unlink()
    os.mkfifo(run / name)
    with pytest.raises(InputError, match=f"{name}: this is no regular file"):
        RunFolder.reopen(run)


@KINDS
@pytest.mark.timeout(20)
def test_a_pace_is_not_waited_for(run, made) -> None:
    (run / "cells.parquet").unlink()
    made(run / "cells.parquet")
    assert pace.pace(run.parent) is None


TEXT = pa.schema([("cell_id", pa.string())])


def one_value_in_many_rows(path: Path) -> None:
    """1 GB of text, in one kilobyte."""
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 1_000_000]))
    schema = pa.schema([("cell_id", rows.type)])
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(pa.table({"cell_id": rows}))


def one_row_of_many(path: Path) -> None:
    """A list of texts that are one in the file."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 400_000, pa.int32()), pa.array(["x" * 1000]))
    lists = pa.ListArray.from_arrays(pa.array([0, 400_000], pa.int32()), texts.cast(pa.string()))
    pq.write_table(pa.table({"findings": lists}), path, compression="zstd")


def zeros(path: Path) -> None:
    """Pages that unpack to a thousand times of what they are."""
    with pq.ParquetWriter(path, TEXT, compression="zstd", use_dictionary=False) as writer:
        for _ in range(4):
            writer.write_table(pa.table({"cell_id": ["\0" * 100_000_000]}))


def nothing_without_end(path: Path) -> None:
    with pq.ParquetWriter(path, TEXT, compression="zstd") as writer:
        for _ in range(10):
            writer.write_table(pa.table({"cell_id": pa.nulls(10_000_000, pa.string())}))


#: Reads a table with less memory than the program would give it, as the bombs are small ones.
READ = """
import resource
import sys
from pathlib import Path
import pandas, pyarrow.parquet
from harness import errors
from harness.guest import memory
from harness.store import memory_limit, reading
memory_limit.MOST_MEMORY = 256 << 20
before = resource.getrlimit(resource.RLIMIT_DATA)
try:
    reading._table(Path(sys.argv[1]), "cells")
except errors.InputError as error:
    print(error)
assert resource.getrlimit(resource.RLIMIT_DATA) == before
print(memory.peak() >> 20)
"""


@pytest.mark.parametrize("made", [one_value_in_many_rows, one_row_of_many, zeros, nothing_without_end])
def test_a_table_that_unpacks_to_more_than_is_allowed_is_refused(tmp_path, made) -> None:
    path = tmp_path / "cells.parquet"
    made(path)
    assert path.stat().st_size < 2 << 20
    words = [sys.executable, "-c", READ, path]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    refused, peak = done.stdout.strip().rsplit("\n", 1)
    assert refused.startswith(f"{path}: ") and "takes more than 256 MiB of memory" in refused
    assert int(peak) < 700  # MiB; pandas and pyarrow are 150 of them


def test_what_the_user_allows_is_not_raised(run) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, hard))
    try:
        read_run(run)
        assert resource.getrlimit(resource.RLIMIT_DATA) == (3 << 30, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def test_a_lock_that_is_a_link_is_not_kept(run, tmp_path) -> None:
    from harness.store import reference

    (tmp_path / "secret").write_text("of somebody else")
    (run / "locks/old.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match=r"old\.txt: this is no regular file"):
        reference.keep(run, tmp_path / "kept", {})
    assert json.loads((run / "run.json").read_text())["run_id"] == run.name
