"""The answer of `ask` as data for JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.analysis.ask import several
from harness.report import ask_words as words
from harness.report import carriers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.ask import Answer, AskedRun, PairAnswer, Way
    from harness.analysis.ask.breadth import Breadth
    from harness.analysis.ask.separating import Failing
    from harness.analysis.ask.strip import Strip


def as_data(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return answers as data: of one itself, of several the worst of them, and all under ``answers``."""
    if len(answers) == 1:
        return of_one(answers[0])
    worst = several.worst_first(answers)
    told = of_one(worst[0])
    top = {name: told[name] for name in ("verdict", "question", "sentence", "safe_in", "do")}
    return {**top, "answers": [of_one(one) for one in worst]}


def of_one(answer: Answer) -> dict[str, Any]:
    """Return one answer as data."""
    asked = answer.question
    return {
        "verdict": str(answer.verdict),
        "question": ", ".join(filter(None, [words.question(answer), words.details(answer)])),
        "sentence": str(answer.sentence),
        "tested": words.tested(answer),
        "why": words.why(answer),
        "which": "; ".join(words.which(answer)) or None,
        "safe_in": words.safe_in(answer) or None,
        "do": words.todo(answer),
        "subject": {"name": asked.subject.name, "kind": str(asked.subject.kind)},
        "with": {setting.name: setting.value for setting in asked.settings},
        "advice": words.advice(answer),
        "strip": _strip(answer.strip),
        "elsewhere": _strip(answer.elsewhere),
        "alone_elsewhere": _strip(answer.alone_elsewhere),
        "cases": list(asked.subject.cases),
        "alone": None if answer.alone is None else str(answer.alone),
        "models": {str(verdict): count for verdict, count in answer.models.items()},
        "breadth": _breadth(answer.breadth),
        "differing": list(answer.differing),
        "bad": list(answer.sides.bad),
        "same": list(answer.sides.good),
        "failing": [_failing(one) for one in answer.sides.failing],
        "runs": [_run(one) for one in answer.runs],
        "pairs": [_finite(_pair(pair)) for pair in answer.pairs],
        "rescued_by": [carriers.as_data(one) for one in answer.carriers],
        "kits": words.of_kits(answer),
        "nothing": answer.nothing or None,
    }


def _failing(one: Failing) -> dict[str, Any]:
    """The models that fail for one cause, with what tells them from the others."""
    return {**asdict(one), "verdict": str(one.verdict)}


def _strip(strip: Strip) -> dict[str, Any]:
    """``minors`` by release, and the widest stretch that is safe."""
    widest = strip.widest()
    return {
        "minors": {one.minor: str(one.verdict) for one in strip.minors},
        "widest_safe": None if widest is None else list(widest),
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
        "rescued_by": [carriers.as_data(one) for one in pair.carriers],
    }


def _way(way: Way) -> dict[str, Any]:
    held = {name: value for name, value in vars(way).items() if name != "run"}
    return {**held, "verdict": str(way.verdict), "run": way.run.id, "again": words.again(way)}


def _finite(value: Any) -> Any:
    """Replace infinities, which JSON cannot hold, by words."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
