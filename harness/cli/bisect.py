"""`bisect`: which release of which package changed what a model answers?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import (
    AtOption,
    CodeOption,
    JsonOption,
    RowsOption,
    TrialResultsOption,
    TrustOption,
    WriterRequirementsOption,
    console,
    telling,
)

if TYPE_CHECKING:
    from rich.console import Console

    from harness.bisecting import Ask

#: What `git bisect run` makes of exit codes.
_SAME, _OTHER, _NOT_JUDGED = 0, 1, 125
#: Says that exit codes are those; errors are then 128 and more, see `harness.cli.program`.
AS_TEST = "--as-test"
_ERROR = 128


def bisect(
    subject: Annotated[str, typer.Argument(metavar="FILE or CASE", help="A model file, or the name of a case.")],
    good: Annotated[
        str | None,
        typer.Option(metavar="V", help="Where it works: 1.2.2, a requirements file, .venv. Default: what wrote it."),
    ] = None,
    bad: Annotated[
        str | None, typer.Option(metavar="V", help="Where it doesn't, in the same words. Default: the newest release.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Try every minor release, and tell every change.")] = False,
    as_test: Annotated[
        bool,
        typer.Option(
            AS_TEST,
            help="Try only --bad, for `git bisect run`: 0 if it answers as --good does, 1 if not, 125 if unknown.",
        ),
    ] = False,
    cases: Annotated[Path | None, typer.Option(metavar="FILE", help="A file of yours with the case.")] = None,
    data: RowsOption = None,
    at: AtOption = None,
    supplied: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PACKAGE==V", help="What the file does not tell, or what the case needs."),
    ] = None,
    requirements: WriterRequirementsOption = None,
    code: CodeOption = None,
    trust: TrustOption = False,
    results: TrialResultsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the release that changed what a model answers.

    Releases between --good and --bad are tried by halving, in sandboxes. Then the two neighbours that differ are taken
    apart: one package is changed at a time, so that scikit-learn, NumPy, SciPy or another is named.
    """
    extras.need("run")
    from harness import bisecting, checking
    from harness.report import bisect as rendering
    from harness.report.console import SafeConsole

    aside = SafeConsole(stderr=True, highlight=False)
    file = checking.Ask(
        file=Path(subject),
        rows=data,
        at=at,
        packages=tuple(supplied or ()),
        requirements=requirements,
        code=code,
        trusted=trust,
    )
    ask = bisecting.Ask(
        word=subject,
        good=good,
        bad=bad,
        cases=cases,
        file=file if cases is None and file.file.exists() else None,
        every=every,
        packages=tuple(supplied or ()),
    )
    if as_test:
        raise typer.Exit(_code(ask, aside, results))
    hear = telling(aside, rendering.line, silent=as_json)
    answer = bisecting.bisect(ask, console=aside, results=results, told=hear)
    if as_json:
        print(json.dumps(rendering.as_data(answer), indent=2))
    else:
        rendering.show(answer, console())


def exit_code(code: int) -> int:
    """What `git bisect run` gets for an error, the arguments' own included: it would take 1 to 127 for an answer."""
    return code if code >= _ERROR else _ERROR + code


def _code(ask: Ask, aside: Console, results: Path | None) -> int:
    from harness import bisecting

    same = bisecting.judged(ask, console=aside, results=results)
    return _NOT_JUDGED if same is None else _SAME if same else _OTHER
