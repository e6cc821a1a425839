"""What CONTRIBUTING and the guide to a new verb say is true."""

from __future__ import annotations

import re
from pathlib import Path

from tests.test_imports import arrows

from . import scratch
from .pages import ROOT, blocks

#: Single files, which the picture leaves out.
FILES = {path.stem for path in (ROOT / "harness").glob("*.py")}


def test_the_picture_has_the_arrows_that_there_are() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    drawn: dict[str, set[str]] = {}
    for start, end in re.findall(r"^ +(\w+)(?:\[[^\]]*\])? --> (\w+)", text, re.MULTILINE):
        drawn.setdefault(start, set()).add(end)
    real = {name: found - FILES - {"guest"} for name, found in arrows().items() if name not in FILES | {"noxfile"}}

    def reachable(name: str) -> set[str]:
        return drawn.get(name, set()).union(*(reachable(one) for one in drawn.get(name, ())))

    assert not [(start, end) for start, found in drawn.items() for end in found if end not in real[start]]
    assert not [(start, end) for start, found in real.items() for end in found if end not in reachable(start)]


def test_a_verb_is_a_file_and_its_name(tmp_path: Path) -> None:
    project = scratch.copy(tmp_path)
    for block in blocks(ROOT / "docs/how-to/add-a-verb.md"):
        scratch.write_file(project, block)
    program = project / "harness/cli/program.py"
    text = program.read_text()
    program.write_text(
        text.replace("    export,\n", "    export,\n    families,\n").replace(
            "    export.export,\n", "    export.export,\n    families.families,\n"
        )
    )
    assert "families" in scratch.call("python -m harness --help", project).stdout
    done = scratch.call("python -m harness families reference", project)
    assert "text" in done.stdout, done.stderr


def test_the_files_that_are_named_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for name in re.findall(r"`((?:harness|tests|docs)/[\w./-]+)`", text):
        assert (ROOT / name).exists() or name.startswith("docs/_build"), name
