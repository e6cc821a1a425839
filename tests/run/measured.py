"""A measuring turn whose guest answers as a test says."""

from __future__ import annotations

import dataclasses
import json
from types import SimpleNamespace

from harness.config import plan
from harness.messages import Reply
from harness.terms import Measure
from harness.store import journal, tables

from tests.conftest import plan_of

OPEN: list[journal.Journal] = []


READERS = ("pickle", "joblib", "joblib-mmap")


def planned(*, environments: tuple[str, ...] = ("new",), cases: tuple[str, ...] = ("ridge",), **more: object):
    made = plan_of("old", "new")
    measure = Measure(environments=environments, cases=cases, formats=made.profile.formats, **more)  # type: ignore[arg-type]
    return plan.Plan(profile=dataclasses.replace(made.profile, measure=measure))


class Recorder:
    """A run's memory with a journal of its own, in which everything was written and loaded."""

    def __init__(self, path, made: plan.Plan, statuses: dict[str, str] | None = None) -> None:
        self.plan = made
        self.journal = journal.Journal(path)
        OPEN.append(self.journal)
        self.folder = SimpleNamespace(object_path=lambda digest: path.parent / digest)
        self.journal.add("fit", {"fitted_sha256": "f", "inputs_sha256": "i", "methods": ["predict"], "outputs": {}})
        for name in made.environments:
            self.journal.add("environment", {"environment": name, "status": "ok", "reason": None})
            for artifact in made.artifacts(name):
                row = {
                    "artifact_id": artifact.id,
                    "status": "ok",
                    "reason": None,
                    "sha256": "a",
                    "size_bytes": 7_000_000,
                }
                self.journal.add("artifact", {**row, "fitted_sha256": "f"})
            for cell in made.cells(name):
                status = (statuses or {}).get(cell.id, "ok")
                row = {"cell_id": cell.id, "status": status, "reason": "said so", "load_seconds": 0.25}
                self.journal.add("cell", row)

    def measurement(self, cell_id, samples, missing) -> None:
        self.journal.add("measurement", {"cell_id": cell_id, "samples": samples, "missing": missing})

    def seconds_since_start(self) -> float:
        return 1.5

    def tables(self) -> dict[str, list[dict]]:
        """As stored, of Arrow."""
        import pyarrow as pa

        made = tables.Tables(self.plan, self.journal, "run", "cut short")
        return {
            name: pa.Table.from_pylist(list(rows), schema=tables.SCHEMAS[name]).to_pylist()
            for name, rows in made.each()
            if name in ("cells", "figures", "samples")
        }


GOOD = {
    "speed": {"load_seconds": [0.01, 0.011], "predict_seconds": [0.002], "evicted_load_seconds": [0.02]},
    "memory": {"load_peak_bytes": [2e7], "load_private_bytes": [1e7]},
    "sharing": {"mmap_pss_bytes": [2e7], "mmap_private_bytes": [0]},
    "cold": {"cold_start_seconds": [0.5], "cold_start_peak_bytes": [8e7], "first_load_seconds": [0.1]},
}


def good(task: dict) -> dict:
    answer = {"event": "measured", "figures": GOOD[task["kind"]]}
    return (
        {**answer, "imported": ["sub.module"], "yardsticks": {"processor": 0.001, "memory": 0.002}}
        if task["kind"] == "speed"
        else answer
    )


class EnvironmentSession:
    """Answers as ``answer(task)`` says; keeps the jobs that it was given."""

    def __init__(self, answer=good) -> None:
        self.answer = answer
        self.jobs: list[list[dict]] = []
        self.measures = False

    def measure_from_now_on(self) -> None:
        self.measures = True

    def replies(self, verb: str, batches: list[list[dict]], *, seconds: float):
        assert (verb, self.measures) == ("measure", True)
        assert len({batch[0]["id"] for batch in batches}) == len(batches)
        self.jobs.append([task for (task,) in batches])
        for child, (task,) in enumerate(batches, 1):
            event = json.loads(json.dumps({"id": task["id"], "child": child, **self.answer(task)}))
            yield Reply(event=event, task=task, child=(0, child), alone=True)

    def readers(self, kind: str) -> list[list[str]]:
        """The readers that were asked for a kind of sample, by round."""
        return [[task["reader"] for task in job if task["kind"] == kind] for job in self.jobs]

    def rounds(self, kind: str, reader: str = "pickle") -> list[int]:
        return [number for number, readers in enumerate(self.readers(kind)) if reader in readers]


def cell_id(reader: str = "pickle") -> str:
    return f"new/ridge/{reader.partition('-')[0]}>new/{reader}"


def figures_of(recorder: Recorder, reader: str = "pickle") -> dict[str, dict]:
    return {row["figure"]: row for row in recorder.tables()["figures"] if row["cell_id"] == cell_id(reader)}
