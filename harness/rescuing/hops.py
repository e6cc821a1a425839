"""Runs of one model file: an environment loads it and saves it again, and others load what it saved."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from harness.analysis import read_run, rescued
from harness.analysis.rescued import Packed, Proof
from harness.checking import planning
from harness.machine import tools
from harness.run import lifecycle
from harness.store.journal import Journal
from harness.terms import Carried, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from harness.bisecting.subjects import File
    from harness.checking.wanted import Entry
    from harness.config.plan import Plan
    from harness.store import RunTables
    from harness.store.rows import CellRow
    from harness.terms import Format, Given


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A model in a file, and the environment that is to load it.

    Attributes
    ----------
    at : the path of the model within what the file holds, empty for the whole
    """

    home: Entry
    file: Path
    format: Format
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """What an environment saved in a format, and what became of it in another.

    Attributes
    ----------
    why : what is in the way; None: it got over
    saved : the model in the other environment's hands; None where it could not be saved
    """

    format: str
    consumer: str
    why: str | None
    saved: Saved | None


class Hops:
    """The runs of a file.

    Parameters
    ----------
    file : with the environment that wrote it.
    console : shows the progress of each run.
    results : the folder that the runs are stored in.
    folder : a private one, for what lies between two runs.
    """

    def __init__(self, file: File, *, console: Console, results: Path, folder: Path) -> None:
        self.file = file
        self.digest = digest_of(file.ask.file)  # of what every run is to be about
        self._formats = {one.name: one for one in file.matrix.formats}
        self._console = console
        self._results = results
        self._folder = folder
        self._environments: dict[str, Packed] = {}

    @property
    def original(self) -> Saved:
        """The user's file, in the environment that wrote it."""
        item = self._formats[planning.format_name(self.file.found)]
        case = planning.case(self.file.ask, self.file.found, item)
        assert case.given is not None
        return Saved(home=self.file.home, file=self.file.ask.file, format=item, at=case.given.at)

    @property
    def formats(self) -> frozenset[str]:
        """The names of those that there are."""
        return frozenset(self._formats)

    def environment(self, name: str) -> Packed:
        """An environment as it was in the last run that had it."""
        return self._environments[name]

    def crossings(
        self, saved: Saved, formats: Sequence[str], consumers: Sequence[Entry], *, needed: Sequence[str] = ()
    ) -> list[Crossing]:
        """Let a model be saved again, in some formats, and some environments load each.

        Parameters
        ----------
        needed : packages that every environment has where they resolve.
        """
        given = self._given(saved, again=True)
        plan = self._plan(given, [saved.home, *consumers], formats, needed=needed)
        tables, folder = self._run(plan, consuming=[one.name for one in consumers])
        written = tables.artifacts.set_index("format")
        details = _details(folder)
        found = []
        for _, row in tables.cells.iterrows():
            consumer = next(one for one in consumers if one.name == row["consumer"])
            artifact = written.loc[row["format"]]
            found.append(
                Crossing(
                    format=row["format"],
                    consumer=consumer.name,
                    why=rescued.obstacle(row, details.get(row["cell_id"], {}), written=artifact),
                    saved=self._kept(folder, artifact, saved, consumer),
                )
            )
        lifecycle.forget_given(plan, folder)
        return found

    def again(self, saved: Saved, format_name: str, *, needed: Sequence[str] = ()) -> Saved | str:
        """Let the environment that has a model save it once more; why not, where it cannot."""
        (crossing,) = self.crossings(saved, [format_name], [saved.home], needed=needed)
        if crossing.saved is None:
            return crossing.why or "it cannot be saved again"
        return crossing.saved

    def proof(
        self, original: Saved, handed: Path, format_name: str, target: Entry, *, needed: Sequence[str] = ()
    ) -> Proof | str:
        """What a fresh process of the target makes of a file, held against the original; or why it is no proof."""
        digest = digest_of(handed)
        given = self._given(original, carried=Carried(file=str(handed), sha256=digest))
        plan = self._plan(given, [original.home, target], [format_name], needed=needed)
        tables, folder = self._run(plan, consuming=[target.name])
        lifecycle.forget_given(plan, folder)
        artifact, row = tables.artifacts.iloc[0], tables.cells.iloc[0]
        methods = _details(folder).get(row["cell_id"], {})
        why = rescued.obstacle(row, methods, written=artifact)
        if why is not None:
            return why
        if artifact["sha256"] != digest:
            return "other bytes were loaded than those that are handed over"
        return _proof(folder, row["differing"], methods)

    def _given(self, saved: Saved, *, again: bool = False, carried: Carried | None = None) -> Given:
        """The model in the place of a case: the user's file, or what a run has made of it."""
        case = planning.case(self.file.ask, self.file.found, saved.format)
        assert case.given is not None
        return replace(
            case.given,
            file=str(saved.file),
            sha256=digest_of(saved.file),
            at=saved.at,
            again=again,
            carried=carried,
        )

    def _plan(self, given: Given, entries: Iterable[Entry], formats: Sequence[str], *, needed: Sequence[str]) -> Plan:
        file = self.file
        own = list({one.name: one for one in entries}.values())
        plan = planning.planned(file.ask, file.found, file.matrix, own, optional=needed)
        case = replace(plan.profile.cases[0], file=given.file, digest=given.sha256, given=given)
        items = tuple(replace(self._formats[name], readers=self._formats[name].readers[:1]) for name in formats)
        return replace(plan, profile=replace(plan.profile, cases=(case,), formats=items))

    def _run(self, plan: Plan, *, consuming: Iterable[str]) -> tuple[RunTables, Path]:
        plan = replace(plan, consuming=frozenset(consuming))
        folder = lifecycle.run(plan, results=self._results, console=self._console, wait=True)
        tables = read_run(folder)
        self.learn(tables)
        return tables, folder

    def learn(self, tables: RunTables) -> None:
        """Keep what the environments of a run held."""
        for _, row in tables.environments.iterrows():
            if row["status"] == Status.OK:
                name = row["environment"]
                self._environments[name] = Packed(name=name, packages=_packages(row), lock=_lock(tables.path, name))

    def _kept(self, folder: Path, artifact: Any, before: Saved, consumer: Entry) -> Saved | None:
        """An artifact, out of the run's folder, for another environment to load; None where none was written."""
        if artifact["status"] != Status.OK:
            return None
        name, digest = artifact.name, artifact["sha256"]
        copy = self._folder / f"{digest}.{name}"
        shutil.copyfile(folder / "objects" / digest[:2] / digest, copy)
        is_as_it_was = name == before.format.name
        return Saved(home=consumer, file=copy, format=self._formats[name], at=before.at if is_as_it_was else "")


def _details(run: Path) -> dict[str, dict[str, Any]]:
    """By cell that was compared what the journal has of each method."""
    journal = Journal(run / "journal.jsonl", reading=True)
    try:
        cells = [cast("CellRow", row) for kind, _, row in journal.newest_rows() if kind == "cell"]
    finally:
        journal.close()
    return {row["cell_id"]: row["by_method"] for row in cells if "by_method" in row}


def _proof(run: Path, differing: Iterable[str] | None, methods: Mapping[str, Any]) -> Proof:
    """What a run with one fit noted of its only cell."""
    journal = Journal(run / "journal.jsonl", reading=True)
    try:
        (fit,) = journal.fits.values()
    finally:
        journal.close()
    return Proof(
        methods=methods,
        differing=() if differing is None else tuple(differing),
        lost=tuple(name for name in (*fit["methods"], *fit.get("probes", ())) if name not in methods),
        inputs_sha256=fit["inputs_sha256"],
        rows=fit.get("n_samples"),
        made=fit.get("reach") is not None,
    )


def digest_of(file: Path) -> str:
    """The sha256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def results_folder(results: Path | None) -> Path:
    """Where runs are stored."""
    return results or tools.workspace() / ".harness" / "checks"


def _packages(row: Any) -> dict[str, str]:
    """What an environment holds, with its Python."""
    held: dict[str, str] = json.loads(row["packages"]) if isinstance(row["packages"], str) else {}
    return {"python": str(row["python"]), **held}


def _lock(run: Path, name: str) -> str | None:
    path = run / "locks" / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else None
