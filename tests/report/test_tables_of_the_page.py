"""What the page's tables are made from: environments in order, what each format can hold, architectures."""

import dataclasses

import pandas as pd

from harness.analysis import architectures, environment_facts, format_support

from tests.report.stored import all_cells, cell, plan_of, tables_of


def test_environments_come_by_version_and_runtimes_last(tmp_path):
    versions = {"b": "1.10.0", "a": "1.9.1", "c": None, "d": "1.2.2"}
    plan = plan_of(environments=tuple(versions.items()))
    tables = tables_of(plan, tmp_path, cells=[], environments=tuple(versions), versions=versions)
    assert [row.name for row in environment_facts.list_environments(tables)] == ["d", "a", "b", "c"]


def test_an_environment_that_could_not_be_had_tells_what_was_asked_for(tmp_path):
    plan = plan_of()
    tables = tables_of(plan, tmp_path, cells=[], environments=("old",))
    row = next(row for row in environment_facts.list_environments(tables) if row.name == "new")
    assert (row.there, row.sklearn, row.packages, row.seconds) == (False, "1.5.2", {}, None)


def test_a_format_holds_what_its_producers_load_themselves(tmp_path):
    plan = plan_of(formats=("pickle", "joblib"))
    rows = [
        cell("old/one/pickle>old/pickle", "drift", reason="differs"),
        cell("new/two/joblib>new/joblib", "load-error", reason="no"),
        cell("new/one/pickle>old/pickle", "load-error", reason="elsewhere, which says nothing of the format"),
    ]
    found = format_support.tabulate_support(tables_of(plan, tmp_path, cells=all_cells(plan, rows)))
    by_key = {key: (held.asked, held.written, held.same, held.drift, held.reason) for key, held in found.held.items()}
    assert by_key == {
        ("one", "pickle"): (2, 2, 1, 1, "drift: differs"),
        ("one", "joblib"): (2, 2, 2, 0, ""),
        ("two", "pickle"): (2, 2, 2, 0, ""),
        ("two", "joblib"): (2, 2, 1, 0, "load-error: no"),
    }


def test_what_was_not_written_says_why(tmp_path):
    plan = plan_of()
    tables = tables_of(plan, tmp_path, cells=all_cells(plan))
    artifacts = tables.artifacts.copy()
    artifacts.loc[artifacts["case"] == "one", ["status", "reason"]] = ["dump-error", "lambda"]
    held = format_support.tabulate_support(dataclasses.replace(tables, artifacts=artifacts)).held["one", "pickle"]
    assert (held.asked, held.written, held.same, held.reason) == (2, 0, 0, "lambda")


def of_arches(tables, **arches):
    cells = tables.cells.assign(
        **{f"{side}_arch": tables.cells[side].map(arches) for side in ("producer", "consumer")},
        **{f"{side}_sklearn": "1.2.1" for side in ("producer", "consumer")},
    )
    rows = tables.environments.assign(arch=tables.environments["environment"].map(arches), emulated=[False, True])
    return dataclasses.replace(tables, cells=cells, environments=rows)


def test_architectures_are_held_against_what_works_at_home(tmp_path):
    plan = plan_of()
    rows = [
        cell("old/one/pickle>new/pickle", "load-error", reason="ValueError: Buffer dtype mismatch"),
        cell("old/two/pickle>new/pickle", "load-error", reason="AttributeError"),
        cell("old/two/pickle>old/pickle", "load-error", reason="AttributeError"),  # at home, too
    ]
    found = architectures.compare_architectures(
        of_arches(tables_of(plan, tmp_path, cells=all_cells(plan, rows)), old="amd64", new="s390x")
    )
    assert [(m.arch, m.emulated) for m in found.machines] == [("amd64", ()), ("s390x", ("new",))]
    way = found.way("amd64", "s390x")
    assert (way.ok, way.drift, way.broken, way.untried) == (0, 0, 2, 0)
    assert [(group.cases, group.message) for group in found.findings] == [
        (("one",), "ValueError: Buffer dtype mismatch")
    ]
    assert found.way("s390x", "amd64").ok == 2


def test_one_architecture_has_no_ways(tmp_path):
    plan = plan_of()
    found = architectures.compare_architectures(
        of_arches(tables_of(plan, tmp_path, cells=all_cells(plan)), old="amd64", new="amd64")
    )
    assert (len(found.machines), found.ways, found.findings) == (1, (), ())
    assert isinstance(found.machines[0].environments, tuple) and not pd.isna(found.machines[0].arch)
