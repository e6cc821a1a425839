"""A Python that this machine may lack: Debian's next release has it, in a root."""

from __future__ import annotations

import os
import shutil

import pytest

from harness import read_run

from tests.live.conftest import Bench

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mmdebstrap"), reason="needs root and mmdebstrap"),
]

INCLUDE = """
    - {name: py3.13, scikit-learn: "1.9.1", python: "3.13"}
    - {name: py3.14, scikit-learn: "1.9.1", python: "3.14", kind: rootfs, suite: forky}
"""
CASES = "[logistic_regression, random_forest_classifier, function_transformer_lambda, column_transformer]"


def test_models_cross_between_python_3_13_and_3_14_but_for_what_holds_bytecode(tmp_path, workspace) -> None:
    apt = tmp_path / "apt.conf"  # a mirror may be a copy of an earlier day
    apt.write_text('Acquire::Check-Valid-Until "false";\n')
    bench = Bench(tmp_path, workspace)
    bench.write(include=INCLUDE, cases=CASES, formats="[pickle/pickle, cloudpickle/cloudpickle]")
    bench.matrix.write_text(bench.matrix.read_text() + "    kinds: [local, rootfs]\n")
    bench.run(APT_CONFIG=str(apt))
    run = read_run(bench.newest())
    held = run.environments.set_index("environment")
    assert set(held.status) == {"ok"} and held.loc["py3.14"].python.startswith("3.14.")
    cells = run.cells.set_index(["producer", "case", "format", "consumer"])
    for case in ("logistic_regression", "random_forest_classifier", "column_transformer"):
        for pair in (("py3.13", "py3.14"), ("py3.14", "py3.13"), ("py3.14", "py3.14")):
            assert cells.loc[pair[0], case, "pickle", pair[1]].status == "ok", (case, pair)
    code = "function_transformer_lambda"
    assert cells.loc["py3.14", code, "cloudpickle", "py3.14"].status == "ok"
    assert cells.loc["py3.14", code, "cloudpickle", "py3.13"].status != "ok", "bytecode is of one minor of Python"
