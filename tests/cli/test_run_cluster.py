"""`run --workers` and `--scheduler`: what is asked wrongly, and what is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.cli import extras, run
from harness.errors import InputError, MachineError


@pytest.mark.parametrize(
    ("workers", "scheduler", "store", "told"),
    [(2, "tcp://x:1", None, "give one of them"), (None, None, "s3://x", "--store is for a cluster")],
)
def test_a_contradiction_is_told(workers, scheduler, store, told) -> None:
    with pytest.raises(InputError, match=told):
        run._clustered(workers, scheduler, store)


def test_without_dask_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda module: None if module == "dask" else object())
    with pytest.raises(MachineError, match=r'pip install "persistence-matrix\[dask\]"'):
        run._clustered(2, None, None)
    assert not run._clustered(None, None, None)


def test_dask_is_imported_by_a_cluster_only() -> None:
    """Whatever else a run needs does not need it."""
    code = "import sys, harness.cli, harness.run.lifecycle, harness.cli.run, harness.engine.merge; print('dask' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
