"""What of a model file counts for an upgrade: every class in it, and none taken for another of the same name."""

from __future__ import annotations

import pickle
import sys
import types
from typing import TYPE_CHECKING

import pytest

from harness.cli import model_folders
from harness.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(monkeypatch):
    """Objects of classes in modules of our own, whatever is installed."""
    modules: dict[str, types.ModuleType] = {}

    def make(name: str, **state: object) -> object:
        module, _, short = name.rpartition(".")
        for one in (module.partition(".")[0], module):
            modules.setdefault(one, types.ModuleType(one))
            monkeypatch.setitem(sys.modules, one, modules[one])
        if not hasattr(modules[module], short):
            setattr(modules[module], short, type(short, (), {"__module__": module}))
        found = getattr(modules[module], short)()
        found.__dict__.update(state)
        return found

    return make


@pytest.fixture
def sklearn(made):
    def make(name: str, **state: object) -> object:
        return made(f"sklearn.{name}", _sklearn_version="1.2.2", **state)

    return make


def classes(folder: Path, content: object) -> dict[str, str | None]:
    """Each class that counts, with its module if it is not the one of that name."""
    path = folder / "model.pkl"
    path.write_bytes(pickle.dumps(content))
    (found,) = model_folders.read([path]).files
    return {one.name: one.stranger for one in found.classes}


def test_a_class_of_the_same_name_is_not_taken_for_the_one_of_scikit_learn(tmp_path, made, sklearn) -> None:
    own = made("churn.LogisticRegression", _sklearn_version="1.2.2")
    assert classes(tmp_path, own) == {"LogisticRegression": "churn.LogisticRegression"}
    other = made("imblearn.pipeline.Pipeline", _sklearn_version="1.2.2")
    assert classes(tmp_path, other) == {"Pipeline": "imblearn.pipeline.Pipeline"}
    assert classes(tmp_path, made("churn.Mine", _sklearn_version="1.2.2")) == {"Mine": None}, (
        "runs of one's own know it"
    )
    assert classes(tmp_path, sklearn("linear_model._logistic.LogisticRegression")) == {"LogisticRegression": None}
    assert classes(tmp_path, made("xgboost.sklearn.XGBClassifier", steps=[])) == {"XGBClassifier": None}


def test_what_the_members_of_an_ensemble_are_counts(tmp_path, sklearn) -> None:
    inner = "ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor"
    several = sklearn(
        "multioutput.MultiOutputRegressor",
        estimator=sklearn(inner),
        estimators_=[sklearn(inner, n_features_in_=8) for _ in range(2)],
    )
    assert set(classes(tmp_path, several)) == {"MultiOutputRegressor", "HistGradientBoostingRegressor"}
    private = sklearn("gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace")
    outer = sklearn("gaussian_process._gpc.GaussianProcessClassifier", base_estimator_=private)
    assert set(classes(tmp_path, outer)) == {"GaussianProcessClassifier"}


def test_of_many_models_all_classes_count(tmp_path, sklearn) -> None:
    names = ("linear_model._ridge.Ridge", "linear_model._logistic.LogisticRegression")
    many = [sklearn(names[place % 2]) for place in range(140)]
    assert "SVC" in classes(tmp_path, [*many, sklearn("svm._classes.SVC")])
    alike = [sklearn("pipeline.Pipeline", steps=[("svc", sklearn("svm._classes.SVC"))]) for _ in range(6)]
    assert set(classes(tmp_path, alike)) == {"Pipeline", "SVC"}


def test_code_of_ones_own_is_told_where_objects_of_it_are_built(tmp_path, made, sklearn) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps([made("churn.Cleaner", limit=1), sklearn("svm._classes.SVC")]))
    (found,) = model_folders.read([path]).files
    assert found.built == ("churn.Cleaner",)


def test_a_file_with_code_of_ones_own_alone_is_not_passed_over(tmp_path, made, sklearn) -> None:
    (tmp_path / "own.pkl").write_bytes(pickle.dumps(made("churn.Model", limit=1)))
    (tmp_path / "svc.pkl").write_bytes(pickle.dumps(sklearn("svm._classes.SVC")))
    (tmp_path / "data.pkl").write_bytes(pickle.dumps({"rows": [1, 2]}))
    found = model_folders.read([tmp_path])
    assert {one.path.rpartition("/")[2]: one.trouble for one in found.files} == {
        "own.pkl": "it has no estimator that is known; it holds churn.Model",
        "svc.pkl": "",
    }
    assert [one.rpartition("/")[2] for one in found.others] == ["data.pkl: without an estimator"]
    named = model_folders.read([tmp_path / "data.pkl", tmp_path / "svc.pkl"])
    assert {one.trouble for one in named.files} == {"it has no estimator that is known", ""}
    with pytest.raises(InputError, match=r"own\.pkl: it has no estimator that is known"):
        model_folders.read([tmp_path / "own.pkl"])
