"""What other programs may import: its examples are run, and nothing else is offered."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import harness
from harness.errors import InputError

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", ["read_run", "ask", "inspect", "compare", "explain_warnings", "upgrade"])
def test_the_examples_hold(name) -> None:
    function = getattr(harness, name)
    tests = doctest.DocTestFinder(recurse=False).find(function, name, globs=vars(harness).copy())
    assert sum(len(test.examples) for test in tests) > 1
    for test in tests:
        assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("name", ["read_run", "ask", "inspect", "check", "compare", "upgrade", "bisect", "rescue"])
def test_each_docstring_has_what_numpydoc_asks_for(name) -> None:
    function = getattr(harness, name)
    text = inspect.getdoc(function)
    for heading in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{heading}\n{'-' * len(heading)}\n" in text
    for parameter in inspect.signature(function).parameters:
        assert parameter in text.partition("Returns\n")[0]


def test_what_is_public_is_stated() -> None:
    assert sorted(harness.__all__) == [
        "__version__",
        "ask",
        "bisect",
        "check",
        "compare",
        "explain_warnings",
        "inspect",
        "read_run",
        "rescue",
        "upgrade",
    ]


def test_wrong_input_is_one_error(tmp_path) -> None:
    for call in (
        lambda: harness.read_run(tmp_path),
        lambda: harness.ask("Ridge", dumped_by="1.5", loaded_by="1.2", run=tmp_path),
        lambda: harness.compare(tmp_path, tmp_path),
        lambda: harness.check(tmp_path / "nothing"),
        lambda: harness.ask("Nobody", dumped_by="1.5", loaded_by="1.2", run="results/reference"),
        lambda: harness.compare("results/reference", "results/reference", fail_on=["nothing"]),
        lambda: harness.upgrade("1.3", tmp_path / "nothing.txt"),
        lambda: harness.upgrade("1.3", "1.8", [tmp_path / "nothing.pkl"]),
        lambda: harness.bisect("nobody_knows_this_case"),
        lambda: harness.rescue(tmp_path / "nothing.pkl", to="1.9", output=tmp_path / "new.pkl"),
    ):
        with pytest.raises(InputError):
            call()


def test_an_answer_is_a_frame_with_a_row_for_each_way() -> None:
    answer = harness.ask(
        "ridge", dumped_by=["1.5", "numpy=2"], loaded_by="1.9", format="pickle", run="results/reference"
    )
    frame = answer.to_frame()
    assert {*frame["format"]} == {"pickle"}
    assert len(frame) == len(answer.pairs)
    assert {*frame["verdict"].astype(str)} == {str(pair.verdict) for pair in answer.pairs}


def test_the_carried_reference_answers_where_no_run_is_named() -> None:
    answer = harness.ask("RandomForestClassifier", dumped_by="1.3")
    assert answer.question.is_strip and str(answer.verdict) == "changes predictions"
    assert str(harness.ask("RandomForestClassifier", dumped_by="1.2", loaded_by="1.5").verdict) == "breaks"


def test_an_upgrade_is_a_frame_with_files_before_estimators(tmp_path) -> None:
    locks = [tmp_path / "old.txt", tmp_path / "new.txt"]
    for lock, version in zip(locks, ("1.3.2", "1.8.0")):
        lock.write_text(f"scikit-learn=={version}\n")
    file = "tests/inspection/files/sk1.2-py3.11-np1.24.column_transformer.joblib"
    answer = harness.upgrade(*map(str, locks), [file])
    frame = answer.to_frame()
    assert [*frame["kind"].unique()] == ["file", "estimator"] and frame["name"].iloc[0] == file
    assert len(frame) == 1 + len(answer.estimators)
    assert frame["verdict"].iloc[0] == str(answer.verdict)
    forest = frame.set_index("name").loc["RandomForestClassifier"]
    assert (forest["verdict"], forest["cause"]) == ("changes predictions", "tree-values-fractions")
