"""Answers over small runs made by hand: which cases are meant, which environments, and what outweighs what."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from harness.analysis.ask import Verdict, ask
from harness.analysis.ask.index import Index
from harness.analysis.cells import explained
from harness.errors import InputError
from harness.report import ask as rendering

from tests.analysis.compare.common import artifact, cell, grid, run_of

EVIL = "<script>alert(1)</script> [red]x[/]"
VERSIONS = {"old": "1.2.2", "new": "1.5.2", "new2": "1.5.2"}
FITTED = {
    "ridge": ("sklearn.linear_model._ridge.Ridge", {"alpha": "1.0"}),
    "forest": ("sklearn.ensemble._forest.RandomForestClassifier", {}),
    "spam": ("sklearn.pipeline.Pipeline", {"steps": "[('a', CountVectorizer()), ('b', MultinomialNB())]"}),
}


def environment(name: str, status: str = "ok"):
    packages = {"scikit-learn": VERSIONS[name], "numpy": "2.1.0" if name == "new2" else "1.26.4"}
    told = {"packages": json.dumps(packages), "sklearn": packages["scikit-learn"], "numpy": packages["numpy"]}
    if status != "ok":
        told |= {"packages": None}
    return {"environment": name, "status": status, "reason": None, "python": "3.12.1", **told}


def fitted(identifier: str):
    case = identifier.split("/")[1]
    name, parameters = FITTED.get(case, ("", {}))
    manifest = json.dumps({"estimator": name, "parameters": parameters}) if name else None
    return artifact(identifier, manifest=manifest)


def stored(
    *special, names=("old", "new", "new2"), cases=("ridge", "forest", "spam"), formats=("pickle", "joblib", "onnx")
):
    """A run in which everything is ok but for these cells."""
    known = {row["cell_id"]: row for row in special}
    rows = []
    for identifier in grid(names, names, cases, formats):
        row = {**cell(identifier, parity="identical", max_abs_diff=0.0), **known.get(identifier, {})}
        rows.append(row)
    lost = {row["artifact_id"] for row in rows if str(row["reason"]).startswith("not-run")}
    artifacts = [
        {**fitted(one), "status": "not-run" if one in lost else "ok"}
        for one in dict.fromkeys(row["artifact_id"] for row in rows)
    ]
    made = run_of(artifacts=artifacts, started="2026-11-21T20:30:00+00:00")
    environments = pd.DataFrame([environment(name) for name in names])
    return SimpleNamespace(
        **{
            **vars(made),
            "cells": explained(pd.DataFrame(rows), made.artifacts, environments),
            "environments": environments,
        }
    )


def asked(run, estimator="ridge", producers=("1.2",), consumers=("1.5",), **given):
    return ask(Index.of_tables(run), estimator, producers=producers, consumers=consumers, **given)


def shown(answer) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    rendering.show(answer, console)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("word", "name", "cases", "within"),
    [
        ("ridge", "Ridge", ("ridge",), False),
        ("randomforestclassifier", "RandomForestClassifier", ("forest",), False),
        ("FOREST", "forest", ("forest",), False),
        ("family:linear", "linear", ("ridge", "forest", "spam"), False),
        ("multinomialNB", "MultinomialNB", ("spam",), True),
        ("Pipeline", "Pipeline", ("spam",), False),
    ],
)
def test_a_class_a_case_or_a_family_is_meant_in_any_letters(word, name, cases, within) -> None:
    subject = asked(stored(), word).question.subject
    assert (subject.name, subject.cases, subject.within) == (name, cases, within)


def test_a_class_that_no_producer_could_fit_is_found_by_its_case() -> None:
    assert asked(stored(cases=("hist_gradient",)), "HistGradient").question.subject.cases == ("hist_gradient",)


def test_an_unknown_name_is_refused_with_what_was_perhaps_meant() -> None:
    with pytest.raises(
        InputError, match='no estimator, case or family "RandomForrestClassifier"; perhaps "RandomForestC'
    ):
        asked(stored(), "RandomForrestClassifier")
    with pytest.raises(InputError, match='no format "joblob"; perhaps "joblib"'):
        asked(stored(), format_name="joblob")
    with pytest.raises(InputError, match='"one.5" is no version'):
        asked(stored(), consumers=("one.5",))


def test_each_pair_of_environments_that_fits_has_its_answer_the_worst_first() -> None:
    bad = cell("old/ridge/joblib>new2/joblib", "drift", parity="drift", max_abs_diff=0.5, label_mismatch=0.1)
    answer = asked(stored(bad))
    assert [(pair.producer, pair.consumer, pair.verdict) for pair in answer.pairs] == [
        ("old", "new2", Verdict.CHANGES),
        ("old", "new", Verdict.SAFE),
    ]
    assert answer.verdict == Verdict.CHANGES
    worst = answer.pairs[0].ways[0]
    assert (worst.name, worst.example, worst.max_abs_diff) == ("joblib/joblib", bad["cell_id"], 0.5)
    assert [way.format for way in answer.pairs[0].instead] == ["pickle", "onnx"]
    assert answer.pairs[1].instead == ()


def test_the_direction_matters_and_so_does_every_package_named() -> None:
    bad = cell("new/ridge/pickle>old/pickle", "load-error")
    assert asked(stored(bad)).verdict == Verdict.SAFE
    assert asked(stored(bad), producers=("1.5",), consumers=("1.2.2",)).verdict == Verdict.BREAKS
    (pair,) = asked(stored(bad), producers=("1.5", "numpy=2.1"), consumers=("1.2",)).pairs
    assert (pair.producer, pair.verdict) == ("new2", Verdict.SAFE)
    (pair,) = asked(stored(), consumers=("numpy=2",)).pairs
    assert pair.consumer == "new2"


def test_what_did_not_run_is_not_known_however_much_else_is_safe() -> None:
    lost = cell("old/ridge/pickle>new/pickle", "not-run", parity=None, reason="cut short")
    orphan = cell("old/ridge/joblib>new/joblib", "no-artifact", parity=None, reason="not-run: no wheels")
    pair = asked(stored(lost, orphan)).pairs[0]
    assert (pair.consumer, pair.verdict, pair.never_tried) == ("new", Verdict.UNKNOWN, 2)
    assert "2 of 2 cells did not run, and count as nothing" in shown(asked(stored(lost, orphan)))


def test_what_cannot_be_there_says_nothing_beside_what_can() -> None:
    absent = cell("old/ridge/pickle>new/pickle", "no-artifact", parity=None, reason="dump-error: a lambda")
    assert asked(stored(absent), consumers=("1.5", "numpy=1.26")).verdict == Verdict.SAFE
    assert asked(stored(absent), consumers=("1.5", "numpy=1.26"), format_name="pickle").verdict == Verdict.UNKNOWN
    refused = cell("old/ridge/pickle>new/pickle", "refused", parity=None, reason="untrusted types")
    assert asked(stored(refused), consumers=("1.5", "numpy=1.26"), format_name="pickle").verdict == Verdict.UNKNOWN


def test_formats_that_convert_are_answered_for_when_they_are_asked_for() -> None:
    onnx = [cell(f"old/ridge/onnx>{name}/onnx", "drift", parity="drift") for name in ("new", "new2")]
    assert asked(stored(*onnx)).verdict == Verdict.SAFE
    assert asked(stored(*onnx), format_name="onnx").verdict == Verdict.CHANGES
    assert asked(stored(*onnx), reader="onnx").verdict == Verdict.CHANGES


def test_versions_that_no_environment_has_are_not_known_and_told() -> None:
    answer = asked(stored(), consumers=("1.6",))
    assert (answer.verdict, answer.pairs) == (Verdict.UNKNOWN, ())
    assert "not known: this run has no two environments like these; of scikit-learn it has 1.2.2, 1.5.2" in shown(
        answer
    )


def test_an_environment_that_could_not_be_had_is_a_pair_all_the_same() -> None:
    run = stored(
        *(cell(one, "not-run", parity=None) for one in grid(("old",), ("new",), ("ridge",), ("pickle", "joblib")))
    )
    run.environments = pd.DataFrame([environment("old"), environment("new", "not-run"), environment("new2")])
    assert asked(run).pairs[0].verdict == Verdict.UNKNOWN
    assert asked(run).pairs[0].consumer == "new"


def test_whether_the_warning_may_be_ignored_is_said() -> None:
    warned = cell("old/ridge/pickle>new/pickle", parity="close", version_warning=True, max_abs_diff=1e-12)
    text = shown(asked(stored(warned), consumers=("1.5", "numpy=1.26")))
    assert "the warning may be ignored: only rounding differs, and no label" in text
    bad = cell("old/ridge/pickle>new/pickle", "drift", parity="drift", version_warning=True)
    text = shown(asked(stored(bad), consumers=("1.5", "numpy=1.26")))
    assert "do not ignore the warning" in text
    assert "safe for the same two: joblib, onnx" in text
    assert "python -m harness run --profile default --only 'old/ridge/pickle>new/pickle' --locks results/2026" in text


def test_what_fails_at_home_too_is_no_versions_fault() -> None:
    both = [cell(f"old/ridge/pickle>{name}/pickle", "load-error") for name in ("old", "new")]
    assert asked(stored(*both)).pairs[0].ways[0].at_home == 1
    assert asked(stored(both[1])).pairs[0].ways[0].at_home == 0


def test_text_of_models_is_shown_as_it_is() -> None:
    evil = cell("old/ridge/pickle>new/pickle", "load-error", reason=EVIL)
    assert "[red]x[/]" in shown(asked(stored(evil)))


def test_data_for_programs_has_the_verdict_and_the_evidence() -> None:
    data = json.loads(json.dumps(rendering.as_data(asked(stored()))))
    assert data["verdict"] == "safe"
    assert {pair["verdict"] for pair in data["pairs"]} == {"safe"}
    assert data["pairs"][0]["cells"] == 2
    assert data["run"]["started"].startswith("2026-11-21")
