"""Outcomes that are kept: whole or not at all, by any number of processes, and never believed when damaged."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import InputError, MachineError
from harness.store.outcome_cache import Entry, OutcomeCache

from tests import buckets


def cell(key: str, status: str = "ok", **more: object) -> Entry:
    row = {"cell_id": f"old/{key}/pickle>new/pickle", "status": status, "reason": None, **more}
    return Entry(key=key, kind="cell", run="first", row=row, traceback="Traceback")  # type: ignore[arg-type]


@pytest.fixture(params=["folder", "memory", "s3"])
def place(request, tmp_path):
    if request.param == "s3":
        request.getfixturevalue("bucket")
        return f"s3://{buckets.NAME}/{tmp_path.parent.name}/{tmp_path.name}"
    return str(tmp_path / "cache") if request.param == "folder" else f"memory://{tmp_path.name}/cache"


def test_what_is_added_is_read(place) -> None:
    OutcomeCache(place).add("e", "cell", [cell("a"), cell("b", "drift")])
    OutcomeCache(place).add("e", "cell", [cell("c")])
    found = OutcomeCache(place).read("e", "cell")
    assert {name: entry.row["status"] for name, entry in found.items()} == {
        "cell:a": "ok",
        "cell:b": "drift",
        "cell:c": "ok",
    }
    assert found["cell:a"].traceback == "Traceback" and found["cell:a"].run == "first"
    assert OutcomeCache(place).read("other", "cell") == {} == OutcomeCache(place).read("e", "artifact")


def test_an_object_comes_back_with_its_bytes(place, tmp_path) -> None:
    source, back = tmp_path / "source", tmp_path / "ab" / "back"
    source.write_bytes(b"model")
    digest = hashlib.sha256(b"model").hexdigest()
    cache = OutcomeCache(place)
    assert not cache.give_object(digest, back)
    cache.keep_object(digest, source)
    assert cache.give_object(digest, back) and back.read_bytes() == b"model"
    assert [path.name for path in back.parent.iterdir()] == ["back"]


def test_a_bucket_says_how_much_it_holds_and_is_pruned(place) -> None:
    cache = OutcomeCache(place)
    cache.add("e", "cell", [cell("a")])
    assert (cache.info().files, cache.info().environments) == (1, 1)
    assert cache.prune(cache.info().size_bytes)[0] == 0
    assert cache.prune(0)[0] == 1 and cache.read("e", "cell") == {}


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.rglob(pattern)
    return found


@pytest.mark.parametrize("damage", [b"", b"x", "cut", "bit"])
def test_damaged_outcomes_are_forgotten(tmp_path, damage) -> None:
    cache = OutcomeCache(str(tmp_path))
    cache.add("e", "cell", [cell("a")])
    path = only(tmp_path, "*.gz")
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-9], "bit": data[:40] + bytes([data[40] ^ 1]) + data[41:]}.get(damage, damage))
    assert cache.read("e", "cell") == {}
    assert not path.exists()


def test_a_sound_file_with_what_is_no_row_is_forgotten(tmp_path) -> None:
    cache = OutcomeCache(str(tmp_path))
    for wrong in (cell("a", "fine"), cell("a", max_abs_diff="much"), cell("a", compared=[1])):
        cache.add("e", "cell", [wrong])
        assert cache.read("e", "cell") == {}


def test_a_damaged_object_is_forgotten(tmp_path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"model")
    digest = hashlib.sha256(b"model").hexdigest()
    cache = OutcomeCache(str(tmp_path / "cache"))
    cache.keep_object(digest, source)
    kept = only(tmp_path / "cache", digest)
    kept.write_bytes(b"other")
    assert not cache.give_object(digest, tmp_path / "back")
    assert not (tmp_path / "back").exists() and not kept.exists()


def test_what_one_run_dropped_another_may_keep_again(place) -> None:
    cache = OutcomeCache(place)
    cache.add("e", "cell", [cell("a"), cell("b")])
    cache.drop(cache.read("e", "cell")["cell:a"].part)
    assert cache.read("e", "cell") == {}
    cache.add("e", "cell", [cell("a", "drift")])
    assert cache.read("e", "cell")["cell:a"].row["status"] == "drift"


def test_what_was_used_longest_ago_goes_first(tmp_path) -> None:
    cache = OutcomeCache(str(tmp_path))
    for number, name in enumerate(("old", "used", "new")):
        cache.add(name, "cell", [cell(name)])
        os.utime(only(tmp_path / "outcomes" / name, "*.gz"), (1000 + number, 1000 + number))
    cache.read("old", "cell")  # now it is the one that was used last
    held = cache.info()
    assert (held.files, held.environments) == (3, 3)
    assert cache.prune(held.size_bytes - 1)[0] == 1
    assert [bool(cache.read(name, "cell")) for name in ("old", "used", "new")] == [True, False, True]
    assert cache.prune(0)[0] == 2
    assert cache.info().files == 0 and cache.info().oldest is None


def test_what_a_killed_run_was_writing_goes_after_a_day(tmp_path) -> None:
    cache = OutcomeCache(str(tmp_path))
    left = tmp_path / "objects/ab/left.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    now = left.stat().st_mtime
    assert cache.prune(1 << 40, now=now + 60) == (0, 0)
    assert cache.prune(1 << 40, now=now + 90_000) == (1, 4)


def test_what_cannot_be_written_is_the_machines_trouble(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="--cache none"):
        OutcomeCache(str(tmp_path / "file")).add("e", "cell", [cell("a")])


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="--cache gopher://"):
        OutcomeCache("gopher://x")


def test_only_its_owner_reads_it(tmp_path) -> None:
    OutcomeCache(str(tmp_path / "cache")).add("e", "cell", [cell("a")])
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


WRITER = """
import sys
sys.path.insert(0, {root!r})
from tests.store.test_outcome_cache import cell
from harness.store.outcome_cache import OutcomeCache
cache = OutcomeCache({place!r})
print("begun", flush=True)
number = 0
while True:
    number += 1
    cache.add("e", "cell", [cell(f"{name}-{{number}}", reason="x" * 50_000)])
    print(number, flush=True)
"""


def test_processes_that_are_killed_while_they_write_leave_nothing_half(tmp_path) -> None:
    root, place = str(Path(__file__).parents[2]), str(tmp_path)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER.format(root=root, place=place, name=name)], stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    told = []
    for writer in writers:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(4)]  # three are surely written
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        told.append(int(lines[-1]))
    found = OutcomeCache(place).read("e", "cell")
    for name, count in zip(("one", "two"), told, strict=True):
        assert all(f"cell:{name}-{number}" in found for number in range(1, count + 1))
    assert all(len(entry.row["reason"]) == 50_000 for entry in found.values())
