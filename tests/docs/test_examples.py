"""Python examples run, and examples of files are read by what reads such files."""

from __future__ import annotations

import ast
import io
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from harness.analysis.compare import expectations
from harness.config.matrix import load_matrix

from . import resolving, scratch
from .pages import ROOT, Block, blocks, name_of, written

BASE = """\
schema: 1
environments:
  include:
    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1"}
cases: {}
profiles:
  default: {}
"""
ALL = [(page, block) for page in written() for block in blocks(page)]
PYTHON = sorted({page for page, block in ALL if block.language == "python" and not block.marks})
YAMLS = [block for _, block in ALL if block.language == "yaml"]


@pytest.mark.parametrize("page", PYTHON, ids=name_of)
def test_python_runs(page: Path, tmp_path: Path) -> None:
    project = scratch.copy(tmp_path)
    scratch.write_files(project, blocks(page))
    text = "\n".join(block.text for block in blocks(page) if block.language == "python" and not block.marks)
    (project / "example.py").write_text(text)
    done = scratch.call("python example.py", project)
    assert done.returncode == 0, done.stderr


def test_every_python_block_is_python() -> None:
    for _, block in ALL:
        if block.language == "python":
            ast.parse(block.text)


@pytest.mark.parametrize("block", YAMLS, ids=lambda block: block.place)
def test_yaml_is_read(block: Block, tmp_path: Path) -> None:
    if "expectations" in block.marks:
        path = tmp_path / "expectations.yaml"
        path.write_text(block.text)
        assert expectations.read(path)
    elif "workflow" in block.marks:
        steps = YAML(typ="safe").load(block.text)
        lines = [line for step in steps for line in step.get("run", "").splitlines()]
        assert lines
        assert not [why for line in lines for why in resolving.problems(line)]
    elif "parse-only" in block.marks:
        assert YAML(typ="safe").load(block.text)
    elif "file" in block.marks:
        scratch.write_files(tmp_path, blocks(block.page))
        load_matrix(tmp_path / block.marks["file"], native="linux/amd64")
    else:
        assert "matrix" in block.marks, f"{block.place}: what is it? see tests/docs/pages.py"
        scratch.write_files(tmp_path, blocks(block.page))
        scratch.write_own(tmp_path)
        path = tmp_path / "matrix.yaml"
        path.write_text(within(block.marks["matrix"], block.text))
        load_matrix(path, native="linux/amd64")


def test_other_repositories_use_what_there_is() -> None:
    read = YAML(typ="safe").load
    workflow, hooks = (
        read(block.text) for block in YAMLS if block.page.name == "warnings-and-ci.md" and "parse-only" in block.marks
    )
    (step,) = [one for one in workflow["jobs"]["models"]["steps"] if "persistence-matrix" in one["uses"]]
    assert step["with"].keys() <= read((ROOT / "action.yml").read_text())["inputs"].keys()
    (hook,) = hooks["repos"][0]["hooks"]
    assert hook["id"] in {one["id"] for one in read((ROOT / ".pre-commit-hooks.yaml").read_text())}


def within(key: str, piece: str) -> str:
    """A small matrix with a piece of another in its place: items are added to a list, keys to a mapping."""
    yaml = YAML()
    yaml.preserve_quotes = True
    whole = place = yaml.load(BASE)
    for name in filter(None, key.split(".")):
        place = place[name]
    found: Any = yaml.load(piece)
    place.extend(found) if isinstance(place, list) else place.update(found)
    text = io.StringIO()
    yaml.dump(whole, text)
    return text.getvalue()


def test_shell_blocks_hold_words_only() -> None:
    for _, block in ALL:
        for line, _ in block.commands:
            assert shlex.split(line)
