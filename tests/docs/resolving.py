"""A command line, held against the real program and the real sessions without being run."""

from __future__ import annotations

import ast
import re
import shlex
from typing import Any

import typer.main

from harness.cli import app
from harness.config.matrix import load_matrix

from .pages import ROOT

#: Programs that are not ours.
OTHERS = {
    "apt-get", "cat", "cd", "cp", "dask", "git", "jq", "ls", "mkdir", "pip", "pipx", "pytest", "pytest-benchmark", "python3", "sed",
    "uv", "uvx",
}  # fmt: skip


def problems(line: str) -> list[str]:
    """What is wrong with each command of a line."""
    found = []
    for part in re.split(r"\s*(?:&&|\|\|?|;)\s*", re.sub(r"\s#.*", "", line)):
        words = shlex.split(re.sub(r"\s[<>]+\s*[\w.\"$]+$", "", part))
        try:
            _resolve(words)
        except Exception as error:  # noqa: BLE001
            found.append(f"{part}: {getattr(error, 'message', error)}")
    return found


def _resolve(words: list[str]) -> None:
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:3] == ["python", "-m", "harness"]:
        verb(words[3:])
    elif words[:3] == ["uvx", "--from", "WHEEL"]:
        _resolve(words[3:])
    elif words[:1] == ["persistence-matrix"]:
        verb(words[1:])
    elif words[:2] == ["python", "-m"]:
        path = ROOT.joinpath(*words[2].split(".")).with_suffix(".py")
        if not path.exists():
            raise LookupError(f"no module {words[2]}")
    elif words[:1] == ["python"] and words[1:2] and words[1].endswith(".pyz"):
        _kit(words[2:])
    elif words[:1] == ["nox"]:
        _nox(words[1:])
    elif words and words[0] not in OTHERS:
        raise LookupError(f"no program {words[0]} is known")


def _kit(words: list[str]) -> None:
    """A kit's options are those of its parser, which is guest code and is not imported here."""
    text = (ROOT / "harness/guest/kit/program.py").read_text()
    for word in words:
        if word.startswith("-") and f'"{word}"' not in text:
            raise LookupError(f"a kit has no option {word}")


def verb(words: list[str]) -> None:
    """Parse the words as the program would. Raises its own error."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if not words or words[0].startswith("-"):
            command.make_context("harness", list(words), resilient_parsing=True)
            return
        if words[0] not in command.commands:
            raise LookupError(f"no verb {words[0]}")
        command, words = command.commands[words[0]], words[1:]
    if "--help" not in words:
        # A shell makes several words of a pattern; how many, nobody knows here.
        several = words[:1] if words and words[0].endswith("*") else []
        command.make_context("harness", [*several, *words])


def _nox(words: list[str]) -> None:
    mine, _, rest = " ".join(map(shlex.quote, words)).partition(" -- ")
    given, further = shlex.split(mine), shlex.split(rest)
    for session in [given[i + 1] for i, word in enumerate(given) if word in {"-s", "-e"}]:
        share = re.fullmatch(r"(dump|load)\((.+)\)", session)
        if share:
            if share[2] not in _environments():
                raise LookupError(f"no environment {share[2]}")
            verb(["run", f"--{share[1]}", share[2], *further])
        elif session == "matrix":
            verb(["run", *further])
        elif session not in sessions() and session.removeprefix("environment-") not in _environments():
            raise LookupError(f"no session {session}")


def sessions() -> set[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _environments() -> set[str]:
    matrix = load_matrix(ROOT / "matrix.yaml", native="linux/amd64")
    return {one.name for one in matrix.environments(satisfiable=lambda _: True)}
