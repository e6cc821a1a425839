"""What is recognised in whole tables: the kept run, older runs, and tables of nonsense."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cause_coverage import coverage, judged, report, sample
from harness.analysis import causes
from harness.analysis.ask import subjects
from harness.analysis.causes.loading import read
from harness.analysis.causes.matching import claims
from harness.analysis.causes.schema import Example, Side
from harness.store import RunTables, read_run
from harness.terms import BROKEN, Finding, Status
from tests.analysis.causes.rows import tables
from tests.analysis.compare.common import artifact, cell, environment

KEPT = Path(__file__).parents[3] / "results" / "reference"
RULES = [rule for one in read() for rule in one.rules]
ASKED = frozenset(map(str, BROKEN | {Status.DRIFT}))


@pytest.fixture(scope="module")
def kept() -> RunTables:
    return read_run(KEPT)


def test_the_kept_run_is_covered(kept: RunTables) -> None:
    found = coverage(judged(kept))
    assert found.cells >= 0.95
    assert found.signatures >= 0.90
    assert found.steps >= 0.90


def test_no_cell_of_the_kept_run_is_claimed_by_two_causes(kept: RunTables) -> None:
    found = claims(RULES, kept.cells, kept.artifacts, kept.environments)
    assert [names for names in found if len(names) > 1] == []


def test_those_and_only_those_that_are_broken_or_drift_have_a_cause(kept: RunTables) -> None:
    found = causes.recognise(kept.cells, kept.artifacts, kept.environments)
    asked = kept.cells["status"].isin(ASKED)
    refused = kept.cells["status"] == str(Status.REFUSED)
    assert found[asked].notna().all()
    assert found[~asked & ~refused].isna().all()
    assert found.index.equals(kept.cells.index)
    assert set(found.dropna()) <= set(causes.names())


def test_what_is_told_of_a_cell_depends_on_no_other(kept: RunTables) -> None:
    part = kept.cells.sample(500, random_state=0)
    whole = causes.traced(kept.cells, kept.artifacts, kept.environments)
    pd.testing.assert_frame_equal(causes.traced(part, kept.artifacts, kept.environments), whole.loc[part.index])


def test_a_run_of_schema_1_has_causes_but_for_what_it_did_not_tell(kept: RunTables) -> None:
    """It has no column of findings, and no machine of its environments."""
    cells = kept.cells.drop(columns=["findings"])
    environments = kept.environments[["environment", "python", "sklearn", "numpy", "packages"]]
    found = causes.recognise(cells, kept.artifacts, environments)
    errors = cells["status"].isin(ASKED - {str(Status.DRIFT)})
    assert (found[errors] != causes.UNKNOWN).mean() >= 0.95
    assert set(found[cells["status"] == str(Status.DRIFT)]) == {causes.UNKNOWN}


def test_an_error_that_stands_in_the_reason_alone_is_read_there() -> None:
    example = Example(
        status=Status.LOAD_ERROR,
        error_type="ModuleNotFoundError",
        reason="No module named 'numpy._core'",
        producer=Side(packages={"numpy": "2.1.1"}),
        consumer=Side(packages={"numpy": "1.24.2"}),
    )
    assert causes.recognise(*tables([example])).tolist() == ["numpy-module-moved"]


def test_a_candidate_counts_as_the_release_that_it_comes_before() -> None:
    example = Example(
        status=Status.PREDICT_ERROR,
        error_type="AttributeError",
        error_message="'SimpleImputer' object has no attribute '_fill_dtype'",
        producer=Side(packages={"scikit-learn": "1.7.2"}),
        consumer=Side(packages={"scikit-learn": "1.8.dev0"}),
    )
    assert causes.recognise(*tables([example])).tolist() == ["attribute-added"]


def test_a_cell_is_told_with_the_change_behind_it() -> None:
    rule = next(rule for rule in RULES if rule.cause == "attribute-added" and "_valid_mask" in str(rule.message))
    row = causes.traced(*tables([rule.example])).iloc[0]
    assert (row["since"], row["upstream"]) == ("scikit-learn 1.1", rule.upstream)


def test_what_no_rule_knows_is_unknown_and_what_works_has_none() -> None:
    nothing = {"producer": Side(), "consumer": Side()}
    broken = Example(status=Status.LOAD_ERROR, error_type="OSError", error_message="no space left", **nothing)
    cells, artifacts, environments = tables([broken, broken])
    cells.loc[1, "status"] = str(Status.OK)
    found = causes.recognise(cells, artifacts, environments)
    assert found[0] == causes.UNKNOWN
    assert pd.isna(found[1])


def test_a_table_without_rows() -> None:
    cells, artifacts, environments = tables([RULES[0].example])
    found = causes.recognise(cells.iloc[:0], artifacts, environments)
    assert found.empty


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from([rule.example.error_message or rule.example.reason for rule in RULES]),
)
VERSIONS = st.one_of(
    st.none(), st.sampled_from(["0.24.2", "1.3.2", "1.9.1", "2.1", "1.10.dev0", "1.2+dfsg", "no version"])
)
COLUMNS: dict[str, st.SearchStrategy[object]] = {
    "status": st.sampled_from([str(status) for status in Status]),
    "error_type": st.one_of(st.none(), st.sampled_from(["ValueError", "AttributeError", "ModuleNotFoundError"])),
    "error_message": TEXTS,
    "reason": TEXTS,
    "findings": st.one_of(st.none(), st.lists(st.sampled_from([str(finding) for finding in Finding]), max_size=3)),
    "case": st.sampled_from(["one", "two"]),
    "family": st.sampled_from(["trees", "text"]),
    "format": st.sampled_from(["pickle", "joblib", "onnx-float64", "skops"]),
    "reader": st.sampled_from(["pickle", "joblib", "onnxruntime"]),
    "producer": st.sampled_from(["a", "b"]),
    "consumer": st.sampled_from(["a", "b", "nowhere"]),
}
CELL = st.fixed_dictionaries(COLUMNS)
MANIFEST = st.one_of(
    st.none(),
    st.just(json.dumps({"estimator": "sklearn.ensemble.AdaBoostClassifier", "parameters": None})),
    st.just(json.dumps({"estimator": "x.Pipeline", "parameters": {"steps": "[('a', TfidfVectorizer())]"}})),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(CELL, max_size=12), versions=st.lists(VERSIONS, min_size=4, max_size=4), manifest=MANIFEST)
def test_any_table_is_read(rows: list[dict[str, object]], versions: list[str | None], manifest: str | None) -> None:
    cells = pd.DataFrame(rows, columns=list(COLUMNS))
    artifacts = pd.DataFrame(
        [{"producer": name, "case": case, "manifest": manifest} for name in "ab" for case in ("one", "two")]
    )
    environments = pd.DataFrame(
        [
            {"environment": "a", "python": versions[0], "packages": json.dumps({"scikit-learn": versions[1] or "x"})},
            {"environment": "b", "python": versions[2], "sklearn": versions[3], "packages": None},
        ]
    )
    found = causes.recognise(cells, artifacts, environments)
    asked = cells["status"].isin(ASKED)
    assert len(found) == len(cells)
    assert found[asked].notna().all()
    assert set(found.dropna()) <= set(causes.names())


def test_the_tool_prints_shares_and_samples(kept: RunTables) -> None:
    rows = judged(kept)
    assert "without a cause:" in report(rows)
    drawn = sample(kept, rows, number=3, seed=1)
    assert drawn.count("  from python ") == 3
    assert drawn == sample(kept, rows, number=3, seed=1)


HELD = (
    None,
    "",
    "{",
    "[1]",
    "5",
    "{}",
    '{"parameters": [1]}',
    '{"estimator": 5, "parameters": {"a": [1]}}',
    "[" * 10_000,
)


@pytest.mark.parametrize("text", HELD)
def test_a_manifest_or_packages_of_any_text_are_not_known(text) -> None:
    cells = pd.DataFrame([cell("old/ridge/pickle>new/pickle", "drift")])
    artifacts = pd.DataFrame([artifact("old/ridge/pickle", manifest=text)])
    environments = pd.DataFrame([{**environment(name), "packages": text} for name in ("old", "new")])
    assert list(causes.recognise(cells, artifacts, environments)) == [causes.UNKNOWN]
    assert subjects.find(subjects.known(artifacts), "ridge").cases == ("ridge",)
