"""Which guest runs when: the correctness pass.

Every environment is built and dumps its artifacts; when all have, every environment loads everything. As many
environments are at work as there are processors. A guest stays between its two turns, so it imports only once.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import outcome, parity, processes, tables, tools
from harness.conversation import Guest, GuestDiedError, UnreadyError
from harness.environments import NotReadyError, local
from harness.environments.lock import Lock, resolve
from harness.environments.stage import stage
from harness.errors import MachineError
from harness.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.environments import Built
    from harness.model import Artifact, Cell, Environment
    from harness.plan import Plan
    from harness.progress import Progress
    from harness.store import RunFolder

#: Cells that share one forked child. A fork costs some 10 ms, a small model's load and predict less than 2.
BATCH = 50
#: Guests that stay alive between dumping and loading; each holds some 150 MB.
KEPT_GUESTS = 24
#: A guest that keeps dying is given up; what it still owed is not-run.
DEATHS = 40

KINDS = {"local": local.build}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which environments produce and consume now; the others wait for another call on the same run."""

    producers: frozenset[str]
    consumers: frozenset[str]


class Pass:
    """One correctness pass of a plan into a run's folder."""

    def __init__(self, plan: Plan, folder: RunFolder, journal: tables.Journal, progress: Progress) -> None:
        self.plan = plan
        self.folder = folder
        self.journal = journal
        self.progress = progress
        self.stage = stage(sorted({Path(case.file) for case in plan.profile.cases if case.module == Path(case.file).stem}))
        self._guests: dict[str, Guest] = {}
        self._built: dict[str, Built] = {}
        self._fitted: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def run(self, selection: Selection) -> None:
        """Dump with the producers, then load with the consumers. Raises MachineError; KeyboardInterrupt passes."""
        try:
            with ThreadPoolExecutor(tools.processors()) as pool:
                for work, chosen in ((self._produce, selection.producers), (self._consume, selection.consumers)):
                    names = [environment for environment in self.plan.profile.environments if environment.name in chosen]
                    self._all(pool.submit(work, environment) for environment in names)
        finally:
            for guest in self._guests.values():
                guest.close()

    def _all(self, submitted: Iterable[Future[None]]) -> None:
        futures = list(submitted)
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                if future.done():
                    future.result()
        except BaseException:
            self._stopping = True
            for future in futures:
                future.cancel()
            processes.stop_all()
            raise

    # -- one environment -------------------------------------------------------------------------------------------

    def _produce(self, environment: Environment) -> None:
        owed = [a for a in self.plan.artifacts(environment.name) if a.id not in self.journal.artifacts]
        if not owed and not self._owed_cells(environment.name):
            return
        try:
            self._ready(environment)
            if owed:
                self._dump(environment, owed)
        except NotReadyError as reason:
            self._record_environment(environment, {"status": str(Status.NOT_RUN), "reason": str(reason)})
        if len(self.plan.profile.environments) > KEPT_GUESTS:
            self._retire(environment.name)

    def _consume(self, environment: Environment) -> None:
        owed = self._owed_cells(environment.name)
        try:
            if owed:
                self._ready(environment)
                self._load(environment, owed)
        except NotReadyError as reason:
            self._record_environment(environment, {"status": str(Status.NOT_RUN), "reason": str(reason)})
        finally:
            self._retire(environment.name)

    def _ready(self, environment: Environment) -> Guest:
        """The environment's guest, its environment built first where needed. Raises NotReadyError."""
        guest = self._guests.get(environment.name)
        if guest is not None:
            return guest
        if environment.name in self.plan.impossible:
            raise NotReadyError(self.plan.impossible[environment.name])
        known = self.journal.environments.get(environment.name)
        if environment.name in self._built:
            return self._start(environment)
        if known is not None and known["status"] != Status.OK and known.get("tried_by") == id(self):
            raise NotReadyError(known["reason"])
        self.progress.environment(environment.name, "resolving")
        lock = self._locked(environment)
        self.progress.environment(environment.name, "building")
        built = KINDS[environment.kind](environment, lock, stage=self.stage, limits=self.plan.profile.limits)
        self._built[environment.name] = built
        self.progress.environment(environment.name, "importing")
        guest = self._start(environment)
        self._check_packages(environment, lock, guest)
        row = {"status": str(Status.OK), "reason": None, **tables.environment_row(guest.facts)}
        row |= {"lock_sha256": lock.digest, "how_built": built.how, "seconds": built.seconds}
        self._record_environment(environment, row)
        return guest

    def _start(self, environment: Environment) -> Guest:
        scratch = self.folder.path / "spool" / environment.name
        scratch.mkdir(parents=True, exist_ok=True)
        log = self.folder.path / "logs" / f"{environment.name}.log"
        guest = Guest(
            self._built[environment.name].command, modules=["sklearn", "numpy"], folder=scratch.resolve(), log=log
        )
        try:
            guest.hello()
        except UnreadyError as error:
            guest.close()
            raise NotReadyError(f"installed, but not usable: {error}") from error
        self._guests[environment.name] = guest
        return guest

    def _retire(self, name: str) -> None:
        guest = self._guests.pop(name, None)
        if guest is not None:
            guest.close()

    def _locked(self, environment: Environment) -> Lock:
        name = f"locks/{environment.name}.txt"
        path = self.folder.path / name
        if path.exists():
            return Lock(text=path.read_text())
        lock = resolve(environment)
        self.folder.write_text(name, lock.text)
        return lock

    def _check_packages(self, environment: Environment, lock: Lock, guest: Guest) -> None:
        held = guest.facts["packages"]
        other = {n: (v, held.get(n)) for n, v in lock.packages.items() if held.get(n) != v}
        if other:
            local.unstamp(environment.name)
            self._retire(environment.name)
            told = ", ".join(f"{n} {has or 'absent'} instead of {v}" for n, (v, has) in sorted(other.items())[:5])
            raise NotReadyError(f"it does not hold what its lock says ({told}); it is built anew in the next run")

    def _record_environment(self, environment: Environment, row: dict[str, Any]) -> None:
        row = {"environment": environment.name, **row}
        self.folder.record("environment", row)
        self.journal.add("environment", {**row, "tried_by": id(self)})
        self.progress.environment(environment.name, row["status"], row["reason"])

    # -- dumping ---------------------------------------------------------------------------------------------------

    def _dump(self, environment: Environment, owed: list[Artifact]) -> None:
        by_case: dict[str, list[Artifact]] = {}
        for artifact in owed:
            by_case.setdefault(artifact.case, []).append(artifact)
        tasks = [self._dump_task(environment, case, artifacts) for case, artifacts in by_case.items()]
        fitted: dict[str, tuple[str, dict[str, Any]]] = {}
        limits = self.plan.profile.limits
        for event in self._events(environment, "dump", tasks, batch=1, seconds=limits.fit_seconds):
            task = event["task"]
            if event["event"] == "fitted":
                fitted[task["id"]] = self._keep_fitted(event)
                continue
            ids = [item["id"] for item in task["formats"]] if event["id"] == task["id"] else [event["id"]]
            for artifact_id in ids:
                if artifact_id not in self.journal.artifacts:
                    self._record_artifact(artifact_id, event, fitted.get(task["id"]))

    def _dump_task(self, environment: Environment, case_name: str, artifacts: list[Artifact]) -> dict[str, Any]:
        case = self.plan.cases[case_name]
        formats = self.plan.formats
        return {
            "id": f"{environment.name}/{case_name}",
            "case": {"module": case.module, "function": case.function, "seed": self.plan.profile.seed},
            "spool": str((self.folder.path / "spool" / environment.name).resolve()),
            "formats": [
                {"id": a.id, "module": formats[a.format].module, "options": formats[a.format].options} for a in artifacts
            ],
        }

    def _keep_fitted(self, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Store a fit's data and reference outputs as objects; return their digest and the event."""
        fitted = {key: value for key, value in event.items() if key not in ("event", "id", "inputs", "task")}
        fitted["inputs_sha256"] = self.folder.keep_object(json.dumps(event["inputs"]).encode("ascii"))
        fitted["score"] = None
        if fitted["score_kind"]:
            fitted["score"] = parity.score(fitted["score_kind"], fitted["reference"]["predict"], fitted["truth"])
        digest = self.folder.keep_object(json.dumps(fitted, sort_keys=True).encode("ascii"))
        self._fitted[digest] = fitted
        return digest, fitted

    def _record_artifact(
        self, artifact_id: str, event: dict[str, Any], fitted: tuple[str, dict[str, Any]] | None
    ) -> None:
        row = outcome.of_artifact(event)
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        if row["status"] == Status.OK:
            self.folder.adopt(Path(event["spooled"]), event["sha256"])
        if fitted is not None:
            digest, facts = fitted
            row["warnings"] = [
                {"category": w["category"], "message": w["message"]} for w in facts["warnings"]
            ] + row["warnings"]
            row |= {key: facts[key] for key in ("fit_seconds", "n_samples", "n_features", "score")}
            told = ("estimator", "parameters", "methods", "score_kind", "inputs_sha256", "train_sha256")
            row["manifest"] = json.dumps({"fitted_sha256": digest, **{key: facts[key] for key in told}})
        row["artifact_id"] = artifact_id
        self.folder.record("artifact", row)
        self.journal.add("artifact", row)
        self.progress.artifact(row)

    # -- loading ---------------------------------------------------------------------------------------------------

    def _owed_cells(self, consumer: str) -> list[Cell]:
        return [cell for cell in self.plan.cells(consumer) if cell.id not in self.journal.cells]

    def _load(self, environment: Environment, owed: list[Cell]) -> None:
        done = self.journal.artifacts
        tasks = [
            self._load_task(cell)
            for cell in owed
            if cell.artifact.id in done and done[cell.artifact.id]["status"] == Status.OK
        ]
        doubted: list[dict[str, Any]] = []
        for event in self._events(environment, "load", tasks, batch=BATCH, seconds=self.plan.profile.limits.seconds):
            row = self._judge(event)
            if outcome.is_believed(row) or event["alone"]:
                self._record_cell(event["task"]["id"], row)
            else:
                doubted.append(event["task"])
        for event in self._events(environment, "load", doubted, batch=1, seconds=self.plan.profile.limits.seconds):
            self._record_cell(event["task"]["id"], self._judge(event))

    def _load_task(self, cell: Cell) -> dict[str, Any]:
        artifact = self.journal.artifacts[cell.artifact.id]
        manifest = json.loads(artifact["manifest"])
        item = self.plan.formats[cell.artifact.format]
        return {
            "id": cell.id,
            "artifact": str(self.folder.object_path(artifact["sha256"]).resolve()),
            "sha256": artifact["sha256"],
            "inputs": str(self.folder.object_path(manifest["inputs_sha256"]).resolve()),
            "inputs_sha256": manifest["inputs_sha256"],
            "methods": manifest["methods"],
            "module": item.module,
            "options": item.options,
            "reader": cell.reader,
            "fitted_sha256": manifest["fitted_sha256"],
            "format": item.name,
        }

    def _judge(self, event: dict[str, Any]) -> dict[str, Any]:
        task = event["task"]
        tolerance = parity.tolerance_for(self.plan.profile.tolerances, task["format"])
        return outcome.of_cell(event, self._fitted_of(task["fitted_sha256"]), tolerance)

    def _fitted_of(self, digest: str) -> dict[str, Any]:
        if digest not in self._fitted:
            self._fitted[digest] = json.loads(self.folder.object_path(digest).read_bytes())
        return self._fitted[digest]

    def _record_cell(self, cell_id: str, row: dict[str, Any]) -> None:
        row["traceback"] = self.folder.keep_traceback(row.pop("traceback_text", None))
        row["cell_id"] = cell_id
        self.folder.record("cell", row)
        self.journal.add("cell", row)
        self.progress.cell(row)

    # -- the guest, through deaths ---------------------------------------------------------------------------------

    def _events(
        self, environment: Environment, verb: str, tasks: list[dict[str, Any]], *, batch: int, seconds: float
    ) -> Iterator[dict[str, Any]]:
        """Events of a job, each with its ``task`` and whether it ran ``alone``; a guest that dies is replaced.

        When the guest itself dies in a shared batch, that batch is gone through one by one. When it dies with one
        task at work, that task is what killed it.
        """
        answered = Answered(tasks)
        limits = {"seconds": seconds, "memory": self.plan.profile.limits.memory}
        size = batch
        for _ in range(DEATHS):
            todo = answered.todo()
            if not todo or self._stopping:
                return
            now = todo if size == batch else todo[:batch]
            job = {"do": verb, "tasks": now, "limits": limits, "batch": size}
            try:
                for event in self._ready(environment).run(job):
                    yield answered.settle(event, alone=size == 1)
                size = batch
            except GuestDiedError as died:
                self._retire(environment.name)
                if self._stopping:
                    return
                if size == 1:
                    yield answered.blame(now, str(died))
                size = 1
        raise NotReadyError(f"its guest died {DEATHS} times")


class Answered:
    """Which tasks of a job still wait for an answer."""

    def __init__(self, tasks: list[dict[str, Any]]) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}
        self._open: dict[str, list[str]] = {}
        for task in tasks:
            ids = [item["id"] for item in task.get("formats", [task])]
            self._open[task["id"]] = ids
            self._by_id |= dict.fromkeys([task["id"], *ids], task)

    def todo(self) -> list[dict[str, Any]]:
        waiting = [self._by_id[task_id] for task_id, ids in self._open.items() if ids]
        return [self._narrowed(task) for task in waiting]

    def _narrowed(self, task: dict[str, Any]) -> dict[str, Any]:
        if "formats" not in task:
            return task
        return {**task, "formats": [item for item in task["formats"] if item["id"] in self._open[task["id"]]]}

    def settle(self, event: dict[str, Any], *, alone: bool) -> dict[str, Any]:
        if event["event"] == "fault":
            raise MachineError(f"the guest could not go on: {event['what']}. Free some space, then use --resume")
        task = self._by_id[event["id"]]
        if event["event"] != "fitted":
            owed = self._open[task["id"]]
            self._open[task["id"]] = [] if event["id"] == task["id"] else [i for i in owed if i != event["id"]]
        return {**event, "task": task, "alone": alone}

    def blame(self, todo: list[dict[str, Any]], how: str) -> dict[str, Any]:
        """The first unanswered task took the guest with it."""
        task = next(task for task in todo if self._open[task["id"]])
        event = {"event": "guest-died", "id": self._open[task["id"]][0], "how": how}
        return self.settle(event, alone=True)
