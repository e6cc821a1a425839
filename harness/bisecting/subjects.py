"""What is bisected: a model file, held against the environment that wrote it, or a case, saved by the good end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from harness.analysis import bisected, cells
from harness.checking import Unsupplied, planning, targets, tried, wanted
from harness.config import catalogue
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.errors import InputError, shown, unknown
from harness.machine import tools

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.checking import Trial
    from harness.checking.planning import Ask as FileAsk
    from harness.checking.wanted import Entry
    from harness.checking.writer import Writer
    from harness.config.matrix import Matrix
    from harness.inspection import Inspection
    from harness.terms import Case

_FORMAT = "pickle"
_SECONDS, _MEMORY = 120.0, 8 * 1024**3


class Subject(Protocol):
    """What is bisected.

    Attributes
    ----------
    called : for people
    written : what is known of the environment that it is held against, for people
    home : the environment that everything is held against
    packages : that every environment must have
    notes : what is to be told
    """

    @property
    def called(self) -> str: ...
    @property
    def written(self) -> str: ...
    @property
    def home(self) -> Entry: ...
    @property
    def packages(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...

    def plan(self, entries: Sequence[Entry]) -> Plan:
        """The plan of a run in which some environments load it."""
        ...

    def entry(self, word: str) -> Entry:
        """The environment that a word names, see `harness.checking.targets`. Raises InputError."""
        ...


def known_matrix() -> Matrix:
    """The project's matrix: what is known of releases."""
    return matrices.load_matrix(tools.MATRIX, native=tools.native_platform())


@dataclass(frozen=True, kw_only=True)
class File:
    """A model file whose writer's environment is there, or the nearest that stands in for it."""

    ask: FileAsk
    found: Inspection
    matrix: Matrix
    writer: Writer
    written: str
    notes: tuple[str, ...]

    @property
    def called(self) -> str:
        return self.ask.file.name

    @property
    def home(self) -> Entry:
        return self.writer.environment

    @property
    def packages(self) -> tuple[str, ...]:
        return self.writer.packages

    def plan(self, entries: Sequence[Entry]) -> Plan:
        """See `Subject`."""
        return planning.planned(self.ask, self.found, self.matrix, [self.home, *entries])

    def entry(self, word: str) -> Entry:
        """See `Subject`."""
        return _entry(word, self.writer.packages, self.matrix)


def of_file(ask: FileAsk, *, bad: str, console: Console, results: Path | None) -> tuple[File, Trial]:
    """A file, and the run in which its writer and the bad end have tried it.

    Raises
    ------
    InputError : the file cannot be tried.
    MachineError : no sandbox can be had here.
    """
    found = planning.inspected(ask.file)
    if found.format == "onnx":
        raise InputError(f"{ask.file}: an ONNX file runs without scikit-learn; `check` tries releases of onnxruntime")
    matrix = known_matrix()
    _entry(bad, (), matrix)
    trial = tried(replace(ask, to=(bad,)), found=found, console=console, results=results)
    if isinstance(trial, Unsupplied):
        raise InputError(f"{ask.file}: {trial.why}")
    ask, found = planning.opened(ask, found)
    further = (trial.stands_in, bisected.unreached(cells.with_meaning(trial.tables)))
    assert trial.written_by is not None
    file = File(
        ask=ask,
        found=found,
        matrix=matrix,
        writer=trial.written_by,
        written=trial.written,
        notes=(*trial.notes, *(one for one in further if one is not None)),
    )
    return file, trial


@dataclass(frozen=True, kw_only=True)
class OfCase:
    """A case that the good end fits and saves with pickle."""

    case: Case
    matrix: Matrix
    home: Entry
    packages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        return self.case.name

    @property
    def written(self) -> str:
        return self.home.name

    def plan(self, entries: Sequence[Entry]) -> Plan:
        """See `Subject`."""
        file = wanted.matrix_file([self.home, *entries], kind=wanted.TRUSTED_KIND, packages=("pandas",))
        held = matrices.load_matrix(file, cases=[self.case], formats=self.matrix.formats, native=self.matrix.native)
        chosen = held.profile("check", satisfiable=lambda _: True)
        item = next(one for one in self.matrix.formats if one.name == _FORMAT)
        profile = replace(
            chosen,
            cases=(self.case,),
            formats=(replace(item, readers=item.readers[:1]),),
            limits=replace(chosen.limits, seconds=_SECONDS, fit_seconds=_SECONDS, memory=_MEMORY),
        )
        return Plan(profile=profile, matrix=file, writer=self.home.name)

    def entry(self, word: str) -> Entry:
        """See `Subject`."""
        return _entry(word, self.packages, self.matrix)


def of_case(name: str, cases: Path | None, *, good: str | None, packages: Sequence[str]) -> OfCase:
    """A built-in case, or one of a user's file. Raises InputError where there is none, or nobody says what saves it."""
    matrix = known_matrix()
    there = matrix.cases if cases is None else catalogue.user_cases(cases)
    found = next((one for one in there if one.name == name), None)
    if found is None:
        where = "neither a file nor a built-in case" if cases is None else f"no case of {cases}"
        raise InputError(f"{shown(name)} is {where}: {unknown('case', name, (one.name for one in there))}")
    if good is None:
        raise InputError(f"{name}: say which release saves it: --good 1.2.2")
    return OfCase(case=found, matrix=matrix, home=_entry(good, packages, matrix), packages=tuple(packages))


def _entry(word: str, packages: Sequence[str], matrix: Matrix) -> Entry:
    try:
        found = targets.named(word, packages, wanted.known(matrix))
    except InputError as error:  # in the words of `check`
        raise InputError(str(error).removeprefix("--to ")) from None
    if len(found) != 1:
        raise InputError(f"{shown(word)}: name one release such as 1.4.2, not a range")
    return found[0]
