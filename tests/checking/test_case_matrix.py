"""The matrix of a case file, for whoever has none."""

from __future__ import annotations

import json

import pytest

from harness.checking import case_matrix
from harness.config import matrix as matrices
from harness.errors import InputError
from harness.machine import tools

CASE = '''
def case_spend(seed):
    """Our model; see notes.txt, which it does not read."""
    from pathlib import Path
    import pandas as pd
    rows = pd.read_csv(Path(__file__).with_name("customers.csv"))
    more = Path(__file__).with_name("gone.csv"), "helper.py", "/etc/passwd.txt", "..", "."
    return None, rows, rows["spend"]
'''


@pytest.fixture(scope="module")
def known():
    return matrices.load_matrix(tools.ROOT / "matrix.yaml", native="linux/amd64")


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "workspace"))
    for name in ("customers.csv", "helper.py", "notes.txt", "rates.csv"):
        (tmp_path / name).write_text("")
    path = tmp_path / "spend.py"
    path.write_text(CASE)
    return path


def written(*args, **more):
    return json.loads(case_matrix.write(*args, **more).read_text())


def test_a_range_of_releases_is_each_minor_within(case, known) -> None:
    found = written(case, ["1.4"], ["1.4..1.6", "1.9.1"], known=known)["environments"]["include"]
    assert [one["scikit-learn"] for one in found] == ["1.4.2", "1.5.2", "1.6.1", "1.9.1"]


@pytest.mark.parametrize(("saved", "loaded", "named"), [("1.4..x", "1.9", "--from"), ("1.4", "1.30..1.40", "--to")])
def test_what_is_no_range_is_refused_with_its_option(case, known, saved, loaded, named) -> None:
    with pytest.raises(InputError, match=f"^{named} "):
        case_matrix.write(case, [saved], [loaded], known=known)


def test_data_that_a_case_names_goes_with_it(case, known) -> None:
    found = written(case, ["1.4"], ["1.9"], known=known)["cases"]["data"]
    assert found == [str(case.with_name("customers.csv"))]
    more = [case.with_name(name) for name in ("rates.csv", "customers.csv")]
    found = written(case, ["1.4"], ["1.9"], known=known, data=more)["cases"]["data"]
    assert found == [str(case.with_name(name)) for name in ("customers.csv", "rates.csv")]
