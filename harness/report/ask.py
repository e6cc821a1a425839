"""The answer to "may I load it there?", on a terminal and as data."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis.units import CUT, counted, some
from harness.analysis.verdicts import ADVICE, Verdict
from harness.report import rerun_command

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from harness.analysis.ask import Answer, Pair, Way
    from harness.analysis.versions import Wanted

#: A sign besides the colour.
MARKS = {
    Verdict.CHANGES: ("≠", "bold red"),
    Verdict.BREAKS: ("✗", "bold magenta"),
    Verdict.UNKNOWN: ("?", "bold yellow"),
    Verdict.TOLERABLE: ("≈", "bold green"),
    Verdict.SAFE: ("✓", "bold green"),
}
_SHOWN = 12  # pairs in full; the others by their verdict


def show(answer: Answer, console: Console) -> None:
    """Print it. `Text` shows markup of models and packages as it is."""
    console.print()
    console.print(Text(question(answer), style="bold"), soft_wrap=True)
    for number, pair in enumerate(answer.pairs):
        mark, style = MARKS[pair.verdict]
        console.print(Text(f"{mark} {pair.producer} → {pair.consumer}: {pair.verdict}", style=style), soft_wrap=True)
        if number < _SHOWN:
            for line, look in _evidence(answer, pair):
                console.print(Text(f"    {' '.join(line.split())}", style=look), soft_wrap=True)
    if not answer.pairs:
        mark, style = MARKS[Verdict.UNKNOWN]
        console.print(Text(f"{mark} {answer.verdict}: {nowhere(answer)}", style=style), soft_wrap=True)
    console.print(Text(source(answer), style="dim"), soft_wrap=True)
    console.print()


def question(answer: Answer) -> str:
    """What was asked, as it was understood."""
    asked = answer.question
    subject = asked.subject
    held = "has it within" if len(subject.cases) == 1 else "have it within"
    cases = some(subject.cases, "case", 6)
    told = f" ({cases} {held})" if subject.within else "" if subject.cases == (subject.name,) else f" ({cases})"
    through = "".join(f", {noun} {name}" for noun, name in (("format", asked.format), ("reader", asked.reader)) if name)
    return f"{subject.name}{told}, dumped by {_all(asked.producers)}, loaded by {_all(asked.consumers)}{through}"


def _all(wanted: Iterable[Wanted]) -> str:
    return " with ".join(str(one) for one in wanted)


def _evidence(answer: Answer, pair: Pair) -> Iterable[tuple[str, str]]:
    """What stands below a pair, each line with its style."""
    yield advice(pair), ""
    if pair.never_tried:
        yield f"{pair.never_tried} of {counted(pair.cells, 'cell')} did not run, and count as nothing", "yellow"
    alike: dict[tuple[str, str], list[str]] = {}
    for way in pair.ways:
        reason = "" if way.verdict in {Verdict.SAFE, Verdict.TOLERABLE} else way.reason[:CUT]
        alike.setdefault((evidence(way), reason), []).append(_name(way))
    for (told, reason), names in alike.items():
        yield f"{', '.join(names)}: {told}", ""
        if reason:
            yield reason, "dim"
    if pair.instead:
        yield f"safe for the same two: {', '.join(_name(way) for way in pair.instead)}", "green"
    if pair.ways:
        yield f"again: {rerun_command.command(answer.run, answer.path, pair.ways[0].example)}", "cyan"


def advice(pair: Pair) -> str:
    """Whether a warning may be ignored, in words."""
    return ADVICE[pair.verdict][0 if pair.warned else 1]


def evidence(way: Way) -> str:
    """What one format and reader came to, without their names."""
    cells = sum(way.statuses.values())
    parts = [", ".join(f"{count} {status}" for status, count in way.statuses.items())]
    if way.max_abs_diff:
        parts.append(f"at most {way.max_abs_diff:.2g} apart")
    if way.label_mismatch:
        parts.append(f"up to {way.label_mismatch:.1%} of the labels differ")
    if way.at_home:
        parts.append(f"{way.at_home} of them in their own producer, too, so that no version is to blame")
    parts.append(f"scikit-learn warned in {way.warned} of {cells}" if way.warned else "without a version warning")
    if way.silent and way.verdict is not Verdict.UNKNOWN:
        parts.append(f"nothing can be said of {some(way.silent, 'case')}: not written, not possible there, or refused")
    whose = f" ({some(way.cases, 'case')})" if cells > 1 and 0 < len(way.cases) < cells else ""
    return f"{way.verdict}{whose}: {'; '.join(parts)}"


def _name(way: Way) -> str:
    return way.format if way.format == way.reader else way.name


def nowhere(answer: Answer) -> str:
    """Why there is no pair."""
    packages = sorted({one.package for one in (*answer.question.producers, *answer.question.consumers)})
    had = f"; of {packages[0]} it has {', '.join(answer.known)}" if len(packages) == 1 and answer.known else ""
    return f"this run has no two environments like these{had}"


def source(answer: Answer) -> str:
    """Which run answers, and of when."""
    complete = "" if answer.run.get("complete", True) else "; it is not complete"
    return f"from the run {answer.run['run_id']} of {str(answer.run['started'])[:10]}{complete}"


def _finite(value: Any) -> Any:
    """The same with words for infinities, which JSON has no numbers for."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def as_data(answer: Answer) -> dict[str, Any]:
    """Everything as JSON-able data."""
    return {
        "verdict": str(answer.verdict),
        "question": question(answer),
        "cases": list(answer.question.subject.cases),
        "run": {name: answer.run.get(name) for name in ("run_id", "profile", "started", "complete")},
        "pairs": [
            {
                **_finite(asdict(pair)),
                "cells": pair.cells,
                "never_tried": pair.never_tried,
                "warned": pair.warned,
                "advice": advice(pair),
                "again": rerun_command.command(answer.run, answer.path, pair.ways[0].example) if pair.ways else None,
            }
            for pair in answer.pairs
        ],
        "known": list(answer.known),
    }
