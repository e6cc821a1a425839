"""Nothing is chosen where shards contradict each other, and nothing is made of what is damaged."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

import pytest

from harness import store
from harness.errors import InputError, MachineError
from harness.engine import agreement, merge as merging
from harness.store import journal

from tests.conftest import plan_of
from tests.engine.made import PLAN, TURNS, edit, entry, environment, merged, shard

CELL = "old/ridge/pickle>new/pickle"


@pytest.mark.parametrize(
    ("kind", "first", "second", "message"),
    [
        ("cell", {"cell_id": CELL, "status": "ok"}, {"cell_id": CELL, "status": "drift"}, f"cell {CELL}: status is"),
        (
            "cell",
            {"cell_id": CELL, "status": "drift", "findings": ["labels"]},
            {"cell_id": CELL, "status": "drift", "findings": ["dtype"]},
            "findings is",
        ),
        (
            "artifact",
            {"artifact_id": "a", "status": "ok", "sha256": "0"},
            {"artifact_id": "a", "status": "ok", "sha256": "1"},
            "artifact a: sha256 is",
        ),
        (
            "measurement",
            {"cell_id": CELL, "samples": [{"at": 1}]},
            {"cell_id": CELL, "samples": []},
            "measured in both",
        ),
        (*environment("old"), environment("old", lock_sha256="1")[1], "environment old: it has other packages"),
    ],
    ids=["status", "findings", "bytes", "figures", "packages"],
)
def test_what_contradicts_is_told_and_nothing_is_merged(tmp_path, base, kind, first, second, message) -> None:
    parts = [shard(base, tmp_path / str(i)) for i in range(2)]
    for path, row in zip(parts, (first, second), strict=True):
        entry(path, kind, **row)
    for order in itertools.permutations(parts):
        with pytest.raises(InputError, match="contradict each other") as caught:
            merging.merge(order, PLAN, tmp_path / "out")
        assert message in str(caught.value)
        assert str(order[1]) in str(caught.value)
    assert not any((tmp_path / "out").iterdir())


def test_of_one_outcome_told_twice_the_time_it_took_is_no_contradiction(tmp_path, base) -> None:
    parts = [shard(base, tmp_path / str(i)) for i in range(2)]
    for path, seconds in zip(parts, (0.5, 0.7), strict=True):
        entry(path, "cell", cell_id=CELL, status="ok", parity="identical", findings=[], load_seconds=seconds)
    found = {
        merged(tmp_path / f"out{i}", *order).cells.set_index("cell_id").load_seconds[CELL]
        for i, order in enumerate(itertools.permutations(parts))
    }
    assert len(found) == 1


def test_other_packages_in_a_lock_are_a_contradiction(tmp_path, base) -> None:
    parts = [shard(base, tmp_path / name, ("dump", "old")) for name in ("a", "b")]
    (parts[1] / "locks/old.txt").write_text("# others\n")
    with pytest.raises(InputError, match="other packages for this environment"):
        merging.merge(parts, PLAN, tmp_path / "out")


ANOTHER = "20261121T203000Z-small-aaaa"


@pytest.mark.parametrize("fact", ["run_id", "profile", "harness_version", "matrix_digest"])
def test_shards_of_several_runs_are_told_apart(tmp_path, base, fact) -> None:
    other = shard(base, tmp_path / "other")
    edit(other, **{fact: ANOTHER})
    with pytest.raises(InputError, match=f"not shards of one run:\n  {fact}: .*{ANOTHER} in {other}"):
        merging.merge([base, other], PLAN, tmp_path / "out")


def test_another_matrix_and_a_run_that_is_there_are_refused(tmp_path, base) -> None:
    with pytest.raises(InputError, match="another matrix.yaml"):
        merging.merge([base], plan_of("old"), tmp_path / "out")
    merging.merge([base], PLAN, tmp_path / "out")
    with pytest.raises(InputError, match="is there already"):
        merging.merge([base], PLAN, tmp_path / "out")


def test_bytes_that_were_changed_on_their_way_are_left_out_and_told(tmp_path, base) -> None:
    sound, broken = (shard(base, tmp_path / name, ("dump", "old")) for name in ("sound", "broken"))
    objects = sorted((broken / "objects").glob("*/*"))
    objects[0].write_bytes(b"changed")
    done = merging.merge([broken], PLAN, tmp_path / "out")
    assert done.damaged == (objects[0],)
    assert not (done.path / "objects" / objects[0].parent.name / objects[0].name).exists()
    assert merging.merge([broken, sound], PLAN, tmp_path / "healed").damaged == ()


@pytest.mark.parametrize(
    ("fact", "odd"),
    [
        *(
            ("run_id", odd)
            for odd in ("../../escaped", "/absolute", "..", ".", "", 5, None, "a\0b", f"{ANOTHER}\n", ...)
        ),
        *(("started", odd) for odd in (5, "soon", "2026-11-21T20:30:00", None, ...)),
        *(("finished", odd) for odd in (5, "soon", "2026-11-21T20:30:00", ...)),
        *(("host", odd) for odd in ("a machine", None, [], ...)),
        *((fact, odd) for fact in ("profile", "matrix_digest") for odd in (5, None, ...)),
    ],
)
def test_a_shards_run_json_is_checked_before_anything_is_made_of_it(tmp_path, base, fact, odd) -> None:
    edit(base, **{fact: odd})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=f"run.json: this is no shard's:\n  {fact}: "):
        merging.merge([base], PLAN, tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_that_was_just_begun_has_an_id_as_shards_must_have(tmp_path) -> None:
    folder = store.RunFolder.create(tmp_path, "a.b_c-D9", {})
    folder.close()
    assert store.RUN_ID.fullmatch(folder.path.name)


def test_what_a_killed_merge_left_is_no_run_and_no_shard(tmp_path, base) -> None:
    done = merging.merge([base], PLAN, tmp_path / "out").path
    shutil.copytree(done, done.with_name(f".{done.name}.part"))
    assert store.runs(done.parent) == [done]
    assert agreement.shards([done.parent]) == (done,)


def test_a_host_cannot_move_anybodys_cursor(base) -> None:
    edit(base, host={"cpu": "\x1b[2Jfast\ud800"})
    assert agreement.agreed([base])["host"] == {"cpu": "\ufffd[2Jfast\ufffd"}


def link(path: Path) -> None:
    path.with_name("target").write_text("of somebody else")
    path.symlink_to("target")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def broken_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\0")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        *itertools.product(
            ("locks/x.txt", "logs/x.log", "logs/tracebacks.jsonl", f"objects/00/{'0' * 64}", "journal.jsonl"),
            (link, dangling, Path.mkdir, os.mkfifo),
        ),
        ("run.json", os.mkfifo),
        ("locks", link),
        ("logs", link),
        ("locks/x.txt", broken_text),
    ],
)
def test_of_a_shard_only_regular_files_are_read(tmp_path, base, name, made) -> None:
    path = base / name
    path.parent.mkdir(exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    made(path)
    with pytest.raises(InputError) as caught:
        merging.merge([base], PLAN, tmp_path / "out")
    assert str(caught.value).startswith(f"{path}: this is ")
    assert not list((tmp_path / "out").glob("*"))
    assert not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize(
    "line", [b"torn", b'{"kind": "cell", "cell_id": [1], "status": "ok"}', b'{"kind": "cell", "cell_id": "a"}']
)
@pytest.mark.parametrize("place", [0, 3, -1])
def test_a_damaged_journal_is_told_with_its_line(tmp_path, base, line, place) -> None:
    path = shard(base, tmp_path / "one", *TURNS) / "journal.jsonl"
    lines = path.read_bytes().splitlines()
    lines[place] = line
    path.write_bytes(b"\n".join(lines) + b"\n")
    number = place % len(lines) + 1
    with pytest.raises(InputError, match=f"{path}, line {number}: this is no entry of a journal"):
        merging.merge([path.parent], PLAN, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_a_disk_that_is_full_at_the_end_leaves_nothing_half_written(tmp_path, base, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MachineError("no space left")

    close = journal.Journal.close
    monkeypatch.setattr(merging.finishing, "finish", full)
    monkeypatch.setattr(journal.Journal, "close", lambda journal: full(close(journal)))
    with pytest.raises(MachineError, match="no space left"):
        merging.merge([base], PLAN, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_a_value_of_another_type_is_told_with_the_line_of_its_journal(tmp_path, base) -> None:
    sound, wrong = (shard(base, tmp_path / str(i)) for i in range(2))
    entry(wrong, "cell", cell_id=CELL, status="ok", load_seconds=0.5)
    entry(wrong, "cell", cell_id="b", status="ok", load_seconds="soon")
    with pytest.raises(InputError, match=r"1/journal\.jsonl, line 2: load_seconds of cell \"b\" is of another type"):
        merging.merge((sound, wrong), PLAN, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())
