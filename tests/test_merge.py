"""Shards merged: the table of the unsplit run, in whatever order; and nothing chosen where shards contradict each other."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from harness import hardware, merge as merging, running, store
from harness.errors import InputError, MachineError
from harness.report import alarms

from .conftest import plan_of
from .report.packed import of_page

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
    made = running.begin(PLAN, folder)
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
    return store.read_run(merging.merge(shards, PLAN, target).path)


def assert_same(first: store.RunTables, second: store.RunTables) -> None:
    for name in store.TABLES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    assert first.run == second.run


@pytest.fixture(scope="module")
def unsplit(tmp_path_factory) -> store.RunTables:
    folder = tmp_path_factory.mktemp("unsplit")
    base = begun(folder)
    # The same id for all: an unsplit run is a single shard.
    return merged(folder / "whole", shard(base, folder / "one" / base.name, *TURNS))


@pytest.fixture
def base(tmp_path, unsplit) -> Path:
    return base_in(tmp_path, unsplit)


def base_in(folder: Path, unsplit: store.RunTables) -> Path:
    """A begun run with the id of the unsplit one."""
    made = begun(folder / "begun")
    run = json.loads((made / "run.json").read_text()) | {"run_id": unsplit.run["run_id"]}
    (made / "run.json").write_text(json.dumps(run))
    return made


def test_the_page_of_a_merged_run_is_that_of_its_place(unsplit) -> None:
    header, _ = of_page((unsplit.path / "report/index.html").read_text())
    assert header["again"].endswith(f"/{unsplit.run['run_id']}")


@settings(deadline=None, max_examples=6)
@given(st.data())
def test_any_split_in_any_order_comes_to_the_unsplit_table(unsplit, data) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = base_in(folder, unsplit)
        whose = st.integers(0, 2)
        dumps = {name: data.draw(whose) for name in NAMES}
        loads = {name: data.draw(whose) for name in NAMES}
        dumped = [
            shard(base, folder / f"dump-{i}", *(("dump", name) for name in NAMES if dumps[name] == i)) for i in range(3)
        ]
        order = data.draw(st.permutations(dumped))
        between = merging.merge([base, *order], PLAN, folder / "between").path
        loaded = [
            shard(between, folder / f"load-{i}", *(("load", name) for name in NAMES if loads[name] == i))
            for i in range(3)
        ]
        everything = data.draw(st.permutations([base, between, *dumped, *loaded]))
        assert_same(merged(folder / "final", *everything, everything[0]), unsplit)
        # A merge of merges, and one of what was merged already.
        half = merging.merge(loaded[:2], PLAN, folder / "half").path
        again = merged(folder / "again", loaded[2], half)
        assert_same(again, unsplit)
        assert_same(merged(folder / "twice", again.path), unsplit)


def test_what_shards_leave_beside_the_tables_is_there_once(tmp_path, base) -> None:
    parts = [shard(base, tmp_path / name, ("dump", name)) for name in NAMES]
    between = merging.merge(parts, PLAN, tmp_path / "between").path
    loads = [shard(between, tmp_path / f"load-{name}", ("load", name)) for name in NAMES]
    for path in loads:
        shutil.rmtree(path / "objects")  # they have all been merged before
    final = merging.merge([between, *loads], PLAN, tmp_path / "final")
    assert (final.path / "logs/old.log").read_text() == "old dumps\nold loads\n"
    assert (final.path / "locks/new.txt").read_text() == "# new\n"
    assert len((final.path / "logs/tracebacks.jsonl").read_text().splitlines()) == 1
    assert not (final.path / "spool").exists()
    reopened = store.RunFolder.reopen(final.path)
    for row in reopened.journal.artifacts.values():
        assert reopened.read_object(row["sha256"]) == row["artifact_id"].encode()
    reopened.close()
    assert (final.silent, final.damaged, final.run["complete"]) == ((), (), True)


def test_a_missing_shards_rows_name_its_environment_and_the_run_is_not_complete(tmp_path, base) -> None:
    never = merging.merge([base, shard(base, tmp_path / "a", ("dump", "old"), ("load", "old"))], PLAN, tmp_path / "out")
    tables = store.read_run(never.path)
    assert never.silent == ("new", "newest")
    assert not tables.run["complete"]
    lost = tables.cells[tables.cells.consumer == "new"]
    assert {*lost.status} == {"not-run"}
    assert lost.reason.str.contains("no shard brought new: its job never began").all()
    assert {*tables.cells[tables.cells.producer == "newest"].status} == {"no-artifact", "not-run"}
    assert {*tables.cells.query("producer == 'old' and consumer == 'old'").status} == {"ok"}
    page = (never.path / "SUMMARY.md").read_text()
    assert page.index("This run is not complete") < page.index("## ")
    assert "2 of 3 environments are missing: new, newest" in page


def test_a_killed_shard_keeps_what_it_had_done(tmp_path, base) -> None:
    parts = [shard(base, tmp_path / name, ("dump", name)) for name in NAMES]
    between = merging.merge(parts, PLAN, tmp_path / "between").path
    loads = [shard(between, tmp_path / f"load-{name}", ("load", name)) for name in NAMES]
    journal = loads[1] / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    torn = b"".join(lines[:-3]) + lines[-3][:20]
    journal.write_bytes(torn)
    final = merging.merge(loads, PLAN, tmp_path / "final")
    tables = store.read_run(final.path)
    cells = tables.cells[tables.cells.consumer == "new"]
    assert (cells.status == "not-run").sum() == 3
    assert {*cells[cells.status == "not-run"].reason} == {
        "no shard brought all of new: its job ended early, or its folder is not among those that were merged"
    }
    assert not tables.run["complete"]
    assert journal.read_bytes() == torn  # what is merged is left as it is


def test_an_empty_night_is_a_run_in_which_nothing_ran(tmp_path, base) -> None:
    tables = merged(tmp_path / "out", base)
    assert {*tables.cells.status} == {"not-run"}
    assert alarms.of_tables(tables)[0] == "Nothing ran: no cell of this run was tried."
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no run is stored here, nor in a folder within"):
        merging.shards([tmp_path / "empty"])
    assert merging.shards([base.parent, base]) == (base,)


def test_an_environment_that_may_fail_is_no_alarm(tmp_path, base) -> None:
    done = [(verb, name) for verb, name in TURNS if name != "newest"]
    tables = merged(tmp_path / "out", shard(base, tmp_path / "one", *done))
    assert len(alarms.of_tables(tables)) == 3
    assert alarms.of_tables(tables, may_fail=["newe*"]) == ()
    assert alarms.of_tables(tables, may_fail=["old"]) == alarms.of_tables(tables)


def entry(folder: Path, kind: str, **row) -> Path:
    reopened = store.RunFolder.reopen(folder)
    reopened.journal.add(kind, row)
    reopened.close()
    return folder


CELL = "old/ridge/pickle>new/pickle"


@pytest.mark.parametrize(
    ("kind", "first", "second", "told"),
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
        ("measurement", {"cell_id": CELL, "samples": [1]}, {"cell_id": CELL, "samples": [2]}, "measured in both"),
        (*environment("old"), environment("old", lock_sha256="1")[1], "environment old: it has other packages"),
    ],
    ids=["status", "findings", "bytes", "figures", "packages"],
)
def test_what_contradicts_is_told_and_nothing_is_merged(tmp_path, base, kind, first, second, told) -> None:
    parts = [shard(base, tmp_path / str(i)) for i in range(2)]
    for path, row in zip(parts, (first, second), strict=True):
        entry(path, kind, **row)
    for order in itertools.permutations(parts):
        with pytest.raises(InputError, match="contradict each other") as caught:
            merging.merge(order, PLAN, tmp_path / "out")
        assert told in str(caught.value)
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


def edit(folder: Path, **facts) -> None:
    """Change what ``run.json`` says; ... leaves a fact out."""
    run = json.loads((folder / "run.json").read_text()) | facts
    (folder / "run.json").write_text(json.dumps({name: fact for name, fact in run.items() if fact is not ...}))


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


def test_figures_keep_the_machine_that_they_were_measured_on(tmp_path, base, monkeypatch) -> None:
    import dataclasses

    from harness.model import Measure

    measure = Measure(environments=("old", "new"), cases=("ridge",), formats=PLAN.profile.formats[:1])
    plan = dataclasses.replace(PLAN, profile=dataclasses.replace(PLAN.profile, measure=measure))
    run = json.loads((base / "run.json").read_text()) | {"matrix_digest": plan.digest}
    (base / "run.json").write_text(json.dumps(run))
    parts = []
    for name, fingerprint in (("old", "a"), ("new", "b")):
        path = shard(base, tmp_path / name, ("dump", name))
        host = {**HOST, "fingerprint": fingerprint}
        samples = [{"figure": "load_seconds", "values": [0.1]}]
        identifier = f"{name}/ridge/pickle>{name}/pickle"
        parts.append(entry(path, "measurement", cell_id=identifier, samples=samples, missing={}, host=host))
    told = merging.merge(parts, plan, tmp_path / "out").run
    assert {name: host["fingerprint"] for name, host in told["hosts"].items()} == {"old": "a", "new": "b"}
    assert told["host"]["fingerprint"] is None  # so that no figure of it is compared with another run's
    assert told["host"]["machine"] == "x86_64"


def test_what_machines_share() -> None:
    assert hardware.common([]) == {}
    assert hardware.common([{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 1}]) == {"a": 1, "b": None}


def test_where_every_environment_may_fail_something_must_have_run_all_the_same(tmp_path, base) -> None:
    tables = merged(tmp_path / "out", base)
    assert alarms.of_tables(tables, may_fail=["*"]) == ("Nothing ran: no cell of this run was tried.",)


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
    assert merging.shards([done.parent]) == (done,)


def test_a_host_cannot_move_anybodys_cursor(base) -> None:
    edit(base, host={"cpu": "\x1b[2Jfast\ud800"})
    assert merging.agreed([base])["host"] == {"cpu": "\ufffd[2Jfast\ufffd"}


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

    close = store.Journal.close
    monkeypatch.setattr(merging.finishing, "finish", full)
    monkeypatch.setattr(store.Journal, "close", lambda journal: full(close(journal)))
    with pytest.raises(MachineError, match="no space left"):
        merging.merge([base], PLAN, tmp_path / "out")
    assert not any((tmp_path / "out").iterdir())


def test_a_merged_run_keeps_which_matrix_it_is_of(base) -> None:
    assert "matrix" not in merging.agreed([base])
    edit(base, matrix="tests/own.yaml")
    assert merging.agreed([base])["matrix"] == "tests/own.yaml"
