"""What a release changes: older artifacts in two consumers of one run, as if these were two runs."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from harness import terms
from harness.analysis import versions
from harness.analysis import release
from harness.analysis.cells import explained
from harness.analysis.compare.status_changes import ChangeKind
from harness.errors import InputError
from harness.report import release as rendering

from tests.analysis.compare.common import artifact, cell, grid, run_of

EVIL = "<script>alert(1)</script> | `x` **y** [z](http://x) @someone #1"
HELD = {
    "sk1.5": {"scikit-learn": "1.5.2", "numpy": "1.26.4"},
    "sk1.8": {"scikit-learn": "1.8.0", "numpy": "2.3.0"},
    "sk1.9": {"scikit-learn": "1.9.1", "numpy": "2.3.0"},
    "sk1.9-np2.5": {"scikit-learn": "1.9.1", "numpy": "2.5.0"},
}


def stored(*special, held=HELD, writers=tuple(HELD), manifest=None):
    known = {row["cell_id"]: row for row in special}
    rows = [known.get(one) or cell(one, parity="identical") for one in grid(writers, tuple(held))]
    artifacts = [artifact(one, manifest=manifest) for one in dict.fromkeys(row["artifact_id"] for row in rows)]
    environments = [
        {"environment": name, "status": "ok", "reason": None, "python": "3.12.1", "packages": json.dumps(packages)}
        for name, packages in held.items()
    ]
    made = run_of(artifacts=artifacts, started="2026-11-21T20:30:00+00:00")
    environments = pd.DataFrame(environments)
    cells = explained(pd.DataFrame(rows), made.artifacts, environments)
    return SimpleNamespace(**{**vars(made), "cells": cells, "environments": environments})


def of(run, version="1.9", package="scikit-learn"):
    return release.compare_release(run, versions.wanted(version, package))


def test_the_two_consumers_differ_in_the_package_and_in_as_little_else_as_can_be() -> None:
    found = of(stored()).consumers
    assert (found.before, found.after, found.was, found.now, found.others) == ("sk1.8", "sk1.9", "1.8.0", "1.9.1", ())
    (other,) = of(stored(held={name: HELD[name] for name in ("sk1.5", "sk1.8", "sk1.9-np2.5")})).consumers.others
    assert str(other) == "numpy 2.3.0 → 2.5.0"
    found = of(stored(), "2.5", "numpy").consumers
    assert (found.before, found.after, found.others) == ("sk1.9", "sk1.9-np2.5", ())


def test_only_what_was_written_before_the_release_counts() -> None:
    assert of(stored()).producers == ("sk1.5", "sk1.8")
    assert of(stored(), "1.8").producers == ("sk1.5",)
    runtimes = {**HELD, "ort1.24": {"onnxruntime": "1.24.0"}, "ort1.26": {"onnxruntime": "1.26.0"}}
    found = of(stored(held=runtimes), "1.26", "onnxruntime")
    assert (found.consumers.before, found.producers) == ("ort1.24", tuple(HELD))


def test_each_change_is_told_in_the_words_of_a_comparison() -> None:
    run = stored(
        cell("sk1.5/ridge/pickle>sk1.9/pickle", "drift", parity="drift"),
        cell("sk1.5/forest/pickle>sk1.9/pickle", "load-error"),
        cell("sk1.5/forest/joblib>sk1.8/joblib", "load-error"),
        cell("sk1.8/ridge/joblib>sk1.9/joblib", parity="close", version_warning=True),
        cell("sk1.8/ridge/pickle>sk1.9-np2.5/pickle", "crash"),  # of an environment that is none of the two
    )
    found = of(run)
    changed = {kind: count for kind, count in found.counts.items() if count}
    assert changed == {ChangeKind.DRIFTS: 1, ChangeKind.BREAKS: 1, ChangeKind.FIXED: 1}
    assert (found.newly_warned, found.cells, found.never_tried) == (1, 8, 0)
    assert [(row.estimator, row.format, row.counts, row.newly_warned) for row in found.rows] == [
        ("ridge", "pickle", {ChangeKind.DRIFTS: 1}, 0),
        ("forest", "pickle", {ChangeKind.BREAKS: 1}, 0),
        ("forest", "joblib", {ChangeKind.FIXED: 1}, 0),
        ("ridge", "joblib", {}, 1),
    ]
    assert found.groups[0].example == "sk1.5/ridge/pickle>sk1.9/pickle"
    page = rendering.render(found)
    assert "Ok before, now predicting something else without an error: **1 cell**" in page
    assert "| ridge | pickle | 2 | 1 |" in page
    assert page.index("## By estimator") < page.index("now predicting something else without an error: 1 cell\n")
    data = json.loads(json.dumps(rendering.as_data(found)))
    assert (data["counts"]["drifts"], data["consumers"]["others"]) == (1, [])


def test_estimators_are_named_by_their_class() -> None:
    run = stored(
        cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error"),
        manifest=json.dumps({"estimator": "sklearn.linear_model._ridge.Ridge", "parameters": {}}),
    )
    assert of(run).rows[0].estimator == "Ridge (ridge)"  # the forest has the same
    run.artifacts.loc[run.artifacts["case"] == "forest", "manifest"] = None
    assert of(run).rows[0].estimator == "Ridge"


def test_what_did_not_run_stands_at_the_top_and_counts_as_lost() -> None:
    run = stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "not-run"))
    found = of(run)
    assert (found.never_tried, found.counts[ChangeKind.LOST]) == (1, 1)
    page = rendering.render(found)
    assert page.index("✗ 1 cell did not run") < page.index("not tried or not comparable any more: **1 cell**")


@pytest.mark.parametrize(
    ("version", "package", "message"),
    [
        ("1.10", "scikit-learn", "no environment has scikit-learn 1.10; the run has scikit-learn 1.5.2"),
        ("1.5", "scikit-learn", "there is no release before scikit-learn 1.5 to compare with"),
        ("1.0", "skops", "no environment has skops 1.0; the run has no skops"),
    ],
)
def test_what_cannot_be_compared_is_told_with_what_there_is(version, package, message) -> None:
    with pytest.raises(InputError, match=message):
        of(stored(), version, package)


def test_text_of_models_and_packages_is_escaped() -> None:
    held = {**HELD, "sk1.9": {**HELD["sk1.9"], "evil": EVIL}}
    held = {name: held[name] for name in ("sk1.5", "sk1.8", "sk1.9")}
    run = stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error", reason=EVIL), held=held)
    page = rendering.render(of(run))
    assert "<script>" not in page and "[z](" not in page and " @someone" not in page
    (row,) = [line for line in page.splitlines() if "alert" in line and line.startswith("|")]
    assert row.replace("\\|", "").count("|") == 8


def test_without_a_change_it_says_so() -> None:
    assert "Nothing changes." in rendering.render(of(stored()))


def test_versions_that_are_none_are_left_out_and_told() -> None:
    odd = {**HELD, "own": {"scikit-learn": "1.9.built-here", "numpy": "2.3.0"}}
    found = of(stored(held=odd))
    assert (found.consumers.before, found.consumers.after, found.producers) == ("sk1.8", "sk1.9", ("sk1.5", "sk1.8"))
    with pytest.raises(InputError, match=r"the run has scikit-learn 1\.9\.built-here$"):
        of(stored(held={"own": odd["own"]}))


def test_of_another_package_the_purer_pair_is_compared_and_the_nearer_one_named() -> None:
    held = {
        "np1": {"scikit-learn": "1.5.2", "numpy": "1.26.4", "python": "3.12.1"},
        "np2.0": {"scikit-learn": "1.5.2", "numpy": "2.0.2", "python": "3.9.18"},
        "np2.1": {"scikit-learn": "1.5.2", "numpy": "2.1.1", "python": "3.12.1"},
    }
    run = stored(held=held)
    run.environments["python"] = [packages["python"] for packages in held.values()]
    found = of(run, "2.1", "numpy")
    assert (found.consumers.before, found.consumers.others, found.consumers.passed_over) == ("np1", (), ("2.0.2",))
    page = rendering.render(found)
    assert "Nearer is numpy 2.0.2, in environments that also differ in scikit-learn or Python." in page
    del held["np1"]
    found = of(run_without(run, "np1"), "2.1", "numpy")
    assert (found.consumers.before, found.consumers.passed_over) == ("np2.0", ())
    assert "The two environments differ in more than numpy: python 3.9.18 → 3.12.1." in rendering.render(found)


def run_without(run, name):
    cells = run.cells[(run.cells["producer"] != name) & (run.cells["consumer"] != name)]
    environments = run.environments[run.environments["environment"] != name]
    return SimpleNamespace(**{**vars(run), "cells": cells, "environments": environments})


def test_a_release_of_scikit_learn_is_compared_with_the_one_before_whatever_else_differs() -> None:
    run = stored(held={name: HELD[name] for name in ("sk1.5", "sk1.8", "sk1.9")})
    run.environments["python"] = ["3.13.0", "3.12.1", "3.13.0"]
    assert of(run).consumers.before == "sk1.8"


def test_each_group_says_what_changed_beside_it_and_how_to_see_it_again() -> None:
    page = rendering.render(of(stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error"))))
    assert "| changed there: scikit-learn 1.8.0 → 1.9.1 | sk1.5/ridge" in page
    (again,) = [line for line in page.splitlines() if line.startswith("    python")]
    assert "--only 'sk1.5/ridge/pickle>sk1.9/pickle' --locks " in again
    assert "again" not in rendering.render(of(stored()))
