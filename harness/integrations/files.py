"""Check every model file that matches, for CI: a table in Markdown, SARIF, and one exit code.

``python -m harness.integrations.files --to 1.9 --fail-on breaks 'models/*.joblib'``. The GitHub Action and the
pre-commit hook call this. Each file is checked by a process of its own, so that one which fails leaves the others.
"""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MESSAGE = 300  # characters of an error, in a table
_CROSSED = 1  # the exit code of a gate
_WRONG = 2  # that of input which is wrong


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """What `check` says of one file.

    Attributes
    ----------
    path : relative to the current folder where it lies within
    code : the exit code
    answer : what ``--json`` prints; None where there is no answer
    error : why there is none
    """

    path: str
    code: int
    answer: dict[str, Any] | None
    error: str = ""


def main(  # noqa: PLR0917  # typer reads them
    patterns: Annotated[list[str], typer.Argument(metavar="PATTERN...", help="Files, or patterns: **/*.joblib.")],
    to: Annotated[list[str] | None, typer.Option("--to", metavar="TARGET", help="As `check` takes it.")] = None,
    fail_on: Annotated[list[str] | None, typer.Option("--fail-on", metavar="VERDICT", help="As `check` does.")] = None,
    options: Annotated[list[str] | None, typer.Option("--option", help="An option for `check`: --code=src.")] = None,
    table: Annotated[Path | None, typer.Option("--table", metavar="FILE.md", help="Append the table here.")] = None,
    sarif: Annotated[Path | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF 2.1.0 here.")] = None,
) -> None:
    """Check every model file that matches: a table, SARIF, and one exit code."""
    paths = list(matching(patterns))
    if not paths:
        print(printable(f"no file matches {', '.join(patterns)}"), file=sys.stderr)
        raise typer.Exit(_WRONG)
    words = [*_repeated("--to", to), *_repeated("--fail-on", fail_on), *(options or ())]
    found = []
    for path in paths:
        found.append(checked(path, words))
        print(printable(_line(found[-1])), file=sys.stderr)
    text = render(found)
    sys.stdout.write(text)
    if table is not None:
        with table.open("a", encoding="utf-8") as file:
            file.write(text)
    if sarif is not None:
        from harness.report import sarif as rendering

        answers = {one.path: one.answer for one in found if one.answer is not None}
        sarif.write_text(json.dumps(rendering.render(answers), indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(worst_code([one.code for one in found]))


def matching(patterns: Iterable[str]) -> Iterator[str]:
    """The files that match, each once. A folder is one of MLflow."""
    seen = set()
    for pattern in patterns:
        for path in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207  # absolute patterns, too
            if path not in seen and (Path(path).is_file() or (Path(path) / "MLmodel").is_file()):
                seen.add(path)
                yield Path(path).as_posix()


def checked(path: str, words: Sequence[str]) -> CheckedFile:
    """Run `check` on one file."""
    command = [sys.executable, "-m", "harness", "check", "--json", *words, "--", path]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        last = [line for line in ended.stderr.splitlines() if line.strip()][-1:]
        error = last[0].strip() if last else "no answer"
        return CheckedFile(path=path, code=ended.returncode or 4, answer=None, error=error[:_MESSAGE])
    return CheckedFile(path=path, code=ended.returncode, answer=answer)


def render(found: Sequence[CheckedFile]) -> str:
    """Write the table in Markdown. Texts of model files are escaped."""
    from harness.report.markdown import markdown

    head = ["| file | answer | written by | safe |", "| --- | --- | --- | --- |"]
    rows = [
        f"| {markdown(one.path)} | {markdown(_answer(one))} | {markdown(_written(one))} | {markdown(_safe(one))} |"
        for one in found
    ]
    return "\n".join([*head, *rows, ""])


def worst_code(codes: Sequence[int]) -> int:
    """What went wrong comes before a gate, a gate before nothing: an error is never taken for an answer."""
    errors = [code for code in codes if code not in {0, _CROSSED}]
    return max(errors, default=max(codes, default=0))


def _answer(one: CheckedFile) -> str:
    return f"no answer: {one.error}" if one.answer is None else str(one.answer["sentence"])


def _written(one: CheckedFile) -> str:
    return str((one.answer or {}).get("written_by") or "")


def _safe(one: CheckedFile) -> str:
    """The range that is safe, and what is safe beyond it."""
    held = one.answer or {}
    return ", and ".join(filter(None, [held.get("safe_range"), ", ".join(held.get("safe_apart") or ())]))


def _line(one: CheckedFile) -> str:
    return f"{one.path}: {_answer(one)}"


def _repeated(option: str, values: Iterable[str] | None) -> Iterator[str]:
    for value in values or ():
        yield f"{option}={value}"


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    typer.run(main)
