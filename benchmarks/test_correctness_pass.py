"""The correctness pass against the obvious alternative: a fresh interpreter for each cell.

Both load the same artifacts of small models in the same environment and call the same methods. `nox -s bench` prints
cells per second for both, and how many times one is the other.
"""

import json
import subprocess
import time

import pytest
from rich.console import Console

from harness.config import matrix
from harness.run import lifecycle
from harness.environments import Folders, local
from harness.environments.stage import stage
from harness.config.plan import Plan
from harness.run import loading
from harness.run.recorder import Recorder
from harness.run.progress import Progress
from harness.run.environment_session import EnvironmentSession
from harness.store import RunFolder

from .conftest import ROOT

pytestmark = pytest.mark.live

SMALL = ["linear", "naive_bayes", "svm", "preprocessing", "clustering"]
FRESH = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
task = json.loads(sys.argv[2])
from guest import probes
from guest.decoding import decode
import importlib
data = open(task["artifact"], "rb").read()
inputs = decode(json.load(open(task["inputs"])))
model = importlib.import_module(task["module"]).load(data, task["artifact"], task["reader"], task["options"])
outputs = [probes.ask_methods(model, inputs, task["methods"]).encoded, probes.ask(model, inputs, task["probes"]).encoded]
print(len(json.dumps(outputs)))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Five environments' artifacts are written, and the first of them is ready to load them."""
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("NOXENVDIR", str(ROOT / ".nox" / "bench-environments"))  # not those that runs use
        yield from _prepared(tmp_path_factory, variables)


def _prepared(tmp_path_factory, variables):
    path = tmp_path_factory.mktemp("bench") / "matrix.yaml"
    families = ", ".join(f'"family:{name}"' for name in SMALL)
    path.write_text(
        "schema: 1\nenvironments:\n  packages: [cloudpickle, pandas]\n  include:\n"
        '    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1"}\n'
        '    - {scikit-learn: "1.5.2", python: "3.12", numpy: "1.26"}\n'
        '    - {scikit-learn: "1.6.1", python: "3.13", numpy: "2.2"}\n'
        '    - {scikit-learn: "1.7.2", python: "3.13", numpy: "2.3"}\n'
        '    - {scikit-learn: "1.9.1", python: "3.13", numpy: "2.5"}\n'
        f"profiles:\n  bench: {{cases: [{families}], formats: [pickle, joblib/joblib, cloudpickle/cloudpickle]}}\n"
    )
    variables.setenv("HARNESS_MATRIX", str(path))  # nox's sessions, which build, are made from the same file
    plan = Plan(profile=matrix.load_matrix(path).profile("bench", satisfiable=lambda _: True))
    console = Console(quiet=True)
    done = lifecycle.run(plan, results=path.parent / "results", console=console, consumers=frozenset())
    folder = RunFolder.reopen(done)
    progress = Progress(console, environments=5, artifacts=0, cells=plan.cell_count)
    recorder = Recorder(plan, folder, progress)
    session = EnvironmentSession(plan.profile.environments[0], recorder, stage([]))
    session.open()
    yield session, recorder
    session.close()
    folder.close()


def test_cells_per_second(prepared, benchmark):
    """One guest on one core, every cell compared and journalled; then the alternative, in the same run."""
    session, recorder = prepared
    cells = loading.owed(recorder, session.name)
    benchmark.pedantic(loading.load, (session, recorder, cells), rounds=5, warmup_rounds=1)
    assert all(recorder.journal.has_cell(cell.id) for cell in cells)
    theirs = _fresh_cells_per_second(session.environment, recorder, cells[:: max(len(cells) // 8, 1)])
    benchmark.extra_info.update(cells=len(cells), fresh_interpreters_per_second=theirs)
    if benchmark.stats is not None:  # None with --benchmark-disable
        ours = len(cells) / benchmark.stats.stats.median
        benchmark.extra_info["cells_per_second"] = ours
        print(f"\n{ours:.0f} cells per second, {theirs:.2f} with a fresh interpreter each: {ours / theirs:.0f} times")


def _fresh_cells_per_second(environment, recorder, cells):
    built = local.build(
        environment, local.lock(environment), folders=Folders(stage=stage([])), limits=recorder.plan.profile.limits
    )
    python, staged = built.command.argv[0], built.command.argv[-1]
    tasks = [batch[0] for cell in cells for batch in loading.batches(recorder, [cell])]
    started = time.perf_counter()
    for task in tasks:
        command = [python, "-I", "-c", FRESH, staged, json.dumps(task)]
        subprocess.run(command, check=True, capture_output=True, env=built.command.variables)
    return len(tasks) / (time.perf_counter() - started)
