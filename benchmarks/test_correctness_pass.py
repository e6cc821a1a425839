"""The correctness pass against the obvious alternative: a fresh interpreter for each cell.

Both load the same artifacts of small models in the same environment and call the same methods. `nox -s bench` prints
cells per second for both, and how many times one is the other.
"""

import json
import subprocess
import time

import pytest
from rich.console import Console

from harness import loading, matrix, running, store, tables
from harness.environments.stage import stage
from harness.ledger import Ledger
from harness.plan import Plan
from harness.progress import Progress
from harness.station import Station

SMALL = ["linear", "naive_bayes", "svm", "preprocessing", "clustering"]
FRESH = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
task = json.loads(sys.argv[2])
from guest import values, work
import importlib
data = open(task["artifact"], "rb").read()
inputs = values.decode(json.load(open(task["inputs"])))
model = importlib.import_module(task["module"]).load(data, task["artifact"], task["reader"], task["options"])
outputs = {name: values.encode(value) for name, value in work.call_methods(model, inputs, task["methods"]).items()}
print(len(json.dumps(outputs)))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Five environments' artifacts are written, and the first of them is ready to load them."""
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
    plan = Plan(profile=matrix.load_matrix(path).profile("bench", satisfiable=lambda _: True))
    console = Console(quiet=True)
    done = running.run(plan, results=path.parent / "results", console=console, consumers=frozenset())
    folder, entries = store.RunFolder.reopen(done)
    progress = Progress(console, environments=5, artifacts=0, cells=plan.cell_count)
    ledger = Ledger(plan, folder, tables.Journal(entries), progress)
    station = Station(plan.profile.environments[0], ledger, stage([]))
    station.open()
    yield station, ledger
    station.close()
    folder.close()


def test_cells_per_second(prepared, benchmark):
    """One guest on one core, every cell compared and journalled; then the alternative, in the same run."""
    station, ledger = prepared
    cells = loading.owed(ledger, station.name)

    def load_all():
        ledger.journal.cells.clear()
        loading.load(station, ledger, cells)

    benchmark.pedantic(load_all, rounds=5, warmup_rounds=1)
    ours = len(cells) / benchmark.stats.stats.median
    theirs = _fresh_cells_per_second(station, ledger, cells[:: max(len(cells) // 8, 1)])
    benchmark.extra_info.update(cells=len(cells), cells_per_second=ours, fresh_interpreters_per_second=theirs)
    print(f"\n{ours:.0f} cells per second, {theirs:.2f} with a fresh interpreter each: {ours / theirs:.0f} times")


def _fresh_cells_per_second(station, ledger, cells):
    python, stage_folder = station._built.command.argv[0], station._built.command.argv[-1]
    tasks = [batch[0] for cell in cells for batch in loading.batches(ledger, [cell])]
    started = time.perf_counter()
    for task in tasks:
        variables = station._built.command.variables
        command = [python, "-I", "-c", FRESH, stage_folder, json.dumps(task)]
        subprocess.run(command, check=True, capture_output=True, env=variables)
    return len(tasks) / (time.perf_counter() - started)
