"""Every command of README and documentation is run, or at least understood by the program that it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from . import resolving, scratch
from .pages import Block, blocks, name_of, shells, written

PAGES = [page for page in written() if shells(page)]
RUN = [page for page in PAGES if any(not {"parse-only", "live"} & set(block.marks) for block in shells(page))]
SEEN: set[str] = set()
AFTER = re.compile(r"<!-- after: (\S+) -->")
CONTINUED = {page.parent / name for page in PAGES for name in AFTER.findall(page.read_text())}
LIVE = [page for page in PAGES if page not in CONTINUED and any("live" in block.marks for block in shells(page))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_program_understands_every_command(page: Path) -> None:
    lines = ((block, line) for block in shells(page) for line, _ in block.commands)
    wrong = [f"{block.place}: {why}" for block, line in lines for why in resolving.problems(line)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_commands_do_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    project = scratch.copy(tmp_path)
    for block in blocks(page):
        scratch.write_file(project, block)
        if not {"parse-only", "live"} & set(block.marks) and not known(block):
            run(block, project)


def known(block: Block) -> bool:
    """Whether another page has had every command of it run already, where nothing is shown that could differ."""
    lines = {line for line, expected in block.commands if not expected and line.startswith("python -m harness ")}
    seen = (
        len(lines) == len(block.commands)
        and lines <= SEEN
        and not any("file" in one.marks for one in blocks(block.page))
    )
    SEEN.update(lines)
    return seen


@pytest.mark.live
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", LIVE, ids=name_of)
def test_commands_that_build_environments_do_what_the_page_shows(page: Path, tmp_path: Path, workspace: Path) -> None:
    project = scratch.copy(tmp_path)
    for block in [block for one in lessons(page) for block in blocks(one)]:
        scratch.write_file(project, block)
        if "parse-only" not in block.marks:
            run(block, project, NOXENVDIR=str(workspace))


def lessons(page: Path) -> list[Path]:
    """A page, after those that it continues."""
    found = AFTER.search(page.read_text())
    return [*lessons(page.parent / found[1]), page] if found else [page]


def run(block: Block, project: Path, **variables: str) -> None:
    lines = block.commands
    for number, (line, expected) in enumerate(lines):
        done = scratch.call(line, project, seconds=400, **variables)
        code = int(block.marks.get("exit", 0)) if number == len(lines) - 1 else 0
        assert done.returncode == code, f"{block.place}: {line}\n{done.stdout}{done.stderr}"
        if expected:
            printed = scratch.shown(done.stdout, project)
            wanted = scratch.shown("\n".join(expected), project)
            assert scratch.agrees(wanted, printed), f"{block.place}: {line}\n" + "\n".join(printed)


def test_this_file_sees_a_renamed_option_and_other_output() -> None:
    assert not resolving.problems("python -m harness ask KMeans --from 1.5 --to 1.6 --format joblib")
    assert resolving.problems("python -m harness ask KMeans --from 1.5 --to 1.6 --flavour joblib")
    assert resolving.problems("python -m harness ask KMeans")
    assert resolving.problems("python -m harness asks KMeans")
    assert resolving.problems("nox -s matrices")
    assert resolving.problems("nox -s matrix -- --profil quick")
    assert resolving.problems(shlex.join(["nox", "-s", "dump(nothing)"]))
    assert scratch.agrees(["a", "...", "d…"], ["a", "b", "c", "d and more"])
    assert not scratch.agrees(["a", "c"], ["a", "b"])
