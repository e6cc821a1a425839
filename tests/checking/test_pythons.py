"""The Python of an environment: the one that goes with its release, or one that is here."""

from __future__ import annotations

import pytest

from harness.checking import pythons, wanted
from harness.config import matrix as matrices
from harness.machine import interpreters, tools


@pytest.fixture
def here(monkeypatch):
    """Say which Pythons are here."""

    def only(*minors: str) -> None:
        monkeypatch.setattr(interpreters, "find", lambda minor: minor if minor in minors else None)

    return only


@pytest.mark.parametrize(
    ("found", "minor", "preferred", "right"),
    [
        (("3.11", "3.12"), "1.5", "3.12", "3.12"),
        (("3.11",), "1.5", "3.12", "3.11"),
        (("3.9", "3.11"), "1.6", "3.13", "3.11"),  # the nearest
        (("3.11",), "1.0", "3.9", "3.9"),  # 1.0 has no wheels for 3.11: 3.9 is downloaded, or missing
        ((), "1.5", "3.12", "3.12"),
        (("3.11",), "1.99", "3.15", "3.15"),  # a release that is not known here
    ],
)
def test_another_python_stands_in_only_where_it_is_here_and_has_wheels(here, found, minor, preferred, right) -> None:
    here(*found)
    assert pythons.there(minor, preferred) == right


def test_with_another_python_the_numpy_is_left_to_the_resolver(here) -> None:
    matrix = matrices.load_matrix(tools.ROOT / "matrix.yaml", native="linux/amd64")
    known = wanted.by_minor(matrix.profile("default", satisfiable=lambda _: True).environments)
    here("3.13")
    assert wanted.of_release("1.9", known).name == "sk1.9.1-py3.13-np2.5"
    here("3.11")  # NumPy 2.5 has no wheels for it
    found = wanted.of_release("1.9", known)
    assert (found.name, found.packages) == ("sk1.9.1-py3.11", ("numpy>=2,<3",))
    assert found.notes == ("Python 3.11 is used, as no 3.13 is here",)
