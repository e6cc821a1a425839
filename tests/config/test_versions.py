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
