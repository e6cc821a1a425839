"""What a word stands for."""

from __future__ import annotations

from harness.analysis.ask.subjects import Kind, Subject, find


def test_a_case_that_has_its_file_in_its_name_is_no_class_with_its_module() -> None:
    own = Subject(name="churn.Ridge", kind=Kind.CASE, cases=("churn.Ridge",))
    of_class = Subject(name="Ridge", kind=Kind.CLASS, cases=("ridge", "churn.Ridge"))
    assert find([of_class, own], "churn.Ridge") is not of_class
    assert find([of_class, own], "churn.Ridge").cases == ("churn.Ridge",)
    assert find([of_class, own], "case:churn.ridge").cases == ("churn.Ridge",)
    for word in ("Ridge", "sklearn.linear_model.Ridge"):
        assert find([of_class, own], word).cases == ("ridge", "churn.Ridge")
