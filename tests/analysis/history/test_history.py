"""Histories of runs that were stored by hand."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

import fsspec
import numpy as np
import pytest
from rich.console import Console

from harness.analysis import history
from harness.analysis.compare import expectations
from harness.analysis.compare.expectations import Expectations
from harness.errors import InputError, MachineError
from harness.analysis.history.figure_kinds import SIZE, WORDS
from harness.terms import Figure
from harness.report import history as rendering

from tests.analysis.history.stored import cell, store

JOBLIB = {"new": {"joblib": "1.5.0"}}
CASES = ("forest", "knn", "ridge")


def shown(found: history.History) -> str:
    console = Console(file=io.StringIO(), width=180, highlight=False)
    rendering.show(found, console)
    return console.file.getvalue()


def step(results, at: int = 5, runs: int = 10, ratio: float = 1.5, **more) -> None:
    """Runs whose joblib cells load slower since the one in which joblib changed; pickle's do not."""
    noise = np.random.default_rng(0).normal(0, 0.02, (runs, len(CASES) + 1))
    for place in range(runs):
        factor = ratio if place >= at else 1.0
        seconds = {cell(case): 1e-3 * factor * np.exp(n) for case, n in zip(CASES, noise[place], strict=False)}
        seconds[cell(fmt="pickle")] = 1e-3 * np.exp(noise[place, -1])
        store(results, place, seconds=seconds, packages=JOBLIB if place >= at else {}, **more)


def test_cells_that_became_slower_together_are_one_finding_with_their_package(tmp_path) -> None:
    step(tmp_path)
    found = history.read_history(tmp_path)
    (finding,) = found.findings
    assert (finding.run[:8], finding.what, finding.count, finding.lasting) == ("20261106", "load slower", 3, 3)
    assert finding.common == {"producer": "old", "format": "joblib", "consumer": "new", "reader": "joblib"}
    assert [str(package) for package in finding.packages] == ["joblib 1.4.2 → 1.5.0"]
    change = finding.changes[0]
    assert change.previous[:8] == "20261105"
    assert change.ratio == pytest.approx(1.5, rel=0.05)
    assert change.before == pytest.approx(1e-3, rel=0.05)
    assert (change.producer_packages, change.harness_version, change.matrix_digest) == ((), None, None)
    text = shown(found)
    assert "2026-11-06" in text and "3 cells load slower" in text and "joblib 1.4.2 → 1.5.0" in text
    assert "10 runs, 4 cells, 4 series" in text


def test_what_changed_beside_packages_is_told(tmp_path) -> None:
    for place in range(8):
        late = place >= 4
        store(tmp_path, place, seconds={cell(): 2.0 if late else 1.0}, harness_version="0.2.0" if late else "0.1.0",
              matrix_digest="n" if late else "m")  # fmt: skip
    (change,) = history.read_history(tmp_path).changes
    assert change.packages == ()
    assert (change.harness_version, change.matrix_digest) == (("0.1.0", "0.2.0"), ("m", "n"))
    assert "harness 0.1.0 -> 0.2.0" in shown(history.read_history(tmp_path))


def test_where_two_runs_cannot_be_told_apart_the_one_with_the_package_is_named(tmp_path) -> None:
    values = [1.0, 1.02, 0.98, 1.01, 0.99, 1.14, 1.3, 1.28, 1.32, 1.3, 1.31, 1.29]  # the sixth lies between
    for at in (5, 6):
        for place, value in enumerate(values):
            store(tmp_path / str(at), place, seconds={cell(): value}, packages=JOBLIB if place >= at else {})
        (change,) = history.read_history(tmp_path / str(at)).changes
        assert change.run.endswith(f"{at:04}")
        assert [str(package) for package in change.packages] == ["joblib 1.4.2 → 1.5.0"]


def test_where_packages_changed_in_both_runs_the_figures_decide(tmp_path) -> None:
    values = [1.0, 1.02, 0.98, 1.01, 0.99, 1.142, 1.3, 1.28, 1.32, 1.3, 1.31, 1.29]
    for place, value in enumerate(values):
        packages = {"numpy": "2.2.0"} if place >= 5 else {}
        packages |= {"joblib": "1.5.0"} if place >= 6 else {}
        store(tmp_path, place, seconds={cell(): value}, packages={"new": packages})
    (change,) = history.read_history(tmp_path).changes
    assert [str(package) for package in change.packages] == ["numpy 2.1.3 → 2.2.0"]


def test_cells_in_whose_environments_other_packages_changed_are_findings_of_their_own(tmp_path) -> None:
    for place in range(8):
        late = place >= 4
        seconds = {cell(consumer=name): 2.0 if late else 1.0 for name in ("old", "new")}
        store(tmp_path, place, seconds=seconds, packages=JOBLIB if late else {})
    first, second = history.read_history(tmp_path).findings
    assert {(len(one.packages), one.common["consumer"]) for one in (first, second)} == {(1, "new"), (0, "old")}


def test_a_figure_without_rounds_was_not_measured(tmp_path) -> None:
    for place in range(8):
        store(tmp_path, place, seconds={cell(): 2.0 if place >= 4 else 1.0}, rounds=0)
    assert history.read_history(tmp_path).series == ()


def test_another_host_or_an_emulated_one_is_another_series(tmp_path) -> None:
    for place in range(12):
        odd = place % 2 == 1
        store(tmp_path / "hosts", place, seconds={cell(): 3.0 if odd else 1.0}, fingerprint="ab"[odd] * 16)
        store(tmp_path / "qemu", place, seconds={cell(): 3.0 if odd else 1.0}, emulated=odd)
        store(tmp_path / "unknown", place, seconds={cell(): 3.0 if place > 5 else 1.0}, fingerprint=None)
    for name, series in (("hosts", 2), ("qemu", 2), ("unknown", 0)):
        found = history.read_history(tmp_path / name, figures=["load_seconds"])
        assert (len(found.series), found.changes) == (series, ()), name


def test_sizes_need_no_host_and_are_the_artifacts(tmp_path) -> None:
    readers = [cell(reader="joblib"), cell(reader="joblib-mmap"), cell(consumer="old")]
    for place in range(8):
        store(
            tmp_path,
            place,
            sizes=dict.fromkeys(readers, 1030 if place >= 4 else 1000),
            fingerprint="ab"[place % 2] * 16,
        )
    found = history.read_history(tmp_path)
    (change,) = found.changes
    assert (change.subject, change.figure, change.run[:8]) == ("old/ridge/joblib", "size_bytes", "20261105")
    assert [len(series.values) for series in found.series] == [8]
    assert "1 artifacts are larger  1.03x" in shown(found)


def test_a_status_that_changed_is_told_exactly_and_drift_first(tmp_path) -> None:
    statuses = ["ok", "ok", "drift", "drift", "ok", "load-error"]
    for place, status in enumerate(statuses):
        store(tmp_path, place, statuses={cell(): status, cell("knn"): "ok" if place < 5 else "drift"},
              packages=JOBLIB if place >= 2 else {})  # fmt: skip
    found = history.read_history(tmp_path)
    changes = {
        (change.subject, change.before, change.after, change.run[-4:], change.lasting) for change in found.changes
    }
    assert changes == {
        (cell(), "ok", "drift", "0002", False),
        (cell(), "drift", "ok", "0004", False),
        (cell(), "ok", "load-error", "0005", True),
        (cell("knn"), "ok", "drift", "0005", True),
    }
    assert [finding.what for finding in found.findings][:2] == ["ok -> drift"] * 2
    assert [finding.what for finding in found.findings][-1] == "drift -> ok"
    (first,) = [change for change in found.changes if change.run.endswith("0002")]
    assert [str(package) for package in first.consumer_packages] == ["joblib 1.4.2 → 1.5.0"]
    text = shown(found)
    assert text.lstrip().startswith("1 cell ok before, now predicting something else without an error")
    assert "(changed again since)" in text


def test_a_cell_that_was_not_tried_has_not_changed(tmp_path) -> None:
    outcomes = [("ok", None), ("not-run", "no wheels"), ("no-artifact", "not-run: no wheels"), ("ok", None)]
    for place, (status, reason) in enumerate([*outcomes, ("not-run", "no wheels")]):
        store(tmp_path, place, statuses={cell(): status}, reasons={cell(): reason})
    found = history.read_history(tmp_path)
    assert found.changes == ()
    assert "1 cell of the newest run did not run" in shown(found)
    for place, status in enumerate(("ok", "no-artifact")):
        store(tmp_path / "b", place, statuses={cell(): status}, reasons={cell(): "dump-error: no"})
    assert len(history.read_history(tmp_path / "b").changes) == 1


def test_runs_that_cannot_be_read_are_told_and_left_out(tmp_path) -> None:
    step(tmp_path)
    reasons = {
        store(tmp_path, 20, schema_version=99).name: "written under schema version 99, and this harness reads",
        store(tmp_path, 21, complete=False).name: "not finished: continue it with `python -m harness run --run",
        store(tmp_path, 22).name: "run.json cannot be read",
        store(tmp_path, 23).name: "cannot be read",
        store(tmp_path, 24).name: "cannot be read",
        store(tmp_path, 25).name: "cannot be read",
    }
    names = list(reasons)
    (tmp_path / names[2] / "run.json").write_text("{")
    (tmp_path / names[3] / "cells.parquet").write_bytes(b"PAR1 no PAR1")
    (tmp_path / names[4] / "environments.parquet").unlink()
    # In the middle: what comes after it must not be reported under its name.
    middle = tmp_path / "20261104T000000Z-nightly-0000"
    shutil.copytree(tmp_path / names[5], middle)
    (middle / "run.json").write_text(
        json.dumps({**json.loads((middle / "run.json").read_text()), "started": "2026-11-04"})
    )
    for name in (middle.name, names[5]):
        (tmp_path / name / "cells.parquet").unlink()
    (tmp_path / "no-run").mkdir()
    (tmp_path / "README.md").write_text("")
    found = history.read_history(tmp_path)
    skipped = {one.name: one.reason for one in found.skipped}
    assert set(skipped) == {*reasons, middle.name}
    for name, reason in reasons.items():
        assert skipped[name].startswith(reason)
        assert f"left out: {name}: {reason}" in shown(found)
    assert len(found.runs) == 10
    (finding,) = found.findings
    assert finding.run[:8] == "20261106"
    data = rendering.as_data(found)
    assert data["series"][0]["runs"] == [run["run_id"] for run in data["runs"]]


@pytest.mark.parametrize(
    "facts",
    [{"host": [1]}, {"host": "x"}, {"schema_version": None}, {"run_id": None}, {"started": 7}, {"complete": None}],
)
def test_a_run_with_nonsense_in_run_json_ends_nothing(tmp_path, facts) -> None:
    step(tmp_path)
    path = store(tmp_path, 20, seconds={cell(): 1.5e-3})
    (path / "run.json").write_text(json.dumps({**json.loads((path / "run.json").read_text()), **facts}))
    assert history.read_history(tmp_path).findings[0].count == 3
    assert shown(history.read_history(tmp_path))
    for text in ("[]", "7", "null"):
        (path / "run.json").write_text(text)
        assert [one.name for one in history.read_history(tmp_path).skipped] == [path.name]


def test_figures_that_are_no_numbers_are_none(tmp_path) -> None:
    for place in range(8):
        store(tmp_path, place, seconds={cell(): [1.0, float("inf"), float("nan")][place % 3]})
    (series,) = history.read_history(tmp_path).series
    assert series.values == (1.0, 1.0, 1.0)


def test_each_profile_has_a_matrix_digest_of_its_own(tmp_path) -> None:
    for place in range(8):
        facts = {"profile": "quick", "matrix_digest": "q"} if place % 2 else {}
        store(tmp_path, place, seconds={cell(): 2.0 if place >= 4 else 1.0}, **facts)
    (change,) = history.read_history(tmp_path).changes
    assert change.matrix_digest is None


def test_figures_and_cells_can_be_chosen(tmp_path) -> None:
    step(tmp_path)
    assert len(history.read_history(tmp_path, patterns=["*/knn/*", "*/forest/*"]).changes) == 2
    assert len(history.read_history(tmp_path, patterns=["!*/knn/*"]).changes) == 2
    assert history.read_history(tmp_path, figures=["status", "size_bytes"]).changes == ()
    with pytest.raises(InputError, match="no figure load_second; there are status, load_seconds"):
        history.read_history(tmp_path, figures=["load_second"])
    with pytest.raises(InputError, match="no cell fits .*PRODUCER/CASE/FORMAT"):
        history.read_history(tmp_path, patterns=["nothing"])


def accepting(tmp_path: Path, entry: str) -> Expectations:
    path = tmp_path / "expectations.yaml"
    path.write_text("accepted:\n  - {%s, reason: joblib 1.5 checks more}\n" % entry)
    return expectations.read(path)


@pytest.mark.parametrize("since", ["2026-11-06", "20261105T200000Z", "20261107T200000Z-nightly-0006"])
@pytest.mark.parametrize("cells", ['"*/knn/*"', "{case: knn}", "{case: k*, reader: joblib}"])
def test_an_accepted_change_is_not_reported_again(tmp_path, since, cells) -> None:
    step(tmp_path)
    known = accepting(tmp_path, f"change: load_seconds, cells: {cells}, since: {since}")
    found = history.read_history(tmp_path, expectations=known)
    assert (len(found.changes), found.findings[0].count) == (2, 2)
    assert [one.reason for one in found.accepted] == ["joblib 1.5 checks more"]
    assert f"accepted: {cell('knn')} (load_seconds): joblib 1.5 checks more" in shown(found)
    assert rendering.as_data(found)["accepted"][0]["subject"] == cell("knn")


@pytest.mark.parametrize(
    "entry",
    [
        'change: load_seconds, cells: "*/knn/*", since: 2026-11-03',
        'change: load_seconds, cells: "*/knn/*", since: 2026-11-09',
        'change: load_seconds, cells: "*/knn/*", since: 2026-11-06, up_to: 1.1',
        'change: size_bytes, cells: "*/knn/*", since: 2026-11-06',
        "change: load_seconds, cells: {case: knn, reader: joblib-mmap}, since: 2026-11-06",
        "change: load_seconds, cells: {family: trees}, since: 2026-11-06",
    ],
)
def test_another_change_is_not_accepted_with_it(tmp_path, entry) -> None:
    step(tmp_path)
    assert history.read_history(tmp_path, expectations=accepting(tmp_path, entry)).accepted == ()


def test_the_change_of_an_artifact_is_accepted_by_its_cells(tmp_path) -> None:
    for place in range(8):
        store(tmp_path, place, sizes={cell(): 200 if place >= 4 else 100})
    known = accepting(tmp_path, f'change: size_bytes, cells: "{cell()}", since: 2026-11-06')
    found = history.read_history(tmp_path, expectations=known)
    assert found.changes == () and len(found.accepted) == 1


def test_every_figure_has_its_words() -> None:
    assert set(WORDS) == {*map(str, Figure), SIZE}


def test_a_history_too_short_for_its_figures_says_so(tmp_path) -> None:
    for place in range(6):
        assert place == 0 or "from 6 comparable runs on, and there are %d" % place in shown(
            history.read_history(tmp_path)
        )
        store(tmp_path, place, seconds={cell(): 1.0})
    assert "comparable" not in shown(history.read_history(tmp_path))


def test_memory_below_some_pages_is_not_looked_at(tmp_path) -> None:
    for place in range(8):
        store(tmp_path, place, figure="load_private_bytes", unit="B",
              seconds={cell(): 4096.0 if place >= 4 else 0.0, cell("knn"): 3e8 if place >= 4 else 2e8})  # fmt: skip
    found = history.read_history(tmp_path)
    (change,) = found.changes
    assert change.subject == cell("knn")
    assert "keep more private memory  1.5x" in shown(found)
    assert "200 MB -> 300 MB" in shown(found)


def test_what_programs_get_is_json_and_whole(tmp_path) -> None:
    step(tmp_path)
    data = json.loads(json.dumps(rendering.as_data(history.read_history(tmp_path))))
    assert (len(data["runs"]), data["cells"], data["series_count"], len(data["series"])) == (10, 4, 4, 3)
    (finding,) = data["findings"]
    assert finding["packages"] == [{"name": "joblib", "before": "1.4.2", "after": "1.5.0"}]
    assert finding["ratios"] == [finding["changes"][-1]["ratio"], finding["changes"][0]["ratio"]]
    assert {"subject", "run", "previous", "before", "after", "consumer_packages"} <= finding["changes"][0].keys()


def test_names_from_a_bucket_cannot_break_out(tmp_path) -> None:
    evil = "old/[red]x[/]\x1b[2J/joblib>new/joblib"
    for place in range(8):
        store(
            tmp_path, place, seconds={evil: 2.0 if place >= 4 else 1.0}, packages={"new": {"[bold]p": str(place >= 4)}}
        )
    text = shown(history.read_history(tmp_path))
    assert "[red]x[/]" in text and "[bold]p" in text and "\x1b" not in text


def test_a_folder_elsewhere(tmp_path) -> None:
    step(tmp_path / "runs")
    here = [change.subject for change in history.read_history(tmp_path / "runs").changes]
    with zipfile.ZipFile(tmp_path / "runs.zip", "w") as archive:
        for path in (tmp_path / "runs").rglob("*"):
            archive.write(path, path.relative_to(tmp_path))
    fsspec.filesystem("memory").put(str(tmp_path / "runs"), "/bucket/runs", recursive=True)
    for url in (f"file://{tmp_path}/runs", f"zip://runs::{tmp_path}/runs.zip", "memory://bucket/runs"):
        assert [change.subject for change in history.read_history(url).changes] == here, url
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


def test_a_place_that_cannot_be_read_says_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MachineError, match="s3://bucket/runs: .*missing. Install s3fs"):
        history.read_history("s3://bucket/runs")
    with pytest.raises(InputError, match="nowhere://x.*such as s3://"):
        history.read_history("nowhere://x")
    for name in ("absent", "file"):
        (tmp_path / "file").write_text("")
        with pytest.raises(InputError, match="no such folder|no run is stored"):
            history.read_history(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no run is stored there; `persistence-matrix run`"):
        history.read_history(tmp_path / "empty")


def test_without_ruptures_the_machine_lacks_something(tmp_path, monkeypatch) -> None:
    step(tmp_path)
    monkeypatch.setitem(sys.modules, "ruptures", None)
    with pytest.raises(MachineError, match="the package ruptures"):
        history.read_history(tmp_path)


def test_nothing_is_read_that_is_not_needed(tmp_path) -> None:
    """A run elsewhere may have gigabytes of objects, and tables that are no concern of a history."""
    step(tmp_path)
    for path in tmp_path.iterdir():
        for name in ("artifacts.parquet", "samples.parquet", "journal.jsonl"):
            (path / name).write_bytes(b"\0")
    assert len(history.read_history(tmp_path).changes) == 3
