"""Which other formats get over the models that break or change: cells of the same case, from and to the same. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from harness.analysis.verdicts import SAFE, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

#: What gives the model back comes before what gives its predictions alone; then what needs least is named first.
_CHEAPEST = ("pickle", "joblib", "portable", "skops", "cloudpickle")


class Loaded(NamedTuple):
    """One cell. ``verdict`` is None where it shows nothing; ``converts``, whether it keeps predictions alone."""

    case: str
    producer: str
    consumer: str
    format: str
    verdict: str | None
    max_abs_diff: float | None
    converts: bool
    differing: tuple[str, ...] = ()

    @property
    def needs_object(self) -> bool:
        """Whether all that differs is what no converted model was asked: attributes, and rows of other forms."""
        return bool(self.differing) and all(is_form(name) or name.endswith("_") for name in self.differing)

    @property
    def in_other_rows(self) -> bool:
        """Whether all that differs are answers to rows in another form than those of the fit."""
        return self.verdict == Verdict.CHANGES and bool(self.differing) and all(map(is_form, self.differing))

    @property
    def place(self) -> tuple[str, str, str]:
        """What other formats have in common with it."""
        return self.case, self.producer, self.consumer


def is_form(name: str) -> bool:
    """Whether what is compared by a name is a method on rows in another form: ``predict(missing values)``."""
    return name.endswith(")")


def loaded(cells: pd.DataFrame) -> Iterator[Loaded]:
    """The cells of a run."""
    for row in cells[list(Loaded._fields)].to_dict("records"):
        largest = row["max_abs_diff"]
        yield Loaded(
            case=row["case"],
            producer=row["producer"],
            consumer=row["consumer"],
            format=row["format"],
            verdict=row["verdict"] if isinstance(row["verdict"], str) else None,
            max_abs_diff=float(largest) if isinstance(largest, float) and not math.isnan(largest) else None,
            converts=bool(row["converts"]),
            differing=tuple(row["differing"]) if hasattr(row["differing"], "__len__") else (),
        )


class Places:
    """The cells of a run by what formats have in common: the case, its producer and the consumer."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self._found: dict[tuple[str, str, str], list[Loaded]] = {}
        for one in loaded(cells):
            self._found.setdefault(one.place, []).append(one)

    def at(self, places: Iterable[tuple[str, str, str]]) -> list[Loaded]:
        """What every format shows there."""
        return [one for place in places for one in self._found.get(place, ())]


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A format that gets over models which others lose.

    Attributes
    ----------
    models : how many it gets over, in every pair in which they fail
    tried, of : with how many of those that fail it was tried, and how many fail
    verdict : the worst of these, ``safe`` or ``safe (within tolerance)``
    in_other_rows : whether rows in another form than those of the fit are answered otherwise, such as missing values
        that only one of the two releases takes
    max_abs_diff : the largest difference; None where nothing was measured
    converts : whether it keeps the predictions alone
    """

    format: str
    models: int
    tried: int
    of: int
    verdict: Verdict
    max_abs_diff: float | None
    converts: bool
    in_other_rows: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether it gets over every model that fails and that it was tried with."""
        return self.models == self.tried


def carriers(failing: Iterable[Loaded], found: Iterable[Loaded]) -> tuple[Carrier, ...]:
    """The formats that get over some of what fails, the cheapest first.

    Parameters
    ----------
    found : the cells of every format.
    """
    lost: dict[str, set[tuple[str, str, str]]] = {}
    needing: set[tuple[str, str, str]] = set()
    strict: set[tuple[str, str, str]] = set()
    for one in failing:
        lost.setdefault(one.case, set()).add(one.place)
        needing |= {one.place} if one.needs_object else set()
        strict |= {one.place} if one.in_other_rows else set()  # the rows that differ are all that is to be got over
    by_format: dict[str, dict[str, list[Loaded]]] = {}
    for one in found if lost else ():
        if one.place in lost.get(one.case, ()) and not (one.converts and one.place in needing):
            by_format.setdefault(one.format, {}).setdefault(one.case, []).append(one)
    made = [_carrier(name, cases, lost, strict) for name, cases in by_format.items()]
    return tuple(sorted((one for one in made if one is not None), key=_cost))


def _carrier(
    name: str,
    cases: Mapping[str, list[Loaded]],
    lost: Mapping[str, set[tuple[str, str, str]]],
    strict: set[tuple[str, str, str]],
) -> Carrier | None:
    """A format with the models that it gets over wherever they fail; None: it gets over none."""
    over = [some for case, cells in cases.items() if (some := _over(cells, lost[case], strict))]
    if not over:
        return None
    cells = [one for some in over for one in some]
    return Carrier(
        format=name,
        models=len(over),
        tried=len(cases),
        of=len(lost),
        verdict=worst(Verdict.TOLERABLE if one.in_other_rows else one.verdict for one in cells),
        max_abs_diff=max((one.max_abs_diff for one in cells if one.max_abs_diff is not None), default=None),
        converts=cells[0].converts,
        in_other_rows=any(one.in_other_rows for one in cells),
    )


def _over(cells: Iterable[Loaded], lost: set[tuple[str, str, str]], strict: set[tuple[str, str, str]]) -> list[Loaded]:
    """The cells that show that a model is got over wherever it fails; none where one speaks against it, or one lacks.

    A reader that refuses, or that is not there, shows nothing.
    """
    telling = [one for one in cells if one.verdict is not None]
    sound = all(one.verdict in SAFE or (one.in_other_rows and one.place not in strict) for one in telling)
    is_over = {one.place for one in telling} == lost and sound
    return telling if is_over else []


def _cost(one: Carrier) -> tuple[bool, int, str]:
    place = _CHEAPEST.index(one.format) if one.format in _CHEAPEST else len(_CHEAPEST)
    return one.converts, place, one.format
