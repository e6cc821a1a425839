"""Shards merged: the table of the unsplit run, in whatever order."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from harness import analysis
from harness import store
from harness.errors import InputError
from harness.report import run_pages
from harness.store import finishing
from harness.analysis import soundness
from harness.engine import agreement, merge as merging

from tests.engine.made import HOST, NAMES, PLAN, TURNS, assert_same, base_in, edit, entry, merged, shard


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
    tables = analysis.read_run(never.path)
    assert never.silent == ("new", "newest")
    assert not tables.run["complete"]
    lost = tables.cells[tables.cells.consumer == "new"]
    assert {*lost.status} == {"not-run"}
    assert lost.reason.str.contains("no shard brought new: its job never began").all()
    assert {*tables.cells[tables.cells.producer == "newest"].status} == {"no-artifact", "not-run"}
    assert {*tables.cells.query("producer == 'old' and consumer == 'old'").status} == {"ok"}
    run_pages.write(tables)
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
    tables = analysis.read_run(final.path)
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
    assert soundness.find_run_problems(tables)[0].kind is soundness.ProblemKind.NOTHING_RAN
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no run is stored here, nor in a folder within"):
        agreement.shards([tmp_path / "empty"])
    assert agreement.shards([base.parent, base]) == (base,)


def test_an_environment_that_may_fail_is_no_alarm(tmp_path, base) -> None:
    done = [(verb, name) for verb, name in TURNS if name != "newest"]
    tables = merged(tmp_path / "out", shard(base, tmp_path / "one", *done))
    assert len(soundness.find_run_problems(tables)) == 3
    assert soundness.find_run_problems(tables, may_fail=["newe*"]) == ()
    assert soundness.find_run_problems(tables, may_fail=["old"]) == soundness.find_run_problems(tables)


def test_figures_keep_the_machine_that_they_were_measured_on(tmp_path, base, monkeypatch) -> None:
    import dataclasses

    from harness.terms import Measure

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
    run = merging.merge(parts, plan, tmp_path / "out").run
    assert {name: host["fingerprint"] for name, host in run["hosts"].items()} == {"old": "a", "new": "b"}
    assert run["host"]["fingerprint"] is None  # so that no figure of it is compared with another run's
    assert run["host"]["machine"] == "x86_64"


def test_what_machines_share() -> None:
    assert finishing.common_facts([]) == {}
    assert finishing.common_facts([{"a": 1, "b": 2}, {"a": 1, "b": 3}, {"a": 1}]) == {"a": 1, "b": None}


def test_where_every_environment_may_fail_something_must_have_run_all_the_same(tmp_path, base) -> None:
    tables = merged(tmp_path / "out", base)
    assert [one.kind for one in soundness.find_run_problems(tables, may_fail=["*"])] == ["nothing ran"]


def test_a_merged_run_keeps_which_matrix_it_is_of(base) -> None:
    assert "matrix" not in agreement.agreed([base])
    edit(base, matrix="tests/own.yaml")
    assert agreement.agreed([base])["matrix"] == "tests/own.yaml"


def test_a_clock_that_was_set_back_makes_no_negative_time(base) -> None:
    edit(base, started="2026-11-21T20:30:00+00:00", finished="2026-11-20T20:30:00+00:00")
    assert agreement.agreed([base])["seconds"] == 0.0
