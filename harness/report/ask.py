"""The answer of `ask`, on a terminal and as data."""

from __future__ import annotations

import math
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis import kits, versions
from harness.analysis.ask.breadth import MODELS
from harness.analysis.units import CUT, counted, some
from harness.analysis.verdicts import ADVICE, SAFE, SOUND, Verdict
from harness.report import rerun_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from harness.analysis.ask import Answer, AskedRun, PairAnswer, Way
    from harness.analysis.ask.breadth import Breadth
    from harness.analysis.ask.separating import Separation
    from harness.analysis.versions import Wanted

#: A sign besides the colour.
MARKS = {
    Verdict.CHANGES: ("≠", "bold red"),
    Verdict.BREAKS: ("✗", "bold magenta"),
    Verdict.UNKNOWN: ("?", "bold yellow"),
    Verdict.UNSEEN: ("○", "bold cyan"),
    Verdict.TOLERABLE: ("≈", "bold green"),
    Verdict.SAFE: ("✓", "bold green"),
}
_SHOWN = 6  # pairs in full; the others are counted
_NAMES = 6  # cases, methods or values in one line


def show(answer: Answer, console: Console, *, verbose: bool = False) -> None:
    """Print an answer: the conclusion first, then what it stands on. `Text` shows markup in names as it is.

    Parameters
    ----------
    verbose : with every pair of environments, and each format and reader of it.
    """
    mark, style = MARKS[answer.verdict]
    console.print()
    console.print(Text(f"{mark} {question(answer)}: {sentence(answer)}", style=style))
    for label, text in _lines(answer):
        print_beside(console, f"  {label:<14}", " ".join(text.split()))
    shown = answer.pairs if verbose else answer.pairs[:_SHOWN]
    for lines, pairs in _alike(shown, verbose=verbose):
        for pair in pairs:
            mark, style = MARKS[pair.verdict]
            console.print(Text(f"  {mark} {pair.producer} → {pair.consumer}: {pair.verdict}", style=style))
        for line in lines:
            print_beside(console, " " * 6, " ".join(line.split()), style="dim")
    if len(answer.pairs) > len(shown):
        console.print(Text(f"  and {len(answer.pairs) - len(shown)} more pairs; --verbose shows them", style="dim"))
    if answer.worst_way is not None:
        console.print(Text(f"  again: {again(answer.worst_way)}", style="cyan"), soft_wrap=True)
    console.print()


def print_beside(console: Console, label: str, text: str, *, style: str = "", widest: int | None = None) -> None:
    """Print a text beside its label, its further lines below its first; in no more than ``widest`` columns."""
    width = max(min(console.width, widest or console.width) - len(label), 20)
    for number, line in enumerate(textwrap.wrap(text, width, break_on_hyphens=False) or [""]):
        start = Text(label if number == 0 else " " * len(label), style="dim")
        console.print(start + Text(line, style=style), soft_wrap=True)


def _alike(pairs: Iterable[PairAnswer], *, verbose: bool) -> list[tuple[tuple[str, ...], list[PairAnswer]]]:
    """Pairs with the same evidence together. Of a pair that is sound it is shown if everything is."""
    groups: dict[tuple[Verdict, tuple[str, ...]], list[PairAnswer]] = {}
    for pair in pairs:
        lines = tuple(_evidence(pair)) if verbose or pair.verdict not in SOUND else ()
        groups.setdefault((pair.verdict, lines), []).append(pair)
    return [(lines, some) for (_, lines), some in groups.items()]


def sentence(answer: Answer) -> str:
    """The verdict with its breadth: "breaks in 3 of 17 models"."""
    return told(answer.verdict, len(answer.breadth.models), len(answer.sides.bad))


def told(verdict: Verdict, models: int, bad: int) -> str:
    """The same of numbers: models that were tried, and of these those that change or break."""
    if not models:
        return str(verdict)
    if verdict is Verdict.UNKNOWN:
        return f"{verdict}, with {counted(models, 'model')} compared"
    return f"{verdict} in {f'{bad} of ' if verdict not in SOUND else ''}{counted(models, 'model')}"


def question(answer: Answer) -> str:
    """What was asked, in short: the subject with the first version of each side."""
    asked = answer.question
    return f"{asked.subject.name} {_version(asked.producers[0])} → {_version(asked.consumers[0])}"


def details(answer: Answer) -> str:
    """The rest of the question: parameters, further packages, format and reader; empty if there is none."""
    asked = answer.question
    return ", ".join(
        [
            *(str(setting) for setting in asked.settings),
            *(f"saved with {one}" for one in asked.producers[1:]),
            *(f"loaded with {one}" for one in asked.consumers[1:]),
            *(f"{noun} {name}" for noun, name in (("format", asked.format), ("reader", asked.reader)) if name),
        ]
    )


def _version(one: Wanted) -> str:
    return one.version if one.package == versions.DEFAULT_PACKAGE else str(one)


def _lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """What stands below the conclusion: labels with their texts."""
    if details(answer):
        yield "asked", details(answer)
    if not answer.pairs:
        yield "why", answer.nothing
        yield "from", sources(answer.runs)
        return
    yield "advice", advice(answer)
    yield "tested", tested(answer)
    yield from _reasons(answer)
    if answer.alone not in {None, answer.verdict}:
        alone = answer.question.subject.alone
        yield "by itself", f"{answer.alone} ({some(alone, 'model', _NAMES)})"
    yield from _compared(answer.breadth)
    if answer.verdict is Verdict.UNSEEN:
        yield "not safe", "; ".join(shortcomings(answer.breadth)) or "too little was tested between some environments"
    never = sum(pair.never_tried for pair in answer.pairs)
    if never:
        cells = sum(pair.cells for pair in answer.pairs)
        yield "not run", f"{never} of {counted(cells, 'cell')} did not run; they never count as passing"
    instead = _instead(answer)
    if instead:
        yield "instead", f"for the same models and environments: {', '.join(instead)}"
    for text in _of_kits(answer):
        yield "kit", text
    yield "from", sources(answer.runs)


def _of_kits(answer: Answer) -> list[str]:
    """What is to be told of environments whose rows a kit brought."""
    asked = {pair.consumer for pair in answer.pairs}
    return [f"{name}: {note}" for run in answer.runs for name, note in kits.notes(run.run).items() if name in asked]


def _reasons(answer: Answer) -> Iterator[tuple[str, str]]:
    """Why models break or change, which do, and in what."""
    causes = dict.fromkeys(way.cause for pair in answer.pairs for way in pair.ways if way.verdict not in SOUND)
    for cause in causes:
        if cause in answer.causes:
            yield "why", answer.causes[cause]
    if answer.sides.bad:
        yield "which", which(answer)
    if answer.differing:
        usual = "" if any(map(_is_usual, answer.differing)) else "; the same for rows as the model was fitted on"
        yield "differs", f"{_listed(answer.differing)}{usual}"


def advice(answer: Answer) -> str:
    """Say whether a warning may be ignored."""
    return ADVICE[answer.verdict][0 if answer.warned else 1]


def tested(answer: Answer) -> str:
    """The breadth of an answer in one line."""
    breadth, alone = answer.breadth, len(answer.breadth.alone)
    models = counted(len(breadth.models), "model")
    if answer.question.class_name is not None and breadth.models and alone < len(breadth.models):
        models += f" ({alone} of the class itself, {len(breadth.models) - alone} that contain one)"
    elif 0 < len(breadth.models) <= _NAMES // 2:
        models += f" ({', '.join(breadth.models)})"
    formats = f"{counted(len(answer.formats), 'format')} ({', '.join(answer.formats)})"
    return f"{models}, {formats}, {counted(len(answer.pairs), 'pair')} of environments"


def which(answer: Answer) -> str:
    """Which models break or change, and what tells them from the others."""
    told = "; ".join(map(_separation, answer.sides.separations))
    return f"{some(answer.sides.bad, 'model', _NAMES)}{': ' if told else ''}{told}"


def _separation(one: Separation) -> str:
    if one.name == "within":
        return f"those with {one.bad[0]} within"
    bad, good = (", ".join(_value(text) for text in side[:_NAMES]) for side in (one.bad, one.good))
    return f"those with {one.name}={bad}; the same with {good}"


def _value(text: str) -> str:
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
    return plain if len(plain) <= 40 else f"{plain[:37]}..."  # noqa: PLR2004


def _is_usual(name: str) -> bool:
    """Whether an output is a method's on rows like those of the fit; others come with "(float32)" and the like."""
    return not name.endswith(")")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - 2 * _NAMES
    return ", ".join(names[: 2 * _NAMES]) + (f" and {more} more" if more > 0 else "")


def _compared(breadth: Breadth) -> Iterator[tuple[str, str]]:
    if breadth.compared:
        yield "compared", _listed(breadth.compared)
    # Of attributes, which hold estimators or are large, the names are enough.
    methods = [f"{name} ({why})" for name, why in breadth.uncompared.items() if not name.endswith("_")]
    attributes = [name for name in breadth.uncompared if name.endswith("_")]
    if methods or attributes:
        yield "not compared", _listed([*methods, *attributes])


def shortcomings(breadth: Breadth) -> Iterator[str]:
    """Why a breadth is too little for "safe"."""
    if len(breadth.models) < MODELS:
        yield f"no difference was seen, but in {counted(len(breadth.models), 'model')} only; safe needs {MODELS}"
    if breadth.untested:
        yield f"no model had {_listed(breadth.untested)}"
    if breadth.unpredicted:
        yield f"{_listed(breadth.unpredicted)} predict, and were not compared"
    if len(breadth.models) >= MODELS > breadth.whole:
        yield "only what is named was compared in some format; --format pickle may have more"


def _instead(answer: Answer) -> list[str]:
    """Formats and readers through which nothing speaks against it in any pair that is not sound."""
    bad = [pair for pair in answer.pairs if pair.verdict not in SOUND]
    every = [{_name(way): way.verdict for way in pair.instead} for pair in bad]
    names = [name for name in (every[0] if every else {}) if all(name in ways for ways in every)]
    return [f"{name}: {'safe' if all(ways[name] in SAFE for ways in every) else Verdict.UNSEEN}" for name in names]


def _evidence(pair: PairAnswer) -> Iterator[str]:
    """The lines below a pair: formats and readers with the same outcome in one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for way in pair.ways:
        reason = "" if way.verdict in SOUND else way.reason[:CUT]
        alike.setdefault((evidence(way), reason), []).append(_name(way))
    for (line, reason), names in alike.items():
        yield f"{', '.join(names)}: {line}"
        if reason:
            yield reason


def evidence(way: Way) -> str:
    """Describe the result of one format and reader, without their names."""
    cells = sum(way.statuses.values())
    parts = [", ".join(f"{count} {status}" for status, count in way.statuses.items())]
    if way.max_abs_diff:
        parts.append(f"at most {way.max_abs_diff:.2g} apart")
    if way.label_mismatch:
        parts.append(f"up to {way.label_mismatch:.1%} of the labels differ")
    if way.at_home:
        parts.append(f"{way.at_home} of them also in their own producer, so the version is not the reason")
    parts.append(f"scikit-learn warned in {way.warned} of {cells}" if way.warned else "without a version warning")
    if way.silent and way.verdict is not Verdict.UNKNOWN:
        parts.append(f"not known for {some(way.silent, 'case')}: not written, not supported there, or refused")
    whose = f" ({some(way.cases, 'case')})" if cells > 1 and 0 < len(way.cases) < cells else ""
    return f"{way.verdict}{whose}: {'; '.join(parts)}"


def _name(way: Way) -> str:
    return way.format if way.format == way.reader else way.name


def again(way: Way) -> str:
    """The command that repeats the worst cell of a way."""
    return rerun_command.command(way.run.run, way.run.path, way.example)


def sources(runs: Iterable[AskedRun]) -> str:
    """Say which runs an answer stands on, with their dates."""
    names = []
    for one in runs:
        complete = "" if one.run.get("complete", True) else ", not complete"
        names.append(f"{one.id} of {str(one.run['started'])[:10]} ({counted(one.cells, 'cell')}{complete})")
    return f"{'the run' if len(names) == 1 else 'the runs'} {'; '.join(names)}"


def as_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as data for JSON."""
    asked = answer.question
    return {
        "verdict": str(answer.verdict),
        "question": ", ".join(filter(None, [question(answer), details(answer)])),
        "answer": sentence(answer),
        "subject": {"name": asked.subject.name, "kind": str(asked.subject.kind)},
        "with": {setting.name: setting.value for setting in asked.settings},
        "advice": advice(answer),
        "cases": list(asked.subject.cases),
        "alone": None if answer.alone is None else str(answer.alone),
        "breadth": _breadth(answer.breadth),
        "differing": list(answer.differing),
        "bad": list(answer.sides.bad),
        "same": list(answer.sides.good),
        "separations": [asdict(one) for one in answer.sides.separations],
        "runs": [_run(one) for one in answer.runs],
        "pairs": [_finite(_pair(pair)) for pair in answer.pairs],
        "kits": _of_kits(answer),
        "nothing": answer.nothing or None,
    }


def _breadth(breadth: Breadth) -> dict[str, Any]:
    return {**asdict(breadth), "is_enough": breadth.is_enough}


def _run(one: AskedRun) -> dict[str, Any]:
    return {**{name: one.run.get(name) for name in ("run_id", "profile", "started", "complete")}, "cells": one.cells}


def _pair(pair: PairAnswer) -> dict[str, Any]:
    ways, instead = ([_way(way) for way in ways] for ways in (pair.ways, pair.instead))
    counts = {"cells": pair.cells, "never_tried": pair.never_tried, "warned": pair.warned}
    return {
        "producer": pair.producer,
        "consumer": pair.consumer,
        "verdict": str(pair.verdict),
        "breadth": _breadth(pair.breadth),
        **counts,
        "ways": ways,
        "instead": instead,
    }


def _way(way: Way) -> dict[str, Any]:
    held = {name: value for name, value in vars(way).items() if name != "run"}
    return {**held, "verdict": str(way.verdict), "run": way.run.id, "again": again(way)}


def _finite(value: Any) -> Any:
    """Replace infinities, which JSON cannot hold, by words."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
