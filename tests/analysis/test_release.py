"""What a release changes: older artifacts in two consumers of one run, as if these were two runs."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pandas as pd
import pytest

from harness import terms
from harness.analysis import release, versions
from harness.analysis.cells import explained
from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.release import Effect
from harness.analysis.verdicts import Verdict
from harness.errors import InputError
from harness.report import release as rendering
from harness.report import release_notes
from harness.report.console import SafeConsole

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


def of(*runs, version="1.9", package="scikit-learn"):
    return release.joined([release.changes_of(run, versions.wanted(version, package)) for run in runs])


def shown(found, width=80):
    console = SafeConsole(file=io.StringIO(), width=width)
    rendering.show(found, console)
    return console.file.getvalue()


def test_the_two_consumers_differ_in_the_package_and_in_as_little_else_as_can_be() -> None:
    found = of(stored()).consumers
    assert (found.before, found.after, found.was, found.now, found.others) == ("sk1.8", "sk1.9", "1.8.0", "1.9.1", ())
    (other,) = of(stored(held={name: HELD[name] for name in ("sk1.5", "sk1.8", "sk1.9-np2.5")})).consumers.others
    assert str(other) == "numpy 2.3.0 → 2.5.0"
    found = of(stored(), version="2.5", package="numpy").consumers
    assert (found.before, found.after, found.others) == ("sk1.9", "sk1.9-np2.5", ())


def test_only_what_was_written_before_the_release_counts() -> None:
    assert of(stored()).producers == ("sk1.5", "sk1.8")
    assert of(stored(), version="1.8").producers == ("sk1.5",)
    runtimes = {**HELD, "ort1.24": {"onnxruntime": "1.24.0"}, "ort1.26": {"onnxruntime": "1.26.0"}}
    found = of(stored(held=runtimes), version="1.26", package="onnxruntime")
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
    assert (found.newly_warned, found.cells, found.never_tried, found.models) == (1, 8, 0, 2)
    assert [(one.effect, [share.name for share in one.shares], one.models) for one in found.findings] == [
        (Effect.CHANGES, ["ridge"], 1),
        (Effect.BREAKS, ["forest"], 1),
        (Effect.FIXED, ["forest"], 1),
    ]
    assert found.findings[0].shares[0].example == "sk1.5/ridge/pickle>sk1.9/pickle"
    assert shown(found).split("\n")[1] == "≠ scikit-learn 1.9.1: changes predictions of 1 of 2 estimators, breaks 1"
    data = json.loads(json.dumps(rendering.as_data(found)))
    assert (data["counts"]["drifts"], data["consumers"]["others"]) == (1, [])
    assert (data["verdict"], data["sentence"]) == ("changes predictions", rendering.sentence(found))


def test_formats_are_folded_and_named_only_where_they_differ() -> None:
    both = [cell(f"sk1.5/ridge/{one}>sk1.9/{one}", "drift", parity="drift") for one in ("pickle", "joblib")]
    (finding,) = of(stored(*both)).findings
    assert (finding.models, finding.cells, finding.formats, finding.saved_by) == (1, 2, (), "1.5")
    (finding,) = of(stored(both[0])).findings
    assert finding.formats == ("pickle",) and "in pickle only" in rendering.scope(finding)


def test_what_every_release_brings_is_no_finding_but_one_line() -> None:
    cells = [cell(one, parity="identical", version_warning=True) for one in grid(("sk1.5", "sk1.8"), ("sk1.9",))]
    found = of(stored(*cells))
    assert (found.findings, found.newly_warned, rendering.verdict(found)) == ((), 2, Verdict.UNSEEN)
    text = shown(found)
    assert "no change seen in 2 models of 2 estimators" in text
    assert "2 models that only warn of another version, as after every release" in text


def test_a_known_cause_is_told_once_with_its_classes_and_an_unknown_one_by_class() -> None:
    run = stored(
        cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error"), cell("sk1.5/forest/pickle>sk1.9/pickle", "load-error")
    )
    text = shown(of(run))
    assert "✗ 2 estimators" in text and "ridge (1 model): load-error: it went wrong" in text
    words = {
        "error_type": "AttributeError",
        "error_message": "'SimpleImputer' object has no attribute '_fill_dtype'",
    }
    cells = [f"sk1.5/{case}/pickle>sk1.8/pickle" for case in ("ridge", "forest")]
    found = of(stored(*(cell(one, "predict-error", **words) for one in cells)), version="1.8")
    (finding,) = found.findings
    text = shown(found)
    assert finding.cause == "attribute-added" and "✗ forest (1 model), ridge (1 model)" in text
    assert " ".join(text.split()).count(finding.sentence.removesuffix(".")) == 1


def test_runs_of_the_same_two_versions_are_one_answer_and_the_newest_of_a_cell_counts() -> None:
    wrong = cell("sk1.5/ridge/pickle>sk1.9/pickle", "drift", parity="drift")
    old, new = stored(wrong), stored()
    new.run["started"] = "2026-11-22T20:30:00+00:00"
    assert of(old, new).findings == ()
    only = cell("sk1.5/lasso/pickle>sk1.9/pickle", "drift", parity="drift")
    before = cell("sk1.5/lasso/pickle>sk1.8/pickle", parity="identical")
    other = stored(held={name: HELD[name] for name in ("sk1.5", "sk1.8", "sk1.9")})
    other.cells = explained(pd.DataFrame([only, before]), other.artifacts, other.environments)
    found = of(new, other)
    assert [share.name for share in found.findings[0].shares] == ["lasso"]
    assert found.example_run[found.findings[0].shares[0].example].cells.shape[0] == 1
    assert (found.models, len(found.runs)) == (3, 2)
    others = stored(held={name: HELD[name] for name in ("sk1.5", "sk1.9")})
    assert len(of(stored(), others).runs) == 1  # it compares with 1.5


def test_a_class_of_which_nothing_is_compared_is_not_known() -> None:
    """Neither release compares it, so nothing changes between them."""
    every = [name for name in grid(tuple(HELD), tuple(HELD)) if "/ridge/" in name]
    run = stored(*(cell(one, "incomparable", parity=None) for one in every))
    found = of(run)
    assert (found.not_compared, found.findings) == (("ridge",), ())
    assert rendering.verdict(found) is Verdict.UNKNOWN
    told = " ".join(shown(found).split())
    assert "not known: 1 of 2 estimators were not tried, or not compared" in told
    assert "not known ridge: nothing of what they predict could be compared" in told
    assert "? ridge: nothing of what" in release_notes.render(found)
    assert of(stored()).not_compared == ()


def test_estimators_are_named_by_their_class_and_by_its_public_module() -> None:
    run = stored(
        cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error"),
        manifest=json.dumps({"estimator": "sklearn.linear_model._ridge.Ridge", "parameters": {}}),
    )
    (share,) = of(run).findings[0].shares
    assert (share.name, share.models, share.of) == ("Ridge", 1, 2)  # the forest has the same class here
    assert ":class:`linear_model.Ridge`" in release_notes.notes(of(run))
    run.artifacts.loc[run.artifacts["case"] == "ridge", "manifest"] = None
    assert "``ridge``" in release_notes.notes(of(run))


def test_what_did_not_run_is_told_and_never_passes() -> None:
    run = stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "not-run"))
    found = of(run)
    assert (found.never_tried, found.counts[ChangeKind.LOST]) == (1, 1)
    assert rendering.verdict(found) is Verdict.UNKNOWN
    assert "? scikit-learn 1.9.1: not known: 1 of 2 estimators were not tried" in " ".join(shown(found).split())
    page = release_notes.render(found)
    assert page.index("✗ 1 cell did not run") < page.index("## For users")


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
        of(stored(), version=version, package=package)


def test_text_of_models_and_packages_is_escaped() -> None:
    held = {**HELD, "sk1.9": {**HELD["sk1.9"], "evil": EVIL}}
    held = {name: held[name] for name in ("sk1.5", "sk1.8", "sk1.9")}
    run = stored(
        cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error", reason=EVIL),
        held=held,
        manifest=json.dumps({"estimator": f"own.{EVIL}`:raw:`", "parameters": {}}),
    )
    page = release_notes.render(of(run))
    assert "<script>" not in page and "[z](" not in page and " @someone" not in page
    (row,) = [line for line in page.splitlines() if "alert" in line and line.startswith("|")]
    assert row.replace("\\|", "").count("|") == 7
    assert "`:raw:`" not in release_notes.notes(of(run))
    assert "\x1b" not in shown(of(stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "crash", reason="\x1b[2J"))))


def test_without_a_change_it_says_so() -> None:
    assert "No change was seen." in release_notes.render(of(stored()))
    assert "no change seen in 2 models of 2 estimators" in release_notes.notes(of(stored()))


@pytest.mark.parametrize("width", [80, 200])
def test_it_fits_eighty_columns_but_for_long_words(width) -> None:
    run = stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error", reason="it went wrong " * 20))
    assert max(map(len, shown(of(run), width).splitlines())) <= 80


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
    found = of(run, version="2.1", package="numpy")
    assert (found.consumers.before, found.consumers.others, found.consumers.passed_over) == ("np1", (), ("2.0.2",))
    page = release_notes.render(found)
    assert "Nearer is numpy 2.0.2, in environments that also differ in scikit-learn or Python." in page
    del held["np1"]
    found = of(run_without(run, "np1"), version="2.1", package="numpy")
    assert (found.consumers.before, found.consumers.passed_over) == ("np2.0", ())
    assert "the two loads differ in more than numpy: python 3.9.18 → 3.12.1" in release_notes.render(found)


def run_without(run, name):
    cells = run.cells[(run.cells["producer"] != name) & (run.cells["consumer"] != name)]
    environments = run.environments[run.environments["environment"] != name]
    return SimpleNamespace(**{**vars(run), "cells": cells, "environments": environments})


def test_a_release_of_scikit_learn_is_compared_with_the_one_before_whatever_else_differs() -> None:
    run = stored(held={name: HELD[name] for name in ("sk1.5", "sk1.8", "sk1.9")})
    run.environments["python"] = ["3.13.0", "3.12.1", "3.13.0"]
    assert of(run).consumers.before == "sk1.8"


def test_the_page_says_how_to_see_it_again() -> None:
    page = release_notes.render(of(stored(cell("sk1.5/ridge/pickle>sk1.9/pickle", "load-error"))))
    (again,) = [line for line in page.splitlines() if line.startswith("    python")]
    assert "--only 'sk1.5/ridge/pickle>sk1.9/pickle' --locks " in again
    assert "Again" not in release_notes.render(of(stored()))


def test_of_several_runs_the_one_leads_whose_environments_differ_in_least() -> None:
    held = {
        "sk1.8": {"scikit-learn": "1.8.0", "numpy": "2.4.0", "python": "3.13.0"},
        "sk1.9": {"scikit-learn": "1.9.1", "numpy": "2.5.0", "python": "3.13.0"},
    }
    broad, pure = stored(held=held), stored(held={"a": {**held["sk1.9"], "numpy": "2.4.0"}, "b": held["sk1.9"]})
    pure.cells = pure.cells.iloc[:8]
    for run in (broad, pure):
        run.environments["python"] = "3.13.0"
    assert of(broad, pure, version="2.5", package="numpy").consumers.before == "a"


def test_classes_with_one_error_are_told_together() -> None:
    cells = [
        cell(f"sk1.5/{case}/pickle>sk1.9/pickle", "load-error", reason=f"no attribute of '{case}'")
        for case in ("ridge", "forest")
    ]
    assert "forest (1 model), ridge (1 model): no attribute of '…'" in shown(of(stored(*cells)))


def test_only_a_release_that_is_out_is_one_to_check_files_with() -> None:
    assert "check model.joblib --to 1.9.1`" in release_notes.render(of(stored()))
    held = {**HELD, "sk1.10": {"scikit-learn": "1.10.0rc1", "numpy": "2.3.0"}}
    assert "check model" not in release_notes.render(of(stored(held=held), version="1.10.0rc1"))
    assert "check model" not in release_notes.render(of(stored(), version="2.5", package="numpy"))


def test_what_failed_before_and_is_silent_now_says_so() -> None:
    failed = cell("sk1.5/ridge/pickle>sk1.8/pickle", "load-error")
    silent = cell("sk1.5/ridge/pickle>sk1.9/pickle", "drift", parity="drift")
    (finding,) = of(stored(failed, silent)).findings
    assert finding.effect is Effect.CHANGES and "they failed with an error before" in rendering.scope(finding)
    (finding,) = of(stored(silent)).findings
    assert "failed" not in rendering.scope(finding)
