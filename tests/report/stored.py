"""Small runs made by hand, stored as real ones are."""

import io
from pathlib import Path

from rich.console import Console

from harness import analysis
from harness import store
from harness.terms import AsOf, Case, Environment, Format, Limits, Profile
from harness.config.plan import Plan
from harness.report import terminal
from harness.store import tables

EVIL = "<script>alert(1)</script> [red]x[/] | `a` **b** \n# not a heading ](http://x)"
VERSIONS = {"old": "1.4.2", "new": "1.5.2"}


def environment(name, sklearn):
    return Environment(
        name=name,
        scikit_learn=sklearn,
        python="3.12",
        numpy="2.1",
        platform="linux/amd64",
        kind="local",
        as_of=AsOf.RELEASE,
        packages=(),
        origin="environments.include[0]",
    )


def plan_of(environments=(("old", "1.4.2"), ("new", "1.5.2")), cases=("one", "two"), formats=("pickle",)):
    case = {"family": "linear", "module": "guest.cases.linear", "file": "linear.py", "digest": "0"}
    return Plan(
        profile=Profile(
            name="default",
            seed=0,
            limits=Limits(),
            tolerances=(),
            environments=tuple(environment(*one) for one in environments),
            cases=tuple(Case(name=name, function=f"case_{name}", **case) for name in cases),
            formats=tuple(
                Format(name=name, module="guest.formats.pickled", options={}, readers=(name,)) for name in formats
            ),
        )
    )


def artifact(identifier):
    return {"artifact_id": identifier, "status": "ok", "reason": None, "size_bytes": 3, "warnings": []}


def cell(identifier, status="ok", **more):
    parity = {"ok": "identical", "drift": "drift"}.get(status)
    return {
        "cell_id": identifier,
        "status": status,
        "reason": None,
        "parity": parity,
        "version_warning": False,
        "warnings": [],
        "findings": [],
        **more,
    }


def tables_of(plan, tmp_path, *, cells, environments=("old", "new"), versions=VERSIONS):
    folder = store.RunFolder.create(tmp_path, "default", {})
    journal = folder.journal
    for name in environments:
        row = {"environment": name, "status": "ok", "reason": None, "sklearn": versions[name]}
        journal.add("environment", row)
        for item in plan.artifacts(name):
            journal.add("artifact", artifact(item.id))
    for row in cells:
        journal.add("cell", row)
    return finished(plan, folder)


def finished(plan, folder):
    """The tables of what a folder's journal holds."""
    built = tables.Tables(plan, folder.journal, folder.run["run_id"], "cut short")
    folder.write_tables(built)
    folder.run["seconds"] = 1.0
    folder.save_run()
    folder.close()
    return analysis.read_run(folder.path)


def all_cells(plan, special=()):
    special = {row["cell_id"]: row for row in special}
    for name in plan.environments:
        for item in plan.cells(name):
            yield special.get(item.id) or cell(item.id)


def shown(tables_):
    console = Console(file=io.StringIO(), width=160, highlight=False)
    terminal.show(tables_, console, Path("report/index.html"))
    return console.file.getvalue()
