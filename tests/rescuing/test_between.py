"""The few environments between the writer's and the target's that are worth a try."""

from __future__ import annotations

import types

import pytest

from harness.bisecting import subjects
from harness.checking.wanted import Wanted
from harness.inspection import Inspection
from harness.inspection.result import Evidence
from harness.rescuing import between


@pytest.fixture(scope="module")
def matrix():
    return subjects.known_matrix()


def file_of(matrix, release, numpy):
    evidence = (Evidence(package="numpy", version=numpy, exact=False, why=""),)
    found = Inspection(path="", size=1, format="pickle", evidence=evidence)
    home = Wanted(scikit_learn=release, python="3.13")
    return types.SimpleNamespace(home=home, found=found, packages=("imbalanced-learn",), matrix=matrix)


def names(file, target):
    return [one.name for one in between.environments(file, target)]


def test_the_neighbours_of_both_ends_are_tried(matrix) -> None:
    target = Wanted(scikit_learn="1.9.1", python="3.13", numpy="2.5")
    found = between.environments(file_of(matrix, "1.2.2", "1.x"), target)
    assert [one.minor for one in found] == ["1.3", "1.8"]
    assert all("imbalanced-learn" in one.packages for one in found)


def test_neighbouring_releases_have_none_between_them(matrix) -> None:
    assert names(file_of(matrix, "1.4.2", "1.x"), Wanted(scikit_learn="1.5.2", python="3.12")) == []


def test_from_numpy_2_the_last_numpy_1_comes_first_under_a_python_that_it_has_wheels_for(matrix) -> None:
    target = Wanted(scikit_learn="1.4.2", python="3.12", numpy="1.26")
    first, *others = between.environments(file_of(matrix, "1.6.1", "2.x"), target)
    assert first.name == "sk1.6.1-np1.26" and first.python == "3.12" and "numpy==1.26.*" in first.packages
    assert first.numpy is None and [one.minor for one in others] == ["1.5"]
