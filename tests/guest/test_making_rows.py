"""Rows made from what a model has learnt: they are its own, and reach nearly all of it.

Run it in an environment: ``PYTHON -I tests/guest/run.py tests/guest/test_making_rows.py``; elsewhere it skips itself.
"""

import json
import os
import tempfile
import unittest
import warnings

try:
    import pandas
    import sklearn
except ImportError:
    raise unittest.SkipTest("no scikit-learn under this interpreter") from None

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, PCA
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.isotonic import IsotonicRegression
from sklearn.naive_bayes import CategoricalNB, GaussianNB
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import BaggingClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity, KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    LabelEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
)

try:
    from sklearn.preprocessing import SplineTransformer
except ImportError:  # before scikit-learn 1.0
    SplineTransformer = None

from guest import far_rows, given, given_rows, learnt, making_rows, ties

ROWS, TRUTH = load_breast_cancer(return_X_y=True)
DRAWN = np.random.RandomState(0)
FRAME = pandas.DataFrame(
    {"age": DRAWN.rand(200) * 50, "city": DRAWN.choice(["Rome", "Oslo", "Bonn"], 200), "visits": np.arange(200.0)}
)
LABELS = (FRAME["age"] + FRAME["visits"] > 90).astype(int)


def made(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = making_rows.made(model)
        return rows, making_rows.reach(model, rows)


def share(reach, what):
    (one,) = [one for one in reach if one["what"] == what]
    return one["reached"] / one["of"]


def test_forests_are_led_to_nearly_every_leaf():
    for model in (
        RandomForestClassifier(30, random_state=0),
        make_pipeline(StandardScaler(), RandomForestClassifier(30, random_state=0)),
        GradientBoostingClassifier(n_estimators=30, random_state=0),
        BaggingClassifier(max_features=0.5, random_state=0),
        GridSearchCV(RandomForestClassifier(10, random_state=0), {"max_depth": [3, 5]}, cv=2),
    ):
        rows, reach = made(model.fit(ROWS, TRUTH))
        assert rows.shape[1] == 30 and len(rows) <= making_rows.MOST
        assert share(reach, "leaves") > 0.85, (type(model), reach)


def test_columns_of_a_frame_have_their_names_kinds_and_categories():
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "visits"]),
    )
    rows, reach = made(make_pipeline(columns, RandomForestClassifier(20, random_state=0)).fit(FRAME, LABELS))
    if not hasattr(rows, "columns"):
        raise unittest.SkipTest("scikit-learn below 1.0 keeps no names of columns")
    assert list(rows.columns) == ["age", "city", "visits"]
    assert {"Rome", "Oslo", "Bonn"} <= set(rows["city"]) and rows["age"].dtype == float
    assert share(reach, "categories") == 1.0 and share(reach, "leaves") > 0.8, reach


def test_an_encoder_that_refuses_what_it_does_not_know_is_not_asked_about_it():
    rows, reach = made(OrdinalEncoder().fit(FRAME[["city"]].to_numpy()))
    assert share(reach, "categories") == 1.0
    rows, _ = made(LabelEncoder().fit(["a", "b"]))
    assert list(rows) == ["a", "b"]


def test_texts_hold_every_word():
    texts = ["free money now", "hello friend", "win cash", "see you at lunch"] * 10
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0] * 10)
    rows, reach = made(model)
    assert share(reach, "words") == 1.0
    weights = model[0].transform(rows)  # a text of one word has the weight 1, whatever the word's own is
    assert max(weights.getnnz(axis=1)) > 4 and sum(weights.getnnz(axis=1) > 1) > making_rows.ROWS / 2


def test_others_have_rows_that_their_values_are_like():
    for model in (KNeighborsClassifier(), KMeans(3, n_init=1), LogisticRegression(max_iter=5000), StandardScaler()):
        rows, _ = made(model.fit(ROWS, TRUTH))
        assert rows.shape == (making_rows.ROWS, 30) and np.isfinite(rows).all()


def test_values_lie_where_the_model_was_fitted():
    """What is constant beyond its edges would answer the same whatever happened between them."""
    far = np.sort(1000 + 100 * DRAWN.rand(200, 1), axis=0)
    models = [KBinsDiscretizer(encode="ordinal"), QuantileTransformer(n_quantiles=20), PCA(1), GaussianNB()]
    models += [SplineTransformer()] if SplineTransformer is not None else []
    for model in models:
        rows, _ = made(model.fit(far, (far[:, 0] > 1050).astype(int)))
        within = ((rows > 1000) & (rows < 1100)).sum()
        assert within > making_rows.ROWS / 3, (type(model), within)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(far[:, 0], far[:, 0])
    if hasattr(isotonic, "X_thresholds_"):
        rows, _ = made(isotonic)
        assert len(set(np.ravel(rows))) > 20 and np.min(rows) >= 1000


def test_rows_far_away_are_made_for_those_alone_that_answer_them_otherwise():
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
    from sklearn.gaussian_process import GaussianProcessClassifier

    near, three = DRAWN.rand(60, 3), np.arange(60) % 3
    process = GaussianProcessClassifier().fit(near, three)
    begun = GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()).fit(near, three % 2)
    quadratic = QuadraticDiscriminantAnalysis().fit(near, three)
    for model in (process, make_pipeline(StandardScaler().fit(near), process), begun, quadratic):
        rows, _ = made(model)
        assert (abs(rows[-far_rows.ROWS :]) > 50).sum() > 2 * far_rows.ROWS, model
        assert (abs(rows[: making_rows.ROWS]) < 50).all()
    assert np.allclose(
        process.predict_proba(made(process)[0][-far_rows.ROWS :]), 1 / 3
    )  # a tie, which a release settles
    far = made(quadratic)[0][-far_rows.ROWS :]
    assert (quadratic.predict_proba(far) == 0).any()  # whose logarithm a release settles
    for model in (LogisticRegression(), GradientBoostingClassifier(n_estimators=3)):
        rows, _ = made(model.fit(near, three))
        assert (abs(rows) < 50).all()


def test_rows_that_tie_are_made_where_releases_name_another_class_of_them():
    from sklearn.multiclass import OneVsRestClassifier

    near, three = DRAWN.rand(60, 3), np.arange(60) % 3
    model = OneVsRestClassifier(KNeighborsClassifier(5)).fit(near, three)
    for one in (model, make_pipeline(StandardScaler().fit(near), model)):
        rows, _ = made(one)
        assert len(ties.among(one, rows)) >= 3
    rows, _ = made(KNeighborsClassifier(5).fit(near, three))
    assert len(rows) == making_rows.ROWS
    assert ties.among(LogisticRegression(), near) == [], "one that raises"


def test_imputers_have_something_to_impute():
    holes = ROWS.copy()
    holes[::7, ::3] = np.nan
    for model in (SimpleImputer(), KNNImputer(), IterativeImputer(max_iter=1), MissingIndicator()):
        rows, _ = made(model.fit(holes))
        assert np.isnan(rows).sum() > len(rows), type(model)


def test_a_model_of_models_that_does_not_tell_its_width_has_that_of_an_inner_one():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import LinearSVC

    X, y = np.random.RandomState(0).normal(size=(80, 7)), np.arange(80) % 2
    model = CalibratedClassifierCV(LinearSVC()).fit(X, y)
    for part in [model] + [inner for inner in learnt.leaves.inner_models(model)]:
        vars(part).pop("n_features_in_", None)  # as scikit-learn before 0.24 left it
        inner = getattr(part, "estimator", None) or getattr(part, "base_estimator", None)
        vars(inner).pop("n_features_in_", None) if inner is not None else None
    assert next(making_rows.attempts(model)).shape[1] == 7


def test_compression_around_a_pickle_is_taken_off_and_nothing_else():
    import bz2
    import gzip
    import lzma
    import pickle
    import zlib

    for protocol in range(5):
        held = pickle.dumps([{"a": 1.5}, "text", []], protocol)
        assert given.unpacked(held) == held
        for pack in (gzip.compress, bz2.compress, lzma.compress, zlib.compress):
            assert given.unpacked(pack(held)) == held and given.unpacked(gzip.compress(pack(held))) == held


def test_what_takes_other_numbers_is_given_others():
    counts = DRAWN.randint(0, 3, (200, 4))
    truth = np.arange(200) % 2
    spread = RadiusNeighborsClassifier(1.0).fit(50 * DRAWN.rand(200, 4), truth)
    for model in (NMF(2, max_iter=20).fit(counts), CategoricalNB().fit(counts, truth), spread):
        answered = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for rows in making_rows.attempts(model):
                try:
                    answered.append(len(getattr(model, "predict" if hasattr(model, "predict") else "transform")(rows)))
                    break
                except Exception:  # an index beyond the categories is one, too
                    continue
        assert answered, type(model)


def test_rows_are_as_coarse_as_what_the_model_keeps():
    assert made(KNeighborsClassifier().fit(ROWS.astype("float32"), TRUTH))[0].dtype == "float32"
    assert made(KNeighborsClassifier().fit(ROWS, TRUTH))[0].dtype == "float64"


def test_trees_that_know_missing_values_are_asked_about_them():
    holes = ROWS.copy()
    holes[::7, ::3] = np.nan
    forest = RandomForestClassifier(20, random_state=0)
    try:
        forest.fit(holes, TRUTH)
    except ValueError:
        raise unittest.SkipTest("forests take no missing values here")
    plain = RandomForestClassifier(20, random_state=0).fit(ROWS, TRUTH)
    assert np.isfinite(next(making_rows.attempts(plain))).all(), "its splits say that it has seen none"
    rows = next(making_rows.attempts(forest))
    assert np.isnan(rows[: making_rows.ROWS]).any() and np.isfinite(rows[making_rows.ROWS :]).all()


def test_boosters_of_others_tell_their_leaves():
    for module, name in (("lightgbm", "LGBMClassifier"), ("xgboost", "XGBClassifier")):
        try:
            kind = getattr(__import__(module), name)
        except ImportError:
            continue
        _, reach = made(make_pipeline(StandardScaler(), kind(n_estimators=20, n_jobs=1).fit(ROWS, TRUTH))[1])
        assert share(reach, "leaves") > 0.5, (module, reach)


def test_nothing_is_reached_of_what_tells_nothing():
    class Foreign(LogisticRegression):
        __module__ = "elsewhere"

    _, ((told),) = made(make_pipeline(StandardScaler(), Foreign()).fit(ROWS, TRUTH))
    assert (told["reached"], told["of"]) == (0, 1) and "Foreign" in told["what"]


def test_trees_of_neighbours_are_no_trees_of_splits():
    rows, reach = made(KernelDensity().fit(ROWS))
    assert rows.shape[1] == 30 and reach == []


def test_a_model_that_says_nothing_wants_rows():
    class Silent:
        def predict(self, rows):
            return [0 for _ in rows]

    try:
        making_rows.made(Silent())
    except making_rows.NoRowsError as error:
        assert "--data" in str(error)
    else:
        raise AssertionError("made")


def test_the_users_rows_are_those_of_the_model():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "rows.csv")
    FRAME.assign(truth=LABELS).to_csv(path, index=False)
    model = LogisticRegression(max_iter=1000).fit(FRAME[["age", "visits"]], LABELS)
    if not hasattr(model, "feature_names_in_"):
        raise unittest.SkipTest("scikit-learn below 1.0 keeps no names of columns")
    rows = given_rows.read(model, path)
    assert list(rows.columns) == ["age", "visits"]
    model = LogisticRegression(max_iter=1000).fit(FRAME[["age"]].assign(weight=1.0), LABELS)
    try:
        given_rows.read(model, path)
    except ValueError as error:
        assert "no column weight" in str(error)
    else:
        raise AssertionError("taken")


def test_an_example_of_mlflow_is_read_in_each_of_its_forms():
    folder = tempfile.mkdtemp()
    model = LogisticRegression(max_iter=1000).fit(FRAME[["age", "visits"]].to_numpy(), LABELS)
    for number, held in enumerate(
        [
            {"columns": ["age", "visits"], "data": [[1.0, 2.0], [3.0, 4.0]]},
            {"dataframe_split": {"columns": ["age", "visits"], "data": [[1.0, 2.0], [3.0, 4.0]]}},
            {"inputs": [[1.0, 2.0], [3.0, 4.0]]},
            [[1.0, 2.0], [3.0, 4.0]],
            [{"age": 1.0, "visits": 2.0}, {"age": 3.0, "visits": 4.0}],
        ]
    ):
        path = os.path.join(folder, "%d.json" % number)
        with open(path, "w") as file:
            json.dump(held, file)
        assert np.array(given_rows.read(model, path)).tolist() == [[1.0, 2.0], [3.0, 4.0]], held


def test_an_example_stands_before_the_rows_that_are_made():
    example = np.array([[1.0, 2.0]])
    both = given_rows.with_example(example, np.array([[3.0, 4.0]]))
    assert both.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert given_rows.with_example(example, np.array([[3.0]])) is None
    assert given_rows.with_example(FRAME[["age"]], np.array([[3.0]])) is None
    assert list(given_rows.with_example(FRAME[:1], FRAME[1:3]).index) == [0, 1, 2]


def test_a_path_leads_to_a_part():
    held = {"model": [("a", 1), ("b", LabelEncoder().fit(["x"]))], "it's": 2}
    assert given.part_of(held, "['model'][1][1].classes_[0]") == "x"
    assert given.part_of(held, "") is held and given.part_of(held, "['it\\'s']") == 2
    for wrong in ("['nobody']", ".x", "['model'][9]", "__import__('os')", "['model'"):
        try:
            given.part_of(held, wrong)
        except ValueError:
            continue
        raise AssertionError(wrong)


def test_rows_are_the_same_each_time():
    model = RandomForestClassifier(5, random_state=0).fit(ROWS, TRUTH)
    first, second = (made(model)[0] for _ in range(2))
    assert json.dumps(first.tolist()) == json.dumps(second.tolist())
