"""What a history reads from elsewhere: no pipe is waited for, and no list leads to another place."""

from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from harness.analysis import history
from harness.analysis.history import past_runs
from harness.errors import InputError
from harness.store import memory_limit

from .stored import cell, store

BOMB = {"environment": "old", "python": "3.12.4", "packages": " " * 1_000_000}


def stored(results: Path, count: int = 2) -> list[Path]:
    return [store(results, place, seconds={cell(): 1.0}) for place in range(count)]


@pytest.mark.parametrize("name", ["run.json", "environments.parquet", "cells.parquet"])
@pytest.mark.timeout(30)
def test_a_pipe_or_a_device_in_a_run_is_told_and_left_out(tmp_path, name) -> None:
    sound, piped, device = stored(tmp_path, 3)
    for path in (piped / name, device / name):
        path.unlink()
    os.mkfifo(piped / name)
    (device / name).symlink_to("/dev/zero")
    found = history.read_history(tmp_path)
    assert {one.name for one in found.skipped} == {piped.name, device.name}
    assert all("no regular file" in one.reason for one in found.skipped)


def test_a_table_of_more_than_is_allowed_is_told_and_left_out(tmp_path, monkeypatch) -> None:
    sound, large = stored(tmp_path)
    places = pa.array([0] * 1000, pa.int32())
    column = {name: pa.DictionaryArray.from_arrays(places, pa.array([text])) for name, text in BOMB.items()}
    schema = pa.schema([(name, column[name].type) for name in BOMB])
    with pq.ParquetWriter(large / "environments.parquet", schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(pa.table(column))  # 1 GB of text, in some kilobytes
    monkeypatch.setattr(memory_limit, "MOST_MEMORY", 256 << 20)
    (left_out,) = history.read_history(tmp_path).skipped
    assert left_out.name == large.name
    assert "takes more than 256 MiB of memory" in left_out.reason


def test_a_file_that_is_too_large_is_not_fetched(tmp_path) -> None:
    _, large = stored(tmp_path)
    with (large / "run.json").open("r+b") as file:
        file.truncate(1 << 40)
    (left_out,) = history.read_history(tmp_path).skipped
    assert (left_out.name, "is larger than" in left_out.reason) == (large.name, True)


class Lying(MemoryFileSystem):
    """A place whose lists name what lies elsewhere."""

    protocol = "lying"
    named: tuple[str, ...] = ()
    asked: list[str] = []

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("lying://", "memory://"))

    def ls(self, path, detail=True, **_):
        return [{"name": name, "type": "directory", "size": None} for name in self.named]

    def info(self, path, **given):
        self.asked.append(path)
        return super().info(path, **given)


def test_only_what_lies_in_the_folder_is_read(tmp_path) -> None:
    (own,) = stored(tmp_path, 1)
    fsspec.register_implementation("lying", Lying, clobber=True)
    memory = fsspec.filesystem("memory")
    for name in ("runs/a", "secret", "runs/a/b", "runs/*"):
        memory.put(str(own), f"/bucket/{name}", recursive=True)
    Lying.named = (
        "/bucket/runs/a", "/bucket/secret", "/bucket/runs/../secret", "/bucket/runs/a/b", "/bucket/runs/*",
        "http://169.254.169.254/latest", "/bucket/runs/..", "/bucket/runs/", "/bucket/runs/a?x", "/bucket/runs/[a]",
    )  # fmt: skip
    Lying.asked = []
    try:
        assert [one.folder for one in past_runs.stored_runs("lying://bucket/runs")[0]] == ["/bucket/runs/a"]
        assert {path.rpartition("/")[0] for path in Lying.asked} == {"/bucket/runs/a"}
    finally:
        memory.rm("/bucket", recursive=True)


@pytest.mark.parametrize("name", ["*", "run?", "[r]uns", "**/runs", "~/runs", "$HOME"])
def test_a_pattern_is_no_folder(tmp_path, monkeypatch, name) -> None:
    stored(tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    for source in (name, f"{tmp_path}/{name}", f"file://{tmp_path}/{name}"):
        with pytest.raises(InputError, match="no such folder"):
            history.read_history(source)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://user:word@169.254.169.254:80/runs",
        "http://[fe80::1]/runs",
        "http://2852039166/runs",  # the same address, as one number
        "simplecache::http://169.254.169.254/runs",
        "zip://runs::http://169.254.169.254/runs.zip",
    ],
)
def test_what_a_cloud_tells_its_machines_is_not_asked_for(url) -> None:
    with pytest.raises(InputError, match="no run is read from a link-local address"):
        history.read_history(url)


def test_a_server_cannot_send_us_on(tmp_path, monkeypatch) -> None:
    (own,) = stored(tmp_path, 1)
    given = []
    monkeypatch.setattr(past_runs.socket, "getaddrinfo", lambda *_: [(0, 0, 0, "", ("192.0.2.1", 0))])

    def url_to_fs(source: str, **further: object) -> tuple[object, str]:
        given.append(further)
        return fsspec.filesystem("file"), str(tmp_path)

    monkeypatch.setattr(past_runs.fsspec.core, "url_to_fs", url_to_fs)
    history.read_history("https://example.org/runs")
    history.read_history(str(tmp_path))
    assert given == [{"allow_redirects": False}, {}]
