"""Scores against the truth."""

from __future__ import annotations

import pathlib
import sys

import numpy as np
import pandas
import pytest

from harness import judging
from harness.judging import score

from tests.judging.common import ONES, objects, sparse, wire


def scored(kind, predictions, truth):
    return score(kind, wire(predictions), wire(truth))


def test_accuracy():
    assert scored("accuracy", np.array(["a", "b", "b"]), objects("a", "b", "c")) == pytest.approx(2 / 3)
    assert scored("accuracy", np.array([1, 2]), np.array([[1], [3]])) == 0.5
    assert scored("accuracy", np.array([1.0, 2.0]), np.array([1, 2])) == 1.0
    assert scored("accuracy", np.array([1, 2]), np.array(["1", "2"])) == 0.0
    rows = np.array([[1, 0], [1, 1], [0, 0]])
    other = np.array([[1, 0], [1, 0], [0, 0]])
    assert scored("accuracy", sparse(rows), other) == pytest.approx(2 / 3)
    assert scored("accuracy", np.array(["a", "b"]), pandas.Series(["a", "x"])) == 0.5
    assert scored("accuracy", ["a", "b"], pandas.Categorical(["a", None])) == 0.5


def test_r2_is_scikit_learns():
    truth = np.array([3.0, -0.5, 2, 7])
    assert scored("r2", np.array([2.5, 0.0, 2, 8]), truth) == pytest.approx(0.9486081370449679)  # of its docstring
    two = np.array([[0.5, 1], [-1, 1], [7, -6]])
    assert scored("r2", np.array([[0, 2], [-1, 2], [8, -5]]), two) == pytest.approx(
        (0.9654377880184332 + 0.9081632653061225) / 2
    )
    constant = np.array([2.0, 2.0])
    assert scored("r2", constant, constant) == 1.0
    assert scored("r2", constant + 1, constant) == 0.0


@pytest.mark.parametrize(
    ("kind", "predictions", "truth"),
    [
        (None, ONES, ONES),
        ("r2", np.array([1.0]), np.array([1.0])),
        ("r2", np.array([np.nan, 1]), np.array([1.0, 2])),
        ("r2", np.array(["a", "b"]), np.array([1.0, 2])),
        ("r2", np.array([1.0, 2]), np.array([1.0, 2, 3])),
        ("accuracy", np.array([1, 2]), np.array([1, 2, 3])),
        ("accuracy", np.array([], dtype=int), np.array([], dtype=int)),
        ("accuracy", [np.ones(2), np.ones(2)], np.ones((2, 2))),
        ("accuracy", object(), ONES),
    ],
)
def test_no_score_where_none_is_defined(kind, predictions, truth):
    assert scored(kind, predictions, truth) is None


def test_opaque_predictions_are_never_right_and_unknown_scores_are_errors():
    assert scored("accuracy", objects(object(), "a"), objects(object(), "a")) == 0.5
    with pytest.raises(ValueError, match="no score is called 'f1'"):
        scored("f1", ONES, ONES)


def test_the_host_imports_nothing_of_the_guest():
    for path in pathlib.Path(judging.__file__).parent.glob("*.py"):
        assert "harness.guest" not in [
            line.split()[1] for line in path.read_text().splitlines() if line.startswith("from ")
        ]
    assert "sklearn" not in sys.modules
