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


@pytest.mark.parametrize("name", ["read_run", "ask", "inspect", "compare", "explain_warnings"])
def test_the_examples_hold(name) -> None:
    function = getattr(harness, name)
    tests = doctest.DocTestFinder(recurse=False).find(function, name, globs=vars(harness).copy())
    assert sum(len(test.examples) for test in tests) > 1
    for test in tests:
        assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("name", ["read_run", "ask", "inspect", "check", "compare"])
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
        "check",
        "compare",
        "explain_warnings",
        "inspect",
        "read_run",
    ]


def test_wrong_input_is_one_error(tmp_path) -> None:
    for call in (
        lambda: harness.read_run(tmp_path),
        lambda: harness.ask("Ridge", dumped_by="1.5", loaded_by="1.2", run=tmp_path),
        lambda: harness.compare(tmp_path, tmp_path),
        lambda: harness.check(tmp_path / "nothing"),
        lambda: harness.ask("Nobody", dumped_by="1.5", loaded_by="1.2", run="results/reference"),
        lambda: harness.compare("results/reference", "results/reference", fail_on=["nothing"]),
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
