"""A group is named by the package in which its environments differ."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from harness.analysis import sides

HELD = {
    "np1": {"scikit-learn": "1.5.2", "numpy": "1.26.4", "python": "3.12.1", "architecture": "amd64"},
    "np2": {"scikit-learn": "1.5.2", "numpy": "2.1.0", "python": "3.12.1", "architecture": "amd64"},
    "py": {"scikit-learn": "1.5.2", "numpy": "1.26.4", "python": "3.11.9", "architecture": "amd64"},
    "arm": {"scikit-learn": "1.5.2", "numpy": "1.26.4", "python": "3.12.1", "architecture": "arm64"},
    "joblib": {
        "scikit-learn": "1.5.2",
        "numpy": "1.26.4",
        "python": "3.12.1",
        "architecture": "amd64",
        "joblib": "1.4",
    },
}
OTHERS = {
    "old": {"scikit-learn": "1.4.2", "numpy": "1.26.4", "python": "3.12.1"},
    "new": {"scikit-learn": "1.6.0", "numpy": "2.1.0", "python": "3.13.0"},
    "node": {"onnxruntime": "1.24.0"},
}


def named(*pairs, held):
    return sides.names_of(pairs, held, held, held)


@pytest.mark.parametrize(
    ("pair", "names"),
    [
        (("np2", "np1"), ("NumPy 2.1", "NumPy 1.26")),
        (("np1", "py"), ("Python 3.12", "Python 3.11")),
        (("np1", "arm"), ("amd64", "arm64")),
        (("np1", "joblib"), ("no joblib", "joblib 1.4")),
    ],
)
def test_environments_of_one_scikit_learn_are_named_by_what_differs(pair, names) -> None:
    assert named(pair, held={name: HELD[name] for name in pair}) == names


def test_beside_others_the_scikit_learn_is_said_too() -> None:
    held = {**{name: HELD[name] for name in ("np1", "np2")}, **OTHERS}
    assert named(("np2", "np1"), held=held) == ("1.5 with NumPy 2.1", "1.5 with NumPy 1.26")
    assert named(("np2", "old"), ("new", "old"), ("np2", "np1"), ("new", "np1"), held=held) == (
        "1.5 to 1.6 with NumPy 2.1",
        "1.4 to 1.5 with NumPy 1.26",
    )


def test_scikit_learn_alone_where_it_tells_all() -> None:
    held = {**{name: HELD[name] for name in ("np1", "np2")}, **OTHERS}
    every = [("old", "np1"), ("old", "np2"), ("old", "new")]
    assert named(*every, held=held) == ("1.4", "1.5 to 1.6")
    assert named(("old", "old"), held=held) == ("1.4", "1.4")
    assert named(("old", "node"), held=held) == ("1.4", "node")


def test_what_only_some_environments_of_a_scikit_learn_do_names_which() -> None:
    held = {**{name: HELD[name] for name in ("np1", "np2", "py")}, **OTHERS}
    assert named(("np2", "old"), held=held)[0] == "1.5 with NumPy 2.1"
    assert named(("py", "old"), held=held)[0] == "1.5 with Python 3.11"


def test_the_side_that_is_older_throughout_is_the_better_explanation() -> None:
    held = {
        "a": {"scikit-learn": "1.0.2", "numpy": "1.20.0", "python": "3.8.1"},
        "b": {"scikit-learn": "1.5.2", "numpy": "2.0.0", "python": "3.9.1"},
        "c": {"scikit-learn": "1.5.2", "numpy": "1.26.0", "python": "3.11.1"},
        "d": {"scikit-learn": "1.6.0", "numpy": "2.1.0", "python": "3.12.1"},
    }
    pairs = itertools.product("ab", "cd")
    assert named(*pairs, held=held) == ("1.0 to 1.5 with Python 3.8 to 3.9", "1.5 to 1.6 with Python 3.11 to 3.12")


def test_patch_releases_stand_in_full_where_only_they_differ() -> None:
    held = {f"np{n}": {"scikit-learn": "1.5.2", "numpy": f"1.26.{n}"} for n in (0, 4)}
    assert named(("np0", "np4"), held=held) == ("NumPy 1.26.0", "NumPy 1.26.4")


def test_an_environment_that_could_not_be_built_is_known_by_what_was_asked_for() -> None:
    row = {"environment": "x", "python": "3.12", "sklearn": "1.5", "numpy": None, "packages": None, "arch": "amd64"}
    assert sides.held_by(pd.DataFrame([row])) == {
        "x": {"python": "3.12", "scikit-learn": "1.5", "architecture": "amd64"}
    }
