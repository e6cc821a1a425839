"""A format and a kind of environment from outside the package: no file of the checkout is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.extensions import FORMAT, install
from tests.conftest import python_of
from tests.live.conftest import BOTH, NEW, OLD, ROOT, Bench, statuses


def changed_files() -> str:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def outside(bench: Bench, undisturbed: Bench) -> Bench:
    """The folder of docs/examples/format, somewhere else; its environments are built."""
    for path in FORMAT.iterdir():
        shutil.copy(path, bench.folder)
    return bench


def test_a_format_of_ones_own_is_tried_as_those_of_the_harness_are(outside: Bench) -> None:
    before = changed_files()
    plan = json.loads(outside.call("plan", "--matrix", str(outside.matrix), "--json").stdout)
    assert {"name": "zipped", "readers": ["zipfile"]} in plan["formats"]
    outside.run()
    tables = outside.tables()
    cells = tables.cells
    zipped, pickled = (cells[cells.format == name] for name in ("zipped", "pickle"))
    # The zip holds a pickle: what becomes of one becomes of the other.
    keys = ["producer", "consumer", "case"]
    joined = zipped.merge(pickled, on=keys, suffixes=("", "_pickle"), validate="one_to_one")
    assert len(joined) == len(zipped) == 3 * 2 * 2
    assert list(joined.status) == list(joined.status_pickle)
    assert {"ok", "load-error"} <= set(joined.status)
    assert set(zipped[zipped.producer == zipped.consumer].parity) == {"identical"}
    artifacts = tables.artifacts.set_index("artifact_id")
    for producer in (OLD, NEW):  # level 6 compresses
        sizes = [
            artifacts.loc[f"{producer}/hist_gradient_boosting_classifier/{name}", "size_bytes"]
            for name in ("zipped", "pickle")
        ]
        assert sizes[0] < sizes[1]
    assert tables.run["formats"] == {"pickle": {"converts": False}, "zipped": {"converts": False}}
    run = outside.newest()
    assert "zipped" in (run / "SUMMARY.md").read_text()
    cell = f"{NEW}/standard_scaler/zipped>{OLD}/zipfile"
    outside.run("--only", cell)
    (one,) = (outside.results / "cells").glob("*/run.json")
    assert json.loads(one.read_text())["formats"] == {"zipped": {"converts": False}}
    assert changed_files() == before


def test_a_changed_format_is_another_plan(outside: Bench) -> None:
    words = ("plan", "--matrix", str(outside.matrix), "--json", "--no-resolve")
    first = json.loads(outside.call(*words).stdout)["digest"]
    text = (outside.folder / "zipped.py").read_text()
    (outside.folder / "zipped.py").write_text(text.replace("protocol=4", "protocol=5"))
    assert json.loads(outside.call(*words).stdout)["digest"] != first


def test_a_format_that_an_environment_cannot_import_is_unsupported_there_and_nothing_else_is(outside: Bench) -> None:
    text = (outside.folder / "zipped.py").read_text()
    (outside.folder / "zipped.py").write_text(
        text + '\nimport sys\n\nif sys.version_info < (3, 12):\n    raise ImportError("too old")\n'
    )
    outside.write(cases="[standard_scaler]", formats="[pickle, zipped]", include=BOTH)
    outside.matrix.write_text(outside.matrix.read_text() + "formats: {files: [zipped.py]}\n")
    outside.run()
    found = statuses(outside.tables())
    assert found[f"{OLD}/standard_scaler/zipped"] == "unsupported"
    assert found[f"{NEW}/standard_scaler/zipped>{OLD}/zipfile"] == "unsupported"
    assert found[f"{NEW}/standard_scaler/zipped>{NEW}/zipfile"] == "ok"
    assert found[f"{OLD}/standard_scaler/pickle>{OLD}/pickle"] == "ok"
    (why,) = set(outside.tables().artifacts.set_index("artifact_id").loc[[f"{OLD}/standard_scaler/zipped"], "reason"])
    assert why == "zipped.py cannot be imported in this environment (ImportError: too old)"


BORROWED = """
    - {{scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}}
    - {{scikit-learn: "1.2.2", name: borrowed, kind: borrowed, interpreter: {python}}}
"""


def test_an_installed_package_adds_a_format_and_a_kind(bench: Bench, undisturbed: Bench, workspace: Path) -> None:
    before = changed_files()
    (bench.folder / "site").mkdir()
    site = {"PYTHONPATH": str(install(bench.folder / "site"))}
    python = python_of(workspace, OLD)
    bench.write(
        include=BORROWED.format(python=python),
        cases="[standard_scaler, hist_gradient_boosting_classifier]",
        formats="[zipped]",
    )
    without = bench.call("plan", "--matrix", str(bench.matrix), "--no-resolve", code=2).stderr
    assert 'no kind of environment "borrowed"' in without
    bench.run(**site)
    tables = bench.tables()
    rows = tables.environments.set_index("environment")
    assert dict(rows.kind) == {NEW: "local", "borrowed": "borrowed"}
    assert rows.loc["borrowed", "how_built"] == "borrowed"
    assert set(rows.status) == {"ok"}
    found = statuses(tables)
    assert found["borrowed/standard_scaler/zipped>borrowed/zipfile"] == "ok"
    assert found[f"{NEW}/hist_gradient_boosting_classifier/zipped>borrowed/zipfile"] == "load-error"
    assert changed_files() == before


def test_an_interpreter_that_is_not_there_is_a_reason(bench: Bench, undisturbed: Bench) -> None:
    (bench.folder / "site").mkdir()
    site = {"PYTHONPATH": str(install(bench.folder / "site"))}
    bench.write(include=BORROWED.format(python="/nowhere/python"), cases="[standard_scaler]", formats="[pickle]")
    words = ("plan", "--matrix", str(bench.matrix), "--json")
    rows = {row["name"]: row for row in json.loads(bench.call(*words, **site).stdout)["environments"]}
    assert rows["borrowed"]["reason"] == "there is no file /nowhere/python: mend `interpreter` in matrix.yaml"
    assert rows["borrowed"]["options"] == {"interpreter": "/nowhere/python"}
