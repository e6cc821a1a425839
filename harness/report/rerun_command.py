"""The command that repeats one cell with exactly the packages of its run.

It is written for whoever reads it: on a terminal for the folder it is read in, on a page for the checkout.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis import kits
from harness.machine import defaults, places, tools
from harness.terms import split_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Stand for a cell's id, and for the run's folder, in the words of a page's command.
CELL, RUN = "{CELL}", "{RUN}"
_NEAR = 2  # folders above a run that a page may name: results/ and what holds it


def command(run: Mapping[str, Any], path: Path, cell_id: str) -> str:
    """Return the command, for a shell in the working directory.

    Parameters
    ----------
    run : what ``run.json`` holds.
    path : the run's folder, whose locks are used.
    """
    if (consumer := split_id(cell_id)[3]) in kits.notes(run):
        return f"python kit.pyz  # where {consumer} is"
    matrix = _matrix(run, path)
    lost = "" if matrix is None or isinstance(matrix, Path) else f"  # {_word(matrix)}: put the matrix of this run here"
    words = [*_program(), *_run(run, cell_id)]
    words += [] if matrix is None else ["--matrix", _here(matrix) if isinstance(matrix, Path) else matrix]
    if path.parent.is_file():  # of the one file that the program carries, which has no locks
        return shlex.join(words) + lost
    words += ["--locks", _here(path)]
    results = _results(path)
    words += ["--results", _here(results)] if results != defaults.results().resolve() else []
    return shlex.join(words) + lost


def published(run: Mapping[str, Any], path: Path) -> list[str]:
    """Return the words of the command for a checkout of whoever opens a run's page, without any folder of this machine.

    ``{CELL}`` stands for the cell, ``{RUN}`` for the run's folder, which the page knows when it is opened from disk.
    """
    words = ["python", "-m", "harness", *_run(run, CELL)]
    if run.get("matrix"):
        words += ["--matrix", _from_run(run, path) or str(run["matrix"])]
    return [*words, "--locks", RUN]


def folder(path: Path) -> str:
    """What ``{RUN}`` stands for on a page that is not opened from disk: the folder in the checkout, or the run's id."""
    whole = path.resolve()
    return whole.relative_to(tools.ROOT).as_posix() if whole.is_relative_to(tools.ROOT) else whole.name


def program() -> str:
    """How the reader has called this program, for a shell."""
    return shlex.join(_program())


def _program() -> list[str]:
    """How the reader has called this program."""
    if Path(sys.argv[0]).name == "persistence-matrix":
        return ["persistence-matrix"]
    return ["python" if shutil.which("python") else sys.executable or "python3", "-m", "harness"]


def _run(run: Mapping[str, Any], cell_id: str) -> list[str]:
    words = ["run", "--profile", str(run["profile"]), "--only", cell_id]
    return [*words, "--through", str(run["through"])] if run.get("through") else words


def _matrix(run: Mapping[str, Any], path: Path) -> Path | str | None:
    """The run's matrix; its name if it is not on this machine; None if it is what the program takes by itself."""
    own = tools.MATRIX
    if not run.get("matrix"):
        taken = Path(os.environ.get("HARNESS_MATRIX", defaults.matrix()))
        return None if taken.resolve() == own.resolve() and "HARNESS_MATRIX" not in os.environ else own
    return next((one for one in _candidates(run, path) if one.is_file()), str(run["matrix"]))


def _candidates(run: Mapping[str, Any], path: Path) -> Iterator[Path]:
    kept = places.matrix_of(str(run.get("run_id", "")))
    if kept is not None:
        yield kept
    for above in (tools.ROOT, Path.cwd(), *path.resolve().parents):
        yield above / str(run["matrix"])


def _from_run(run: Mapping[str, Any], path: Path) -> str | None:
    """The place of a user's own matrix beside the run's folder; None if it lies elsewhere."""
    found = _matrix(run, path)
    if not isinstance(found, Path) or found.resolve().is_relative_to(tools.ROOT):
        return None
    words = os.path.relpath(found.resolve(), path.resolve())
    return f"{RUN}/{words}" if words.split("/").count("..") <= _NEAR else None


def _results(path: Path) -> Path:
    """The folder of runs that a run is in; a repeated cell goes into a folder of its own below it."""
    above = path.resolve().parent
    return above.parent if above.name == "cells" else above


def _here(path: Path) -> str:
    """A path for the working directory; in full where that is shorter."""
    whole = path.resolve()
    return min(os.path.relpath(whole), str(whole), key=len)


def _word(text: str) -> str:
    """A word for a comment of a shell, which ends at a line's end."""
    return " ".join(text.split())
