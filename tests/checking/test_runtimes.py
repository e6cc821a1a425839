"""Environments for ONNX files: releases of onnxruntime, those of the matrix where none is named."""

from __future__ import annotations

import pytest

from harness.checking import runtimes, wanted
from harness.config import matrix as matrices
from harness.errors import InputError
from harness.machine import tools


@pytest.fixture(scope="module")
def matrix():
    return matrices.load_matrix(tools.ROOT / "matrix.yaml", native="linux/amd64")


@pytest.fixture(scope="module")
def known(matrix):
    return matrix.environments(satisfiable=lambda _: True)


def test_those_of_the_matrix_are_held_against_the_newest_of_them(known) -> None:
    found = runtimes.of([], [], known)
    assert [one.release for one in (*found.targets, found.reference)] == ["1.10", "1.24", "1.26"]
    assert "--with onnxruntime" in found.stands_in


def test_the_user_says_what_they_are_held_against(known) -> None:
    found = runtimes.of(["onnxruntime==1.24", "1.18.1", "1.20"], ["onnxruntime==1.20", "numpy==2.1"], known)
    assert [one.release for one in found.targets] == ["1.18.1", "1.24"], "not against itself"
    assert found.reference.name == "ort1.20" and found.stands_in is None


@pytest.mark.parametrize("word", ["onnxruntime>=1.20", "latest", "scikit-learn==1.5", "1.4..1.9"])
def test_other_words_are_refused(known, word) -> None:
    with pytest.raises(InputError, match="--to onnxruntime==1.24"):
        runtimes.of([word], [], known)


def test_the_matrix_file_has_a_python_and_a_numpy_of_their_day(matrix) -> None:
    some = [runtimes.Runtime(release=one) for one in ("1.10", "1.18.1", "1.24")]
    file = wanted.matrix_file(some, kind=wanted.TRUSTED_KIND, packages=["pandas"])
    read = matrices.load_matrix(file, cases=matrix.cases, formats=matrix.formats, native="linux/amd64")
    environments = read.profile("check", satisfiable=lambda _: True).environments
    assert [(one.name, one.python, one.scikit_learn) for one in environments] == [
        ("ort1.10", "3.8", None),
        ("ort1.18.1", "3.10", None),
        ("ort1.24", "3.13", None),
    ]
    assert {"onnxruntime==1.18.1", "numpy<2"} <= set(environments[1].packages)
    assert "numpy<2" not in environments[2].packages
