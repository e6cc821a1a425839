"""Models of releases that need Python 3.6: written there, and told where they break."""

from __future__ import annotations

import pandas as pd
import pytest

from harness import read_run

from tests.live.conftest import Bench

#: Before 0.20 scikit-learn declares no dependencies.
INCLUDE = """
    - {name: sk0.18.0, scikit-learn: "0.18.0", python: "3.6"}
    - {name: sk0.19.2, scikit-learn: "0.19.2", python: "3.6", numpy: "1.14", packages: [scipy==1.1.*]}
    - {name: sk0.23.2, scikit-learn: "0.23.2", python: "3.8", numpy: "1.19", packages: [scipy==1.5.*]}
    - {name: sk1.5.2, scikit-learn: "1.5.2", python: "3.12", numpy: "2.1"}
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, workspace):
    bench = Bench(tmp_path_factory.mktemp("old"), workspace)
    bench.write(
        include=INCLUDE,
        cases="[logistic_regression, Ridge, MultinomialNB, LabelEncoder]",
        formats="[pickle/pickle, pickle-oob, joblib/joblib]",
    )
    bench.matrix.write_text(bench.matrix.read_text().replace("[cloudpickle, pandas]", "[]"))
    bench.run()
    return read_run(bench.newest())


@pytest.fixture(scope="module")
def rows(tables) -> pd.DataFrame:
    cells = tables.cells[(tables.cells.producer == "sk0.19.2") & (tables.cells.case == "logistic_regression")]
    return cells.set_index(["format", "consumer"])


def test_its_pickle_has_protocol_4_and_says_so(tables) -> None:
    artifacts = tables.artifacts.set_index("artifact_id")
    own = artifacts.loc["sk0.19.2/logistic_regression/pickle"]
    assert (own.status, own.reason) == ("ok", "written with protocol 4, the newest that Python 3.6 has")
    beside = artifacts.loc["sk0.19.2/logistic_regression/pickle-oob"]
    assert (beside.status, beside.reason) == (
        "unsupported",
        "buffers beside a pickle need its protocol 5, and so Python 3.8",
    )
    assert pd.isna(artifacts.loc["sk1.5.2/logistic_regression/pickle"].reason)


def test_it_loads_up_to_where_it_breaks_and_is_told_so(rows) -> None:
    for consumer in ("sk0.19.2", "sk0.23.2"):
        assert rows.loc["pickle", consumer].parity == "identical", consumer
    broken = rows.loc["pickle", "sk1.5.2"]
    assert (broken.status, broken.cause) == ("load-error", "class-moved")
    assert broken.reason == "ModuleNotFoundError: No module named 'sklearn.linear_model.logistic'"
    # What scikit-learn's own joblib wrote names that joblib, which went earlier.
    assert rows.loc["joblib", "sk0.19.2"].parity == "identical"
    gone = rows.loc["joblib", "sk0.23.2"]
    assert (gone.status, gone.cause) == ("load-error", "class-moved")


def test_its_estimators_are_found_and_get_data_that_fits_them(tables) -> None:
    artifacts = tables.artifacts[(tables.artifacts.producer == "sk0.19.2") & (tables.artifacts.format == "joblib")]
    assert dict(zip(artifacts.case, artifacts.status, strict=True)) == dict.fromkeys(
        ("logistic_regression", "Ridge", "MultinomialNB", "LabelEncoder"), "ok"
    )


def test_it_reads_no_protocol_5(tables) -> None:
    cells = tables.cells[(tables.cells.consumer == "sk0.19.2") & (tables.cells.format == "pickle")]
    newer = cells[cells.producer.isin(["sk0.23.2", "sk1.5.2"])]
    assert set(newer.status) == {"load-error"} and set(newer.cause) == {"pickle-protocol"}


def test_where_there_are_no_wheels_the_nearest_release_is_named(tables) -> None:
    row = tables.environments.set_index("environment").loc["sk0.18.0"]
    assert row.status == "not-run" and "The nearest release with wheels for this Python is 0.18.1." in row.reason
