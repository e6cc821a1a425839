"""Every estimator of the scikit-learn that is here is built, fitted, called and written, and comes back the same.

Run it in an environment: ``PYTHON -I tests/guest/run.py tests/guest/test_estimators.py``; elsewhere it skips itself.
"""

import json
import pickle
import unittest
import warnings

try:
    import sklearn
except ImportError:
    raise unittest.SkipTest("no scikit-learn under this interpreter") from None

import numpy as np
from guest import choosing, errors, fitting, probes
from guest.cases import estimator_rules, estimators
from guest.decoding import decode
from sklearn.base import BaseEstimator, ClusterMixin, RegressorMixin, TransformerMixin


def fit(name):
    """A Fit of the catalogue, with its warnings."""
    case = {"module": "guest.cases.estimators", "function": "build", "estimator": name, "seed": 0}
    case["file"] = estimators.__file__
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return fitting.Fit(case), caught


def text(answers):
    """What is answered, as text; the same error may have other words."""
    return {name: json.dumps(dict(one, message="", traceback="")) for name, one in answers.items()}


def test_every_estimator_that_is_here_is_in_the_catalogue():
    assert estimators.unlisted() == []
    listed = estimators.BUILT
    try:
        estimators.BUILT = tuple(name for name in listed if name != "Ridge")
        assert estimators.unlisted() == ["Ridge"]
    finally:
        estimators.BUILT = listed


def test_every_estimator_is_fitted_and_comes_back_the_same():
    troubles = []
    for name in estimators.public():
        try:
            made, caught = fit(name)
            reference = text(made.choice.reference)
            if "opaque" in "".join(reference.values()):
                troubles.append("%s: %s cannot be compared" % (name, reference))
            back = pickle.loads(pickle.dumps(made.model, protocol=5))
            rows = decode(made.encoded)
            again = text(probes.ask(back, rows, list(reference)).encoded)
            differ = [method for method in reference if again[method] != reference[method]]
            known = frozenset([*reference, *made.choice.not_compared])
            differ += choosing.added(back, known)
            if differ:
                troubles.append("%s: %s differ after pickling" % (name, differ))
            if any(issubclass(item.category, sklearn.exceptions.ConvergenceWarning) for item in caught):
                troubles.append("%s: did not converge" % name)
        except Exception as error:
            troubles.append("%s: %s: %s" % (name, type(error).__name__, error))
    assert troubles == [], "\n".join(troubles)


def test_a_name_that_is_not_here_is_unsupported():
    try:
        estimators.build("NoSuchEstimator", 0)
    except errors.Unsupported as reason:
        assert str(reason) == "scikit-learn %s has no NoSuchEstimator" % sklearn.__version__
    else:
        raise AssertionError("built")


def test_the_same_seed_makes_the_same_model():
    for name in ["RandomForestClassifier", "FeatureHasher", "KernelCenterer", "TSNE", "MultiLabelBinarizer"]:
        one, two = fit(name)[0], fit(name)[0]
        assert text(one.choice.reference) == text(two.choice.reference), name
        assert json.dumps(one.encoded) == json.dumps(two.encoded), name


# Estimators that nobody listed, as a newer scikit-learn may have them.


class MetaRegressor(RegressorMixin, BaseEstimator):
    def __init__(self, estimator, n_estimators=1000, random_state=None):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.random_state = random_state

    def fit(self, X, y):
        self.model_ = self.estimator.fit(X, y)
        return self

    def predict(self, X):
        return self.model_.predict(X)


class Selector(TransformerMixin, BaseEstimator):
    def fit(self, X, y):
        return self

    def transform(self, X):
        return X


class Clusterer(ClusterMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.labels_ = np.zeros(len(X), int)
        return self


def build(cls):
    known = estimators.public()
    known[cls.__name__] = cls
    try:
        return estimators.build(cls.__name__, 7)
    finally:
        del known[cls.__name__]


def test_an_estimator_that_nobody_listed_has_a_good_chance():
    estimator, X, y = build(MetaRegressor)
    assert type(estimator.estimator).__name__ == "Ridge"
    assert estimator.n_estimators < 10 and estimator.random_state == 7
    assert len(set(y)) > 50
    assert estimator.fit(X[:-40], y[:-40]).predict(X[-40:]).shape == (40,)
    assert build(Selector)[2] is not None
    estimator, X, y = build(Clusterer)
    assert y is None
    assert set(choosing.Choice(estimator.fit(X), X, None, True).reference) == {"labels_"}


def test_what_old_and_new_tags_say_is_the_same():
    said = {
        "CountVectorizer": {"string"},
        "OneHotEncoder": {"categorical"},
        "IsotonicRegression": {"1darray", "regressor", "target"},
        "LabelEncoder": {"1dlabels"},
        "MultiLabelBinarizer": {"2dlabels"},
        "PatchExtractor": {"3darray"},
        "KernelCenterer": {"pairwise"},
        "MultiTaskLasso": {"several targets", "regressor", "target"},
        "ComplementNB": {"positive", "classifier", "target"},
        "StandardScaler": set(),
    }
    for name, traits in said.items():
        assert estimator_rules.traits(estimators.public()[name]()) == traits, name
