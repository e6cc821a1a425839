"""Does the table find what changed? Known changes, planted one at a time in a private copy of scikit-learn.

    python -m benchmarks.planted_changes
    python -m benchmarks.planted_changes --only pca_transform --only svc_coef

Every change of `planted_changes.toml` makes an environment: the packages of the producer, with one text of scikit-learn's
Python files replaced. The program itself runs the matrix of them. A change is found if its cells have the status and the
findings that are stated, and named if their reasons name the method or attribute. A cell that differs and is none of those
is a false alarm. Exit code 1 when a change that is to be found was missed or not named, or when there was a false alarm.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from harness.config import matrix
from harness.config.plan import Plan
from harness.environments import NotReadyError, kinds, local
from harness.environments.kind import Built, Kind
from harness.machine import tools
from harness.run import lifecycle
from harness.store import RunTables, read_run
from harness.terms import Cell

if TYPE_CHECKING:
    import pandas as pd

    from harness.environments import Folders
    from harness.environments.lock import Lock
    from harness.terms import Environment, Limits

CHANGES = Path(__file__).with_suffix(".toml")
PRODUCER = "unchanged"
HOLDS = '{scikit-learn: "1.5.2", python: "3.12", numpy: "2.1"'
#: A kind of change that its models' users never see, unless they are fitted again.
RECIPE = "recipe"
OTHERS = 6  # models that a change does not concern, by default
MATRIX = """
schema: 1
environments:
  as_of: release
  packages: [pandas]
  include:
{environments}
profiles:
  stored: {{environments: [{names}], cases: [{cases}], formats: [pickle]}}
  recipe: {{environments: [{again}], cases: [{fitted}], formats: [recipe]}}
"""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change, and what is to be found of it.

    Attributes
    ----------
    kind : the heading that it is counted under; "control" for what changes no output.
    file, after, old, new : in this file of scikit-learn the text ``old`` becomes ``new``: its first occurrence after each of
        the texts ``after``, one after another.
    cases : whose models it changes.
    also : whose models it changes, too: they are not tried.
    status, findings : of those cells. ``findings`` are among theirs.
    named : stands in the reason of each.
    """

    name: str
    kind: str
    file: str
    old: str
    new: str
    cases: tuple[str, ...]
    after: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    status: str = "drift"
    findings: tuple[str, ...] = ()
    named: str = ""

    def plant(self, site_packages: Path) -> None:
        """Write the file anew: what is there may be shared with other environments. Raises NotReadyError."""
        path = site_packages / "sklearn" / self.file
        text, place = path.read_text(encoding="utf-8"), 0
        for mark in (*self.after, self.old):
            place = text.find(mark, place)
            if place < 0:
                raise NotReadyError(f"{CHANGES.name}: {self.name}: {self.file} has no {mark!r} there")
        path.unlink()
        path.write_text(text[:place] + self.new + text[place + len(self.old) :], encoding="utf-8")
        for stale in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            stale.unlink()


def changes() -> tuple[Change, ...]:
    """All of them, by kind."""
    told = tomllib.loads(CHANGES.read_text(encoding="utf-8"))
    lists = ("cases", "after", "also", "findings")
    return tuple(
        Change(kind=kind, **{key: tuple(value) if key in lists else value for key, value in one.items()})
        for kind, those in told.items()
        for one in those
    )


# ---------------------------------------------------------------------------------------------- environments


@dataclass(frozen=True, kw_only=True)
class Planted:
    """The kind of environment that is a copy of the producer's, with one change."""

    changes: dict[str, Change]  # by the name of the environment
    producer: Environment
    folder: Path  # of the copies

    def kind(self) -> Kind[Any]:
        asked = cache(lambda: local.lock(self.producer))
        lock = lambda environment: asked()  # the packages of all are the same
        return replace(local.KIND, name="planted", lock=lock, build=self.build, forget=self.forget)

    def build(self, environment: Environment, lock: Lock, *, folders: Folders, limits: Limits) -> Built:
        original = local.build(self.producer, lock, folders=folders, limits=limits)
        python = Path(original.command.argv[0])
        place = self.folder / environment.name
        copy(python.parent.parent, place)
        self.changes[environment.name].plant(next(place.glob("lib/python*/site-packages")))
        argv = (str(place / "bin" / python.name), *original.command.argv[1:])
        command = replace(original.command, argv=argv)
        return replace(original, environment=environment, command=command, seconds=0.0, how="a copy with one change")

    def forget(self, environment: Environment, lock: Lock) -> None:  # noqa: ARG002
        shutil.rmtree(self.folder / environment.name, ignore_errors=True)


def copy(original: Path, place: Path) -> None:
    """A virtual environment with a scikit-learn of its own. The files are links: whoever changes one writes it anew."""
    shutil.rmtree(place, ignore_errors=True)
    packages = next(original.glob("lib/python*/site-packages"))
    own = place / packages.relative_to(original)
    own.mkdir(parents=True)
    for path in packages.iterdir():
        if path.name == "sklearn":
            shutil.copytree(path, own / path.name, copy_function=os.link)
        else:
            (own / path.name).symlink_to(path)
    shutil.copytree(original / "bin", place / "bin", symlinks=True)
    shutil.copy(original / "pyvenv.cfg", place)


# ---------------------------------------------------------------------------------------------- the run


@dataclass(frozen=True, kw_only=True)
class OneProducer(Plan):
    """Only one environment writes, and each loads the cases that it is asked for."""

    asked: dict[str, set[str]] = field(default_factory=dict)  # by consumer

    @cached_property
    def producers(self) -> tuple[str, ...]:
        return (PRODUCER,)

    def cells(self, consumer: str) -> Iterator[Cell]:
        return (cell for cell in super().cells(consumer) if cell.artifact.case in self.asked[consumer])

    @property
    def cell_count(self) -> int:
        return sum(len(self.asked[name]) for name in self.environments)


def run(chosen: tuple[Change, ...], results: Path, console: Console, others: int = OTHERS) -> dict[str, pd.DataFrame]:
    """The cells of the producer's artifacts, by profile: ``stored``, and ``recipe`` if a change asks for it.

    Each environment loads the models that its change concerns, and so many others.
    """
    names = {environment_name(change): change for change in chosen}
    with tempfile.TemporaryDirectory(dir=workspace(), prefix="planted-") as folder:
        path = Path(folder) / "matrix.yaml"
        path.write_text(matrix_of(names))
        loaded = matrix.load_matrix(path)
        found = {}
        for name in ("stored", RECIPE) if any(change.kind == RECIPE for change in chosen) else ("stored",):
            profile = loaded.profile(name, satisfiable=lambda _: True)
            producer, *copies = profile.environments
            planted = Planted(changes=names, producer=producer, folder=Path(folder))
            kinds.OF["planted"] = planted.kind()  # users have no such kind, and need none
            environments = (producer, *(replace(one, kind="planted") for one in copies))
            profile = replace(profile, environments=environments)
            asked = asked_of(names, [case.name for case in profile.cases], others)
            plan = OneProducer(profile=profile, matrix=path, asked=asked)
            ended = lifecycle.run(plan, results=results, console=console, producers=frozenset({PRODUCER}))
            found[name] = cells_of(read_run(ended))
        return found


def asked_of(names: dict[str, Change], cases: list[str], others: int) -> dict[str, set[str]]:
    """The cases of each environment. The others are taken in turn, so that all are tried with as many changes."""
    asked = {PRODUCER: set(cases)}
    for place, (name, change) in enumerate(names.items()):
        in_turn = [cases[(place * others + step) % len(cases)] for step in range(others)]
        asked[name] = {case for case in (*change.cases, *in_turn) if case in cases and case not in change.also}
    return asked


def cells_of(tables: RunTables) -> pd.DataFrame:
    """The cells of the producer's artifacts. Raises SystemExit where one was not written: nothing could be said of it."""
    unwritten = tables.artifacts[(tables.artifacts.producer == PRODUCER) & (tables.artifacts.status != "ok")]
    if len(unwritten):
        raise SystemExit(unwritten[["artifact_id", "status", "reason"]].to_string())
    return tables.cells.assign(reason=tables.cells["reason"].fillna(""))


def workspace() -> Path:
    """Beside the producer's environment, whose files are linked. It stays for the next time."""
    place = tools.workspace()
    place.mkdir(parents=True, exist_ok=True)
    return place


def environment_name(change: Change) -> str:
    return change.name.replace("_", "-")


def matrix_of(names: dict[str, Change]) -> str:
    recipes = {name: change for name, change in names.items() if change.kind == RECIPE}
    lines = [f"    - {HOLDS}, name: {PRODUCER}}}", *(f"    - {HOLDS}, name: {name}}}" for name in names)]
    return MATRIX.format(
        environments="\n".join(lines),
        names=", ".join([PRODUCER, *names]),
        cases=", ".join(cases_of(names.values())),
        again=", ".join([PRODUCER, *recipes]),
        fitted=", ".join(cases_of(recipes.values() or names.values())),
    )


def cases_of(those: Any) -> list[str]:
    return sorted({case for change in those for case in change.cases})


# ---------------------------------------------------------------------------------------------- what was found


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of one change."""

    change: Change
    missed: tuple[str, ...]  # cells that should tell of it: what they say
    unnamed: tuple[str, ...]  # those that tell of it without its name
    alarms: tuple[str, ...]  # other cells that differ
    seen: str  # the first reason

    @property
    def verdict(self) -> str:
        if self.alarms:
            return "false alarm"
        if self.missed:
            return "missed"
        if self.unnamed:
            return "not named"
        return "nothing, rightly" if self.change.kind == "control" else "found, named"

    @property
    def is_right(self) -> bool:
        return not (self.missed or self.unnamed or self.alarms)


def judged(change: Change, cells: dict[str, pd.DataFrame]) -> Found:
    """Hold what a change is to do against its cells. Without a recipe, a default of a constructor changes none."""
    looked_at = "stored" if change.kind != RECIPE else RECIPE
    missed, unnamed, alarms, seen = dict.fromkeys(change.cases, "it has no cell"), [], [], ""
    for profile, rows in cells.items():
        for cell in rows[rows.consumer == environment_name(change)].to_dict("records"):
            concerned = profile == looked_at and missed.pop(cell["case"], None) is not None
            if not concerned or change.kind == "control":
                alarms += [told_of(cell)] if differs(cell) else []
                continue
            seen = seen or cell["reason"]
            if cell["status"] != change.status or not set(change.findings) <= set(cell["findings"]):
                missed[cell["case"]] = told_of(cell)
            elif not re.search(rf"\b{re.escape(change.named)}", cell["reason"]):
                unnamed.append(told_of(cell))
    return Found(change=change, missed=tuple(missed.values()), unnamed=tuple(unnamed), alarms=tuple(alarms), seen=seen)


def differs(cell: dict[str, Any]) -> bool:
    return cell["status"] != "ok" or cell["parity"] != "identical" or len(cell["findings"]) > 0


def told_of(cell: dict[str, Any]) -> str:
    findings = ", ".join(cell["findings"])
    return f"{cell['case']} as {cell['format']}: {cell['status']} ({findings or 'no findings'}) {cell['reason']}"


def report(found: list[Found], console: Console) -> None:
    table = Table("kind", "change", "outcome", "what its cell says")
    for one in found:
        style = "" if one.is_right else "red"
        table.add_row(one.change.kind, one.change.name, one.verdict, one.seen[:90], style=style)
    console.print(table)
    for one in found:
        for told in (*one.missed, *one.unnamed, *one.alarms):
            console.print(f"{one.change.name}: {one.verdict}: {told[:600]}", markup=False)
    planted = [one for one in found if one.change.kind != "control"]
    for kind, count in Counter(one.change.kind for one in found).items():
        right = sum(one.is_right for one in found if one.change.kind == kind)
        console.print(f"{kind}: {right} of {count} as they should be")
    named = sum(not (one.missed or one.unnamed) for one in planted)
    alarms = sum(len(one.alarms) for one in found)
    console.print(f"{named} of {len(planted)} changes found and named; {alarms} false alarms")


def main() -> int:
    options = arguments()
    chosen = tuple(change for change in changes() if not options.only or change.name in options.only)
    console = Console()
    cells = run(chosen, options.results, console, options.others)
    found = [judged(change, cells) for change in chosen]
    report(found, Console(width=200))
    home = [told_of(cell) for rows in cells.values() for cell in rows.to_dict("records") if at_home(cell)]
    for told in home:
        console.print(f"differs where nothing was changed: {told}", markup=False)
    return int(bool(home) or not all(one.is_right for one in found))


def at_home(cell: dict[str, Any]) -> bool:
    """Whether a cell differs though its model was loaded where it was written."""
    return cell["consumer"] == PRODUCER and differs(cell)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only this change; more than once")
    parser.add_argument("--others", type=int, default=OTHERS, help="models that a change does not concern")
    parser.add_argument("--results", type=Path, default=Path("results/planted"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
