"""A run from beginning to end: its folder, its two passes, its tables."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import shutil
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

import harness
from harness.config import loading_rules
from harness.environments import lock as stored_locks
from harness.errors import InputError, MachineError
from harness.files import writing
from harness.machine import hardware, places, tools
from harness.run import schedule
from harness.run.progress import Progress
from harness.run.recorder import Recorder
from harness.run.reusing import Reuse
from harness.store import SCHEMA_VERSION, RunFolder, find_run, finishing, read_run_json, runs
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console

    from harness.config.plan import Plan
    from harness.run.confirming import Alarming
    from harness.run.session import Engine
    from harness.store import RunTables
    from harness.store.journal import Journal
    from harness.store.outcome_cache import OutcomeCache

#: What ``run.json`` must hold of a run that goes on.
_NEEDED: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("run_id", "profile", "started", "matrix_digest"), (str,)),
    "host": (dict,),
    "seconds": (int, float, type(None)),
}


def run(
    plan: Plan,
    *,
    results: Path,
    console: Console,
    resume: Path | None = None,
    locks: Path | None = None,
    producers: frozenset[str] | None = None,
    consumers: frozenset[str] | None = None,
    engine: Engine | None = None,
    cache: OutcomeCache | None = None,
    fresh: bool = False,
    wait: bool = False,
    then: Callable[[Path], object] = lambda path: None,  # noqa: ARG005
    told: Callable[[str, Callable[[], RunTables]], object] = lambda name, so_far: None,  # noqa: ARG005
    alarming: Alarming | None = None,
) -> Path:
    """Carry out a plan; return the run's folder. Its tables have a row for all that was planned, whatever happened.

    Parameters
    ----------
    resume : the folder of an unfinished run of the same plan.
    locks : another run's folder, whose exact packages are used.
    producers, consumers : names; None means every environment of the profile.
    engine : where the guests are; None: in this process's care.
    cache : outcomes of earlier runs, which are reused, and where this run's are kept; None: nothing is.
    fresh : everything is worked out all the same, and held against what is kept.
    wait : where another run works in this workspace, wait for its end; without it, refuse.
    then : called with the run's folder when its tables are written, however the run ended: it makes the pages.
    told : called with the name of an environment of which more is known, by any thread, and with what makes the tables
        so far.
    alarming : tells what this run would raise an alarm of; that is measured again. Not where the guests are elsewhere.

    Raises
    ------
    MachineError, InputError, KeyboardInterrupt
        Also any fault of the harness itself. The tables are written first, if they can be.
    """
    everyone = frozenset(plan.environments)
    selection = schedule.Selection(
        producers=everyone if producers is None else producers, consumers=everyone if consumers is None else consumers
    )
    with alone(results, console if wait else None):
        packages = {} if locks is None else read_locks(locks)
        if locks is not None:
            plan = only_locked(plan, packages, locks)
        folder = begin(plan, results) if resume is None else _reopen(plan, resume, selection, here=engine is None)
        give_locks(packages, folder)
        started = time.monotonic()
        try:
            cut_short = _pass(
                plan,
                folder,
                console,
                selection,
                engine=engine,
                told=told,
                cache=cache,
                fresh=fresh,
                alarming=alarming if engine is None and selection.consumers == everyone else None,
            )
        except KeyboardInterrupt:
            finish(plan, folder, started, "the run was interrupted before this began", then)
            forget_given(plan, folder.path)
            raise
        except Exception as error:
            with contextlib.suppress(Exception):  # the same trouble again; the journal holds what is known
                finish(plan, folder, started, f"cut short: {_named(error)}", then)
            forget_given(plan, folder.path)
            raise
        finish(plan, folder, started, "not begun yet", then, reasons=cut_short)
    if cut_short:
        reasons = "\n".join(f"  {name}: {reason}" for name, reason in sorted(cut_short.items()))
        raise MachineError(f"this machine did not let these environments do all; continue with --resume:\n{reasons}")
    _need_something(folder.journal)
    return folder.path


def forget_given(plan: Plan, folder: Path) -> None:
    """Remove a user's own model and rows, and what was made of them, from a run that nobody continues."""
    if any(case.given is not None for case in plan.cases.values()):
        shutil.rmtree(folder / "objects", ignore_errors=True)


def choose(results: Path, profile: str, *, run_id: str | None, resume: bool) -> Path | None:
    """The unfinished run to continue, or None for a new one. Raises InputError.

    Where every run is finished, it is one with an environment that this machine could not have, but may have by now; or
    the one that was ended while its page was written.
    """
    if run_id is not None:
        return find_run(results, run_id)
    if not resume:
        return None
    known = [(path, stored) for path in runs(results) if (stored := _stored(path)) is not None]
    own = [(path, stored) for path, stored in known if stored.get("profile") == profile]
    for may_go_on in (_is_unfinished, _may_be_more):
        found = [path for path, stored in own if may_go_on(path, stored)]
        if found:
            return found[-1]
    others = [(path.name, stored.get("profile")) for path, stored in known if _is_unfinished(path, stored)]
    hint = f"; unfinished is {others[-1][0]}: give --profile {others[-1][1]}" if others else ""
    raise InputError(f"{results}: no unfinished run of the profile {profile} is stored there{hint}")


def _stored(path: Path) -> dict[str, Any] | None:
    """``run.json`` of a run that can be continued; not if it is of another schema version, for example."""
    try:
        stored = read_run_json(path)
    except InputError:
        return None
    return stored if stored["schema_version"] == SCHEMA_VERSION and not stored.get("kits") else None


def _is_unfinished(path: Path, stored: dict[str, Any]) -> bool:  # noqa: ARG001  # as _may_be_more
    return not stored.get("complete")


def _may_be_more(path: Path, stored: dict[str, Any]) -> bool:
    """Whether some environment may be had after all, or a kill came before the page."""
    return bool(stored.get("retry")) or not (path / "report/index.html").exists()


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, MachineError) else f"{type(error).__name__}: {error}"


def _pass(
    plan: Plan,
    folder: RunFolder,
    console: Console,
    selection: schedule.Selection,
    *,
    engine: Engine | None,
    told: Callable[[str, Callable[[], RunTables]], object],
    cache: OutcomeCache | None,
    fresh: bool,
    alarming: Alarming | None,
) -> dict[str, str]:
    """Do all that is owed; return by environment why some of it was not tried."""
    journal = folder.journal
    share = plan.cell_count_in(selection.consumers) / max(plan.cell_count, 1)
    progressing = Progress(
        console,
        environments=len(plan.environments),
        artifacts=plan.artifact_count - len(journal.artifacts),
        cells=round((plan.cell_count - journal.cell_count) * share),
        measured=plan.measured_count,
        link=None if engine is None else engine.link,
    )
    with progressing as progress:
        tables = partial(finishing.so_far, plan, folder)
        recorder = Recorder(plan, folder, progress, told=lambda name: told(name, tables))
        reuse = None if cache is None else Reuse(cache, recorder, fresh=fresh)
        try:
            schedule.both_passes(recorder, selection, engine, reuse, alarming)
        finally:
            if reuse is not None:
                folder.run["reuse"] = finishing.reuse_of((folder.run.get("reuse"), reuse.told()))
    return recorder.cut_short


def begin(plan: Plan, results: Path) -> RunFolder:
    """A new run of a plan, in which nothing has happened yet."""
    facts: dict[str, Any] = {"matrix_digest": plan.digest, "through": plan.through, **_other_matrix(plan)}
    # Whoever reads the run later, or elsewhere, may not have these formats.
    facts["formats"] = {item.name: {"converts": item.converts} for item in plan.profile.formats}
    facts["loading"] = loading_rules.as_data(plan.profile)
    facts |= {"harness_version": harness.__version__, "host": hardware.facts()}
    folder = RunFolder.create(results, plan.profile.name, facts)
    for item in plan.profile.formats:
        if item.file is not None:
            folder.keep_object(Path(item.file).read_text(encoding="utf-8").encode())
    if plan.matrix is not None and "matrix" in facts:
        places.remember(folder.path.name, plan.matrix)
    return folder


def _other_matrix(plan: Plan) -> dict[str, str]:
    """The matrix of a run, if it is not the default one: the command that repeats a cell must name it.

    Of a file outside the checkout only its name is stored: no folder of this machine is.
    """
    path = plan.matrix
    if path is None or path == tools.MATRIX:
        return {}
    inside = tools.IS_CHECKOUT and path.is_relative_to(tools.ROOT)
    return {"matrix": path.relative_to(tools.ROOT).as_posix() if inside else path.name}


def _need_facts(path: Path, stored: Mapping[str, Any]) -> None:
    """Raises InputError where ``run.json`` lacks what a run cannot go on without."""
    wrong = [name for name, kinds in _NEEDED.items() if not isinstance(stored.get(name), kinds)]
    if not wrong and not _is_time(stored["started"]):
        wrong = ["started"]
    if wrong:
        raise InputError(
            f"{path / 'run.json'}: {wrong[0]} is missing, or of another kind: "
            "the run is damaged; take another copy of it, or start a new run"
        )


def _is_time(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _reopen(plan: Plan, path: Path, selection: schedule.Selection, *, here: bool = True) -> RunFolder:
    """The folder of a run that goes on. ``here``: its guests will be on this machine."""
    stored = read_run_json(path)
    _need_facts(path, stored)
    profile = stored["profile"]
    if profile != plan.profile.name:
        raise InputError(f"{path}: this is a run of the profile {profile}: give --profile {profile}")
    if stored.get("kits"):
        raise InputError(f"{path}: rows of kits were merged into it: continue the run that they were merged with")
    folder = RunFolder.reopen(path)
    if folder.run["matrix_digest"] != plan.digest:
        folder.close()
        raise InputError(
            f"{path}: matrix.yaml, the cases or the formats have changed since this run was started, "
            "so it cannot be finished into one table: undo the change or start a new run"
        )
    fingerprint = hardware.facts()["fingerprint"]
    for name, host in finishing.measured_on(plan, folder).items():
        if here and name in selection.consumers and host["fingerprint"] != fingerprint:
            folder.close()
            raise InputError(
                f"{path}: {name} was measured on other hardware, and figures of two machines cannot be one "
                "environment's: finish it on the machine that began it, or start a new run"
            )
    return folder


def finish(
    plan: Plan,
    folder: RunFolder,
    started: float,
    cut_short: str,
    then: Callable[[Path], object],
    *,
    reasons: Mapping[str, str] | None = None,
) -> None:
    """Write the tables of a run that has ended, however it did, and its pages; see `run`."""
    shutil.rmtree(folder.path / "spool", ignore_errors=True)  # first: where the disk is full, this makes room
    folder.run["seconds"] = round((folder.run["seconds"] or 0.0) + time.monotonic() - started, 3)
    folder.run["finished"] = dt.datetime.now(dt.UTC).isoformat()
    finishing.finish(plan, folder, cut_short=cut_short, reasons=reasons)
    then(folder.path)


def read_locks(source: Path) -> dict[str, str]:
    """Another run's locks by file name. Raises InputError for what is more than pins and hashes."""
    found = {path.name: stored_locks.read(path).text for path in sorted((source / "locks").glob("*.txt"))}
    if not found:
        raise InputError(f"{source / 'locks'}: no locks are stored there")
    return found


def only_locked(plan: Plan, packages: Mapping[str, str], source: Path) -> Plan:
    """The plan, with every environment not-run that the other run has no lock for: other packages would not do."""
    absent = {name: f"{source.name} has no lock for it" for name in plan.environments if f"{name}.txt" not in packages}
    return dataclasses.replace(plan, impossible={**plan.impossible, **absent})


def give_locks(packages: Mapping[str, str], folder: RunFolder) -> None:
    """Let a run use these packages. Raises InputError where it has used others."""
    for name, text in packages.items():
        held = folder.path / "locks" / name
        if held.exists() and held.read_text() != text:
            folder.close()
            raise InputError(f"{held}: this run has used other packages already; give --locks to a new run")
        folder.write_text(f"locks/{name}", text)


def _need_something(journal: Journal) -> None:
    rows = journal.environments.values()
    if rows and all(row["status"] != Status.OK for row in rows):
        reasons = "\n".join(f"  {row['environment']}: {row['reason']}" for row in rows)
        raise MachineError(f"no environment could be built on this machine:\n{reasons}")


@contextlib.contextmanager
def alone(results: Path, waiting: Console | None = None) -> Iterator[None]:
    """Let one run at a time work: runs of one checkout share environments, and disturb each other's measurements.

    ``waiting``: where it is said that one waits for another's end; None: raises MachineError instead.
    """
    holder = tools.workspace() / ".harness" / "running.json"
    with writing(holder):
        holder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(holder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        told = f"another run is using these environments ({_holding(holder)})"
        if waiting is None:
            raise MachineError(f"{told}: wait until it has ended") from None
        waiting.print(f"{told}: this one waits until it has ended", soft_wrap=True)
        lock.acquire()
    try:
        with writing(holder):
            holder.write_text(json.dumps({"pid": os.getpid(), "results": str(results)}))
        yield
    finally:
        lock.release()


def _holding(holder: Path) -> str:
    """Who works now, as it has said itself."""
    try:
        holds = json.loads(holder.read_text())
        return f"process {holds['pid']}, writing under {holds['results']}"
    except (OSError, ValueError, KeyError):
        return "another process"
