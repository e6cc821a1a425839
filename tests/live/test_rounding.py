"""The same packages on another processor: models whose rounding is amplified predict the same, within what is allowed."""

from __future__ import annotations

from tests.live.conftest import Bench

INCLUDE = """
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}
"""
#: Rows far from zero that are, or nearly are, rows of the training data: of their distances nothing but rounding is left.
CASES = """
import numpy


def _data():
    random = numpy.random.RandomState(0)
    X = random.normal(size=(200, 30)) + 100.0
    X[-40:-20] = X[:20]
    X[-20:] = X[20:40] + random.normal(0, 1e-6, (20, 30))
    return X, random.randint(3, size=200)


def case_nearest(seed):
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(weights="distance", algorithm="brute"), *_data()


def case_within_radius(seed):
    from sklearn.neighbors import RadiusNeighborsClassifier

    return RadiusNeighborsClassifier(radius=9.0, weights="distance", algorithm="brute"), *_data()


def case_regression(seed):
    from sklearn.neighbors import KNeighborsRegressor

    X, y = _data()
    return KNeighborsRegressor(weights="distance", algorithm="brute"), X, 1000.0 * y


def case_votes(seed):
    from sklearn.ensemble import VotingClassifier

    return VotingClassifier([("one", case_nearest(seed)[0])], voting="soft"), *_data()


def case_imputer(seed):
    from sklearn.impute import KNNImputer

    X, _ = _data()
    X[::2, 0] = X[-40:, 1] = numpy.nan
    return KNNImputer(weights="distance"), X


def case_centers(seed):
    from sklearn.cluster import KMeans

    return KMeans(160, n_init=1, random_state=seed), _data()[0]


def case_boosted(seed):
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.linear_model import Ridge

    X, _ = _data()
    return GradientBoostingRegressor(n_estimators=3, init=Ridge()), X - 100.0, X[:, 0] + X[:, 1]


def case_nearly_singular(seed):
    from sklearn.kernel_approximation import Nystroem

    return Nystroem(kernel="poly", random_state=seed), _data()[0][:, :4] - 100.0
"""


def test_what_other_kernels_round_is_no_drift(bench: Bench) -> None:
    (bench.folder / "amplified.py").write_text(CASES)
    bench.write(include=INCLUDE, cases='["family:amplified"]', formats="[pickle/pickle]", files="[amplified.py]")
    name = "sk1.5-py3.12-np2.1-amd64"
    bench.run("--dump", name, OPENBLAS_CORETYPE="Prescott")
    bench.run("--run", bench.newest().name, "--load", name, OPENBLAS_CORETYPE="Haswell")

    cells = bench.tables().cells.set_index("case")
    assert dict(cells["status"]) == dict.fromkeys(cells.index, "ok"), list(cells["reason"])
    # Other kernels were at work, or nothing was shown: these differ by more than the tolerance of all numbers.
    allowed = cells["reason"].fillna("").str.contains("what cancellation allows")
    assert {"nearest", "within_radius", "regression", "votes", "imputer", "centers"} <= set(cells.index[allowed])
