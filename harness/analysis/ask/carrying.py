"""Which other formats get over the models that break or change: cells of the same case, from and to the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.verdicts import BAD, SAFE, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.analysis.ask.cell_facts import CellFacts
    from harness.analysis.ask.evidence import Evidence

#: What gives the model back comes before what gives its predictions alone; then what needs least is named first.
_CHEAPEST = ("pickle", "joblib", "portable", "skops", "cloudpickle")


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """A format that gets over models which others lose.

    Attributes
    ----------
    models, of : how many it gets over, in every pair in which they fail, and how many fail
    verdict : the worst of these, ``safe`` or ``safe (within tolerance)``
    max_abs_diff : the largest difference; None where nothing was measured
    converts : whether it keeps the predictions alone
    """

    format: str
    models: int
    of: int
    verdict: Verdict
    max_abs_diff: float | None
    converts: bool


def carriers(asked: Iterable[Evidence], found: Sequence[Evidence]) -> tuple[Carrier, ...]:
    """The formats that get over some of what fails, the cheapest first.

    Parameters
    ----------
    asked : the cells that the question is about.
    found : those of every format.
    """
    failing: dict[str, set[tuple[str, str]]] = {}
    for one in asked:
        if one.verdict in BAD:
            failing.setdefault(one.cell.case, set()).add(_pair(one.cell))
    by_format: dict[str, dict[str, dict[tuple[str, str], list[Evidence]]]] = {}
    for one in found if failing else ():
        if one.verdict is not None and _pair(one.cell) in failing.get(one.cell.case, ()):
            cases = by_format.setdefault(one.cell.format, {})
            cases.setdefault(one.cell.case, {}).setdefault(_pair(one.cell), []).append(one)
    made = [_carrier(name, cases, failing) for name, cases in by_format.items()]
    return tuple(sorted((one for one in made if one is not None), key=_cost))


def _pair(cell: CellFacts) -> tuple[str, str]:
    return cell.producer, cell.consumer


def _carrier(
    name: str,
    cases: dict[str, dict[tuple[str, str], list[Evidence]]],
    failing: dict[str, set[tuple[str, str]]],
) -> Carrier | None:
    """A format with the models that it gets over in each pair in which they fail; None: it gets over none."""
    over: list[Evidence] = []
    models = 0
    for case, pairs in cases.items():
        cells = [one for some in pairs.values() for one in some]
        if set(pairs) == failing[case] and all(one.verdict in SAFE for one in cells):
            models += 1
            over += cells
    if not over:
        return None
    return Carrier(
        format=name,
        models=models,
        of=len(failing),
        verdict=worst(one.verdict for one in over),
        max_abs_diff=max((one.cell.max_abs_diff for one in over if one.cell.max_abs_diff is not None), default=None),
        converts=over[0].converts,
    )


def _cost(one: Carrier) -> tuple[bool, int, str]:
    place = _CHEAPEST.index(one.format) if one.format in _CHEAPEST else len(_CHEAPEST)
    return one.converts, place, one.format
