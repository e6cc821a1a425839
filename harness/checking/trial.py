"""The run of one model file: its writer's environment hands it on, and every target loads it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from harness.checking import pins, planning, runtimes, targets, wanted, writer
from harness.config import matrix as matrices
from harness.environments import NotReadyError, UnsatisfiableError, kinds
from harness.errors import MachineError
from harness.machine import tools
from harness.run import lifecycle
from harness.store import read_run
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from packaging.requirements import Requirement
    from rich.console import Console

    from harness.checking.planning import Ask
    from harness.checking.wanted import Entry
    from harness.checking.writer import Writer
    from harness.config.matrix import Matrix
    from harness.config.plan import Plan
    from harness.inspection import Inspection
    from harness.store import RunTables
    from harness.terms import Environment


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is tried of a model file.

    Attributes
    ----------
    writer, targets : environments by name
    written : what is known of the writer, for people: "scikit-learn 1.2.2, NumPy 1"
    notes : what else is to be told
    stands_in : why the writer is another than that of the file; None: it is the same, as far as the file tells
    called : by name of a target that is no plain release, what the user calls it
    written_by : the writer, where it is one of scikit-learn
    """

    writer: str
    targets: tuple[str, ...]
    written: str
    notes: tuple[str, ...] = ()
    stands_in: str | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    written_by: Writer | None = None


@dataclass(frozen=True, kw_only=True)
class Trial(Attempt):
    """What was tried, with the folder of its run."""

    run: Path

    @cached_property
    def tables(self) -> RunTables:
        """The tables of the run as they are stored, read once; `harness.analysis.cells` tells what its cells mean.

        Raises InputError.
        """
        return read_run(self.run)


@dataclass(frozen=True, kw_only=True)
class Unsupplied(Attempt):
    """What cannot be tried, which is known before anything is built.

    Attributes
    ----------
    why : what is missing, and how it is supplied
    releases : of scikit-learn, by the names of writer and targets
    """

    why: str
    releases: dict[str, str]


def _unsupplied(ask: Ask, found: Inspection, known: dict[str, Environment]) -> Unsupplied | None:
    """What is missing that no environment has: classes of the script that saved the file. None where nothing is."""
    names = [name.removeprefix("__main__.") for name in found.own if name.startswith("__main__.")]
    if ask.code is not None or not names:
        return None
    written_by = next(writer.candidates(found, known, ask.packages, _own(ask)))
    asked = _asked(ask, written_by, known)
    told = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")  # noqa: PLR2004
    return Unsupplied(
        writer=written_by.environment.name,
        targets=tuple(one.name for one in asked),
        written=written_by.said,
        why=f"it needs {told} of the script that saved it: give that script, or a folder with it, --code FILE.py",
        releases={one.name: one.scikit_learn for one in (written_by.environment, *asked)},
    )


def silent(attempt: Attempt, name: str, so_far: Callable[[], RunTables]) -> None:
    """Nobody listens."""


def tried(
    ask: Ask,
    *,
    console: Console,
    results: Path | None = None,
    keep_data: bool = False,
    found: Inspection | None = None,
    told: Callable[[Attempt, str, Callable[[], RunTables]], object] = silent,
) -> Trial | Unsupplied:
    """Let the writer's environment and every target load the file.

    Parameters
    ----------
    console : shows the progress.
    results : the folder that the run is stored in; None: the workspace's.
    keep_data : whether the model and its rows stay in the run's folder.
    found : the inspection of the file, where there is one already.
    told : called as soon as more is known of an environment, by any thread; see `harness.run.lifecycle.run`.

    Raises
    ------
    InputError : the file or the words are not such as can be tried.
    MachineError : no sandbox can be had here.
    """
    ask, found = planning.opened(ask, planning.inspected(ask.file, found))
    matrix = matrices.load_matrix(tools.MATRIX, cases=(), native=tools.native_platform())  # a file stands for the case
    known = wanted.known(matrix)
    lacking_code = _unsupplied(ask, found, known)
    if lacking_code is not None:
        return lacking_code
    last: Trial | None = None
    lacking = ""
    attempts = _of_graph(ask, found, matrix) if found.format == "onnx" else _of_model(ask, found, known)
    for attempt, those in attempts:
        plan = planning.planned(ask, found, matrix, those)
        _need_sandbox(plan)
        if attempt.stands_in is not None:
            attempt = replace(attempt, stands_in=f"{attempt.stands_in}{lacking}")  # noqa: PLW2901
        why = _vanished(plan.environments[attempt.writer])
        if why is None:
            last = _run(plan, attempt, console, results=results, keep_data=keep_data, told=told)
            why = _failure(last)
            if why is None:
                return last
        lacking = lacking or f" ({why})"
    if last is None:
        raise MachineError(f"{ask.file}: no environment can be had that may have written it{lacking}")
    return last


def _of_model(
    ask: Ask, found: Inspection, known: dict[str, Environment]
) -> Iterator[tuple[Attempt, tuple[Entry, ...]]]:
    """The attempts with a model of scikit-learn, the best first, each with its environments, the writer first."""
    for written_by in writer.candidates(found, known, ask.packages, _own(ask)):
        asked = _asked(ask, written_by, known)
        of_each = dict.fromkeys(note for one in (written_by.environment, *asked) for note in one.notes)
        attempt = Attempt(
            writer=written_by.environment.name,
            targets=tuple(one.name for one in asked),
            written=written_by.said,
            notes=(*written_by.notes, *_missing(written_by, ask), *of_each),
            stands_in=written_by.stands_in,
            called={one.name: one.called for one in asked if one.called is not None},
            written_by=written_by,
        )
        yield attempt, (written_by.environment, *asked)


def _of_graph(ask: Ask, found: Inspection, matrix: Matrix) -> Iterator[tuple[Attempt, tuple[Entry, ...]]]:
    """The attempt with an ONNX file."""
    those = runtimes.of(ask.to, ask.packages, matrix.environments(satisfiable=lambda _: True))
    attempt = Attempt(
        writer=those.reference.name,
        targets=tuple(one.name for one in those.targets),
        written=", ".join(f"{one.package} {one.version}" for one in found.evidence[:2]),
        notes=(f"held against onnxruntime {those.reference.release}",),
        stands_in=those.stands_in,
    )
    yield attempt, (those.reference, *those.targets)


def _own(ask: Ask) -> dict[str, Requirement]:
    """Requirements of the writer's environment only, by name."""
    return pins.of(ask.pins) if ask.requirements is None else pins.read(ask.requirements)


def _asked(ask: Ask, written_by: Writer, known: dict[str, Environment]) -> list[targets.Target]:
    return [] if ask.alone else targets.of(ask.to, written_by, known)


def _run(
    plan: Plan,
    attempt: Attempt,
    console: Console,
    *,
    results: Path | None,
    keep_data: bool,
    told: Callable[[Attempt, str, Callable[[], RunTables]], object],
) -> Trial:
    folder = lifecycle.run(
        plan,
        results=results or tools.workspace() / ".harness" / "checks",
        console=console,
        wait=True,
        told=partial(told, attempt),
    )
    if not keep_data:
        lifecycle.forget_given(plan, folder)
    return Trial(**vars(attempt), run=folder)


def _need_sandbox(plan: Plan) -> None:
    first = plan.profile.environments[0]
    lacking = kinds.OF[first.kind].missing(first)
    if lacking is not None:
        raise MachineError(f"{lacking}; --trust runs it without a sandbox, where a model may do what you may do")


def _vanished(environment: Environment) -> str | None:
    """Why no resolver can give it, as when its wheels are gone; None if it may be had, or if nobody could be asked."""
    try:
        kinds.OF[environment.kind].lock(environment)
    except UnsatisfiableError as why:
        return str(why)
    except NotReadyError:
        return None
    return None


def _failure(trial: Trial) -> str | None:
    """Why another environment may do better than the writer of a trial; None: it did, or no other would."""
    tables = trial.tables
    artifact = tables.artifacts.iloc[0]
    built = tables.environments.set_index("environment").loc[trial.writer]
    if artifact["status"] == Status.OK or trial.writer in (tables.run.get("retry") or ()):
        return None
    if built["status"] != Status.OK:
        return str(built["reason"])
    return None if trial.stands_in is None else str(artifact["reason"])


def _missing(written_by: Writer, ask: Ask) -> Iterator[str]:
    if written_by.missing and ask.code is None:
        names = ", ".join(written_by.missing[:4])
        yield f"it needs {names}, of no package that is known: give it with --code or --with"
