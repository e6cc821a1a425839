"""Which versions are meant."""

from __future__ import annotations

import pytest

from harness.analysis import versions
from harness.errors import InputError


@pytest.mark.parametrize(
    ("version", "asked", "meant"),
    [
        ("1.0.2", "1.0", True),
        ("1.10.0", "1.1", False),
        ("1.5.2", "1.5.2", True),
        ("1.5.20", "1.5.2", False),
        ("3", "3", True),
    ],
)
def test_a_minor_means_all_of_its_releases(version, asked, meant) -> None:
    assert versions.wanted(asked).holds({"scikit-learn": version}) is meant


def test_another_package_is_named_before_its_version() -> None:
    one = versions.wanted("ONNX_runtime=1.24")
    assert (one.package, one.version) == ("onnx-runtime", "1.24")
    assert versions.wanted("numpy==1.26").holds({"numpy": "1.26.4"})
    assert not versions.wanted("numpy=1.26").holds({"scikit-learn": "1.26"})
    assert versions.wanted("1.24", "onnxruntime").package == "onnxruntime"


@pytest.mark.parametrize("text", ["", "newest", "numpy=", "1.5-", "=", "=1.5", " =1.5"])
def test_what_is_no_version_is_refused(text) -> None:
    with pytest.raises(InputError, match="is no version"):
        versions.wanted(text)


def test_ten_comes_after_nine() -> None:
    assert versions.ordered(["1.10", "1.9", "1.10"]) == ["1.9", "1.10"]


def test_what_is_no_version_stands_before_those_that_are() -> None:
    assert versions.ordered(["1.10", "2.0-beta-x", "1.9", "", "1.9"]) == ["", "2.0-beta-x", "1.9", "1.10"]


HELD = {
    "old": {"scikit-learn": "1.3.2", "numpy": "1.26.4", "python": "3.12.1", "pandas": "2.1.0"},
    "new": {"scikit-learn": "1.5.2", "numpy": "2.1.0", "python": "3.12.1"},
}


@pytest.mark.parametrize("name", ["sklearn", "scikit-learn", "Scikit_Learn", "SKLEARN"])
def test_scikit_learn_is_known_by_its_two_names(name) -> None:
    assert versions.wanted(f"{name}=1.5") == versions.wanted("1.5")
    assert versions.wanted("1.5", name) == versions.wanted("1.5")


def test_a_package_that_nobody_has_is_wrong_input_and_is_told_with_what_there_is() -> None:
    versions.check_known([versions.wanted("sklearn=1.5"), versions.wanted("pandas=9")], HELD)
    with pytest.raises(InputError) as wrong:
        versions.check_known([versions.wanted("1.5"), versions.wanted("numpi=1.26")], HELD)
    assert str(wrong.value) == (
        'no package "numpi"; perhaps "numpy"; the environments have scikit-learn, numpy, python and 1 more'
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("1.3.0", "of scikit-learn 1.3 there is 1.3.2; 1.3 means every 1.3.x"),
        ("1.4.1", "there are scikit-learn 1.3.2, 1.5.2"),
        ("pandas=2.2", "there is pandas 2.1.0"),
        ("nothing=1.0", ""),
    ],
)
def test_a_release_that_nobody_has_is_told_with_those_of_its_minor(asked, words) -> None:
    assert versions.releases_there(versions.wanted(asked), HELD) == words
