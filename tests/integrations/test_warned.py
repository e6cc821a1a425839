"""What a version warning says, and what the kept runs answer to it."""

from __future__ import annotations

import pytest

from harness.analysis.verdicts import Verdict
from harness.integrations import evidence, warned
from harness.integrations.warned import Warned

OF_1_2 = (
    "Trying to unpickle estimator DecisionTreeClassifier from version 1.2.2 when using version 1.5.2. This might lead "
    "to breaking code or invalid results. Use at your own risk. For more info please refer to:\nhttps://…"
)


class InconsistentVersionWarning(UserWarning):
    """As scikit-learn has it since 1.3."""

    def __init__(self, estimator_name: str, saved: str, loaded: str) -> None:
        super().__init__("the text is of no account")
        self.estimator_name = estimator_name
        self.original_sklearn_version = saved
        self.current_sklearn_version = loaded


def test_the_text_of_before_1_3_is_read() -> None:
    assert warned.parse(UserWarning(OF_1_2)) == Warned(
        estimator="DecisionTreeClassifier", saved="1.2.2", loaded="1.5.2"
    )


def test_the_attributes_since_1_3_are_read() -> None:
    message = InconsistentVersionWarning("Ridge", "1.6.0", "1.7.2")
    assert warned.parse(message) == Warned(estimator="Ridge", saved="1.6.0", loaded="1.7.2")


@pytest.mark.parametrize("text", ["", "Trying to unpickle estimator", "X does not have valid feature names"])
def test_another_warning_is_none_of_ours(text: str) -> None:
    assert warned.parse(UserWarning(text)) is None


def test_names_are_cut_and_cleaned() -> None:
    found = warned.parse(InconsistentVersionWarning("\x1b[31m" + "x" * 10_000, "1.2", "1.3"))
    assert found is not None
    assert "\x1b" not in found.estimator
    assert len(found.estimator) < 200


def test_a_break_is_told_with_its_sentence() -> None:
    found = warned.parse(OF_1_2)
    assert found is not None
    explained = warned.explain(found, evidence.stored())
    assert explained.verdict is Verdict.BREAKS
    assert str(explained).startswith("DecisionTreeClassifier 1.2.2 → 1.5.2: breaks (does not load)")


@pytest.mark.parametrize(
    "of", [("NoSuchClass", "1.2.2", "1.5.2"), ("Ridge", "0.11", "1.5.2"), ("Ridge", "pre-0.18", "nonsense")]
)
def test_what_no_run_knows_is_not_known(of: tuple[str, str, str]) -> None:
    estimator, saved, loaded = of
    explained = warned.explain(Warned(estimator=estimator, saved=saved, loaded=loaded), evidence.stored())
    assert explained.verdict is Verdict.UNKNOWN
    assert explained.sentence.startswith("not known (")
