"""One way after the other, the cheapest first, until one is proved."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.analysis import cells, checked
from harness.analysis.rescued import Ending, Kept, Rescued, Step, Tried, Way
from harness.analysis.verdicts import SAFE, Verdict
from harness.bisecting import subjects
from harness.errors import MachineError
from harness.machine import tools
from harness.rescuing import between, handing, hops, output, serving, ways
from harness.rescuing.hops import Hops

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from harness.bisecting.subjects import File
    from harness.checking import Trial
    from harness.checking.planning import Ask as FileAsk
    from harness.checking.wanted import Entry
    from harness.rescuing.hops import Crossing, Saved
    from harness.rescuing.ways import Stage


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A model file, where it is to work, and where the file that works there is to lie.

    Attributes
    ----------
    to : one target, see `harness.checking.targets`
    """

    file: FileAsk
    to: str
    output: Path


def rescue(
    ask: Ask,
    *,
    console: Console,
    results: Path | None = None,
    told: Callable[[Tried], object] = lambda _: None,
) -> Rescued:
    """Look for a way to the target; write the output if the way is proved, and nothing otherwise.

    Parameters
    ----------
    console : shows the progress of each run.
    results : the folder that the runs are stored in; None: the workspace's.
    told : called with each way that leads nowhere, as soon as that is known.

    Raises
    ------
    InputError : the file, the target or the output is not such as can be tried.
    MachineError : no sandbox can be had here, the target cannot be built, or the output cannot be written.
    """
    output.need_free(ask.output, ask.file.file)
    stored = hops.results_folder(results)
    file, trial = subjects.of_file(ask.file, bad=ask.to, console=console, results=stored)
    private = tools.workspace() / ".harness" / "rescues"
    private.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=private) as folder:
        runs = Hops(file, console=console, results=stored, folder=Path(folder))
        return _Search(ask, file, trial, runs, told).answer()


class _Search:
    def __init__(self, ask: Ask, file: File, trial: Trial, runs: Hops, told: Callable[[Tried], object]) -> None:
        self._ask, self._file, self._trial, self._runs, self._told = ask, file, trial, runs, told
        self._tables = cells.with_meaning(trial.tables)
        runs.learn(self._tables)
        #: Without what later runs need beside it.
        self._at_home = runs.environment(trial.writer)
        self._original = runs.original
        self._writer, self._target = file.home, file.entry(ask.to)
        self._wanted = ways.of_suffix(ask.output)
        #: What the output may be called where the predictions alone get there, and are not what its suffix says.
        self._graph = ""
        self._tried: list[Tried] = []

    def answer(self) -> Rescued:
        """The first way that is proved; or that none need be looked for; or why there is none."""
        return self._as_it_is() or self._by_a_way() or self._ended(Ending.NOT_RESCUED, why=self._why_not())

    def _as_it_is(self) -> Rescued | None:
        """The answer where nothing need be done, or where nothing can be proved; None: ways are to be tried."""
        trial = self._trial
        if not trial.targets:
            return self._ended(Ending.NEEDLESS)
        found = checked.answer(
            self._tables, writer=trial.writer, asked=trial.targets, called=trial.called, stands_in=trial.stands_in
        )
        (target,) = found.targets
        if target.verdict in SAFE:
            return self._ended(Ending.NEEDLESS)
        if target.scikit_learn is None:
            raise MachineError(f"{self._ask.to}: it cannot be had here: {target.why}")
        doubt = trial.stands_in or checked.doubt(self._tables, writer=trial.writer)
        if doubt is not None or target.verdict is Verdict.UNKNOWN:
            return self._ended(Ending.NOT_RESCUED, why=f"nothing can be proved: {doubt or target.why}")
        self._give_up(Way(steps=()), target.why)
        return None

    def _by_a_way(self) -> Rescued | None:
        middles = {one.name: one for one in between.environments(self._file, self._target)}
        for stage in ways.stages(
            self._wanted,
            self._original.format.name,
            self._runs.formats,
            between=list(middles),
            is_search=handing.is_search(self._file.found, self._original.at),
        ):
            start = self._start(stage, middles.get(stage.through or ""))
            found = None if start is None else self._of_stage(stage, *start)
            if found is not None:
                return found
        return None

    def _start(self, stage: Stage, middle: Entry | None) -> tuple[Saved, str] | None:
        """What a stage begins with, and the format in which an environment between got it; None: it got nothing.

        That format is empty where it is the file as it is.
        """
        if middle is None:
            part = handing.part(self._original) if stage.kept is Kept.PART else self._original
            return part, ""
        formats = [self._original.format.name, *stage.carriers]
        crossings = self._runs.crossings(self._original, formats, [middle], needed=stage.tools)
        for one in crossings:
            if one.why is None and one.saved is not None:
                return one.saved, "" if one.format == self._original.format.name else one.format
        passed = Way(steps=(Step(environment=middle.name, format=stage.final),))
        self._give_up(passed, f"it does not get there: {crossings[0].why}")
        return None

    def _of_stage(self, stage: Stage, start: Saved, first: str) -> Rescued | None:
        for crossing in self._runs.crossings(start, stage.carriers, [self._target], needed=stage.tools):
            way = ways.way(stage, crossing.format, writer=self._writer.name, target=self._target.name, first=first)
            found = self._tried_out(stage, start, crossing, way)
            if isinstance(found, Rescued):
                return found
            self._give_up(way, found)
        return None

    def _tried_out(self, stage: Stage, start: Saved, crossing: Crossing, way: Way) -> Rescued | str:
        """The answer by one way, or why it is none."""
        if crossing.why is not None or crossing.saved is None:
            return crossing.why or "it cannot be saved so"
        if self._wanted not in {None, ways.kind(stage.final)}:
            self._graph = self._ask.output.with_suffix(ways.suffix_of(ways.kind(stage.final))).name
            return f"its predictions alone get there, and {ways.kind(stage.final)} is no {self._wanted}"
        handed: Saved | str = crossing.saved
        if not stage.is_handed_over(crossing.format):
            handed = self._runs.again(crossing.saved, stage.final, needed=stage.tools)
        if isinstance(handed, str):
            return handed
        reference = start if stage.kept is Kept.PART else self._original
        return handing.proved(
            self._runs,
            handed,
            reference,
            output=self._ask.output,
            needed=stage.tools,
            answer=lambda: self._ended(Ending.RESCUED, way=way),
        )

    def _give_up(self, way: Way, why: str) -> None:
        self._tried.append(Tried(way=way, why=" ".join(why.split())))
        self._told(self._tried[-1])

    def _why_not(self) -> str:
        why = f"no way that was tried leads there{f' as {self._wanted}' if self._wanted else ''}"
        return f"{why}; its predictions alone get there: --output {self._graph}" if self._graph else why

    def _ended(self, ending: Ending, *, way: Way | None = None, why: str = "") -> Rescued:
        environments = [
            self._trial.writer,
            *self._trial.targets,
            *(() if way is None else (s.environment for s in way.steps)),
        ]
        needed = {need.package for need in self._file.found.needs if need.package}
        return Rescued(
            ending=ending,
            file=self._file.ask.file.name,
            output=self._ask.output.name,
            target=next(iter(self._trial.called.values()), self._ask.to),
            written=self._trial.written,
            at=self._original.at,
            why=why,
            way=way,
            tried=tuple(self._tried),
            python=serving.python(self._at_home),
            serve=serving.command(self._at_home, needed),
            environments=tuple(self._runs.environment(name) for name in dict.fromkeys(environments)),
            notes=self._trial.notes,
        )
