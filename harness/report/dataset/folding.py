"""Statements as the dataset has them: each answer once, each grid of releases once, equal neighbours folded. Pure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import harness
from harness.analysis import causes, dataset, versions
from harness.analysis.dataset import Statement, Told
from harness.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harness.analysis.ask.index import Index

FORMAT_VERSION = 1
#: A rectangle of a grid: the first and last release that saves, those that load, and the answer, all by number.
Rectangle = tuple[int, int, int, int, int]


def document(
    indexes: Sequence[Index], *, before: str | None = None, tell: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """The dataset of some runs.

    Parameters
    ----------
    before : the edition before, if it is known: of one day there may be several.
    tell : see `harness.analysis.dataset.statements`.
    """
    runs = sorted((index.run for index in indexes), key=lambda run: str(run["started"]))
    day = dt.date.fromisoformat(str(runs[-1]["started"])[:10])
    facts = [{name: run.get(name) for name in ("run_id", "profile", "started", "harness_version")} for run in runs]
    return {
        "$schema": "./dataset.schema.json",
        "format_version": FORMAT_VERSION,
        "edition": edition(day, before),
        "harness_version": harness.__version__,
        "runs": facts,
        **folded(dataset.statements(indexes, tell=tell)),
    }


def edition(day: dt.date, before: str | None = None) -> str:
    """``2026.1130.0``: year, month and day, and a number: a version for npm and for PyPI, the later the higher."""
    stem, _, number = (before or "").rpartition(".")
    named = f"{day.year}.{day.month}{day.day:02}"
    return f"{named}.{int(number) + 1 if stem == named and number.isdigit() else 0}"


def folded(statements: Iterable[Statement]) -> dict[str, Any]:
    """The part of the dataset that holds statements."""
    told = list(statements)
    releases = versions.ordered({minor for one in told for minor in (one.saved, one.loaded)})
    place = {minor: number for number, minor in enumerate(releases)}
    answers: dict[Told, int] = {}
    cells: dict[tuple[str, str, str], dict[tuple[int, int], int]] = {}
    for one in told:
        grid = cells.setdefault((one.estimator, one.setting, one.format), {})
        grid[place[one.saved], place[one.loaded]] = answers.setdefault(one.told, len(answers))
    grids: dict[tuple[Rectangle, ...], int] = {}
    estimators: dict[str, dict[str, dict[str, int]]] = {}
    for (estimator, setting, name), grid in cells.items():
        number = grids.setdefault(tuple(_rectangles(grid)), len(grids))
        estimators.setdefault(estimator, {}).setdefault(setting, {})[name] = number
    return {
        "statements": len(told),
        "releases": releases,
        **_answers(answers),
        "grids": [[list(one) for one in grid] for grid in grids],
        "estimators": estimators,
    }


def unfolded(made: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements of a dataset: the reverse of `folded`."""
    releases, answers = made["releases"], list(_told(made))
    for estimator, settings in made["estimators"].items():
        for setting, formats in settings.items():
            for name, grid in formats.items():
                for first, last, oldest, newest, answer in made["grids"][grid]:
                    for saved in releases[first : last + 1]:
                        for loaded in releases[oldest : newest + 1]:
                            yield Statement(estimator, setting, name, saved, loaded, answers[answer])


def _answers(answers: Iterable[Told]) -> dict[str, Any]:
    """Answers as numbers, and the texts that these name by their place."""
    verdicts = [str(verdict) for verdict in Verdict]
    known = causes.by_name()
    named = {name: place for place, name in enumerate(sorted({one.cause for one in answers if one.cause is not None}))}
    sentences: dict[str, int] = {}
    rows = [
        [
            verdicts.index(one.verdict),
            sentences.setdefault(one.sentence, len(sentences)),
            None if one.cause is None else named[one.cause],
            one.models,
            one.bad,
        ]
        for one in answers
    ]
    kept = ("name", "sentence", "since", "upstream", "helps")
    return {
        "verdicts": verdicts,
        "causes": [{key: getattr(known[name], key) for key in kept} for name in named],
        "sentences": list(sentences),
        "answers": rows,
    }


def _told(made: Mapping[str, Any]) -> Iterator[Told]:
    for verdict, sentence, cause, models, bad in made["answers"]:
        yield Told(
            verdict=made["verdicts"][verdict],
            sentence=made["sentences"][sentence],
            cause=None if cause is None else made["causes"][cause]["name"],
            models=models,
            bad=bad,
        )


def _rectangles(grid: Mapping[tuple[int, int], int]) -> Iterator[Rectangle]:
    """Neighbours with one answer, those that load first; then equal stretches of neighbours that save."""
    open_ones: dict[tuple[int, int, int], list[int]] = {}
    found: list[tuple[tuple[int, int, int], list[int]]] = []
    for saved in sorted({saved for saved, _ in grid}):
        stretches = set(_stretches({loaded: answer for (one, loaded), answer in grid.items() if one == saved}))
        for key in sorted(stretches):
            if key in open_ones and open_ones[key][1] == saved - 1:
                open_ones[key][1] = saved
            else:
                open_ones[key] = [saved, saved]
                found.append((key, open_ones[key]))
    for (oldest, newest, answer), (first, last) in found:
        yield first, last, oldest, newest, answer


def _stretches(row: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    order = sorted(row)
    start = 0
    for place, loaded in enumerate(order):
        after = order[place + 1] if place + 1 < len(order) else None
        if after != loaded + 1 or row[after] != row[loaded]:
            yield order[start], loaded, row[loaded]
            start = place + 1
