"""Environments as they are built and kept: each is what its row says. Real environments."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.conftest import python_of
from tests.live.conftest import Bench

ONE = """
    - {{scikit-learn: "1.2.2", python: "{python}", numpy: "1.23.5", name: {name}}}
"""


def rows(bench: Bench) -> dict[str, str]:
    tables = bench.tables()
    assert set(tables.cells.status) == {"ok"}
    return dict(zip(tables.environments.environment, tables.environments.python, strict=True))


@pytest.mark.nightly
def test_an_environment_that_moves_to_another_python_holds_that_one(bench: Bench) -> None:
    """Its lock is the same: neither it nor the name may decide."""
    locks = set()
    for python in ("3.11", "3.10", "3.10"):
        bench.write(include=ONE.format(python=python, name="serving"), cases="[standard_scaler]", formats="[pickle]")
        bench.run("--dump", "serving", "--load", "serving")
        (row,) = bench.tables().environments.itertuples()
        assert row.python.startswith(f"{python}."), row.how_built
        assert (row.implementation, row.python_build.split()[0]) == ("CPython", row.python)
        locks.add(row.lock_sha256)
    assert len(locks) == 1
    assert row.how_built.startswith("reused: same lock")


@pytest.mark.nightly
def test_names_that_nox_folds_together_are_two_environments(bench: Bench) -> None:
    for name, python in (("x.1", "3.11"), ("x-1", "3.10"), ("x.1", "3.11")):
        bench.write(include=ONE.format(python=python, name=name), cases="[standard_scaler]", formats="[pickle]")
        bench.run()
        assert rows(bench)[name].startswith(f"{python}.")


def test_what_was_tampered_with_is_built_anew_at_once(bench: Bench, workspace) -> None:
    bench.write(include=ONE.format(python="3.11", name="kept"), cases="[standard_scaler]", formats="[pickle]")
    bench.run()
    place = python_of(workspace, "kept").parent.parent
    shutil.rmtree(next(place.glob("lib/python3*/site-packages/numpy")))  # the import fails
    bench.run()
    (how,) = bench.tables().environments.how_built
    assert how.startswith("built by nox with uv")
    assert rows(bench)["kept"].startswith("3.11.")


def test_a_build_that_fails_is_no_complete_run_and_is_taken_up_again(bench: Bench, workspace, tmp_path) -> None:
    failing = f"failing-{os.getpid()}"  # in no workspace yet
    bench.write(include=ONE.format(python="3.11", name="steady"), cases="[standard_scaler]", formats="[pickle]")
    bench.run()
    both = ONE.format(python="3.11", name="steady") + ONE.format(python="3.10", name=failing)
    bench.write(include=both, cases="[standard_scaler]", formats="[pickle]")
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    told = bench.run(UV_CACHE_DIR=str(tmp_path / "empty"), UV_HTTP_RETRIES="0", **nowhere).stdout
    assert f"{failing}: it is tried again by `run --resume --profile default`" in told
    first = bench.newest()
    tables = bench.tables()
    assert (tables.run["complete"], tables.run["retry"]) == (False, [failing])
    assert set(tables.cells.status) == {"ok", "not-run", "no-artifact"}
    try:
        bench.run("--resume")
        assert bench.newest() == first
        tables = bench.tables()
        assert (tables.run["complete"], tables.run["retry"]) == (True, [])
        assert set(tables.cells.status) == {"ok"}
        bench.run("--resume", code=2)
    finally:
        shutil.rmtree(python_of(workspace, failing).parent.parent)
